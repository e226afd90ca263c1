// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/timeaxis.h"
#include "views/timeline/densityslice.h"
#include "views/timeline/lanelayout.h"

#include <QRect>

#include <functional>
#include <span>
#include <vector>

namespace murmur {

/// Messages under each pixel column of a lane.
struct ColumnCounts
{
    std::vector<std::uint32_t> sent;
    std::vector<std::uint32_t> errors;
    /// By column and kind; empty: kinds are not told apart.
    std::vector<std::uint32_t> votes;

    explicit ColumnCounts(int width = 0, bool tellsKinds = false);
    void vote(std::int64_t column, std::size_t kind, std::uint32_t count);
    /// The commonest kind of a column.
    [[nodiscard]] std::uint8_t kindOf(std::size_t column) const;
    [[nodiscard]] std::uint32_t highest() const;
};

/// Adds a lane's buckets to `columns` (one per pixel from axis.left()). Buckets narrower than a
/// pixel add up; wider ones fill all their pixels, so a coarse answer is drawn stretched. Nothing
/// that was counted is ever without a column while it lies in the window.
void addToColumns(const DensitySlice& slice, const LaneCounts& counts, const TimeAxis& axis,
                  ColumnCounts& columns);
void addToColumns(std::span<const Mark> marks, const TimeAxis& axis, ColumnCounts& columns);

/// Boxes of a density lane, neighbours of one height merged. Heights are against `highest`; a
/// single message is `kFloor` pixels high, an error at least as much.
struct DensityBoxes
{
    static constexpr int kFloor = 3;
    /// Lanes that differ a thousandfold are compared by logarithm; one series shows its own ups and
    /// downs better by its root.
    enum class Scale { Logarithm, Root };
    std::vector<QRect> traffic;
    std::vector<std::uint8_t> kinds; ///< of `traffic`, where columns tell them
    std::vector<QRect> errors;
};
void addDensityBoxes(const ColumnCounts& columns, int left, QRect lane, std::uint32_t highest,
                     DensityBoxes& boxes,
                     DensityBoxes::Scale scale = DensityBoxes::Scale::Logarithm);

/// A mark of a lane with its place. Marks of one kind under one pixel are one.
struct PlacedMark
{
    double x = 0;
    const Mark* mark = nullptr;
    bool isCrowded = false; ///< no room for the shape: a thin tick
    int folded = 0;         ///< how many more it stands for
};
/// `room` is the width of a shape. Whether a mark is crowded depends on its left neighbour only, so
/// it does not change while panning.
std::vector<PlacedMark> placeMarks(std::span<const Mark> marks, const TimeAxis& axis, double room);

/// A call on the replier's lane, from request to reply. Calls at the same time share the lane's
/// height.
struct PlacedCall
{
    double from = 0;
    double to = 0;
    int row = 0;
    int rows = 1;
    const Mark* mark = nullptr; ///< the closing message
};
/// Calls that touch the axis' window and are at least `narrowest` pixels wide. `marks` reaches
/// beyond the window's end, where the replies of calls that are open at its end lie.
std::vector<PlacedCall> placeCalls(std::span<const Mark> marks, const TimeAxis& axis,
                                   double narrowest);

/// The mark nearest to `x` within `tolerance`, else none.
const Mark* markAt(std::span<const PlacedMark> marks, double x, double tolerance);
/// The shortest call under (x, y); y from 0 to 1 down the lane's bar.
const Mark* callAt(std::span<const PlacedCall> calls, double x, double y);

/// An arrow between two rows; both ends at the same time, since a bus says when, not how long.
struct PlacedArrow
{
    int x = 0;
    int fromY = 0;
    int toY = 0;
    int count = 1; ///< messages that it stands for
    friend bool operator==(const PlacedArrow&, const PlacedArrow&) = default;
};
/// Arrows of `marks` to each receiver that has a row of its own, up to `limit` of them; none at all
/// when there are more (then they would hide what they join).
std::vector<PlacedArrow>
placeArrows(std::span<const Mark> marks, const TimeAxis& axis, const LaneLayout& layout,
            const std::function<std::span<const AgentId>(AudienceId)>& receivers,
            std::size_t limit);

/// At most `most` arrows: those between the same two rows within a few pixels become one in their
/// middle, the more the wider, until they fit; of those that never do the busiest. Pixels are
/// gathered from `origin` on, which moves with what is drawn, so that bundles do.
std::vector<PlacedArrow> bundleArrows(std::vector<PlacedArrow> arrows, std::size_t most,
                                      int origin);

} // namespace murmur
