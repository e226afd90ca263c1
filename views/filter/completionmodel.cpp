// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/filter/completionmodel.h"

namespace murmur {

void CompletionModel::setEntries(std::vector<Completion> entries)
{
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

const Completion* CompletionModel::entry(int row) const
{
    return row >= 0 && row < rowCount() ? &m_entries[static_cast<std::size_t>(row)] : nullptr;
}

int CompletionModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant CompletionModel::data(const QModelIndex& index, int role) const
{
    const Completion* completion = entry(index.row());
    if (!completion)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return completion->text;
    case HintRole:
        return completion->hint;
    case Qt::AccessibleTextRole:
        return completion->hint.isEmpty()
                   ? completion->text
                   : QString(completion->text + QStringLiteral(", ") + completion->hint);
    default:
        return {};
    }
}

} // namespace murmur
