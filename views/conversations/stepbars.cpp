// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/stepbars.h"

#include "conversations/conversationjob.h"
#include "conversations/conversationtext.h"
#include "views/base/theme.h"
#include "views/conversations/stepmodel.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kMargin = 6;
constexpr int kStripHeight = 24;
constexpr double kNarrowest = 2; // pixels

const QColor& partColor(const Theme& theme, PathPart part)
{
    switch (part) {
    case PathPart::Queueing:
        return theme.warning;
    case PathPart::Service:
    case PathPart::Own:
        break;
    case PathPart::Transport:
        return theme.kinds[static_cast<std::size_t>(Kind::State)];
    }
    return theme.kinds[static_cast<std::size_t>(Kind::Request)];
}

/// Waiting is not work: a pattern, not only a colour.
QBrush partBrush(const Theme& theme, PathPart part)
{
    const bool isWait = part == PathPart::Queueing || part == PathPart::Transport;
    return {partColor(theme, part), isWait ? Qt::BDiagPattern : Qt::SolidPattern};
}

} // namespace

void StepBars::paint(QPainter* painter, const QStyleOptionViewItem& option,
                     const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    const auto* model = qobject_cast<const StepModel*>(index.model());
    const ConversationStep* step = model != nullptr ? model->step(index) : nullptr;
    if (step == nullptr)
        return;
    const Theme& theme = Theme::current();
    const ConversationTree& tree = model->detail()->tree;
    const QRectF area = option.rect.adjusted(kMargin, 0, -kMargin, 0);
    const double whole = std::max<double>(1, static_cast<double>(tree.end - tree.start));
    const auto xAt = [&](std::int64_t time) {
        return area.left() + area.width() * static_cast<double>(time - tree.start) / whole;
    };
    painter->save();
    painter->setPen(Qt::NoPen);
    if (!step->isCall) {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(xAt(step->start) - 4, area.center().y() - 4);
        painter->scale(8, 8);
        painter->fillPath(kindShape(step->kind), theme.kinds[static_cast<std::size_t>(step->kind)]);
        painter->restore();
        return;
    }
    const double height = step->isCritical ? 12 : 6;
    const double top = area.center().y() - height / 2;
    const double left = xAt(step->start);
    const double width = std::max(kNarrowest, xAt(step->end) - left);
    const QRectF bar(left, top, width, height);
    const QColor color = step->isError ? theme.bad : partColor(theme, PathPart::Own);
    if (step->isOpen()) {
        painter->fillRect(bar, QBrush(theme.warning, Qt::BDiagPattern));
    } else {
        painter->fillRect(bar, color);
        if (step->firstWork != kNoTime) {
            QRectF waits = bar;
            waits.setRight(std::max(left, xAt(std::min(step->firstWork, step->end))));
            painter->fillRect(waits, option.palette.base());
            painter->fillRect(waits, partBrush(theme, PathPart::Queueing));
        }
    }
    const QString remarks = stepRemarks(*step);
    painter->setFont(theme.interfaceFont(8.5));
    const double needed = painter->fontMetrics().horizontalAdvance(remarks) + 12;
    const bool fitsBehind = needed < area.right() - bar.right();
    if (!remarks.isEmpty() && (fitsBehind || needed < left - area.left())) {
        const double from = fitsBehind ? bar.right() : left - needed;
        painter->setPen(step->isError || step->isOpen() ? theme.text : theme.secondary);
        painter->drawText(QRectF(from + 6, area.top(), needed, area.height()), Qt::AlignVCenter,
                          remarks);
    }
    painter->restore();
}

PathStrip::PathStrip(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Critical path"));
    setMouseTracking(true);
}

QSize PathStrip::sizeHint() const
{
    return {200, std::max(kStripHeight, fontMetrics().height() + 8)};
}

void PathStrip::show(std::shared_ptr<const ConversationDetail> detail,
                     std::shared_ptr<const Dictionaries> names)
{
    m_detail = std::move(detail);
    m_names = std::move(names);
    setAccessibleDescription(m_detail ? criticalPathText(m_detail->tree, *m_names) : QString());
    update();
}

QRectF PathStrip::rectOf(const PathSegment& segment) const
{
    const ConversationTree& tree = m_detail->tree;
    const double whole = std::max<double>(1, static_cast<double>(tree.end - tree.start));
    const double room = width() - 2 * kMargin;
    const auto xAt = [&](std::int64_t time) {
        return kMargin + room * static_cast<double>(time - tree.start) / whole;
    };
    return {xAt(segment.begin), 3, xAt(segment.end) - xAt(segment.begin),
            static_cast<double>(height() - 6)};
}

QString PathStrip::textOf(const PathSegment& segment) const
{
    const QString part = pathPartText(segment.part);
    const QString agent = actorText(segment.agent, *m_names);
    return part.isEmpty() ? agent : agent + u' ' + part;
}

int PathStrip::segmentAt(int x) const
{
    if (!m_detail)
        return -1;
    const auto& path = m_detail->tree.path;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const QRectF rect = rectOf(path[i]);
        if (x >= rect.left() && x < rect.right())
            return static_cast<int>(i);
    }
    return -1;
}

void PathStrip::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.ground);
    if (!m_detail)
        return;
    painter.setFont(theme.interfaceFont(8.5));
    for (const PathSegment& segment : m_detail->tree.path) {
        const QRectF place = rectOf(segment);
        QColor ground = partColor(theme, segment.part);
        ground.setAlphaF(segment.step < 0 ? 0.18F : 0.38F);
        painter.fillRect(place, ground);
        if (segment.part == PathPart::Queueing || segment.part == PathPart::Transport) {
            QColor lines = partColor(theme, segment.part);
            lines.setAlphaF(0.5F);
            painter.fillRect(place, QBrush(lines, Qt::BDiagPattern));
        }
        painter.fillRect(QRectF(place.left(), place.top(), 1, place.height()), theme.ground);
        const QString text = textOf(segment);
        const double needed = painter.fontMetrics().horizontalAdvance(text) + 10;
        if (needed > place.width())
            continue;
        // Letters on a pattern need a ground.
        painter.fillRect(QRectF(place.left() + 3, place.top() + 2, needed - 6, place.height() - 4),
                         theme.ground);
        painter.setPen(theme.text);
        painter.drawText(place.adjusted(5, 0, -2, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
    }
}

void PathStrip::mouseReleaseEvent(QMouseEvent* event)
{
    const int at = segmentAt(event->pos().x());
    if (at < 0)
        return;
    const PathSegment& segment = m_detail->tree.path[static_cast<std::size_t>(at)];
    Q_EMIT picked(segment.step, segment.begin, segment.end);
}

bool PathStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int at = segmentAt(help->pos().x());
        if (at < 0) {
            QToolTip::hideText();
        } else {
            const PathSegment& segment = m_detail->tree.path[static_cast<std::size_t>(at)];
            QToolTip::showText(help->globalPos(),
                               textOf(segment) + u' ' + durationText(segment.duration()), this);
        }
        return true;
    }
    return QWidget::event(event);
}

} // namespace murmur
