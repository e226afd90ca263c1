// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/lagmodel.h"

#include "base/time.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <algorithm>
#include <map>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

bool isOfTheSame(const LagRow& one, const LagRow& other)
{
    return one.group == other.group && one.topic == other.topic;
}

} // namespace

std::vector<LagRow> latestLags(const std::vector<Lag>& lags, ConnectionId connection)
{
    std::map<std::pair<std::string, std::string>, LagRow> rows;
    for (const Lag& lag : lags) {
        if (lag.connection != connection)
            continue;
        LagRow& row = rows[{lag.consumer, lag.topic}];
        row.behind = lag.behind();
        row.unacknowledged = lag.unacknowledged;
        row.members = lag.members;
        if (row.behind <= 0)
            row.since = 0;
        else if (row.since == 0)
            row.since = lag.time;
    }
    std::vector<LagRow> list;
    for (auto& [key, row] : rows) {
        row.group = QString::fromStdString(key.first);
        row.topic = QString::fromStdString(key.second);
        list.push_back(std::move(row));
    }
    return list;
}

void LagModel::setRows(std::vector<LagRow> rows)
{
    const bool goesOn = rows.size() >= m_rows.size() &&
                        std::equal(m_rows.begin(), m_rows.end(), rows.begin(), isOfTheSame);
    if (!goesOn) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    const std::size_t known = m_rows.size();
    for (std::size_t i = 0; i < known; ++i) {
        if (m_rows[i] == rows[i])
            continue;
        m_rows[i] = rows[i];
        const int row = static_cast<int>(i);
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    }
    if (rows.size() == known)
        return;
    beginInsertRows({}, static_cast<int>(known), static_cast<int>(rows.size()) - 1);
    m_rows = std::move(rows);
    endInsertRows();
}

QString LagModel::asText() const
{
    QStringList lines;
    for (const LagRow& row : m_rows) {
        const QString line = tr("%1 of %2: %3", "consumer, topic, how far behind")
                                 .arg(row.group, row.topic, text(row, Behind));
        lines << (row.since == 0 ? line : tr("%1 since %2").arg(line, text(row, Since)));
    }
    return lines.join(u'\n');
}

int LagModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int LagModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString LagModel::text(const LagRow& row, int column)
{
    switch (column) {
    case Group:
        return row.group;
    case Topic:
        return row.topic;
    case Behind:
        return row.behind < 0    ? tr("not known")
               : row.behind == 0 ? tr("up to date")
                                 : numberText(row.behind);
    case Since:
        return row.since == 0 ? QString() : shownClock(fromNs(row.since), 0);
    default:
        return {};
    }
}

QString LagModel::tip(const LagRow& row)
{
    QStringList facts{tr("%1 of %2").arg(row.group, row.topic)};
    if (row.unacknowledged > 0)
        facts << tr("%1 given to it and not acknowledged").arg(numberText(row.unacknowledged));
    if (row.members >= 0)
        facts << tr("shared by %1").arg(row.members);
    return facts.join(u" · "_s);
}

QVariant LagModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const LagRow& row = m_rows[static_cast<std::size_t>(index.row())];
    const bool isNumber = index.column() == Behind || index.column() == Since;
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        return tip(row);
    case Qt::TextAlignmentRole:
        return int(isNumber ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole:
        return isNumber && row.behind > 0 ? QVariant(Theme::current().numberFont()) : QVariant();
    case Qt::ForegroundRole:
        return index.column() == Behind && row.behind <= 0 ? QVariant(Theme::current().secondary)
                                                           : QVariant();
    default:
        return {};
    }
}

QVariant LagModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(section >= Behind ? Qt::AlignRight | Qt::AlignVCenter
                                     : Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Group:
        return tr("group");
    case Topic:
        return tr("topic");
    case Behind:
        return tr("behind");
    case Since:
        return tr("since (%1)").arg(shownZoneName());
    default:
        return {};
    }
}

} // namespace murmur
