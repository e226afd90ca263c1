// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "compare/comparelines.h"

#include <QAbstractTableModel>

#include <vector>

namespace murmur {

/// What became different, a row each, what says most first.
class CompareModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        ChangeColumn,
        OfColumn,
        SubjectColumn,
        MeasureColumn,
        BeforeColumn,
        AfterColumn,
        MessagesColumn,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::vector<CompareLine> lines);
    [[nodiscard]] const CompareLine* line(int row) const;
    [[nodiscard]] QString text(int row, int column) const;
    /// All of it, tab separated, with a line of titles.
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<CompareLine> m_lines;
};

} // namespace murmur
