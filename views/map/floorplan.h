// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QImage>
#include <QPointF>
#include <QString>

class QDataStream;

namespace murmur {

/// A picture of the floor, and where it lies.
struct FloorPlan
{
    QString path;
    QPointF origin;   ///< of its lower left corner, as the agents say places
    double scale = 0; ///< units of the plane per pixel; 0: to be fitted
    friend bool operator==(const FloorPlan&, const FloorPlan&) = default;
};

QDataStream& operator<<(QDataStream& out, const FloorPlan& plan);
QDataStream& operator>>(QDataStream& in, FloorPlan& plan);

/// Works in the calling thread. A picture of more than 4,096 pixels a side is read smaller,
/// `shrunk` says by how much. Errors: Unreadable.
struct FloorImage
{
    QImage image;
    double shrunk = 1;
};
Result<FloorImage> readFloorImage(const QString& path);

} // namespace murmur
