// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QJsonObject>
#include <QString>

#include <cstdint>
#include <vector>

namespace murmur {

struct ReplayReport;
struct ReplayTally;

/// What a recording keeps of a replay that was made of it.
struct ReplayJobRecord
{
    QString id;
    std::int64_t started = 0;     ///< ns
    std::int64_t ended = kNoTime; ///< ns; kNoTime: it goes on, or was cut off
    QString who;                  ///< person and machine
    QString target;               ///< without secrets
    QString state;                ///< as of replayStateName
    std::uint64_t position = 0;   ///< places that are settled: where it can be resumed
    QJsonObject options;          ///< of whoever made it, to make it again
    QJsonObject counts;           ///< as of replayCounts
};

/// This person on this machine.
QString replayPerson();
QJsonObject replayCounts(const ReplayReport& report, const ReplayTally& tally);

/// Adds the job or replaces what was kept of it: in the table `replay_job` of the recording; in the
/// notes beside it while it is recorded, was not closed in order, or cannot be written. Waits for
/// the disk. Errors: Unreadable, Unwritable.
Status keepReplayJob(const QString& recording, const ReplayJobRecord& job);
/// Those of a recording, the oldest first.
Result<std::vector<ReplayJobRecord>> replayJobsOf(const QString& recording);
/// The one whose id begins so; the last one for an empty text. NotFound, WrongUse.
Result<ReplayJobRecord> replayJobNamed(const QString& recording, const QString& id);

} // namespace murmur
