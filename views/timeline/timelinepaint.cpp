// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelineview.h"

#include "session/laneset.h"
#include "views/base/audience.h"
#include "views/base/axispainter.h"
#include "views/base/findingboard.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/textwidths.h"
#include "views/base/theme.h"
#include "views/base/zonebutton.h"
#include "views/timeline/lagband.h"
#include "views/timeline/timelinetext.h"

#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kRhythm = 5; ///< messages
constexpr std::size_t kArrowLimit = 40'000;
// More arrows than one per this many pixels of the plot hide the lanes that they cross.
constexpr int kPixelsPerArrow = 8;
constexpr std::int64_t kBundleTurn = 1 << 20; ///< pixels, a multiple of all widths of bundles
constexpr int kLaneInset = 4;
constexpr int kNarrowestGap = 6;

int clampedX(double x)
{
    return static_cast<int>(std::clamp(x, -1e6, 1e6));
}

} // namespace

void TimelineView::paintEvent(QPaintEvent*)
{
    const FrameTimer::Frame frame(m_frames);
    ensureLayer();
    QPainter painter(this);
    painter.drawImage(QPoint(0, 0), m_layer);
    const Theme& theme = Theme::current();
    const TimeAxis axis = this->axis();
    const bool hasData = shared()->session() && shared()->session()->seen().last > 0;
    if (!hasData)
        return;
    QRect tag = playheadTag(axis, shared()->playhead(), axisRect(), theme);
    // The zone stays in sight beside it.
    if (m_zone->isVisible() && tag.right() >= m_zone->x())
        tag.moveRight(m_zone->x() - 2);
    paintAxis(painter, axis, m_zone->besides(axisRect()), theme, tag);
    painter.save();
    painter.setClipRect(plotRect());
    paintSelected(painter);
    painter.restore();
    paintPlayhead(painter);
    paintMeasure(painter);
    paintPlayheadTag(painter, tag, axis, shared()->playhead(), theme);
    if (m_drag == Drag::Zoom) {
        QRect band(QPoint(std::min(m_pressed.x(), m_dragged.x()), plotRect().top()),
                   QPoint(std::max(m_pressed.x(), m_dragged.x()), plotRect().bottom()));
        band = band.intersected(plotRect());
        QColor fill = theme.interaction;
        fill.setAlpha(40);
        painter.fillRect(band, fill);
        painter.fillRect(band.left(), band.top(), 1, band.height(), theme.interaction);
        painter.fillRect(band.right(), band.top(), 1, band.height(), theme.interaction);
    }
    paintProgress(painter);
    paintHover(painter);
    if (hasFocus()) {
        painter.fillRect(0, 0, width(), 1, theme.interaction);
    }
}

void TimelineView::ensureLayer()
{
    const LayerKey key{shared()->window(),
                       size(),
                       devicePixelRatioF(),
                       m_data.revision(),
                       m_layoutRevision,
                       &Theme::current(),
                       m_scroll->value(),
                       selectedLane(),
                       shared()->selectedMessage(),
                       shared()->slo(),
                       railRect().height(),
                       m_picks,
                       m_findings->revision(),
                       m_lags->revision()};
    if (key == m_layerKey && !m_layer.isNull())
        return;
    m_layerKey = key;
    const QSize pixels = size() * key.pixelRatio;
    if (m_layer.size() != pixels) {
        m_layer = QImage(pixels, QImage::Format_RGB32);
        m_layer.setDevicePixelRatio(key.pixelRatio);
    }
    m_painter.prepare(*key.theme, key.pixelRatio);
    QPainter painter(&m_layer);
    paintLayer(painter);
}

