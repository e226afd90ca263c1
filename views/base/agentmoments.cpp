// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/agentmoments.h"

#include "views/base/sharedview.h"

#include <QtConcurrent>

namespace murmur {

namespace {

constexpr int kRest = 300; // milliseconds that the playhead must rest

struct Moment
{
    AgentLives lives;
    std::vector<KeyDrift> drifts;
};

} // namespace

AgentMoments* AgentMoments::of(SharedView* shared)
{
    if (auto* known = shared->findChild<AgentMoments*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new AgentMoments(shared);
}

AgentMoments::AgentMoments(SharedView* shared)
    : QObject(shared)
    , m_shared(shared)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kRest);
    connect(&m_soon, &QTimer::timeout, this, &AgentMoments::ask);
    connect(shared, &SharedView::sessionChanged, this, &AgentMoments::restart);
    connect(shared, &SharedView::playheadChanged, this, &AgentMoments::askSoon);
    connect(shared, &SharedView::namesChanged, this, &AgentMoments::askSoon);
    restart();
}

void AgentMoments::restart()
{
    m_job.cancel();
    m_lives.clear();
    m_drifts.clear();
    Q_EMIT changed();
    askSoon();
}

void AgentMoments::askSoon()
{
    if (m_shared->session() == nullptr)
        return;
    // While it plays or follows, it is asked at that pace; a hand that moves it must rest.
    const bool moves = m_shared->mode() != SharedView::Mode::Paused;
    if (!moves || !m_soon.isActive())
        m_soon.start();
}

void AgentMoments::ask()
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source || session->seen().last == 0)
        return;
    if (m_job.isBusy() && m_shared->mode() != SharedView::Mode::Paused) {
        m_soon.start();
        return;
    }
    m_job.start(
        this,
        [source, at = m_shared->playhead()](const std::stop_token& stop) {
            return QtConcurrent::run([source, at, stop]() -> Result<Moment> {
                auto lives = livesJob(*source, at, stop);
                if (!lives)
                    return lives.error();
                auto drifts = driftJob(*source, at, stop);
                if (!drifts)
                    return drifts.error();
                return Moment{std::move(*lives), std::move(*drifts)};
            });
        },
        [this](const Result<Moment>& moment) {
            if (!moment)
                return; // the state itself tells why it cannot be read
            m_lives = moment->lives;
            m_drifts = moment->drifts;
            Q_EMIT changed();
        });
}

std::vector<KeyDrift> AgentMoments::driftsOf(AgentId agent) const
{
    std::vector<KeyDrift> own;
    for (const KeyDrift& drift : m_drifts) {
        if (drift.agent == agent)
            own.push_back(drift);
    }
    return own;
}

} // namespace murmur
