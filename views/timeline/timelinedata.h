// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/timeline/densityslice.h"
#include "views/timeline/markindex.h"

#include <QObject>
#include <QTimer>

#include <optional>
#include <stop_token>
#include <unordered_map>
#include <vector>

namespace murmur {

class LaneSet;
class SharedView;

/// What the timeline knows about the recording, and the asking for more. Answers are padded by half
/// a window on each side and kept until the window leaves them; until a better one is there the
/// best old one is given out. Never waits.
class TimelineData : public QObject
{
    Q_OBJECT
public:
    /// More messages than this in the (padded) window are asked for as density only.
    static constexpr int kMarkLimit = 20'000;
    /// With less room than this on average a lane is drawn as density.
    static constexpr int kPixelsPerMark = 3;

    explicit TimelineData(SharedView* shared, QObject* parent = nullptr);
    ~TimelineData() override;

    /// Lanes that are no agents: their ids take the place of agents in all that is given out. Null:
    /// agents. It must outlive this, or be replaced before it goes.
    void setLanes(LaneSet* lanes);

    /// What is visible now; asks for what is missing. `agents` need not be sorted.
    void want(TimeRange window, int width, std::vector<AgentId> agents);

    /// All marks of the wanted window; null while there are too many or they are on their way.
    [[nodiscard]] MarkIndexPtr marks() const;
    /// The best density there is for the wanted window: fine, else of the whole session, else null.
    [[nodiscard]] DensityPtr density() const;
    /// Whether a message passes the filter. True for all while there is no filter or its answer is
    /// on its way.
    [[nodiscard]] bool matches(Seq seq) const;
    [[nodiscard]] const std::vector<Gap>& gaps() const { return m_gaps; }
    /// As known at the end of the window; null before the first answer.
    [[nodiscard]] const AgentState* state(AgentId agent) const;
    [[nodiscard]] std::span<const AgentId> receivers(AudienceId audience) const;
    [[nodiscard]] bool isSettled() const;
    /// Rises with every change of what is given out.
    [[nodiscard]] quint64 revision() const { return m_revision; }
    /// A sentence when the recording could not be read, else empty.
    [[nodiscard]] QString failure() const { return m_failure; }

Q_SIGNALS:
    void changed();

private:
    /// One kind of question: at most one on its way, asked again when it has become another.
    struct Question
    {
        std::stop_source stop;
        bool isAsked = false;
        bool isStale = false; ///< the recording grew or the filter changed since it was asked
    };

    void reset();
    void ask();
    void onLanesChanged();
    void askMarks();
    void askDensity();
    void askWhole();
    void askGaps();
    void askState();
    void askMatches();
    void note();
    [[nodiscard]] TimeRange padded(double share) const;
    /// Which marks to ask for: of all lanes when they are few enough, else of the quiet lanes in
    /// sight.
    struct MarkPlan
    {
        TimeRange range;
        std::vector<AgentId> agents; ///< empty: all
        bool isPossible = false;
    };
    [[nodiscard]] MarkPlan planMarks() const;
    [[nodiscard]] std::optional<std::int64_t> estimate(TimeRange range) const;
    [[nodiscard]] bool isWeighed() const;

    SharedView* m_shared;
    LaneSet* m_lanes = nullptr;
    bool m_lanesAreReady = false;
    QTimer m_slow;         ///< what need not follow every growth
    quint64 m_session = 0; ///< answers of an earlier session are dropped
    TimeRange m_window;
    int m_width = 0;
    TimePoint m_dataEnd;           ///< of the session, when it last grew
    std::vector<AgentId> m_agents; // sorted
    bool m_everWanted = false;
    bool m_knowsGaps = false;

    Question m_marksQuestion, m_densityQuestion, m_wholeQuestion, m_gapsQuestion, m_stateQuestion,
        m_matchQuestion;
    MarkIndexPtr m_marks;
    TimeRange m_tooMany;     ///< a stretch that is known to hold more marks than the limit
    TimeRange m_tooManySeen; ///< the same of the lanes in sight
    DensityPtr m_density;
    DensityPtr m_whole;
    std::vector<Gap> m_gaps;
    StateSlice m_state;
    std::optional<std::vector<Seq>> m_matches; // sorted, of m_marks
    MarkIndexPtr m_matchedMarks;
    mutable std::unordered_map<std::uint32_t, std::vector<AgentId>> m_receivers;
    quint64 m_revision = 0;
    QString m_failure;
};

} // namespace murmur
