// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationcomparison.h"
#include "conversations/conversationjob.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace murmur {

/// The steps of a conversation beside those of another one.
class ComparisonModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { IsColumn, WhatColumn, WhoColumn, TookColumn, OtherColumn, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    using Detail = std::shared_ptr<const ConversationDetail>;
    void show(Detail detail, Detail other, std::shared_ptr<const Dictionaries> names);
    /// The message of a row: of the conversation, or else of the other one; 0: none.
    [[nodiscard]] Seq messageOf(int row) const;
    /// "2 slower, 1 missing"; what is the same is not told.
    [[nodiscard]] QString facts() const;
    [[nodiscard]] QString text(int row, int column) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    [[nodiscard]] const ConversationStep* step(int row) const;
    [[nodiscard]] const ConversationStep* other(int row) const;

    Detail m_detail;
    Detail m_other;
    std::shared_ptr<const Dictionaries> m_names;
    std::vector<StepDifference> m_rows;
};

} // namespace murmur
