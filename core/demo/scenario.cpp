// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/scenario.h"

#include "demo/crewscenario.h"
#include "demo/loadscenarios.h"
#include "demo/meaningscenarios.h"
#include "demo/waitscenarios.h"
#include "demo/warehousescenario.h"

#include <array>

namespace murmur {

namespace {

constexpr std::array kScenarios = std::to_array<ScenarioEntry>({
    {"warehouse", "a sound swarm: three sites, a vision model, a crew and a graph",
     createWarehouseScenario},
    {"crew", "the same with two models that a crew asks: prompts, tools, streams, tokens",
     createCrewScenario},
    {"network-flap", "the warehouse when the link of a site goes and comes, with orders on the way",
     createNetworkFlapScenario},
    {"fan-out", "one command goes to 200 robots at once, and most of them answer",
     createFanOutScenario, 240},
    {"reconnect-storm", "10,000 sockets go and come within seconds", createReconnectStormScenario,
     10'000, 6'000},
    {"lost-waits", "the gateway restarts while it waits for answers", createLostWaitsScenario},
    {"noisy-tenant", "one site makes more traffic than all the others", createNoisyTenantScenario},
    {"slow-recovery",
     "a burst of frames is over, and the vision model stays slow for half a minute",
     createSlowRecoveryScenario},
    {"model-update", "the vision model refuses while a new one is loaded, and robots ask on and on",
     createModelUpdateScenario},
    {"delegation", "the crew with its models, of which two hand one case to each other",
     createDelegationScenario},
    {"final-messages", "a graph some of whose last messages never come, and others twice",
     createFinalMessagesScenario},
    {"conflicting-views", "a planner goes on telling how tasks stood that have moved on",
     createConflictingViewsScenario},
});

} // namespace

std::span<const ScenarioEntry> scenarios() noexcept
{
    return kScenarios;
}

const ScenarioEntry* findScenario(std::string_view id) noexcept
{
    for (const ScenarioEntry& entry : kScenarios) {
        if (id == entry.id)
            return &entry;
    }
    return nullptr;
}

} // namespace murmur
