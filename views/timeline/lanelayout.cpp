// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/lanelayout.h"

#include <QCollator>
#include <QLocale>

#include <algorithm>

namespace murmur {

bool LaneLayout::foldsByDefault(std::size_t allAgents, std::size_t members)
{
    return allAgents > 150 && members > 30;
}

void LaneLayout::build(std::vector<LaneAgent> agents, const Folds& folds, int laneHeight,
                       int groupHeight)
{
    QCollator collator{QLocale(QLocale::English, QLocale::UnitedStates)};
    collator.setNumericMode(true); // robot-9 before robot-10
    collator.setCaseSensitivity(Qt::CaseInsensitive);
    std::vector<std::pair<QCollatorSortKey, std::size_t>> order;
    order.reserve(agents.size());
    for (std::size_t i = 0; i < agents.size(); ++i)
        order.emplace_back(collator.sortKey(agents[i].name), i);
    std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
        if (agents[a.second].isLast != agents[b.second].isLast)
            return agents[b.second].isLast;
        if (agents[a.second].isPinned != agents[b.second].isPinned)
            return agents[a.second].isPinned;
        const QString& groupA = agents[a.second].group;
        const QString& groupB = agents[b.second].group;
        if (groupA != groupB && !agents[a.second].isPinned) {
            // What belongs to no group stands first: a router or planner that serves all.
            if (groupA.isEmpty() || groupB.isEmpty())
                return groupA.isEmpty();
            if (const int c = collator.compare(groupA, groupB); c != 0)
                return c < 0;
            return groupA < groupB;
        }
        if (agents[a.second].rank != agents[b.second].rank)
            return agents[a.second].rank < agents[b.second].rank;
        if (const int c = a.first.compare(b.first); c != 0)
            return c < 0;
        return agents[a.second].id < agents[b.second].id;
    });
    m_agents.clear();
    m_agents.reserve(agents.size());
    for (const auto& [key, i] : order)
        m_agents.push_back(std::move(agents[i]));

    m_rows.clear();
    m_rowOf.clear();
    m_height = 0;
    const auto add = [&](LaneRow row, int height) {
        row.y = m_height;
        row.height = height;
        m_height += height;
        m_rows.push_back(std::move(row));
    };
    for (std::size_t first = 0; first < m_agents.size();) {
        std::size_t last = first;
        while (last < m_agents.size() &&
               (m_agents[last].group == m_agents[first].group || m_agents[first].isPinned) &&
               m_agents[last].isLast == m_agents[first].isLast &&
               m_agents[last].isPinned == m_agents[first].isPinned)
            ++last;
        const QString group = m_agents[first].group;
        const std::size_t count = last - first;
        bool isFolded = false;
        // What is pinned is one stretch without headers.
        if (!group.isEmpty() && !m_agents[first].isPinned) {
            isFolded = folds.value(group, foldsByDefault(m_agents.size(), count));
            LaneRow header;
            header.what = LaneRow::What::Group;
            header.label = group;
            header.group = group;
            header.isFolded = isFolded;
            header.firstMember = first;
            header.memberCount = count;
            add(std::move(header), isFolded ? laneHeight : groupHeight);
        }
        for (std::size_t i = first; i < last; ++i) {
            if (!isFolded) {
                LaneRow lane;
                lane.label = m_agents[i].name;
                lane.group = group;
                lane.agent = m_agents[i].id;
                lane.isPinned = m_agents[i].isPinned;
                lane.firstMember = i;
                lane.memberCount = 1;
                add(std::move(lane), laneHeight);
            }
            m_rowOf.insert(index(m_agents[i].id), m_rows.size() - 1);
        }
        first = last;
    }
}

std::pair<std::size_t, std::size_t> LaneLayout::rowsBetween(int top, int bottom) const
{
    const auto first = std::partition_point(m_rows.begin(), m_rows.end(), [&](const LaneRow& row) {
        return row.y + row.height <= top;
    });
    const auto last = std::partition_point(first, m_rows.end(),
                                           [&](const LaneRow& row) { return row.y < bottom; });
    return {static_cast<std::size_t>(first - m_rows.begin()),
            static_cast<std::size_t>(last - m_rows.begin())};
}

std::optional<std::size_t> LaneLayout::rowAt(int y) const
{
    const auto [first, last] = rowsBetween(y, y + 1);
    if (first == last)
        return std::nullopt;
    return first;
}

std::optional<std::size_t> LaneLayout::rowOf(AgentId agent) const
{
    const auto found = m_rowOf.constFind(index(agent));
    if (found == m_rowOf.constEnd())
        return std::nullopt;
    return *found;
}

std::vector<AgentId> LaneLayout::members(const LaneRow& row) const
{
    std::vector<AgentId> ids;
    ids.reserve(row.memberCount);
    for (std::size_t i = row.firstMember; i < row.firstMember + row.memberCount; ++i)
        ids.push_back(m_agents[i].id);
    return ids;
}

} // namespace murmur
