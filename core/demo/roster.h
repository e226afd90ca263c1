// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/demorandom.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// How an agent's software writes its envelope: the demo shows that names differ.
enum class Style : std::uint8_t { Warehouse, Crew, Graph };

struct DemoAgent
{
    std::string name;
    /// What each of its messages says of it: `,"from":"robot-07","site":"berlin",…,"id":"robot-07:`
    std::string head;
    std::string heartbeatTopic;
    std::string stateTopic;
    Style style = Style::Warehouse;
    std::uint32_t group = 0;
    std::uint32_t site = 0; ///< of robots and planners
    std::uint64_t sequence = 0;
    std::int64_t clockError = 0; ///< ns, added to what its clock shows, at the start
    std::int64_t clockDrift = 0; ///< billionths
    std::int64_t clockStepAt = 0;
    std::int64_t clockStep = 0; ///< ns, by which it is set then

    // Robots only.
    int battery = 0; ///< thousandths
    int x = 0;       ///< cm
    int y = 0;
    int heading = 0; ///< thousandths of a radian
    std::uint64_t task = 0;
    std::uint64_t epoch = 0;
};

/// Everybody in the swarm, by role.
struct Roster
{
    static constexpr std::size_t kSites = 3;

    Roster(int agents, DemoRandom& random, bool hasModels = false);

    std::vector<DemoAgent> agents;
    std::vector<std::string> groups;
    std::vector<std::uint32_t> planners[kSites];
    std::vector<std::uint32_t> robots[kSites];
    std::vector<std::uint32_t> allRobots;
    std::uint32_t router = 0;
    std::uint32_t vision = 0;
    std::uint32_t gateway = 0;
    std::uint32_t researcher = 0;
    std::uint32_t writer = 0;
    std::uint32_t critic = 0;
    std::uint32_t graph = 0;
    std::uint32_t nodes[3] = {};
    std::uint32_t models[2] = {}; ///< where there are any

private:
    std::uint32_t add(std::string name, std::string_view role, Style style, std::uint32_t group,
                      DemoRandom& random);
};

} // namespace murmur
