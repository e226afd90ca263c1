// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <vector>

namespace murmur {

/// Which keys were here lately, and with which message: a table of fixed size in which the older of
/// two that meet gives way. O(1), no allocation after the first; what gives way too early is
/// counted.
class RecentSet
{
public:
    struct Entry
    {
        std::uint64_t key = 0; ///< 0: free
        std::int64_t time = 0; ///< ns
        Seq seq = 0;
    };

    /// Room for 2^`bits` keys.
    explicit RecentSet(unsigned bits)
        : m_mask((std::size_t(1) << bits) - 1)
    {
    }

    /// Puts `key` (never 0) there and returns what stood under it, or an entry without a key when
    /// it was not there, or longer than `lifetime` ago.
    Entry put(std::uint64_t key, std::int64_t time, Seq seq, std::int64_t lifetime)
    {
        if (m_entries.empty())
            m_entries.resize(m_mask + 1);
        Entry* oldest = nullptr;
        for (std::size_t i = 0; i < kWays; ++i) {
            Entry& entry = m_entries[(key + i) & m_mask];
            if (entry.key == key) {
                const Entry before = time - entry.time <= lifetime ? entry : Entry();
                entry = {key, time, seq};
                return before;
            }
            if (oldest == nullptr || entry.key == 0 || entry.time < oldest->time)
                oldest = entry.key == 0 && oldest != nullptr && oldest->key == 0 ? oldest : &entry;
        }
        m_forgotten += oldest->key != 0 && time - oldest->time <= lifetime ? 1 : 0;
        *oldest = {key, time, seq};
        return {};
    }
    [[nodiscard]] std::int64_t forgotten() const noexcept { return m_forgotten; }

private:
    static constexpr std::size_t kWays = 8;
    std::size_t m_mask;
    std::vector<Entry> m_entries;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
