// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/topology/topologycanvas.h"

#include "views/base/numbers.h"
#include "views/topology/topologymodel.h"

#include <QApplication>
#include <QBackingStore>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPaintEngine>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <QtConcurrent>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kSmallestZoom = 0.05;
constexpr double kLargestZoom = 6;
constexpr double kMostStretch = 4;
constexpr double kFittingZoom = 1.15; ///< a graph of three nodes is not blown up
constexpr qint64 kTravel = 800;       // milliseconds from node to node
constexpr qint64 kTogether = 160;     // milliseconds in which messages are one pulse
constexpr std::size_t kMostPulses = 160;

} // namespace

TopologyCanvas::TopologyCanvas(QWidget* parent)
    : QWidget(parent)
    , m_frames(u"topology"_s)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Graph of agents"));
    m_clock.start();
    m_frame.setInterval(33);
    connect(&m_frame, &QTimer::timeout, this, &TopologyCanvas::advance);
    m_rest.setSingleShot(true);
    m_rest.setInterval(60);
    connect(&m_rest, &QTimer::timeout, this, &TopologyCanvas::askForCrowd);
}

void TopologyCanvas::show(std::shared_ptr<const TrafficGraph> graph, std::vector<NodeHealth> health,
                          double seconds)
{
    // What is selected, hovered and under way stays with its ends, whatever numbers they have now.
    const auto old = m_graph;
    const auto nodeNow = [&](int node) {
        return node < 0 || !graph ? -1
                                  : graph->indexOf(old->nodes[static_cast<std::size_t>(node)].id);
    };
    const auto edgeNow = [&](int edge) {
        if (edge < 0 || !graph)
            return -1;
        const GraphEdge& of = old->edges[static_cast<std::size_t>(edge)];
        return graph->edgeBetween(nodeNow(of.from), nodeNow(of.to));
    };
    m_looks.node = nodeNow(m_looks.node);
    m_looks.edge = edgeNow(m_looks.edge);
    m_looks.hoveredNode = nodeNow(m_looks.hoveredNode);
    m_looks.hoveredEdge = edgeNow(m_looks.hoveredEdge);
    for (Flowing& flowing : m_pulses)
        flowing.pulse.edge = edgeNow(flowing.pulse.edge);
    std::erase_if(m_pulses, [](const Flowing& flowing) { return flowing.pulse.edge < 0; });
    m_dragged = -1;
    m_graph = std::move(graph);
    m_health = std::move(health);
    m_looks.seconds = std::max(1e-9, seconds);
    forgetCrowd();
}

void TopologyCanvas::setPlaces(const GraphPlaces& places)
{
    m_places = places;
    if (m_isFitted)
        fit();
    forgetCrowd();
}

void TopologyCanvas::setHealth(std::vector<NodeHealth> health)
{
    m_health = std::move(health);
    forgetLayer();
}

void TopologyCanvas::setSlo(nanoseconds slo)
{
    m_looks.slo = slo;
    forgetCrowd();
}

void TopologyCanvas::select(int node, int edge)
{
    m_looks.node = node;
    m_looks.edge = edge;
    if (node >= 0 || edge >= 0)
        setAccessibleDescription(node >= 0 ? sentenceOfNode(node) : sentenceOfEdge(edge));
    forgetLayer();
}

void TopologyCanvas::pulse(int edge, int messages, bool isError)
{
    const qint64 now = m_clock.elapsed();
    const auto young = std::ranges::find_if(m_pulses, [&](const Flowing& flowing) {
        return flowing.pulse.edge == edge && now - flowing.begin < kTogether;
    });
    if (young != m_pulses.end()) {
        young->pulse.messages += messages;
        young->pulse.isError = young->pulse.isError || isError;
    } else if (m_pulses.size() < kMostPulses) {
        m_pulses.push_back({{edge, 0, messages, isError}, now});
    }
    if (!m_frame.isActive() && isVisible())
        m_frame.start();
}

