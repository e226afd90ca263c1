// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "topology/trafficgraph.h"

#include <QAbstractTableModel>

#include <memory>

namespace murmur {

/// A graph of traffic as a table: a row for each edge, the busiest first.
class TopologyModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        FromColumn,
        ToColumn,
        MessagesColumn,
        RateColumn,
        ErrorsColumn,
        CallsColumn,
        LatencyColumn,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Rates are over `length`.
    void show(std::shared_ptr<const TrafficGraph> graph, nanoseconds length);
    [[nodiscard]] const GraphEdge* edge(int row) const;
    [[nodiscard]] QString text(int row, int column) const;
    /// All of it, tab separated, with a line of titles.
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::shared_ptr<const TrafficGraph> m_graph;
    double m_seconds = 1;
};

/// "12.4/s", "3 a minute": how often.
QString flowText(double perSecond);

} // namespace murmur
