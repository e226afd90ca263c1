// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"

#include <QString>

#include <vector>

namespace murmur::cli {

/// "198 of 200 up, 2 failed".
QString upText(const std::vector<ConnectionInfo>& connections);
/// "43 % of about 1,200,000, 24 s left", after so many seconds of reading windows of the past;
/// empty: there are others, or it is not known.
QString pastText(const std::vector<ConnectionInfo>& connections, double seconds);
/// Why a recording ended, with how far a window was read that was not read to its end.
QString endText(const QString& why, const std::vector<ConnectionInfo>& connections);

} // namespace murmur::cli