void TimelineView::paintLayer(QPainter& painter)
{
    const Theme& theme = Theme::current();
    const QRect plot = plotRect();
    const QRect lanes = lanesRect();
    painter.fillRect(rect(), theme.ground);
    painter.fillRect(0, 0, width(), theme.paneHeader, theme.pane);
    painter.fillRect(0, theme.paneHeader - 1, width(), 1, theme.hairline);
    painter.fillRect(0, lanes.top(), theme.axisLeft, lanes.height(), theme.pane);

    m_shown.clear();
    m_shownMarks = m_data.marks();
    const DensityPtr density = m_data.density();
    const int scroll = m_scroll->value();
    const auto [first, last] = m_layout.rowsBetween(scroll, scroll + lanes.height());
    painter.setClipRect(lanes);
    const QColor line = mixed(theme.hairline, theme.ground, 0.5);
    for (std::size_t i = first; i < last; ++i) {
        const LaneRow& row = m_layout.rows()[i];
        const QRect lane(plot.left(), plot.top() + row.y - scroll, plot.width(), row.height);
        const bool isSelected = row.what == LaneRow::What::Agent && row.agent == selectedLane() &&
                                index(row.agent) != 0;
        if (isSelected)
            painter.fillRect(lane, mixed(theme.selectionGround, theme.ground, 0.7));
        else if (row.what == LaneRow::What::Group && !row.isFolded)
            painter.fillRect(lane, mixed(theme.pane, theme.ground, 0.6));
        painter.fillRect(lane.left(), lane.bottom(), lane.width(), 1, line);
        m_shown.push_back({i, lane, {}, {}, false});
    }
    for (const TimeAxis::Tick& tick : axis().ticks(90)) {
        if (!tick.label.isEmpty())
            painter.fillRect(static_cast<int>(std::floor(tick.x)), plot.top(), 1,
                             std::min(plot.height(), m_layout.height() - scroll), line);
    }

    painter.setClipRect(
        plot.united(railRect()).intersected(QRect(plot.left(), 0, plot.width(), height())));
    paintRail(painter);
    painter.setClipRect(plot);
    paintLags(painter);
    paintTroubles(painter);
    paintSilences(painter);
    paintArrowsOf(painter, m_shownMarks);
    std::uint32_t highest = 0;
    if (density) {
        const double perColumn =
            static_cast<double>(axis().perPixel().count()) /
            static_cast<double>(std::max<std::int64_t>(1, density->bucketWidth.count()));
        // Of the slice, not of the window: the scale stands still while panning.
        highest = static_cast<std::uint32_t>(
            std::ceil(density->highest * std::clamp(perColumn, 1.0, 64.0)));
    }
    for (ShownRow& shown : m_shown) {
        if (m_layout.rows()[shown.row].showsTraffic())
            paintRow(painter, shown, m_shownMarks, density, highest);
    }
    paintFindings(painter);
    paintGaps(painter);
    painter.setClipRect(lanes);
    for (const ShownRow& shown : m_shown) {
        paintName(painter, m_layout.rows()[shown.row],
                  QRect(0, shown.lane.top(), theme.axisLeft, shown.lane.height()));
    }
    painter.fillRect(theme.axisLeft - 1, lanes.top(), 1, lanes.height() + railRect().height(),
                     theme.hairline);
}

namespace {

bool holdsAll(const MarkIndexPtr& marks, const std::vector<AgentId>& agents)
{
    return marks && std::ranges::all_of(agents, [&](AgentId agent) { return marks->holds(agent); });
}

} // namespace

