// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelineview.h"

#include "session/laneset.h"
#include "views/base/agentnaming.h"
#include "views/base/audience.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/lagband.h"
#include "views/timeline/navigation.h"
#include "views/timeline/timelinetext.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kReach = 7; // pixels: how near to a mark a click has to be
constexpr int kNearby = 2'000;

} // namespace

const TimelineView::ShownRow* TimelineView::shownAt(QPoint position) const
{
    if (!lanesRect().contains(position))
        return nullptr;
    const auto found = std::ranges::find_if(m_shown, [&](const ShownRow& shown) {
        return position.y() >= shown.lane.top() && position.y() <= shown.lane.bottom();
    });
    return found == m_shown.end() ? nullptr : &*found;
}

const Mark* TimelineView::hit(const ShownRow& shown, QPointF position) const
{
    if (const Mark* mark = markAt(shown.marks, position.x(), kReach))
        return mark;
    const QRect whole = shown.lane.adjusted(0, 6, 0, -6);
    const double y = (position.y() - whole.top()) / std::max(1, whole.height());
    return callAt(shown.calls, position.x(), std::clamp(y, 0.0, 0.999));
}

bool TimelineView::event(QEvent* event)
{
    if (event->type() == QEvent::NativeGesture) {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            shared()->setWindow(
                axis().zoomed(gesture->position().x(), 1 / std::max(0.2, 1 + gesture->value())));
            return true;
        }
    }
    return View::event(event);
}

void TimelineView::wheelEvent(QWheelEvent* event)
{
    const bool isPlain = !(event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier));
    const bool isVertical = std::abs(event->angleDelta().y()) >= std::abs(event->angleDelta().x());
    event->accept();
    if (event->position().x() < plotRect().left() && isPlain && isVertical) {
        const int pixels = event->pixelDelta().y();
        m_scroll->setValue(
            m_scroll->value() -
            (pixels != 0 ? pixels : event->angleDelta().y() * m_scroll->singleStep() / 60));
        return;
    }
    navigateByWheel(*shared(), axis(), *event);
}

void TimelineView::mousePressEvent(QMouseEvent* event)
{
    clearHover();
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = event->position().toPoint();
    m_dragged = m_pressed;
    if (!lanesRect().contains(m_pressed) && !axisRect().contains(m_pressed))
        return;
    if (event->modifiers().testFlag(Qt::ControlModifier) && m_pressed.x() < plotRect().left()) {
        if (const ShownRow* shown = shownAt(m_pressed))
            pick(m_layout.rows()[shown->row].agent);
        return;
    }
    m_pressedWindow = shared()->window();
    m_pressedScroll = m_scroll->value();
    const bool isZoom =
        event->modifiers().testFlag(Qt::ShiftModifier) && m_pressed.x() >= plotRect().left();
    m_drag = isZoom ? Drag::Zoom : Drag::Undecided;
    if (event->modifiers().testFlag(Qt::ControlModifier) && m_pressed.x() >= plotRect().left()) {
        m_drag = Drag::Measure;
        setCursorAt(axis().timeAt(m_pressed.x()));
        shared()->setPlayhead(*m_cursor);
    }
}

void TimelineView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    m_dragged = position;
    switch (m_drag) {
    case Drag::None:
        updateHover(position);
        return;
    case Drag::Zoom:
        update();
        return;
    case Drag::Measure:
        shared()->setPlayhead(
            axis().timeAt(std::clamp(position.x(), plotRect().left(), plotRect().right() + 1)));
        return;
    case Drag::Undecided:
        if ((position - m_pressed).manhattanLength() < QApplication::startDragDistance())
            return;
        m_drag = Drag::Pan;
        setCursor(Qt::ClosedHandCursor);
        [[fallthrough]];
    case Drag::Pan: {
        // From where the drag began, so that rounding does not add up.
        const QPoint way = position - m_pressed;
        if (m_pressed.x() >= plotRect().left()) {
            const QRect plot = plotRect();
            const TimeAxis pressed(m_pressedWindow, plot.left(), plot.width());
            shared()->setWindow(pressed.panned(-way.x()));
        }
        m_scroll->setValue(m_pressedScroll - way.y());
        return;
    }
    }
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Drag drag = std::exchange(m_drag, Drag::None);
    unsetCursor();
    if (drag == Drag::Undecided) {
        select(event->position());
    } else if (drag == Drag::Zoom) {
        const QRect plot = plotRect();
        const int from =
            std::clamp(std::min(m_pressed.x(), m_dragged.x()), plot.left(), plot.right() + 1);
        const int to =
            std::clamp(std::max(m_pressed.x(), m_dragged.x()), plot.left(), plot.right() + 1);
        const TimeAxis axis = this->axis();
        if (to - from >= 4)
            shared()->setWindow({axis.timeAt(from), axis.timeAt(to)});
        update();
    }
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const QPoint position = event->position().toPoint();
    if (const ShownFinding* finding = findingAt(position))
        pickFinding(*finding, true);
    else if (plotRect().contains(position))
        shared()->setWindow(axis().zoomed(position.x(), 0.25));
    else
        mousePressEvent(event); // two quick clicks on a group fold and unfold it
}

