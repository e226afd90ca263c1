// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/conversations/deliverymodel.h"

#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A sign and a word.
QString stateText(Delivered state)
{
    switch (state) {
    case Delivered::Acknowledged:
        return DeliveryModel::tr("✓ acknowledged");
    case Delivered::Acted:
        return DeliveryModel::tr("✓ acted");
    case Delivered::Late:
        return DeliveryModel::tr("▲ late");
    case Delivered::Failed:
        return DeliveryModel::tr("■ failed");
    case Delivered::Stale:
        return DeliveryModel::tr("▲ stale");
    case Delivered::Nothing:
        break;
    }
    return DeliveryModel::tr("○ nothing");
}

QString whyText(ExpectedBy by)
{
    switch (by) {
    case ExpectedBy::Message:
        return DeliveryModel::tr("named");
    case ExpectedBy::Group:
        return DeliveryModel::tr("its group is named");
    case ExpectedBy::Before:
        return DeliveryModel::tr("answered before (inferred)");
    case ExpectedBy::Answer:
        break;
    }
    return DeliveryModel::tr("not expected");
}

} // namespace

void DeliveryModel::show(std::shared_ptr<const Delivery> delivery,
                         std::shared_ptr<const Dictionaries> names)
{
    beginResetModel();
    m_delivery = std::move(delivery);
    m_names = std::move(names);
    endResetModel();
}

const DeliveryRow* DeliveryModel::row(int at) const
{
    return at >= 0 && at < rowCount() ? &m_delivery->rows[static_cast<std::size_t>(at)] : nullptr;
}

QString DeliveryModel::text(int at, int column) const
{
    const DeliveryRow* one = row(at);
    if (one == nullptr)
        return {};
    switch (column) {
    case ReceiverColumn:
        return agentText(*m_names, one->agent);
    case StateColumn:
        return stateText(one->state);
    case AfterColumn:
        return one->latency >= 0 ? durationText(nanoseconds(one->latency)) : QString();
    case ExpectedColumn:
        return whyText(one->by);
    default:
        if (one->lastSign == kNoTime)
            return tr("never seen");
        return one->wasHeardSince ? shownClock(fromNs(one->lastSign))
                                  : tr("%1, silent since").arg(shownClock(fromNs(one->lastSign)));
    }
}

int DeliveryModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_delivery ? 0 : static_cast<int>(m_delivery->rows.size());
}

int DeliveryModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DeliveryModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const DeliveryRow& one = *row(index.row());
    const Theme& theme = Theme::current();
    const bool isNumber = index.column() == AfterColumn;
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::FontRole:
        return isNumber || index.column() == SignColumn ? theme.numberFont()
                                                        : theme.interfaceFont(9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        if (index.column() == ReceiverColumn || isNumber)
            return theme.text;
        // Who is only told something need not answer.
        if (index.column() == StateColumn && one.state == Delivered::Nothing)
            return m_delivery->message.kind == Kind::Request ||
                           m_delivery->message.kind == Kind::Command
                       ? theme.bad
                       : theme.secondary;
        if (index.column() == StateColumn)
            return one.state == Delivered::Failed                                  ? theme.bad
                   : one.state == Delivered::Late || one.state == Delivered::Stale ? theme.warning
                                                                                   : theme.good;
        return theme.secondary;
    case Qt::ToolTipRole:
        return one.newer != 0
                   ? tr("It acted when message %1 had taken its place.").arg(numberText(one.newer))
               : one.shownBy != 0 ? tr("Shown by message %1.").arg(numberText(one.shownAs))
                                  : tr("Nothing of it has to do with this message.");
    default:
        return {};
    }
}

QVariant DeliveryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == AfterColumn ? Qt::AlignRight : Qt::AlignLeft));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case ReceiverColumn:
        return tr("Receiver");
    case StateColumn:
        return tr("State");
    case AfterColumn:
        return tr("After");
    case ExpectedColumn:
        return tr("Expected");
    default:
        return tr("Last sign of life");
    }
}

} // namespace murmur
