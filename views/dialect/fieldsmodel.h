// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/userdialect.h"

#include <QAbstractTableModel>

#include <vector>

namespace murmur {

/// The places of a user dialect, a row each, to be edited: which field, from where, what of it.
class FieldsModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { FieldColumn, From, What, Take, Match, Split, Means, ColumnCount };

    explicit FieldsModel(QObject* parent = nullptr);

    /// The places of `dialect`. Nothing happens when they are there already.
    void setDialect(const UserDialect& dialect);
    /// Writes the places into `dialect`, instead of those that it has.
    void writeTo(UserDialect& dialect) const;
    /// Adds a place behind those of its field and returns its row.
    int add(DialectField field, FieldSource source);
    void remove(int row);
    /// Moves a place among those of its field, -1 up or 1 down; gives the row where it is then.
    int move(int row, int by);
    [[nodiscard]] DialectField field(int row) const
    {
        return m_rows[static_cast<std::size_t>(row)].field;
    }

    /// A place of this kind that can be used as it is, to begin with.
    static FieldSource proposed(DialectField field, FieldSource::From from);
    /// "JSON path", "header" …
    static QString fromText(FieldSource::From from);
    static std::vector<FieldSource::From> fromsFor(DialectField field);
    /// "ask = request; do = command".
    static QString meansText(const FieldSource& source);
    static std::vector<std::pair<std::string, std::string>> meansFromText(const QString& text);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

Q_SIGNALS:
    /// By a person.
    void edited();

private:
    struct Row
    {
        DialectField field = DialectField::Sender;
        FieldSource source;
        friend bool operator==(const Row&, const Row&) = default;
    };
    [[nodiscard]] bool isUsed(const Row& row, int column) const;
    [[nodiscard]] QString textOf(const Row& row, int column) const;
    bool setField(int row, DialectField field);
    static std::vector<Row> rowsOf(const UserDialect& dialect);

    std::vector<Row> m_rows; ///< in the order of the fields
};

} // namespace murmur
