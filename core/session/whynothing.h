// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"

#include <QString>

#include <chrono>
#include <vector>

namespace murmur {

/// How long an attached connection may be silent before that is explained.
inline constexpr std::chrono::seconds kSilence{3};

/// What is listened to on an attached connection that delivers nothing, and what the bus says
/// exists beside it: one or two sentences.
QString whyNothingComes(const ConnectionInfo& connection);
/// The same of all that are attached and silent, or cannot be reached: a line each, those first
/// whose bus says what else there is. Empty: there is nothing to say.
QString whyNothingComes(const std::vector<ConnectionInfo>& connections);

} // namespace murmur
