// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/sparkdelegate.h"

#include "views/base/theme.h"

#include <QPainter>

#include <algorithm>

namespace murmur {

void SparkDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const auto values = index.data(kRole).value<QList<double>>();
    if (values.isEmpty())
        return;
    const Theme& theme = Theme::current();
    const QRectF box = QRectF(option.rect).adjusted(6, 4, -6, -4);
    painter->save();
    painter->setPen(theme.hairline);
    painter->drawLine(box.bottomLeft(), box.bottomRight());
    const double most = *std::ranges::max_element(values);
    if (most > 0 && values.size() > 1) {
        QPolygonF line;
        const double step = box.width() / static_cast<double>(values.size() - 1);
        for (qsizetype i = 0; i < values.size(); ++i)
            line << QPointF(box.left() + step * static_cast<double>(i),
                            box.bottom() - box.height() * values[i] / most);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(theme.secondary, 1.2));
        painter->drawPolyline(line);
    }
    painter->restore();
}

} // namespace murmur
