// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/listening.h"
#include "session/trial.h"

#include <QAbstractTableModel>

#include <vector>

namespace murmur {

/// The first messages that a trial heard, in their order.
class TrialModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Time, Topic, Sender, KindColumn, Size, Payload, ColumnCount };

    explicit TrialModel(QObject* parent = nullptr);

    void append(std::vector<TrialMessage> messages);
    void clear();
    /// What was said where on one of the connections, of the messages shown.
    [[nodiscard]] std::vector<TopicCount> topicsOf(std::size_t connection) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<TrialMessage> m_messages;
};

} // namespace murmur
