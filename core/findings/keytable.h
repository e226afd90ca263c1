// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace murmur {

/// A table by a hash of 64 bits, in one piece of memory: the line that a look-up will take can be
/// fetched while other messages pass. Open addressing; what is erased leaves no trace. Pointers
/// into it hold until it is changed.
template<typename Value>
class KeyTable
{
public:
    void fetch(std::uint64_t key) const
    {
        if (m_slots.empty())
            return;
        const Slot* slot = &m_slots[home(stored(key))];
        __builtin_prefetch(slot, 1);
        if constexpr (sizeof(Slot) > 32)
            __builtin_prefetch(reinterpret_cast<const char*>(slot) + 64, 1);
    }
    [[nodiscard]] Value* find(std::uint64_t key)
    {
        const std::size_t at = placeOf(key);
        return at == kNowhere ? nullptr : &m_slots[at].value;
    }
    [[nodiscard]] bool contains(std::uint64_t key) const { return placeOf(key) != kNowhere; }
    /// And whether it is new.
    std::pair<Value*, bool> add(std::uint64_t key)
    {
        if (Value* known = find(key))
            return {known, false};
        if ((m_size + 1) * 4 > m_slots.size() * 3)
            grow();
        ++m_size;
        Slot& slot = m_slots[freePlace(stored(key))];
        slot.key = stored(key);
        return {&slot.value, true};
    }
    bool erase(std::uint64_t key)
    {
        std::size_t hole = placeOf(key);
        if (hole == kNowhere)
            return false;
        --m_size;
        // Those behind it that are not where they belong move up.
        for (std::size_t at = next(hole); m_slots[at].key != 0; at = next(at)) {
            const std::size_t away = (at - home(m_slots[at].key)) & mask();
            if (away >= ((at - hole) & mask())) {
                m_slots[hole] = std::move(m_slots[at]);
                hole = at;
            }
        }
        m_slots[hole] = Slot();
        return true;
    }
    void clear()
    {
        m_slots.clear();
        m_size = 0;
    }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] bool isEmpty() const { return m_size == 0; }
    /// `visit(key, value)` for all, in no order.
    template<typename Visit>
    void forEach(Visit visit)
    {
        for (Slot& slot : m_slots) {
            if (slot.key != 0)
                visit(slot.key == kForNone ? 0 : slot.key, slot.value);
        }
    }

private:
    static constexpr std::size_t kNowhere = ~std::size_t(0);
    static constexpr std::size_t kFirstSlots = 64;
    static constexpr std::uint64_t kForNone = 0x7f4a'7c15'9e37'79b9ull; ///< in the place of key 0
    struct Slot
    {
        std::uint64_t key = 0; ///< 0: free
        Value value{};
    };
    static std::uint64_t stored(std::uint64_t key) { return key == 0 ? kForNone : key; }
    [[nodiscard]] std::size_t mask() const { return m_slots.size() - 1; }
    [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
    [[nodiscard]] std::size_t home(std::uint64_t key) const
    {
        return static_cast<std::size_t>((key * 0x9e37'79b9'7f4a'7c15ull) >> m_shift);
    }
    [[nodiscard]] std::size_t placeOf(std::uint64_t key) const
    {
        if (m_size == 0)
            return kNowhere;
        const std::uint64_t wanted = stored(key);
        for (std::size_t at = home(wanted); m_slots[at].key != 0; at = next(at)) {
            if (m_slots[at].key == wanted)
                return at;
        }
        return kNowhere;
    }
    [[nodiscard]] std::size_t freePlace(std::uint64_t key) const
    {
        std::size_t at = home(key);
        while (m_slots[at].key != 0)
            at = next(at);
        return at;
    }
    void grow()
    {
        std::vector<Slot> old(std::max(kFirstSlots, m_slots.size() * 2));
        old.swap(m_slots);
        m_shift = 64 - std::countr_zero(m_slots.size());
        for (Slot& slot : old) {
            if (slot.key != 0)
                m_slots[freePlace(slot.key)] = std::move(slot);
        }
    }

    std::vector<Slot> m_slots; ///< a power of two; at most three of four are in use
    std::size_t m_size = 0;
    int m_shift = 0;
};

} // namespace murmur
