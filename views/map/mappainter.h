// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/map/floorplan.h"
#include "views/map/mapgeometry.h"

#include <QString>

#include <vector>

class QPainter;

namespace murmur {

/// All that a map is painted from.
struct MapScene
{
    Positions positions;
    std::vector<QString> names; ///< of each place
    std::vector<Health> health; ///< of each place
    MapProjection projection;
    MapCamera camera;
    std::vector<MapMark> marks;
    FloorPlan plan;
    QImage image;                ///< of the plan; null: none, or not read yet
    double imageLightness = 0.5; ///< 0 black … 1 white, on average
    AgentId selected{};
    int hovered = -1; ///< mark
    bool hasFocus = false;

    /// The plan's rectangle in pixels; empty without one.
    [[nodiscard]] QRectF planRect() const;
    [[nodiscard]] int markAt(QPointF position) const; ///< -1: none is near
    [[nodiscard]] int markOf(AgentId agent) const;    ///< -1: none
};

class MapPainter
{
public:
    explicit MapPainter(const MapScene& scene);
    void paint(QPainter& painter) const;

private:
    void paintGrid(QPainter& painter) const;
    void paintPlan(QPainter& painter) const;
    void paintTrails(QPainter& painter) const;
    void paintMark(QPainter& painter, int mark) const;
    void paintNames(QPainter& painter) const;
    void paintScale(QPainter& painter) const;
    [[nodiscard]] double step() const;
    [[nodiscard]] QString nameOf(const MapMark& mark) const;

    const MapScene& m_scene;
    int m_selected = -1; ///< mark
};

} // namespace murmur