void TimelineView::paintRow(QPainter& painter, ShownRow& shown, const MarkIndexPtr& marks,
                            const DensityPtr& density, std::uint32_t highest)
{
    const LaneRow& row = m_layout.rows()[shown.row];
    const TimeAxis axis = this->axis();
    const bool isSelected = row.agent == selectedLane() && index(row.agent) != 0 && !row.isFolded;
    // A group that is a lane of its own shows the marks of its members as one.
    const bool isWhole = row.isFolded && m_key.what == LaneKey::What::Group &&
                         holdsAll(marks, m_layout.members(row));
    if (isWhole || (marks && !row.isFolded && marks->holds(row.agent))) {
        // A margin, so that a shape whose middle has just left is still seen.
        TimeRange visible = axis.window();
        visible.begin -= axis.perPixel() * LanePainter::kMarkSize;
        visible.end += axis.perPixel() * LanePainter::kMarkSize;
        if (isWhole) {
            for (const Mark& mark : marks->all({visible.begin, marks->range().end})) {
                const auto at = m_layout.rowOf(mark.sender);
                if (at && *at == shown.row)
                    shown.ofAll.push_back(mark);
            }
        }
        const std::span<const Mark> all =
            isWhole ? std::span<const Mark>(shown.ofAll) : marks->lane(row.agent);
        const auto inSight = std::ranges::upper_bound(all, toNs(visible.end), {}, &Mark::time);
        const auto lane = isWhole ? all.first(static_cast<std::size_t>(inSight - all.begin()))
                                  : marks->lane(row.agent, visible);
        if (static_cast<int>(lane.size()) * 5 < shown.lane.width() * 2) {
            const Seq selected = shared()->selectedMessage();
            const auto strength = [&](const Mark& mark) {
                if (selected != 0 && (mark.seq == selected || mark.closes == selected))
                    return LanePainter::Strength::Full;
                if (!m_data.matches(mark.seq))
                    return LanePainter::Strength::Dimmed;
                return isSelected ? LanePainter::Strength::Full : LanePainter::Strength::Quiet;
            };
            // Replies after the window's end close calls that are open in it.
            const auto known = all;
            shown.calls =
                placeCalls(known.subspan(static_cast<std::size_t>(
                               lane.empty() ? std::ranges::lower_bound(known, toNs(visible.begin),
                                                                       {}, &Mark::time) -
                                                  known.begin()
                                            : lane.data() - known.data())),
                           axis, 2);
            shown.marks = placeMarks(lane, axis, LanePainter::kMarkSize - 2);
            if (!isWhole && !m_lanes)
                m_painter.paintWaits(painter, marks->waits(row.agent), axis, shown.lane);
            m_painter.paintCalls(painter, shown.calls, shown.lane, shared()->slo(), strength);
            m_painter.paintMarks(painter, shown.marks, shown.lane, strength);
            return;
        }
    }
    shown.isDensity = true;
    const bool tellsKinds = m_key.weight == LaneKey::Weight::Messages;
    ColumnCounts columns(shown.lane.width(), tellsKinds);
    if (holdsAll(marks, m_layout.members(row)) && !shared()->filter()) {
        for (const AgentId agent : m_layout.members(row))
            addToColumns(marks->lane(agent, axis.window()), axis, columns);
    } else if (density && row.isFolded) {
        addToColumns(*density, groupCounts(shown.row, density), axis, columns);
    } else if (density) {
        if (const LaneCounts* counts = density->lane(row.agent))
            addToColumns(*density, *counts, axis, columns);
    }
    // A folded group is many lanes: its scale is its own.
    std::uint32_t scale = row.isFolded || !density ? columns.highest() : highest;
    scale = std::max(scale, std::uint32_t(4));
    DensityBoxes boxes;
    addDensityBoxes(columns, shown.lane.left(), shown.lane.adjusted(0, kLaneInset, 0, -1), scale,
                    boxes,
                    row.isFolded ? DensityBoxes::Scale::Root : DensityBoxes::Scale::Logarithm);
    m_painter.paintDensity(painter, boxes, !isSelected);
}

const LaneCounts& TimelineView::groupCounts(std::size_t row, const DensityPtr& density)
{
    // A group of hundreds costs its members' buckets once per answer, not once per frame.
    if (m_groupDensity != density || m_groupLayout != m_layoutRevision) {
        m_groupCounts.clear();
        m_groupDensity = density;
        m_groupLayout = m_layoutRevision;
    }
    const auto [found, isNew] = m_groupCounts.try_emplace(row);
    if (!isNew)
        return found->second;
    LaneCounts& sum = found->second;
    sum.sent.resize(density->buckets);
    std::vector<std::uint32_t> votes(density->buckets * kKindCount);
    const auto add = [](std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
        to.resize(std::max(to.size(), from.size()));
        std::transform(from.begin(), from.end(), to.begin(), to.begin(), std::plus<>());
    };
    for (const AgentId agent : m_layout.members(m_layout.rows()[row])) {
        if (const LaneCounts* counts = density->lane(agent)) {
            add(sum.sent, counts->sent);
            add(sum.errors, counts->errors);
            for (std::size_t i = 0; i < counts->kinds.size(); ++i)
                votes[i * kKindCount + counts->kinds[i]] += counts->sent[i];
            if (!counts->kinds.empty())
                sum.kinds.resize(density->buckets);
        }
    }
    for (std::size_t i = 0; i < sum.kinds.size(); ++i) {
        const auto first = votes.begin() + static_cast<std::ptrdiff_t>(i * kKindCount);
        sum.kinds[i] =
            static_cast<std::uint8_t>(std::max_element(first, first + kKindCount) - first);
    }
    if (!sum.errors.empty())
        sum.errors.resize(sum.sent.size());
    return sum;
}

