// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/topology/topologypainter.h"

#include "views/base/blend.h"
#include "views/base/numbers.h"
#include "views/base/textwidths.h"
#include "views/topology/topologymodel.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPathStroker>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kNodeHeight = 26;
constexpr double kBend = 14;          ///< of two edges between the same nodes, away from each other
constexpr double kReach = 6;          ///< pixels from which an edge is hit
constexpr std::size_t kCrowd = 1'200; ///< edges
constexpr double kTinyScale = 0.7;    ///< below this nodes are dots with names beside them

struct GraphTr
{
    Q_DECLARE_TR_FUNCTIONS(Topology)
};

/// Where the line from the middle of `box` towards `to` leaves it.
QPointF borderTowards(const QRectF& box, QPointF to)
{
    const QPointF middle = box.center();
    const QPointF way = to - middle;
    const double x = std::abs(way.x()) / (box.width() / 2 + 3);
    const double y = std::abs(way.y()) / (box.height() / 2 + 3);
    const double most = std::max(x, y);
    return most < 1e-9 ? middle : middle + way / most;
}

/// Health is a shape first.
void paintMark(QPainter& painter, QPointF at, NodeHealth::Is health, double size)
{
    switch (health) {
    case NodeHealth::Is::Bad:
        painter.drawRect(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size));
        return;
    case NodeHealth::Is::Warning:
        painter.drawPolygon(QPolygonF{{at.x(), at.y() - size - 1},
                                      {at.x() + size + 1, at.y() + size},
                                      {at.x() - size - 1, at.y() + size}});
        return;
    case NodeHealth::Is::Good:
    case NodeHealth::Is::Unknown:
        break;
    }
    painter.drawEllipse(at, size, size);
}

QString labelOf(const GraphNode& node)
{
    return node.is == GraphNode::Is::Group && !node.group.isEmpty()
               ? u"%1 ×%2"_s.arg(node.label).arg(node.agents.size())
               : node.label;
}

} // namespace

TopologyPainter::TopologyPainter(const TrafficGraph& graph, const GraphPlaces& places,
                                 const std::vector<NodeHealth>& health, GraphCamera camera)
    : m_graph(graph)
    , m_health(health)
    , m_camera(camera)
    , m_theme(Theme::current())
{
    const QFont font = m_theme.interfaceFont(9.5);
    const QFont small = m_theme.interfaceFont(8);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        const QPointF at = camera.toScreen(places.value(node.id));
        double width = 12, height = 12;
        if (camera.scale >= kTinyScale) {
            width = std::min(190, keptWidth(font, labelOf(node)) + 34);
            if (i < health.size() && !health[i].word.isEmpty())
                width = std::max<double>(width, keptWidth(small, health[i].word) + 34);
            height =
                i < health.size() && !health[i].word.isEmpty() ? kNodeHeight + 10 : kNodeHeight;
        }
        m_rects.emplace_back(at.x() - width / 2, at.y() - height / 2, width, height);
    }
    std::vector<std::pair<int, int>> ways; // sorted: a painter is made for each frame
    ways.reserve(graph.edges.size());
    for (const GraphEdge& edge : graph.edges)
        ways.emplace_back(edge.from, edge.to);
    std::ranges::sort(ways);
    for (const GraphEdge& edge : graph.edges)
        m_hasReturn.push_back(std::ranges::binary_search(ways, std::pair(edge.to, edge.from)));
}

QRectF TopologyPainter::nodeRect(int node) const
{
    return m_rects[static_cast<std::size_t>(node)];
}

QPainterPath TopologyPainter::edgePath(int i) const
{
    const GraphEdge& edge = m_graph.edges[static_cast<std::size_t>(i)];
    const QRectF& from = m_rects[static_cast<std::size_t>(edge.from)];
    const QRectF& to = m_rects[static_cast<std::size_t>(edge.to)];
    QPainterPath path;
    if (edge.from == edge.to) { // within a group
        path.moveTo(from.right() - 14, from.top());
        path.cubicTo(from.right() - 10, from.top() - 22, from.right() + 22, from.top() - 10,
                     from.right(), from.top() + 10);
        return path;
    }
    const QPointF way = to.center() - from.center();
    const double length = std::hypot(way.x(), way.y());
    if (length < 1)
        return path;
    const double bend =
        m_hasReturn[static_cast<std::size_t>(i)] ? kBend * std::min(1.0, m_camera.scale) : 0;
    const QPointF aside(-way.y() / length * bend, way.x() / length * bend);
    const QPointF middle = (from.center() + to.center()) / 2 + 2 * aside;
    path.moveTo(borderTowards(from, middle));
    path.quadTo(middle, borderTowards(to, middle));
    return path;
}

