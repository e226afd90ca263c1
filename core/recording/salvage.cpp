// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/salvage.h"

#include "recording/format.h"
#include "recording/idindex.h"

#include <algorithm>
#include <numeric>
#include <set>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// As many rows are tried where their number is lost: no block of a recorder has more.
constexpr std::size_t kMostRows = kBlockRows * 2;
constexpr std::size_t kMostStatedRows = std::size_t(1) << 20;
/// Names in a row that may be missing from a dictionary.
constexpr std::int64_t kLongestHole = 65'536;

std::size_t bytesOf(const Columns& columns)
{
    std::size_t size = 0;
    for (std::size_t i = 0; i < columns.size(); ++i)
        size += std::size_t(columns.rawSize[i]) + columns.headerSize[i];
    return size;
}

/// The reading of messages whose reading is lost: nobody in particular said something.
void setUnread(Columns& columns)
{
    const std::size_t count = columns.size();
    columns.sender.assign(count, 0);
    columns.audience.assign(count, 0);
    columns.kind.assign(count, static_cast<std::uint8_t>(Kind::Event));
    columns.type.assign(count, 0);
    columns.payloadOffset.assign(count, 0);
    columns.payloadSize = columns.rawSize;
    for (IdColumn& id : columns.ids)
        id.text.assign(count, {});
    columns.sequence.assign(count, kNoTime);
    columns.closes.assign(count, 0);
    columns.latency.assign(count, -1);
    columns.causes.clear();
    columns.states.clear();
    columns.text.clear();
    for (std::uint32_t& flags : columns.flags)
        flags |= Unread;
}

} // namespace

Result<std::unique_ptr<Salvage>>
Salvage::open(const QString& path, const std::function<void(std::int64_t, std::int64_t)>& progress,
              std::stop_token stop)
{
    auto scan = PageScan::open(path, progress, std::move(stop));
    if (!scan)
        return scan.error();
    const bool isOurs = scan->applicationId() == kApplicationId;
    if (isOurs && scan->formatVersion() > kFormatVersion)
        return Error{
            ErrorCode::NewerFormat,
            u"%1 has format version %2, and this program reads up to %3. Repair it with a newer Murmurscope."_s
                .arg(path)
                .arg(scan->formatVersion())
                .arg(kFormatVersion)};
    std::unique_ptr<Salvage> salvage(new Salvage(std::move(*scan)));
    salvage->readMeta();
    salvage->readZoneMap();
    if (salvage->m_ids.empty() ||
        (salvage->m_scan.hasHead() && !isOurs && salvage->m_zones.empty()))
        return Error{ErrorCode::Unreadable,
                     isOurs ? u"Nothing can be saved from %1: no block of it is left."_s.arg(path)
                            : u"Cannot repair %1: it is not a Murmurscope recording."_s.arg(path)};
    return salvage;
}

void Salvage::readMeta()
{
    for (RawRow& row : m_scan.rows("meta")) {
        if (row.values.size() == 2)
            m_meta[std::string(row.bytes(0))] = std::move(row.values[1]);
    }
    m_generation = metaNumber("generation", 1);
}

std::int64_t Salvage::metaNumber(std::string_view key, std::int64_t fallback) const
{
    const auto found = m_meta.find(key);
    const auto* number =
        found == m_meta.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    return number == nullptr ? fallback : *number;
}

std::string Salvage::metaText(std::string_view key) const
{
    const auto found = m_meta.find(key);
    const auto* text = found == m_meta.end() ? nullptr : std::get_if<std::string>(&found->second);
    return text == nullptr ? std::string() : *text;
}

std::vector<std::pair<std::string, std::int64_t>> Salvage::metaNumbers() const
{
    std::vector<std::pair<std::string, std::int64_t>> numbers;
    for (const auto& [key, value] : m_meta) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            numbers.emplace_back(key, *number);
    }
    return numbers;
}

