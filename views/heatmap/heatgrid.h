// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "session/session.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace murmur {

/// Reach of the latency axis in powers of ten nanoseconds: 6 is 1 ms, 10 is 10 s.
struct LatencySpan
{
    int low = 6;
    int high = 10;
    /// Widened, within 100 µs … 100 s, until it holds every call of `slice`.
    [[nodiscard]] LatencySpan widened(const TileSlice& slice) const;
    friend bool operator==(const LatencySpan&, const LatencySpan&) = default;
};

/// What decides the cells besides the data.
struct HeatLayout
{
    LatencySpan span;
    nanoseconds perPixel{1};
    double pixelsPerDecade = 40;
    nanoseconds slo{0}; ///< rows are split here, so that no cell lies on both sides
};

/// Calls by time and latency as they are drawn. Row i holds the coarse buckets
/// [edges[i], edges[i+1]).
struct HeatGrid
{
    TimePoint begin;
    nanoseconds columnWidth{1};
    std::size_t columns = 0;
    std::vector<std::uint32_t> edges;
    std::vector<std::uint32_t> counts; ///< column after column, `rows()` each
    std::uint32_t maxCount = 0;
    std::uint64_t calls = 0;
    std::size_t firstAboveSlo = 0; ///< row

    [[nodiscard]] std::size_t rows() const { return edges.empty() ? 0 : edges.size() - 1; }
    [[nodiscard]] std::uint32_t at(std::size_t column, std::size_t row) const
    {
        return counts[column * rows() + row];
    }
    [[nodiscard]] std::uint64_t lowOf(std::size_t row) const;  ///< ns
    [[nodiscard]] std::uint64_t highOf(std::size_t row) const; ///< ns, exclusive
    [[nodiscard]] TimeRange rangeOf(std::size_t column) const;
    [[nodiscard]] std::optional<std::size_t> columnAt(TimePoint t) const;
    [[nodiscard]] std::optional<std::size_t> rowAt(double ns) const;
};

/// Cells at least about five pixels wide and three high: neighbouring time buckets and neighbouring
/// latency buckets of one octave are added up until they are. Time buckets merge on multiples of
/// the merged width since the epoch, so cells stand still while the window moves.
HeatGrid heatGrid(const TileSlice& slice, const HeatLayout& layout);

/// Colour step of a cell, 1 … 255, logarithmic unless told otherwise: one call is always 1, the
/// fullest cell 255.
int heatStep(std::uint32_t count, std::uint32_t maxCount, bool isLinear = false);

/// p50 and p99 beside each column of `grid`, over it and `reach` neighbours on either side; NaN
/// where there is no call, and before the first and after the last.
struct LatencyLines
{
    std::vector<double> p50; ///< ns
    std::vector<double> p99;
};
LatencyLines latencyLines(const TileSlice& slice, const HeatGrid& grid, int reach);

} // namespace murmur
