// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/connectioninfo.h"

#include <QAbstractTableModel>
#include <QHash>

#include <vector>

namespace murmur {

/// How well a connection is, the worst first: what lists are sorted by and groups are coloured by.
int healthRank(const ConnectionInfo& connection);

/// Connections as rows. New values of the same connections change only the rows that differ.
class FleetModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Name, State, Rate, Received, Lost, Reason, ColumnCount };
    enum Role { SortRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// `rates` by connection id; a recording that is closed has none.
    void setConnections(const std::vector<ConnectionInfo>& connections,
                        const QHash<quint32, double>& rates);
    [[nodiscard]] const ConnectionInfo& connection(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index,
                                int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] QString text(const ConnectionInfo& connection, int column) const;
    [[nodiscard]] QVariant sortValue(const ConnectionInfo& connection, int column) const;

    std::vector<ConnectionInfo> m_connections;
    QHash<quint32, double> m_rates;
};

} // namespace murmur
