// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/discovery.h"

#include <QAbstractTableModel>

#include <deque>
#include <vector>

namespace murmur {

/// Buses with the rates of the last minute.
class FoundBusModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Bus, Place, Version, Topics, Rate, Traffic, ColumnCount };
    /// Rates that a line shows, one a second.
    static constexpr std::size_t kHistory = 60;

    explicit FoundBusModel(QObject* parent = nullptr);

    /// Adds it, or takes what is new of it.
    void put(const FoundBus& bus);
    void remove(const FoundBus& bus);
    /// Leaves only these.
    void keepOnly(const std::vector<FoundBus>& buses);
    /// A second has passed: each line takes the rate that is known.
    void advance();
    [[nodiscard]] const FoundBus& at(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    struct Row
    {
        FoundBus bus;
        std::deque<double> rates;
    };
    [[nodiscard]] std::vector<Row>::iterator find(const FoundBus& bus);
    [[nodiscard]] QString textOf(const FoundBus& bus, int column) const;

    std::vector<Row> m_rows;
};

} // namespace murmur
