// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/callshift.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace murmur {

double chanceOfShift(std::span<const std::int64_t> recent, std::span<const std::int64_t> before)
{
    std::vector<std::pair<std::int64_t, bool>> all; // and whether it is a recent one
    all.reserve(recent.size() + before.size());
    for (const std::int64_t value : recent)
        all.emplace_back(value, true);
    for (const std::int64_t value : before)
        all.emplace_back(value, false);
    std::ranges::sort(all);
    const auto total = static_cast<double>(all.size());
    double ranks = 0; // of the recent ones
    double ties = 0;
    for (std::size_t begin = 0; begin < all.size();) {
        std::size_t end = begin;
        std::size_t mine = 0;
        for (; end < all.size() && all[end].first == all[begin].first; ++end)
            mine += all[end].second ? 1 : 0;
        const auto same = static_cast<double>(end - begin);
        // Equal ones share the middle of their ranks.
        ranks += static_cast<double>(mine) * (static_cast<double>(begin + end) + 1) / 2;
        ties += same * same * same - same;
        begin = end;
    }
    const auto n = static_cast<double>(recent.size());
    const auto m = static_cast<double>(before.size());
    const double larger = ranks - n * (n + 1) / 2;
    const double spread = std::sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))));
    return spread > 0 ? 0.5 * std::erfc((larger - n * m / 2 - 0.5) / spread / std::sqrt(2.0)) : 1;
}

std::int64_t medianOf(std::vector<std::int64_t> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

} // namespace murmur
