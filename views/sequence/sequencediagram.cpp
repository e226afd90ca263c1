// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequencediagram.h"

#include "conversations/sequencetext.h"
#include "views/base/numbers.h"

#include <QAccessible>
#include <QAccessibleEvent>
#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kSmallestZoom = 0.1;
constexpr double kLargestZoom = 64;
constexpr double kZoomStep = 1.25;

} // namespace

SequenceDiagram::SequenceDiagram(QWidget* parent)
    : QAbstractScrollArea(parent)
    , m_frames(u"sequence"_s)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Sequence diagram"));
}

void SequenceDiagram::show(std::shared_ptr<const Sequence> sequence,
                           std::shared_ptr<const Dictionaries> names)
{
    m_sequence = std::move(sequence);
    m_names = std::move(names);
    m_looks.selected = m_looks.hovered = -1;
    lay();
}

void SequenceDiagram::lay()
{
    m_plan = m_sequence ? SequencePlan(*m_sequence, m_zoom) : SequencePlan();
    updateBars();
    viewport()->update();
}

void SequenceDiagram::updateBars()
{
    const QSize size = viewport()->size();
    const int height = static_cast<int>(std::ceil(m_plan.height())) + SequencePainter::kHeader;
    const int width =
        m_sequence ? SequencePainter::contentWidth(*m_sequence, size.width()) : size.width();
    verticalScrollBar()->setRange(0, std::max(0, height - size.height()));
    verticalScrollBar()->setPageStep(std::max(1, size.height() - SequencePainter::kHeader));
    verticalScrollBar()->setSingleStep(static_cast<int>(SequencePlan::kRow));
    horizontalScrollBar()->setRange(0, std::max(0, width - size.width()));
    horizontalScrollBar()->setPageStep(std::max(1, size.width() - SequencePainter::kTimes));
    horizontalScrollBar()->setSingleStep(SequencePainter::kNarrowest / 2);
}

void SequenceDiagram::setGaps(std::vector<Gap> gaps)
{
    m_looks.gaps = std::move(gaps);
    viewport()->update();
}

void SequenceDiagram::setSlo(nanoseconds slo)
{
    m_looks.slo = slo;
    viewport()->update();
}

void SequenceDiagram::setPlayhead(TimePoint time)
{
    m_looks.playhead = toNs(time);
    viewport()->update();
}

void SequenceDiagram::setAgent(AgentId agent)
{
    m_looks.agent = agent;
    viewport()->update();
}

void SequenceDiagram::setSelected(int message, bool isRevealed)
{
    m_looks.selected = message;
    if (message >= 0) {
        setAccessibleDescription(sentence(message));
        QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&changed);
    }
    if (message >= 0 && isRevealed) {
        const int top = static_cast<int>(m_plan.sent(message) - 2 * m_plan.row());
        const int bottom = static_cast<int>(m_plan.received(message) + 2 * m_plan.row());
        const int page = viewport()->height() - SequencePainter::kHeader;
        QScrollBar* bar = verticalScrollBar();
        if (top < bar->value() || bottom > bar->value() + page)
            bar->setValue((top + bottom - page) / 2);
        const SequenceMessage& one = m_sequence->messages[static_cast<std::size_t>(message)];
        const double x = painterOf().xOf(one.from);
        if (x < SequencePainter::kTimes || x > viewport()->width())
            horizontalScrollBar()->setValue(
                horizontalScrollBar()->value() +
                static_cast<int>(x - (SequencePainter::kTimes + viewport()->width()) / 2.0));
    }
    viewport()->update();
}

void SequenceDiagram::setZoom(double zoom, double y)
{
    zoom = std::clamp(zoom, kSmallestZoom, kLargestZoom);
    if (zoom == m_zoom || !m_sequence)
        return;
    const std::int64_t time = m_plan.timeAt(plannedY(y));
    m_zoom = zoom;
    m_plan = SequencePlan(*m_sequence, m_zoom);
    updateBars();
    verticalScrollBar()->setValue(
        static_cast<int>(std::lround(m_plan.yAt(time) + SequencePainter::kHeader - y)));
    viewport()->update();
}

double SequenceDiagram::plannedY(double y) const
{
    return y - SequencePainter::kHeader + verticalScrollBar()->value();
}

SequencePainter SequenceDiagram::painterOf() const
{
    return {*m_sequence, m_plan, *m_names, viewport()->size(),
            QPoint(horizontalScrollBar()->value(), verticalScrollBar()->value())};
}

QPoint SequenceDiagram::endOf(int message) const
{
    const SequenceMessage& one = m_sequence->messages[static_cast<std::size_t>(message)];
    const int column = one.to.empty() ? one.from : one.to.front();
    return {static_cast<int>(painterOf().xOf(column)),
            static_cast<int>(std::lround(m_plan.received(message))) + SequencePainter::kHeader -
                verticalScrollBar()->value()};
}

QPoint SequenceDiagram::headOf(int column) const
{
    return {static_cast<int>(painterOf().xOf(column)), SequencePainter::kHeader / 2};
}

void SequenceDiagram::paintEvent(QPaintEvent* /*event*/)
{
    const FrameTimer::Frame frame(m_frames);
    QPainter painter(viewport());
    if (!m_sequence) {
        painter.fillRect(viewport()->rect(), Theme::current().ground);
        return;
    }
    painterOf().paint(painter, m_looks);
}

void SequenceDiagram::resizeEvent(QResizeEvent* /*event*/)
{
    updateBars();
}

void SequenceDiagram::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        const double steps = event->angleDelta().y() / 120.0;
        setZoom(m_zoom * std::pow(kZoomStep, steps), event->position().y());
        event->accept();
        return;
    }
    QAbstractScrollArea::wheelEvent(event);
}

