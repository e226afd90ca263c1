// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/graphlayout.h"
#include "views/base/theme.h"
#include "views/topology/nodehealth.h"

#include <QPainterPath>
#include <QRectF>
#include <QSize>

#include <vector>

class QPainter;

namespace murmur {

/// From places to pixels.
struct GraphCamera
{
    double scale = 1;
    QPointF offset;

    [[nodiscard]] QPointF toScreen(QPointF place) const { return place * scale + offset; }
    [[nodiscard]] QPointF toPlace(QPointF screen) const { return (screen - offset) / scale; }
};

/// A message, or several, under way on an edge.
struct GraphPulse
{
    int edge = 0;
    double at = 0; ///< 0 … 1 of the way
    int messages = 1;
    bool isError = false;
};

/// What of the graph is looked at.
struct GraphLooks
{
    int node = -1; ///< selected
    int edge = -1;
    int hoveredNode = -1;
    int hoveredEdge = -1;
    nanoseconds slo{0};
    double seconds = 1; ///< that the counts are over
};

/// Where nodes and edges are on the screen, and what they look like.
class TopologyPainter
{
public:
    TopologyPainter(const TrafficGraph& graph, const GraphPlaces& places,
                    const std::vector<NodeHealth>& health, GraphCamera camera);

    void paint(QPainter& painter, QSize size, const GraphLooks& looks) const;
    void paintPulses(QPainter& painter, const std::vector<GraphPulse>& pulses) const;
    [[nodiscard]] QRectF nodeRect(int node) const;
    /// From border to border; empty where it goes to itself.
    [[nodiscard]] QPainterPath edgePath(int edge) const;
    /// -1: none.
    [[nodiscard]] int nodeAt(QPointF position) const;
    [[nodiscard]] int edgeAt(QPointF position) const;

private:
    void paintEdge(QPainter& painter, int edge, const GraphLooks& looks) const;
    void paintEdgeLabel(QPainter& painter, int edge, const GraphLooks& looks,
                        std::vector<QRectF>& taken) const;
    /// Of so many that no single one can be followed: straight, thin, without heads.
    void paintCrowd(QPainter& painter, QSize size, const GraphLooks& looks) const;
    void paintNode(QPainter& painter, int node, bool isNear, const GraphLooks& looks) const;
    /// Of each node whether it is looked at, or talks with the one that is.
    [[nodiscard]] std::vector<bool> nearNodes(const GraphLooks& looks) const;
    [[nodiscard]] bool isStrong(int edge, const GraphLooks& looks) const;
    void paintNames(QPainter& painter, const QRectF& room, const GraphLooks& looks) const;
    [[nodiscard]] bool touches(int edge, int node) const;
    [[nodiscard]] QColor edgeColor(const GraphEdge& edge, const GraphLooks& looks) const;
    [[nodiscard]] double edgeWidth(const GraphEdge& edge, const GraphLooks& looks) const;

    const TrafficGraph& m_graph;
    const std::vector<NodeHealth>& m_health;
    const GraphCamera m_camera;
    const Theme& m_theme;
    std::vector<QRectF> m_rects;
    std::vector<bool> m_hasReturn; ///< an edge goes the other way, too
};

} // namespace murmur
