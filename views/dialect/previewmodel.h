// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/dialect/dialectpreview.h"

#include <QAbstractTableModel>

namespace murmur {

/// Messages as a dialect reads them. What it reads otherwise than would be read without it stands
/// out.
class PreviewModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    explicit PreviewModel(QObject* parent = nullptr);

    void setRows(std::vector<DialectPreview::Row> rows);
    [[nodiscard]] const DialectPreview::Row& row(int row) const
    {
        return m_rows[static_cast<std::size_t>(row)];
    }
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    [[nodiscard]] QString textOf(const DialectPreview::Row& row, int column) const;

    std::vector<DialectPreview::Row> m_rows;
};

} // namespace murmur
