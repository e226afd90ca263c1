// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/frametimer.h"
#include "views/map/mappainter.h"

#include <QWidget>

#include <optional>

namespace murmur {

/// The map as a picture: hover, pick, pan, zoom; a floor plan can be dropped, moved and scaled.
class MapCanvas : public QWidget
{
    Q_OBJECT
public:
    explicit MapCanvas(QWidget* parent = nullptr);

    void show(Positions positions);
    void setAgents(std::vector<QString> names, std::vector<Health> health);
    void clear();
    void setFloor(const FloorPlan& plan, const QImage& image);
    void select(AgentId agent);
    /// Shows all of it, until the person moves it.
    void fit();
    void zoom(double factor, QPointF around);
    /// Lays the plan so that it covers where agents are and have been.
    void fitPlan();

    [[nodiscard]] const MapScene& scene() const { return m_scene; }
    [[nodiscard]] QPointF pointOf(AgentId agent) const; ///< in pixels
    [[nodiscard]] QString sentenceOf(int mark) const;
    [[nodiscard]] const FrameTimer& frames() const { return m_frames; }

Q_SIGNALS:
    void agentPicked(murmur::AgentId agent);
    void agentOpened(murmur::AgentId agent); ///< double click, Return
    void nothingPicked();
    void planMoved(const murmur::FloorPlan& plan);
    void planDropped(const QString& path);

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
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool event(QEvent* event) override;

private:
    void arrange();
    void growBounds();
    void hover(int mark);
    void pick(int mark);
    void stepTo(QPointF direction);
    void movePlan(const FloorPlan& plan);

    MapScene m_scene;
    QRectF m_bounds;                  ///< of all that was shown since it was fitted, in the plane
    bool m_isFitted = true;           ///< nobody has moved the camera
    std::optional<QPointF> m_pointer; ///< where the mouse is
    bool m_isPressed = false;
    bool m_isDragging = false;
    bool m_isPlanDragged = false;
    QPointF m_pressed;
    MapCamera m_cameraBefore;
    FloorPlan m_planBefore;
    FrameTimer m_frames;
};

} // namespace murmur
