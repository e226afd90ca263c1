// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/scenario.h"

#include "demo/crewscenario.h"
#include "demo/warehousescenario.h"

#include <array>

namespace murmur {

namespace {

constexpr std::array kScenarios = std::to_array<ScenarioEntry>({
    {"warehouse", "a sound swarm: three sites, a vision model, a crew and a graph",
     createWarehouseScenario},
    {"crew", "the same with two models that a crew asks: prompts, tools, streams, tokens",
     createCrewScenario},
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
