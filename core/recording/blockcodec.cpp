// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Encoder and decoder stand in one file: a column is written and read in the
// same order, and whoever changes the one must see the other. The second frame
// of a reading is in blockrest.cpp.

#include "recording/blockcodec.h"

#include "base/message.h"
#include "recording/blockcodec_v1.h"
#include "recording/blockcolumns.h"

namespace murmur {

using namespace blockcolumns;

namespace {

constexpr char kVersion = 3;
/// What follows the columns of a reading's first frame.
constexpr unsigned kDiffers = 1;
constexpr unsigned kHasLate = 2;
constexpr std::array<std::int64_t, 3> kUnits{1, 1'000, 1'000'000};

/// The coarsest unit (ns, us, ms) in which all times are whole: agents stamp in
/// milliseconds, and six digits that are always zero would cost three bytes a
/// message.
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

std::uint32_t readFlagsOf(const Columns& columns, std::size_t row)
{
    return row < columns.readFlags.size() ? columns.readFlags[row] : 0;
}

} // namespace

void BlockEncoder::start()
{
    m_out.assign(1, kVersion);
    m_bits.clear();
}

void BlockEncoder::pack(std::string& packed)
{
    m_packer.pack(m_out, packed, m_bits);
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
    Foretold sizes;
    put(count, [&](std::size_t i) {
        return sizes.fold({columns.topic[i], columns.connection[i]}, columns.rawSize[i]);
    });
    put(columns.headerSize);
    put(count, [&](std::size_t i) { return columns.flags[i] & ~readFlagsOf(columns, i); });
    putNames(columns.topicNames);
    pack(packed);
}

void BlockEncoder::packReading(const Columns& columns, std::string& packed, const Columns* heard)
{
    packScanned(columns, heard);
    packRest(columns);
    packed.clear();
    appendVarint(packed, m_scanned.size());
    packed += m_scanned;
    packed += m_rest;
}

/// Who, what kind and how long: what overviews, states and most filters scan,
/// in a frame of its own.
void BlockEncoder::packScanned(const Columns& columns, const Columns* heard)
{
    const std::size_t count = columns.size();
    start();
    put(columns.sender);
    put(columns.type);
    ForetoldName kinds;
    put(count, [&](std::size_t i) { return kinds.fold(columns.type[i], columns.kind[i]); });
    ForetoldName audiences;
    put(count, [&](std::size_t i) { return audiences.fold(columns.type[i], columns.audience[i]); });
    packCalls(columns);
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
    pack(m_scanned);
}

/// Which messages are answers follows from their types mostly; of those that
/// are, request and latency.
void BlockEncoder::packCalls(const Columns& columns)
{
    ForetoldName answers;
    m_rows.clear();
    put(columns.size(), [&](std::size_t i) {
        const bool isAnswer = columns.closes[i] != 0;
        if (isAnswer)
            m_rows.push_back(static_cast<std::uint32_t>(i));
        return answers.fold(columns.type[i], isAnswer ? 1 : 0);
    });
    const std::size_t count = m_rows.size();
    appendVarint(m_out, count);
    put(count, [&](std::size_t i) {
        return zigzag(columns.first + static_cast<Seq>(m_rows[i]) - columns.closes[m_rows[i]]);
    });
    put(count, [&](std::size_t i) { return columns.latency[m_rows[i]] + 1; });
    // Others have none, where all is well.
    put(columns.size(),
        [&](std::size_t i) { return columns.closes[i] != 0 ? 0 : columns.latency[i] + 1; });
}

bool BlockDecoder::decodeCalls(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    std::uint64_t length = 0;
    if (!wide(in, count, wanted) || !readVarint(in.columns, length) || length > count)
        return false;
    m_rows.clear();
    if (wanted) {
        ForetoldName answers;
        out.closes.assign(count, 0);
        for (std::size_t i = 0; i < count; ++i) {
            if (answers.unfold(out.type[i], m_values[i]) != 0)
                m_rows.push_back(static_cast<std::uint32_t>(i));
        }
        if (m_rows.size() != length)
            return false;
    }
    if (!wide(in, length, wanted))
        return false;
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        out.closes[m_rows[i]] =
            difference(sum(out.first, static_cast<Seq>(m_rows[i])), unzigzag(m_values[i]));
    if (!wide(in, length, wanted) || !column(in, count, wanted, out.latency))
        return false;
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        out.latency[m_rows[i]] = static_cast<std::int64_t>(m_values[i]);
    for (std::int64_t& latency : out.latency)
        latency = difference(latency, 1);
    return true;
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

char BlockDecoder::takeVersion(ColumnSource& in)
{
    if (in.columns.empty() || in.columns.front() < 1 || in.columns.front() > kVersion)
        return 0;
    const char version = in.columns.front();
    in.columns.remove_prefix(1);
    return version;
}

bool BlockDecoder::unit(ColumnSource& source, std::int64_t& ns) const
{
    std::string_view& in = source.columns;
    if (in.empty() || static_cast<std::size_t>(in.front()) >= kUnits.size())
        return false;
    ns = kUnits[static_cast<std::size_t>(in.front())];
    in.remove_prefix(1);
    return true;
}

bool BlockDecoder::names(ColumnSource& in, std::size_t count, bool wanted, RealNames& out)
{
    std::uint64_t length = 0;
    if (!readVarint(in.columns, length) || length > count)
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
        if (end < before || end > in.columns.size())
            return false;
        before = end;
        if (wanted)
            out.ends.push_back(static_cast<std::uint32_t>(end));
    }
    if (wanted)
        out.text.assign(in.columns.substr(0, before));
    in.columns.remove_prefix(before);
    return true;
}

bool BlockDecoder::decodeHeard(std::size_t count, ColumnSource in, std::uint32_t wanted,
                               Columns& out)
{
    const char version = takeVersion(in);
    if (version == 1)
        return decodeHeardV1(in.columns, count, wanted, out);
    if (version == 0)
        return false;
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
    const bool sizes = (wanted & SizeColumns) != 0;
    // Sizes are those of their topic.
    const bool isForetold = sizes && version > 2;
    if (!column(in, count, places || isForetold, out.connection) ||
        !column(in, count, places || isForetold, out.topic))
        return false;
    if (!isForetold) {
        if (!column(in, count, sizes, out.rawSize))
            return false;
    } else {
        if (!wide(in, count, true))
            return false;
        Foretold foretold;
        out.rawSize.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            out.rawSize[i] = static_cast<std::uint32_t>(
                foretold.unfold({out.topic[i], out.connection[i]}, m_values[i]));
    }
    return column(in, count, sizes, out.headerSize) &&
           column(in, count, (wanted & FlagColumns) != 0, out.flags) &&
           names(in, count, places, out.topicNames);
}

bool BlockDecoder::decodeActors(ColumnSource& in, std::size_t count, std::uint32_t wanted,
                                bool areForetold, Columns& out)
{
    const bool actors = (wanted & ActorColumns) != 0;
    if (!column(in, count, actors, out.sender))
        return false;
    if (!areForetold)
        return column(in, count, actors, out.audience) && column(in, count, actors, out.kind);
    if (!column(in, count, actors || (wanted & TypeColumns) != 0, out.type) ||
        !column(in, count, actors, out.kind))
        return false;
    ForetoldName kinds;
    for (std::size_t i = 0; actors && i < count; ++i)
        out.kind[i] = static_cast<std::uint8_t>(kinds.unfold(out.type[i], out.kind[i]));
    if (!column(in, count, actors, out.audience))
        return false;
    ForetoldName audiences;
    for (std::size_t i = 0; actors && i < count; ++i)
        out.audience[i] = audiences.unfold(out.type[i], out.audience[i]);
    return true;
}

bool BlockDecoder::decodeCallsV2(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    if (!column(in, count, wanted, out.closes) || !column(in, count, wanted, out.latency))
        return false;
    for (std::size_t i = 0; wanted && i < count; ++i) {
        if (out.closes[i] != 0)
            out.closes[i] = difference(sum(out.first, static_cast<Seq>(i)),
                                       unzigzag(static_cast<std::uint64_t>(out.closes[i])));
        out.latency[i] = difference(out.latency[i], 1);
    }
    return true;
}

bool BlockDecoder::decodeScanned(std::size_t count, ColumnSource in, std::uint32_t wanted,
                                 Columns& out)
{
    const char version = takeVersion(in);
    if (version == 1)
        return decodeScannedV1(in.columns, count, wanted, out);
    if (version == 0 || !decodeActors(in, count, wanted, version > 2, out))
        return false;
    const bool calls = (wanted & CallColumns) != 0;
    if (!(version > 2 ? decodeCalls(in, count, calls, out) : decodeCallsV2(in, count, calls, out)))
        return false;
    const bool flags = (wanted & FlagColumns) != 0 && out.flags.size() == count;
    if ((version == 2 && !column(in, count, (wanted & TypeColumns) != 0, out.type)) ||
        !wide(in, count, flags))
        return false;
    for (std::size_t i = 0; flags && i < count; ++i)
        out.flags[i] |= static_cast<std::uint32_t>(m_values[i]);
    if (in.columns.empty())
        return false;
    const auto more = static_cast<unsigned char>(in.columns.front());
    in.columns.remove_prefix(1);
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

bool BlockDecoder::decodeLate(ColumnSource& in, std::size_t count, bool wanted, Columns& out)
{
    if (!wanted)
        return true; // nothing follows that would have to be found
    std::uint64_t length = 0;
    if (!readVarint(in.columns, length) || length > count * 64)
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

bool BlockDecoder::unpack(std::string_view packed, ColumnSource& in)
{
    std::string_view bits;
    if (!m_packer.unpack(packed, m_bytes, bits))
        return false;
    in = {m_bytes, bits};
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
    ColumnSource in;
    if ((wanted & kHeardColumns) != 0 &&
        (!unpack(heard, in) || !decodeHeard(count, in, wanted, out)))
        return false;
    const bool wantsReading = (wanted & ~kHeardColumns) != 0;
    if (!wantsReading && ((wanted & kJudgedColumns) == 0 || reading.empty()))
        return true;
    std::uint64_t scanned = 0;
    if (!readVarint(reading, scanned) || scanned > reading.size())
        return false;
    if ((wanted & (kScannedColumns | FlagColumns | LateColumns)) != 0 &&
        (!unpack(reading.substr(0, scanned), in) || !decodeScanned(count, in, wanted, out)))
        return false;
    return (wanted & ~(kHeardColumns | kScannedColumns | LateColumns)) == 0 ||
           (unpack(reading.substr(scanned), in) && decodeRest(count, in, wanted, out));
}

} // namespace murmur
