// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/graphlayout.h"
#include "views/base/theme.h"
#include "views/topology/nodehealth.h"

#include <QImage>
#include <QLineF>
#include <QPainterPath>
#include <QRectF>
#include <QSize>

#include <map>
#include <vector>

class QPainter;

namespace murmur {

/// From places to pixels.
struct GraphCamera
{
    double scale = 1;
    QPointF offset;
    QPointF stretch{1, 1}; ///< a low and wide pane is filled, too

    /// From places to pixels, wherever the picture lies.
    [[nodiscard]] QPointF spread(QPointF place) const
    {
        return {place.x() * stretch.x() * scale, place.y() * stretch.y() * scale};
    }
    [[nodiscard]] QPointF gathered(QPointF pixels) const
    {
        return {pixels.x() / (stretch.x() * scale), pixels.y() / (stretch.y() * scale)};
    }
    [[nodiscard]] QPointF toScreen(QPointF place) const { return spread(place) + offset; }
    [[nodiscard]] QPointF toPlace(QPointF screen) const { return gathered(screen - offset); }
    friend bool operator==(const GraphCamera&, const GraphCamera&) = default;
};

/// The edges of a crowd as they were painted last, for a camera that may have moved on.
struct CrowdPicture
{
    QImage image;
    GraphCamera camera;
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

    /// With a picture of the crowd its edges are not painted anew.
    void paint(QPainter& painter, QSize size, const GraphLooks& looks,
               const CrowdPicture* crowd = nullptr) const;
    /// There are so many edges that no single one can be followed.
    [[nodiscard]] bool isCrowd() const;
    using Lines = std::map<QRgb, QList<QLineF>>;
    /// The edges of a crowd by their colours; painting them takes no look at the graph.
    [[nodiscard]] Lines crowdLines(QSize size, const GraphLooks& looks) const;
    static void paintLines(QPainter& painter, const Lines& lines);
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
    void paintCrowd(QPainter& painter, QSize size, const GraphLooks& looks,
                    const CrowdPicture* crowd) const;
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
