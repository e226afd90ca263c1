// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/heatmap/differencemodel.h"

#include "views/base/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

QString shareText(double share)
{
    const double hundred = share * 100;
    if (hundred > 0 && hundred < 1)
        return u"<1 %"_s;
    if (hundred < 100 && hundred > 99)
        return u">99 %"_s;
    return QString::number(std::lround(hundred)) + u" %"_s;
}

namespace {

QString valueText(const Difference& row)
{
    switch (row.is) {
    case Difference::Is::Value:
        return row.value;
    case Difference::Is::Number:
        return row.here > row.others ? DifferenceModel::tr("larger (median)")
                                     : DifferenceModel::tr("smaller (median)");
    case Difference::Is::Present:
    case Difference::Is::Missing:
        break;
    }
    const bool isPresent = row.is == Difference::Is::Present;
    if (row.alike == 0)
        return isPresent ? DifferenceModel::tr("any value") : DifferenceModel::tr("no value");
    if (row.alike == 1)
        return isPresent ? DifferenceModel::tr("any value, like 1 more field")
                         : DifferenceModel::tr("no value, like 1 more field");
    return (isPresent ? DifferenceModel::tr("any value, like %1 more fields")
                      : DifferenceModel::tr("no value, like %1 more fields"))
        .arg(row.alike);
}

} // namespace

void DifferenceModel::present(std::vector<Difference> differences)
{
    beginResetModel();
    m_rows = std::move(differences);
    endResetModel();
}

const Difference* DifferenceModel::at(int row) const
{
    return row >= 0 && row < static_cast<int>(m_rows.size())
               ? &m_rows[static_cast<std::size_t>(row)]
               : nullptr;
}

int DifferenceModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DifferenceModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DifferenceModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Difference& row = m_rows[static_cast<std::size_t>(index.row())];
    const bool isNumber = row.is == Difference::Is::Number;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case FieldName:
            return row.field;
        case Value:
            return valueText(row);
        case Here:
            return isNumber ? row.hereText : shareText(row.here);
        case Others:
            return isNumber ? row.othersText : shareText(row.others);
        default:
            return {};
        }
    case ShareRole:
        if (isNumber || index.column() < Here)
            return {};
        return index.column() == Here ? row.here : row.others;
    case ConditionRole:
        return row.condition;
    case Qt::ToolTipRole:
        return row.condition;
    case Qt::AccessibleTextRole:
        return tr("%1 %2: %3 here, %4 of the others")
            .arg(row.field, this->index(index.row(), Value).data().toString(),
                 this->index(index.row(), Here).data().toString(),
                 this->index(index.row(), Others).data().toString());
    case Qt::ForegroundRole: {
        const Theme& theme = Theme::current();
        const bool isWord = index.column() == Value && row.is != Difference::Is::Value;
        return isWord || index.column() == FieldName ? theme.secondary : theme.text;
    }
    default:
        return {};
    }
}

QVariant DifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return role == Qt::TextAlignmentRole ? QVariant(int(Qt::AlignLeft | Qt::AlignVCenter))
                                             : QVariant();
    switch (section) {
    case FieldName:
        return tr("field");
    case Value:
        return tr("value");
    case Here:
        return tr("here");
    case Others:
        return tr("others");
    default:
        return {};
    }
}

void ShareDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const QVariant share = index.data(DifferenceModel::ShareRole);
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, theme.selectionGround);
    constexpr int figure = 56;
    const QRect inside = option.rect.adjusted(8, 0, -8, 0);
    painter->setFont(theme.numberFont(9.5));
    painter->setPen(theme.text);
    if (!share.isValid()) {
        painter->drawText(inside, Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight,
                                                            inside.width()));
        return;
    }
    painter->drawText(QRect(inside.left(), inside.top(), figure - 8, inside.height()),
                      Qt::AlignRight | Qt::AlignVCenter, index.data().toString());
    const QRect room(inside.left() + figure, inside.center().y() - 3,
                     std::max(0, inside.width() - figure), 7);
    painter->fillRect(room, theme.hairline);
    const double value = std::clamp(share.toDouble(), 0.0, 1.0);
    QRect bar = room;
    bar.setWidth(value > 0 ? std::max(2, static_cast<int>(std::lround(room.width() * value))) : 0);
    painter->fillRect(bar, index.column() == DifferenceModel::Here ? theme.interaction
                                                                   : theme.secondary);
}

} // namespace murmur
