// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/blockcodec_v2.h"

#include "base/message.h"
#include "recording/blockcodec.h"
#include "recording/blockcolumns.h"

namespace murmur {

using namespace blockcolumns;

namespace {

/// Messages of one kind are laid out alike, so a value is nearly always that of the message of its
/// kind before.
class ByKind
{
public:
    std::uint64_t unfold(std::uint8_t kind, std::uint64_t folded)
    {
        return m_last[kind & 15] += static_cast<std::uint64_t>(unzigzag(folded));
    }

private:
    std::array<std::uint64_t, 16> m_last{};
};

/// Where a state's value begins, as the distance from where it is expected: behind the value
/// before, or, of a message's first, where that of the message before began.
class ValuePlace
{
public:
    std::int64_t expected(std::uint32_t row) const { return row == m_row ? m_end : m_begin; }
    void note(std::uint32_t row, TextRef value)
    {
        if (row != m_row)
            m_begin = value.offset;
        m_row = row;
        m_end = std::int64_t(value.offset) + value.size;
    }

private:
    std::uint32_t m_row = ~0u;
    std::int64_t m_begin = 0;
    std::int64_t m_end = 0;
};

class RestV2
{
public:
    bool decode(std::size_t count, std::string_view in, std::uint32_t wanted, Columns& out);

private:
    bool decodeCauses(std::string_view& in, std::size_t count, bool wanted, Columns& out);
    bool decodeStates(std::string_view& in, std::size_t count, bool wanted, Columns& out);
    bool names(std::string_view& in, std::size_t count, bool wanted, RealNames& out);
    template<typename T>
    bool column(std::string_view& in, std::size_t count, bool wanted, std::vector<T>& values)
    {
        return wanted ? decodeColumn(in, count, values) : skipColumn(in, count);
    }
    bool wide(std::string_view& in, std::size_t count, bool wanted)
    {
        return column(in, count, wanted, m_values);
    }

    std::vector<std::uint64_t> m_values, m_places;
    std::vector<std::int64_t> m_ends; ///< of each row's id before
};

bool RestV2::decode(std::size_t count, std::string_view in, std::uint32_t wanted, Columns& out)
{
    const bool payload = (wanted & PayloadColumns) != 0;
    if (!wide(in, count, payload))
        return false;
    if (payload) {
        ByKind offsets;
        out.payloadOffset.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.payloadOffset[i] =
                static_cast<std::uint32_t>(offsets.unfold(out.kind[i], m_values[i]));
    }
    if (!wide(in, count, payload))
        return false;
    if (payload) {
        out.payloadSize.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.payloadSize[i] = static_cast<std::uint32_t>(difference(
                std::int64_t(out.rawSize[i]) - out.payloadOffset[i], unzigzag(m_values[i])));
    }
    const bool sequences = (wanted & SequenceColumns) != 0;
    if (!wide(in, count, sequences))
        return false;
    if (sequences) {
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
    }
    if (!decodeCauses(in, count, (wanted & CauseColumns) != 0, out) ||
        !decodeStates(in, count, (wanted & StateColumns) != 0, out))
        return false;
    const bool ids = (wanted & IdColumns) != 0;
    m_ends.assign(ids ? count : 0, 0);
    for (IdColumn& id : out.ids) {
        if (!wide(in, count, ids))
            return false;
        if (ids) {
            ByKind sizes;
            id.text.resize(count);
            for (std::size_t i = 0; i < count; ++i)
                id.text[i].size =
                    static_cast<std::uint32_t>(sizes.unfold(out.kind[i], m_values[i]));
        }
        if (!wide(in, count, ids))
            return false;
        ByKind places;
        for (std::size_t i = 0; ids && i < count; ++i)
            id.text[i].offset =
                offsetFrom(places.unfold(out.kind[i], m_values[i]), id.text[i].size, m_ends[i]);
    }
    std::uint64_t length = 0;
    if (!readVarint(in, length) || length > in.size())
        return false;
    out.text.assign(in.substr(0, length));
    in.remove_prefix(length);
    return names(in, count, (wanted & ActorColumns) != 0, out.senderNames);
}

bool RestV2::decodeCauses(std::string_view& in, std::size_t count, bool wanted, Columns& out)
{
    std::uint64_t length = 0;
    // A constant column takes three bytes for any number of rows: bound the rows by themselves.
    if (!readVarint(in, length) || length > count * 64)
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
            stored[i].cause =
                static_cast<Seq>(static_cast<std::uint64_t>(out.first) + stored[i].row -
                                 static_cast<std::uint64_t>(unzigzag(m_values[i])));
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

bool RestV2::decodeStates(std::string_view& in, std::size_t count, bool wanted, Columns& out)
{
    std::uint64_t length = 0;
    if (!readVarint(in, length) || length > count * 64)
        return false;
    if (length == 0)
        return true;
    if (wanted)
        out.states.resize(length);
    if (!wide(in, length, wanted))
        return false;
    for (std::size_t i = 0; i < out.states.size(); ++i) {
        if (m_values[i] >= count)
            return false;
        out.states[i].row = static_cast<std::uint32_t>(m_values[i]);
    }
    if (!wide(in, length, wanted))
        return false;
    for (std::size_t i = 0; i < out.states.size(); ++i)
        out.states[i].agent = AgentId(static_cast<std::uint32_t>(
            out.sender[out.states[i].row] + static_cast<std::uint64_t>(unzigzag(m_values[i]))));
    if (!wide(in, length, wanted))
        return false;
    for (std::size_t i = 0; i < out.states.size(); ++i)
        out.states[i].key = StateKeyId(static_cast<std::uint32_t>(m_values[i]));
    if (wanted)
        m_places.resize(length);
    if (!column(in, length, wanted, m_places) || !wide(in, length, wanted))
        return false;
    ByKey sizes;
    ValuePlace place;
    for (std::size_t i = 0; i < out.states.size(); ++i) {
        StateChange& change = out.states[i];
        std::int64_t& last = sizes[index(change.key)];
        last = static_cast<std::int64_t>(static_cast<std::uint64_t>(last) +
                                         static_cast<std::uint64_t>(unzigzag(m_values[i])));
        change.value.size = static_cast<std::uint32_t>(last);
        change.value.offset =
            static_cast<std::uint32_t>(static_cast<std::uint64_t>(place.expected(change.row)) +
                                       static_cast<std::uint64_t>(unzigzag(m_places[i])));
        place.note(change.row, change.value);
    }
    return true;
}

bool RestV2::names(std::string_view& in, std::size_t count, bool wanted, RealNames& out)
{
    std::uint64_t length = 0;
    if (!readVarint(in, length) || length > count)
        return false;
    if (length == 0)
        return true;
    if (!decodeColumn(in, length, m_values))
        return false;
    std::uint64_t next = 0;
    for (const std::uint64_t row : m_values) {
        if (row < next || row >= count)
            return false;
        next = row + 1;
        if (wanted)
            out.rows.push_back(static_cast<std::uint32_t>(row));
    }
    if (!decodeColumn(in, length, m_values))
        return false;
    std::uint64_t before = 0;
    for (const std::uint64_t end : m_values) {
        if (end < before || end > in.size())
            return false;
        before = end;
        if (wanted)
            out.ends.push_back(static_cast<std::uint32_t>(end));
    }
    if (wanted)
        out.text.assign(in.substr(0, before));
    in.remove_prefix(before);
    return true;
}

} // namespace

bool decodeRestV2(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out)
{
    return RestV2().decode(count, in, wanted, out);
}

} // namespace murmur
