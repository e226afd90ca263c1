// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/rowwindow.h"

#include <algorithm>

namespace murmur {

RowWindow::RowWindow(QAbstractTableModel* source, QObject* parent)
    : QAbstractTableModel(parent)
    , m_source(source)
{
    connect(source, &QAbstractItemModel::modelAboutToBeReset, this, [this] { beginResetModel(); });
    connect(source, &QAbstractItemModel::modelReset, this, [this] {
        m_top = 0;
        m_rows = std::min(m_capacity, m_source->rowCount());
        endResetModel();
    });
    connect(
        source, &QAbstractItemModel::columnsAboutToBeInserted, this,
        [this](const QModelIndex&, int first, int last) { beginInsertColumns({}, first, last); });
    connect(source, &QAbstractItemModel::columnsInserted, this, [this] { endInsertColumns(); });
    connect(
        source, &QAbstractItemModel::columnsAboutToBeRemoved, this,
        [this](const QModelIndex&, int first, int last) { beginRemoveColumns({}, first, last); });
    connect(source, &QAbstractItemModel::columnsRemoved, this, [this] { endRemoveColumns(); });
    // Rows are only ever added at the end.
    connect(source, &QAbstractItemModel::rowsInserted, this, &RowWindow::fit);
    connect(source, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& from, const QModelIndex& to, const QList<int>& roles) {
                const int first = std::max(0, from.row() - m_top);
                const int last = std::min(m_rows - 1, to.row() - m_top);
                if (first <= last)
                    Q_EMIT dataChanged(index(first, from.column()), index(last, to.column()),
                                       roles);
            });
    m_rows = std::min(m_capacity, source->rowCount());
}

void RowWindow::fit()
{
    const int wanted = std::clamp(m_source->rowCount() - m_top, 0, m_capacity);
    if (wanted > m_rows) {
        beginInsertRows({}, m_rows, wanted - 1);
        m_rows = wanted;
        endInsertRows();
    } else if (wanted < m_rows) {
        beginRemoveRows({}, wanted, m_rows - 1);
        m_rows = wanted;
        endRemoveRows();
    }
}

void RowWindow::setTop(int top)
{
    top = std::max(0, top);
    if (top == m_top)
        return;
    m_top = top;
    fit();
    if (m_rows > 0)
        Q_EMIT dataChanged(index(0, 0), index(m_rows - 1, columnCount() - 1));
}

void RowWindow::setCapacity(int rows)
{
    m_capacity = std::max(0, rows);
    fit();
}

int RowWindow::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int RowWindow::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_source->columnCount();
}

QVariant RowWindow::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !checkIndex(index, CheckIndexOption::ParentIsInvalid))
        return {};
    return m_source->data(m_source->index(m_top + index.row(), index.column()), role);
}

QVariant RowWindow::headerData(int section, Qt::Orientation orientation, int role) const
{
    return orientation == Qt::Horizontal ? m_source->headerData(section, orientation, role)
                                         : QVariant();
}

} // namespace murmur