void TopologyCanvas::advance()
{
    const qint64 now = m_clock.elapsed();
    std::erase_if(m_pulses, [&](const Flowing& flowing) { return now - flowing.begin >= kTravel; });
    for (Flowing& flowing : m_pulses)
        flowing.pulse.at = static_cast<double>(now - flowing.begin) / static_cast<double>(kTravel);
    if (m_pulses.empty() || !isVisible()) {
        m_pulses.clear();
        m_frame.stop();
        m_layer = {};
    }
    update();
}

void TopologyCanvas::forgetLayer()
{
    m_layer = {};
    update();
}

void TopologyCanvas::forgetCrowd()
{
    m_isCrowdOld = true;
    forgetLayer();
}

const CrowdPicture* TopologyCanvas::crowdFor(const QPainter& painter, const TopologyPainter& graph)
{
    QBackingStore* store = backingStore();
    const bool isHere = store != nullptr && painter.paintEngine() != nullptr &&
                        painter.paintEngine()->paintDevice() == store->paintDevice();
    if (!graph.isCrowd() || !isHere)
        return nullptr;
    const bool fits = m_crowd.image.size() == size() * devicePixelRatioF();
    if (m_isCrowdOld || m_crowd.camera != m_camera || !fits) {
        // While somebody pans it waits for the hand to rest; what is new is painted at once.
        if (m_isCrowdOld)
            askForCrowd();
        else
            m_rest.start();
    }
    return m_crowd.image.isNull() ? nullptr : &m_crowd;
}

void TopologyCanvas::askForCrowd()
{
    if (!m_graph)
        return;
    m_rest.stop();
    m_isCrowdOld = false;
    const qreal ratio = devicePixelRatioF();
    m_crowdJob.start(
        this,
        [lines = painterOf().crowdLines(size(), m_looks), camera = m_camera, ratio,
         pixels = size() * ratio, ground = Theme::current().ground](const std::stop_token&) {
            return QtConcurrent::run([=]() -> Result<CrowdPicture> {
                CrowdPicture picture{QImage(pixels, QImage::Format_RGB32), camera};
                picture.image.setDevicePixelRatio(ratio);
                picture.image.fill(ground);
                QPainter painter(&picture.image);
                TopologyPainter::paintLines(painter, lines);
                return picture;
            });
        },
        [this](Result<CrowdPicture> picture) {
            if (!picture)
                return;
            m_crowd = std::move(*picture);
            forgetLayer();
        });
}

TopologyPainter TopologyCanvas::painterOf() const
{
    return {*m_graph, m_places, m_health, m_camera};
}

QPointF TopologyCanvas::centerOf(int node) const
{
    return painterOf().nodeRect(node).center();
}

QPointF TopologyCanvas::middleOf(int edge) const
{
    return painterOf().edgePath(edge).pointAtPercent(0.5);
}

void TopologyCanvas::fit()
{
    m_isFitted = true;
    if (!m_graph || m_places.isEmpty())
        return;
    QRectF all;
    for (const GraphNode& node : m_graph->nodes) {
        const QPointF at = m_places.value(node.id);
        all = all.united(QRectF(at.x() - 70, at.y() - 22, 140, 44));
    }
    const double x = (width() - 24) / std::max(1.0, all.width());
    const double y = (height() - 24) / std::max(1.0, all.height());
    m_camera.scale = std::clamp(std::min(x, y), kSmallestZoom, kFittingZoom);
    // The longer side of the pane is used, too: nodes need room beside each other, not on a heap.
    const auto stretched = [&](double room) {
        const double most = std::min(kMostStretch, kFittingZoom / m_camera.scale);
        return std::clamp(room / m_camera.scale, 1.0, std::max(1.0, most));
    };
    m_camera.stretch = {stretched(x), stretched(y)};
    m_camera.offset = QPointF(width() / 2.0, height() / 2.0) - m_camera.spread(all.center());
    forgetLayer();
}

void TopologyCanvas::setZoom(double zoom, QPointF around)
{
    zoom = std::clamp(zoom, kSmallestZoom, kLargestZoom);
    const QPointF place = m_camera.toPlace(around);
    m_camera.scale = zoom;
    m_camera.offset = around - m_camera.spread(place);
    m_isFitted = false;
    forgetLayer();
}

