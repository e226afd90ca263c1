// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The second frame of a reading: what only few readers want. Of each part encoder and decoder
// stand together.

#include "base/message.h"
#include "recording/blockcodec.h"
#include "recording/blockcodec_v1.h"
#include "recording/blockcodec_v2.h"
#include "recording/blockcolumns.h"

namespace murmur {

using namespace blockcolumns;

namespace {

Likeness likenessAt(const Columns& columns, std::size_t row)
{
    return likenessOf(columns.sender[row], columns.type[row], columns.kind[row]);
}

/// Which key of a state follows which: messages of a type set the same keys in the same order.
class NextKey
{
public:
    std::uint64_t fold(Likeness likeness, std::uint32_t row, std::uint32_t key)
    {
        std::uint32_t& next = slotOf(likeness, row);
        const std::uint64_t folded = next == key ? 0 : std::uint64_t(key) + 1;
        next = key;
        note(row, key);
        return folded;
    }
    std::uint32_t unfold(Likeness likeness, std::uint32_t row, std::uint64_t folded)
    {
        std::uint32_t& next = slotOf(likeness, row);
        if (folded != 0)
            next = static_cast<std::uint32_t>(folded - 1);
        const std::uint32_t key = next;
        note(row, key);
        return key;
    }

private:
    std::uint32_t& slotOf(Likeness likeness, std::uint32_t row)
    {
        return m_next[row == m_row ? 256 + (m_before & 0xff) : likeness.general & 0xff];
    }
    void note(std::uint32_t row, std::uint32_t key)
    {
        m_row = row;
        m_before = key;
    }

    std::array<std::uint32_t, 512> m_next{};
    std::uint32_t m_row = ~0u;
    std::uint32_t m_before = 0;
};

/// Where a state's value lies: of a message's first its place in the message, of the others that
/// behind the value before; both are mostly those of the key and sender before.
class ValuePlace
{
public:
    std::uint64_t fold(const StateChange& change, Likeness likeness)
    {
        const bool isFirst = change.row != m_row;
        const std::uint64_t folded =
            m_places.fold(keyOf(change, likeness, isFirst), change.value.offset - base(isFirst));
        note(change);
        return folded;
    }
    void unfold(StateChange& change, Likeness likeness, std::uint64_t folded)
    {
        const bool isFirst = change.row != m_row;
        change.value.offset = static_cast<std::uint32_t>(
            sum(base(isFirst), m_places.unfold(keyOf(change, likeness, isFirst), folded)));
        note(change);
    }

private:
    static Likeness keyOf(const StateChange& change, Likeness likeness, bool isFirst)
    {
        const std::uint32_t key = index(change.key);
        return isFirst ? likeness : Likeness{likeness.own ^ (key + 1) << 20, key};
    }
    [[nodiscard]] std::int64_t base(bool isFirst) const { return isFirst ? 0 : m_end; }
    void note(const StateChange& change)
    {
        m_row = change.row;
        m_end = std::int64_t(change.value.offset) + change.value.size;
    }

    Foretold m_places;
    std::uint32_t m_row = ~0u;
    std::int64_t m_end = 0;
};

Likeness sizeLikeness(const StateChange& change)
{
    const std::uint32_t key = index(change.key);
    return {index(change.agent) << 12 ^ key, key};
}

} // namespace

void BlockEncoder::packRest(const Columns& columns)
{
    start();
    packSequences(columns);
    packCauses(columns);
    packStates(columns);
    packIds(columns);
    appendVarint(m_out, columns.text.size());
    m_out += columns.text;
    putNames(columns.senderNames);
    pack(m_rest);
}

bool BlockDecoder::decodeRest(std::size_t count, ColumnSource in, std::uint32_t wanted,
                              Columns& out)
{
    const char version = takeVersion(in);
    if (version == 1)
        return decodeRestV1(in.columns, count, wanted, out);
    if (version == 2)
        return decodeRestV2(in.columns, count, wanted, out);
    if (version == 0 || !decodeSequences(in, count, (wanted & SequenceColumns) != 0, out) ||
        !decodeCauses(in, count, (wanted & CauseColumns) != 0, out) ||
        !decodeStates(in, count, (wanted & StateColumns) != 0, out) ||
        !decodeIds(in, count, wanted, out))
        return false;
    std::uint64_t length = 0;
    if (!readVarint(in.columns, length) || length > in.columns.size())
        return false;
    out.text.assign(in.columns.substr(0, length));
    in.columns.remove_prefix(length);
    return names(in, count, (wanted & ActorColumns) != 0, out.senderNames);
}

void BlockEncoder::packSequences(const Columns& columns)
{
    ByKey sequences;
    put(columns.size(), [&](std::size_t i) {
        if (columns.sequence[i] == kNoTime)
            return optional(kNoTime, 0);
        std::int64_t& base = sequences[columns.sender[i]];
        const std::uint64_t stored = optional(columns.sequence[i], base);
        base = columns.sequence[i];
        return stored;
    });
}

bool BlockDecoder::decodeSequences(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    if (!wide(in, count, wanted))
        return false;
    if (!wanted)
        return true;
    ByKey bases;
    out.sequence.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (m_values[i] == 0) {
            out.sequence[i] = kNoTime;
            continue;
        }
        std::int64_t& base = bases[out.sender[i]];
        out.sequence[i] = base = fromOptional(m_values[i], base);
    }
    return true;
}

