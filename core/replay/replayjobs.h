// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QJsonObject>
#include <QString>

#include <chrono>
#include <cstdint>
#include <optional>
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
    QString state;                ///< as of replayStateName, or replayCutOff
    std::uint64_t position = 0;   ///< places that are settled: where it can be resumed
    QJsonObject options;          ///< of whoever made it, to make it again
    QJsonObject counts;           ///< as of replayCounts
    QString process = {};         ///< that makes it, as it was read; empty: it ended
};

/// This person on this machine.
QString replayPerson();
QJsonObject replayCounts(const ReplayReport& report, const ReplayTally& tally);
/// Of a job that was resumed: what was counted before, and what was counted since.
QJsonObject addedCounts(const QJsonObject& before, const QJsonObject& since);
/// A process of this machine is making it, as far as the record says.
bool isReplayGoingOn(const ReplayJobRecord& job);
/// The state of a job whose process is gone: killed, or the machine went off.
QString replayCutOff();
/// What a person is told who resumes such a job.
QString cutOffWarning(const ReplayJobRecord& job);

/// When the place of a job is to be kept again: at once after the first message, then often, but
/// never so that the disk is busy with it all the time.
class ReplayKeeping
{
public:
    [[nodiscard]] bool isDue(std::uint64_t position) const;
    void begin();
    void done(std::uint64_t position);
    /// Puts into the counts of a job that goes on how many places were settled between two keepings
    /// at most, and takes it out of one that has ended.
    void note(ReplayJobRecord& job) const;

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point m_begun;
    Clock::time_point m_next;
    std::optional<std::uint64_t> m_position; ///< the first one is where it begins
    std::uint64_t m_apart = 0;
    bool m_hasKept = false;
};

/// Adds the job or replaces what was kept of it: in the table `replay_job` of the recording; in the
/// notes beside it while it is recorded, was not closed in order, or cannot be written. One that
/// has not ended is this process's from then on. Waits for the disk. Errors: Unreadable,
/// Unwritable; WrongUse: another process is making it.
Status keepReplayJob(const QString& recording, const ReplayJobRecord& job);
/// Those of a recording, the oldest first.
Result<std::vector<ReplayJobRecord>> replayJobsOf(const QString& recording);
/// The one whose id begins so; the last one for an empty text. NotFound, WrongUse.
Result<ReplayJobRecord> replayJobNamed(const QString& recording, const QString& id);

} // namespace murmur