void Salvage::readZoneMap()
{
    std::set<std::int64_t> ids;
    for (const RawRow& row : m_scan.rows("block")) {
        BlockRef ref;
        ref.id = row.id;
        ref.first = row.number(1);
        ref.count = static_cast<std::size_t>(std::max<std::int64_t>(0, row.number(2)));
        ref.firstTime = row.number(3);
        ref.lastTime = row.number(4);
        ref.payloadAt = row.number(7);
        ref.payloadSize = row.number(8);
        if (ref.id > 0 && ref.first > 0 && ref.count <= kMostStatedRows) {
            m_zones[ref.id] = ref;
            ids.insert(ref.id);
        }
    }
    for (const std::int64_t id : m_scan.ids("heard"))
        ids.insert(id);
    if (m_scan.formatVersion() == 1) {
        for (const std::int64_t id : m_scan.ids("payload"))
            ids.insert(id);
    }
    for (const std::int64_t id : m_scan.ids("?")) {
        if (id > 0)
            ids.insert(id);
    }
    m_ids.assign(ids.begin(), ids.end());
    // Where a row of the zone map is lost, the index beside it says where each block begins.
    std::map<std::int64_t, Seq> firsts;
    for (const RawRow& row : m_scan.rows("block_first"))
        firsts[row.number(1)] = row.number(0);
    for (const auto& [id, ref] : m_zones)
        firsts[id] = ref.first;
    for (const auto& [id, first] : firsts) {
        if (m_zones.contains(id) || first <= 0 || !ids.contains(id))
            continue;
        BlockRef ref;
        ref.id = id;
        ref.first = first;
        const auto next = firsts.find(id + 1);
        if (next != firsts.end() && next->second > first &&
            next->second - first <= static_cast<Seq>(kMostRows))
            ref.count = static_cast<std::size_t>(next->second - first);
        m_zones[id] = ref;
    }
}

const BlockRef* Salvage::zone(std::int64_t id) const
{
    const auto found = m_zones.find(id);
    return found == m_zones.end() ? nullptr : &found->second;
}

bool Salvage::fits(const std::string& heard, std::size_t count, Seq first, Columns& columns)
{
    return m_decoder.decode(first, count, heard, {}, kHeardColumns, columns);
}

Salvage::PayloadPlace Salvage::payloadPlace(std::int64_t id)
{
    if (const BlockRef* own = zone(id); own != nullptr && own->payloadSize > 0)
        return {own->payloadAt, own->payloadSize};
    if (const auto known = m_places.find(id); known != m_places.end())
        return known->second;
    // Where the block's row is lost, its neighbours tell. Without them the stream itself does: it
    // is one packed blob after the other, in the order of the blocks.
    const BlockRef* after = zone(id + 1);
    const auto last = m_places.find(id - 1);
    PayloadPlace before;
    if (const BlockRef* ref = zone(id - 1); ref != nullptr && ref->payloadSize > 0)
        before = {ref->payloadAt, ref->payloadSize};
    else if (last != m_places.end())
        before = last->second;
    PayloadPlace place;
    if (before.size > 0 || id == 1) {
        place.at = before.at + before.size;
        place = after != nullptr && after->payloadSize > 0
                    ? PayloadPlace{place.at, after->payloadAt - place.at}
                    : frameAt(place.at);
    }
    m_places[id] = place;
    return place;
}

Salvage::PayloadPlace Salvage::frameAt(std::int64_t at)
{
    std::string bytes;
    for (std::int64_t piece = at / kPayloadPiece; bytes.size() < kMaxUnpacked; ++piece) {
        const auto found = m_scan.blobs("payload", piece);
        const auto skip = static_cast<std::size_t>(bytes.empty() ? at % kPayloadPiece : 0);
        if (found.empty() || found.back().size() <= skip)
            break;
        bytes += found.back().substr(skip);
        if (const std::size_t size = packedSize(bytes); size > 0)
            return {at, static_cast<std::int64_t>(size)};
    }
    return {at, 0};
}

std::vector<std::string> Salvage::packedPayloads(std::int64_t id)
{
    if (m_scan.formatVersion() == 1)
        return m_scan.blobs("payload", id);
    const auto [at, size] = payloadPlace(id);
    if (at < 0 || size <= 0 || size > static_cast<std::int64_t>(kMaxUnpacked))
        return {};
    // A piece may be there several times, as it was at different commits: follow each.
    constexpr std::size_t kMost = 16;
    std::vector<std::string> found{std::string()};
    for (std::int64_t piece = at / kPayloadPiece; piece <= (at + size - 1) / kPayloadPiece;
         ++piece) {
        const std::int64_t begin = std::max(at, piece * kPayloadPiece);
        const std::int64_t end = std::min(at + size, (piece + 1) * kPayloadPiece);
        std::vector<std::string> longer;
        for (const std::string& bytes : m_scan.blobs("payload", piece)) {
            const auto skip = static_cast<std::size_t>(begin - piece * kPayloadPiece);
            const auto take = static_cast<std::size_t>(end - begin);
            if (bytes.size() < skip + take)
                continue;
            for (const std::string& start : found) {
                if (longer.size() < kMost)
                    longer.push_back(start + bytes.substr(skip, take));
            }
        }
        found = std::move(longer);
    }
    return found;
}

