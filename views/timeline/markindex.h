// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace murmur {

/// The marks of a stretch of time, by lane. Made once in the worker; the view only searches it.
class MarkIndex
{
public:
    explicit MarkIndex(MarkSlice slice);
    /// The marks of `agents` only, chosen from the lanes `inSight` (both sorted).
    MarkIndex(MarkSlice slice, std::vector<AgentId> agents, std::vector<AgentId> inSight);

    [[nodiscard]] TimeRange range() const { return m_range; }
    [[nodiscard]] bool covers(TimeRange window) const
    {
        return m_range.begin <= window.begin && window.end <= m_range.end;
    }
    /// False for a lane that has too many marks to be drawn one by one, or was not in sight.
    [[nodiscard]] bool holds(AgentId agent) const;
    /// Nothing else need be asked for: no other lanes than `lanes` (sorted) are in sight, and
    /// `window` is not so much narrower than the range that lanes with too many marks for it may
    /// have few enough now.
    [[nodiscard]] bool answersFor(const std::vector<AgentId>& lanes, TimeRange window) const;
    /// Of all lanes, not only of those in sight with few marks.
    [[nodiscard]] bool isOfAll() const { return m_isOfAll; }
    [[nodiscard]] Seq through() const { return m_through; }
    /// Lowest and highest Seq; 0 when empty.
    [[nodiscard]] Seq lowest() const { return m_lowest; }
    [[nodiscard]] Seq highest() const { return m_highest; }

    /// All marks that `agent` sent, by time.
    [[nodiscard]] std::span<const Mark> lane(AgentId agent) const;
    [[nodiscard]] std::span<const Mark> lane(AgentId agent, TimeRange window) const;
    /// The marks of all lanes in `window`, by time.
    [[nodiscard]] std::span<const Mark> all(TimeRange window) const;
    [[nodiscard]] const Mark* find(Seq seq) const;
    /// When `agent` waited for answers: from its requests to what closed them, by time, one after
    /// the other. Of requests that lie before the range it is not known who asked.
    [[nodiscard]] std::span<const TimeRange> waits(AgentId agent) const;

private:
    void findWaits();

    TimeRange m_range;
    bool m_isOfAll = true;
    std::vector<AgentId> m_agents;
    std::vector<AgentId> m_inSight;
    Seq m_through = 0;
    Seq m_lowest = 0;
    Seq m_highest = 0;
    std::vector<Mark> m_marks; // by time
    std::unordered_map<std::uint32_t, std::vector<Mark>> m_lanes;
    std::unordered_map<std::uint32_t, std::vector<TimeRange>> m_waits;
};

using MarkIndexPtr = std::shared_ptr<const MarkIndex>;

} // namespace murmur
