// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/blockcodec.h"

#include "base/message.h"

#include <unordered_map>

namespace murmur {

namespace {

constexpr char kVersion = 1;

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

/// Where an id's text begins, as the distance from the end of the row's id before: agents write
/// their ids in the same order each time, so the distance is the same for thousands of messages.
/// The low bit tells texts that lie in the block's own text.
std::uint64_t placeOf(TextRef ref, std::int64_t& end)
{
    if ((ref.offset & kInText) != 0)
        return std::uint64_t(ref.offset & ~kInText) << 1 | 1;
    if (ref.size == 0)
        return 0;
    const std::uint64_t place = zigzag(std::int64_t(ref.offset) - end) << 1;
    end = std::int64_t(ref.offset) + ref.size;
    return place;
}

std::uint32_t offsetFrom(std::uint64_t place, std::uint32_t size, std::int64_t& end)
{
    if ((place & 1) != 0)
        return static_cast<std::uint32_t>(place >> 1) | kInText;
    if (size == 0)
        return 0;
    const std::int64_t offset = sum(end, unzigzag(place >> 1));
    end = sum(offset, size);
    return static_cast<std::uint32_t>(offset) & ~kInText;
}

class ColumnWriter
{
public:
    explicit ColumnWriter(std::size_t count)
        : m_values(count)
    {
        m_out.push_back(kVersion);
    }

