// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelineview.h"

#include "query/messagefield.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QPainter>

#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

/// Of what is zoomed to, on each side.
constexpr double kMargin = 0.15;
constexpr nanoseconds kShortest = 1ms;
constexpr std::int64_t kMostOfConversation = 200'000;

TimeRange withMargin(TimePoint begin, TimePoint end)
{
    const nanoseconds length = std::max(end - begin, kShortest);
    const auto margin = nanoseconds(std::llround(static_cast<double>(length.count()) * kMargin));
    return {begin - margin, begin + length + margin};
}

} // namespace

void TimelineView::setCursorAt(std::optional<TimePoint> time)
{
    m_cursor = time;
    update();
}

QString TimelineView::measureText() const
{
    if (!m_cursor)
        return {};
    const nanoseconds between = shared()->playhead() - *m_cursor;
    QString text = u"Δ "_s + durationText(between < 0ns ? -between : between);
    if (between < 0ns)
        text += tr("  before");
    return text;
}

void TimelineView::paintMeasure(QPainter& painter) const
{
    if (!m_cursor)
        return;
    const Theme& theme = Theme::current();
    const QRect plot = plotRect();
    const TimeAxis axis = this->axis();
    const auto clamped = [&](TimePoint time) {
        return static_cast<int>(std::clamp(std::floor(axis.xAt(time)),
                                           static_cast<double>(plot.left()) - 1,
                                           static_cast<double>(plot.right()) + 1));
    };
    const int cursor = clamped(*m_cursor);
    const int playhead = clamped(shared()->playhead());
    QColor fill = theme.interaction;
    fill.setAlpha(22);
    painter.fillRect(QRect(QPoint(std::min(cursor, playhead), plot.top()),
                           QPoint(std::max(cursor, playhead), plot.bottom()))
                         .intersected(plot),
                     fill);
    if (cursor >= plot.left() && cursor <= plot.right()) {
        painter.setPen(QPen(theme.interaction, 1, Qt::DashLine));
        painter.drawLine(cursor, plot.top(), cursor, plot.bottom());
    }
    const QString text = measureText();
    painter.setFont(theme.numberFont(9));
    const QFontMetrics metrics(painter.font());
    const int width = metrics.horizontalAdvance(text) + 14;
    QRect plate((cursor + playhead - width) / 2, plot.top() + 4, width, metrics.height() + 6);
    plate.moveLeft(
        std::clamp(plate.left(), plot.left(), std::max(plot.left(), plot.right() - width)));
    painter.fillRect(plate, theme.interaction);
    painter.fillRect(plate.adjusted(1, 1, -1, -1), theme.plate);
    painter.setPen(theme.text);
    painter.drawText(plate, Qt::AlignCenter, text);
}

void TimelineView::zoomToSelection()
{
    if (const auto& region = shared()->region()) {
        shared()->setWindow(withMargin(region->time.begin, region->time.end));
        return;
    }
    if (!m_selected)
        return;
    // A call as a whole, from its request to its answer.
    TimePoint begin = m_selected->time;
    TimePoint end = begin;
    if (m_selected->latency > 0) {
        if (m_selected->closes != 0)
            begin -= nanoseconds(m_selected->latency);
        else
            end += nanoseconds(m_selected->latency);
    }
    shared()->setWindow(withMargin(begin, end));
}

void TimelineView::zoomToConversation()
{
    Session* session = shared()->session();
    const Seq seq = shared()->selectedMessage();
    if (!session || seq == 0)
        return;
    session->message(seq).then(this, [this](const Result<MessageDetail>& detail) {
        Session* now = shared()->session();
        if (!now || !detail)
            return;
        QString condition;
        for (const auto& [field, name] : {std::pair{IdField::Conversation, u"conversation"_s},
                                          std::pair{IdField::Trace, u"trace"_s},
                                          std::pair{IdField::Correlation, u"correlation"_s}}) {
            const QByteArray& id = detail->ids[static_cast<std::size_t>(field)];
            if (!id.isEmpty() && condition.isEmpty())
                condition = name + u" == "_s + filterText(QString::fromUtf8(id));
        }
        const auto filter = parseFilter(condition, now->seen().time);
        if (condition.isEmpty() || !filter) {
            zoomToSelection();
            return;
        }
        MatchRequest request;
        request.filter = *filter;
        request.limit = kMostOfConversation;
        now->search(request).then(this, [this](const Result<MatchList>& found) {
            Session* still = shared()->session();
            if (!still || !found || found->seqs.empty())
                return;
            RowRequest ends;
            ends.seqs = {found->seqs.front()};
            if (found->seqs.size() > 1)
                ends.seqs.push_back(found->seqs.back());
            still->rows(ends).then(this, [this](const Result<std::vector<MessageRow>>& rows) {
                if (rows && !rows->empty())
                    shared()->setWindow(withMargin(rows->front().time, rows->back().time));
            });
        });
    });
}

} // namespace murmur
