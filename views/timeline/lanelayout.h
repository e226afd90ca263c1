// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <QHash>
#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace murmur {

struct LaneAgent
{
    AgentId id{};
    QString name;
    QString group;          ///< empty: in no group
    std::uint32_t rank = 0; ///< goes before the name in the order of a group
    bool isLast = false;    ///< below all groups
    bool isPinned = false;  ///< above all groups
};

/// A row of the timeline: the header of a group, or the lane of one agent. A folded group's header
/// is also the lane of all its members.
struct LaneRow
{
    enum class What { Group, Agent };
    What what = What::Agent;
    int y = 0;
    int height = 0;
    QString label;
    QString group;
    AgentId agent{};
    bool isFolded = false;
    bool isPinned = false;
    std::size_t firstMember = 0; ///< in LaneLayout::agents()
    std::size_t memberCount = 0;

    [[nodiscard]] bool showsTraffic() const { return what == What::Agent || isFolded; }
};

/// Which row lies where. Pure; y counts from the top of the first row, unscrolled.
class LaneLayout
{
public:
    /// What the person chose: true folded, false unfolded; groups not in it follow the default.
    using Folds = QHash<QString, bool>;

    void build(std::vector<LaneAgent> agents, const Folds& folds, int laneHeight, int groupHeight);

    [[nodiscard]] const std::vector<LaneAgent>& agents() const { return m_agents; }
    [[nodiscard]] const std::vector<LaneRow>& rows() const { return m_rows; }
    [[nodiscard]] int height() const { return m_height; }
    /// Rows that touch [top, bottom), as indices [first, last).
    [[nodiscard]] std::pair<std::size_t, std::size_t> rowsBetween(int top, int bottom) const;
    [[nodiscard]] std::optional<std::size_t> rowAt(int y) const;
    /// The agent's lane, or the header of its folded group.
    [[nodiscard]] std::optional<std::size_t> rowOf(AgentId agent) const;
    /// Members of a row that shows traffic: one agent, or a folded group.
    [[nodiscard]] std::vector<AgentId> members(const LaneRow& row) const;

    /// Big groups of a crowd start folded: hundreds of lanes tell less than one density lane each.
    static bool foldsByDefault(std::size_t allAgents, std::size_t members);

private:
    std::vector<LaneAgent> m_agents; // by group, then name
    std::vector<LaneRow> m_rows;
    QHash<std::uint32_t, std::size_t> m_rowOf;
    int m_height = 0;
};

} // namespace murmur
