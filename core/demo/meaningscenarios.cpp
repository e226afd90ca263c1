// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/meaningscenarios.h"

#include "demo/agentfaults.h"
#include "demo/crewscenario.h"
#include "demo/faultscenario.h"
#include "demo/meaningfaults.h"

#include <vector>

namespace murmur {

namespace {

constexpr std::int64_t kSecondOfPlan = 1'000'000'000;

/// What the graph answers at the end of a ticket is delivered twice, now and then.
class RepeatedFinalsFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.graph]);
    }
    Fate pass(const Spoken& message, std::int64_t& delay) override
    {
        if (message.agent != m_roster->graph || message.type != "graph.result" ||
            !random().chance(500))
            return Fate::Heard;
        delay = random().around(400'000'000);
        note(m_roster->agents[message.agent], message.sequence, message.time);
        return Fate::Twice;
    }

private:
    const Roster* m_roster = nullptr;
};

template<typename Kind>
std::unique_ptr<Fault> faultOf(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<Kind>(plan, seed);
}

FaultPlan planOf(const char* id, std::int64_t from, std::int64_t to)
{
    return {id, from * kSecondOfPlan, to * kSecondOfPlan};
}

} // namespace

std::unique_ptr<Scenario> createDelegationScenario()
{
    return std::make_unique<FaultScenario>(
        std::vector<FaultScenario::Planned>{{createPingPongFault, planOf("ping-pong", 15, 60)}},
        [](SwarmShape& shape) { createCrewScenario()->shape(shape); });
}
std::unique_ptr<Scenario> createFinalMessagesScenario()
{
    return std::make_unique<FaultScenario>(std::vector<FaultScenario::Planned>{
        {createMissingFinalFault, planOf("missing-final", 15, 45)},
        {faultOf<RepeatedFinalsFault>, planOf("duplicate-delivery", 15, 45)}});
}
std::unique_ptr<Scenario> createConflictingViewsScenario()
{
    return std::make_unique<FaultScenario>(std::vector<FaultScenario::Planned>{
        {createStateDivergenceFault, planOf("state-divergence", 15, 60)}});
}

} // namespace murmur