    template<typename T>
    void put(const std::vector<T>& values, Transform transform = Transform::Plain)
    {
        put([&](std::size_t row) { return static_cast<std::uint64_t>(values[row]); }, transform);
    }
    template<typename Get>
    requires std::is_invocable_v<Get, std::size_t>
    void put(Get get, Transform transform = Transform::Plain)
    {
        for (std::size_t row = 0; row < m_values.size(); ++row)
            m_values[row] = get(row);
        encodeColumn(m_out, m_values, transform);
    }
    /// A side list with a length of its own.
    template<typename List, typename Get>
    void putList(const List& list, Get get, Transform transform = Transform::Plain)
    {
        std::vector<std::uint64_t> values;
        values.reserve(list.size());
        for (const auto& item : list)
            values.push_back(get(item));
        encodeColumn(m_out, values, transform);
    }
    void restart() { m_out.assign(1, kVersion); }
    void varint(std::uint64_t value) { appendVarint(m_out, value); }
    void bytes(std::string_view bytes) { m_out += bytes; }
    [[nodiscard]] const std::string& out() const { return m_out; }

private:
    std::vector<std::uint64_t> m_values;
    std::string m_out;
};

bool isHashed(std::size_t field)
{
    return std::ranges::find(kHashedFields, static_cast<IdField>(field)) != kHashedFields.end();
}

/// Sequence numbers count per sender, so the difference to the sender's last one is nearly
/// always 1.
class SequenceBase
{
public:
    std::int64_t& operator[](std::uint32_t sender)
    {
        if (sender < m_dense.size())
            return m_dense[sender];
        return m_sparse[sender];
    }

private:
    std::array<std::int64_t, 512> m_dense{};
    std::unordered_map<std::uint32_t, std::int64_t> m_sparse;
};

} // namespace

void packHeard(const Columns& columns, Packer& packer, std::string& packed)
{
    ColumnWriter writer(columns.size());
    writer.put(columns.received, Transform::Difference);
    writer.put([&](std::size_t row) { return zigzag(columns.time[row] - columns.received[row]); });
    writer.put([&](std::size_t row) { return optional(columns.sent[row], columns.received[row]); });
    writer.put(columns.connection);
    writer.put(columns.topic);
    writer.put(columns.rawSize);
    writer.put(columns.headerSize);
    writer.put(columns.flags);
    packer.pack(writer.out(), packed);
}

void packReading(const Columns& columns, Packer& packer, std::string& packed)
{
    ColumnWriter writer(columns.size());
    writer.put(columns.sender);
    writer.put(columns.audience);
    writer.put(columns.kind);
    writer.put([&](std::size_t row) {
        return columns.closes[row] == 0
                   ? 0
                   : static_cast<std::uint64_t>(columns.first + static_cast<Seq>(row) -
                                                columns.closes[row]);
    });
    writer.put(
        [&](std::size_t row) { return static_cast<std::uint64_t>(columns.latency[row] + 1); });
    writer.put(columns.type);
    // Who, what kind and how long: what overviews, states and most filters scan, in a frame of its
    // own.
    std::string scanned;
    packer.pack(writer.out(), scanned);
    packed.clear();
    appendVarint(packed, scanned.size());
    packed += scanned;
    writer.restart();
    writer.put(columns.payloadOffset);
    writer.put(columns.payloadSize);
    SequenceBase bases;
    writer.put([&](std::size_t row) {
        std::int64_t& base = bases[columns.sender[row]];
        const std::uint64_t stored = optional(columns.sequence[row], base);
        if (stored != 0)
            base = columns.sequence[row];
        return stored;
    });
    writer.varint(columns.causes.size());
    writer.putList(
        columns.causes, [](const CauseEdge& edge) { return std::uint64_t(edge.row); },
        Transform::Difference);
    writer.putList(columns.causes, [&](const CauseEdge& edge) {
        return zigzag(columns.first + edge.row - edge.cause);
    });
    writer.putList(columns.causes,
                   [](const CauseEdge& edge) { return static_cast<std::uint64_t>(edge.grade); });
    writer.varint(columns.states.size());
    writer.putList(
        columns.states, [](const StateChange& change) { return std::uint64_t(change.row); },
        Transform::Difference);
    writer.putList(columns.states,
                   [](const StateChange& change) { return std::uint64_t(index(change.agent)); });
    writer.putList(columns.states,
                   [](const StateChange& change) { return std::uint64_t(index(change.key)); });
    writer.putList(columns.states,
                   [](const StateChange& change) { return std::uint64_t(change.value.offset); });
    writer.putList(columns.states,
                   [](const StateChange& change) { return std::uint64_t(change.value.size); });
    std::vector<std::int64_t> ends(columns.size());
    for (std::size_t field = 0; field < kIdFieldCount; ++field) {
        const IdColumn& id = columns.ids[field];
        if (isHashed(field))
            writer.put(id.hash);
        writer.put([&](std::size_t row) { return std::uint64_t(id.text[row].size); });
        writer.put([&](std::size_t row) { return placeOf(id.text[row], ends[row]); });
    }
    writer.varint(columns.text.size());
    writer.bytes(columns.text);
    std::string rest;
    packer.pack(writer.out(), rest);
    packed += rest;
}

template<typename T>
bool BlockDecoder::column(std::string_view& in, std::size_t count, bool wanted, std::vector<T>& out)
{
    if (!wanted)
        return skipColumn(in, count);
    if (!decodeColumn(in, count, m_values))
        return false;
    out.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<T>(m_values[i]);
    return true;
}

bool BlockDecoder::wide(std::string_view& in, std::size_t count, bool wanted)
{
    return wanted ? decodeColumn(in, count, m_values) : skipColumn(in, count);
}

bool BlockDecoder::decodeHeard(std::size_t count, std::string_view in, std::uint32_t wanted,
                               Columns& out)
{
    if (in.empty() || in.front() != kVersion)
        return false;
    in.remove_prefix(1);
    const bool times = (wanted & (TimeColumns | SentColumns)) != 0;
    if (!column(in, count, times, out.received) || !wide(in, count, times))
        return false;
    if (times) {
        out.time.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.time[i] = sum(out.received[i], unzigzag(m_values[i]));
    }
    if (!wide(in, count, (wanted & SentColumns) != 0))
        return false;
    if ((wanted & SentColumns) != 0) {
        out.sent.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.sent[i] = fromOptional(m_values[i], out.received[i]);
    }
    return column(in, count, (wanted & PlaceColumns) != 0, out.connection) &&
           column(in, count, (wanted & PlaceColumns) != 0, out.topic) &&
           column(in, count, (wanted & SizeColumns) != 0, out.rawSize) &&
           column(in, count, (wanted & SizeColumns) != 0, out.headerSize) &&
           column(in, count, (wanted & FlagColumns) != 0, out.flags);
}

bool BlockDecoder::decodeScanned(std::size_t count, std::string_view in, std::uint32_t wanted,
                                 Columns& out)
{
    if (in.empty() || in.front() != kVersion)
        return false;
    in.remove_prefix(1);
    const bool actors = (wanted & ActorColumns) != 0;
    const bool calls = (wanted & CallColumns) != 0;
    if (!column(in, count, actors, out.sender) || !column(in, count, actors, out.audience) ||
        !column(in, count, actors, out.kind) || !wide(in, count, calls))
        return false;
    if (calls) {
        out.closes.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.closes[i] = m_values[i] == 0 ? 0
                                             : difference(out.first + static_cast<Seq>(i),
                                                          static_cast<Seq>(m_values[i]));
    }
    if (!wide(in, count, calls))
        return false;
    if (calls) {
        out.latency.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.latency[i] = static_cast<std::int64_t>(m_values[i] - 1);
    }
    return column(in, count, (wanted & TypeColumns) != 0, out.type);
}

bool BlockDecoder::decodeRest(std::size_t count, std::string_view in, std::uint32_t wanted,
                              Columns& out)
{
    if (in.empty() || in.front() != kVersion)
        return false;
    in.remove_prefix(1);
    if (!column(in, count, (wanted & PayloadColumns) != 0, out.payloadOffset) ||
        !column(in, count, (wanted & PayloadColumns) != 0, out.payloadSize))
        return false;
    const bool sequences = (wanted & SequenceColumns) != 0;
    if (!wide(in, count, sequences))
        return false;
    if (sequences) {
        SequenceBase bases;
        out.sequence.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            std::int64_t& base = bases[out.sender[i]];
            out.sequence[i] = fromOptional(m_values[i], base);
            if (m_values[i] != 0)
                base = out.sequence[i];
        }
    }
    if ((wanted & (CauseColumns | StateColumns | IdColumns)) == 0)
        return true;

