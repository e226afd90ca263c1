// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"

#include "base/message.h"
#include "recording/format.h"

#include <limits>

namespace murmur {

RecordingReader::RecordingReader(Database database)
    : m_database(std::move(database))
{
    constexpr const char* blockColumns =
        "SELECT id, first, count, first_time, last_time FROM block ";
    const std::string columns = blockColumns;
    m_last = Statement(m_database, "SELECT first + count - 1 FROM block ORDER BY id DESC LIMIT 1");
    m_blockOf =
        Statement(m_database, (columns + "WHERE first <= ? ORDER BY first DESC LIMIT 1").c_str());
    m_blocksFrom =
        Statement(m_database, (columns + "WHERE first >= ? ORDER BY first LIMIT ?").c_str());
    m_blocksBefore =
        Statement(m_database, (columns + "WHERE first <= ? ORDER BY first DESC LIMIT ?").c_str());
    m_blockAgents = Statement(m_database, "SELECT agents FROM block WHERE id = ?");
    m_nextSpan = Statement(m_database, "SELECT min(span) FROM block WHERE span > ?");
    m_blocksIn = Statement(
        m_database,
        (columns + "WHERE span = ? AND first_time > ? AND first_time < ? ORDER BY first_time")
            .c_str());
    m_heard = Statement(m_database, "SELECT data FROM heard WHERE block = ?");
    m_reading = Statement(m_database, "SELECT data FROM reading WHERE id = ?");
    m_payload = Statement(m_database, "SELECT data FROM payload WHERE block = ?");
    m_tile = Statement(
        m_database,
        "SELECT grp, through, data FROM tile WHERE generation = ? AND level = ? AND idx = ?");
    m_tileTotals = Statement(m_database, "SELECT grp, through, data FROM tile WHERE generation = ? "
                                         "AND level = ? AND idx = ? AND grp = -1");
    m_keyframe = Statement(
        m_database,
        "SELECT block, time, data FROM keyframe WHERE generation = ? AND time <= ? AND stale = 0 "
        "ORDER BY time DESC, block DESC LIMIT 1");
    m_generation = m_database.number("SELECT v FROM meta WHERE k = 'generation'", 1);
}

Result<std::unique_ptr<RecordingReader>> RecordingReader::open(const QString& path)
{
    auto database = openRecording(path);
    if (!database)
        return database.error();
    return std::unique_ptr<RecordingReader>(new RecordingReader(std::move(*database)));
}

RecordingMeta RecordingReader::meta()
{
    RecordingMeta meta;
    Statement rows(m_database, "SELECT k, v FROM meta");
    while (rows.step()) {
        const std::string_view key = rows.text(0);
        if (key == "uuid")
            meta.uuid =
                QString::fromUtf8(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "program")
            meta.program =
                QString::fromUtf8(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "started")
            meta.started = rows.number(1);
        else if (key == "generation")
            meta.generation = rows.number(1);
        else if (key == "clean")
            meta.isClean = rows.number(1) == 1;
        else if (key == "last")
            meta.totals.last = rows.number(1);
        else if (key == "first_time")
            meta.totals.firstTime = rows.number(1);
        else if (key == "last_time")
            meta.totals.lastTime = rows.number(1);
        else if (key == "bytes_raw")
            meta.totals.bytesRaw = rows.number(1);
        else if (key == "gaps")
            meta.totals.gaps = rows.number(1);
        else if (key == "lost")
            meta.totals.lost = rows.number(1);
        else if (key == "kinds") {
            std::string_view bytes = rows.blob(1);
            for (std::int64_t& count : meta.totals.kinds) {
                std::uint64_t value = 0;
                if (readVarint(bytes, value))
                    count = static_cast<std::int64_t>(value);
            }
        }
    }
    return meta;
}

void RecordingReader::loadNames(Dictionaries& names)
{
    // Ids are dense and names unique, so adding in order gives the same ids. A hole (a damaged
    // file) gets a name that says so.
    const Dictionaries::Counts have = names.counts();
    const auto missing = [](std::int64_t id) { return "#" + std::to_string(id); };
    const auto load = [&](const char* sql, std::uint32_t from, auto add) {
        Statement rows(m_database, sql);
        rows.bind(1, std::int64_t(from));
        std::int64_t next = from;
        while (rows.step()) {
            // Ids are bounded by the format; a file that claims more must not make us allocate.
            for (; next < rows.number(0) && next < (1 << 22); ++next)
                add(next, std::string_view(missing(next)), nullptr);
            if (rows.number(0) != next)
                break;
            add(next, rows.text(1), &rows);
            ++next;
        }
    };
    load("SELECT id, name, site, crew, role, tenant, provisional FROM agent WHERE id >= ? ORDER BY "
         "id",
         1, [&](std::int64_t id, std::string_view name, Statement* row) {
             AgentId agent{static_cast<std::uint32_t>(id)};
             if (id >= have.agents) {
                 agent = names.agent(name, row != nullptr && row->number(6) != 0);
                 if (index(agent) != id)
                     agent = names.agent(missing(id));
             }
             for (std::size_t label = 0; row != nullptr && label < kLabelCount; ++label) {
                 if (!row->isNull(2 + static_cast<int>(label)))
                     names.setLabel(agent, static_cast<Label>(label),
                                    row->text(2 + static_cast<int>(label)));
             }
         });
    const auto plain = [&](auto add) {
        return [add, missing](std::int64_t id, std::string_view name, Statement*) {
            if (index(add(name)) != id)
                add(missing(id));
        };
    };
    load("SELECT id, name FROM topic WHERE id >= ? ORDER BY id", have.topics,
         plain([&](std::string_view n) { return names.topic(n); }));
    load("SELECT id, name FROM type WHERE id >= ? ORDER BY id", have.types,
         plain([&](std::string_view n) { return names.type(n); }));
    load("SELECT id, name FROM state_key WHERE id >= ? ORDER BY id", have.stateKeys,
         plain([&](std::string_view n) { return names.stateKey(n); }));
    load("SELECT id, url, name FROM connection WHERE id >= ? ORDER BY id", have.connections,
         [&](std::int64_t, std::string_view url, Statement* row) {
             names.connection(url, row != nullptr ? row->text(2) : url);
         });
    load("SELECT id, members FROM audience WHERE id >= ? ORDER BY id", have.audiences,
         [&](std::int64_t, std::string_view, Statement* row) {
             std::vector<AgentId> members;
             std::string_view bytes = row != nullptr ? row->blob(1) : std::string_view();
             std::uint64_t step = 0;
             std::uint32_t member = 0;
             while (readVarint(bytes, step)) {
                 member += static_cast<std::uint32_t>(step);
                 members.push_back(AgentId(member));
             }
             names.audience(std::move(members));
         });
}

std::vector<StoredConnection> RecordingReader::connections()
{
    std::vector<StoredConnection> connections;
    Statement rows(m_database,
                   "SELECT c.id, c.url, c.name, c.received, c.recorded, coalesce(sum(g.count), 0), "
                   "max(g.lost_is = 'unknown'), max(g.lost_is = 'at_least') "
                   "FROM connection c LEFT JOIN gap g ON g.connection = c.id AND g.cause <> "
                   "'subscriber-cut' GROUP BY c.id ORDER BY c.id");
    while (rows.step()) {
        StoredConnection connection;
        connection.id = ConnectionId(static_cast<std::uint32_t>(rows.number(0)));
        connection.url = rows.text(1);
        connection.name = rows.text(2);
        connection.received = rows.number(3);
        connection.recorded = rows.number(4);
        connection.lost = rows.number(5);
        connection.lostIs = rows.number(6) != 0   ? LostIs::Unknown
                            : rows.number(7) != 0 ? LostIs::AtLeast
                                                  : LostIs::Exact;
        connections.push_back(std::move(connection));
    }
    return connections;
}

std::vector<Gap> RecordingReader::gaps()
{
    std::vector<Gap> gaps;
    Statement rows(m_database, "SELECT connection, topic, cause, from_time, to_time, count, "
                               "lost_is FROM gap ORDER BY from_time");
    while (rows.step()) {
        Gap gap;
        gap.connection = ConnectionId(static_cast<std::uint32_t>(rows.number(0)));
        gap.topic = rows.text(1);
        gap.cause = rows.text(2);
        gap.from = rows.number(3);
        gap.to = rows.number(4);
        gap.count = rows.number(5);
        const std::string_view lostIs = rows.text(6);
        gap.lostIs = lostIs == "exact"      ? LostIs::Exact
                     : lostIs == "at_least" ? LostIs::AtLeast
                                            : LostIs::Unknown;
        gaps.push_back(std::move(gap));
    }
    return gaps;
}

BlockRef RecordingReader::refFrom(const Statement& statement)
{
    BlockRef ref;
    ref.id = statement.number(0);
    ref.first = statement.number(1);
    ref.count = static_cast<std::size_t>(std::max<std::int64_t>(0, statement.number(2)));
    ref.firstTime = statement.number(3);
    ref.lastTime = statement.number(4);
    return ref;
}

Seq RecordingReader::last()
{
    const Seq last = m_last.step() ? m_last.number(0) : 0;
    m_last.reset();
    return last;
}

std::optional<BlockRef> RecordingReader::blockOf(Seq seq)
{
    std::optional<BlockRef> found;
    if (m_blockOf.bind(1, seq).step()) {
        const BlockRef ref = refFrom(m_blockOf);
        if (ref.first <= seq && seq <= ref.last())
            found = ref;
    }
    m_blockOf.reset();
    return found;
}

std::vector<BlockRef> RecordingReader::blocksFrom(Seq seq, int limit)
{
    std::vector<BlockRef> blocks;
    if (const auto first = blockOf(seq)) {
        blocks.push_back(*first);
        seq = first->last() + 1;
    }
    m_blocksFrom.bind(1, seq).bind(2,
                                   std::int64_t(limit) - static_cast<std::int64_t>(blocks.size()));
    while (m_blocksFrom.step())
        blocks.push_back(refFrom(m_blocksFrom));
    m_blocksFrom.reset();
    return blocks;
}

std::vector<BlockRef> RecordingReader::blocksIn(TimeRange range, Seq after,
                                                std::int64_t maxMessages)
{
    std::vector<BlockRef> blocks;
    const std::int64_t begin = toNs(range.begin);
    const std::int64_t end = toNs(range.end);
    std::int64_t messages = 0;
    std::int64_t span = -1;
    while (maxMessages == 0 || messages <= maxMessages) {
        // Blocks of one length class cannot begin earlier than their length before the range.
        const bool any = m_nextSpan.bind(1, span).step() && !m_nextSpan.isNull(0);
        span = any ? m_nextSpan.number(0) : 0;
        m_nextSpan.reset();
        if (!any)
            break;
        const std::int64_t longest =
            span >= 63 ? std::numeric_limits<std::int64_t>::max() : std::int64_t(1) << span;
        std::int64_t earliest = 0;
        if (__builtin_sub_overflow(begin, longest, &earliest))
            earliest = std::numeric_limits<std::int64_t>::min();
        m_blocksIn.bind(1, span)
            .bind(2, earliest - (earliest == std::numeric_limits<std::int64_t>::min() ? 0 : 1))
            .bind(3, end);
        while ((maxMessages == 0 || messages <= maxMessages) && m_blocksIn.step()) {
            const BlockRef ref = refFrom(m_blocksIn);
            if (ref.lastTime < begin || ref.last() <= after)
                continue;
            messages += static_cast<std::int64_t>(ref.count);
            blocks.push_back(ref);
        }
        m_blocksIn.reset();
    }
    std::ranges::sort(blocks, {}, &BlockRef::first);
    return blocks;
}

std::optional<BlockRef> RecordingReader::blockAt(TimePoint t)
{
    // Widening steps: dense recordings answer in the first, silent ones in a few.
    std::int64_t reach = 1'000'000'000;
    const std::int64_t begin = toNs(t);
    while (true) {
        std::int64_t end = 0;
        const bool whole = __builtin_add_overflow(begin, reach, &end);
        auto blocks = blocksIn({t, whole ? TimePoint::max() : fromNs(end)}, 0, 0);
        if (!blocks.empty())
            return *std::ranges::min_element(
                blocks, {}, [&](const BlockRef& ref) { return std::max(ref.firstTime, begin); });
        if (whole || reach > (std::int64_t(1) << 60))
            return std::nullopt;
        reach *= 8;
    }
}

bool RecordingReader::load(const BlockRef& block, std::uint32_t wanted, Columns& out)
{
    const bool heard = (wanted & kHeardColumns) == 0 || m_heard.bind(1, block.id).step();
    const bool reading = (wanted & ~kHeardColumns) == 0 ||
                         m_reading.bind(1, readingKey(m_generation, block.id)).step();
    const bool good =
        heard && reading &&
        m_decoder.decode(block.first, block.count,
                         (wanted & kHeardColumns) != 0 ? m_heard.blob(0) : std::string_view(),
                         (wanted & ~kHeardColumns) != 0 ? m_reading.blob(0) : std::string_view(),
                         wanted, out);
    m_heard.reset();
    m_reading.reset();
    return good;
}

bool RecordingReader::loadPayload(const BlockRef& block, std::string& bytes)
{
    const bool good =
        m_payload.bind(1, block.id).step() && m_decoder.packer().unpack(m_payload.blob(0), bytes);
    m_payload.reset();
    return good;
}

std::vector<StoredTile> RecordingReader::tile(int level, std::int64_t idx, const TileGroups& groups)
{
    std::vector<StoredTile> tiles;
    Statement& statement = groups.all || !groups.groups.empty() ? m_tile : m_tileTotals;
    statement.bind(1, m_generation).bind(2, level).bind(3, idx);
    while (statement.step()) {
        StoredTile tile;
        tile.group = statement.number(0);
        if (tile.group != kAllGroup && !groups.all && !groups.groups.contains(tile.group))
            continue;
        tile.through = statement.number(1);
        // A damaged group is left out whole rather than shown in part.
        if (!m_decoder.packer().unpack(statement.blob(2), tile.bytes))
            tile.bytes.clear();
        tiles.push_back(std::move(tile));
    }
    statement.reset();
    return tiles;
}

std::optional<StoredKeyframe> RecordingReader::keyframeBefore(TimePoint t)
{
    std::optional<StoredKeyframe> found;
    if (m_keyframe.bind(1, m_generation).bind(2, toNs(t)).step()) {
        StoredKeyframe keyframe;
        keyframe.block = m_keyframe.number(0);
        keyframe.time = m_keyframe.number(1);
        if (m_decoder.packer().unpack(m_keyframe.blob(2), keyframe.bytes))
            found = std::move(keyframe);
    }
    m_keyframe.reset();
    return found;
}

} // namespace murmur
