// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

namespace murmur {

/// The rows of a larger table that fit into a view: `capacity` rows from `top` on. A table view
/// keeps eight bytes and a loop for every row of its model (800 MB for a hundred million), so it
/// gets only those that it shows.
class RowWindow : public QAbstractTableModel
{
    Q_OBJECT
public:
    explicit RowWindow(QAbstractTableModel* source, QObject* parent = nullptr);

    [[nodiscard]] int top() const { return m_top; }
    [[nodiscard]] int capacity() const { return m_capacity; }
    void setTop(int top);
    void setCapacity(int rows);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void fit();

    QAbstractTableModel* m_source;
    int m_top = 0;
    int m_capacity = 0;
    int m_rows = 0;
};

} // namespace murmur