void TimelineView::paintName(QPainter& painter, const LaneRow& row, QRect rect) const
{
    const Theme& theme = Theme::current();
    const bool isSelected = row.what == LaneRow::What::Agent &&
                            (row.agent == selectedLane() || m_picked.contains(index(row.agent))) &&
                            index(row.agent) != 0;
    const bool isHeader = row.what == LaneRow::What::Group;
    if (isSelected) {
        painter.fillRect(rect, theme.selectionGround);
        painter.fillRect(rect.left(), rect.top(), 2, rect.height(), theme.interaction);
    }
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1,
                     mixed(theme.hairline, theme.pane, 0.5));
    const QFont font = theme.interfaceFont(isHeader ? 9 : 9.5);
    painter.setFont(font);
    QRect room = rect.adjusted(isHeader ? 6 : theme.gutter, 0, -6, 0);
    if (!isHeader && !row.group.isEmpty())
        room.setLeft(room.left() + 6);
    if (isHeader) {
        const QString count = numberText(static_cast<qint64>(row.memberCount));
        const QFont small = theme.numberFont(8.5);
        const int width = keptWidth(small, count);
        painter.setFont(small);
        painter.setPen(theme.faint);
        painter.drawText(room, Qt::AlignVCenter | Qt::AlignRight, count);
        room.setRight(room.right() - width - 6);
        painter.setFont(font);
    }
    painter.setPen(isHeader ? theme.secondary : theme.text);
    const QString fold = m_key.what == LaneKey::What::Group ? u"%1"_s
                         : row.isFolded                     ? u"▸ %1"_s
                                                            : u"▾ %1"_s;
    const QString label = isHeader ? fold.arg(row.label) : row.label;
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                     fittingText(font, label, Qt::ElideMiddle, room.width()));
}

void TimelineView::paintSilences(QPainter& painter) const
{
    const TimeAxis axis = this->axis();
    const Session* session = shared()->session();
    if (!session || m_lanes)
        return;
    const TimePoint end = std::min(shared()->window().end, session->seen().time.end);
    for (const ShownRow& shown : m_shown) {
        const LaneRow& row = m_layout.rows()[shown.row];
        if (row.what != LaneRow::What::Agent)
            continue;
        const AgentState* state = m_data.state(row.agent);
        if (!state || state->liveness != Liveness::Silent || state->lastSent == kNoTime)
            continue;
        if (state->sent < kRhythm)
            continue; // who spoke once or twice had no rhythm that could stop
        const int from = std::max(shown.lane.left(), clampedX(axis.xAt(fromNs(state->lastSent))) +
                                                         LanePainter::kMarkSize);
        const int to = std::min(shown.lane.right() + 1, clampedX(axis.xAt(end)));
        if (to - from < 12 || isSilenceFound(row.agent, state->lastSent))
            continue;
        m_painter.paintSilence(
            painter, QRect(from, shown.lane.top() + 5, to - from, shown.lane.height() - 10),
            silenceSentence(*state));
    }
}

void TimelineView::paintGaps(QPainter& painter) const
{
    const Session* session = shared()->session();
    if (!session || m_data.gaps().empty())
        return;
    const TimeAxis axis = this->axis();
    const QRect plot = plotRect();
    const auto names = session->dictionaries();
    int labelledUntil = plot.left();
    for (const Gap& gap : m_data.gaps()) {
        const int from = clampedX(axis.xAt(fromNs(gap.from)));
        const int to = std::max(from + kNarrowestGap, clampedX(axis.xAt(fromNs(gap.to))));
        const QRect band = QRect(from, plot.top(), to - from, plot.height()).intersected(plot);
        if (band.isEmpty())
            continue;
        m_painter.paintGap(painter, band);
        // Labels that would cover each other are left out; hovering says them all.
        if (band.center().x() < labelledUntil)
            continue;
        const QRect plate = m_painter.paintPlate(
            painter, QPoint(band.center().x(), plot.top() + 12),
            QRect(plot.left(), plot.top(), plot.width(), std::min(24, plot.height())),
            gapSentence(gap, *names, !isForAudience(*shared())), Theme::current().warning);
        labelledUntil = plate.right() + 8;
    }
}

