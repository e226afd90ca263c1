// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/densityslice.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace murmur {

namespace {

constexpr std::size_t kMostCells = 2'000'000; // lanes times columns

LaneCounts summed(const TileLane& lane, std::size_t buckets, bool isWeighed)
{
    LaneCounts counts;
    counts.agent = lane.agent;
    counts.sent.assign(buckets, 0);
    if (isWeighed) {
        constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
        for (std::size_t i = 0; i < std::min(buckets, lane.bytes.size()); ++i)
            counts.sent[i] = static_cast<std::uint32_t>(std::min(most, lane.bytes[i]));
        return counts;
    }
    std::vector<std::uint32_t> most(buckets);
    counts.kinds.assign(buckets, 0);
    for (std::size_t kind = 0; kind < lane.sent.size(); ++kind) {
        const auto& values = lane.sent[kind];
        const std::size_t n = std::min(values.size(), buckets);
        for (std::size_t i = 0; i < n; ++i) {
            counts.sent[i] += values[i];
            if (values[i] > most[i]) {
                most[i] = values[i];
                counts.kinds[i] = static_cast<std::uint8_t>(kind);
            }
        }
    }
    const auto& errors = lane.sent[static_cast<std::size_t>(Kind::Error)];
    if (std::ranges::any_of(errors, [](std::uint32_t n) { return n != 0; })) {
        counts.errors = errors;
        counts.errors.resize(buckets);
    }
    return counts;
}

} // namespace

const LaneCounts* DensitySlice::lane(AgentId agent) const
{
    const auto found = std::ranges::lower_bound(lanes, agent, {}, &LaneCounts::agent);
    return found != lanes.end() && found->agent == agent ? &*found : nullptr;
}

bool DensitySlice::holds(const std::vector<AgentId>& wanted) const
{
    return agents.empty() || std::ranges::includes(agents, wanted);
}

std::int64_t DensitySlice::sum(const std::vector<std::uint32_t>& values, TimeRange window) const
{
    const std::int64_t width = std::max<std::int64_t>(1, bucketWidth.count());
    const auto size = static_cast<std::int64_t>(values.size());
    const auto bucketOf = [&](TimePoint t) {
        const std::int64_t offset = (t - begin).count();
        return offset < 0 ? std::int64_t(-1) : offset / width;
    };
    const std::int64_t first = std::clamp<std::int64_t>(bucketOf(window.begin), 0, size);
    const std::int64_t last =
        std::clamp<std::int64_t>(bucketOf(window.end - nanoseconds(1)) + 1, 0, size);
    std::int64_t n = 0;
    for (std::int64_t i = first; i < last; ++i)
        n += values[static_cast<std::size_t>(i)];
    return n;
}

std::int64_t DensitySlice::count(const LaneCounts& counts, TimeRange window) const
{
    return sum(counts.sent, window);
}

std::int64_t DensitySlice::errorCount(const LaneCounts& counts, TimeRange window) const
{
    return sum(counts.errors, window);
}

DensityPtr densityFrom(TileSlice slice, TimeRange asked, std::vector<AgentId> agents,
                       bool isWeighed)
{
    auto density = std::make_shared<DensitySlice>();
    density->range = asked;
    density->begin = slice.begin;
    density->bucketWidth = slice.bucketWidth;
    density->buckets = slice.bucketCount;
    density->total = summed(slice.total, slice.bucketCount, isWeighed);
    density->through = slice.through;
    density->agents = std::move(agents);
    density->lanes.reserve(slice.lanes.size());
    for (TileLane& lane : slice.lanes) {
        density->lanes.push_back(summed(std::exchange(lane, {}), slice.bucketCount, isWeighed));
        for (const std::uint32_t n : density->lanes.back().sent)
            density->highest = std::max(density->highest, n);
    }
    std::ranges::sort(density->lanes, {}, &LaneCounts::agent);
    return density;
}

int columnsFor(std::size_t lanes, int wished, int fewest) noexcept
{
    const auto room = static_cast<int>(kMostCells / std::max<std::size_t>(1, lanes));
    return std::max(std::min(wished, room), std::min(wished, fewest));
}

} // namespace murmur
