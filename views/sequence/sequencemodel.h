// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/sequence.h"
#include "recording/dictionaries.h"

#include <QAbstractTableModel>

#include <memory>

namespace murmur {

/// A sequence diagram as a table: a row for each message.
class SequenceModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        NumberColumn,
        TimeColumn,
        FromColumn,
        ToColumn,
        WhatColumn,
        TookColumn,
        RemarksColumn,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    void show(std::shared_ptr<const Sequence> sequence, std::shared_ptr<const Dictionaries> names);
    [[nodiscard]] const Sequence* sequence() const { return m_sequence.get(); }
    [[nodiscard]] QString text(int row, int column) const;
    /// All of it, tab separated, with a line of titles.
    [[nodiscard]] QString asText() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::shared_ptr<const Sequence> m_sequence;
    std::shared_ptr<const Dictionaries> m_names;
};

} // namespace murmur
