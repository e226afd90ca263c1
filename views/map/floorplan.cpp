// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/floorplan.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QImageReader>

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

constexpr int kLongestSide = 4096;

struct FloorTr
{
    Q_DECLARE_TR_FUNCTIONS(Map)
};

} // namespace

QDataStream& operator<<(QDataStream& out, const FloorPlan& plan)
{
    return out << plan.path << plan.origin << plan.scale;
}

QDataStream& operator>>(QDataStream& in, FloorPlan& plan)
{
    in >> plan.path >> plan.origin >> plan.scale;
    if (!std::isfinite(plan.origin.x()) || !std::isfinite(plan.origin.y()) ||
        !std::isfinite(plan.scale) || plan.scale < 0)
        plan = {};
    return in;
}

Result<FloorImage> readFloorImage(const QString& path)
{
    QImageReader reader(path);
    reader.setAutoTransform(true);
    const QSize size = reader.size();
    FloorImage floor;
    if (size.isValid() && std::max(size.width(), size.height()) > kLongestSide) {
        const QSize smaller = size.scaled(kLongestSide, kLongestSide, Qt::KeepAspectRatio);
        floor.shrunk = static_cast<double>(size.width()) / std::max(1, smaller.width());
        reader.setScaledSize(smaller);
    }
    QImage image;
    if (!reader.read(&image))
        return Error{ErrorCode::Unreadable,
                     FloorTr::tr("%1 cannot be read as a picture: %2. PNG, JPEG and SVG can.")
                         .arg(path, reader.errorString())};
    floor.image = image.convertToFormat(QImage::Format_ARGB32_Premultiplied);
    return floor;
}

} // namespace murmur
