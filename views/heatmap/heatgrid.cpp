// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heatmap/heatgrid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace murmur {

namespace {

constexpr double kCellWidth = 5;  // pixels
constexpr double kCellHeight = 3; // pixels
constexpr int kLowestDecade = 5;  // 100 µs
constexpr int kHighestDecade = 11;
constexpr std::size_t kBuckets = (64 - kCoarseBits + 1) << kCoarseBits;

std::uint64_t powerOfTen(int exponent)
{
    std::uint64_t value = 1;
    while (exponent-- > 0)
        value *= 10;
    return value;
}

std::uint32_t coarse(std::uint64_t ns)
{
    return logLinearBucket(ns, kCoarseBits);
}

std::int64_t floorDivide(std::int64_t a, std::int64_t b)
{
    return a / b - ((a % b != 0 && a < 0) ? 1 : 0);
}

using Dense = std::array<std::uint64_t, kBuckets>;

/// Inside a bucket the calls are taken as evenly spread: without that the line would jump from one
/// bucket to the next.
double quantile(const Dense& counts, std::uint64_t total, double q)
{
    if (total == 0)
        return std::numeric_limits<double>::quiet_NaN();
    const double wanted = q * static_cast<double>(total);
    double before = 0;
    for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
        const auto count = static_cast<double>(counts[bucket]);
        if (count > 0 && before + count >= wanted) {
            const auto low = static_cast<double>(logLinearLow(bucket, kCoarseBits));
            const auto high = static_cast<double>(logLinearLow(bucket + 1, kCoarseBits));
            return low + (high - low) * std::clamp((wanted - before) / count, 0.0, 1.0);
        }
        before += count;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace

LatencySpan LatencySpan::widened(const TileSlice& slice) const
{
    LatencySpan span = *this;
    for (const auto& column : slice.latency) {
        if (column.empty())
            continue;
        const std::uint64_t lowest = logLinearLow(column.front().bucket, kCoarseBits);
        const std::uint64_t highest = logLinearLow(column.back().bucket + 1, kCoarseBits);
        while (span.low > kLowestDecade && lowest < powerOfTen(span.low))
            --span.low;
        while (span.high < kHighestDecade && highest > powerOfTen(span.high))
            ++span.high;
    }
    return span;
}

std::uint64_t HeatGrid::lowOf(std::size_t row) const
{
    return logLinearLow(edges[row], kCoarseBits);
}

std::uint64_t HeatGrid::highOf(std::size_t row) const
{
    return logLinearLow(edges[row + 1], kCoarseBits);
}

TimeRange HeatGrid::rangeOf(std::size_t column) const
{
    const TimePoint from = begin + columnWidth * static_cast<std::int64_t>(column);
    return {from, from + columnWidth};
}

std::optional<std::size_t> HeatGrid::columnAt(TimePoint t) const
{
    if (t < begin)
        return std::nullopt;
    const auto column = static_cast<std::size_t>((t - begin) / columnWidth);
    return column < columns ? std::optional(column) : std::nullopt;
}

std::optional<std::size_t> HeatGrid::rowAt(double ns) const
{
    if (rows() == 0 || !(ns >= static_cast<double>(lowOf(0))) ||
        ns >= static_cast<double>(highOf(rows() - 1)))
        return std::nullopt;
    const std::uint32_t bucket = coarse(static_cast<std::uint64_t>(ns));
    const auto above = std::ranges::upper_bound(edges, bucket);
    return static_cast<std::size_t>(above - edges.begin()) - 1;
}

HeatGrid heatGrid(const TileSlice& slice, const HeatLayout& layout)
{
    HeatGrid grid;
    if (slice.bucketCount == 0 || slice.bucketWidth.count() <= 0)
        return grid;

    // Columns: a power of two of time buckets, on multiples of the merged width.
    std::int64_t merge = 1;
    const double bucketPixels =
        static_cast<double>(slice.bucketWidth.count()) /
        static_cast<double>(std::max<std::int64_t>(1, layout.perPixel.count()));
    while (bucketPixels * static_cast<double>(merge) < kCellWidth &&
           merge < static_cast<std::int64_t>(slice.bucketCount))
        merge *= 2;
    grid.columnWidth = slice.bucketWidth * merge;
    const std::int64_t width = grid.columnWidth.count();
    grid.begin = fromNs(floorDivide(toNs(slice.begin), width) * width);
    const std::int64_t lastBucket =
        toNs(slice.begin) +
        slice.bucketWidth.count() * static_cast<std::int64_t>(slice.bucketCount) - 1;
    grid.columns = static_cast<std::size_t>((lastBucket - toNs(grid.begin)) / width) + 1;

    // Rows: a power of two of latency buckets inside one octave.
    std::uint32_t perRow = 1;
    const double bucketHeight = layout.pixelsPerDecade * std::log10(2.0) / (1u << kCoarseBits);
    while (perRow < (1u << kCoarseBits) && bucketHeight * perRow < kCellHeight)
        perRow *= 2;
    const std::uint32_t first = coarse(powerOfTen(layout.span.low)) / perRow * perRow;
    const std::uint32_t last = coarse(powerOfTen(layout.span.high) - 1) / perRow * perRow + perRow;
    for (std::uint32_t edge = first; edge <= last; edge += perRow)
        grid.edges.push_back(edge);
    const auto slo = static_cast<std::uint64_t>(std::max<std::int64_t>(0, layout.slo.count()));
    std::uint32_t sloBucket = coarse(slo);
    if (logLinearLow(sloBucket, kCoarseBits) < slo)
        ++sloBucket; // the bucket that the SLO divides counts as kept: we cannot know better
    auto at = std::ranges::lower_bound(grid.edges, sloBucket);
    if (at != grid.edges.begin() && at != grid.edges.end() && *at != sloBucket)
        at = grid.edges.insert(at, sloBucket);
    grid.firstAboveSlo = static_cast<std::size_t>(at - grid.edges.begin());

    const std::size_t rows = grid.rows();
    grid.counts.assign(grid.columns * rows, 0);
    for (std::size_t i = 0; i < slice.latency.size() && i < slice.bucketCount; ++i) {
        const std::int64_t start =
            toNs(slice.begin) + slice.bucketWidth.count() * static_cast<std::int64_t>(i);
        const auto column = static_cast<std::size_t>((start - toNs(grid.begin)) / width);
        for (const BucketCount& item : slice.latency[i]) {
            // What lies beyond the axis stands in its outermost row rather than nowhere.
            const std::uint32_t bucket = std::clamp(item.bucket, first, last - 1);
            const auto above = std::ranges::upper_bound(grid.edges, bucket);
            const auto row = static_cast<std::size_t>(above - grid.edges.begin()) - 1;
            std::uint32_t& cell = grid.counts[column * rows + row];
            cell += item.count;
            grid.maxCount = std::max(grid.maxCount, cell);
            grid.calls += item.count;
        }
    }
    return grid;
}

int heatStep(std::uint32_t count, std::uint32_t maxCount, bool isLinear)
{
    if (count == 0)
        return 0;
    if (maxCount <= 1)
        return 96; // a lone call must not look like the peak of heavy traffic
    const double all = std::max(maxCount, 16u);
    const double share =
        isLinear ? (count - 1) / (all - 1) : std::log(static_cast<double>(count)) / std::log(all);
    return 1 + static_cast<int>(std::lround(254 * std::clamp(share, 0.0, 1.0)));
}

LatencyLines latencyLines(const TileSlice& slice, const HeatGrid& grid, int reach)
{
    LatencyLines lines;
    if (grid.columns == 0)
        return lines;
    std::vector<std::vector<BucketCount>> columns(grid.columns);
    for (std::size_t i = 0; i < slice.latency.size() && i < slice.bucketCount; ++i) {
        const TimePoint start = slice.begin + slice.bucketWidth * static_cast<std::int64_t>(i);
        if (const auto column = grid.columnAt(start)) {
            auto& into = columns[*column];
            into.insert(into.end(), slice.latency[i].begin(), slice.latency[i].end());
        }
    }

    // One histogram slides over the columns: what enters is added, what leaves is taken away.
    Dense window{};
    std::uint64_t total = 0;
    const auto shift = [&](std::ptrdiff_t column, bool enters) {
        if (column < 0 || column >= static_cast<std::ptrdiff_t>(columns.size()))
            return;
        for (const BucketCount& item : columns[static_cast<std::size_t>(column)]) {
            const auto bucket = std::min<std::size_t>(item.bucket, kBuckets - 1);
            enters ? window[bucket] += item.count : window[bucket] -= item.count;
            enters ? total += item.count : total -= item.count;
        }
    };
    for (std::ptrdiff_t column = 0; column < reach; ++column)
        shift(column, true);
    for (std::ptrdiff_t column = 0; column < static_cast<std::ptrdiff_t>(grid.columns); ++column) {
        shift(column + reach, true);
        shift(column - reach - 1, false);
        // Neighbours bridge a small hole; they do not draw the line into where nothing was.
        const auto hasCalls = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            from = std::max<std::ptrdiff_t>(0, from);
            to = std::min(to, static_cast<std::ptrdiff_t>(columns.size()) - 1);
            for (std::ptrdiff_t i = from; i <= to; ++i) {
                if (!columns[static_cast<std::size_t>(i)].empty())
                    return true;
            }
            return false;
        };
        const bool isShown = hasCalls(column - reach, column) && hasCalls(column, column + reach);
        lines.p50.push_back(quantile(window, isShown ? total : 0, 0.50));
        lines.p99.push_back(quantile(window, isShown ? total : 0, 0.99));
    }
    return lines;
}

} // namespace murmur
