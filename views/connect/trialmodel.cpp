// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/trialmodel.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <algorithm>
#include <iterator>

#include <QHash>

namespace murmur {

using namespace Qt::StringLiterals;

TrialModel::TrialModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void TrialModel::append(std::vector<TrialMessage> messages)
{
    if (messages.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(messages.size()) - 1);
    std::ranges::move(messages, std::back_inserter(m_messages));
    endInsertRows();
}

void TrialModel::clear()
{
    if (m_messages.empty())
        return;
    beginResetModel();
    m_messages.clear();
    endResetModel();
}

std::vector<TopicCount> TrialModel::topicsOf(std::size_t connection) const
{
    QHash<QString, std::int64_t> counts;
    for (const TrialMessage& message : m_messages) {
        if (message.connection == connection)
            ++counts[message.topic];
    }
    std::vector<TopicCount> topics;
    for (auto topic = counts.cbegin(); topic != counts.cend(); ++topic)
        topics.emplace_back(topic.key().toUtf8(), topic.value());
    return topics;
}

int TrialModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_messages.size());
}

int TrialModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TrialModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const TrialMessage& message = m_messages[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole && index.column() == Size)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::DecorationRole && index.column() == KindColumn && !message.isUndecoded)
        return kindIcon(message.kind);
    if (role == Qt::FontRole && index.column() != Topic && index.column() != Sender &&
        index.column() != KindColumn)
        return Theme::current().numberFont(9);
    if (role == Qt::ToolTipRole && index.column() == Payload)
        return message.start;
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Time:
        return shownClock(fromNs(message.received));
    case Topic:
        return message.topic;
    case Sender:
        return message.sender;
    case KindColumn:
        return message.isUndecoded
                   ? tr("not understood")
                   : QString::fromLatin1(kindName(message.kind).data(),
                                         static_cast<qsizetype>(kindName(message.kind).size()));
    case Size:
        return numberText(message.size);
    case Payload:
        return message.start;
    default:
        return {};
    }
}

QVariant TrialModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((section == Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Topic:
        return tr("Topic");
    case Sender:
        return tr("From");
    case KindColumn:
        return tr("Kind");
    case Size:
        return tr("Bytes");
    case Payload:
        return tr("Payload");
    default:
        return {};
    }
}

} // namespace murmur
