// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace murmur {

/// Which keys were here lately, and with which message: a table of fixed size in which the oldest
/// of those that meet gives way. O(1): one line of the cache a key. What gives way too early is
/// counted. Of 64 bits of a key 32 and its place are compared: two keys are taken for one once in
/// 2^32.
class RecentSet
{
public:
    /// Room for 2^`bits` keys.
    explicit RecentSet(unsigned bits)
        : m_count(((std::size_t(1) << bits) + kEntries - 1) / kEntries)
    {
    }

    /// Has its line brought into the cache while other work is done.
    void fetch(std::uint64_t key) const
    {
        if (m_lines)
            __builtin_prefetch(&m_lines[lineOf(key)], 1);
    }
    /// Puts `key` there and returns the message under which it was there; 0: it was not, or longer
    /// than `lifetime` (ns) ago.
    Seq put(std::uint64_t key, std::int64_t time, Seq seq, std::int64_t lifetime)
    {
        if (!m_lines)
            makeRoom();
        const std::uint32_t tag = static_cast<std::uint32_t>(key >> 32) | 1;
        const auto now = static_cast<std::uint32_t>(time / kStep);
        const auto life = static_cast<std::uint32_t>(lifetime / kStep);
        const auto half = static_cast<std::uint32_t>(seq);
        Line& line = m_lines[lineOf(key)];
        Entry* oldest = line.entries.data();
        for (Entry& entry : line.entries) {
            if (entry.tag == tag) {
                const Seq before = now - entry.time <= life ? seq - (half - entry.seq) : 0;
                entry = {tag, now, half};
                return before;
            }
            if (entry.tag == 0 || (oldest->tag != 0 && now - entry.time > now - oldest->time))
                oldest = &entry;
        }
        m_forgotten += oldest->tag != 0 && now - oldest->time <= life ? 1 : 0;
        *oldest = {tag, now, half};
        return 0;
    }
    [[nodiscard]] std::int64_t forgotten() const noexcept { return m_forgotten; }

private:
    static constexpr std::int64_t kStep = 1'048'576; ///< ns: 32 bits last for 52 days
    struct Entry
    {
        std::uint32_t tag = 0; ///< 0: free
        std::uint32_t time = 0;
        std::uint32_t seq = 0; ///< its lower half
    };
    static constexpr std::size_t kEntries = 5;
    struct alignas(64) Line
    {
        std::array<Entry, kEntries> entries;
    };
    [[nodiscard]] std::size_t lineOf(std::uint64_t key) const
    {
        return static_cast<std::size_t>((key & 0xffff'ffffu) * m_count >> 32);
    }
    struct Free
    {
        void operator()(Line* lines) const { std::free(lines); }
    };
    /// In pages as large as there are: each look-up is far from the one before it.
    void makeRoom()
    {
        constexpr std::size_t kLargePage = std::size_t(1) << 21;
        const std::size_t size = m_count * sizeof(Line);
        const std::size_t rounded = (size + kLargePage - 1) / kLargePage * kLargePage;
        auto* const room = static_cast<Line*>(std::aligned_alloc(kLargePage, rounded));
        if (room == nullptr)
            throw std::bad_alloc();
        ::madvise(room, rounded, MADV_HUGEPAGE);
        std::uninitialized_value_construct_n(room, m_count);
        m_lines.reset(room);
    }

    std::size_t m_count;
    std::unique_ptr<Line[], Free> m_lines;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
