// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/dictionaries.h"
#include "topology/traffic.h"

#include <QString>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace murmur {

/// A point of the picture: an agent, several that are folded into one, or a topic.
struct GraphNode
{
    enum class Is : std::uint8_t { Agent, Group, Topic };
    Is is = Is::Agent;
    QString id; ///< stays the same from picture to picture
    QString label;
    std::vector<AgentId> agents; ///< of a topic none
    std::vector<TopicId> topics; ///< of a topic
    QString group;               ///< in which it would fold
    std::int64_t sent = 0;
    std::int64_t received = 0;
    std::int64_t errors = 0;  ///< that it sent
    LatencyHistogram latency; ///< ns, of the calls that it answered
};

/// All that goes from one node to another.
struct GraphEdge
{
    int from = 0; ///< node
    int to = 0;
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    LatencyHistogram latency;  ///< ns, of calls from `from` that `to` answered
    Seq last = 0;              ///< one of its messages: an error if there is one, else the last
    std::int64_t lastTime = 0; ///< ns
    bool isInferred = false;   ///< the receivers follow from who answers
};

struct TrafficGraph
{
    std::vector<GraphNode> nodes;
    std::vector<GraphEdge> edges; ///< the busiest first
    std::int64_t messages = 0;
    std::int64_t folded = 0;       ///< agents that stand in a group
    std::map<TopicId, int> topics; ///< in which node each stands

    [[nodiscard]] int indexOf(const QString& id) const; ///< -1: none
    /// The node in which an agent stands; -1: none.
    [[nodiscard]] int nodeOf(AgentId agent) const;
    [[nodiscard]] int edgeBetween(int from, int to) const;
};

struct GraphWish
{
    std::size_t mostNodes = 60; ///< with more, groups are folded
    std::set<QString> unfolded; ///< groups that a person wants to see into
    std::set<QString> folded;   ///< and those that a person does not
    bool hasTopics = true;
    std::size_t mostTopics =
        16; ///< of those that differ by more than numbers; the quietest together
};

/// Agents of one group fold together; agents in none fold with those whose names differ by numbers
/// only (robot-07 and robot-12: "robot-#"), and so do topics. What still is too much becomes one
/// node, the quietest first. A pure function.
TrafficGraph trafficGraph(const Traffic& traffic, const Dictionaries& names,
                          const GraphWish& wish = {});

/// "robot-12" → "robot-#"; as it is where no number stands in it.
QString nameFamily(const QString& name);

} // namespace murmur
