// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/statecomparison.h"

#include "views/base/names.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"

#include <algorithm>

namespace murmur {

StateComparison::StateComparison(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
}

void StateComparison::clear()
{
    m_job.cancel();
    m_with = With::Nothing;
    m_agent = {};
    m_other.reset();
    Q_EMIT chosen();
}

void StateComparison::withMoment(TimePoint moment)
{
    m_with = With::Moment;
    m_moment = moment;
    m_agent = {};
    m_other.reset();
    Q_EMIT chosen();
}

void StateComparison::withAgent(AgentId agent)
{
    m_with = With::Agent;
    m_agent = agent;
    m_other.reset();
    Q_EMIT chosen();
}

void StateComparison::ask(AgentId shown, TimePoint at)
{
    Session* session = m_shared->session();
    if (m_with == With::Nothing || session == nullptr)
        return;
    const AgentId wanted = m_with == With::Agent ? m_agent : shown;
    StateRequest request;
    request.at = m_with == With::Moment ? m_moment : at;
    request.withValues = {wanted};
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return session->state(request);
        },
        [this, wanted](const Result<StateSlice>& answer) {
            if (!answer)
                return; // the state that is compared tells what cannot be read
            const auto own = std::ranges::find(answer->agents, wanted, &AgentState::agent);
            m_other = own != answer->agents.end() ? *own : AgentState();
            m_other->agent = wanted;
            Q_EMIT changed();
        });
}

QString StateComparison::title() const
{
    if (m_with == With::Moment)
        return shownClock(m_moment);
    if (m_with == With::Agent && m_shared->session() != nullptr)
        return agentText(*m_shared->session()->dictionaries(), m_agent);
    return {};
}

} // namespace murmur
