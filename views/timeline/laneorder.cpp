// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/laneorder.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <numeric>

namespace murmur {

namespace {

constexpr std::array kSorts{
    LaneSortName{LaneSort::Name, "name", QT_TRANSLATE_NOOP("murmur::TimelineView", "name")},
    LaneSortName{LaneSort::FirstSeen, "first",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "first seen")},
    LaneSortName{LaneSort::Messages, "messages",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "messages, most first")},
    LaneSortName{LaneSort::Errors, "errors",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "errors, most first")},
    LaneSortName{LaneSort::Latency, "latency",
                 QT_TRANSLATE_NOOP("murmur::TimelineView", "latency (p99), slowest first")},
};

std::uint64_t valueOf(const LaneFigure& figure, LaneSort sort)
{
    switch (sort) {
    case LaneSort::Messages:
        return static_cast<std::uint64_t>(figure.messages);
    case LaneSort::Errors:
        return static_cast<std::uint64_t>(figure.errors);
    case LaneSort::Latency:
        return figure.p99;
    case LaneSort::Name:
    case LaneSort::FirstSeen:
        break;
    }
    return 0;
}

} // namespace

std::span<const LaneSortName> laneSorts() noexcept
{
    return kSorts;
}

std::vector<LaneAgent> LaneOrder::apply(std::vector<LaneAgent> lanes,
                                        const LaneFigures& figures) const
{
    if (!filter.isEmpty())
        std::erase_if(lanes, [this](const LaneAgent& lane) {
            return !lane.name.contains(filter, Qt::CaseInsensitive) &&
                   !lane.group.contains(filter, Qt::CaseInsensitive);
        });
    for (LaneAgent& lane : lanes)
        lane.isPinned = !lane.isLast && pinned.contains(lane.name);
    if (sort == LaneSort::Name)
        return lanes;
    // Ids count up as agents appear.
    std::vector<std::size_t> order(lanes.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    const auto value = [&](std::size_t i) {
        const auto found = figures.find(index(lanes[i].id));
        return found == figures.end() ? 0 : valueOf(found->second, sort);
    };
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        if (sort == LaneSort::FirstSeen)
            return lanes[a].id < lanes[b].id;
        return value(a) > value(b);
    });
    std::uint32_t rank = 0;
    std::uint64_t before = 0;
    for (const std::size_t i : order) {
        // Those that are alike stand by their names.
        const std::uint64_t own = sort == LaneSort::FirstSeen ? index(lanes[i].id) : value(i);
        if (i == order.front() || own != before)
            ++rank;
        before = own;
        lanes[i].rank = rank;
    }
    return lanes;
}

} // namespace murmur
