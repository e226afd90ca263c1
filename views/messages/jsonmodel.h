// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/messages/jsonindex.h"

#include <QAbstractItemModel>

#include <memory>

namespace murmur {

/// A JSON text as a tree of keys and values. A search text leaves only what contains it, with the
/// way there and what lies below.
class JsonModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { Key, Value, ColumnCount };
    explicit JsonModel(QObject* parent = nullptr);

    void show(std::shared_ptr<const JsonIndex> json); ///< null: empty
    void setSearch(const QString& text);
    [[nodiscard]] int matches() const { return m_matches; }
    [[nodiscard]] const JsonIndex* json() const { return m_json.get(); }
    [[nodiscard]] std::uint32_t nodeOf(const QModelIndex& index) const;
    [[nodiscard]] bool isMatch(const QModelIndex& index) const;

    [[nodiscard]] QModelIndex index(int row, int column,
                                    const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    void arrange();
    [[nodiscard]] bool contains(std::uint32_t node) const;

    std::shared_ptr<const JsonIndex> m_json;
    QString m_search;
    int m_matches = 0;
    std::vector<std::uint32_t> m_first; ///< where the children of a node begin in m_children
    std::vector<std::uint32_t> m_children;
    std::vector<std::uint32_t> m_row; ///< of a node among the shown children of its parent
    std::vector<std::uint8_t> m_isMatch;
};

} // namespace murmur
