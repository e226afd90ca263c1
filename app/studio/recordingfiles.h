// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <atomic>
#include <cstdint>
#include <stop_token>

namespace murmur {

/// How far long work is, and how it is ended. The worker writes, the window reads.
struct WorkMeter
{
    std::atomic<std::int64_t> done = 0;
    std::atomic<std::int64_t> total = 0; ///< 0: not known
    std::stop_source stop;
};

/// The recording under its new name, with what people said of it: renamed where that is possible,
/// else copied and compared in length before the old one goes. What stood under the new name goes
/// only when the copy is whole. For a worker; no connection to the file may be open in this
/// process: closing a plain file handle would drop the locks that SQLite holds on it.
/// Errors: Unwritable, Cancelled; then the old one is still there.
Status moveRecording(const QString& from, const QString& to, bool keepSource, WorkMeter& meter);

/// The file and all that stands beside it.
void removeRecording(const QString& path);

} // namespace murmur