void BlockEncoder::packCauses(const Columns& columns)
{
    std::vector<CauseEdge> causes;
    for (const CauseEdge& edge : columns.causes) {
        if (!isImplied(columns, edge))
            causes.push_back(edge);
    }
    appendVarint(m_out, causes.size());
    if (causes.empty())
        return;
    put(
        causes.size(), [&](std::size_t i) { return causes[i].row; }, Transform::Difference);
    put(causes.size(),
        [&](std::size_t i) { return zigzag(columns.first + causes[i].row - causes[i].cause); });
    put(causes.size(), [&](std::size_t i) { return static_cast<int>(causes[i].grade); });
}

bool BlockDecoder::decodeCauses(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    std::uint64_t length = 0;
    // A constant column takes three bytes for any number of rows: bound the rows by themselves.
    if (!readVarint(in.columns, length) || length > count * 64)
        return false;
    std::vector<CauseEdge> stored(wanted ? length : 0);
    if (length > 0) {
        if (!wide(in, length, wanted))
            return false;
        for (std::size_t i = 0; i < stored.size(); ++i) {
            // Rows come from a file: an index that points outside must not survive.
            if (m_values[i] >= count)
                return false;
            stored[i].row = static_cast<std::uint32_t>(m_values[i]);
        }
        if (!wide(in, length, wanted))
            return false;
        for (std::size_t i = 0; i < stored.size(); ++i)
            stored[i].cause = difference(sum(out.first, stored[i].row), unzigzag(m_values[i]));
        if (!wide(in, length, wanted))
            return false;
        for (std::size_t i = 0; i < stored.size(); ++i)
            stored[i].grade = static_cast<Grade>(std::min<std::uint64_t>(m_values[i], 2));
    }
    if (!wanted)
        return true;
    auto next = stored.begin();
    for (std::uint32_t row = 0; row < count; ++row) {
        if (out.closes[row] != 0)
            out.causes.push_back({row, out.closes[row], Grade::Carried});
        for (; next != stored.end() && next->row <= row; ++next)
            out.causes.push_back(*next);
    }
    return true;
}

void BlockEncoder::packStates(const Columns& columns)
{
    const std::vector<StateChange>& states = columns.states;
    appendVarint(m_out, states.size());
    if (states.empty())
        return;
    Foretold counts;
    std::size_t at = 0;
    put(columns.size(), [&](std::size_t row) {
        const std::size_t begin = at;
        while (at < states.size() && states[at].row == row)
            ++at;
        return counts.fold(likenessAt(columns, row), static_cast<std::int64_t>(at - begin));
    });
    const std::size_t count = states.size();
    put(count, [&](std::size_t i) {
        return zigzag(std::int64_t(index(states[i].agent)) - columns.sender[states[i].row]);
    });
    NextKey keys;
    put(count, [&](std::size_t i) {
        return keys.fold(likenessAt(columns, states[i].row), states[i].row, index(states[i].key));
    });
    Foretold sizes;
    put(count,
        [&](std::size_t i) { return sizes.fold(sizeLikeness(states[i]), states[i].value.size); });
    ValuePlace places;
    put(count,
        [&](std::size_t i) { return places.fold(states[i], likenessAt(columns, states[i].row)); });
}

