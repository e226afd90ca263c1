// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelinedata.h"

#include "session/laneset.h"
#include "views/base/sharedview.h"
#include "views/base/taken.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kWholeColumns = 300; // times hundreds of agents: coarse on purpose

struct MarkAnswer
{
    MarkIndexPtr marks;
    bool isOk = false;
    bool isComplete = false;
};

TimeRange grownBy(TimeRange range, double share)
{
    const auto pad = nanoseconds(std::llround(static_cast<double>(range.length().count()) * share));
    return {range.begin - pad, range.end + pad};
}

} // namespace

TimelineData::TimelineData(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    m_slow.setSingleShot(true);
    m_slow.setInterval(500ms);
    connect(&m_slow, &QTimer::timeout, this, [this] {
        for (Question* question : {&m_marksQuestion, &m_densityQuestion, &m_wholeQuestion,
                                   &m_gapsQuestion, &m_stateQuestion})
            question->isStale = true;
        if (m_lanes)
            m_lanes->grow();
        ask();
    });
    connect(shared, &SharedView::sessionChanged, this, &TimelineData::reset);
    connect(shared, &SharedView::namesChanged, this, &TimelineData::reset);
    connect(shared, &SharedView::filterChanged, this, [this] {
        // Scans for the old filter would only keep the readers from the new one.
        m_densityQuestion.stop.request_stop();
        m_wholeQuestion.stop.request_stop();
        m_matchQuestion.stop.request_stop();
        m_densityQuestion.isStale = true;
        m_wholeQuestion.isStale = true;
        m_matches.reset();
        m_matchedMarks.reset();
        note();
        ask();
    });
    connect(shared, &SharedView::dataGrew, this, [this] {
        // What ended before the growth is looked at again only now and then, for stated times that
        // arrive late.
        const TimePoint end = std::exchange(m_dataEnd, m_shared->session()->seen().time.end);
        if (padded(0.5).end >= end) {
            m_marksQuestion.isStale = true;
            m_densityQuestion.isStale = true;
        }
        if (!m_slow.isActive())
            m_slow.start();
        ask();
    });
}

TimelineData::~TimelineData()
{
    for (Question* question : {&m_marksQuestion, &m_densityQuestion, &m_wholeQuestion,
                               &m_gapsQuestion, &m_stateQuestion, &m_matchQuestion})
        question->stop.request_stop();
}

void TimelineData::reset()
{
    ++m_session;
    for (Question* question : {&m_marksQuestion, &m_densityQuestion, &m_wholeQuestion,
                               &m_gapsQuestion, &m_stateQuestion, &m_matchQuestion}) {
        question->stop.request_stop();
        *question = Question{};
    }
    m_marks.reset();
    m_density.reset();
    m_whole.reset();
    m_matches.reset();
    m_matchedMarks.reset();
    m_gaps.clear();
    m_knowsGaps = false;
    m_state = {};
    m_receivers.clear();
    m_tooMany = {};
    m_tooManySeen = {};
    m_failure.clear();
    m_lanesAreReady = m_lanes && m_lanes->isReady();
    note();
    if (m_everWanted)
        ask();
}

void TimelineData::setLanes(LaneSet* lanes)
{
    if (m_lanes)
        m_lanes->disconnect(this);
    m_lanes = lanes;
    m_lanesAreReady = false;
    if (m_lanes)
        connect(m_lanes, &LaneSet::changed, this, &TimelineData::onLanesChanged);
    m_agents.clear(); // lanes of before
    reset();
}

void TimelineData::onLanesChanged()
{
    if (m_lanes->isReady() && !m_lanesAreReady) {
        m_lanesAreReady = true;
        m_densityQuestion.isStale = true;
    }
    m_failure = m_lanes->failure();
    note();
    ask();
}

void TimelineData::want(TimeRange window, int width, std::vector<AgentId> agents)
{
    std::ranges::sort(agents);
    m_everWanted = true;
    const bool isSame = window == m_window && width == m_width && agents == m_agents;
    m_window = window;
    m_width = width;
    if (m_agents != agents)
        m_tooManySeen = {};
    m_agents = std::move(agents);
    if (!isSame)
        ask();
}