int SequenceDiagram::messageAt(QPoint position) const
{
    if (!m_sequence || position.y() < SequencePainter::kHeader)
        return -1;
    // The word above an arrow belongs to it.
    const double y = plannedY(position.y()) + m_plan.row() * 0.25;
    const auto [first, last] = m_plan.visible(y - 3 * m_plan.row(), y + 3 * m_plan.row());
    const SequencePainter painter = painterOf();
    int best = -1;
    double distance = m_plan.row() * 0.6;
    for (int i = first; i < last; ++i) {
        const SequenceMessage& one = m_sequence->messages[static_cast<std::size_t>(i)];
        double left = painter.xOf(one.from);
        double right = left;
        for (const int to : one.to) {
            left = std::min(left, painter.xOf(to));
            right = std::max(right, painter.xOf(to));
        }
        if (right - left < 40)
            right = left + painter.columnWidth();
        // Beside every arrow its row is still the nearest, but less than one that is crossed.
        const bool isOn = position.x() >= left - 6 && position.x() <= right + 6;
        const double away = std::max(0.0, std::max(m_plan.sent(i) - y, y - m_plan.received(i))) +
                            (isOn ? 0 : m_plan.row() * 0.3);
        if (away < distance) {
            distance = away;
            best = i;
        }
    }
    return best;
}

int SequenceDiagram::columnAt(QPoint position) const
{
    if (!m_sequence || position.x() < SequencePainter::kTimes)
        return -1;
    const SequencePainter painter = painterOf();
    const int column = static_cast<int>(
        std::floor((position.x() - SequencePainter::kTimes + horizontalScrollBar()->value()) /
                   painter.columnWidth()));
    return std::cmp_less(column, m_sequence->columns.size()) ? column : -1;
}

void SequenceDiagram::pick(int message)
{
    if (!m_sequence || message < 0 || std::cmp_greater_equal(message, m_sequence->messages.size()))
        return;
    setSelected(message, true);
    Q_EMIT messagePicked(m_sequence->messages[static_cast<std::size_t>(message)].seq);
}

void SequenceDiagram::hover(int message)
{
    if (m_looks.hovered == message)
        return;
    m_looks.hovered = message;
    viewport()->update();
}

void SequenceDiagram::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_isPressed = true;
    m_isDragging = false;
    m_pressed = event->position().toPoint();
    m_scrolled = {horizontalScrollBar()->value(), verticalScrollBar()->value()};
}

void SequenceDiagram::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (!m_isPressed) {
        hover(messageAt(position));
        return;
    }
    const QPoint moved = position - m_pressed;
    if (!m_isDragging && moved.manhattanLength() < QApplication::startDragDistance())
        return;
    m_isDragging = true;
    horizontalScrollBar()->setValue(m_scrolled.x() - moved.x());
    verticalScrollBar()->setValue(m_scrolled.y() - moved.y());
}

void SequenceDiagram::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_isPressed)
        return;
    m_isPressed = false;
    if (m_isDragging || !m_sequence)
        return;
    const QPoint position = event->position().toPoint();
    if (position.y() < SequencePainter::kHeader) {
        const int column = columnAt(position);
        if (column >= 0 && m_sequence->columns[static_cast<std::size_t>(column)].folded.empty())
            Q_EMIT agentPicked(m_sequence->columns[static_cast<std::size_t>(column)].agent);
        return;
    }
    if (position.x() < SequencePainter::kTimes) {
        Q_EMIT timePicked(fromNs(m_plan.timeAt(plannedY(position.y()))));
        return;
    }
    pick(messageAt(position));
}

void SequenceDiagram::keyPressEvent(QKeyEvent* event)
{
    const int count = m_sequence ? static_cast<int>(m_sequence->messages.size()) : 0;
    const int at = m_looks.selected;
    const double middle = viewport()->height() / 2.0;
    switch (event->key()) {
    case Qt::Key_Down:
        pick(at < 0 ? m_plan.nearest(plannedY(SequencePainter::kHeader + 1))
                    : std::min(at + 1, count - 1));
        return;
    case Qt::Key_Up:
        pick(std::max(at - 1, 0));
        return;
    case Qt::Key_Left: // what it answers
        if (at >= 0)
            pick(m_sequence->indexOf(m_sequence->messages[static_cast<std::size_t>(at)].closes));
        return;
    case Qt::Key_Right: // what answers it
        if (at >= 0) {
            const Seq seq = m_sequence->messages[static_cast<std::size_t>(at)].seq;
            const auto answer =
                std::ranges::find(m_sequence->messages, seq, &SequenceMessage::closes);
            if (answer != m_sequence->messages.end())
                pick(static_cast<int>(answer - m_sequence->messages.begin()));
        }
        return;
    case Qt::Key_Home:
        pick(0);
        return;
    case Qt::Key_End:
        pick(count - 1);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        setZoom(m_zoom * kZoomStep, middle);
        return;
    case Qt::Key_Minus:
        setZoom(m_zoom / kZoomStep, middle);
        return;
    case Qt::Key_0:
        setZoom(1, middle);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

bool SequenceDiagram::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hover(-1);
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int message = messageAt(help->pos());
        if (message >= 0)
            QToolTip::showText(help->globalPos(), sentence(message), viewport());
        else
            QToolTip::hideText();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

QString SequenceDiagram::sentence(int message) const
{
    const SequenceMessage& one = m_sequence->messages[static_cast<std::size_t>(message)];
    QString text = tr("Message %1, %2: %3")
                       .arg(numberText(one.shownSeq), messageTitle(one, *m_names),
                            messageWay(*m_sequence, one, *m_names));
    if (const QString remarks = messageRemarks(one); !remarks.isEmpty())
        text += u", "_s + remarks;
    return text;
}

} // namespace murmur
