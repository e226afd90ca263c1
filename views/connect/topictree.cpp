// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/topictree.h"

#include "views/base/theme.h"
#include "views/connect/sparkdelegate.h"
#include "views/connect/topicmodel.h"

#include <QHeaderView>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace murmur {

namespace {

void paintBox(QPainter& painter, const QRectF& box, Qt::CheckState state)
{
    const Theme& theme = Theme::current();
    const bool isOff = state == Qt::Unchecked;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(isOff ? theme.faint : theme.interaction);
    painter.setBrush(isOff ? theme.ground : theme.interaction);
    painter.drawRoundedRect(box, 3, 3);
    painter.setPen(QPen(theme.ground, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    const QPointF middle = box.center();
    const double unit = box.width() / 13;
    if (state == Qt::PartiallyChecked) {
        painter.drawLine(middle - QPointF(3 * unit, 0), middle + QPointF(3 * unit, 0));
    } else if (state == Qt::Checked) {
        painter.drawPolyline(QPolygonF{middle + QPointF(-3.2, 0.2) * unit,
                                       middle + QPointF(-0.9, 2.6) * unit,
                                       middle + QPointF(3.4, -2.6) * unit});
    }
}

/// What the style draws for a box is not seen on a dark ground: ours goes over it.
class BoxDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        QStyleOptionViewItem filled = option;
        initStyleOption(&filled, index);
        const QStyle* style = option.widget->style();
        const QRect place =
            style->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &filled, option.widget);
        const Theme& theme = Theme::current();
        painter->save();
        painter->fillRect(place, option.state.testFlag(QStyle::State_Selected)
                                     ? theme.selectionGround
                                     : theme.ground);
        const double side = std::min({place.width(), place.height(), 14}) - 1;
        QRectF box(0, 0, side, side);
        box.moveCenter(QRectF(place).center());
        paintBox(*painter, box, filled.checkState);
        painter->restore();
    }
};

} // namespace

TopicTree::TopicTree(QWidget* parent)
    : QTreeView(parent)
{
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setFrameShape(QFrame::NoFrame);
    setIndentation(18);
    setItemDelegateForColumn(TopicModel::Topic, new BoxDelegate(this));
    setItemDelegateForColumn(TopicModel::Traffic, new SparkDelegate(this));
    header()->setStretchLastSection(true);
    header()->setSectionsMovable(false);
    // Room for the arrow, which would stand over the end of the word.
    header()->setStyleSheet(QStringLiteral("QHeaderView::section { padding-right: 18px; }"));
}

void TopicTree::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const bool isSelected = selectionModel() != nullptr && selectionModel()->isSelected(index);
    painter->fillRect(rect, isSelected ? theme.selectionGround : theme.ground);
    if (!model()->hasChildren(index))
        return;
    const QPointF middle(rect.right() - indentation() / 2.0 + 1, QRectF(rect).center().y());
    QPainterPath arrow;
    if (isExpanded(index)) {
        arrow.moveTo(middle + QPointF(-4, -2));
        arrow.lineTo(middle + QPointF(0, 2));
        arrow.lineTo(middle + QPointF(4, -2));
    } else {
        arrow.moveTo(middle + QPointF(-2, -4));
        arrow.lineTo(middle + QPointF(2, 0));
        arrow.lineTo(middle + QPointF(-2, 4));
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(theme.secondary, 1.5));
    painter->drawPath(arrow);
    painter->restore();
}

} // namespace murmur
