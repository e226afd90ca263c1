// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/topology/nodehealth.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

constexpr std::int64_t kTalkative = 5; ///< messages; who said less had no rhythm that could stop
constexpr double kManyErrors = 0.1;
constexpr double kSomeErrors = 0.01;

struct HealthTr
{
    Q_DECLARE_TR_FUNCTIONS(Topology)
};

NodeHealth healthOf(const GraphNode& node, const StateSlice& state, nanoseconds slo)
{
    if (node.is == GraphNode::Is::Topic)
        return {};
    int silent = 0;
    for (const AgentId agent : node.agents) {
        const auto known = std::ranges::lower_bound(state.agents, agent, {}, &AgentState::agent);
        if (known != state.agents.end() && known->agent == agent &&
            known->liveness == Liveness::Silent && known->sent >= kTalkative)
            ++silent;
    }
    if (silent > 0)
        return {NodeHealth::Is::Bad, node.agents.size() == 1
                                         ? HealthTr::tr("silent")
                                         : HealthTr::tr("%1 silent").arg(silent)};
    const double errors =
        node.sent > 0 ? static_cast<double>(node.errors) / static_cast<double>(node.sent) : 0;
    const QString share =
        HealthTr::tr("%1 % errors").arg(QString::number(100 * errors, 'f', errors < 0.1 ? 1 : 0));
    if (errors >= kManyErrors)
        return {NodeHealth::Is::Bad, share};
    const auto slow = static_cast<std::int64_t>(node.latency.quantile(0.99));
    if (node.latency.count() > 0 && nanoseconds(slow) > slo)
        return {NodeHealth::Is::Warning,
                HealthTr::tr("p99 %1").arg(durationText(nanoseconds(slow)))};
    if (errors >= kSomeErrors)
        return {NodeHealth::Is::Warning, share};
    return {NodeHealth::Is::Good, {}};
}

} // namespace

std::vector<NodeHealth> healthOf(const TrafficGraph& graph, const StateSlice& state,
                                 nanoseconds slo)
{
    std::vector<NodeHealth> health;
    health.reserve(graph.nodes.size());
    for (const GraphNode& node : graph.nodes)
        health.push_back(healthOf(node, state, slo));
    return health;
}

} // namespace murmur
