// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <vector>

namespace murmur {

/// The table form of a picture of agents: a line each, in the order of the picture.
class AgentTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    struct Line
    {
        AgentId agent{};
        QStringList cells;
        friend bool operator==(const Line&, const Line&) = default;
    };
    /// `figures`: columns from there on are right-aligned.
    AgentTable(QStringList titles, int figures, QObject* parent = nullptr);

    void update(std::vector<Line> lines);
    [[nodiscard]] const std::vector<Line>& lines() const { return m_lines; }
    [[nodiscard]] int rowOf(AgentId agent) const; ///< -1: none
    /// These lines under the titles, tab separated.
    [[nodiscard]] QString asText(const std::vector<Line>& lines) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    QStringList m_titles;
    int m_figures;
    std::vector<Line> m_lines;
};

} // namespace murmur
