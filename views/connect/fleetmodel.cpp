// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/fleetmodel.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

int healthRank(const ConnectionInfo& connection)
{
    switch (connection.state) {
    case ConnectionStatus::State::Failed:
        return 0;
    case ConnectionStatus::State::Retrying:
        return 1;
    case ConnectionStatus::State::Starting:
        return 2;
    case ConnectionStatus::State::Up:
        return lostText(connection.lost, connection.lostIs).isEmpty() ? 5 : 3;
    case ConnectionStatus::State::Stopped:
        return 4;
    }
    return 5;
}

void FleetModel::setConnections(const std::vector<ConnectionInfo>& connections,
                                const QHash<quint32, double>& rates)
{
    const auto isSame = [](const ConnectionInfo& a, const ConnectionInfo& b) {
        return a.id == b.id;
    };
    const bool goesOn =
        connections.size() >= m_connections.size() &&
        std::equal(m_connections.begin(), m_connections.end(), connections.begin(), isSame);
    if (!goesOn) {
        beginResetModel();
        m_connections = connections;
        m_rates = rates;
        endResetModel();
        return;
    }
    const int known = rowCount();
    const QHash<quint32, double> before = std::exchange(m_rates, rates);
    int first = -1;
    const auto tell = [&](int end) {
        if (first >= 0)
            Q_EMIT dataChanged(index(first, 0), index(end - 1, ColumnCount - 1));
        first = -1;
    };
    for (int row = 0; row < known; ++row) {
        ConnectionInfo& mine = m_connections[static_cast<std::size_t>(row)];
        const ConnectionInfo& now = connections[static_cast<std::size_t>(row)];
        const quint32 id = murmur::index(now.id);
        if (mine == now && before.value(id) == rates.value(id)) {
            tell(row);
            continue;
        }
        mine = now;
        if (first < 0)
            first = row;
    }
    tell(known);
    const int last = static_cast<int>(connections.size()) - 1;
    if (last >= known) {
        beginInsertRows({}, known, last);
        m_connections.insert(m_connections.end(), connections.begin() + known, connections.end());
        endInsertRows();
    }
}

const ConnectionInfo& FleetModel::connection(int row) const
{
    return m_connections[static_cast<std::size_t>(row)];
}

int FleetModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_connections.size());
}

int FleetModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString FleetModel::text(const ConnectionInfo& connection, int column) const
{
    switch (column) {
    case Name:
        return placeName(connection);
    case State:
        return stateWord(connection.state);
    case Rate:
        return rateText(m_rates.value(murmur::index(connection.id)));
    case Received:
        return numberText(connection.received);
    case Lost:
        return shortLostText(connection.lost, connection.lostIs);
    case Reason:
        // Of those that are well the sentence only repeats the address.
        return connection.state == ConnectionStatus::State::Up ? QString() : connection.detail;
    default:
        return {};
    }
}

QVariant FleetModel::sortValue(const ConnectionInfo& connection, int column) const
{
    switch (column) {
    case State:
        return healthRank(connection);
    case Rate:
        return m_rates.value(murmur::index(connection.id));
    case Received:
        return qlonglong(connection.received);
    case Lost:
        return qlonglong(connection.lostIs == LostIs::Unknown
                             ? std::max<std::int64_t>(connection.lost, 1)
                             : connection.lost);
    default:
        return text(connection, column);
    }
}

QVariant FleetModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const ConnectionInfo& connection = m_connections[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(connection, column);
    case SortRole:
        return sortValue(connection, column);
    case Qt::ToolTipRole:
        return QString(connection.url + u'\n' + connection.detail).trimmed();
    case Qt::TextAlignmentRole:
        if (column == Rate || column == Received || column == Lost)
            return int(Qt::AlignRight | Qt::AlignVCenter);
        return int(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole:
        if (column == Rate || column == Received || column == Lost)
            return Theme::current().numberFont(9);
        return {};
    case Qt::ForegroundRole:
        if (column == State)
            return stateColor(connection.state, healthRank(connection) == 3);
        if (column == Lost)
            return Theme::current().warning;
        return {};
    default:
        return {};
    }
}

QVariant FleetModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == Rate || section == Received || section == Lost ? Qt::AlignRight
                                                                              : Qt::AlignLeft) |
                   Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Connection");
    case State:
        return tr("State");
    case Rate:
        return tr("Rate");
    case Received:
        return tr("Received");
    case Lost:
        return tr("Lost");
    case Reason:
        return tr("Reason");
    default:
        return {};
    }
}

} // namespace murmur
