// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Where lanes are topics, how far those that read a topic are behind stands on its lane.

#include "views/timeline/timelineview.h"

#include "session/laneset.h"
#include "views/base/theme.h"
#include "views/timeline/lagband.h"

#include <QPainter>

namespace murmur {

namespace {

constexpr int kLagInset = 2;

} // namespace

QString TimelineView::topicOf(const LaneRow& row) const
{
    if (!m_lanes || m_key.what != LaneKey::What::Topic || row.what != LaneRow::What::Agent ||
        index(row.agent) == 0 || !m_lanes->specialName(row.agent).isEmpty())
        return {};
    return QString::fromStdString(m_lanes->names()->agentName(row.agent));
}

void TimelineView::paintLags(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QColor edge = mixed(QColor(theme.heat[200]), theme.ground, 0.7);
    const QColor fill = mixed(QColor(theme.heat[200]), theme.ground, 0.18);
    const std::int64_t top = m_lags->top();
    for (const ShownRow& shown : m_shown) {
        const QString topic = topicOf(m_layout.rows()[shown.row]);
        if (topic.isEmpty())
            continue;
        const auto columns = m_lags->columnsOf(topic, axis(), shown.lane.width());
        const QRect room = shown.lane.adjusted(0, kLagInset, 0, -1);
        const int most = room.height() - 1;
        // Columns of one value are one box: an edge above, its ground below.
        for (std::size_t from = 0; from < columns.size();) {
            std::size_t to = from + 1;
            while (to < columns.size() && columns[to] == columns[from])
                ++to;
            if (columns[from] > 0) {
                const int height =
                    static_cast<int>(murmur::lagHeight(columns[from], top) * most + 0.5);
                const QRect box(room.left() + static_cast<int>(from), room.bottom() - height,
                                static_cast<int>(to - from), height);
                painter.fillRect(box, fill);
                painter.fillRect(box.left(), box.top(), box.width(), 1, edge);
            }
            from = to;
        }
    }
}

} // namespace murmur
