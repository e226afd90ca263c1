// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/democlocks.h"

#include "demo/demorandom.h"

namespace murmur {

namespace {

constexpr std::int64_t kFirstStep = 20'000'000'000; // ns since the start
constexpr std::int64_t kLastStep = 45'000'000'000;

std::int64_t withSign(DemoRandom& random, std::int64_t value)
{
    return random.chance(500) ? value : -value;
}

} // namespace

std::int64_t ClockTruth::offsetAt(std::int64_t sinceStart) const
{
    return offset + sinceStart / 1'000'000'000 * drift +
           sinceStart % 1'000'000'000 * drift / 1'000'000'000 +
           (step != 0 && sinceStart >= stepAt ? step : 0);
}

void setClocks(Roster& roster, const ClockPlan& plan, std::uint64_t seed)
{
    // Dice of their own: what the swarm says is the same whatever its clocks show.
    DemoRandom random(seed ^ 0xc10c'c10c'c10c'c10cull);
    const std::int64_t skew = plan.skew.count();
    const std::int64_t step = plan.step.count();
    for (DemoAgent& agent : roster.agents) {
        agent.clockError += random.between(-skew, skew);
        agent.clockDrift = random.between(-plan.drift * 1000ll, plan.drift * 1000ll);
        const bool isSet = random.chance(200);
        const std::int64_t at = random.between(kFirstStep, kLastStep);
        const std::int64_t by = withSign(random, random.between(step / 2, step));
        if (isSet && step != 0) {
            agent.clockStepAt = at;
            agent.clockStep = by;
        }
    }
}

std::vector<ClockTruth> clocksOf(const Roster& roster)
{
    std::vector<ClockTruth> clocks;
    clocks.reserve(roster.agents.size());
    for (const DemoAgent& agent : roster.agents)
        clocks.push_back(
            {agent.name, agent.clockError, agent.clockDrift, agent.clockStepAt, agent.clockStep});
    return clocks;
}

} // namespace murmur
