// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/roster.h"

#include <algorithm>
#include <array>

namespace murmur {

namespace {

constexpr std::array<std::string_view, Roster::kSites> kSiteNames{"berlin", "lyon", "turin"};
constexpr std::uint32_t kRefunds = 3; // groups behind the sites
constexpr std::uint32_t kTriage = 4;

/// Most robots are in berlin, as in a company that has grown from one hall.
std::uint32_t siteOf(std::size_t i) noexcept
{
    constexpr std::array<std::uint8_t, 10> pattern{0, 0, 1, 0, 0, 2, 0, 1, 0, 0};
    return pattern[i % pattern.size()];
}

std::string numbered(std::string_view word, std::size_t number)
{
    std::string name(word);
    name += '-';
    if (number < 10)
        name += '0';
    return name + std::to_string(number);
}

} // namespace

std::uint32_t Roster::add(std::string name, std::string_view role, Style style, std::uint32_t group,
                          DemoRandom& random)
{
    DemoAgent agent;
    agent.style = style;
    agent.group = group;
    agent.site = group < kSites ? group : 0;
    agent.clockError = random.between(-2'000'000, 2'000'000);
    const std::string_view place = groups[group];
    agent.heartbeatTopic = "hb." + std::string(place) + '.' + name;
    agent.stateTopic = "state.robot." + name;
    switch (style) {
    case Style::Warehouse:
        agent.head = ",\"from\":\"" + name + "\",\"site\":\"";
        break;
    case Style::Crew:
        agent.head = ",\"agent\":\"" + name + "\",\"crew\":\"";
        break;
    case Style::Graph:
        agent.head = ",\"source\":\"" + name + "\",\"crew\":\"";
        break;
    }
    agent.head += place;
    agent.head += "\",\"role\":\"";
    agent.head += role;
    agent.head += style == Style::Crew ? "\",\"event_id\":\"" : "\",\"id\":\"";
    agent.head += name + ':';
    agent.name = std::move(name);
    agents.push_back(std::move(agent));
    return static_cast<std::uint32_t>(agents.size() - 1);
}

Roster::Roster(int count, DemoRandom& random, bool hasModels)
    : groups(kSiteNames.begin(), kSiteNames.end())
{
    groups.emplace_back("refunds");
    groups.emplace_back("triage");
    const auto total = static_cast<std::size_t>(count);
    agents.reserve(total);
    const std::size_t plannerCount = std::clamp<std::size_t>(total / 40, 3, 24);
    for (std::size_t i = 0; i < plannerCount; ++i) {
        const auto site = static_cast<std::uint32_t>(i % kSites);
        planners[site].push_back(
            add(numbered("planner", i + 1), "planner", Style::Warehouse, site, random));
    }
    router = add("router", "router", Style::Warehouse, 0, random);
    vision = add("vision-llm", "model", Style::Warehouse, 0, random);
    gateway = add("gateway", "gateway", Style::Warehouse, 0, random);
    researcher = add("researcher", "researcher", Style::Crew, kRefunds, random);
    writer = add("writer", "writer", Style::Crew, kRefunds, random);
    critic = add("critic", "critic", Style::Crew, kRefunds, random);
    graph = add("triage-graph", "graph", Style::Graph, kTriage, random);
    constexpr std::array<std::string_view, 3> nodeNames{"classify", "retrieve", "draft"};
    for (std::size_t i = 0; i < nodeNames.size(); ++i)
        nodes[i] = add(std::string(nodeNames[i]), "node", Style::Graph, kTriage, random);
    if (hasModels) {
        models[0] = add("gpt-4o-mini", "model", Style::Warehouse, kRefunds, random);
        models[1] = add("claude-haiku-4-5", "model", Style::Warehouse, kRefunds, random);
    }
    for (std::size_t i = 0; agents.size() < total; ++i) {
        const std::uint32_t site = siteOf(i);
        const std::uint32_t robot =
            add(numbered("robot", i + 1), "robot", Style::Warehouse, site, random);
        DemoAgent& body = agents[robot];
        body.battery = static_cast<int>(random.between(250, 1000));
        body.x = static_cast<int>(random.between(0, 12'000));
        body.y = static_cast<int>(random.between(0, 8'000));
        body.heading = static_cast<int>(random.between(-3141, 3141));
        body.epoch = random.below(400);
        robots[site].push_back(robot);
        allRobots.push_back(robot);
    }
}

} // namespace murmur
