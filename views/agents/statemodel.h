// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QAbstractTableModel>
#include <QString>

#include <vector>

namespace murmur {

/// One key of an agent's state as it is shown.
struct StateRow
{
    QString key;
    QString value; ///< JSON text, a string without its quotes
    Seq setBy = 0;
    TimePoint since;
    nanoseconds age{0};
    QString was; ///< the value before it, where that is known and differs
    /// What the other side of a comparison says, and how that differs: "≠", "▲ 3", "+ new", "−
    /// gone"
    QString against;
    QString difference; ///< empty: it does not, or nothing is compared
    QString drift;      ///< "▲ above", "↓ behind": it is out of line; empty: it is not
    QString driftWhy;   ///< the same as a sentence
    friend bool operator==(const StateRow&, const StateRow&) = default;
};

/// JSON text of a value as a person reads it.
QString stateText(const QByteArray& value);

/// Keys and values of one agent at one moment, by key. `update` changes what differs and keeps what
/// does not, so that a selection and the eye stay where they are.
class StateModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Key, Value, Against, Drift, Change, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    void update(std::vector<StateRow> rows); ///< sorted by key
    void setAgainst(const QString& title);   ///< the title of that column
    [[nodiscard]] const std::vector<StateRow>& rows() const { return m_rows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<StateRow> m_rows;
    QString m_against;
};

} // namespace murmur