bool TopologyPainter::touches(int edge, int node) const
{
    const GraphEdge& one = m_graph.edges[static_cast<std::size_t>(edge)];
    return node >= 0 && (one.from == node || one.to == node);
}

QColor TopologyPainter::edgeColor(const GraphEdge& edge, const GraphLooks& looks) const
{
    if (edge.errors * 100 >= edge.messages && edge.errors > 0)
        return m_theme.bad;
    if (edge.latency.count() > 0 &&
        nanoseconds(static_cast<std::int64_t>(edge.latency.quantile(0.99))) > looks.slo)
        return m_theme.warning;
    return m_theme.secondary;
}

double TopologyPainter::edgeWidth(const GraphEdge& edge, const GraphLooks& looks) const
{
    const double rate = static_cast<double>(edge.messages) / looks.seconds;
    return std::clamp(1 + 1.1 * std::log10(1 + 4 * rate), 1.0, 6.0) *
           std::clamp(m_camera.scale, 0.5, 1.2);
}

void TopologyPainter::paint(QPainter& painter, QSize size, const GraphLooks& looks,
                            const CrowdPicture* crowd) const
{
    painter.fillRect(QRect(QPoint(), size), m_theme.ground);
    painter.setRenderHint(QPainter::Antialiasing);
    // The quiet ones first, so that the busy ones lie above.
    if (isCrowd())
        paintCrowd(painter, size, looks, crowd);
    for (int i = static_cast<int>(m_graph.edges.size()); i-- > 0 && !isCrowd();) {
        if (!isStrong(i, looks))
            paintEdge(painter, i, looks);
    }
    for (int i = static_cast<int>(m_graph.edges.size()); i-- > 0;) {
        if (isStrong(i, looks))
            paintEdge(painter, i, looks);
    }
    const std::vector<bool> near = nearNodes(looks);
    const QRectF seen = QRectF(QPointF(), size).adjusted(-8, -8, 8, 8);
    for (std::size_t i = 0; i < m_graph.nodes.size(); ++i) {
        if (m_rects[i].intersects(seen))
            paintNode(painter, static_cast<int>(i), near[i], looks);
    }
    if (m_camera.scale < kTinyScale)
        paintNames(painter, QRectF(QPointF(), size), looks);
    constexpr std::size_t kMostLabels = 14;
    std::vector<QRectF> taken; // words over words say nothing
    for (const int i : {looks.hoveredEdge, looks.edge}) {
        if (i >= 0 && std::cmp_less(i, m_graph.edges.size()))
            paintEdgeLabel(painter, i, looks, taken);
    }
    for (int i = 0; std::cmp_less(i, m_graph.edges.size()) && taken.size() < kMostLabels; ++i) {
        if (isStrong(i, looks))
            paintEdgeLabel(painter, i, looks, taken);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

bool TopologyPainter::isStrong(int edge, const GraphLooks& looks) const
{
    return edge == looks.edge || edge == looks.hoveredEdge ||
           touches(edge, looks.hoveredNode >= 0 ? looks.hoveredNode : looks.node);
}

std::vector<bool> TopologyPainter::nearNodes(const GraphLooks& looks) const
{
    const int focus = looks.hoveredNode >= 0 ? looks.hoveredNode : looks.node;
    std::vector<bool> near(m_graph.nodes.size(), focus < 0);
    if (focus < 0)
        return near;
    near[static_cast<std::size_t>(focus)] = true;
    for (const GraphEdge& edge : m_graph.edges) {
        if (edge.from == focus || edge.to == focus)
            near[static_cast<std::size_t>(edge.from == focus ? edge.to : edge.from)] = true;
    }
    return near;
}

bool TopologyPainter::isCrowd() const
{
    return m_graph.edges.size() > kCrowd;
}

/// Straight, thin, without heads; many of one colour are painted at once.
TopologyPainter::Lines TopologyPainter::crowdLines(QSize size, const GraphLooks& looks) const
{
    const QRectF seen(QPointF(), size);
    Lines lines;
    for (int i = static_cast<int>(m_graph.edges.size()); i-- > 0;) {
        const GraphEdge& edge = m_graph.edges[static_cast<std::size_t>(i)];
        if (edge.from == edge.to)
            continue;
        const QPointF from = nodeRect(edge.from).center();
        const QPointF to = nodeRect(edge.to).center();
        if (!QRectF(from, to).normalized().adjusted(-1, -1, 1, 1).intersects(seen))
            continue;
        const QColor tone = edgeColor(edge, looks);
        const double share = tone == m_theme.secondary ? 0.2 : 0.45;
        lines[blended(tone, m_theme.ground, share).rgb()].append({from, to});
    }
    return lines;
}

void TopologyPainter::paintLines(QPainter& painter, const Lines& lines)
{
    for (const auto& [color, some] : lines) {
        painter.setPen(QPen(QColor(color), 0));
        painter.drawLines(some);
    }
}

void TopologyPainter::paintCrowd(QPainter& painter, QSize size, const GraphLooks& looks,
                                 const CrowdPicture* crowd) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    // Who is looked at stands out, the others step back.
    if (looks.hoveredNode >= 0 || looks.node >= 0)
        painter.setOpacity(0.4);
    if (crowd == nullptr) {
        paintLines(painter, crowdLines(size, looks));
    } else if (crowd->camera == m_camera) {
        painter.drawImage(QPointF(), crowd->image);
    } else {
        // Where it would lie now, until it is painted anew.
        const QPointF corner = m_camera.toScreen(crowd->camera.toPlace({0, 0}));
        const QSizeF was = crowd->image.deviceIndependentSize();
        const QPointF end =
            m_camera.toScreen(crowd->camera.toPlace(QPointF(was.width(), was.height())));
        painter.drawImage(QRectF(corner, end), crowd->image);
    }
    painter.restore();
}

void TopologyPainter::paintEdge(QPainter& painter, int i, const GraphLooks& looks) const
{
    const GraphEdge& edge = m_graph.edges[static_cast<std::size_t>(i)];
    const QPainterPath path = edgePath(i);
    if (path.isEmpty())
        return;
    const int focus = looks.hoveredNode >= 0 ? looks.hoveredNode : looks.node;
    const bool isStrong = i == looks.edge || i == looks.hoveredEdge || touches(i, focus);
    const bool isQuiet = focus >= 0 && !isStrong;
    const QColor tone = edgeColor(edge, looks);
    const bool isWell = tone == m_theme.secondary;
    const double share = isStrong ? 0.95 : isQuiet ? 0.16 : isWell ? 0.34 : 0.6;
    const QColor color =
        i == looks.edge ? m_theme.interaction : blended(tone, m_theme.ground, share);
    const double width = edgeWidth(edge, looks);
    QPen pen(color, width, edge.isInferred ? Qt::DashLine : Qt::SolidLine, Qt::FlatCap);
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (m_camera.scale < kTinyScale * 0.7 && !isStrong)
        return;
    const QPointF tip = path.currentPosition();
    const QPointF before =
        path.pointAtPercent(std::max(0.0, 1 - 10 / std::max(11.0, path.length())));
    const double angle = std::atan2(tip.y() - before.y(), tip.x() - before.x());
    const double length = 6 + width;
    QPolygonF head{tip};
    for (const double side : {-0.42, 0.42})
        head << QPointF(tip.x() - length * std::cos(angle + side),
                        tip.y() - length * std::sin(angle + side));
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(head);
}

/// Where none of `taken` is in the way; then it is one of them.
void TopologyPainter::paintEdgeLabel(QPainter& painter, int i, const GraphLooks& looks,
                                     std::vector<QRectF>& taken) const
{
    const GraphEdge& edge = m_graph.edges[static_cast<std::size_t>(i)];
    const QPainterPath path = edgePath(i);
    if (path.isEmpty())
        return;
    QString words = flowText(static_cast<double>(edge.messages) / looks.seconds);
    if (edge.latency.count() > 0)
        words += u" · p99 "_s +
                 durationText(nanoseconds(static_cast<std::int64_t>(edge.latency.quantile(0.99))));
    if (edge.errors > 0)
        words += u" · ✕ "_s + shortNumberText(static_cast<double>(edge.errors));
    painter.setFont(m_theme.numberFont(8));
    const QFontMetrics metrics(painter.font());
    // Nearer to who is spoken to: edges of one node part there.
    const QPointF at = path.pointAtPercent(0.6);
    const QRectF plate(at.x() - metrics.horizontalAdvance(words) / 2.0 - 4, at.y() - 7,
                       metrics.horizontalAdvance(words) + 8, 14);
    if (std::ranges::any_of(taken, [&](const QRectF& other) { return other.intersects(plate); }))
        return;
    taken.push_back(plate);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.ground);
    painter.drawRect(plate);
    painter.setPen(edge.errors > 0 ? m_theme.bad : m_theme.text);
    painter.drawText(plate, Qt::AlignCenter, words);
}

