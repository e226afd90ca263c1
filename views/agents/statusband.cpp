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

QString segmentText(const BandSegment& segment)
{
    if (segment.what != BandSegment::What::Error)
        return whatText(segment.what);
    if (segment.eighths >= 8)
        return StatusBand::tr("sends nothing but errors");
    return segment.eighths <= 1
               ? StatusBand::tr("sends errors, at most one in eight messages")
               : StatusBand::tr("sends errors, about %1 in eight messages").arg(segment.eighths);
}

} // namespace

std::uint8_t errorEighths(std::uint64_t errors, std::uint64_t sent) noexcept
{
    if (errors == 0)
        return 0;
    if (errors >= sent)
        return 8;
    // Eight is said of nothing but errors only.
    return static_cast<std::uint8_t>(std::clamp<std::uint64_t>((errors * 16 / sent + 1) / 2, 1, 7));
}

std::vector<BandSegment> bandSegments(const TileSlice& slice, const AgentState& state,
                                      TimePoint playhead)
{
    std::vector<BandSegment> segments;
    const auto lane = std::ranges::find(slice.lanes, state.agent, &TileLane::agent);
    const auto add = [&](TimeRange range, BandSegment::What what, std::uint8_t eighths) {
        if (range.isEmpty())
            return;
        if (!segments.empty() && segments.back().what == what &&
            segments.back().eighths == eighths && segments.back().range.end == range.begin)
            segments.back().range.end = range.end;
        else
            segments.push_back({range, what, eighths});
    };
    const bool isSilent = state.liveness == Liveness::Silent && state.lastSent != kNoTime;
    const TimePoint silentFrom = isSilent ? fromNs(state.lastSent) : TimePoint::max();
    for (std::size_t i = 0; i < slice.bucketCount; ++i) {
        const TimePoint begin = slice.begin + slice.bucketWidth * static_cast<std::int64_t>(i);
        const TimePoint end = begin + slice.bucketWidth;
        auto what = BandSegment::What::Quiet;
        std::uint8_t eighths = 0;
        if (lane != slice.lanes.end()) {
            eighths = errorEighths(lane->errorsIn(i), lane->sentIn(i));
            if (eighths > 0)
                what = BandSegment::What::Error;
            else if (lane->sentIn(i) > 0)
                what = BandSegment::What::Sent;
            else if (i < lane->received.size() && lane->received[i] > 0)
                what = BandSegment::What::Received;
        }
        const bool sends = what == BandSegment::What::Error || what == BandSegment::What::Sent;
        if (!sends && begin >= silentFrom && begin < playhead)
            what = BandSegment::What::Silent;
        add({begin, end}, what, eighths);
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
    setAccessibleDescription(at == m_segments.end() ? QString() : segmentText(*at));
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
        const QRectF sent = box.adjusted(0, height() * 0.3, 0, 0);
        switch (segment.what) {
        case BandSegment::What::Quiet:
            break;
        case BandSegment::What::Received:
            painter.fillRect(box.adjusted(0, height() * 0.7, 0, 0), theme.faint);
            break;
        case BandSegment::What::Sent:
        case BandSegment::What::Error:
            painter.fillRect(sent, theme.kinds[std::size_t(Kind::Request)]);
            break;
        case BandSegment::What::Silent: {
            QColor color = theme.bad;
            color.setAlphaF(0.55F);
            painter.fillRect(box, QBrush(color, Qt::BDiagPattern));
            break;
        }
        }
    }
    // Above all else: the worst of those that share a pixel is seen.
    for (const BandSegment& segment : m_segments) {
        const double left = std::max(0.0, axis.xAt(segment.range.begin));
        const double right = std::min<double>(width(), axis.xAt(segment.range.end));
        const double depth = std::max(3.0, height() * segment.eighths / 8.0);
        if (segment.what == BandSegment::What::Error)
            painter.fillRect(QRectF(left, 0, std::max(1.0, right - left), depth), theme.bad);
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
            QToolTip::showText(
                help->globalPos(),
                tr("%1 – %2: %3")
                    .arg(shownClock(at->range.begin), shownClock(at->range.end), segmentText(*at)),
                this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace murmur