MarkIndexPtr TimelineData::marks() const
{
    return m_marks && m_marks->covers(m_window) ? m_marks : nullptr;
}

DensityPtr TimelineData::density() const
{
    if (m_density && m_density->covers(m_window) && m_density->holds(m_agents))
        return m_density;
    return m_whole ? m_whole : m_density;
}

bool TimelineData::matches(Seq seq) const
{
    return !m_matches || std::ranges::binary_search(*m_matches, seq);
}

const AgentState* TimelineData::state(AgentId agent) const
{
    const auto found = std::ranges::lower_bound(m_state.agents, agent, {}, &AgentState::agent);
    return found != m_state.agents.end() && found->agent == agent ? &*found : nullptr;
}

std::span<const AgentId> TimelineData::receivers(AudienceId audience) const
{
    if (index(audience) == 0 || !m_shared->session())
        return {};
    // The dictionary copies and locks; arrows ask for the same few sets in every frame.
    const auto [found, isNew] = m_receivers.try_emplace(index(audience));
    if (isNew) {
        const auto names = m_shared->session()->dictionaries();
        for (const AgentId receiver : names->receivers(audience))
            found->second.push_back(names->resolved(receiver));
    }
    return found->second;
}

bool TimelineData::isSettled() const
{
    for (const Question* question : {&m_marksQuestion, &m_densityQuestion, &m_wholeQuestion,
                                     &m_gapsQuestion, &m_stateQuestion, &m_matchQuestion}) {
        if (question->isAsked)
            return false;
    }
    return true;
}

void TimelineData::note()
{
    ++m_revision;
    Q_EMIT changed();
}

TimeRange TimelineData::padded(double share) const
{
    return grownBy(m_window, share);
}

std::optional<std::int64_t> TimelineData::estimate(TimeRange range) const
{
    // A density under a filter counts too little.
    if (m_shared->filter() && !m_lanes)
        return std::nullopt;
    const DensitySlice* best =
        m_density && m_density->covers(range) ? m_density.get() : m_whole.get();
    if (!best || best->buckets == 0)
        return std::nullopt;
    // A bucket much wider than the range says nothing about it.
    if (best->bucketWidth * 2 > range.length())
        return std::nullopt;
    return best->count(best->total, range);
}

bool TimelineData::isWeighed() const
{
    return m_lanes && m_lanes->key().weight != LaneKey::Weight::Messages;
}

TimelineData::MarkPlan TimelineData::planMarks() const
{
    // A mark says nothing about what its message weighs.
    if (isWeighed())
        return {};
    // The widest padding that can be expected to fit; a stretch that contains one known to be too
    // full is too full as well.
    constexpr std::array kPads{0.5, 0.2, 0.05, 0.0};
    for (const double share : kPads) {
        const TimeRange range = padded(share);
        const bool holdsTooMany =
            !m_tooMany.isEmpty() && range.begin <= m_tooMany.begin && m_tooMany.end <= range.end;
        const auto count = estimate(range);
        // Buckets at the edges count more than is there: without padding be generous.
        if (!holdsTooMany && (!count || *count <= (share > 0 ? kMarkLimit : kMarkLimit * 3 / 2)))
            return {range, {}, true};
    }
    // Too many of all; quiet lanes in sight are drawn mark by mark all the same.
    if (!m_density || !m_density->covers(m_window) || !m_density->holds(m_agents) ||
        (m_shared->filter() && !m_lanes))
        return {};
    MarkPlan plan{padded(0.2), {}, false};
    std::int64_t sum = 0;
    for (const AgentId agent : m_agents) {
        const LaneCounts* lane = m_density->lane(agent);
        const std::int64_t count = lane ? m_density->count(*lane, m_window) : 0;
        // A message has marks on the lanes of its sender and is fetched for those of its receivers.
        if (count > m_width / kPixelsPerMark || sum + 3 * count > kMarkLimit)
            continue;
        sum += 3 * count;
        plan.agents.push_back(agent);
    }
    plan.isPossible = !plan.agents.empty() && !(m_tooManySeen == plan.range);
    return plan;
}

