// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

namespace murmur {

/// A table of at most `most` entries in which the one that was added first gives way. What gives
/// way is counted.
template<typename Value>
class BoundedTable
{
public:
    explicit BoundedTable(std::size_t most)
        : m_most(most)
    {
    }
    /// Finds it or adds it.
    Value& at(std::uint64_t key)
    {
        const auto [place, isNew] = m_entries.try_emplace(key);
        if (isNew) {
            place->second.born = ++m_born;
            m_order.emplace_back(key, m_born);
            makeRoom();
        }
        return place->second.value;
    }
    Value* find(std::uint64_t key)
    {
        const auto place = m_entries.find(key);
        return place == m_entries.end() ? nullptr : &place->second.value;
    }
    void erase(std::uint64_t key) { m_entries.erase(key); }
    void clear()
    {
        m_entries.clear();
        m_order.clear();
    }
    [[nodiscard]] bool isEmpty() const { return m_entries.empty(); }
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

private:
    struct Entry
    {
        Value value{};
        std::uint64_t born = 0;
    };
    void makeRoom()
    {
        while (m_entries.size() > m_most || m_order.size() > 2 * m_most) {
            const auto [key, born] = m_order.front();
            m_order.pop_front();
            const auto place = m_entries.find(key);
            if (place == m_entries.end() || place->second.born != born)
                continue; // erased since
            m_entries.erase(place);
            ++m_forgotten;
        }
    }

    std::size_t m_most;
    std::unordered_map<std::uint64_t, Entry> m_entries;
    std::deque<std::pair<std::uint64_t, std::uint64_t>> m_order; ///< and when it was added
    std::uint64_t m_born = 0;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
