// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <functional>
#include <stop_token>

namespace murmur {

struct MergeOptions
{
    SessionOptions session;
    /// Of a message that several recorders heard, only the first copy is kept: the same id and the
    /// same bytes in another recording, no farther apart than the clocks may be.
    bool dropCopies = false;
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

struct MergeResult
{
    std::int64_t messages = 0;
    std::int64_t copies = 0; ///< heard by more than one recorder
    bool keptCopies = true;
    std::int64_t unreadable = 0; ///< in damaged blocks; they are gaps now
    std::int64_t gaps = 0;       ///< carried over, and those of damaged blocks
    std::vector<RecordingInfo> recordings;
};

/// Reads several recordings again, in aligned time, into one: dialects, calls, causes and state as
/// if one recorder had heard it all, so that calls across recordings are found. Raw bytes, headers,
/// gaps and ticks are carried over; connections are named "label/name". Written beside `target` and
/// renamed at the end, so that there is a whole file or none. Takes as long as reading everything;
/// runs in the caller's thread. Errors: of Session::open, Unwritable, DiskFull, Cancelled.
Result<MergeResult> mergeRecordings(const QStringList& paths, const QString& target,
                                    const MergeOptions& options);

} // namespace murmur
