// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"

#include "base/ids.h"
#include "base/time.h"
#include "session/session.h"

#include <QElapsedTimer>
#include <QString>

#include <optional>

namespace murmur {

/// Knows what lies before the playhead: where the next message of a condition is, or how far there
/// is none. Jobs look; whoever plays asks at each frame and never waits. Positions decide what is
/// known, so jumps need no word.
class Lookahead
{
public:
    /// Between `from` and `until`, which may lie before it, there is none.
    struct Known
    {
        TimePoint from;
        TimePoint until;
        Seq seq = 0; ///< of the message at `until`; 0: it was not looked further
        bool isBackwards = false;
    };

    /// Empty: each message.
    void setCondition(const QString& condition);
    [[nodiscard]] const QString& condition() const { return m_condition; }
    void forget();
    /// What is known for a playhead that stands there; null: it is being looked. `far` is how far a
    /// job looks, from a quarter of that left on it looks on.
    const Known* at(TimePoint playhead, bool isBackwards, nanoseconds far, Session& session,
                    QObject& owner);
    /// It is known from elsewhere that there is none up to there.
    void extend(TimePoint until);
    [[nodiscard]] bool isBusy() const { return m_job.isBusy(); }

private:
    void ask(TimePoint from, bool isBackwards, nanoseconds far, Session& session, QObject& owner);
    void search(Known known, TimeRange range, Session& session, QObject& owner);
    void fail(Known known, const Error& error);
    void found(Known known, TimeRange range, Seq seq, Session& session, QObject& owner);

    QString m_condition;
    std::optional<Known> m_known;
    Known m_asked;       ///< what the job that is under way looks at
    QElapsedTimer m_age; ///< since it was asked
    LatestJob m_job;
};

} // namespace murmur
