// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/timeline/lanelayout.h"

#include <QSet>
#include <QString>

#include <span>
#include <unordered_map>
#include <vector>

namespace murmur {

enum class LaneSort { Name, FirstSeen, Messages, Errors, Latency };

struct LaneSortName
{
    LaneSort sort;
    const char* id;    ///< written to layout files
    const char* title; ///< in the context of the timeline
};
std::span<const LaneSortName> laneSorts() noexcept;

/// What an agent is sorted by, over the whole session.
struct LaneFigure
{
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    std::uint64_t p99 = 0; ///< ns, of the calls that it answered
};
using LaneFigures = std::unordered_map<std::uint32_t, LaneFigure>; // by agent

/// How a person wants the lanes. Pure.
struct LaneOrder
{
    LaneSort sort = LaneSort::Name;
    QSet<QString> pinned; ///< names of lanes that stay on top
    QString filter;       ///< lanes whose name or group does not hold it are left out

    /// It takes figures to sort by that.
    [[nodiscard]] bool needsFigures() const
    {
        return sort != LaneSort::Name && sort != LaneSort::FirstSeen;
    }
    /// The lanes that are left, with the ranks by which a layout orders them.
    [[nodiscard]] std::vector<LaneAgent> apply(std::vector<LaneAgent> lanes,
                                               const LaneFigures& figures) const;
};

} // namespace murmur
