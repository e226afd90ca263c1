// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/frametimer.h"
#include "views/base/latestjob.h"
#include "views/topology/topologypainter.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <memory>

namespace murmur {

/// The graph as a picture: hover, select, pan, zoom, drag. Pulses move on edges while messages
/// flow; nothing else ever moves by itself.
class TopologyCanvas : public QWidget
{
    Q_OBJECT
public:
    explicit TopologyCanvas(QWidget* parent = nullptr);

    /// `seconds`: what the counts are over.
    void show(std::shared_ptr<const TrafficGraph> graph, std::vector<NodeHealth> health,
              double seconds);
    void setPlaces(const GraphPlaces& places);
    [[nodiscard]] const GraphPlaces& places() const { return m_places; }
    void setHealth(std::vector<NodeHealth> health);
    void setSlo(nanoseconds slo);
    void select(int node, int edge);
    /// Messages that flow just now.
    void pulse(int edge, int messages, bool isError);

    [[nodiscard]] const TrafficGraph* graph() const { return m_graph.get(); }
    [[nodiscard]] int selectedNode() const { return m_looks.node; }
    [[nodiscard]] int selectedEdge() const { return m_looks.edge; }
    [[nodiscard]] double zoom() const { return m_camera.scale; }
    [[nodiscard]] std::size_t pulses() const { return m_pulses.size(); }
    /// What is seen is what is there.
    [[nodiscard]] bool isSettled() const { return !m_crowdJob.isBusy() && !m_rest.isActive(); }
    [[nodiscard]] QPointF centerOf(int node) const;
    [[nodiscard]] QPointF middleOf(int edge) const;
    /// Shows all of it.
    void fit();
    void setZoom(double zoom, QPointF around);
    [[nodiscard]] QString sentenceOfNode(int node) const;
    [[nodiscard]] QString sentenceOfEdge(int edge) const;

Q_SIGNALS:
    void nodePicked(int node);
    void edgePicked(int edge);
    void nodeOpened(int node); ///< double click, Return
    void nothingPicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] TopologyPainter painterOf() const;
    void hover(QPointF position);
    void stepTo(QPointF direction);
    void advance();
    void forgetLayer();
    void forgetCrowd(); ///< the graph has changed
    /// Null where it has to be painted as it is: onto a page, or for the first time.
    const CrowdPicture* crowdFor(const QPainter& painter, const TopologyPainter& graph);
    void askForCrowd();

    struct Flowing
    {
        GraphPulse pulse;
        qint64 begin = 0; ///< milliseconds of m_clock
    };

    std::shared_ptr<const TrafficGraph> m_graph;
    GraphPlaces m_places;
    std::vector<NodeHealth> m_health;
    GraphCamera m_camera;
    GraphLooks m_looks;
    std::vector<Flowing> m_pulses;
    QImage m_layer;       ///< the picture without pulses, kept while there are any
    CrowdPicture m_crowd; ///< its edges, kept while only the camera moves or somebody points
    bool m_isCrowdOld = true;
    QTimer m_rest; ///< the camera has come to rest
    LatestJob m_crowdJob;
    QElapsedTimer m_clock;
    QTimer m_frame;
    bool m_isFitted = true; ///< nobody has moved the camera
    bool m_isPressed = false;
    bool m_isDragging = false;
    int m_dragged = -1; ///< node
    QPointF m_pressed;
    GraphCamera m_before;
    QPointF m_placeBefore;
    FrameTimer m_frames;
};

} // namespace murmur
