// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/pictureview.h"

#include "views/base/theme.h"

#include <QPainter>

#include <algorithm>

namespace murmur {

namespace {

constexpr int kCheck = 8;    // squares behind what is transparent
constexpr int kMostZoom = 4; // of small pictures

} // namespace

PictureView::PictureView(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Picture in the payload"));
}

void PictureView::show(const QImage& picture)
{
    m_picture = picture;
    setAccessibleDescription(
        picture.isNull() ? QString()
                         : tr("%1 by %2 pixels").arg(picture.width()).arg(picture.height()));
    update();
}

QRect PictureView::place() const
{
    const QRect room = rect().adjusted(12, 12, -12, -12);
    QSize size = m_picture.size();
    if (size.width() > room.width() || size.height() > room.height()) {
        size.scale(room.size(), Qt::KeepAspectRatio);
    } else {
        const int zoom = std::clamp(std::min(room.width() / std::max(1, size.width()),
                                             room.height() / std::max(1, size.height())),
                                    1, kMostZoom);
        size *= zoom;
    }
    QRect place(QPoint(), size);
    place.moveCenter({room.center().x(), room.top() + size.height() / 2});
    return place;
}

void PictureView::paintEvent(QPaintEvent* /*event*/)
{
    if (m_picture.isNull())
        return;
    const QRect where = place();
    const Theme& theme = Theme::current();
    QPainter painter(this);
    if (m_picture.hasAlphaChannel()) {
        painter.setClipRect(where);
        for (int y = where.top(); y <= where.bottom(); y += kCheck) {
            for (int x = where.left(); x <= where.right(); x += kCheck) {
                const bool isOdd =
                    ((x - where.left()) / kCheck + (y - where.top()) / kCheck) % 2 != 0;
                painter.fillRect(x, y, kCheck, kCheck, isOdd ? theme.header : theme.plate);
            }
        }
        painter.setClipping(false);
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform, where.width() < m_picture.width());
    painter.drawImage(where, m_picture);
    painter.setPen(theme.hairline);
    painter.drawRect(where.adjusted(-1, -1, 0, 0));
}

} // namespace murmur
