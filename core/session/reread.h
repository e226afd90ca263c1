// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "dialect/dialectrules.h"

#include <QString>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

struct RereadOptions
{
    /// As of dialectRules, before the dialects that the recording keeps; "auto": each is found out,
    /// and none is kept any longer.
    QString dialect;
    /// These before all others. What the recording keeps for the same connection and topics goes.
    std::vector<DialectRule> rules = {};
    /// Called in the thread that reads.
    std::function<void(const QString& step, std::int64_t done, std::int64_t total)> progress = {};
    std::stop_token stop = {};
};

struct RereadReport
{
    std::int64_t generation = 0; ///< now in force
    std::int64_t messages = 0;
    std::int64_t changed = 0; ///< whose sender, receivers, kind, type or call are other than before
    std::int64_t unreadable = 0; ///< in damaged blocks: they keep the reading that they had
};

/// Makes a new reading of all messages of a recording, with the dialects of today: who, to whom,
/// what kind, which calls and states; tiles, keyframes and the id index with it. The messages
/// themselves, their Seqs and times stay. The old reading is in force until the new one is whole;
/// when it is stopped or fails the file is as it was. One of an older format gives its place to one
/// of the present format, which takes its size once more meanwhile. Errors: WrongUse (it is being
/// recorded, or there is no such dialect), Unreadable, Unwritable, DiskFull, Cancelled.
Result<RereadReport> rereadRecording(const QString& path, const RereadOptions& options);

} // namespace murmur