void TimelineView::paintArrowsOf(QPainter& painter, const MarkIndexPtr& marks) const
{
    if (!marks)
        return;
    const QRect plot = plotRect();
    const auto visible = marks->all(axis().window());
    auto arrows = placeArrows(
        visible, axis(), m_layout,
        [this](AudienceId audience) { return m_data.receivers(audience); }, kArrowLimit);
    const int dy = plot.top() - m_scroll->value();
    const auto isOutside = [&](int y) { return y + dy < plot.top() || y + dy > plot.bottom(); };
    // A line that leaves the picture says nothing but that there is more; selecting it says who.
    std::erase_if(arrows, [&](const PlacedArrow& arrow) {
        return isOutside(arrow.fromY) || isOutside(arrow.toY);
    });
    // Bundles lie at times, not at pixels: panning moves them as they are.
    const TimeAxis axis = this->axis();
    const auto begun =
        toNs(axis.window().begin) / std::max<std::int64_t>(1, axis.perPixel().count());
    const int origin = plot.left() - static_cast<int>(begun % kBundleTurn);
    const auto most = static_cast<std::size_t>(plot.width() / kPixelsPerArrow);
    m_painter.paintArrows(painter, bundleArrows(std::move(arrows), most, origin), dy);
}

void TimelineView::paintRail(QPainter& painter) const
{
    const QRect rail = railRect();
    if (rail.isEmpty())
        return;
    const Theme& theme = Theme::current();
    const TimeAxis axis = this->axis();
    const QRect plot = plotRect();
    painter.save();
    painter.setClipRect(rail);
    painter.fillRect(rail, theme.ground);
    painter.fillRect(QRect(rail.left(), rail.top(), theme.axisLeft, rail.height()), theme.pane);
    const QFont font = theme.interfaceFont(8.5);
    painter.setFont(font);
    const QColor line = mixed(theme.secondary, theme.ground, 0.35);
    for (std::size_t row = 0; row < m_rail.rows(); ++row) {
        const int y = rail.top() + TopicRail::middle(row);
        // A line to hang arrows on: a topic is no agent, and says nothing itself.
        painter.fillRect(plot.left(), y, plot.width(), 1, line);
        painter.setPen(theme.faint);
        const QRect room(theme.gutter, y - TopicRail::kRowHeight / 2,
                         theme.axisLeft - theme.gutter - 6, TopicRail::kRowHeight);
        painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                         fittingText(font, m_rail.label(row), Qt::ElideMiddle, room.width()));
    }
    painter.fillRect(rail.left(), rail.top(), rail.width(), 1, theme.hairline);
    const auto marks = m_shownMarks ? m_shownMarks->all(axis.window()) : std::span<const Mark>();
    std::vector<PlacedArrow> arrows;
    std::array<std::vector<QRect>, kKindCount> ticks;
    // Those that fall onto one pixel are one.
    std::vector<int> lastX(m_rail.rows() * kKindCount, std::numeric_limits<int>::min());
    std::size_t said = 0;
    for (const Mark& mark : marks) {
        const auto row = index(mark.audience) == 0 ? m_rail.rowOf(mark.topic) : std::nullopt;
        if (!row || !m_data.matches(mark.seq))
            continue;
        const int x = clampedX(std::floor(axis.xAt(fromNs(mark.time))));
        const int y = rail.top() + TopicRail::middle(*row);
        const auto kind =
            std::min<std::size_t>(static_cast<std::size_t>(mark.kind), kKindCount - 1);
        if (std::exchange(lastX[*row * kKindCount + kind], x) != x)
            ticks[kind].emplace_back(x - 1, y - 2, 3, 5);
        ++said;
        if (const auto from = m_layout.rowOf(mark.sender)) {
            const LaneRow& lane = m_layout.rows()[*from];
            const int fromY = plot.top() + lane.y + lane.height / 2 - m_scroll->value();
            if (fromY >= plot.top() && fromY < plot.bottom())
                arrows.push_back({x, fromY, y});
        }
    }
    const auto fill = [&painter](const std::vector<QRect>& rects, const QColor& color) {
        painter.setBrush(color);
        painter.drawRects(rects.data(), static_cast<int>(rects.size()));
    };
    painter.setPen(Qt::NoPen);
    for (std::size_t kind = 0; kind < kKindCount; ++kind)
        fill(ticks[kind], mixed(theme.kinds[kind], theme.ground, 0.8));
    painter.restore();
    if (said > static_cast<std::size_t>(plot.width() / (2 * kPixelsPerArrow)))
        return; // more would hide the lanes that they cross
    std::vector<QRect> dots;
    for (const PlacedArrow& arrow : arrows) {
        // Dotted: whoever listens there heard it; nobody was named.
        for (int y = arrow.fromY + 6; y < arrow.toY - 3; y += 4)
            dots.emplace_back(arrow.x, y, 1, 2);
    }
    painter.save();
    painter.setPen(Qt::NoPen);
    fill(dots, line);
    painter.restore();
}