void TimelineData::ask()
{
    const Session* session = m_shared->session();
    if (!session || session->seen().last == 0 || m_width <= 0)
        return;
    if (m_lanes && !m_lanes->isUsable()) {
        askGaps();
        return;
    }
    askWhole();
    askMarks();
    askDensity();
    askMatches();
    askGaps();
    askState();
}

void TimelineData::askMarks()
{
    const bool isCovered =
        m_marks && m_marks->covers(m_window) && m_marks->answersFor(m_agents, m_window);
    // Growth changes nothing for a window that ended before it.
    const bool isOld = m_marksQuestion.isStale &&
                       (!m_marks || m_marks->through() < m_shared->session()->seen().last);
    if (m_marksQuestion.isAsked || (isCovered && !isOld))
        return;
    const MarkPlan plan = planMarks();
    if (!plan.isPossible) {
        if (m_marks && !isCovered) {
            m_marks.reset();
            m_matches.reset();
            note();
        }
        return;
    }
    const TimeRange range = plan.range;
    m_marksQuestion = {{}, true, false};
    const MarkRequest request{range, kMarkLimit, plan.agents, m_marksQuestion.stop.get_token()};
    (m_lanes ? m_lanes->marks(request) : m_shared->session()->marks(request))
        .then([agents = plan.agents, inSight = m_agents](const Result<MarkSlice>& answer) {
            MarkAnswer made;
            made.isOk = answer.ok();
            made.isComplete = answer.ok() && answer->isComplete;
            if (made.isComplete)
                made.marks = agents.empty() ? std::make_shared<MarkIndex>(*answer)
                                            : std::make_shared<MarkIndex>(*answer, agents, inSight);
            return made;
        })
        .then(this, [this, range, seenOnly = !plan.agents.empty(),
                     session = m_session](const MarkAnswer& made) {
            if (session != m_session)
                return;
            m_marksQuestion.isAsked = false;
            if (made.isOk) {
                if (made.isComplete) {
                    m_marks = made.marks;
                } else {
                    (seenOnly ? m_tooManySeen : m_tooMany) = range;
                    if (m_marks && m_marks->covers(m_window))
                        m_marks.reset(); // it grew beyond what can be drawn one by one
                }
                note();
            }
            // A failure would only fail again.
            if (made.isOk || m_marksQuestion.isStale)
                ask();
        });
}

void TimelineData::askDensity()
{
    const bool isCovered = m_density && m_density->covers(m_window) && m_density->holds(m_agents) &&
                           // Zoomed in so far that a bucket is wider than four pixels.
                           m_density->bucketWidth.count() <=
                               4 * std::max<std::int64_t>(1, m_window.length().count() / m_width);
    if (m_densityQuestion.isAsked || (isCovered && !m_densityQuestion.isStale))
        return;
    // With all marks at hand density is only the ground for the next zoom.
    if (marks() && !m_marksQuestion.isStale && m_density && m_density->covers(m_window) &&
        m_density->holds(m_agents) && !m_densityQuestion.isStale)
        return;
    TileRequest request;
    request.range = padded(0.5);
    request.columns = columnsFor(
        m_agents.empty() ? m_shared->session()->dictionaries()->counts().agents : m_agents.size(),
        m_width * 2, m_width / 2 + 1);
    request.agents = m_agents;
    request.filter = m_shared->filter();
    m_densityQuestion = {{}, true, false};
    request.stop = m_densityQuestion.stop.get_token();
    (m_lanes ? m_lanes->tiles(request) : m_shared->session()->tiles(request))
        .then([range = request.range, agents = m_agents,
               weighed = isWeighed()](QFuture<Result<TileSlice>> answer) {
            auto slice = taken(answer);
            return slice ? densityFrom(std::move(*slice), range, agents, weighed) : DensityPtr();
        })
        .then(this, [this, session = m_session](const DensityPtr& density) {
            if (session != m_session)
                return;
            m_densityQuestion.isAsked = false;
            if (density) {
                m_density = density;
                note();
            }
            if (density || m_densityQuestion.isStale)
                ask();
        });
}

