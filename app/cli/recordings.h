// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "session/session.h"

#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace murmur::cli {

/// A recording named on the command line.
struct OpenRecording
{
    std::unique_ptr<Session> session;
    QString label; ///< the file's name without its ending, unique among the files
};

/// Opens all of them; the error names the first that cannot be read.
Result<std::vector<OpenRecording>> openRecordings(const std::vector<std::string>& files);
/// The label of each file, in their order.
std::vector<QString> labelsOf(const std::vector<std::string>& files);
/// From the first message of any to the last of any.
TimeRange extentOf(const std::vector<OpenRecording>& recordings);

} // namespace murmur::cli
