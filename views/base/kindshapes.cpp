// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/theme.h"

#include <QPainter>
#include <QPixmap>
#include <QPolygonF>

namespace murmur {

namespace {

QPainterPath polygon(std::initializer_list<QPointF> points)
{
    QPainterPath path;
    path.addPolygon(QPolygonF(QList<QPointF>(points)));
    path.closeSubpath();
    return path;
}

QPainterPath cross()
{
    constexpr double a = 0.16; // half the stroke, along the diagonal
    return polygon({{0, a},
                    {a, 0},
                    {0.5, 0.5 - a},
                    {1 - a, 0},
                    {1, a},
                    {0.5 + a, 0.5},
                    {1, 1 - a},
                    {1 - a, 1},
                    {0.5, 0.5 + a},
                    {a, 1},
                    {0, 1 - a},
                    {0.5 - a, 0.5}});
}

QPainterPath makeShape(Kind kind)
{
    QPainterPath path;
    switch (kind) {
    case Kind::Event:
        path.addEllipse(QRectF(0.22, 0.22, 0.56, 0.56));
        return path;
    case Kind::Command:
        return polygon({{0.5, 0}, {1, 0.5}, {0.5, 1}, {0, 0.5}});
    case Kind::Request:
        return polygon({{0.08, 0}, {1, 0.5}, {0.08, 1}});
    case Kind::Reply:
        return polygon({{0.92, 0}, {0.92, 1}, {0, 0.5}});
    case Kind::Error:
        return cross();
    case Kind::State:
        path.addEllipse(QRectF(0.06, 0.06, 0.88, 0.88));
        return path;
    case Kind::Heartbeat:
        path.addRect(QRectF(0.42, 0.55, 0.16, 0.45));
        return path;
    case Kind::Chunk:
        path.addRect(QRectF(0.38, 0, 0.24, 1));
        return path;
    case Kind::Control:
        path.addRect(QRectF(0.18, 0.18, 0.64, 0.64));
        return path;
    case Kind::Marker:
        return polygon({{0, 0}, {1, 0}, {0.5, 1}});
    }
    return path;
}

std::array<QPainterPath, kKindCount> makeShapes()
{
    std::array<QPainterPath, kKindCount> shapes;
    for (int i = 0; i < kKindCount; ++i)
        shapes[static_cast<std::size_t>(i)] = makeShape(static_cast<Kind>(i));
    return shapes;
}

} // namespace

const QPainterPath& kindShape(Kind kind)
{
    static const std::array<QPainterPath, kKindCount> shapes = makeShapes();
    const auto i = static_cast<std::size_t>(kind);
    return shapes[i < shapes.size() ? i : 0]; // a newer recording may hold kinds we do not know
}

QIcon kindIcon(Kind kind)
{
    const auto i = static_cast<std::size_t>(kind);
    const Theme& theme = Theme::current();
    QIcon icon;
    for (const int pixels : {16, 32, 48}) {
        QPixmap pixmap(pixels, pixels);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.translate(pixels * 0.2, pixels * 0.2);
        painter.scale(pixels * 0.6, pixels * 0.6);
        painter.fillPath(kindShape(kind), theme.kinds[i < theme.kinds.size() ? i : 0]);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

QChar kindGlyph(Kind kind)
{
    switch (kind) {
    case Kind::Event:
        return u'•';
    case Kind::Command:
        return u'◆';
    case Kind::Request:
        return u'▶';
    case Kind::Reply:
        return u'◀';
    case Kind::Error:
        return u'✕';
    case Kind::State:
        return u'●';
    case Kind::Heartbeat:
        return u'╷';
    case Kind::Chunk:
        return u'┃';
    case Kind::Control:
        return u'■';
    case Kind::Marker:
        return u'▼';
    }
    return u'•';
}

} // namespace murmur
