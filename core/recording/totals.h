// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

namespace murmur {

/// Sums that stand in `meta` and are true after each commit. What a ring has let go is not in them,
/// except in the loss ledger.
struct RecordingTotals
{
    Seq last = 0;
    Seq first = 1; ///< of what the file holds; above `last` when it holds nothing
    std::int64_t firstTime = 0;
    std::int64_t lastTime = 0;
    std::int64_t bytesRaw = 0;
    std::array<std::int64_t, kKindCount> kinds{};
    std::int64_t gaps = 0;
    std::int64_t lost = 0;

    /// Those between `first` and `last` that are not there: what a repair could not save.
    [[nodiscard]] std::int64_t missing() const noexcept
    {
        const std::int64_t there = std::accumulate(kinds.begin(), kinds.end(), std::int64_t(0));
        return std::max<std::int64_t>(last - first + 1 - there, 0);
    }
};

} // namespace murmur