void TimelineView::leaveEvent(QEvent* event)
{
    clearHover();
    View::leaveEvent(event);
}

void TimelineView::select(QPointF position)
{
    const QPoint point = position.toPoint();
    if (axisRect().contains(point)) {
        shared()->setPlayhead(axis().timeAt(position.x()));
        return;
    }
    const ShownRow* shown = shownAt(point);
    const bool isOnPlot = plotRect().contains(point);
    if (!shown) {
        if (isOnPlot)
            shared()->setPlayhead(axis().timeAt(position.x()));
        return;
    }
    const LaneRow row = m_layout.rows()[shown->row]; // selecting may lay the rows out again
    if (row.what == LaneRow::What::Group && !isOnPlot) {
        if (m_key.what != LaneKey::What::Group)
            setFolded(row.group, !row.isFolded);
        return;
    }
    if (!isOnPlot) {
        m_picked.clear();
        ++m_picks;
        selectLane(row.agent);
        return;
    }
    if (const ShownFinding* finding = findingAt(point)) {
        pickFinding(*finding, false);
        return;
    }
    const TimePoint time = axis().timeAt(position.x());
    if (const Mark* mark = hit(*shown, position)) {
        const Mark found = *mark; // the index may be replaced by what selecting sets off
        selectLane(found.sender);
        m_wantsSender = m_lanes != nullptr;
        shared()->setPlayhead(fromNs(found.time));
        shared()->selectMessage(found.seq);
        return;
    }
    if (row.what == LaneRow::What::Agent)
        selectLane(row.agent);
    shared()->setPlayhead(time);
    if (shown->isDensity && row.what == LaneRow::What::Agent)
        selectNear(row.agent, time);
}

void TimelineView::selectNear(AgentId agent, TimePoint time)
{
    // The lane shows sums; the messages under the pointer are few, so ask for them.
    const nanoseconds reach = axis().perPixel() * 4;
    const quint64 click = ++m_clicks;
    const MarkRequest request{{time - reach, time + reach}, kNearby, {}, {}};
    (m_lanes ? m_lanes->marks(request) : shared()->session()->marks(request))
        .then(this, [this, agent, time, click](const Result<MarkSlice>& slice) {
            if (click != m_clicks || !slice)
                return;
            const Mark* best = nullptr;
            for (const Mark& mark : slice->marks) {
                if (mark.sender != agent)
                    continue;
                if (!best || std::abs(mark.time - toNs(time)) < std::abs(best->time - toNs(time)))
                    best = &mark;
            }
            if (best)
                shared()->selectMessage(best->seq);
        });
}

