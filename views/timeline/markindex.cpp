// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/markindex.h"

#include <algorithm>

namespace murmur {

namespace {

std::span<const Mark> within(std::span<const Mark> marks, TimeRange window)
{
    const auto first = std::ranges::lower_bound(marks, toNs(window.begin), {}, &Mark::time);
    const auto last =
        std::ranges::lower_bound(first, marks.end(), toNs(window.end), {}, &Mark::time);
    return {first, last};
}

} // namespace

MarkIndex::MarkIndex(MarkSlice slice, std::vector<AgentId> agents, std::vector<AgentId> inSight)
    : MarkIndex(std::move(slice))
{
    m_isOfAll = false;
    m_agents = std::move(agents);
    m_inSight = std::move(inSight);
}

MarkIndex::MarkIndex(MarkSlice slice)
    : m_range(slice.range)
    , m_through(slice.through)
    , m_marks(std::move(slice.marks))
{
    if (!std::ranges::is_sorted(m_marks, {}, &Mark::time))
        std::ranges::stable_sort(m_marks, {}, &Mark::time);
    for (const Mark& mark : m_marks) {
        m_lanes[index(mark.sender)].push_back(mark);
        m_lowest = m_lowest == 0 ? mark.seq : std::min(m_lowest, mark.seq);
        m_highest = std::max(m_highest, mark.seq);
    }
    findWaits();
}

void MarkIndex::findWaits()
{
    std::unordered_map<Seq, AgentId> askers;
    for (const Mark& mark : m_marks) {
        if (mark.kind == Kind::Request)
            askers.emplace(mark.seq, mark.sender);
    }
    for (const Mark& mark : m_marks) {
        const auto asker =
            mark.closes == 0 || mark.latency <= 0 ? askers.end() : askers.find(mark.closes);
        if (asker != askers.end())
            m_waits[index(asker->second)].push_back(
                {fromNs(mark.time - mark.latency), fromNs(mark.time)});
    }
    for (auto& [agent, waits] : m_waits) {
        std::ranges::sort(waits, {}, &TimeRange::begin);
        std::size_t last = 0;
        for (const TimeRange& wait : waits) {
            if (wait.begin <= waits[last].end)
                waits[last].end = std::max(waits[last].end, wait.end);
            else
                waits[++last] = wait;
        }
        waits.resize(last + 1);
    }
}

std::span<const TimeRange> MarkIndex::waits(AgentId agent) const
{
    const auto found = m_waits.find(index(agent));
    if (found == m_waits.end())
        return {};
    return found->second;
}

bool MarkIndex::holds(AgentId agent) const
{
    return m_isOfAll || std::ranges::binary_search(m_agents, agent);
}

bool MarkIndex::answersFor(const std::vector<AgentId>& lanes, TimeRange window) const
{
    return m_isOfAll ||
           (std::ranges::includes(m_inSight, lanes) && m_range.length() <= 3 * window.length());
}

std::span<const Mark> MarkIndex::lane(AgentId agent) const
{
    const auto found = m_lanes.find(index(agent));
    if (found == m_lanes.end())
        return {};
    return found->second;
}

std::span<const Mark> MarkIndex::lane(AgentId agent, TimeRange window) const
{
    return within(lane(agent), window);
}

std::span<const Mark> MarkIndex::all(TimeRange window) const
{
    return within(m_marks, window);
}

const Mark* MarkIndex::find(Seq seq) const
{
    if (seq < m_lowest || seq > m_highest)
        return nullptr;
    const auto found = std::ranges::find(m_marks, seq, &Mark::seq);
    return found == m_marks.end() ? nullptr : &*found;
}

} // namespace murmur
