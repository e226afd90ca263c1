// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/lookahead.h"

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

#include <QElapsedTimer>
#include <QFuture>
#include <QObject>
#include <QString>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace murmur {

class SharedView;

/// How a replay in the window goes through the past: backwards, over silences, in a loop, up to a
/// message that is looked for; and from where to where a step goes. GUI thread only.
class Playback : public QObject
{
    Q_OBJECT
public:
    /// What a step goes to the next one of.
    enum class Unit { Message, Call, Finding, Conversation };
    static constexpr std::array kUnits{Unit::Message, Unit::Call, Unit::Finding,
                                       Unit::Conversation};
    /// Where a step may stop.
    struct Stop
    {
        TimePoint time;
        Seq seq = 0; ///< 0: no message stands for it
    };
    using Stops = std::function<QFuture<Result<std::vector<Stop>>>(std::stop_token)>;

    explicit Playback(SharedView* shared);
    ~Playback() override;

    [[nodiscard]] bool isBackwards() const { return m_isBackwards; }
    void setBackwards(bool isBackwards);
    /// Longer silences are played as if they had been so long; 0: all of them.
    [[nodiscard]] nanoseconds longestIdle() const { return m_longestIdle; }
    void setLongestIdle(nanoseconds idle);
    /// From its end to its begin again, for good.
    [[nodiscard]] const std::optional<TimeRange>& loop() const { return m_loop; }
    void setLoop(std::optional<TimeRange> range);
    /// Loops the region that was picked out, else the window; or does not any more.
    void toggleLoop();
    /// It pauses at the next message for which this holds; empty: at none.
    [[nodiscard]] QString pauseAt() const { return m_match.condition(); }
    Status setPauseAt(const QString& condition);

    [[nodiscard]] Unit unit() const { return m_unit; }
    void setUnit(Unit unit);
    /// "message", "call" …, as people read it.
    static QString unitName(Unit unit);
    /// What tells the moments of a unit; messages and calls need nobody.
    void setStops(Unit unit, Stops stops);
    [[nodiscard]] bool has(Unit unit) const;
    /// To the next (+1) or previous (-1) one. Pauses. Steps faster than answers add up.
    void step(int direction);

    /// Where it begins to play from when the playhead stands there.
    [[nodiscard]] TimePoint startFrom(TimePoint playhead) const;
    struct Move
    {
        TimePoint to;
        bool pauses = false;
        Seq found = 0; ///< it pauses there because of this message
    };
    /// From there by that much of recorded time.
    Move advance(TimePoint from, nanoseconds by);
    /// What is not like playing everything forwards, in few words: "backwards, skips silences".
    [[nodiscard]] QString summary() const;
    /// The condition is being looked for before the playhead, which waits for that.
    [[nodiscard]] bool isLooking() const;

    [[nodiscard]] QByteArray saveState() const;
    void restoreState(const QByteArray& state);

Q_SIGNALS:
    void changed();
    /// A silence was jumped over.
    void skipped(std::chrono::nanoseconds silence);
    /// A step found nothing more in that direction.
    void nothingMore();

private:
    [[nodiscard]] TimeRange range() const;
    [[nodiscard]] TimePoint overSilence(TimePoint from, TimePoint to);
    [[nodiscard]] TimePoint upToMatch(TimePoint from, TimePoint to, Move& move);
    void setWaiting(bool waits);
    void onSessionChanged();
    void goOn();
    void stepToCall(int direction);
    void stepToStop(int direction);
    void stepTo(const Stop& stop);
    void endStep();

    SharedView* m_shared;
    bool m_isBackwards = false;
    nanoseconds m_longestIdle{0};
    std::optional<TimeRange> m_loop;
    Unit m_unit = Unit::Message;
    std::array<Stops, kUnits.size()> m_stops;
    Lookahead m_next;  ///< the next message
    Lookahead m_match; ///< the next one at which it pauses
    LatestJob m_stepJob;
    int m_stepsLeft = 0;
    QElapsedTimer m_waiting; ///< since the playhead waits for what is looked for
    bool m_isLooking = false;
};

} // namespace murmur
