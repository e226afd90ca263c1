// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/trafficgraph.h"

#include <string>

namespace murmur {

/// "agent", "group", "topic".
std::string_view nodeWord(GraphNode::Is is) noexcept;

/// The graph for Graphviz: `dot -Tsvg`. Edges are as thick as much is said on them, those with one
/// error in a hundred are red.
std::string graphAsDot(const TrafficGraph& graph);

} // namespace murmur
