// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/differences.h"

#include <QAbstractTableModel>
#include <QStyledItemDelegate>

#include <vector>

namespace murmur {

/// Differences as rows, the strongest first.
class DifferenceModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { FieldName, Value, Here, Others, ColumnCount };
    enum Role { ShareRole = Qt::UserRole, ConditionRole };

    using QAbstractTableModel::QAbstractTableModel;

    void present(std::vector<Difference> differences);
    [[nodiscard]] const Difference* at(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<Difference> m_rows;
};

/// Shares as bars with their figure.
class ShareDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

/// "87 %", "<1 %".
QString shareText(double share);

} // namespace murmur
