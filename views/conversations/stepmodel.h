// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationjob.h"
#include "recording/dictionaries.h"

#include <QAbstractItemModel>

#include <memory>
#include <vector>

namespace murmur {

/// The calls of one conversation, as they lie within each other.
class StepModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { WhatColumn, WhoColumn, TookColumn, SelfColumn, BarColumn, ColumnCount };
    enum Role { StepRole = Qt::UserRole }; ///< place in the tree's steps
    using QAbstractItemModel::QAbstractItemModel;

    void show(std::shared_ptr<const ConversationDetail> detail,
              std::shared_ptr<const Dictionaries> names);
    [[nodiscard]] const ConversationDetail* detail() const { return m_detail.get(); }
    [[nodiscard]] const Dictionaries* names() const { return m_names.get(); }
    /// Null for an index that is none.
    [[nodiscard]] const ConversationStep* step(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(int step) const;
    [[nodiscard]] QString text(const QModelIndex& index) const;

    [[nodiscard]] QModelIndex index(int row, int column,
                                    const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    [[nodiscard]] const std::vector<int>& childrenOf(const QModelIndex& parent) const;

    std::shared_ptr<const ConversationDetail> m_detail;
    std::shared_ptr<const Dictionaries> m_names;
    std::vector<int> m_rows; ///< of each step, its row in its parent
};

} // namespace murmur
