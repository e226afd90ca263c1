// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/statusband.h"

#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/timeaxis.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString whatText(BandSegment::What what)
{
    switch (what) {
    case BandSegment::What::Quiet:
        return StatusBand::tr("quiet");
    case BandSegment::What::Received:
        return StatusBand::tr("only receives");
    case BandSegment::What::Sent:
        return StatusBand::tr("sends");
    case BandSegment::What::Error:
        return StatusBand::tr("sends errors");
    case BandSegment::What::Silent:
        return StatusBand::tr("silent");
    }
    return {};
}

} // namespace

std::vector<BandSegment> bandSegments(const TileSlice& slice, const AgentState& state,
                                      TimePoint playhead)
{
    std::vector<BandSegment> segments;
    const auto lane = std::ranges::find(slice.lanes, state.agent, &TileLane::agent);
    const auto add = [&](TimeRange range, BandSegment::What what) {
        if (range.isEmpty())
            return;
        if (!segments.empty() && segments.back().what == what &&
            segments.back().range.end == range.begin)
            segments.back().range.end = range.end;
        else
            segments.push_back({range, what});
    };
    const bool isSilent = state.liveness == Liveness::Silent && state.lastSent != kNoTime;
    const TimePoint silentFrom = isSilent ? fromNs(state.lastSent) : TimePoint::max();
    for (std::size_t i = 0; i < slice.bucketCount; ++i) {
        const TimePoint begin = slice.begin + slice.bucketWidth * static_cast<std::int64_t>(i);
        const TimePoint end = begin + slice.bucketWidth;
        auto what = BandSegment::What::Quiet;
        if (lane != slice.lanes.end()) {
            if (lane->errorsIn(i) > 0)
                what = BandSegment::What::Error;
            else if (lane->sentIn(i) > 0)
                what = BandSegment::What::Sent;
            else if (i < lane->received.size() && lane->received[i] > 0)
                what = BandSegment::What::Received;
        }
        const bool sends = what == BandSegment::What::Error || what == BandSegment::What::Sent;
        if (!sends && begin >= silentFrom && begin < playhead)
            what = BandSegment::What::Silent;
        add({begin, end}, what);
    }
    return segments;
}

StatusBand::StatusBand(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("What the agent did in the window"));
}

void StatusBand::setBand(TimeRange window, TimePoint playhead, std::vector<BandSegment> segments)
{
    m_window = window;
    m_playhead = playhead;
    m_segments = std::move(segments);
    const auto at = std::ranges::find_if(
        m_segments, [&](const BandSegment& segment) { return segment.range.contains(playhead); });
    setAccessibleDescription(at == m_segments.end() ? QString() : whatText(at->what));
    update();
}

QSize StatusBand::sizeHint() const
{
    return {120, QFontMetrics(Theme::current().interfaceFont(9)).height()};
}

void StatusBand::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.ground);
    const TimeAxis axis(m_window, 0, width());
    for (const BandSegment& segment : m_segments) {
        const double left = std::max(0.0, axis.xAt(segment.range.begin));
        const double right = std::min<double>(width(), axis.xAt(segment.range.end));
        const QRectF box(left, 0, std::max(1.0, right - left), height());
        switch (segment.what) {
        case BandSegment::What::Quiet:
            break;
        case BandSegment::What::Received:
            painter.fillRect(box.adjusted(0, height() * 0.7, 0, 0), theme.faint);
            break;
        case BandSegment::What::Sent:
            painter.fillRect(box.adjusted(0, height() * 0.3, 0, 0),
                             theme.kinds[std::size_t(Kind::Request)]);
            break;
        case BandSegment::What::Error:
            painter.fillRect(box, theme.bad);
            break;
        case BandSegment::What::Silent: {
            QColor color = theme.bad;
            color.setAlphaF(0.55F);
            painter.fillRect(box, QBrush(color, Qt::BDiagPattern));
            break;
        }
        }
    }
    if (m_window.contains(m_playhead))
        painter.fillRect(QRectF(axis.xAt(m_playhead) - 0.75, 0, 1.5, height()), theme.interaction);
}

void StatusBand::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && !m_window.isEmpty())
        Q_EMIT timePicked(TimeAxis(m_window, 0, width()).timeAt(event->position().x()));
}

bool StatusBand::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const TimePoint time = TimeAxis(m_window, 0, width()).timeAt(help->pos().x());
        const auto at = std::ranges::find_if(
            m_segments, [&](const BandSegment& segment) { return segment.range.contains(time); });
        if (at != m_segments.end())
            QToolTip::showText(help->globalPos(),
                               tr("%1 – %2: %3")
                                   .arg(shownClock(at->range.begin), shownClock(at->range.end),
                                        whatText(at->what)),
                               this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace murmur
