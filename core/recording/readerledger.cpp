// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recording says about itself beside its messages (names, sums, gaps, ticks, findings), and
// what its zone map excludes.

#include "recording/damagelog.h"
#include "recording/findingtable.h"
#include "recording/reader.h"
#include "recording/schematable.h"

#include <algorithm>
#include <limits>

namespace murmur {

namespace {

/// Names in a row that may be missing from a dictionary.
constexpr std::int64_t kLongestHole = 65'536;

/// Keys of a table in their order. A file from anybody may hold a tree whose branches lead to the
/// same leaves again and again: to read it takes for ever, but its keys do not ascend.
template<typename Key>
class Ascent
{
public:
    explicit Ascent(const Database& database)
        : m_database(database)
    {
    }

    bool goesOn(Key key)
    {
        const bool ascends = m_isFirst || m_last < key;
        if (!ascends)
            logDamagedBlock(m_database.path(), 0);
        m_isFirst = false;
        m_last = std::move(key);
        return ascends;
    }

private:
    const Database& m_database;
    Key m_last{};
    bool m_isFirst = true;
};

} // namespace

RecordingMeta RecordingReader::meta()
{
    RecordingMeta meta;
    Statement rows(m_database, "SELECT k, v FROM meta");
    Ascent<std::string> ascent(m_database);
    while (rows.step()) {
        const std::string_view key = rows.text(0);
        if (!ascent.goesOn(std::string(key)))
            break;
        if (key == "uuid")
            meta.uuid =
                QString::fromUtf8(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "program")
            meta.program =
                QString::fromUtf8(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "family")
            meta.family =
                QString::fromUtf8(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "host")
            meta.host =
                QString::fromUtf8(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "started")
            meta.started = rows.number(1);
        else if (key == "generation")
            meta.generation = rows.number(1);
        else if (key == "clean")
            meta.isClean = rows.number(1) == 1;
        else if (key == "last")
            meta.totals.last = rows.number(1);
        else if (key == "unread")
            meta.unread = rows.number(1);
        else if (key.starts_with(kClockStep))
            meta.clockSteps.push_back(
                {std::atoll(std::string(key.substr(kClockStep.size())).c_str()), rows.number(1)});
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
        else if (key == "first")
            meta.begin = rows.number(1);
        else if (key == "trimmed_to")
            meta.totals.first = rows.number(1);
        else if (key == "part")
            meta.part = static_cast<int>(rows.number(1));
        else if (key == "shard")
            meta.shard = QString::fromStdString(std::string(rows.text(1)));
        else if (key == "dialects")
            meta.dialects = QString::fromStdString(std::string(rows.text(1)));
        else if (key == "rules")
            meta.rules = QString::fromStdString(std::string(rows.text(1)));
        else if (key == "redaction")
            meta.redaction = QString::fromStdString(std::string(rows.text(1)));
        else if (key == "names")
            meta.names =
                QByteArray(rows.text(1).data(), static_cast<qsizetype>(rows.text(1).size()));
        else if (key == "kinds") {
            std::string_view bytes = rows.blob(1);
            for (std::int64_t& count : meta.totals.kinds) {
                std::uint64_t value = 0;
                if (readVarint(bytes, value))
                    count = static_cast<std::int64_t>(value);
            }
        }
    }
    // What the blocks hold is there, whatever the sum says.
    rows = Statement();
    if (const Seq held = last(); held > meta.totals.last) {
        meta.totals.last = held;
        logDamagedBlock(m_database.path(), 0);
    }
    meta.totals.first = std::max(meta.totals.first, meta.begin);
    std::ranges::sort(meta.clockSteps, {}, &ClockStep::time);
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
            // A hole is at most a few damaged pages; a file that claims more must not make us
            // allocate.
            const std::int64_t hole = rows.number(0) - next;
            for (; next < rows.number(0) && hole < kLongestHole; ++next)
                add(next, std::string_view(missing(next)), nullptr);
            if (rows.number(0) != next)
                break;
            add(next, rows.text(1), &rows);
            ++next;
        }
    };
    loadSchemas(m_database, have.schemas, names.codecs());
    std::vector<std::pair<AgentId, AgentId>> learnt;
    load("SELECT id, name, site, crew, role, tenant, provisional, same_as FROM agent WHERE id >= ? "
         "ORDER BY "
         "id",
         1, [&](std::int64_t id, std::string_view name, Statement* row) {
             AgentId agent{static_cast<std::uint32_t>(id)};
             if (id >= have.agents) {
                 agent = names.agent(name, row != nullptr && row->number(6) != 0);
                 if (index(agent) != id)
                     agent = names.agent(missing(id));
             }
             if (row != nullptr && (row->number(7) > 0 || names.resolved(agent) != agent))
                 learnt.emplace_back(agent, AgentId(static_cast<std::uint32_t>(row->number(7))));
             for (std::size_t label = 0; row != nullptr && label < kLabelCount; ++label) {
                 if (!row->isNull(2 + static_cast<int>(label)))
                     names.setLabel(agent, static_cast<Label>(label),
                                    row->text(2 + static_cast<int>(label)));
             }
         });
    for (const auto& [agent, as] : learnt)
        names.setSameAs(agent, as);
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
         [&, agents = names.counts().agents](std::int64_t id, std::string_view, Statement* row) {
             std::vector<AgentId> members;
             std::string_view bytes = row != nullptr ? row->blob(1) : std::string_view();
             std::uint64_t step = 0;
             std::uint32_t member = 0;
             while (readVarint(bytes, step)) {
                 member += static_cast<std::uint32_t>(step);
                 if (member < agents)
                     members.push_back(AgentId(member));
             }
             // A set that is lost, or there twice, must not move the ids of those behind it.
             const AudienceId audience =
                 row != nullptr ? names.audience(std::move(members)) : AudienceId{};
             if (index(audience) != id)
                 names.unknownAudience();
         });
}

