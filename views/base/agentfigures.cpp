// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/agentfigures.h"

#include "views/base/agentmoments.h"
#include "views/base/agentrows.h"
#include "views/base/sharedview.h"

#include <QEvent>
#include <QWidget>

#include <algorithm>

namespace murmur {

namespace {

constexpr int kSparkPoints = 28;
constexpr int kPause = 200; // milliseconds: five times a second is as fast as figures can be read

} // namespace

AgentFigures* AgentFigures::of(SharedView* shared)
{
    if (auto* known = shared->findChild<AgentFigures*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new AgentFigures(shared);
}

AgentFigures::AgentFigures(SharedView* shared)
    : QObject(shared)
    , m_shared(shared)
    , m_moments(AgentMoments::of(shared))
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &AgentFigures::ask);
    connect(shared, &SharedView::sessionChanged, this, &AgentFigures::restart);
    connect(shared, &SharedView::windowChanged, this, &AgentFigures::askSoon);
    connect(shared, &SharedView::playheadChanged, this, &AgentFigures::askSoon);
    connect(shared, &SharedView::dataGrew, this, &AgentFigures::askSoon);
    connect(shared, &SharedView::namesChanged, this, &AgentFigures::askAnew);
    connect(shared, &SharedView::filterChanged, this, [this] {
        m_tilesJob.cancel(); // the answer would be to another question
        askSoon();
    });
    connect(shared, &SharedView::sloChanged, this, &AgentFigures::present);
    connect(m_moments, &AgentMoments::changed, this, &AgentFigures::present);
}

void AgentFigures::serve(QWidget* viewer)
{
    m_viewers.push_back(viewer);
    viewer->installEventFilter(this);
    connect(viewer, &QObject::destroyed, this, [this, viewer] { std::erase(m_viewers, viewer); });
    ask();
}

bool AgentFigures::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Show)
        ask();
    return QObject::eventFilter(watched, event);
}

bool AgentFigures::isSeen() const
{
    return std::ranges::any_of(m_viewers, &QWidget::isVisible);
}

const AgentRow* AgentFigures::row(AgentId agent) const
{
    const auto found = std::ranges::lower_bound(m_rows, agent, {}, &AgentRow::agent);
    return found != m_rows.end() && found->agent == agent ? &*found : nullptr;
}

void AgentFigures::restart()
{
    m_stateJob.cancel();
    m_tilesJob.cancel();
    m_allJob.cancel();
    m_state.reset();
    m_tiles.reset();
    m_all.reset();
    m_rows.clear();
    m_failure.clear();
    Q_EMIT restarted();
    ask();
}

void AgentFigures::askSoon()
{
    if (!m_soon.isActive() && isSeen())
        m_soon.start();
}

void AgentFigures::askAnew()
{
    m_stateJob.cancel();
    m_allJob.cancel();
    m_tilesJob.cancel(); // the answers would be about other agents
    ask();
}

void AgentFigures::ask()
{
    Session* session = m_shared->session();
    if (session == nullptr || session->seen().last == 0 || !isSeen()) {
        Q_EMIT changed();
        return;
    }
    // What is under way is not cut off while everything moves: else nothing would ever be shown.
    if (isAsking()) {
        askSoon();
        return;
    }
    StateRequest at;
    at.at = m_shared->playhead();
    m_stateJob.start(
        this,
        [&](std::stop_token stop) {
            at.stop = std::move(stop);
            return session->state(at);
        },
        [this](Result<StateSlice> answer) {
            if (answer)
                m_state = std::make_shared<const StateSlice>(std::move(*answer));
            else if (answer.error().code != ErrorCode::Cancelled)
                m_failure = answer.error().message;
            present();
        });
    TileRequest traffic;
    traffic.range = m_shared->window();
    traffic.columns = kSparkPoints;
    traffic.latency = true;
    const bool isFiltered = m_shared->filter() != nullptr;
    if (isFiltered)
        askTraffic(m_allJob, traffic, [this](TilesPtr tiles) { m_all = std::move(tiles); });
    traffic.filter = m_shared->filter();
    askTraffic(m_tilesJob, traffic, [this, isFiltered](TilesPtr tiles) {
        m_tiles = std::move(tiles);
        if (!isFiltered)
            m_all = m_tiles;
    });
    Q_EMIT changed();
}

void AgentFigures::askTraffic(LatestJob& job, TileRequest traffic,
                              std::function<void(TilesPtr)> take)
{
    job.start(
        this,
        [&](std::stop_token stop) {
            traffic.stop = std::move(stop);
            return m_shared->session()->tiles(traffic);
        },
        [this, take = std::move(take)](Result<TileSlice> answer) {
            if (answer)
                take(std::make_shared<const TileSlice>(std::move(*answer)));
            else if (answer.error().code != ErrorCode::Cancelled)
                m_failure = answer.error().message;
            present();
        });
}

void AgentFigures::present()
{
    const Session* session = m_shared->session();
    // All parts or none: half of the truth would blink.
    if (session != nullptr && m_state && m_tiles && m_all) {
        m_failure.clear();
        const auto names = session->dictionaries();
        m_rows = agentRows(*names, m_state.get(), m_tiles.get(), m_shared->slo(), kSparkPoints);
        judgeBy(m_rows, *names, *m_state, *m_all, m_shared->slo());
        addStatus(m_rows, *names, *m_state, *m_moments);
    }
    Q_EMIT changed();
}

} // namespace murmur

#include "moc_agentfigures.cpp" // for programs that use no agents: they need none of this
