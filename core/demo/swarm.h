// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "base/result.h"
#include "demo/democlocks.h"
#include "demo/fault.h"
#include "demo/scenario.h"

#include <QString>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What the demo swarm is asked to be; the defaults are those of `demo://`.
struct SwarmOptions
{
    static constexpr int kMinAgents = 20;
    static constexpr int kMaxAgents = 20'000;
    static constexpr int kMinRate = 1;
    static constexpr int kMaxRate = 1'000'000;
    static constexpr int kMaxDrift = 1000;

    int agents = 120;
    int rate = 2000; ///< messages a second, all agents together
    std::string scenario = "warehouse";
    std::uint64_t seed = 7;
    std::vector<FaultPlan> faults; ///< what goes wrong beside the scenario
    ClockPlan clocks;              ///< beside the 2 ms by which each is wrong anyway
    /// What the swarm's clocks show at its start, ns since the epoch: 2026-05-21T10:17:00Z.
    std::int64_t epoch = 1'779'358'620'000'000'000;
};

/// As many agents and messages as the scenario is meant for, where it has its own number of them.
void takeUsualAgents(SwarmOptions& options);
void takeUsualRate(SwarmOptions& options);
/// WrongUse naming the option and its range.
Status checkSwarmOptions(const SwarmOptions& options);
/// Of `demo://?agents=120&rate=2000&scenario=warehouse&seed=7&fault=slow-agent@20s-50s`, with as
/// many faults as there are items of that name; WrongUse also for an item that is
/// not known.
Result<SwarmOptions> swarmOptionsFromUrl(const QUrl& url);
/// The URL that gives these options.
QUrl swarmUrl(const SwarmOptions& options);

/// One message of the swarm. The texts live until the next one is asked for.
struct SwarmMessage
{
    std::int64_t time = 0; ///< ns since the start; never falls
    std::string_view topic;
    std::string_view from;
    std::string_view json;
    Kind kind = Kind::Event; ///< what is meant, to hold against what a dialect makes of it
    std::uint32_t group = 0; ///< of the sender; index into Swarm::groups()
};

/// A simulated warehouse whose agents talk: planners, a router, robots on three sites, a vision
/// model, a gateway, a crew that handles refunds and a graph that triages tickets. Endless, and the
/// same for the same options. Not thread safe.
class Swarm
{
public:
    /// The options must have passed checkSwarmOptions.
    explicit Swarm(const SwarmOptions& options);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    const SwarmMessage& next();
    /// Something goes wrong that the options did not foresee. Its times are since the swarm's
    /// start; before the last message it does nothing any more.
    void add(const FaultPlan& fault);

    [[nodiscard]] const SwarmOptions& options() const noexcept;
    /// Sites and crews: agents of one group share a socket.
    [[nodiscard]] std::vector<std::string> groups() const;
    [[nodiscard]] std::vector<std::string> agentNames() const;
    [[nodiscard]] std::vector<TruthEntry> truth() const;
    [[nodiscard]] std::vector<ClockTruth> clocks() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