std::vector<StoredConnection> RecordingReader::connections()
{
    std::vector<StoredConnection> connections;
    Statement rows(m_database, "SELECT id, url, name, received, recorded, (SELECT v FROM meta "
                               "WHERE k = 'elsewhere:' || connection.id) FROM connection "
                               "ORDER BY id");
    Ascent<std::int64_t> ascent(m_database);
    while (rows.step() && ascent.goesOn(rows.number(0))) {
        StoredConnection connection;
        connection.id = ConnectionId(static_cast<std::uint32_t>(rows.number(0)));
        connection.url = rows.text(1);
        connection.name = rows.text(2);
        connection.received = rows.number(3);
        connection.recorded = rows.number(4);
        connection.elsewhere = rows.number(5);
        connections.push_back(std::move(connection));
    }
    for (const Gap& gap : gaps()) {
        const auto of = std::ranges::find(connections, gap.connection, &StoredConnection::id);
        if (of == connections.end() || gap.cause == "subscriber-cut")
            continue;
        of->lost += gap.count;
        of->lostIs = std::max(of->lostIs, gap.lostIs);
    }
    return connections;
}

std::vector<Gap> RecordingReader::gaps()
{
    std::vector<Gap> gaps;
    Statement rows(m_database, "SELECT connection, topic, cause, from_time, to_time, count, "
                               "lost_is, id FROM gap ORDER BY id");
    Ascent<std::int64_t> ascent(m_database);
    while (rows.step() && ascent.goesOn(rows.number(7))) {
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
    std::ranges::stable_sort(gaps, {}, &Gap::from);
    return gaps;
}

std::vector<StoredTick> RecordingReader::ticks()
{
    std::vector<StoredTick> ticks;
    Statement rows(m_database,
                   "SELECT id, time, seq, bus_queue, writer_queue FROM tick ORDER BY id");
    Ascent<std::int64_t> ascent(m_database);
    while (rows.step() && ascent.goesOn(rows.number(0)))
        ticks.push_back(
            {rows.number(0), rows.number(1), rows.number(2), rows.real(3), rows.real(4)});
    std::ranges::stable_sort(ticks, {}, &StoredTick::time);
    return ticks;
}

std::vector<BlockRef> RecordingReader::blocksBefore(Seq seq, int limit)
{
    std::vector<BlockRef> blocks;
    m_blocksBefore.bind(1, seq).bind(2, limit);
    while (m_blocksBefore.step())
        blocks.push_back(refFrom(m_blocksBefore));
    m_blocksBefore.reset();
    return blocks;
}

bool RecordingReader::mayHoldAnyOf(const BlockRef& block, std::span<const AgentId> agents)
{
    // Without a bitmap anybody may be in it.
    bool may = true;
    if (m_blockAgents.bind(1, block.id).step() && !m_blockAgents.isNull(0)) {
        const std::string_view bits = m_blockAgents.blob(0);
        may = std::ranges::any_of(agents, [bits](AgentId agent) {
            const std::size_t byte = index(agent) / 8;
            return byte < bits.size() &&
                   (static_cast<unsigned char>(bits[byte]) >> (index(agent) % 8) & 1u) != 0;
        });
    }
    m_blockAgents.reset();
    return may;
}

std::optional<BlockRef> RecordingReader::blockBehind(std::int64_t id)
{
    std::optional<BlockRef> block;
    m_blocksById.bind(1, id + 1).bind(2, std::numeric_limits<std::int64_t>::max());
    if (m_blocksById.step())
        block = refFrom(m_blocksById);
    m_blocksById.reset();
    return block;
}

bool RecordingReader::mayHoldText(const BlockRef& block, const TextChoice& texts)
{
    // Blocks are mostly asked for in their order: a run is looked up once for all of its blocks.
    if (!m_filterRun.covers(block.id) || m_filterTexts != texts) {
        m_filterTexts = texts;
        m_filterRun.setUnknown(block.id, block.id);
        if (m_filter.bind(1, block.id).step())
            m_filterRun.look(m_filter.number(0), m_filter.blob(1), texts, m_decoder.packer());
        m_filter.reset();
    }
    return !m_filterRun.covers(block.id) || m_filterRun.mayHold(block.id);
}

std::vector<StoredTick> RecordingReader::ticksAfter(std::int64_t id, int limit)
{
    std::vector<StoredTick> ticks;
    Statement rows(m_database, "SELECT id, time, seq, bus_queue, writer_queue FROM tick WHERE id > "
                               "? ORDER BY id LIMIT ?");
    rows.bind(1, id).bind(2, std::int64_t(limit));
    while (rows.step())
        ticks.push_back(
            {rows.number(0), rows.number(1), rows.number(2), rows.real(3), rows.real(4)});
    return ticks;
}

StoredFindings RecordingReader::findings()
{
    return readFindings(m_database, m_generation);
}

std::string RecordingReader::fact(std::string_view key)
{
    Statement row(m_database, "SELECT v FROM meta WHERE k = ?");
    return row.bind(1, key).step() ? std::string(row.text(0)) : std::string();
}

bool RecordingReader::tellsLate()
{
    return m_database.number(
               "SELECT EXISTS (SELECT 1 FROM late WHERE block > 0 AND by_block > block)") != 0;
}

} // namespace murmur