void TimelineView::updateHover(QPoint position)
{
    const ShownRow* shown = shownAt(position);
    const Session* session = shared()->session();
    QString text;
    if (shown && session && plotRect().contains(position)) {
        const LaneRow& row = m_layout.rows()[shown->row];
        const auto names = session->dictionaries();
        const TimeAxis axis = this->axis();
        if (const ShownFinding* finding = findingAt(position)) {
            text = findingsSentence(*finding);
        } else if (const Mark* mark = hit(*shown, position)) {
            text = sentenceOf(*mark);
        } else {
            for (const Gap& gap : m_data.gaps()) {
                if (axis.xAt(fromNs(gap.from)) - 2 <= position.x() &&
                    position.x() <=
                        std::max(axis.xAt(fromNs(gap.to)), axis.xAt(fromNs(gap.from)) + 6))
                    text = gapSentence(gap, *names, !isForAudience(*shared()));
            }
            const DensityPtr density = m_data.density();
            if (text.isEmpty() && shown->isDensity && density) {
                const TimeRange under{axis.timeAt(position.x()), axis.timeAt(position.x() + 1)};
                std::int64_t count = 0;
                std::int64_t errors = 0;
                for (const AgentId agent : m_layout.members(row)) {
                    if (const LaneCounts* counts = density->lane(agent)) {
                        count += density->count(*counts, under);
                        errors += density->errorCount(*counts, under);
                    }
                }
                if (count > 0)
                    text = laneSentence(row.label, count, errors, under, m_key.weight);
            }
        }
        if (const QString behind = m_lags->textOf(topicOf(row), axis.timeAt(position.x()));
            !behind.isEmpty())
            text += (text.isEmpty() ? QString() : u"\n"_s) + behind;
    } else if (shown && !plotRect().contains(position)) {
        const LaneRow& row = m_layout.rows()[shown->row];
        if (row.showsTraffic()) {
            std::int64_t errors = 0;
            const std::int64_t count = messagesIn(row, errors);
            text = laneSentence(row.label, count, errors, shared()->window(), m_key.weight);
            if (const QString behind = m_lags->textOf(topicOf(row), shared()->playhead());
                !behind.isEmpty())
                text += u'\n' + behind;
        }
    }
    if (text.isEmpty()) {
        clearHover();
        return;
    }
    if (m_hover && m_hover->text == text && m_hover->at == position)
        return;
    clearHover();
    const QFontMetrics metrics(Theme::current().interfaceFont(9));
    const QSize size = metrics.size(0, text) + QSize(18, 12);
    QRect plate(position + QPoint(14, 16), size);
    if (plate.right() > width())
        plate.moveRight(position.x() - 10);
    if (plate.bottom() > height())
        plate.moveBottom(position.y() - 8);
    plate.moveLeft(std::max(0, plate.left()));
    plate.moveTop(std::max(0, plate.top()));
    m_hover = Hover{position, text, plate};
    update(plate);
}

void TimelineView::clearHover()
{
    if (!m_hover)
        return;
    const QRect old = m_hover->plate;
    m_hover.reset();
    update(old);
}

void TimelineView::moveLane(int direction)
{
    const auto& rows = m_layout.rows();
    const auto current = m_layout.rowOf(selectedLane());
    auto i = current ? static_cast<std::ptrdiff_t>(*current) + direction
                     : (direction > 0 ? 0 : static_cast<std::ptrdiff_t>(rows.size()) - 1);
    for (; i >= 0 && i < static_cast<std::ptrdiff_t>(rows.size()); i += direction) {
        const LaneRow& row = rows[static_cast<std::size_t>(i)];
        if (row.what == LaneRow::What::Agent) {
            selectLane(row.agent);
            if (m_lanes)
                scrollTo(static_cast<std::size_t>(i));
            return;
        }
    }
}

void TimelineView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Up:
        moveLane(-1);
        return;
    case Qt::Key_Down:
        moveLane(1);
        return;
    case Qt::Key_PageUp:
        m_scroll->setValue(m_scroll->value() - m_scroll->pageStep());
        return;
    case Qt::Key_PageDown:
        m_scroll->setValue(m_scroll->value() + m_scroll->pageStep());
        return;
    case Qt::Key_Escape:
        if (m_drag != Drag::None) {
            if (m_drag == Drag::Pan)
                shared()->setWindow(m_pressedWindow);
            m_drag = Drag::None;
            unsetCursor();
            update();
            return;
        }
        if (m_lanes && !m_lanes->isReady()) {
            setLaneKey(m_keyBefore);
            return;
        }
        if (m_cursor) {
            setCursorAt({});
            return;
        }
        if (!m_order.filter.isEmpty()) {
            endLaneFilter();
            return;
        }
        if (!m_picked.isEmpty()) {
            m_picked.clear();
            ++m_picks;
            update();
            return;
        }
        break;
    case Qt::Key_Slash:
        filterLanes();
        return;
    case Qt::Key_C:
        if (event->modifiers() != Qt::NoModifier)
            break;
        setCursorAt(m_cursor ? std::optional<TimePoint>() : shared()->playhead());
        return;
    case Qt::Key_Z:
        if (event->modifiers() & ~Qt::ShiftModifier)
            break;
        if (event->modifiers().testFlag(Qt::ShiftModifier))
            zoomToConversation();
        else
            zoomToSelection();
        return;
    case Qt::Key_F2:
        m_naming->rename(pickedAgents());
        return;
    default:
        if (navigateByKey(*shared(), *event))
            return;
        break;
    }
    View::keyPressEvent(event);
}

} // namespace murmur
