// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequencepainter.h"

#include "base/time.h"
#include "conversations/sequencetext.h"
#include "views/base/losttext.h"
#include "views/base/shownzone.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr double kCallWidth = 8;
constexpr double kCallStep = 5; ///< right of the call below it
constexpr int kStub = 56;       ///< of an arrow to a topic

struct SequenceTr
{
    Q_DECLARE_TR_FUNCTIONS(Sequence)
};

QColor over(const QColor& color, const QColor& ground, double share)
{
    const auto channel = [share](int a, int b) {
        return static_cast<int>(std::lround(a * share + b * (1 - share)));
    };
    return {channel(color.red(), ground.red()), channel(color.green(), ground.green()),
            channel(color.blue(), ground.blue())};
}

/// As exact as neighbours need, and as all of a conversation of that length are written.
QString sinceText(std::int64_t after, std::int64_t length)
{
    const auto fixed = [](double value, int digits) { return QString::number(value, 'f', digits); };
    if (length < 1'000'000'000)
        return u'+' + fixed(static_cast<double>(after) / 1e6, length < 10'000'000 ? 3 : 1) +
               u" ms"_s;
    const double seconds = static_cast<double>(after) / 1e9;
    if (length < 100'000'000'000)
        return u'+' + fixed(seconds, 3) + u" s"_s;
    const auto minutes = static_cast<std::int64_t>(seconds / 60);
    return u"+%1:%2"_s.arg(minutes).arg(
        fixed(seconds - 60.0 * static_cast<double>(minutes), 2).rightJustified(5, u'0'));
}

int columnsWidth(const Sequence& sequence, int width)
{
    const auto columns = std::max<int>(1, static_cast<int>(sequence.columns.size()));
    const int room = width - SequencePainter::kTimes;
    return std::clamp(room / columns, SequencePainter::kNarrowest, 320);
}

} // namespace

SequencePainter::SequencePainter(const Sequence& sequence, const SequencePlan& plan,
                                 const Dictionaries& names, QSize size, QPoint scroll)
    : m_sequence(sequence)
    , m_plan(plan)
    , m_names(names)
    , m_theme(Theme::current())
    , m_size(size)
    , m_scroll(scroll)
    , m_columnWidth(columnsWidth(sequence, size.width()))
    , m_first(plan.visible(scroll.y(), scroll.y() + size.height()).first)
    , m_last(plan.visible(scroll.y(), scroll.y() + size.height()).second)
{
}

int SequencePainter::contentWidth(const Sequence& sequence, int viewWidth)
{
    return kTimes + columnsWidth(sequence, viewWidth) * static_cast<int>(sequence.columns.size());
}

double SequencePainter::xOf(int column) const
{
    return std::floor(kTimes + (column + 0.5) * m_columnWidth - m_scroll.x()) + 0.5;
}

QColor SequencePainter::colorOf(const SequenceMessage& message) const
{
    if (message.kind == Kind::Error)
        return m_theme.bad;
    return m_theme
        .kinds[std::min<std::size_t>(static_cast<std::size_t>(message.kind), kKindCount - 1)];
}

void SequencePainter::paint(QPainter& painter, const SequenceLooks& looks)
{
    painter.fillRect(QRect(QPoint(), m_size), m_theme.ground);
    painter.setClipRect(QRect(0, kHeader, m_size.width(), m_size.height() - kHeader));
    paintRegions(painter);
    paintGaps(painter, looks.gaps);
    if (looks.hovered >= m_first && looks.hovered < m_last && looks.hovered != looks.selected)
        paintRow(painter, looks.hovered, over(m_theme.header, m_theme.ground, 0.7));
    if (looks.selected >= m_first && looks.selected < m_last)
        paintRow(painter, looks.selected, m_theme.selectionGround);
    paintLines(painter);
    paintFolds(painter);
    paintCalls(painter, looks.slo);
    for (int i = m_first; i < m_last; ++i) {
        if (i != looks.selected)
            paintMessage(painter, i, looks);
    }
    if (looks.selected >= m_first && looks.selected < m_last)
        paintMessage(painter, looks.selected, looks);
    painter.fillRect(0, kHeader, kTimes, m_size.height(), m_theme.pane);
    painter.fillRect(kTimes - 1, kHeader, 1, m_size.height(), m_theme.hairline);
    m_timeBelow = -1e9;
    if (looks.selected >= m_first && looks.selected < m_last)
        paintTime(painter, looks.selected, true);
    for (int i = m_first; i < m_last; ++i) {
        if (i != looks.selected)
            paintTime(painter, i, false);
    }
    paintPlayhead(painter, looks.playhead);
    painter.setClipping(false);
    paintHeader(painter, looks.agent);
}

void SequencePainter::paintRegions(QPainter& painter)
{
    painter.setFont(m_theme.interfaceFont(8.5));
    const QFontMetrics metrics(painter.font());
    for (const SequenceRegion& region : m_sequence.regions) {
        const double top = y(m_plan.yAt(region.begin)) - m_plan.row() * 0.7;
        const double bottom = y(m_plan.yAt(region.end)) + 5;
        if (bottom < kHeader || top > m_size.height())
            continue;
        const double inset = kTimes + 5 + region.level * 7.0;
        const QRectF box(inset, top, m_size.width() - inset - 6 - region.level * 7.0, bottom - top);
        painter.fillRect(box, over(m_theme.header, m_theme.ground, 0.42));
        const QColor line = over(m_theme.secondary, m_theme.ground, 0.4);
        painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), line);
        painter.fillRect(QRectF(box.left(), box.top(), 8, 1), line);
        painter.fillRect(QRectF(box.left(), box.bottom(), 8, 1), line);
        const QString words =
            SequenceTr::tr("%1 side by side").arg(static_cast<int>(region.steps.size()));
        // Where it begins above the picture it still says what it is.
        const double at = std::clamp(top, double(kHeader), std::max(double(kHeader), bottom - 15));
        painter.setPen(m_theme.faint);
        painter.drawText(QRectF(box.right() - metrics.horizontalAdvance(words) - 8, at + 1,
                                metrics.horizontalAdvance(words) + 4, 15),
                         Qt::AlignRight | Qt::AlignVCenter, words);
    }
}