void TimelineData::askWhole()
{
    if (m_wholeQuestion.isAsked || (m_whole && !m_wholeQuestion.isStale))
        return;
    // Until its tiles are there, the whole takes a scan of its own.
    if (m_lanes && !m_lanes->isReady())
        return;
    TileRequest request;
    request.range = m_shared->session()->seen().time;
    request.columns = kWholeColumns;
    request.filter = m_shared->filter();
    m_wholeQuestion = {{}, true, false};
    request.stop = m_wholeQuestion.stop.get_token();
    (m_lanes ? m_lanes->tiles(request) : m_shared->session()->tiles(request))
        .then([range = request.range, weighed = isWeighed()](QFuture<Result<TileSlice>> answer) {
            auto slice = taken(answer);
            return slice ? Result<DensityPtr>(densityFrom(std::move(*slice), range, {}, weighed))
                         : Result<DensityPtr>(slice.error());
        })
        .then(this, [this, session = m_session](const Result<DensityPtr>& density) {
            if (session != m_session)
                return;
            m_wholeQuestion.isAsked = false;
            if (density) {
                m_whole = *density;
                m_failure.clear();
            } else if (density.error().code != ErrorCode::Cancelled) {
                m_failure = density.error().message;
            }
            note();
            if (density || m_wholeQuestion.isStale)
                ask();
        });
}

void TimelineData::askMatches()
{
    const FilterPtr filter = m_shared->filter();
    if (m_lanes) // what does not pass is not there
        return;
    if (!filter || !m_marks || m_matchedMarks == m_marks || m_matchQuestion.isAsked)
        return;
    MatchRequest request;
    request.filter = filter;
    request.first = m_marks->lowest();
    request.last = m_marks->highest();
    if (request.first == 0)
        return;
    m_matchQuestion = {{}, true, false};
    request.stop = m_matchQuestion.stop.get_token();
    m_shared->session()->search(request).then(
        this, [this, filter, marks = m_marks, session = m_session](const Result<MatchList>& list) {
            if (session != m_session)
                return;
            m_matchQuestion.isAsked = false;
            m_matchedMarks = marks;
            if (list && filter == m_shared->filter()) {
                m_matches = list->seqs;
                note();
            }
            if (filter != m_shared->filter())
                m_matchedMarks.reset();
            ask();
        });
}

void TimelineData::askGaps()
{
    if (m_gapsQuestion.isAsked || (m_knowsGaps && !m_gapsQuestion.isStale))
        return;
    m_gapsQuestion = {{}, true, false};
    m_shared->session()->gaps().then(
        this, [this, session = m_session](const Result<std::vector<Gap>>& gaps) {
            if (session != m_session)
                return;
            m_gapsQuestion.isAsked = false;
            m_knowsGaps = true;
            if (gaps) {
                m_gaps = *gaps;
                note();
            }
        });
}

void TimelineData::askState()
{
    if (m_stateQuestion.isAsked || m_lanes)
        return;
    const TimePoint at = std::min(m_window.end, m_shared->session()->seen().time.end);
    if (at == m_state.at && !m_stateQuestion.isStale)
        return;
    StateRequest request;
    request.at = at;
    m_stateQuestion = {{}, true, false};
    request.stop = m_stateQuestion.stop.get_token();
    m_shared->session()->state(request).then(
        this, [this, at, session = m_session](const Result<StateSlice>& state) {
            if (session != m_session)
                return;
            m_stateQuestion.isAsked = false;
            if (state)
                m_state = *state;
            m_state.at = at; // also after a failure, which would only fail again
            note();
            // The window may have moved on meanwhile; a pan asks once per answer, not per frame.
            askState();
        });
}

} // namespace murmur