    std::uint64_t length = 0;
    const bool causes = (wanted & CauseColumns) != 0;
    if (!readVarint(in, length) || length > kMaxUnpacked / sizeof(CauseEdge) ||
        length > in.size() + count * 64)
        return false;
    if (causes)
        out.causes.resize(length);
    const auto list = [&](bool want, auto set) {
        if (!wide(in, length, want))
            return false;
        for (std::size_t i = 0; want && i < length; ++i)
            set(i, m_values[i]);
        return true;
    };
    if (!list(causes,
              [&](std::size_t i, std::uint64_t v) {
                  out.causes[i].row = static_cast<std::uint32_t>(v);
              }) ||
        !list(causes,
              [&](std::size_t i, std::uint64_t v) {
                  out.causes[i].cause = difference(out.first + out.causes[i].row, unzigzag(v));
              }) ||
        !list(causes, [&](std::size_t i, std::uint64_t v) {
            out.causes[i].grade = static_cast<Grade>(std::min<std::uint64_t>(v, 2));
        }))
        return false;
    const bool states = (wanted & StateColumns) != 0;
    if (!readVarint(in, length) || length > kMaxUnpacked / sizeof(StateChange) ||
        length > in.size() + count * 64)
        return false;
    if (states)
        out.states.resize(length);
    if (!list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].row = static_cast<std::uint32_t>(v);
              }) ||
        !list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].agent = AgentId(static_cast<std::uint32_t>(v));
              }) ||
        !list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].key = StateKeyId(static_cast<std::uint32_t>(v));
              }) ||
        !list(states,
              [&](std::size_t i, std::uint64_t v) {
                  out.states[i].value.offset = static_cast<std::uint32_t>(v);
              }) ||
        !list(states, [&](std::size_t i, std::uint64_t v) {
            out.states[i].value.size = static_cast<std::uint32_t>(v);
        }))
        return false;
    // Rows come from a file: an index that points outside must not survive.
    for (const CauseEdge& edge : out.causes) {
        if (edge.row >= count)
            return false;
    }
    for (const StateChange& change : out.states) {
        if (change.row >= count)
            return false;
    }
    const bool ids = (wanted & IdColumns) != 0;
    m_ends.assign(ids ? count : 0, 0);
    for (std::size_t field = 0; field < kIdFieldCount; ++field) {
        IdColumn& id = out.ids[field];
        if (isHashed(field) && !column(in, count, ids, id.hash))
            return false;
        if (!wide(in, count, ids))
            return false;
        if (ids) {
            id.text.resize(count);
            for (std::size_t i = 0; i < count; ++i)
                id.text[i].size = static_cast<std::uint32_t>(m_values[i]);
        }
        if (!wide(in, count, ids))
            return false;
        for (std::size_t i = 0; ids && i < count; ++i)
            id.text[i].offset = offsetFrom(m_values[i], id.text[i].size, m_ends[i]);
    }
    if (!readVarint(in, length) || length > in.size())
        return false;
    out.text.assign(in.substr(0, length));
    return true;
}

bool BlockDecoder::decode(Seq first, std::size_t count, std::string_view heard,
                          std::string_view reading, std::uint32_t wanted, Columns& out)
{
    out.clear();
    out.first = first;
    // A column takes at least a tag, but a constant one takes three bytes for any number of rows:
    // bound the rows by themselves.
    if (count == 0 || count > (std::size_t(1) << 20))
        return false;
    if ((wanted & kHeardColumns) != 0 &&
        (!m_packer.unpack(heard, m_bytes) || !decodeHeard(count, m_bytes, wanted, out)))
        return false;
    if ((wanted & SequenceColumns) != 0)
        wanted |= ActorColumns;
    if ((wanted & ~kHeardColumns) == 0)
        return true;
    std::uint64_t scanned = 0;
    if (!readVarint(reading, scanned) || scanned > reading.size())
        return false;
    if ((wanted & kScannedColumns) != 0 && (!m_packer.unpack(reading.substr(0, scanned), m_bytes) ||
                                            !decodeScanned(count, m_bytes, wanted, out)))
        return false;
    return (wanted & ~(kHeardColumns | kScannedColumns)) == 0 ||
           (m_packer.unpack(reading.substr(scanned), m_bytes) &&
            decodeRest(count, m_bytes, wanted, out));
}

} // namespace murmur
