// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelinegeometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <tuple>

namespace murmur {

namespace {

std::int64_t columnOf(double x, const TimeAxis& axis)
{
    return static_cast<std::int64_t>(std::floor(x - axis.left()));
}

int heightOf(std::uint32_t count, std::uint32_t highest, int room, DensityBoxes::Scale scale)
{
    if (count == 0)
        return 0;
    if (highest <= 1)
        return std::min(DensityBoxes::kFloor, room);
    const double top = std::max(highest, count);
    const double share = scale == DensityBoxes::Scale::Logarithm
                             ? std::log1p(count) / std::log1p(top)
                             : std::sqrt(count / top);
    // The floor keeps one message visible beside a million.
    return std::clamp(static_cast<int>(std::lround(share * room)),
                      std::min(DensityBoxes::kFloor, room), room);
}

} // namespace

ColumnCounts::ColumnCounts(int width, bool tellsKinds)
    : sent(static_cast<std::size_t>(std::max(0, width)))
    , errors(sent.size())
    , votes(tellsKinds ? sent.size() * kKindCount : 0)
{
}

void ColumnCounts::vote(std::int64_t column, std::size_t kind, std::uint32_t count)
{
    if (!votes.empty())
        votes[static_cast<std::size_t>(column) * kKindCount + kind] += count;
}

std::uint8_t ColumnCounts::kindOf(std::size_t column) const
{
    if (votes.empty() || sent[column] == 0)
        return 0;
    const auto first = votes.begin() + static_cast<std::ptrdiff_t>(column * kKindCount);
    return static_cast<std::uint8_t>(std::max_element(first, first + kKindCount) - first);
}

std::uint32_t ColumnCounts::highest() const
{
    return sent.empty() ? 0 : *std::ranges::max_element(sent);
}

void addToColumns(const DensitySlice& slice, const LaneCounts& counts, const TimeAxis& axis,
                  ColumnCounts& columns)
{
    const auto width = static_cast<std::int64_t>(columns.sent.size());
    if (width == 0 || counts.sent.empty())
        return;
    const std::int64_t each = std::max<std::int64_t>(1, slice.bucketWidth.count());
    const std::int64_t offset = (axis.window().begin - slice.begin).count();
    const auto size = static_cast<std::int64_t>(counts.sent.size());
    const std::int64_t first = std::clamp<std::int64_t>(offset / each - 1, 0, size);
    const std::int64_t last =
        std::clamp<std::int64_t>((offset + axis.window().length().count()) / each + 2, 0, size);
    const double x0 = axis.xAt(slice.begin);
    const double step = axis.xAt(slice.begin + slice.bucketWidth) - x0;
    for (std::int64_t i = first; i < last; ++i) {
        const auto bucket = static_cast<std::size_t>(i);
        const std::uint32_t n = counts.sent[bucket];
        if (n == 0)
            continue;
        const double left = x0 + static_cast<double>(i) * step;
        std::int64_t from = columnOf(step < 1 ? left + step / 2 : left, axis);
        const std::int64_t to =
            step < 1 ? from + 1 : std::max(from + 1, columnOf(left + step, axis));
        if (to <= 0 || from >= width)
            continue;
        const std::uint32_t failed = counts.errors.empty() ? 0 : counts.errors[bucket];
        for (from = std::max<std::int64_t>(from, 0); from < std::min(to, width); ++from) {
            columns.sent[static_cast<std::size_t>(from)] += n;
            columns.errors[static_cast<std::size_t>(from)] += failed;
            if (!counts.kinds.empty())
                columns.vote(from, counts.kinds[bucket], n);
        }
    }
}

void addToColumns(std::span<const Mark> marks, const TimeAxis& axis, ColumnCounts& columns)
{
    const auto width = static_cast<std::int64_t>(columns.sent.size());
    for (const Mark& mark : marks) {
        const std::int64_t column = columnOf(axis.xAt(fromNs(mark.time)), axis);
        if (column < 0 || column >= width)
            continue;
        ++columns.sent[static_cast<std::size_t>(column)];
        columns.vote(column,
                     std::min<std::size_t>(static_cast<std::size_t>(mark.kind), kKindCount - 1), 1);
        if (mark.kind == Kind::Error)
            ++columns.errors[static_cast<std::size_t>(column)];
    }
}

void addDensityBoxes(const ColumnCounts& columns, int left, QRect lane, std::uint32_t highest,
                     DensityBoxes& boxes, DensityBoxes::Scale scale)
{
    const int room = lane.height();
    const int bottom = lane.top() + lane.height();
    const std::size_t width = columns.sent.size();
    // Most columns hold few messages: a logarithm each would be most of a frame.
    std::array<int, 256> known;
    known.fill(-1);
    const auto high = [&](std::uint32_t count) {
        if (count >= known.size())
            return heightOf(count, highest, room, scale);
        int& height = known[count];
        if (height < 0)
            height = heightOf(count, highest, room, scale);
        return height;
    };
    for (std::size_t i = 0; i < width;) {
        const int height = high(columns.sent[i]);
        const std::uint32_t failed = columns.errors[i];
        const std::uint8_t kind = columns.kindOf(i);
        std::size_t end = i + 1;
        while (end < width && high(columns.sent[end]) == height && columns.kindOf(end) == kind &&
               (columns.errors[end] != 0) == (failed != 0) &&
               (failed == 0 || columns.errors[end] == failed))
            ++end;
        if (height > 0) {
            const int x = left + static_cast<int>(i);
            const int w = static_cast<int>(end - i);
            boxes.traffic.emplace_back(x, bottom - height, w, height);
            if (!columns.votes.empty())
                boxes.kinds.push_back(kind);
            if (failed > 0) {
                // Errors stand at the foot, never lower than they are high alone.
                const int part = std::min(height, high(failed));
                boxes.errors.emplace_back(x, bottom - part, w, part);
            }
        }
        i = end;
    }
}

std::vector<PlacedMark> placeMarks(std::span<const Mark> marks, const TimeAxis& axis, double room)
{
    std::vector<PlacedMark> placed;
    placed.reserve(marks.size());
    std::array<std::int64_t, kKindCount> lastPixel;
    lastPixel.fill(std::numeric_limits<std::int64_t>::min());
    std::array<std::size_t, kKindCount> lastPlaced{};
    double previous = -std::numeric_limits<double>::infinity();
    for (const Mark& mark : marks) {
        const double x = axis.xAt(fromNs(mark.time));
        const auto pixel = static_cast<std::int64_t>(std::floor(x));
        const auto kind =
            std::min<std::size_t>(static_cast<std::size_t>(mark.kind), kKindCount - 1);
        if (lastPixel[kind] == pixel) {
            ++placed[lastPlaced[kind]].folded;
            continue;
        }
        lastPixel[kind] = pixel;
        lastPlaced[kind] = placed.size();
        placed.push_back({x, &mark, x - previous < room, 0});
        previous = x;
    }
    return placed;
}

std::vector<PlacedCall> placeCalls(std::span<const Mark> marks, const TimeAxis& axis,
                                   double narrowest)
{
    constexpr int kRows = 3;
    std::vector<PlacedCall> calls;
    const double right = axis.left() + axis.width();
    for (const Mark& mark : marks) {
        if (mark.closes == 0 || mark.latency < 0)
            continue;
        const double to = axis.xAt(fromNs(mark.time));
        const double from = axis.xAt(fromNs(mark.time - mark.latency));
        if (to < axis.left() || from > right || to - from < narrowest)
            continue;
        calls.push_back({from, to, 0, 1, &mark});
    }
    std::ranges::stable_sort(calls, {}, &PlacedCall::from);
    // Greedy rows within each cluster of overlapping calls; more than three at once share the last.
    for (std::size_t first = 0; first < calls.size();) {
        std::array<double, kRows> busyUntil;
        busyUntil.fill(-std::numeric_limits<double>::infinity());
        double clusterEnd = calls[first].to;
        int rows = 1;
        std::size_t last = first;
        for (; last < calls.size() && (last == first || calls[last].from < clusterEnd); ++last) {
            PlacedCall& call = calls[last];
            int row = 0;
            while (row + 1 < kRows && busyUntil[static_cast<std::size_t>(row)] > call.from)
                ++row;
            call.row = row;
            rows = std::max(rows, row + 1);
            auto& busy = busyUntil[static_cast<std::size_t>(row)];
            busy = std::max(busy, call.to);
            clusterEnd = std::max(clusterEnd, call.to);
        }
        for (std::size_t i = first; i < last; ++i)
            calls[i].rows = rows;
        first = last;
    }
    return calls;
}

const Mark* markAt(std::span<const PlacedMark> marks, double x, double tolerance)
{
    const Mark* best = nullptr;
    double nearest = tolerance;
    for (const PlacedMark& placed : marks) {
        const double distance = std::abs(placed.x - x);
        // Of two at the same place the error is what the person came for.
        if (distance < nearest || (distance == nearest && placed.mark->kind == Kind::Error)) {
            nearest = distance;
            best = placed.mark;
        }
    }
    return best;
}

const Mark* callAt(std::span<const PlacedCall> calls, double x, double y)
{
    const PlacedCall* best = nullptr;
    for (const PlacedCall& call : calls) {
        if (x < call.from || x > call.to || static_cast<int>(y * call.rows) != call.row)
            continue;
        if (!best || call.to - call.from < best->to - best->from)
            best = &call;
    }
    return best ? best->mark : nullptr;
}

std::vector<PlacedArrow>
placeArrows(std::span<const Mark> marks, const TimeAxis& axis, const LaneLayout& layout,
            const std::function<std::span<const AgentId>(AudienceId)>& receivers, std::size_t limit)
{
    std::vector<PlacedArrow> arrows;
    for (const Mark& mark : marks) {
        const auto from = layout.rowOf(mark.sender);
        if (!from)
            continue;
        const LaneRow& source = layout.rows()[*from];
        const int x = static_cast<int>(std::floor(axis.xAt(fromNs(mark.time))));
        for (const AgentId receiver : receivers(mark.audience)) {
            const auto to = layout.rowOf(receiver);
            if (!to || *to == *from)
                continue;
            const LaneRow& target = layout.rows()[*to];
            const PlacedArrow arrow{x, source.y + source.height / 2, target.y + target.height / 2};
            if (!arrows.empty() && arrows.back() == arrow)
                continue; // several members of one folded group
            if (arrows.size() == limit)
                return {};
            arrows.push_back(arrow);
        }
    }
    return arrows;
}

std::vector<PlacedArrow> bundleArrows(std::vector<PlacedArrow> arrows, std::size_t most, int origin)
{
    constexpr int kWidest = 256; // pixels
    const auto cellOf = [&](const PlacedArrow& arrow, int width) {
        return static_cast<int>(std::floor(static_cast<double>(arrow.x - origin) / width));
    };
    std::ranges::sort(arrows, {}, [](const PlacedArrow& arrow) {
        return std::tuple(arrow.fromY, arrow.toY, arrow.x);
    });
    for (int width = 4; arrows.size() > most && width <= kWidest; width *= 2) {
        std::vector<PlacedArrow> bundles;
        bundles.reserve(arrows.size());
        for (std::size_t first = 0; first < arrows.size();) {
            PlacedArrow bundle = arrows[first];
            std::int64_t middle = std::int64_t(bundle.x) * bundle.count;
            std::size_t last = first + 1;
            for (; last < arrows.size(); ++last) {
                const PlacedArrow& next = arrows[last];
                if (next.fromY != bundle.fromY || next.toY != bundle.toY ||
                    cellOf(next, width) != cellOf(arrows[first], width))
                    break;
                bundle.count += next.count;
                middle += std::int64_t(next.x) * next.count;
            }
            bundle.x = static_cast<int>(middle / bundle.count);
            bundles.push_back(bundle);
            first = last;
        }
        arrows = std::move(bundles);
    }
    if (arrows.size() > most) {
        std::ranges::stable_sort(arrows, std::greater{}, &PlacedArrow::count);
        arrows.resize(most);
    }
    return arrows;
}

} // namespace murmur
