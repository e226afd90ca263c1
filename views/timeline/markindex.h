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
    /// `agents` (sorted): the marks are those of these agents only; empty: of all.
    explicit MarkIndex(MarkSlice slice, std::vector<AgentId> agents = {});

    [[nodiscard]] TimeRange range() const { return m_range; }
    [[nodiscard]] bool covers(TimeRange window) const
    {
        return m_range.begin <= window.begin && window.end <= m_range.end;
    }
    /// Answers for all of `wanted` (sorted).
    [[nodiscard]] bool holds(const std::vector<AgentId>& wanted) const;
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

private:
    TimeRange m_range;
    std::vector<AgentId> m_agents;
    Seq m_through = 0;
    Seq m_lowest = 0;
    Seq m_highest = 0;
    std::vector<Mark> m_marks; // by time
    std::unordered_map<std::uint32_t, std::vector<Mark>> m_lanes;
};

using MarkIndexPtr = std::shared_ptr<const MarkIndex>;

} // namespace murmur
