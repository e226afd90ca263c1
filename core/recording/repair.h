// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

struct RepairOptions
{
    /// Called now and then in the thread that repairs; `step` is one of a few words.
    std::function<void(const QString& step, std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
    /// The result takes the place of the recording: uuid and program stay. Whoever asks for it
    /// holds the recorder's lock.
    bool isReplacement = false;
};

/// Messages from `first` to `last` that share a fate.
struct Stretch
{
    Seq first = 0;
    Seq last = 0;
    std::int64_t fromTime = kNoTime; ///< ns; kNoTime: not known
    std::int64_t toTime = kNoTime;

    [[nodiscard]] std::int64_t count() const noexcept { return last - first + 1; }
};

struct RepairReport
{
    std::int64_t blocks = 0;     ///< brought back
    std::int64_t messages = 0;   ///< brought back, those without a reading included
    std::int64_t missing = 0;    ///< known to have been there; each is in a gap of the result
    bool missingIsKnown = true;  ///< false: how many came after the last one is not known
    std::vector<Stretch> holes;  ///< what is missing
    std::vector<Stretch> unread; ///< heard and bytes are whole, sender, kind and ids are lost
    QStringList notes;           ///< what else is missing or was made up, a sentence each
};

/// Brings every whole block of a damaged or torn recording into a new one at `target`, which must
/// not exist: Seqs stay, overviews and states are made anew from the messages, and what could not
/// be brought back is a gap of cause "damaged" with its exact count. The input is only read, page
/// by page, so that no damage keeps SQLite from what lies behind it. The result is verified;
/// `target` exists afterwards only when it is sound. Errors: Unreadable (not a recording, or
/// nothing in it is whole), NewerFormat, Unwritable, DiskFull, Cancelled, WrongUse (it is being
/// recorded).
Result<RepairReport> repairRecording(const QString& path, const QString& target,
                                     const RepairOptions& options = {});

} // namespace murmur
