// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/triggerwatch.h"

#include <QAbstractTableModel>

#include <vector>

namespace murmur {

/// The triggers of the window, a row each, with what became of them. The first column is a box that
/// switches them on and off.
class TriggersModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        WhenColumn,
        OftenColumn,
        DoColumn,
        FiredColumn,
        LastColumn,
        OutcomeColumn,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    void update(std::vector<TriggerStatus> status);
    [[nodiscard]] const TriggerStatus* status(int row) const;
    [[nodiscard]] QString text(int row, int column) const;
    /// All of it, tab separated, with a line of titles.
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

Q_SIGNALS:
    void switched(int row, bool isOn);

private:
    std::vector<TriggerStatus> m_status;
};

} // namespace murmur
