// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/findingboard.h"

#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QPainter>

#include <algorithm>

namespace murmur {

FindingBoard* FindingBoard::of(SharedView* shared)
{
    if (auto* known = shared->findChild<FindingBoard*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new FindingBoard(shared);
}

FindingBoard::FindingBoard(SharedView* shared)
    : QObject(shared)
{
}

void FindingBoard::set(std::vector<FindingMark> marks)
{
    std::ranges::stable_sort(marks, {}, &FindingMark::start);
    if (marks == m_marks)
        return;
    m_marks = std::move(marks);
    ++m_revision;
    Q_EMIT changed();
}

void paintSeverity(QPainter& painter, QRectF place, Severity severity, const QColor& color)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    switch (severity) {
    case Severity::Critical:
        painter.drawPolygon(QPolygonF{QPointF(place.center().x(), place.top()), place.bottomRight(),
                                      place.bottomLeft()});
        break;
    case Severity::Warning:
        painter.drawRect(place.adjusted(1, 1, -1, -1));
        break;
    case Severity::Info:
        painter.drawEllipse(place.adjusted(1, 1, -1, -1));
        break;
    }
}

QColor severityColor(const Theme& theme, Severity severity)
{
    switch (severity) {
    case Severity::Critical:
        return theme.bad;
    case Severity::Warning:
        return theme.warning;
    case Severity::Info:
        break;
    }
    return theme.secondary;
}

} // namespace murmur
