// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/trafficgraph.h"

#include <QString>

#include <vector>

namespace murmur {

/// How a node of the graph is, as colour, shape and word.
struct NodeHealth
{
    enum class Is : std::uint8_t { Unknown, Good, Warning, Bad };
    Is is = Is::Unknown;
    QString word; ///< "silent", "12 % errors", "p99 840 ms"; empty where all is well
};

/// Of each node. `state` is that of the agents at the end of what is shown; may be empty.
std::vector<NodeHealth> healthOf(const TrafficGraph& graph, const StateSlice& state,
                                 nanoseconds slo);

} // namespace murmur
