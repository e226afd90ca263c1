// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agentrow.h"

#include "map/positions.h"

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <vector>

namespace murmur {

/// From what agents say to a plane with its y upwards: degrees become metres around a middle, so
/// that a metre is as long in every direction; other numbers stay as they are.
struct MapProjection
{
    bool isGeo = false;
    double longitude = 0; ///< of the middle
    double latitude = 0;

    static MapProjection around(const Positions& positions);
    [[nodiscard]] QPointF toPlane(double x, double y) const;
    [[nodiscard]] QPointF fromPlane(QPointF plane) const;
    friend bool operator==(const MapProjection&, const MapProjection&) = default;
};

/// From the plane to pixels.
struct MapCamera
{
    QPointF middle;   ///< of the plane, in the middle of the picture
    double scale = 1; ///< pixels per unit
    QSizeF size;      ///< of the picture

    [[nodiscard]] QPointF toScreen(QPointF plane) const;
    [[nodiscard]] QPointF toPlane(QPointF screen) const;
    /// Shows all of `box` with room at its edges.
    void fit(const QRectF& box);
    void zoom(double factor, QPointF around);
};

/// Agents that stand at one point of the picture.
struct MapMark
{
    QPointF at;              ///< in pixels
    std::vector<int> places; ///< of the positions, the worst first
    Health health = Health::Unseen;
    bool isSending = false; ///< one of them sent a moment ago
};

/// How much of the picture it takes, about: the shape of one, or a plate with the count of several.
QRectF plateOf(const MapMark& mark);
/// `health` of each place. Who is nearer than a mark is wide is one mark with another, and so is
/// who would lie under the plate of several.
std::vector<MapMark> mapMarks(const Positions& positions, const std::vector<Health>& health,
                              const MapProjection& projection, const MapCamera& camera);
/// What encloses all of them; of one point a box around it.
QRectF boundsOf(const Positions& positions, const MapProjection& projection);
/// 1, 2 or 5 times a power of ten, the first that is at least as long.
double roundStep(double least);
/// "20 m", "1.5 km"; without a unit what is no geography.
QString distanceText(double units, bool isGeo);

inline constexpr double kMarkReach = 11; ///< pixels
/// Who sent so shortly before the playhead has a ring.
inline constexpr nanoseconds kPulse = std::chrono::milliseconds(250);

} // namespace murmur
