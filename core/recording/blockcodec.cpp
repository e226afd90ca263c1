// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Encoder and decoder stand in one file, long as it is: a column is written and read in the same
// order, and whoever changes the one must see the other.

#include "recording/blockcodec.h"

#include "base/message.h"
#include "recording/blockcodec_v1.h"

#include <unordered_map>

namespace murmur {

namespace {

constexpr char kVersion = 2;
/// What follows the columns of a reading's first frame.
constexpr unsigned kDiffers = 1;
constexpr unsigned kHasLate = 2;
constexpr std::array<std::int64_t, 3> kUnits{1, 1'000, 1'000'000};

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

/// The coarsest unit (ns, us, ms) in which all times are whole: agents stamp in milliseconds, and
/// six digits that are always zero would cost three bytes a message.
std::size_t unitOf(const std::vector<std::int64_t>& times)
{
    std::size_t unit = kUnits.size() - 1;
    for (const std::int64_t time : times) {
        while (unit > 0 && time != kNoTime && time % kUnits[unit] != 0)
            --unit;
        if (unit == 0)
            break;
    }
    return unit;
}

/// Where an id's text begins, as the distance from the end of the row's id before. The low bit
/// tells texts that lie in the block's own text.
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

/// Messages of one kind are laid out alike, so a value is nearly always that of the message of its
/// kind before.
class ByKind
{
public:
    std::uint64_t fold(std::uint8_t kind, std::uint64_t value)
    {
        std::uint64_t& last = m_last[kind & 15];
        const std::uint64_t folded = zigzag(static_cast<std::int64_t>(value - last));
        last = value;
        return folded;
    }
    std::uint64_t unfold(std::uint8_t kind, std::uint64_t folded)
    {
        return m_last[kind & 15] += static_cast<std::uint64_t>(unzigzag(folded));
    }

private:
    std::array<std::uint64_t, 16> m_last{};
};

/// Numbers that mostly stay the same for their key: sequences of a sender, sizes of a state's
/// value.
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

/// A reply follows from the request that it closes: that edge is not stored twice.
bool isImplied(const Columns& columns, const CauseEdge& edge)
{
    return edge.grade == Grade::Carried && columns.closes[edge.row] == edge.cause;
}

std::uint32_t readFlagsOf(const Columns& columns, std::size_t row)
{
    return row < columns.readFlags.size() ? columns.readFlags[row] : 0;
}

} // namespace

void BlockEncoder::start()
{
    m_out.assign(1, kVersion);
    m_columns.forgetNoise();
}

void BlockEncoder::pack(std::string& packed)
{
    m_packer.pack(m_out, packed, m_columns.noise());
}

template<typename Get>
void BlockEncoder::put(std::size_t count, Get get, Transform transform)
{
    m_values.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        m_values[i] = static_cast<std::uint64_t>(get(i));
    m_columns.encode(m_out, m_values, transform);
}

template<typename T>
void BlockEncoder::put(const std::vector<T>& values, Transform transform)
{
    put(
        values.size(), [&](std::size_t i) { return values[i]; }, transform);
}

void BlockEncoder::putNames(const RealNames& names)
{
    appendVarint(m_out, names.rows.size());
    if (names.rows.empty())
        return;
    put(names.rows, Transform::Difference);
    put(names.ends, Transform::Difference);
    m_out += names.text;
}

void BlockEncoder::packHeard(const Columns& columns, std::string& packed)
{
    const std::size_t count = columns.size();
    start();
    const std::size_t unit = unitOf(columns.received);
    m_out.push_back(static_cast<char>(unit));
    put(
        count, [&](std::size_t i) { return columns.received[i] / kUnits[unit]; },
        Transform::Difference);
    put(count, [&](std::size_t i) { return zigzag(columns.time[i] - columns.received[i]); });
    const std::size_t sentUnit = unitOf(columns.sent);
    const std::int64_t sentNs = kUnits[sentUnit];
    m_out.push_back(static_cast<char>(sentUnit));
    put(count, [&](std::size_t i) {
        const std::int64_t sent = columns.sent[i];
        return optional(sent == kNoTime ? sent : sent / sentNs, columns.received[i] / sentNs);
    });
    put(columns.connection);
    put(columns.topic);
    put(columns.rawSize);
    put(columns.headerSize);
    put(count, [&](std::size_t i) { return columns.flags[i] & ~readFlagsOf(columns, i); });
    putNames(columns.topicNames);
    pack(packed);
}

void BlockEncoder::packReading(const Columns& columns, std::string& packed, const Columns* heard)
{
    const std::size_t count = columns.size();
    start();
    put(columns.sender);
    put(columns.audience);
    put(columns.kind);
    put(count, [&](std::size_t i) {
        return columns.closes[i] == 0
                   ? 0
                   : zigzag(columns.first + static_cast<Seq>(i) - columns.closes[i]);
    });
    put(count, [&](std::size_t i) { return columns.latency[i] + 1; });
    put(columns.type);
    put(count, [&](std::size_t i) { return readFlagsOf(columns, i); });
    const bool differs =
        heard != nullptr && (heard->topic != columns.topic || heard->sent != columns.sent ||
                             heard->topicNames.rows != columns.topicNames.rows);
    m_out.push_back(
        static_cast<char>((differs ? kDiffers : 0) | (columns.late.empty() ? 0 : kHasLate)));
    if (differs) {
        put(columns.topic);
        put(count, [&](std::size_t i) { return optional(columns.sent[i], 0); });
        putNames(columns.topicNames);
    }
    packLate(columns);
    // Who, what kind and how long: what overviews, states and most filters scan, in a frame of its
    // own.
    pack(m_scanned);
    packed.clear();
    appendVarint(packed, m_scanned.size());
    packed += m_scanned;

    start();
    ByKind offsets;
    put(count,
        [&](std::size_t i) { return offsets.fold(columns.kind[i], columns.payloadOffset[i]); });
    put(count, [&](std::size_t i) {
        return zigzag(std::int64_t(columns.rawSize[i]) - columns.payloadOffset[i] -
                      columns.payloadSize[i]);
    });
    ByKey sequences;
    put(count, [&](std::size_t i) {
        if (columns.sequence[i] == kNoTime)
            return optional(kNoTime, 0);
        std::int64_t& base = sequences[columns.sender[i]];
        const std::uint64_t stored = optional(columns.sequence[i], base);
        base = columns.sequence[i];
        return stored;
    });
    packCauses(columns);
    packStates(columns);
    m_ends.assign(count, 0);
    for (const IdColumn& id : columns.ids) {
        ByKind sizes;
        put(count, [&](std::size_t i) { return sizes.fold(columns.kind[i], id.text[i].size); });
        ByKind places;
        put(count, [&](std::size_t i) {
            return places.fold(columns.kind[i], placeOf(id.text[i], m_ends[i]));
        });
    }
    appendVarint(m_out, columns.text.size());
    m_out += columns.text;
    putNames(columns.senderNames);
    pack(m_rest);
    packed += m_rest;
}

void BlockEncoder::packLate(const Columns& columns)
{
    const std::vector<LateFact>& late = columns.late;
    if (late.empty())
        return;
    appendVarint(m_out, late.size());
    const auto putAll = [&](auto get, Transform transform = Transform::Plain) {
        put(
            late.size(), [&](std::size_t i) { return get(late[i]); }, transform);
    };
    putAll([](const LateFact& fact) { return fact.row; }, Transform::Difference);
    putAll([](const LateFact& fact) { return static_cast<int>(fact.what); });
    putAll([&](const LateFact& fact) {
        return zigzag(columns.first + static_cast<Seq>(fact.row) - fact.of);
    });
    putAll([&](const LateFact& fact) { return zigzag(fact.time - columns.time[fact.row]); });
    putAll([](const LateFact& fact) { return fact.agent; });
    putAll([](const LateFact& fact) { return fact.latency + 1; });
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

void BlockEncoder::packStates(const Columns& columns)
{
    const std::vector<StateChange>& states = columns.states;
    appendVarint(m_out, states.size());
    if (states.empty())
        return;
    put(
        states.size(), [&](std::size_t i) { return states[i].row; }, Transform::Difference);
    put(states.size(), [&](std::size_t i) {
        return zigzag(std::int64_t(index(states[i].agent)) - columns.sender[states[i].row]);
    });
    put(states.size(), [&](std::size_t i) { return index(states[i].key); });
    ValuePlace place;
    put(states.size(), [&](std::size_t i) {
        const StateChange& change = states[i];
        const std::uint64_t stored = zigzag(change.value.offset - place.expected(change.row));
        place.note(change.row, change.value);
        return stored;
    });
    ByKey sizes;
    put(states.size(), [&](std::size_t i) {
        std::int64_t& last = sizes[index(states[i].key)];
        const std::uint64_t stored = zigzag(states[i].value.size - last);
        last = states[i].value.size;
        return stored;
    });
}

template<typename T>
bool BlockDecoder::column(std::string_view& in, std::size_t count, bool wanted, std::vector<T>& out)
{
    return wanted ? decodeColumn(in, count, out) : skipColumn(in, count);
}

bool BlockDecoder::wide(std::string_view& in, std::size_t count, bool wanted)
{
    return wanted ? decodeColumn(in, count, m_values) : skipColumn(in, count);
}

bool BlockDecoder::unit(std::string_view& in, std::int64_t& ns) const
{
    if (in.empty() || static_cast<std::size_t>(in.front()) >= kUnits.size())
        return false;
    ns = kUnits[static_cast<std::size_t>(in.front())];
    in.remove_prefix(1);
    return true;
}

bool BlockDecoder::names(std::string_view& in, std::size_t count, bool wanted, RealNames& out)
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

bool BlockDecoder::decodeHeard(std::size_t count, std::string_view in, std::uint32_t wanted,
                               Columns& out)
{
    if (in.empty() || (in.front() != 1 && in.front() != kVersion))
        return false;
    const bool isFirstFormat = in.front() == 1;
    in.remove_prefix(1);
    if (isFirstFormat)
        return decodeHeardV1(in, count, wanted, out);
    const bool times = (wanted & (TimeColumns | SentColumns)) != 0;
    std::int64_t ns = 1;
    if (!unit(in, ns) || !column(in, count, times, out.received) || !wide(in, count, times))
        return false;
    if (times) {
        out.time.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            out.received[i] = static_cast<std::int64_t>(
                static_cast<std::uint64_t>(out.received[i]) * static_cast<std::uint64_t>(ns));
            out.time[i] =
                static_cast<std::int64_t>(static_cast<std::uint64_t>(out.received[i]) +
                                          static_cast<std::uint64_t>(unzigzag(m_values[i])));
        }
    }
    const bool sent = (wanted & SentColumns) != 0;
    if (!unit(in, ns) || !wide(in, count, sent))
        return false;
    if (sent) {
        out.sent.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::int64_t units = fromOptional(m_values[i], out.received[i] / ns);
            out.sent[i] = units == kNoTime
                              ? kNoTime
                              : static_cast<std::int64_t>(static_cast<std::uint64_t>(units) *
                                                          static_cast<std::uint64_t>(ns));
        }
    }
    const bool places = (wanted & PlaceColumns) != 0;
    return column(in, count, places, out.connection) && column(in, count, places, out.topic) &&
           column(in, count, (wanted & SizeColumns) != 0, out.rawSize) &&
           column(in, count, (wanted & SizeColumns) != 0, out.headerSize) &&
           column(in, count, (wanted & FlagColumns) != 0, out.flags) &&
           names(in, count, places, out.topicNames);
}

bool BlockDecoder::decodeScanned(std::size_t count, std::string_view in, std::uint32_t wanted,
                                 Columns& out)
{
    if (in.empty() || (in.front() != 1 && in.front() != kVersion))
        return false;
    const bool isFirstFormat = in.front() == 1;
    in.remove_prefix(1);
    if (isFirstFormat)
        return decodeScannedV1(in, count, wanted, out);
    const bool actors = (wanted & ActorColumns) != 0;
    const bool calls = (wanted & CallColumns) != 0;
    if (!column(in, count, actors, out.sender) || !column(in, count, actors, out.audience) ||
        !column(in, count, actors, out.kind) || !column(in, count, calls, out.closes) ||
        !column(in, count, calls, out.latency))
        return false;
    if (calls) {
        for (std::size_t i = 0; i < count; ++i) {
            if (out.closes[i] != 0)
                out.closes[i] = static_cast<Seq>(static_cast<std::uint64_t>(out.first) + i -
                                                 static_cast<std::uint64_t>(unzigzag(
                                                     static_cast<std::uint64_t>(out.closes[i]))));
            out.latency[i] =
                static_cast<std::int64_t>(static_cast<std::uint64_t>(out.latency[i]) - 1);
        }
    }
    const bool flags = (wanted & FlagColumns) != 0 && out.flags.size() == count;
    if (!column(in, count, (wanted & TypeColumns) != 0, out.type) || !wide(in, count, flags))
        return false;
    for (std::size_t i = 0; flags && i < count; ++i)
        out.flags[i] |= static_cast<std::uint32_t>(m_values[i]);
    if (in.empty())
        return false;
    const auto more = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    if ((more & kDiffers) != 0) {
        const bool places = (wanted & PlaceColumns) != 0;
        const bool sent = (wanted & SentColumns) != 0;
        if (!column(in, count, places, out.topic) || !wide(in, count, sent))
            return false;
        for (std::size_t i = 0; sent && i < count; ++i)
            out.sent[i] = fromOptional(m_values[i], 0);
        if (places)
            out.topicNames.clear();
        if (!names(in, count, places, out.topicNames))
            return false;
    }
    return (more & kHasLate) == 0 || decodeLate(in, count, (wanted & LateColumns) != 0, out);
}

bool BlockDecoder::decodeLate(std::string_view& in, std::size_t count, bool wanted, Columns& out)
{
    if (!wanted)
        return true; // nothing follows that would have to be found
    std::uint64_t length = 0;
    if (!readVarint(in, length) || length > count * 64)
        return false;
    out.late.resize(length);
    const auto readAll = [&](auto set) {
        if (!decodeColumn(in, length, m_values))
            return false;
        for (std::size_t i = 0; i < length; ++i)
            set(out.late[i], m_values[i]);
        return true;
    };
    bool isInside = true;
    const bool good = readAll([&](LateFact& fact, std::uint64_t value) {
                          isInside = isInside && value < count;
                          fact.row = isInside ? static_cast<std::uint32_t>(value) : 0;
                      }) &&
                      readAll([](LateFact& fact, std::uint64_t value) {
                          fact.what = value == 0 ? LateFact::What::Answer : LateFact::What::Effect;
                      }) &&
                      readAll([&](LateFact& fact, std::uint64_t value) {
                          fact.of = difference(sum(out.first, fact.row), unzigzag(value));
                      }) &&
                      readAll([&](LateFact& fact, std::uint64_t value) {
                          fact.time = sum(out.time[fact.row], unzigzag(value));
                      }) &&
                      readAll([](LateFact& fact, std::uint64_t value) {
                          fact.agent = static_cast<std::uint32_t>(value);
                      }) &&
                      readAll([](LateFact& fact, std::uint64_t value) {
                          fact.latency = difference(static_cast<std::int64_t>(value), 1);
                      });
    return good && isInside;
}

bool BlockDecoder::decodeRest(std::size_t count, std::string_view in, std::uint32_t wanted,
                              Columns& out)
{
    if (in.empty() || (in.front() != 1 && in.front() != kVersion))
        return false;
    const bool isFirstFormat = in.front() == 1;
    in.remove_prefix(1);
    if (isFirstFormat)
        return decodeRestV1(in, count, wanted, out);
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

bool BlockDecoder::decodeCauses(std::string_view& in, std::size_t count, bool wanted, Columns& out)
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

bool BlockDecoder::decodeStates(std::string_view& in, std::size_t count, bool wanted, Columns& out)
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

bool BlockDecoder::decode(Seq first, std::size_t count, std::string_view heard,
                          std::string_view reading, std::uint32_t wanted, Columns& out)
{
    out.clear();
    out.first = first;
    if (count == 0 || count > (std::size_t(1) << 20))
        return false;
    wanted = withNeeded(wanted);
    if ((wanted & kHeardColumns) != 0 &&
        (!m_packer.unpack(heard, m_bytes) || !decodeHeard(count, m_bytes, wanted, out)))
        return false;
    const bool wantsReading = (wanted & ~kHeardColumns) != 0;
    if (!wantsReading && ((wanted & kJudgedColumns) == 0 || reading.empty()))
        return true;
    std::uint64_t scanned = 0;
    if (!readVarint(reading, scanned) || scanned > reading.size())
        return false;
    if ((wanted & (kScannedColumns | FlagColumns | LateColumns)) != 0 &&
        (!m_packer.unpack(reading.substr(0, scanned), m_bytes) ||
         !decodeScanned(count, m_bytes, wanted, out)))
        return false;
    return (wanted & ~(kHeardColumns | kScannedColumns | LateColumns)) == 0 ||
           (m_packer.unpack(reading.substr(scanned), m_bytes) &&
            decodeRest(count, m_bytes, wanted, out));
}

} // namespace murmur