void TopologyCanvas::paintEvent(QPaintEvent* /*event*/)
{
    const FrameTimer::Frame frame(m_frames);
    QPainter painter(this);
    if (!m_graph) {
        painter.fillRect(rect(), Theme::current().ground);
        return;
    }
    const TopologyPainter graph = painterOf();
    if (m_pulses.empty()) { // straight onto what is painted: it may be a page
        graph.paint(painter, size(), m_looks, crowdFor(painter, graph));
        return;
    }
    if (m_layer.isNull()) {
        m_layer = QImage(size() * devicePixelRatioF(), QImage::Format_RGB32);
        m_layer.setDevicePixelRatio(devicePixelRatioF());
        QPainter layer(&m_layer);
        graph.paint(layer, size(), m_looks, crowdFor(painter, graph));
    }
    painter.drawImage(QPoint(), m_layer);
    std::vector<GraphPulse> pulses;
    for (const Flowing& flowing : m_pulses)
        pulses.push_back(flowing.pulse);
    graph.paintPulses(painter, pulses);
}

void TopologyCanvas::resizeEvent(QResizeEvent* /*event*/)
{
    if (m_isFitted)
        fit();
    forgetLayer();
}

void TopologyCanvas::wheelEvent(QWheelEvent* event)
{
    setZoom(m_camera.scale * std::pow(1.0015, event->angleDelta().y()), event->position());
    event->accept();
}

void TopologyCanvas::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_graph)
        return;
    m_isPressed = true;
    m_isDragging = false;
    m_pressed = event->position();
    m_before = m_camera;
    m_dragged = painterOf().nodeAt(m_pressed);
    if (m_dragged >= 0)
        m_placeBefore = m_places.value(m_graph->nodes[static_cast<std::size_t>(m_dragged)].id);
}

void TopologyCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_isPressed) {
        hover(event->position());
        return;
    }
    const QPointF moved = event->position() - m_pressed;
    if (!m_isDragging && moved.manhattanLength() < QApplication::startDragDistance())
        return;
    m_isDragging = true;
    if (m_dragged >= 0) {
        m_places.insert(m_graph->nodes[static_cast<std::size_t>(m_dragged)].id,
                        m_placeBefore + m_camera.gathered(moved));
        forgetCrowd();
    } else {
        m_camera.offset = m_before.offset + moved;
        m_isFitted = false;
        forgetLayer();
    }
}

void TopologyCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_isPressed)
        return;
    m_isPressed = false;
    if (m_isDragging || !m_graph)
        return;
    const TopologyPainter painter = painterOf();
    const int node = painter.nodeAt(event->position());
    const int edge = node < 0 ? painter.edgeAt(event->position()) : -1;
    select(node, edge);
    if (node >= 0)
        Q_EMIT nodePicked(node);
    else if (edge >= 0)
        Q_EMIT edgePicked(edge);
    else
        Q_EMIT nothingPicked();
}

void TopologyCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_graph)
        return;
    const int node = painterOf().nodeAt(event->position());
    if (node >= 0)
        Q_EMIT nodeOpened(node);
    else
        fit();
}

void TopologyCanvas::leaveEvent(QEvent* /*event*/)
{
    if (m_looks.hoveredNode < 0 && m_looks.hoveredEdge < 0)
        return;
    m_looks.hoveredNode = m_looks.hoveredEdge = -1;
    forgetLayer();
}

void TopologyCanvas::hover(QPointF position)
{
    if (!m_graph)
        return;
    const TopologyPainter painter = painterOf();
    const int node = painter.nodeAt(position);
    const int edge = node < 0 ? painter.edgeAt(position) : -1;
    if (node == m_looks.hoveredNode && edge == m_looks.hoveredEdge)
        return;
    m_looks.hoveredNode = node;
    m_looks.hoveredEdge = edge;
    forgetLayer();
}

