// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace murmur {

/// Sorts by an unsigned integer key, stable: least significant digit first, passing over digits in
/// which all keys agree. Several times faster than comparing from some hundred items on.
template<typename T, typename KeyOf>
void radixSort(std::vector<T>& items, KeyOf keyOf)
{
    if (items.size() < 256) {
        std::ranges::stable_sort(items, {}, keyOf);
        return;
    }
    auto differing = keyOf(items.front());
    differing = 0;
    for (const T& item : items)
        differing |= keyOf(item) ^ keyOf(items.front());
    std::vector<T> other(items.size());
    for (unsigned shift = 0; shift < 8 * sizeof(differing); shift += 8) {
        if (((differing >> shift) & 0xff) == 0)
            continue;
        std::array<std::uint32_t, 256> start{};
        for (const T& item : items)
            ++start[(keyOf(item) >> shift) & 0xff];
        std::uint32_t sum = 0;
        for (std::uint32_t& count : start) {
            const std::uint32_t own = count;
            count = sum;
            sum += own;
        }
        for (const T& item : items)
            other[start[(keyOf(item) >> shift) & 0xff]++] = item;
        items.swap(other);
    }
}

} // namespace murmur
