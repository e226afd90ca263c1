// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/delivery.h"
#include "recording/dictionaries.h"

#include <QAbstractTableModel>

#include <memory>

namespace murmur {

/// A row for each expected receiver of a message.
class DeliveryModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        ReceiverColumn,
        StateColumn,
        AfterColumn,
        ExpectedColumn,
        SignColumn,
        ColumnCount
    };
    using QAbstractTableModel::QAbstractTableModel;

    void show(std::shared_ptr<const Delivery> delivery, std::shared_ptr<const Dictionaries> names);
    [[nodiscard]] const Delivery* delivery() const { return m_delivery.get(); }
    /// Null for a row that is none.
    [[nodiscard]] const DeliveryRow* row(int at) const;
    [[nodiscard]] QString text(int at, int column) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::shared_ptr<const Delivery> m_delivery;
    std::shared_ptr<const Dictionaries> m_names;
};

} // namespace murmur
