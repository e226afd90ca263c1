// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/lag.h"

#include <QAbstractTableModel>
#include <QString>

#include <vector>

namespace murmur {

/// How far one consumer of others is behind.
struct LagRow
{
    QString group; ///< or durable name
    QString topic; ///< or stream
    std::int64_t behind = Lag::kUnknown;
    std::int64_t unacknowledged = Lag::kUnknown; ///< of these
    std::int64_t members = Lag::kUnknown;
    std::int64_t since = 0; ///< ns: it has been behind from then on; 0: it is not

    friend bool operator==(const LagRow&, const LagRow&) = default;
};

/// The latest of each consumer on a connection, by group and topic. `lags` in the order of time.
std::vector<LagRow> latestLags(const std::vector<Lag>& lags, ConnectionId connection);

/// The consumers of others on one connection. New values of the same ones change only the rows that
/// differ.
class LagModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Group, Topic, Behind, Since, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::vector<LagRow> rows);
    /// "workers of tasks: 1,204 behind since 10:17:29" a line.
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index,
                                int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] static QString text(const LagRow& row, int column);
    [[nodiscard]] static QString tip(const LagRow& row);

    std::vector<LagRow> m_rows;
};

} // namespace murmur
