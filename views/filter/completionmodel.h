// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/completion.h"

#include <QAbstractListModel>

namespace murmur {

/// What can stand at a place of an expression, one row each.
class CompletionModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { HintRole = Qt::UserRole };

    using QAbstractListModel::QAbstractListModel;

    void setEntries(std::vector<Completion> entries);
    [[nodiscard]] const Completion* entry(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<Completion> m_entries;
};

} // namespace murmur
