// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversation.h"
#include "recording/dictionaries.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace murmur {

/// What of a list is shown, in which order: places in its rows.
using ConversationChoice = std::vector<std::uint32_t>;

/// Conversations as a table. `update` keeps the rows that stay, so that a place in the list does
/// not jump while it grows.
class ConversationModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        OutcomeColumn,
        StartColumn,
        DurationColumn,
        MessagesColumn,
        AgentsColumn,
        ErrorsColumn,
        OpenColumn,
        TokensColumn,
        CostColumn,
        StarterColumn,
        ColumnCount,
    };
    enum Role { OutcomeRole = Qt::UserRole };
    using QAbstractTableModel::QAbstractTableModel;

    void update(std::shared_ptr<const ConversationList> list,
                std::shared_ptr<const Dictionaries> names, ConversationChoice choice);
    void clear();
    /// Null for an index that is none.
    [[nodiscard]] const Conversation* conversation(int row) const;
    /// -1: not shown.
    [[nodiscard]] int rowOf(std::uint32_t id) const;
    [[nodiscard]] int rowNamed(const QString& name) const;
    [[nodiscard]] QString text(int row, int column) const;

    /// What a person types and the column that was chosen; may be called in any thread.
    static ConversationChoice choose(const ConversationList& list, const Dictionaries& names,
                                     const QString& wanted, int column, Qt::SortOrder order);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::shared_ptr<const ConversationList> m_list;
    std::shared_ptr<const Dictionaries> m_names;
    ConversationChoice m_choice;
};

/// "▲ silent": a shape and a word.
QString outcomeText(Outcome outcome);

} // namespace murmur