bool Salvage::findContents(std::int64_t id, std::size_t count, SalvagedBlock& out)
{
    const std::vector<std::string> heards = m_scan.blobs("heard", id);
    std::vector<std::string> payloads;
    for (const std::string& packed : packedPayloads(id)) {
        std::string bytes;
        if (m_payloadDecoder.unpack(m_decoder.packer(), packed, bytes))
            payloads.push_back(std::move(bytes));
    }
    // The number of rows stands in the zone map only. Where that is lost, sizes decide: the rows of
    // a wrong number do not add up to the bytes.
    std::vector<std::size_t> counts;
    if (count > 0)
        counts.push_back(count);
    const auto tryOne = [&](const std::string& heard, std::size_t rows) {
        if (!fits(heard, rows, std::max<Seq>(out.ref.first, 1), out.chunk.columns))
            return false;
        out.hasHeard = out.hasHeard || rows == count;
        const std::size_t size = bytesOf(out.chunk.columns);
        const auto payload = std::ranges::find(payloads, size, &std::string::size);
        if (payload == payloads.end())
            return false;
        out.chunk.bytes = *payload;
        out.ref.count = rows;
        return true;
    };
    for (const std::string& heard : heards) {
        if (count > 0 && tryOne(heard, count))
            return true;
    }
    for (const std::string& heard : heards) {
        std::string bytes;
        std::string_view bits;
        if (payloads.empty() || !m_decoder.packer().unpack(heard, bytes, bits))
            continue;
        for (std::size_t rows = 1; rows <= kMostRows; ++rows) {
            if (rows != count && tryOne(heard, rows))
                return true;
        }
    }
    return false;
}

Seq Salvage::firstStated() const
{
    return m_zones.empty() ? 0 : m_zones.begin()->second.first;
}

bool Salvage::isPlaced(const BlockRef& ref, Seq highest) const
{
    constexpr int kAsked = 8;
    int votes = 0;
    int behind = 0;
    for (auto next = m_zones.upper_bound(ref.id); next != m_zones.end() && votes < kAsked; ++next) {
        ++votes;
        behind += next->second.first > ref.last();
    }
    return votes > 0 ? behind * 2 > votes : ref.last() <= highest;
}

SalvagedBlock Salvage::block(std::int64_t id, Seq expected, Seq least, Seq highest)
{
    SalvagedBlock out;
    const BlockRef* known = zone(id);
    if (known != nullptr)
        out.ref = *known;
    out.ref.id = id;
    out.isWhole = findContents(id, out.ref.count, out);
    // Of three witnesses for the first Seq, its own row and its neighbours, two decide.
    const BlockRef* next = zone(id + 1);
    const auto count = static_cast<Seq>(out.ref.count);
    const Seq before = expected;
    const Seq after = next != nullptr && count > 0 ? next->first - count : 0;
    if (known == nullptr)
        out.ref.first = before != 0 ? before : after;
    else if (known->first != before && known->first != after && before != 0 && before == after)
        out.ref.first = before;
    else if (known->first < before)
        out.ref.first = before;
    // A block whose bytes are whole is kept, whatever its row says of its place.
    if (out.ref.first < least || (out.ref.first != before && !isPlaced(out.ref, highest)))
        out.ref.first = before != 0 ? before : std::max(least, after <= highest ? after : 0);
    if (out.ref.first <= 0)
        out.isWhole = false;
    Columns& columns = out.chunk.columns;
    if (!out.isWhole) {
        // What was heard still tells whose messages they were.
        out.hasHeard = false;
        for (const std::string& heard : m_scan.blobs("heard", id)) {
            if (out.ref.count > 0 &&
                fits(heard, out.ref.count, std::max<Seq>(out.ref.first, 1), columns)) {
                out.hasHeard = true;
                break;
            }
        }
        return out;
    }
    out.hasHeard = true;
    findReading(id, out);
    const auto [low, high] = timesOf(columns);
    out.ref.firstTime = low;
    out.ref.lastTime = high;
    std::uint32_t offset = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out.chunk.byteOffset.push_back(offset);
        offset += columns.rawSize[i] + columns.headerSize[i];
    }
    fillHashes(columns, out.chunk.bytes); // files keep the places of ids only
    return out;
}