/// To the node that lies nearest in a direction.
void TopologyCanvas::stepTo(QPointF direction)
{
    if (!m_graph || m_graph->nodes.empty())
        return;
    int best = m_looks.node < 0 ? 0 : -1;
    double nearest = 1e18;
    for (int i = 0; std::cmp_less(i, m_graph->nodes.size()) && m_looks.node >= 0; ++i) {
        const QPointF way = centerOf(i) - centerOf(m_looks.node);
        const double along = QPointF::dotProduct(way, direction);
        const double aside = std::abs(way.x() * direction.y() - way.y() * direction.x());
        if (i == m_looks.node || along <= 1)
            continue;
        if (const double distance = along + 2 * aside; distance < nearest) {
            nearest = distance;
            best = i;
        }
    }
    if (best < 0)
        return;
    select(best, -1);
    Q_EMIT nodePicked(best);
}

void TopologyCanvas::keyPressEvent(QKeyEvent* event)
{
    const QPointF middle(width() / 2.0, height() / 2.0);
    switch (event->key()) {
    case Qt::Key_Left:
        return stepTo({-1, 0});
    case Qt::Key_Right:
        return stepTo({1, 0});
    case Qt::Key_Up:
        return stepTo({0, -1});
    case Qt::Key_Down:
        return stepTo({0, 1});
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return setZoom(m_camera.scale * 1.25, middle);
    case Qt::Key_Minus:
        return setZoom(m_camera.scale / 1.25, middle);
    case Qt::Key_0:
        return fit();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_looks.node >= 0)
            Q_EMIT nodeOpened(m_looks.node);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool TopologyCanvas::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || !m_graph)
        return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const TopologyPainter painter = painterOf();
    const int node = painter.nodeAt(help->pos());
    const int edge = node < 0 ? painter.edgeAt(help->pos()) : -1;
    if (node >= 0 || edge >= 0)
        QToolTip::showText(help->globalPos(),
                           node >= 0 ? sentenceOfNode(node) : sentenceOfEdge(edge), this);
    else
        QToolTip::hideText();
    return true;
}

QString TopologyCanvas::sentenceOfNode(int i) const
{
    const GraphNode& node = m_graph->nodes[static_cast<std::size_t>(i)];
    QString text =
        node.is == GraphNode::Is::Topic ? tr("Topic %1").arg(node.label)
        : node.is == GraphNode::Is::Group
            ? tr("%1, %2 agents; Return unfolds it").arg(node.label).arg(node.agents.size())
            : node.label;
    if (std::cmp_less(i, m_health.size()) && !m_health[static_cast<std::size_t>(i)].word.isEmpty())
        text += u": "_s + m_health[static_cast<std::size_t>(i)].word;
    text += tr("\nsent %1, received %2").arg(numberText(node.sent), numberText(node.received));
    if (node.errors > 0)
        text += tr(", %1 errors").arg(numberText(node.errors));
    if (node.latency.count() > 0)
        text += tr("\nanswers after %1 (p50), %2 (p99)")
                    .arg(durationText(
                             nanoseconds(static_cast<std::int64_t>(node.latency.quantile(0.5)))),
                         durationText(
                             nanoseconds(static_cast<std::int64_t>(node.latency.quantile(0.99)))));
    return text;
}

QString TopologyCanvas::sentenceOfEdge(int i) const
{
    const GraphEdge& edge = m_graph->edges[static_cast<std::size_t>(i)];
    QString text = tr("%1 → %2: %3, %4")
                       .arg(m_graph->nodes[static_cast<std::size_t>(edge.from)].label,
                            m_graph->nodes[static_cast<std::size_t>(edge.to)].label,
                            countText(edge.messages, tr("1 message"), tr("%1 messages")),
                            flowText(static_cast<double>(edge.messages) / m_looks.seconds));
    if (edge.errors > 0)
        text += tr("\n%1 errors").arg(numberText(edge.errors));
    if (edge.latency.count() > 0)
        text += tr("\n%1 calls, p50 %2, p99 %3")
                    .arg(numberText(static_cast<std::int64_t>(edge.latency.count())),
                         durationText(
                             nanoseconds(static_cast<std::int64_t>(edge.latency.quantile(0.5)))),
                         durationText(
                             nanoseconds(static_cast<std::int64_t>(edge.latency.quantile(0.99)))));
    if (edge.isInferred)
        text += tr("\nfollows from who answers; no receiver is stated");
    return text;
}

} // namespace murmur