void TopologyPainter::paintNode(QPainter& painter, int i, bool isNear,
                                const GraphLooks& looks) const
{
    const GraphNode& node = m_graph.nodes[static_cast<std::size_t>(i)];
    const QRectF box = nodeRect(i);
    const NodeHealth health =
        std::cmp_less(i, m_health.size()) ? m_health[static_cast<std::size_t>(i)] : NodeHealth();
    const bool isTopic = node.is == GraphNode::Is::Topic;
    const bool isSelected = i == looks.node;
    const bool isHovered = i == looks.hoveredNode;
    const QColor tone = health.is == NodeHealth::Is::Bad       ? m_theme.bad
                        : health.is == NodeHealth::Is::Warning ? m_theme.warning
                        : health.is == NodeHealth::Is::Good    ? m_theme.good
                                                               : m_theme.faint;
    const double strength = isNear ? 1 : 0.45;
    if (m_camera.scale < kTinyScale) {
        painter.setPen(isSelected ? QPen(m_theme.interaction, 2) : QPen(Qt::NoPen));
        painter.setBrush(blended(tone, m_theme.ground, strength));
        paintMark(painter, box.center(), isTopic ? NodeHealth::Is::Unknown : health.is,
                  isTopic                           ? 3
                  : node.is == GraphNode::Is::Group ? 7
                                                    : 5);
        return;
    }
    const QColor ground = isSelected ? m_theme.selectionGround
                          : isTopic  ? m_theme.ground
                                     : m_theme.header;
    const bool isTrouble = health.is == NodeHealth::Is::Bad || health.is == NodeHealth::Is::Warning;
    const QColor rim = isSelected  ? m_theme.interaction
                       : isTrouble ? blended(tone, m_theme.ground, 0.8 * strength)
                       : isHovered ? m_theme.secondary
                                   : m_theme.hairline;
    painter.setPen(QPen(rim, isSelected ? 2 : 1, isTopic ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(ground);
    if (node.is == GraphNode::Is::Group) // a stack
        painter.drawRoundedRect(box.translated(3, -3), 4, 4);
    painter.drawRoundedRect(box, isTopic ? box.height() / 2 : 4, isTopic ? box.height() / 2 : 4);
    const QPointF mark(box.left() + 13, box.top() + kNodeHeight / 2);
    painter.setPen(Qt::NoPen);
    painter.setBrush(blended(tone, ground, strength));
    if (isTopic)
        painter.drawRect(QRectF(mark.x() - 4, mark.y() - 1, 8, 2));
    else
        paintMark(painter, mark, health.is, 4);
    const QRectF text(box.left() + 24, box.top(), box.width() - 30, kNodeHeight);
    painter.setFont(m_theme.interfaceFont(9.5));
    painter.setPen(blended(isTopic ? m_theme.secondary : m_theme.text, ground, strength));
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft,
                     fittingText(m_theme.interfaceFont(9.5), labelOf(node), Qt::ElideMiddle,
                                 static_cast<int>(text.width())));
    if (health.word.isEmpty())
        return;
    painter.setFont(m_theme.interfaceFont(8));
    painter.setPen(blended(tone, ground, std::max(0.8, strength)));
    painter.drawText(QRectF(text.left(), box.top() + kNodeHeight - 7, text.width() + 4, 14),
                     Qt::AlignVCenter | Qt::AlignLeft, health.word);
}

/// The busiest first; a name that has no room beside its node is left out, hovering says it.
void TopologyPainter::paintNames(QPainter& painter, const QRectF& room,
                                 const GraphLooks& looks) const
{
    const QFont font = m_theme.interfaceFont(8.5);
    painter.setFont(font);
    std::vector<int> order(m_graph.nodes.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = static_cast<int>(i);
    std::ranges::stable_sort(order, std::greater{}, [&](int i) {
        const GraphNode& node = m_graph.nodes[static_cast<std::size_t>(i)];
        const bool isLookedAt = i == looks.node || i == looks.hoveredNode;
        return std::tuple(isLookedAt, node.is != GraphNode::Is::Topic, node.sent + node.received);
    });
    std::vector<QRectF> taken = m_rects;
    for (const int i : order) {
        const GraphNode& node = m_graph.nodes[static_cast<std::size_t>(i)];
        const bool isLookedAt = i == looks.node || i == looks.hoveredNode;
        QString words = fittingText(font, labelOf(node), Qt::ElideMiddle, 130);
        const NodeHealth health = std::cmp_less(i, m_health.size())
                                      ? m_health[static_cast<std::size_t>(i)]
                                      : NodeHealth();
        if (!health.word.isEmpty())
            words += u" · "_s + health.word;
        const double width = keptWidth(font, words) + 4;
        const QRectF dot = nodeRect(i);
        const std::array places{
            QRectF(dot.right() + 1, dot.center().y() - 7, width, 14),
            QRectF(dot.left() - width - 1, dot.center().y() - 7, width, 14),
            QRectF(dot.center().x() - width / 2, dot.bottom(), width, 14),
            QRectF(dot.center().x() - width / 2, dot.top() - 14, width, 14),
        };
        const auto place = std::ranges::find_if(places, [&](const QRectF& at) {
            return room.contains(at) && std::ranges::none_of(taken, [&](const QRectF& other) {
                       return other.intersects(at);
                   });
        });
        if (place == places.end() && !isLookedAt)
            continue;
        const QRectF at = place == places.end() ? places.front() : *place;
        taken.push_back(at);
        painter.fillRect(at.adjusted(0, 1, 0, -1), isLookedAt ? m_theme.plate : m_theme.ground);
        painter.setPen(isLookedAt                             ? m_theme.text
                       : health.is == NodeHealth::Is::Bad     ? m_theme.bad
                       : health.is == NodeHealth::Is::Warning ? m_theme.warning
                       : node.is == GraphNode::Is::Topic      ? m_theme.faint
                                                              : m_theme.secondary);
        painter.drawText(at, Qt::AlignCenter, words);
    }
}

void TopologyPainter::paintPulses(QPainter& painter, const std::vector<GraphPulse>& pulses) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    for (const GraphPulse& pulse : pulses) {
        if (std::cmp_greater_equal(pulse.edge, m_graph.edges.size()))
            continue;
        const QPainterPath path = edgePath(pulse.edge);
        if (path.isEmpty())
            continue;
        const double size = std::clamp(2.0 + std::log2(1.0 + pulse.messages), 2.5, 6.0);
        // It comes and goes quietly.
        const double fade = std::min(1.0, 4 * std::min(pulse.at, 1 - pulse.at) + 0.25);
        painter.setBrush(
            blended(pulse.isError ? m_theme.bad : m_theme.text, m_theme.ground, 0.85 * fade));
        painter.drawEllipse(path.pointAtPercent(std::clamp(pulse.at, 0.0, 1.0)), size, size);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

int TopologyPainter::nodeAt(QPointF position) const
{
    for (int i = static_cast<int>(m_rects.size()); i-- > 0;) {
        if (m_rects[static_cast<std::size_t>(i)].adjusted(-3, -3, 3, 3).contains(position))
            return i;
    }
    return -1;
}

int TopologyPainter::edgeAt(QPointF position) const
{
    QPainterPathStroker stroker;
    stroker.setWidth(2 * kReach);
    for (int i = 0; std::cmp_less(i, m_graph.edges.size()); ++i) {
        // A path is made of those only that may be near.
        const GraphEdge& edge = m_graph.edges[static_cast<std::size_t>(i)];
        const double reach = kReach + 2 * kBend;
        if (!nodeRect(edge.from)
                 .united(nodeRect(edge.to))
                 .adjusted(-reach, -reach, reach, reach)
                 .contains(position))
            continue;
        const QPointF from = nodeRect(edge.from).center();
        const QPointF way = nodeRect(edge.to).center() - from;
        const double length = std::hypot(way.x(), way.y());
        const QPointF there = position - from;
        if (length > 1 && std::abs(way.x() * there.y() - way.y() * there.x()) / length > reach)
            continue;
        const QPainterPath path = edgePath(i);
        if (path.controlPointRect().adjusted(-kReach, -kReach, kReach, kReach).contains(position) &&
            stroker.createStroke(path).contains(position))
            return i;
    }
    return -1;
}

} // namespace murmur