void SequencePainter::paintGaps(QPainter& painter, const std::vector<Gap>& gaps)
{
    for (const Gap& gap : gaps) {
        if (gap.to < m_sequence.start || gap.from > m_sequence.end)
            continue;
        const double top = y(m_plan.yAt(gap.from)) - 3;
        const double bottom = std::max(top + 7, y(m_plan.yAt(gap.to)) + 3);
        if (bottom < kHeader || top > m_size.height())
            continue;
        const QRectF box(kTimes, top, m_size.width() - kTimes, bottom - top);
        painter.fillRect(box,
                         QBrush(over(m_theme.warning, m_theme.ground, 0.45), Qt::Dense6Pattern));
        painter.setFont(m_theme.interfaceFont(8.5));
        painter.setPen(m_theme.warning);
        painter.drawText(box.adjusted(0, -8, -10, 8), Qt::AlignRight | Qt::AlignVCenter,
                         lostByUsText(gap.count, gap.lostIs));
    }
}

void SequencePainter::paintLines(QPainter& painter)
{
    const QColor line = over(m_theme.secondary, m_theme.ground, 0.34);
    for (int i = 0; std::cmp_less(i, m_sequence.columns.size()); ++i) {
        const double x = xOf(i);
        if (x < kTimes || x > m_size.width())
            continue;
        painter.fillRect(QRectF(x - 0.5, kHeader, 1, m_size.height() - kHeader), line);
    }
}

