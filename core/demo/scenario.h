// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/demorandom.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// How a swarm behaves, in numbers. A scenario changes what it wants to go wrong.
struct SwarmShape
{
    // Shares of the rate, in thousandths; what is left goes to warehouse tasks.
    int heartbeats = 80;
    int robotStates = 250;
    int graphRuns = 190;
    int crewRuns = 120;
    int replans = 4;
    int modelRuns = 0; ///< above 0 there are models in the swarm

    Delay route{9'000'000, 45, 8};
    Delay acknowledge{24'000'000, 50, 10};
    Delay detect{35'000'000, 45, 10};
    Delay crewAnswer{1'100'000'000, 45, 10};
    Delay token{22'000'000, 60, 10};
    Delay node{140'000'000, 60, 10};
    Delay travel{1'200'000'000, 60, 0};
    unsigned forgottenPerThousand = 0; ///< tickets that the graph begins again half-way
    unsigned refusedPerThousand = 6;   ///< requests that get an explicit error and are asked again
    unsigned earlyResultsPerThousand = 0; ///< results of the crew that do not wait for the critic
};

/// What is known to be wrong in a swarm, to hold against what was found.
struct TruthEntry
{
    std::string id; ///< of the fault: "slow-agent"
    std::vector<std::string> agents;
    std::int64_t start = 0; ///< ns since the start
    std::int64_t end = 0;
    std::vector<std::string> members; ///< ids of the messages that show it
};

class Fault;

/// One way in which the demo swarm behaves, sound or faulty.
class Scenario
{
public:
    virtual ~Scenario() = default;
    virtual void shape(SwarmShape& shape) const = 0;
    /// What goes wrong in it, beside what is asked for; they know the truth about themselves.
    virtual void addFaults(std::vector<std::unique_ptr<Fault>>& /*faults*/,
                           std::uint64_t /*seed*/) const
    {
    }
    /// What else went wrong so far; empty for a sound swarm.
    [[nodiscard]] virtual std::vector<TruthEntry> truth() const = 0;
};

/// One row per scenario: one file pair each.
struct ScenarioEntry
{
    const char* id;
    const char* description;
    std::unique_ptr<Scenario> (*create)();
    int agents = 0; ///< unless somebody says how many; 0: as usual
    int rate = 0;   ///< messages a second, the same
};
std::span<const ScenarioEntry> scenarios() noexcept;
/// Null when there is none of that name.
const ScenarioEntry* findScenario(std::string_view id) noexcept;

} // namespace murmur
