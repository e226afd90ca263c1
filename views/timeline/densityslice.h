// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace murmur {

/// Messages by time bucket of one agent, all kinds together.
struct LaneCounts
{
    AgentId agent{};
    std::vector<std::uint32_t> sent;
    std::vector<std::uint32_t> errors;    ///< empty: none
    std::vector<std::uint8_t> kinds = {}; ///< the commonest of each bucket; empty: not known
};

/// What the timeline keeps of a TileSlice: the sums over kinds, made once in the worker.
struct DensitySlice
{
    TimeRange range; ///< that was asked for
    TimePoint begin;
    nanoseconds bucketWidth{1};
    std::size_t buckets = 0;
    LaneCounts total;
    std::vector<LaneCounts> lanes; ///< by agent
    std::uint32_t highest = 0;     ///< of any bucket of any lane
    Seq through = 0;
    std::vector<AgentId> agents; ///< that were asked for, sorted; empty: all

    [[nodiscard]] const LaneCounts* lane(AgentId agent) const;
    [[nodiscard]] bool covers(TimeRange window) const
    {
        return range.begin <= window.begin && window.end <= range.end;
    }
    /// Answers for all of `wanted` (sorted).
    [[nodiscard]] bool holds(const std::vector<AgentId>& wanted) const;
    /// Messages in `window`, counting each bucket that touches it.
    [[nodiscard]] std::int64_t count(const LaneCounts& counts, TimeRange window) const;
    [[nodiscard]] std::int64_t errorCount(const LaneCounts& counts, TimeRange window) const;

private:
    [[nodiscard]] std::int64_t sum(const std::vector<std::uint32_t>& values,
                                   TimeRange window) const;
};

using DensityPtr = std::shared_ptr<const DensitySlice>;

/// With `isWeighed` what the messages weigh is counted, which stands in the place of their sizes.
/// Lanes of `slice` are let go of as they are summed: thousands of them have hundreds of megabytes.
DensityPtr densityFrom(TileSlice slice, TimeRange asked, std::vector<AgentId> agents,
                       bool isWeighed = false);

/// How many columns to ask for where `wished` would do: fewer for thousands of lanes, of which
/// each has all columns, but at least `fewest`.
int columnsFor(std::size_t lanes, int wished, int fewest) noexcept;

} // namespace murmur
