// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace murmur {

/// Which message had an id, for the last `most` ids; the oldest are forgotten. Every message with
/// an id passes through here, so it is a ring of ids in the order in which they came and a table
/// with open addressing that tells their places, with a part of the id so that the ring is looked
/// at for the right one only: two lines of memory are touched where a map of nodes touches eight.
/// It must do what such a map and a queue do.
class RecentIds
{
public:
    explicit RecentIds(std::size_t most)
        : m_most(most)
    {
    }

    /// 0: it was not seen, or is forgotten.
    [[nodiscard]] Seq find(std::uint64_t id) const
    {
        if (m_ring.empty())
            return 0;
        const std::uint32_t place = m_table[slotOf(id)].place;
        return place == kFree ? 0 : m_ring[place].seq;
    }
    /// Brings the line of memory near in which it is looked for soon.
    void prefetch(std::uint64_t id) const
    {
        if (!m_table.empty())
            __builtin_prefetch(&m_table[hashOf(id) & mask()]);
    }
    /// False when it is there already: the first keeps it. `seq` is from 1.
    bool add(std::uint64_t id, Seq seq)
    {
        // At most half full: searches stay short.
        if (m_table.size() < 2 * std::min(m_ring.size() + 1, m_most))
            grow();
        std::size_t slot = slotOf(id);
        if (m_table[slot].place != kFree)
            return false;
        if (m_ring.size() < m_most) {
            m_table[slot] = {static_cast<std::uint32_t>(m_ring.size()), hashOf(id)};
            m_ring.push_back({id, seq});
            return true;
        }
        // Who goes soon is known: their lines of memory are on their way by then.
        __builtin_prefetch(&m_table[hashOf(m_ring[(m_oldest + kAhead) % m_most].id) & mask()]);
        forget(slotOf(m_ring[m_oldest].id));
        slot = slotOf(id); // something may have moved into its place, or out of it
        m_table[slot] = {static_cast<std::uint32_t>(m_oldest), hashOf(id)};
        m_ring[m_oldest] = {id, seq};
        m_oldest = m_oldest + 1 == m_most ? 0 : m_oldest + 1;
        return true;
    }

private:
    struct Entry
    {
        std::uint64_t id = 0;
        Seq seq = 0;
    };
    static constexpr std::uint32_t kFree = 0xffffffff;
    static constexpr std::size_t kAhead = 4;
    struct Slot
    {
        std::uint32_t place = kFree;
        std::uint32_t hash = 0;
    };

    [[nodiscard]] std::size_t mask() const { return m_table.size() - 1; }
    static std::uint32_t hashOf(std::uint64_t id)
    {
        return static_cast<std::uint32_t>((id * 0x9E3779B97F4A7C15ull) >> 32);
    }
    /// Where it is, or where it would be put.
    [[nodiscard]] std::size_t slotOf(std::uint64_t id) const
    {
        const std::uint32_t hash = hashOf(id);
        std::size_t slot = hash & mask();
        while (m_table[slot].place != kFree &&
               (m_table[slot].hash != hash || m_ring[m_table[slot].place].id != id))
            slot = (slot + 1) & mask();
        return slot;
    }
    /// Moves back what was pushed on by the one in `slot`, so that no search ends too early.
    void forget(std::size_t slot)
    {
        std::size_t hole = slot;
        for (std::size_t next = (hole + 1) & mask(); m_table[next].place != kFree;
             next = (next + 1) & mask()) {
            const std::size_t wanted = m_table[next].hash & mask();
            if (((next - wanted) & mask()) >= ((next - hole) & mask())) {
                m_table[hole] = m_table[next];
                hole = next;
            }
        }
        m_table[hole] = {};
    }
    void grow()
    {
        m_table.assign(std::max<std::size_t>(1024, 2 * m_table.size()), Slot());
        for (std::size_t place = 0; place < m_ring.size(); ++place) {
            const std::uint64_t id = m_ring[place].id;
            m_table[slotOf(id)] = {static_cast<std::uint32_t>(place), hashOf(id)};
        }
    }

    std::size_t m_most;
    std::vector<Entry> m_ring;
    std::size_t m_oldest = 0;  ///< in a full ring
    std::vector<Slot> m_table; ///< places in the ring; its size is a power of two
};

} // namespace murmur
