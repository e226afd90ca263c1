// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace murmur {

/// Counters by integer key: open addressing, grows by doubling. Key ~0 is reserved.
class CountMap
{
public:
    struct Entry
    {
        std::uint64_t key = kFree;
        std::uint64_t count = 0;
    };

    std::uint64_t& operator[](std::uint64_t key)
    {
        if ((m_used + 1) * 4 > m_entries.size() * 3)
            grow();
        Entry& entry = m_entries[place(key)];
        if (entry.key == kFree) {
            entry.key = key;
            ++m_used;
        }
        return entry.count;
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_used; }
    [[nodiscard]] std::size_t bytes() const noexcept { return m_entries.size() * sizeof(Entry); }
    void clear()
    {
        m_entries.clear();
        m_used = 0;
    }
    template<typename Visit>
    void forEach(Visit visit) const
    {
        for (const Entry& entry : m_entries) {
            if (entry.key != kFree)
                visit(entry.key, entry.count);
        }
    }

private:
    static constexpr std::uint64_t kFree = ~std::uint64_t(0);

    [[nodiscard]] std::size_t place(std::uint64_t key) const
    {
        const std::size_t mask = m_entries.size() - 1;
        std::size_t at = static_cast<std::size_t>((key * 0x9E37'79B9'7F4A'7C15ull) >> m_shift);
        while (m_entries[at].key != key && m_entries[at].key != kFree)
            at = (at + 1) & mask;
        return at;
    }
    void grow()
    {
        std::vector<Entry> old = std::move(m_entries);
        m_entries.assign(old.empty() ? 64 : old.size() * 2, Entry{});
        m_shift = 64 - static_cast<unsigned>(std::countr_zero(m_entries.size()));
        for (const Entry& entry : old) {
            if (entry.key != kFree)
                m_entries[place(entry.key)] = entry;
        }
    }

    std::vector<Entry> m_entries;
    std::size_t m_used = 0;
    unsigned m_shift = 58;
};

} // namespace murmur
