// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/agentdelegate.h"

#include "views/agents/agentmodel.h"
#include "views/agents/agentorder.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kShape = 9;
constexpr int kSpark = 56;

void paintSpark(QPainter& painter, const QRectF& box, const std::vector<float>& points)
{
    if (points.size() < 2)
        return;
    QPolygonF line;
    line.reserve(static_cast<qsizetype>(points.size()));
    const double step = box.width() / static_cast<double>(points.size() - 1);
    for (std::size_t i = 0; i < points.size(); ++i)
        line << QPointF(box.left() + step * static_cast<double>(i),
                        box.bottom() - box.height() * static_cast<double>(points[i]));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawPolyline(line);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

} // namespace

AgentDelegate::AgentDelegate(const AgentModel* model, const AgentOrder* order, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_model(model)
    , m_order(order)
{
}

QSize AgentDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    if (m_areCards && m_model->row(m_order->mapToSource(index)) != nullptr)
        return {120, QFontMetrics(theme.interfaceFont()).height() +
                         2 * QFontMetrics(theme.interfaceFont(9)).height() + 18};
    return {120, std::max(theme.listRow, QFontMetrics(theme.interfaceFont()).height() + 6)};
}

void AgentDelegate::paintGroup(QPainter* painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const QRect box = option.rect.adjusted(theme.gutter, 0, -theme.gutter, 0);
    const bool isOpen = option.state.testFlag(QStyle::State_Open);
    const QString name = u"%1 %2"_s.arg(QChar(isOpen ? u'▾' : u'▸')).arg(m_model->groupName(index));
    painter->setFont(theme.interfaceFont(9.5));
    painter->setPen(theme.secondary);
    const QFontMetrics metrics(theme.interfaceFont(9.5));
    const int nameWidth = std::min(box.width(), metrics.horizontalAdvance(name) + 8);
    painter->drawText(box, Qt::AlignVCenter | Qt::AlignLeft,
                      metrics.elidedText(name, Qt::ElideRight, box.width()));
    const Health worst = m_model->groupHealth(index);
    painter->setFont(theme.interfaceFont(9));
    painter->setPen(worst > Health::Well ? healthColor(worst) : theme.faint);
    const int room = box.width() - nameWidth - 8;
    painter->drawText(box, Qt::AlignVCenter | Qt::AlignRight,
                      QFontMetrics(theme.interfaceFont(9))
                          .elidedText(m_model->groupSummary(index), Qt::ElideLeft, room));
}

void AgentDelegate::paintCard(QPainter* painter, const QRect& box, const AgentRow& row) const
{
    const Theme& theme = Theme::current();
    const bool isIll = row.health > Health::Well;
    painter->setPen(theme.hairline);
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(box.adjusted(0, 0, -1, -1));
    painter->fillRect(QRect(box.left(), box.top(), 3, box.height()), healthColor(row.health));
    const QRect inner = box.adjusted(12, 5, -8, -5);
    const QFont words = theme.interfaceFont(10);
    const QFont small = theme.interfaceFont(9);
    const int line = QFontMetrics(words).height();
    const int smallLine = QFontMetrics(small).height();
    const QRect first(inner.left(), inner.top(), inner.width(), line);
    const QRect second(inner.left(), first.bottom() + 2, inner.width(), smallLine);
    const QRect third(inner.left(), second.bottom() + 2, inner.width(), smallLine);
    const auto say = [&](const QRect& where, const QFont& font, const QColor& color,
                         Qt::Alignment side, const QString& text) {
        painter->setFont(font);
        painter->setPen(color);
        painter->drawText(where, side | Qt::AlignVCenter,
                          QFontMetrics(font).elidedText(text, Qt::ElideRight, where.width()));
    };
    const QFont figures = theme.numberFont(9);
    const QString figure = m_model->metricText(row);
    const int figureWidth = QFontMetrics(figures).horizontalAdvance(figure) + 6;
    paintHealth(*painter, QRectF(first.left(), first.top() + (line - kShape) / 2.0, kShape, kShape),
                row.health);
    say(first.adjusted(kShape + 9, 0, -figureWidth, 0), words,
        row.health == Health::Unseen ? theme.faint : theme.text, Qt::AlignLeft, row.name);
    say(first, figures, isIll ? healthColor(row.health) : theme.secondary, Qt::AlignRight, figure);
    say(second, small, theme.secondary, Qt::AlignLeft, row.status);
    if (!row.drift.isEmpty()) {
        say(third, small, theme.warning, Qt::AlignLeft, row.drift);
        return;
    }
    painter->setPen(QPen(isIll ? healthColor(row.health) : theme.faint, 1));
    const bool hasSpark = third.width() > kSpark + 90;
    if (hasSpark)
        paintSpark(*painter,
                   QRectF(third.right() - kSpark, third.top() + 2, kSpark, third.height() - 4),
                   row.spark);
    say(third.adjusted(0, 0, hasSpark ? -kSpark - 8 : 0, 0), small, theme.faint, Qt::AlignLeft,
        tr("mailbox %1, open %2, %3/s")
            .arg(numberText(row.owed), numberText(row.open), shortNumberText(row.rate)));
}

void AgentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, theme.selectionGround);
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(theme.interaction);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    const QModelIndex source = m_order->mapToSource(index);
    const AgentRow* row = m_model->row(source);
    if (row == nullptr) {
        paintGroup(painter, option, source);
        return;
    }
    if (m_areCards) {
        paintCard(painter, option.rect.adjusted(theme.gutter / 2, 3, -theme.gutter / 2, -3), *row);
        return;
    }
    const QRect box = option.rect.adjusted(theme.gutter, 0, -theme.gutter, 0);
    paintHealth(*painter,
                QRectF(box.left(), box.top() + (box.height() - kShape) / 2.0, kShape, kShape),
                row->health);
    const bool isIll = row->health > Health::Well;
    const QColor quiet = row->health == Health::Unseen ? theme.faint : theme.secondary;

    const QFont figures = theme.numberFont(9);
    const QString figure = m_model->metricText(*row);
    const int figureWidth = std::max(QFontMetrics(figures).horizontalAdvance(u"888 ms"_s),
                                     QFontMetrics(figures).horizontalAdvance(figure));
    painter->setFont(figures);
    painter->setPen(isIll ? healthColor(row->health) : quiet);
    painter->drawText(box, Qt::AlignVCenter | Qt::AlignRight, figure);

    int right = box.right() - figureWidth - 6;
    const QFont words = theme.interfaceFont(10);
    const int left = box.left() + kShape + 9;
    // A narrow pane gives its room to the name.
    if (right - left > kSpark + 70) {
        painter->setPen(QPen(isIll ? healthColor(row->health) : theme.faint, 1));
        paintSpark(
            *painter,
            QRectF(right - kSpark, box.top() + box.height() * 0.25, kSpark, box.height() * 0.5),
            row->spark);
        right -= kSpark + 8;
    }
    painter->setFont(words);
    painter->setPen(row->health == Health::Unseen ? theme.faint : theme.text);
    painter->drawText(QRect(left, box.top(), std::max(0, right - left), box.height()),
                      Qt::AlignVCenter | Qt::AlignLeft,
                      QFontMetrics(words).elidedText(row->name, Qt::ElideMiddle, right - left));
}

} // namespace murmur