/// How far the lanes are, below the axis.
void TimelineView::paintProgress(QPainter& painter) const
{
    if (!m_lanes || m_lanes->isReady() || !m_lanes->failure().isEmpty())
        return;
    const QRect axis = axisRect();
    painter.fillRect(axis.left(), axis.bottom() - 1,
                     static_cast<int>(axis.width() * m_lanes->progress()), 2,
                     Theme::current().interaction);
}

void TimelineView::paintSelected(QPainter& painter) const
{
    if (!m_selected)
        return;
    const auto from = selectedRow();
    if (!from)
        return;
    const Theme& theme = Theme::current();
    const int dy = plotRect().top() - m_scroll->value();
    const auto middle = [&](std::size_t i) {
        const LaneRow& row = m_layout.rows()[i];
        return row.y + row.height / 2 + dy + 0.5;
    };
    const double x = std::floor(std::clamp(axis().xAt(m_selected->time), -1e6, 1e6)) + 0.5;
    const double y = middle(*from);
    painter.setRenderHint(QPainter::Antialiasing);
    std::vector<std::size_t> targets;
    const std::span<const AgentId> named =
        m_lanes ? std::span<const AgentId>() : m_data.receivers(m_selected->audience);
    for (const AgentId receiver : named) {
        const auto to = m_layout.rowOf(receiver);
        if (to && *to != *from && std::ranges::find(targets, *to) == targets.end())
            targets.push_back(*to);
    }
    painter.setPen(QPen(theme.text, 1.5));
    for (const std::size_t target : targets) {
        const double tip = middle(target);
        const double away = tip > y ? -1 : 1;
        painter.drawLine(QPointF(x, y), QPointF(x, tip + away * 5));
        QPainterPath head;
        head.addPolygon(QPolygonF(
            QList<QPointF>{{x, tip + away * 2}, {x - 4, tip + away * 9}, {x + 4, tip + away * 9}}));
        painter.fillPath(head, theme.text);
    }
    // Said to nobody: it ends on its topic.
    const QRect rail = railRect();
    if (const auto row = m_rail.rowOf(m_selected->topic);
        named.empty() && row && !rail.isEmpty() && index(m_selected->audience) == 0) {
        painter.setClipRect(plotRect().adjusted(0, 0, 0, rail.height()));
        const double tip = rail.top() + TopicRail::middle(*row);
        painter.drawLine(QPointF(x, y), QPointF(x, tip));
        painter.fillRect(QRectF(x - 4, tip - 1, 9, 3), theme.text);
    }
    painter.setPen(QPen(theme.interaction, 1.5));
    painter.setBrush(theme.ground);
    painter.drawEllipse(QPointF(x, y), 8, 8);
    painter.translate(x - 4.5, y - 4.5);
    painter.scale(9, 9);
    const auto kind =
        std::min<std::size_t>(static_cast<std::size_t>(m_selected->kind), kKindCount - 1);
    painter.fillPath(kindShape(m_selected->kind), theme.kinds[kind]);
    painter.resetTransform();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const auto receivers = named.size();
    if (receivers > 1)
        m_painter.paintPlate(painter, QPoint(static_cast<int>(x) + 34, static_cast<int>(y) + 18),
                             plotRect(), tr("→ %1").arg(receivers), theme.text);
}

void TimelineView::paintPlayhead(QPainter& painter) const
{
    const QRect plot = plotRect();
    const int x = clampedX(std::floor(axis().xAt(shared()->playhead())));
    if (x < plot.left() || x > plot.right() + 1)
        return;
    painter.fillRect(std::min(x, plot.right()), plot.top(), 1, plot.height(),
                     Theme::current().interaction);
}

void TimelineView::paintHover(QPainter& painter) const
{
    if (!m_hover)
        return;
    const Theme& theme = Theme::current();
    painter.fillRect(m_hover->plate, theme.hairline);
    painter.fillRect(m_hover->plate.adjusted(1, 1, -1, -1), theme.plate);
    painter.setFont(theme.interfaceFont(9));
    painter.setPen(theme.text);
    painter.drawText(m_hover->plate.adjusted(8, 5, -8, -5), Qt::AlignLeft | Qt::AlignTop,
                     m_hover->text);
}

} // namespace murmur
