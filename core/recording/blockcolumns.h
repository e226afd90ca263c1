// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/codec.h"
#include "recording/columns.h"

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

/// How the columns of a block are made small before they are packed; for the codec alone.
namespace murmur::blockcolumns {

/// An optional number as unsigned: 0 is none.
constexpr std::uint64_t optional(std::int64_t value, std::int64_t base)
{
    return value == kNoTime ? 0 : zigzag(value - base) + 1;
}
constexpr std::int64_t fromOptional(std::uint64_t stored, std::int64_t base)
{
    return stored == 0
               ? kNoTime
               : static_cast<std::int64_t>(static_cast<std::uint64_t>(base) +
                                           static_cast<std::uint64_t>(unzigzag(stored - 1)));
}

/// a + b and a - b of numbers from a file: wrong ones must not overflow.
constexpr std::int64_t sum(std::int64_t a, std::int64_t b)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t difference(std::int64_t a, std::int64_t b)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Where an id's text begins, as the distance from the end of the row's id before. The low bit
/// tells texts that lie in the block's own text.
inline std::uint64_t placeOf(TextRef ref, std::int64_t& end)
{
    if ((ref.offset & kInText) != 0)
        return std::uint64_t(ref.offset & ~kInText) << 1 | 1;
    if (ref.size == 0)
        return 0;
    const std::uint64_t place = zigzag(std::int64_t(ref.offset) - end) << 1;
    end = std::int64_t(ref.offset) + ref.size;
    return place;
}

inline std::uint32_t offsetFrom(std::uint64_t place, std::uint32_t size, std::int64_t& end)
{
    if ((place & 1) != 0)
        return static_cast<std::uint32_t>(place >> 1) | kInText;
    if (size == 0)
        return 0;
    const std::int64_t offset = sum(end, unzigzag(place >> 1));
    end = sum(offset, size);
    return static_cast<std::uint32_t>(offset) & ~kInText;
}

/// A reply follows from the request that it closes: that edge is not stored twice.
inline bool isImplied(const Columns& columns, const CauseEdge& edge)
{
    return edge.grade == Grade::Carried && columns.closes[edge.row] == edge.cause;
}

/// Numbers that mostly stay the same for their key: sequences of a sender.
class ByKey
{
public:
    std::int64_t& operator[](std::uint32_t key)
    {
        return key < m_dense.size() ? m_dense[key] : m_sparse[key];
    }

private:
    std::array<std::int64_t, 512> m_dense{};
    std::unordered_map<std::uint32_t, std::int64_t> m_sparse;
};

/// The rows with which a value is compared: `own` are those that are most alike (one sender's
/// messages of one type), `general` those that are somewhat (all of that type).
struct Likeness
{
    std::uint32_t own = 0;
    std::uint32_t general = 0;
};
constexpr Likeness likenessOf(std::uint32_t sender, std::uint32_t type, std::uint8_t kind)
{
    const std::uint32_t general = (type + 37u * kind) & 0xff;
    return {sender << 8 | general, general};
}

/// Foretells a value as that of the last row that was alike, and stores by how much it is another:
/// messages of one sender and type are laid out alike. A table of fixed size, in which newer keys
/// take the place of older ones, so that a damaged file costs nothing; what it foretells is only a
/// guess.
class Foretold
{
public:
    std::uint64_t fold(Likeness likeness, std::int64_t value)
    {
        Slot& slot = slotOf(likeness);
        const std::uint64_t folded = zigzag(difference(value, guess(slot, likeness)));
        note(slot, likeness, value);
        return folded;
    }
    std::int64_t unfold(Likeness likeness, std::uint64_t folded)
    {
        Slot& slot = slotOf(likeness);
        const std::int64_t value = sum(guess(slot, likeness), unzigzag(folded));
        note(slot, likeness, value);
        return value;
    }

private:
    struct Slot
    {
        std::uint32_t key = 0;
        std::int32_t value = 0;
    };
    Slot& slotOf(Likeness likeness) { return m_own[likeness.own * 0x9E37'79B1u >> 23]; }
    std::int64_t guess(const Slot& slot, Likeness likeness) const
    {
        return slot.key == likeness.own ? slot.value : m_general[likeness.general & 0xff];
    }
    void note(Slot& slot, Likeness likeness, std::int64_t value)
    {
        slot = {likeness.own, static_cast<std::int32_t>(value)};
        m_general[likeness.general & 0xff] = slot.value;
    }

    std::array<Slot, 512> m_own{};
    std::array<std::int32_t, 256> m_general{};
};

/// The same for names, of which none is near another: 0 when it is as foretold.
class ForetoldName
{
public:
    std::uint64_t fold(std::uint32_t key, std::uint32_t name)
    {
        std::uint32_t& last = m_last[key & 0xff];
        const std::uint64_t folded = name == last ? 0 : std::uint64_t(name) + 1;
        last = name;
        return folded;
    }
    std::uint32_t unfold(std::uint32_t key, std::uint64_t folded)
    {
        std::uint32_t& last = m_last[key & 0xff];
        if (folded != 0)
            last = static_cast<std::uint32_t>(folded - 1);
        return last;
    }

private:
    std::array<std::uint32_t, 256> m_last{};
};

/// The ids in the order in which messages mostly have them: each lies near the one before.
inline constexpr std::array<IdField, kIdFieldCount> kIdOrder{
    IdField::Message, IdField::Trace,       IdField::Span,        IdField::ParentSpan,
    IdField::ReplyTo, IdField::Correlation, IdField::Conversation};

} // namespace murmur::blockcolumns