void Salvage::findReading(std::int64_t id, SalvagedBlock& out)
{
    const std::vector<std::string> heards = m_scan.blobs("heard", id);
    Columns columns;
    for (const std::string& reading : m_scan.blobs("reading", readingKey(m_generation, id))) {
        for (const std::string& heard : heards) {
            if (m_decoder.decode(out.ref.first, out.ref.count, heard, reading,
                                 AllColumns | LateColumns, columns) &&
                bytesOf(columns) == out.chunk.bytes.size()) {
                out.chunk.columns = std::move(columns);
                out.isRead = true;
                return;
            }
        }
    }
    out.chunk.columns.first = out.ref.first;
    setUnread(out.chunk.columns);
}

void Salvage::loadNames(Dictionaries& names, QStringList& notes)
{
    const auto missing = [](std::int64_t id) { return "#" + std::to_string(id); };
    const auto load = [&](const char* table, auto add) {
        std::int64_t next = 1;
        std::int64_t lost = 0;
        for (const RawRow& row : m_scan.rows(table)) {
            if (row.id < next || row.id - next > kLongestHole)
                continue;
            for (; next < row.id; ++next, ++lost)
                add(next, nullptr);
            add(next++, &row);
        }
        if (lost > 0)
            notes << u"%1 names of the table %2 are lost; they show as \"#\" and their number."_s
                         .arg(lost)
                         .arg(QLatin1String(table));
    };
    load("agent", [&](std::int64_t id, const RawRow* row) {
        AgentId agent =
            row != nullptr ? names.agent(row->bytes(1), row->number(6) != 0) : AgentId{};
        if (index(agent) != id)
            agent = names.agent(missing(id));
        for (std::size_t label = 0; row != nullptr && label < kLabelCount; ++label) {
            if (!row->bytes(2 + label).empty())
                names.setLabel(agent, static_cast<Label>(label), row->bytes(2 + label));
        }
    });
    const auto plain = [&](auto add) {
        return [add, missing](std::int64_t id, const RawRow* row) {
            if (row == nullptr || index(add(row->bytes(1))) != id)
                add(missing(id));
        };
    };
    load("topic", plain([&](std::string_view name) { return names.topic(name); }));
    load("type", plain([&](std::string_view name) { return names.type(name); }));
    load("state_key", plain([&](std::string_view name) { return names.stateKey(name); }));
    load("connection", [&](std::int64_t id, const RawRow* row) {
        const std::string name = row != nullptr ? std::string(row->bytes(2)) : missing(id);
        names.connection(row != nullptr ? row->bytes(1) : std::string_view(name), name);
    });
    const std::uint32_t agents = names.counts().agents;
    load("audience", [&](std::int64_t id, const RawRow* row) {
        std::vector<AgentId> members;
        std::string_view bytes = row != nullptr ? row->bytes(1) : std::string_view();
        std::uint64_t step = 0;
        std::uint32_t member = 0;
        while (readVarint(bytes, step)) {
            member += static_cast<std::uint32_t>(step);
            if (member < agents)
                members.push_back(AgentId(member));
        }
        const AudienceId audience =
            row != nullptr ? names.audience(std::move(members)) : AudienceId{};
        if (index(audience) != id)
            names.unknownAudience();
    });
}

std::vector<StoredConnection> Salvage::connections()
{
    std::vector<StoredConnection> connections;
    for (const RawRow& row : m_scan.rows("connection")) {
        if (row.id <= 0 || row.id > kLongestHole)
            continue;
        StoredConnection connection;
        connection.id = ConnectionId(static_cast<std::uint32_t>(row.id));
        connection.received = row.number(3);
        connection.recorded = row.number(4);
        connections.push_back(connection);
    }
    return connections;
}

std::vector<Gap> Salvage::gaps()
{
    std::vector<Gap> gaps;
    for (const RawRow& row : m_scan.rows("gap")) {
        Gap gap;
        gap.connection = ConnectionId(static_cast<std::uint32_t>(row.number(1)));
        gap.topic = row.bytes(2);
        gap.cause = row.bytes(3);
        gap.from = row.number(4);
        gap.to = row.number(5);
        gap.count = std::max<std::int64_t>(0, row.number(6));
        gap.lostIs = row.bytes(7) == "exact"      ? LostIs::Exact
                     : row.bytes(7) == "at_least" ? LostIs::AtLeast
                                                  : LostIs::Unknown;
        gaps.push_back(std::move(gap));
    }
    return gaps;
}

} // namespace murmur