void SequencePainter::paintFolds(QPainter& painter)
{
    painter.setFont(m_theme.numberFont(8.5));
    const QFontMetrics metrics(painter.font());
    for (const SequencePlan::Fold& fold : m_plan.folds()) {
        const double at = y(fold.y);
        if (at < kHeader - 20 || at > m_size.height() + 20)
            continue;
        // The lines of life are cut where time is.
        painter.fillRect(QRectF(kTimes, at - 4, m_size.width() - kTimes, 8), m_theme.ground);
        for (int x = kTimes + 4; x < m_size.width(); x += 8)
            painter.fillRect(x, static_cast<int>(at), 3, 1, m_theme.hairline);
        const QString words =
            SequenceTr::tr("%1 quiet").arg(durationText(nanoseconds(fold.end - fold.begin)));
        const double width = metrics.horizontalAdvance(words) + 14;
        const QRectF plate(kTimes + 12, at - 8, width, 16);
        painter.fillRect(plate, m_theme.ground);
        painter.setPen(m_theme.faint);
        painter.drawText(plate, Qt::AlignCenter, words);
    }
}

void SequencePainter::paintCalls(QPainter& painter, nanoseconds slo)
{
    for (const SequenceCall& call : m_sequence.calls) {
        const double top = y(m_plan.yAt(call.begin));
        if (top > m_size.height())
            break;
        const double bottom = std::max(top + 3, y(m_plan.yAt(call.end)));
        const double x = xOf(call.column) - kCallWidth / 2 + std::min(call.level, 6) * kCallStep;
        if (bottom < kHeader || x > m_size.width() || x < kTimes - kCallWidth)
            continue;
        const QRectF bar(x, top, kCallWidth, bottom - top);
        const QColor color = call.isError ? m_theme.bad
                             : call.isOpen || nanoseconds(call.end - call.begin) >= slo
                                 ? m_theme.warning
                                 : m_theme.kinds[static_cast<std::size_t>(Kind::Request)];
        painter.fillRect(bar, over(color, m_theme.ground, call.isOpen ? 0.16 : 0.5));
        painter.setPen(
            QPen(over(color, m_theme.ground, 0.85), 1, call.isOpen ? Qt::DashLine : Qt::SolidLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void SequencePainter::paintRow(QPainter& painter, int message, const QColor& ground)
{
    const double top = y(std::min(m_plan.sent(message), m_plan.received(message)));
    const double bottom = y(m_plan.received(message));
    const double above = m_plan.row() * 0.62;
    painter.fillRect(QRectF(0, top - above, m_size.width(), bottom - top + above + 5), ground);
}

void SequencePainter::paintMessage(QPainter& painter, int i, const SequenceLooks& looks)
{
    const SequenceMessage& message = m_sequence.messages[static_cast<std::size_t>(i)];
    const bool isSelected = i == looks.selected;
    const bool isStrong = isSelected || i == looks.hovered || message.kind == Kind::Error;
    const QColor color =
        isSelected ? m_theme.text : over(colorOf(message), m_theme.ground, isStrong ? 1.0 : 0.78);
    const QPointF begin(xOf(message.from), y(m_plan.sent(i)));
    const double end = y(m_plan.received(i));
    const bool isBack = message.kind == Kind::Reply || message.kind == Kind::Chunk;
    double labelTo = begin.x() + kStub;
    if (message.to.empty()) {
        // Said to a topic: the arrow ends where nobody is named.
        const QPointF tip(begin.x() + kStub, end);
        paintArrow(painter, begin, tip, color, false, isSelected);
        painter.fillRect(QRectF(tip.x() + 1, tip.y() - 4, 2, 8), color);
    }
    for (const int to : message.to) {
        const QPointF tip(xOf(to), end);
        if (to == message.from) { // to itself
            painter.setPen(QPen(color, isSelected ? 2 : 1));
            painter.drawLine(QPointF(begin.x(), end - 6), QPointF(begin.x() + 22, end - 6));
            painter.drawLine(QPointF(begin.x() + 22, end - 6), QPointF(begin.x() + 22, end));
            paintArrow(painter, QPointF(begin.x() + 22, end), tip, color, isBack, isSelected);
            labelTo = begin.x() + 40;
            continue;
        }
        paintArrow(painter, begin, tip, color, isBack || message.isInferred, isSelected);
        if (message.kind == Kind::Error || message.isUnanswered) {
            painter.setPen(QPen(message.kind == Kind::Error ? m_theme.bad : m_theme.warning, 2));
            const double x = tip.x() + (tip.x() > begin.x() ? -16 : 16);
            painter.drawLine(QPointF(x - 4, end - 4), QPointF(x + 4, end + 4));
            painter.drawLine(QPointF(x - 4, end + 4), QPointF(x + 4, end - 4));
        }
    }
    if (!message.to.empty() && labelTo == begin.x() + kStub) {
        // The nearest one: there the label is beside who speaks.
        const auto nearest = std::ranges::min_element(message.to, {}, [&](int to) {
            return to == message.from ? 1e9 : std::abs(xOf(to) - begin.x());
        });
        labelTo = xOf(*nearest);
        // Beyond it nothing is in the way of a longer word when it goes further that way.
        for (const int to : message.to)
            if ((xOf(to) > begin.x()) == (labelTo > begin.x()) &&
                std::abs(xOf(to) - begin.x()) > std::abs(labelTo - begin.x()))
                labelTo = xOf(to);
    }
    // At the begin of a region an agent's own mark, so that who speaks is seen on the line.
    painter.fillRect(QRectF(begin.x() - 2, begin.y() - 2, 4, 4), color);
    if (m_plan.row() >= 15 && m_plan.run(i) > 0)
        paintLabel(painter, message, begin.x(), labelTo, (begin.y() + end) / 2, isStrong,
                   m_plan.run(i));
}

void SequencePainter::paintArrow(QPainter& painter, QPointF from, QPointF to, const QColor& color,
                                 bool isDashed, bool isSelected)
{
    const bool isSlanted = std::abs(from.y() - to.y()) > 0.5;
    painter.setRenderHint(QPainter::Antialiasing, isSlanted);
    QPen pen(color, isSelected ? 2 : 1);
    if (isDashed)
        pen.setDashPattern({5, 3});
    painter.setPen(pen);
    if (isSlanted)
        painter.drawLine(from, to);
    else
        painter.drawLine(QPointF(from.x(), std::floor(to.y()) + 0.5),
                         QPointF(to.x(), std::floor(to.y()) + 0.5));
    const double angle = std::atan2(to.y() - from.y(), to.x() - from.x());
    const QPointF tip = isSlanted ? to : QPointF(to.x(), std::floor(to.y()) + 0.5);
    QPolygonF head{tip};
    for (const double side : {-0.42, 0.42})
        head << QPointF(tip.x() - 8 * std::cos(angle + side), tip.y() - 8 * std::sin(angle + side));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(head);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void SequencePainter::paintLabel(QPainter& painter, const SequenceMessage& message, double from,
                                 double to, double middle, bool isStrong, int run)
{
    const QFont font = m_theme.interfaceFont(8.5);
    const QFont numbers = m_theme.numberFont(8.5);
    const QFontMetrics metrics(font);
    const QFontMetrics numberMetrics(numbers);
    QString facts;
    if (run > 1)
        facts = u"×%1"_s.arg(run);
    else if (message.latency >= 0)
        facts = durationText(nanoseconds(message.latency));
    else if (message.isUnanswered)
        facts = SequenceTr::tr("no answer");
    if (message.isOrderUnknown)
        facts = (facts.isEmpty() ? QString() : facts + u' ') + u"≈"_s;
    const int factsWidth = facts.isEmpty() ? 0 : numberMetrics.horizontalAdvance(facts) + 8;
    const double left = std::min(from, to) + 11;
    const double room = std::abs(to - from) - 24;
    const double wide = message.to.empty() ? m_columnWidth - 24 : room;
    const QString title = metrics.elidedText(messageTitle(message, m_names), Qt::ElideRight,
                                             static_cast<int>(std::max(24.0, wide - factsWidth)));
    const QRectF place(left, middle - 16, std::max(wide, 24.0), 14);
    const bool isRight = to < from && !message.to.empty();
    const double width = metrics.horizontalAdvance(title) + factsWidth;
    const double x = isRight ? std::max(left, place.right() - width) : left;
    painter.setFont(font);
    painter.setPen(message.kind == Kind::Error ? m_theme.bad
                   : isStrong                  ? m_theme.text
                                               : m_theme.secondary);
    painter.drawText(QRectF(x, place.top(), width + 2, 14), Qt::AlignLeft | Qt::AlignVCenter,
                     title);
    if (facts.isEmpty())
        return;
    painter.setFont(numbers);
    painter.setPen(message.isUnanswered ? m_theme.warning
                   : isStrong           ? m_theme.text
                                        : m_theme.faint);
    painter.drawText(QRectF(x + width - factsWidth + 8, place.top(), factsWidth, 14),
                     Qt::AlignLeft | Qt::AlignVCenter, facts);
}

/// When, since the begin; where there is room.
void SequencePainter::paintTime(QPainter& painter, int i, bool isSelected)
{
    const double at = y(m_plan.received(i));
    if (!isSelected && std::abs(at - m_timeBelow) < 15)
        return;
    m_timeBelow = at;
    const SequenceMessage& message = m_sequence.messages[static_cast<std::size_t>(i)];
    const QString after =
        sinceText(message.received - m_sequence.start, m_sequence.end - m_sequence.start);
    painter.setFont(m_theme.numberFont(8.5));
    painter.setPen(isSelected ? m_theme.text : m_theme.faint);
    painter.drawText(QRectF(0, at - 9, kTimes - 9, 16), Qt::AlignRight | Qt::AlignVCenter, after);
}

void SequencePainter::paintHeader(QPainter& painter, AgentId selected)
{
    painter.fillRect(0, 0, m_size.width(), kHeader, m_theme.pane);
    painter.setClipRect(QRect(kTimes, 0, m_size.width() - kTimes, kHeader));
    const QFont font = m_theme.interfaceFont(9.5);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    for (int i = 0; std::cmp_less(i, m_sequence.columns.size()); ++i) {
        const SequenceColumn& column = m_sequence.columns[static_cast<std::size_t>(i)];
        const QRectF room(xOf(i) - m_columnWidth / 2 + 4, 4, m_columnWidth - 8, kHeader - 8);
        if (room.right() < kTimes || room.left() > m_size.width())
            continue;
        const QString title = metrics.elidedText(columnTitle(column, m_names), Qt::ElideMiddle,
                                                 static_cast<int>(room.width()) - 12);
        const bool isSelected =
            column.folded.empty() && column.agent == selected && index(selected) != 0;
        const double width = metrics.horizontalAdvance(title) + 16;
        const QRectF plate(xOf(i) - width / 2, 4, width, kHeader - 8);
        painter.fillRect(plate, isSelected ? m_theme.selectionGround : m_theme.header);
        if (isSelected)
            painter.fillRect(QRectF(plate.left(), plate.bottom() - 2, plate.width(), 2),
                             m_theme.interaction);
        painter.setPen(column.folded.empty() ? m_theme.text : m_theme.secondary);
        painter.drawText(plate, Qt::AlignCenter, title);
    }
    painter.setClipping(false);
    painter.setFont(m_theme.numberFont(8.5));
    painter.setPen(m_theme.secondary);
    if (!m_sequence.messages.empty())
        painter.drawText(QRectF(0, 0, kTimes - 9, kHeader), Qt::AlignRight | Qt::AlignVCenter,
                         shownClock(fromNs(m_sequence.start)));
    painter.fillRect(0, kHeader - 1, m_size.width(), 1, m_theme.hairline);
}

void SequencePainter::paintPlayhead(QPainter& painter, std::int64_t time)
{
    if (m_sequence.messages.empty() || time < m_sequence.start || time > m_sequence.end)
        return;
    const int at = static_cast<int>(std::floor(y(m_plan.yAt(time))));
    painter.fillRect(0, at, m_size.width(), 1, m_theme.interaction);
}

} // namespace murmur
