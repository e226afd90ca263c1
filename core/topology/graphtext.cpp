// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/graphtext.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kErrorShare = 0.01;

/// As a name in DOT: a backslash would begin an escape there.
std::string dotName(const QString& text)
{
    std::string quoted = "\"";
    for (const char c : text.toStdString()) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return quoted + '"';
}

std::string dotNumber(double value)
{
    return QByteArray::number(value, 'f', 1).toStdString();
}

} // namespace

std::string_view nodeWord(GraphNode::Is is) noexcept
{
    switch (is) {
    case GraphNode::Is::Agent:
        return "agent";
    case GraphNode::Is::Group:
        return "group";
    case GraphNode::Is::Topic:
        return "topic";
    }
    return "";
}

std::string graphAsDot(const TrafficGraph& graph)
{
    std::string out = "digraph murmur {\n  node [shape=box, fontname=\"sans-serif\"];\n"
                      "  edge [fontname=\"sans-serif\", fontsize=9];\n";
    for (const GraphNode& node : graph.nodes) {
        QString label = node.label;
        if (node.is == GraphNode::Is::Group)
            label += u" (%1)"_s.arg(node.agents.size());
        out += "  " + dotName(node.id) + " [label=" + dotName(label);
        if (node.is == GraphNode::Is::Topic)
            out += ", style=\"dashed,rounded\"";
        else if (node.is == GraphNode::Is::Group)
            out += ", peripheries=2";
        out += "];\n";
    }
    std::int64_t most = 1;
    for (const GraphEdge& edge : graph.edges)
        most = std::max(most, edge.messages);
    for (const GraphEdge& edge : graph.edges) {
        const double width = 0.5 + 4 * std::log1p(static_cast<double>(edge.messages)) /
                                       std::log1p(static_cast<double>(most));
        out += "  " + dotName(graph.nodes[static_cast<std::size_t>(edge.from)].id) + " -> " +
               dotName(graph.nodes[static_cast<std::size_t>(edge.to)].id) +
               " [label=" + dotName(QString::number(edge.messages)) +
               ", penwidth=" + dotNumber(width);
        if (static_cast<double>(edge.errors) >= kErrorShare * static_cast<double>(edge.messages) &&
            edge.errors > 0)
            out += ", color=red";
        if (edge.isInferred)
            out += ", style=dashed";
        out += "];\n";
    }
    return out + "}\n";
}

} // namespace murmur
