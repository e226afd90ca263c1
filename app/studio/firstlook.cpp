// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "firstlook.h"

#include "startplan.h"
#include "studiosession.h"
#include "views/base/sharedview.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace murmur {

namespace {

/// So many of the last messages are looked through for one of the agent.
constexpr int kLookedThrough = 4000;
/// Of a recording that runs: agents have done something by then.
constexpr qint64 kFirstMs = 3000;

std::uint64_t sumOf(const std::vector<std::uint32_t>& counts)
{
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t(0));
}

} // namespace

AgentId worthALook(const TileSlice& slice)
{
    AgentId best{};
    std::pair<std::uint64_t, std::uint64_t> most{0, 0};
    for (const TileLane& lane : slice.lanes) {
        std::uint64_t sent = 0;
        for (const auto& kind : lane.sent)
            sent += sumOf(kind);
        const std::pair counts(sumOf(lane.sent[static_cast<std::size_t>(Kind::Error)]), sent);
        if (index(lane.agent) == 0 || counts <= most)
            continue;
        most = counts;
        best = lane.agent;
    }
    return best;
}

Seq worthReading(const std::vector<MessageRow>& rows, AgentId agent)
{
    const auto last = [&rows](auto&& isIt) {
        const auto found = std::find_if(rows.rbegin(), rows.rend(), isIt);
        return found == rows.rend() ? Seq(0) : found->seq;
    };
    const auto isOfIt = [agent](const MessageRow& row) { return row.sender == agent; };
    if (const Seq error =
            last([&](const MessageRow& row) { return isOfIt(row) && row.kind == Kind::Error; });
        error != 0)
        return error;
    if (const Seq own = last(isOfIt); own != 0)
        return own;
    return rows.empty() ? 0 : rows.back().seq;
}

FirstLook::FirstLook(SharedView* shared, StudioSession* session, StartPlan* plan, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
    , m_session(session)
    , m_plan(plan)
{
    connect(session, &StudioSession::opened, this, &FirstLook::begin);
    connect(shared, &SharedView::sessionChanged, this, [this] {
        m_live.invalidate();
        m_hasLooked = false;
    });
    connect(shared, &SharedView::dataGrew, this, &FirstLook::onGrew);
}

/// Once something has come in, the panes on the right say something, too; it stays that.
void FirstLook::onGrew()
{
    if (m_hasLooked || !m_session->isRecording() || m_shared->mode() != SharedView::Mode::Live ||
        !m_shared->session() || m_shared->session()->seen().last == 0)
        return;
    if (!m_live.isValid())
        m_live.start();
    if (m_live.elapsed() < kFirstMs)
        return;
    m_hasLooked = true;
    begin();
}

bool FirstLook::isWanted() const
{
    const Session* session = m_shared->session();
    return session != nullptr && (!m_session->isRecording() || m_hasLooked) &&
           !m_plan->isPending() && m_shared->selectedMessage() == 0 &&
           index(m_shared->selectedAgent()) == 0 && session->seen().last > 0;
}

void FirstLook::begin()
{
    const quint64 generation = ++m_generation;
    m_isPending = isWanted();
    if (!m_isPending)
        return;
    TileRequest request;
    request.range = m_shared->session()->seen().time;
    request.columns = 1;
    m_shared->session()
        ->tiles(std::move(request))
        .then(this, [this, generation](const Result<TileSlice>& slice) {
            if (generation != m_generation)
                return;
            m_isPending = slice && isWanted();
            if (m_isPending)
                choose(*slice);
        });
}

void FirstLook::choose(const TileSlice& slice)
{
    const AgentId agent = worthALook(slice);
    const Seq last = m_shared->session()->seen().last;
    RowRequest request;
    request.first = std::max<Seq>(m_shared->session()->seen().first, last - kLookedThrough + 1);
    request.count = static_cast<int>(last - request.first + 1);
    m_shared->session()
        ->rows(std::move(request))
        .then(this, [this, agent,
                     generation = m_generation](const Result<std::vector<MessageRow>>& rows) {
            if (generation != m_generation)
                return;
            m_isPending = false;
            if (!rows || !isWanted())
                return;
            // What lies behind the playhead is not known yet at that moment.
            std::vector<MessageRow> before = *rows;
            std::erase_if(before, [playhead = m_shared->playhead()](const MessageRow& row) {
                return row.time > playhead;
            });
            const Seq message = worthReading(before, agent);
            m_shared->selectAgent(agent);
            if (message != 0)
                m_shared->selectMessage(message);
        });
}

} // namespace murmur