bool BlockDecoder::decodeStates(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    std::uint64_t length = 0;
    if (!readVarint(in.columns, length) || length > count * 64)
        return false;
    if (length == 0)
        return true;
    if (!wide(in, count, wanted))
        return false;
    if (wanted) {
        Foretold counts;
        out.states.reserve(length);
        for (std::uint32_t row = 0; row < count; ++row) {
            const std::int64_t own = counts.unfold(likenessAt(out, row), m_values[row]);
            if (own < 0 || own > static_cast<std::int64_t>(length - out.states.size()))
                return false;
            out.states.resize(out.states.size() + static_cast<std::size_t>(own), {row, {}, {}, {}});
        }
        if (out.states.size() != length)
            return false;
    }
    if (!wide(in, length, wanted))
        return false;
    for (std::size_t i = 0; i < out.states.size(); ++i)
        out.states[i].agent = AgentId(static_cast<std::uint32_t>(
            out.sender[out.states[i].row] + static_cast<std::uint64_t>(unzigzag(m_values[i]))));
    if (!wide(in, length, wanted))
        return false;
    NextKey keys;
    for (std::size_t i = 0; i < out.states.size(); ++i) {
        StateChange& change = out.states[i];
        change.key = StateKeyId(keys.unfold(likenessAt(out, change.row), change.row, m_values[i]));
    }
    if (!wide(in, length, wanted))
        return false;
    Foretold sizes;
    for (std::size_t i = 0; i < out.states.size(); ++i)
        out.states[i].value.size =
            static_cast<std::uint32_t>(sizes.unfold(sizeLikeness(out.states[i]), m_values[i]));
    if (!wide(in, length, wanted))
        return false;
    ValuePlace places;
    for (std::size_t i = 0; i < out.states.size(); ++i)
        places.unfold(out.states[i], likenessAt(out, out.states[i].row), m_values[i]);
    return true;
}

/// And where the payload lies, which is behind them mostly.
void BlockEncoder::packIds(const Columns& columns)
{
    const std::size_t count = columns.size();
    m_ends.assign(count, 0);
    std::vector<Likeness> likeness(count); // asked for a dozen times
    for (std::size_t i = 0; i < count; ++i)
        likeness[i] = likenessAt(columns, i);
    for (const IdField field : kIdOrder) {
        const std::vector<TextRef>& ids = columns.ids[static_cast<std::size_t>(field)].text;
        const auto isNone = [](TextRef ref) {
            return ref.size == 0 && (ref.offset & kInText) == 0;
        };
        if (std::ranges::all_of(ids, isNone)) { // foretold throughout
            for (int column = 0; column < 2; ++column)
                put(count, [](std::size_t) { return 0; });
            continue;
        }
        Foretold sizes;
        put(count, [&](std::size_t i) { return sizes.fold(likeness[i], ids[i].size); });
        Foretold places;
        put(count, [&](std::size_t i) {
            return places.fold(likeness[i], static_cast<std::int64_t>(placeOf(ids[i], m_ends[i])));
        });
    }
    Foretold offsets;
    put(count, [&](std::size_t i) {
        return offsets.fold(likeness[i], columns.payloadOffset[i] - m_ends[i]);
    });
    put(count, [&](std::size_t i) {
        return zigzag(std::int64_t(columns.rawSize[i]) - columns.payloadOffset[i] -
                      columns.payloadSize[i]);
    });
}

bool BlockDecoder::decodeIds(ColumnSource& in, std::size_t count, std::uint32_t wanted,
                             Columns& out)
{
    const bool payloads = (wanted & PayloadColumns) != 0;
    const bool ids = payloads || (wanted & IdColumns) != 0;
    m_ends.assign(ids ? count : 0, 0);
    for (const IdField field : kIdOrder) {
        std::vector<TextRef>& texts = out.ids[static_cast<std::size_t>(field)].text;
        if (!wide(in, count, ids))
            return false;
        if (ids) {
            Foretold sizes;
            texts.resize(count);
            for (std::size_t i = 0; i < count; ++i)
                texts[i].size =
                    static_cast<std::uint32_t>(sizes.unfold(likenessAt(out, i), m_values[i]));
        }
        if (!wide(in, count, ids))
            return false;
        Foretold places;
        for (std::size_t i = 0; ids && i < count; ++i)
            texts[i].offset = offsetFrom(
                static_cast<std::uint64_t>(places.unfold(likenessAt(out, i), m_values[i])),
                texts[i].size, m_ends[i]);
    }
    return decodePayloads(in, count, payloads, out);
}

bool BlockDecoder::decodePayloads(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    if (!wide(in, count, wanted))
        return false;
    if (wanted) {
        Foretold offsets;
        out.payloadOffset.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.payloadOffset[i] = static_cast<std::uint32_t>(
                sum(m_ends[i], offsets.unfold(likenessAt(out, i), m_values[i])));
    }
    if (!wide(in, count, wanted))
        return false;
    if (wanted) {
        out.payloadSize.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.payloadSize[i] = static_cast<std::uint32_t>(difference(
                std::int64_t(out.rawSize[i]) - out.payloadOffset[i], unzigzag(m_values[i])));
    }
    return true;
}

} // namespace murmur
