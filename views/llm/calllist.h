// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/transcript.h"

#include <QAbstractListModel>
#include <QListView>

#include <memory>

namespace murmur {

/// The calls of a transcript, a row each.
class CallModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { CallRole = Qt::UserRole }; ///< a pointer to the TranscriptCall
    using QAbstractListModel::QAbstractListModel;

    void show(std::shared_ptr<const Transcript> transcript); ///< null: empty
    [[nodiscard]] const Transcript* transcript() const { return m_transcript.get(); }
    /// What its calls took at most, dollars, else tokens: the length of a whole bar.
    [[nodiscard]] double largest() const { return m_largest; }
    [[nodiscard]] double weightOf(const TranscriptCall& call) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    /// DisplayRole is the whole row as text, for screen readers and the clipboard.
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::shared_ptr<const Transcript> m_transcript;
    double m_largest = 0;
};

/// Two lines a call, who asked which model and what it took; a bar says how much of the most.
class CallList : public QListView
{
    Q_OBJECT
public:
    explicit CallList(QWidget* parent = nullptr);

    [[nodiscard]] CallModel* calls() const { return m_model; }
    [[nodiscard]] QSize sizeHint() const override { return {250, 200}; }

private:
    CallModel* m_model;
};

} // namespace murmur
