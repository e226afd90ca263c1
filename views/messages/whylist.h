// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QAbstractListModel>
#include <QListView>

#include <optional>
#include <vector>

namespace murmur {

/// A line of "why this message".
struct WhyRow
{
    enum class Relation : std::uint8_t { Cause, This, Effect, More };
    Relation relation = Relation::This;
    Seq seq = 0;
    TimePoint time;
    nanoseconds offset{0}; ///< from the message in question
    Grade grade = Grade::Stated;
    Kind kind = Kind::Event;
    QString who;  ///< "router → vision-llm"
    QString what; ///< type, else topic
    friend bool operator==(const WhyRow&, const WhyRow&) = default;
};

/// The lines for `detail`: far causes first (`farther`, nearest last), its causes, itself, its
/// effects; of many effects the first ones and how many more.
std::vector<WhyRow> whyRows(const MessageDetail& detail,
                            const std::vector<MessageDetail::Cause>& farther,
                            const Dictionaries& names);

class WhyModel : public QAbstractListModel
{
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;

    void setRows(std::vector<WhyRow> rows);
    [[nodiscard]] const std::vector<WhyRow>& rows() const { return m_rows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    /// DisplayRole is the whole line as text, for screen readers and the clipboard.
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<WhyRow> m_rows;
};

/// Draws the lines along a rail whose strokes say the grade: solid stated, dashed carried, dotted
/// inferred.
class WhyList : public QListView
{
    Q_OBJECT
public:
    explicit WhyList(QWidget* parent = nullptr);

    [[nodiscard]] WhyModel* rows() const { return m_model; }
    void setRows(std::vector<WhyRow> rows);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void messagePicked(murmur::Seq seq, murmur::TimePoint time);

protected:
    void changeEvent(QEvent* event) override;

private:
    void pick(const QModelIndex& index);
    WhyModel* m_model;
};

} // namespace murmur
