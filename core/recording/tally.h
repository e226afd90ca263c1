// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/radixsort.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace murmur {

/// Sums by integer key, kept as a sorted list: new entries gather unsorted and are sorted in and
/// combined when there are as many as the list is long. Against a hash table: half the memory, no
/// cache miss an entry, and the order in which a tile is written comes for free.
template<typename Key, typename Count, typename Combine = std::plus<Count>>
class Tally
{
public:
    struct Entry
    {
        Key key;
        Count count;
    };

    void add(Key key, Count count)
    {
        m_fresh.push_back({key, count});
        if (m_fresh.size() >= kFresh && m_fresh.size() >= m_sorted.size())
            settle();
    }
    /// Adds the entries of another tally under the keys that `rekey` gives; it must not change
    /// their order.
    template<typename Rekey>
    void merge(Tally& other, Rekey rekey)
    {
        settle();
        const std::size_t before = m_sorted.size();
        for (const Entry& entry : other.entries())
            m_sorted.push_back({rekey(entry.key), entry.count});
        combineFrom(before);
    }

    /// By key, each once.
    [[nodiscard]] const std::vector<Entry>& entries()
    {
        settle();
        return m_sorted;
    }
    [[nodiscard]] std::size_t bytes() const noexcept
    {
        return (m_sorted.size() + m_fresh.size()) * sizeof(Entry);
    }

private:
    static constexpr std::size_t kFresh = 4096;

    void settle()
    {
        if (m_fresh.empty())
            return;
        radixSort(m_fresh, [](const Entry& entry) { return entry.key; });
        const std::size_t before = m_sorted.size();
        m_sorted.insert(m_sorted.end(), m_fresh.begin(), m_fresh.end());
        m_fresh.clear();
        combineFrom(before);
    }
    /// Two sorted runs that meet at `middle` become one list of each key once.
    void combineFrom(std::size_t middle)
    {
        const auto at = m_sorted.begin() + static_cast<std::ptrdiff_t>(middle);
        std::inplace_merge(m_sorted.begin(), at, m_sorted.end(),
                           [](const Entry& a, const Entry& b) { return a.key < b.key; });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < m_sorted.size(); ++i) {
            if (kept > 0 && m_sorted[kept - 1].key == m_sorted[i].key)
                m_sorted[kept - 1].count = Combine()(m_sorted[kept - 1].count, m_sorted[i].count);
            else
                m_sorted[kept++] = m_sorted[i];
        }
        m_sorted.resize(kept);
    }

    std::vector<Entry> m_sorted;
    std::vector<Entry> m_fresh;
};

struct Largest
{
    std::uint64_t operator()(std::uint64_t a, std::uint64_t b) const { return std::max(a, b); }
};

} // namespace murmur
