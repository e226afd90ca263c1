// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/agentrow.h"

#include <QAbstractItemModel>

#include <memory>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Agents under their groups. `update` takes all of them and tells precisely what changed: rows are
/// inserted in blocks, an agent that learns its site moves to its group, nothing is reset.
class AgentModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum class Metric { P99, Rate, Errors };
    explicit AgentModel(QObject* parent = nullptr);
    ~AgentModel() override;

    void update(std::vector<AgentRow> rows); ///< each agent once, in any order
    void clear();
    /// The figure that stands at the right end of a row.
    void setMetric(Metric metric);
    [[nodiscard]] Metric metric() const { return m_metric; }

    [[nodiscard]] const AgentRow* row(const QModelIndex& index) const; ///< null for a group
    [[nodiscard]] QString groupName(const QModelIndex& index) const;
    /// "24 agents, well" or "1 silent, 2 slow".
    [[nodiscard]] QString groupSummary(const QModelIndex& index) const;
    [[nodiscard]] Health groupHealth(const QModelIndex& index) const; ///< its worst
    [[nodiscard]] QModelIndex indexOf(AgentId agent) const;
    [[nodiscard]] int agents() const { return static_cast<int>(m_places.size()); }
    [[nodiscard]] int unhealthy() const;
    [[nodiscard]] QString metricText(const AgentRow& row) const;

    [[nodiscard]] QModelIndex index(int row, int column,
                                    const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Group
    {
        QString name;
        std::vector<AgentRow> agents;
    };
    struct Place
    {
        Group* group = nullptr;
        int row = 0;
    };

    [[nodiscard]] int rowOf(const Group* group) const;
    Group* groupNamed(const QString& name); ///< inserted when it is new
    void insert(std::vector<AgentRow> rows, Group* group);
    void remove(AgentId agent);
    void renumber(Group* group);
    void change(std::vector<AgentRow>& known);

    std::vector<std::unique_ptr<Group>> m_groups; // addresses are the indexes' internal pointers
    std::unordered_map<std::uint32_t, Place> m_places;
    Metric m_metric = Metric::P99;
};

} // namespace murmur
