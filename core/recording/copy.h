// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <functional>
#include <stop_token>

namespace murmur {

/// Copies a recording, also one that is being written, as it is at this moment: the copy is closed
/// in order and needs no WAL. `target` must not exist (Unwritable otherwise); it is removed again
/// when the copy fails or is cancelled. `progress` gets 0 to 1. `names`, when not empty, is what
/// the copy says that people call the agents.
Status copyRecording(const QString& path, const QString& target,
                     const std::function<void(double)>& progress = {}, std::stop_token stop = {},
                     const QByteArray& names = {});

} // namespace murmur
