// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/readingwriter.h"

#include "base/message.h"
#include "recording/format.h"
#include "recording/writer.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kCommitBytes = std::size_t(8) << 20;

} // namespace

ReadingWriter::ReadingWriter(Database database, const QString& path, Dictionaries& names)
    : m_path(path)
    , m_database(std::move(database))
    , m_names(names)
    , m_audiences(names)
    , m_pyramid(names)
    , m_state(names)
{
}

ReadingWriter::~ReadingWriter() = default;

Result<std::unique_ptr<ReadingWriter>> ReadingWriter::open(const QString& path, Dictionaries& names)
{
    auto database = Database::open(path, Database::Access::Write);
    if (!database)
        return database.error();
    std::unique_ptr<ReadingWriter> writer(new ReadingWriter(std::move(*database), path, names));
    if (auto status = writer->prepare(); !status)
        return status.error();
    return writer;
}

Error ReadingWriter::failure()
{
    Error error = m_database.lastError("write to");
    if (error.code == ErrorCode::Unreadable)
        error.code = ErrorCode::Unwritable;
    if (m_inTransaction)
        (void)m_database.run("ROLLBACK");
    m_inTransaction = false;
    return error;
}

Status ReadingWriter::prepare()
{
    // Readers go on meanwhile: the old generation is theirs until the new one is whole.
    if (auto status = m_database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
                                     "wal_autocheckpoint=1000; PRAGMA cache_size=-8000;");
        !status)
        return failure();
    m_before = m_database.number("SELECT v FROM meta WHERE k = 'generation'", 1);
    m_generation = m_before + 1;
    m_had = m_names.counts();
    if (auto status = remove(m_generation, m_generation + 1); !status)
        return status;
    m_insertReading = Statement(m_database, "INSERT INTO reading (id, data) VALUES (?, ?)");
    m_keepReading = Statement(m_database, "INSERT INTO reading (id, data) SELECT ?, data FROM "
                                          "reading WHERE id = ?");
    m_insertTile =
        Statement(m_database, "INSERT INTO tile (generation, level, idx, grp, part, "
                              "through, messages, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    m_insertKeyframe = Statement(m_database, "INSERT INTO keyframe (id, block, generation, seq, "
                                             "time, data) VALUES (?, ?, ?, ?, ?, ?)");
    m_insertIds = Statement(m_database, "INSERT INTO id_index (id, first_block, last_block, data) "
                                        "VALUES (?, ?, ?, ?)");
    m_agents = Statement(m_database, "SELECT agents FROM block WHERE id = ?");
    m_setAgents = Statement(m_database, "UPDATE block SET agents = ? WHERE id = ?");
    m_insertLate = Statement(m_database, kInsertLate);
    m_insertStray = Statement(m_database, kInsertStray);
    m_widen = Statement(m_database, "UPDATE block SET first_time = ?, last_time = ?, span = ? "
                                    "WHERE id = ?");
    for (const Statement* statement :
         {&m_insertReading, &m_keepReading, &m_insertTile, &m_insertKeyframe, &m_insertIds,
          &m_agents, &m_setAgents, &m_insertLate, &m_widen, &m_insertStray}) {
        if (!statement->isValid())
            return failure();
    }
    // A ring begins in the middle: with the state that it begins with, which is not read again.
    const std::int64_t first = m_database.number("SELECT min(id) FROM block");
    Statement keyframe(m_database, "SELECT data, time, seq FROM keyframe WHERE generation = ? AND "
                                   "block < ? ORDER BY block DESC LIMIT 1");
    if (keyframe.isValid() && keyframe.bind(1, m_before).bind(2, first).step()) {
        std::string bytes;
        if (m_packer.unpack(keyframe.blob(0), bytes) && m_state.load(bytes)) {
            m_lastBlock = first - 1;
            keyframe = Statement();
            if (auto status = storeKeyframe(); !status)
                return status;
        }
    }
    return Done{};
}

Status ReadingWriter::begin()
{
    if (!m_inTransaction && !m_database.run("BEGIN IMMEDIATE"))
        return failure();
    m_inTransaction = true;
    return Done{};
}

Status ReadingWriter::commit()
{
    if (m_inTransaction && !m_database.run("COMMIT"))
        return failure();
    m_inTransaction = false;
    m_pendingBytes = 0;
    return Done{};
}

Status ReadingWriter::add(const BlockRef& block, const Columns& columns, const Columns& heard)
{
    if (auto status = begin(); !status)
        return status;
    m_encoder.packReading(columns, m_packed, &heard);
    m_readingBytes += m_packed.size();
    m_pendingBytes += m_packed.size();
    if (!m_insertReading.bind(1, readingKey(m_generation, block.id))
             .bindBlob(2, m_packed)
             .execute())
        return failure();
    // The zone map may name more agents than the reading, never fewer: both generations use it.
    std::string agents = agentBitmap(columns, m_audiences);
    std::string stored;
    if (m_agents.bind(1, block.id).step())
        stored = m_agents.blob(0);
    m_agents.reset();
    agents.resize(std::max(agents.size(), stored.size()), '\0');
    for (std::size_t i = 0; i < stored.size(); ++i)
        agents[i] = static_cast<char>(agents[i] | stored[i]);
    if (agents != stored && !m_setAgents.bindBlob(1, agents).bind(2, block.id).execute())
        return failure();
    if (auto status = storeLate(block, columns); !status)
        return status;
    for (const std::uint8_t kind : columns.kind)
        ++m_kinds[kind < kKindCount ? kind : 0];
    m_lastBlock = block.id;
    std::vector<FinishedTile> tiles;
    m_pyramid.add(columns, tiles);
    if (auto status = store(tiles); !status)
        return status;
    if (m_ids.add(block.id, columns)) {
        if (auto status = storeIds(); !status)
            return status;
    }
    m_state.apply(columns);
    if (isKeyframeDue(m_readingBytes, m_keyframeBytes, m_lastBlock - m_keyframeBlock)) {
        if (auto status = storeKeyframe(); !status)
            return status;
    }
    return m_pendingBytes < kCommitBytes ? Status(Done{}) : commit();
}

/// What this block tells of others. Like its agents, the zone map may only name more.
Status ReadingWriter::storeLate(const BlockRef& block, const Columns& columns)
{
    if (block.firstTime < m_keyframeTime && !m_insertStray.bind(1, block.id).execute())
        return failure();
    if (columns.late.empty())
        return Done{};
    for (const LateFact& fact : columns.late) {
        if (!m_insertLate.bind(1, fact.of).bind(2, block.id).execute())
            return failure();
    }
    const auto [low, high] = timesOf(columns);
    const std::int64_t first = std::min(low, block.firstTime);
    const std::int64_t last = std::max(high, block.lastTime);
    if (first == block.firstTime && last == block.lastTime)
        return Done{};
    m_widen.bind(1, first).bind(2, last).bind(3, spanClass(first, last)).bind(4, block.id);
    return m_widen.execute() ? Status(Done{}) : Status(failure());
}

Status ReadingWriter::keep(const BlockRef& block, std::int64_t unread)
{
    if (auto status = begin(); !status)
        return status;
    m_unread += unread;
    m_keepReading.bind(1, readingKey(m_generation, block.id))
        .bind(2, readingKey(m_before, block.id));
    return m_keepReading.execute() ? Status(Done{}) : Status(failure());
}

Status ReadingWriter::store(const std::vector<FinishedTile>& tiles)
{
    for (const FinishedTile& tile : tiles) {
        for (const auto& [group, bytes] : tile.groups) {
            m_packer.pack(bytes, m_packed);
            m_pendingBytes += m_packed.size();
            m_insertTile.bind(1, m_generation)
                .bind(2, tile.level)
                .bind(3, tile.idx)
                .bind(4, group)
                .bind(5, tile.part)
                .bind(6, tile.through)
                .bind(7, tile.messages)
                .bindBlob(8, m_packed);
            if (!m_insertTile.execute())
                return failure();
        }
    }
    return Done{};
}

Status ReadingWriter::storeIds()
{
    const auto run = m_ids.take();
    for (std::size_t i = 0; run && i < run->parts.size(); ++i) {
        const IdIndexBuilder::Part& part = run->parts[i];
        m_packer.pack(part.bytes, m_packed, part.bits);
        m_pendingBytes += m_packed.size();
        m_insertIds.bind(1, idIndexKey(m_generation, m_idRun, part.number))
            .bind(2, run->firstBlock)
            .bind(3, run->lastBlock)
            .bindBlob(4, m_packed);
        if (!m_insertIds.execute())
            return failure();
    }
    m_idRun += run && !run->parts.empty() ? 1 : 0;
    return Done{};
}

Status ReadingWriter::storeKeyframe()
{
    if (auto status = begin(); !status)
        return status;
    m_packer.pack(m_state.save(), m_packed);
    m_keyframeBytes = m_packed.size();
    m_readingBytes = 0;
    m_keyframeBlock = m_lastBlock;
    m_keyframeTime = m_state.newest();
    m_insertKeyframe.bind(1, readingKey(m_generation, m_lastBlock))
        .bind(2, m_lastBlock)
        .bind(3, m_generation)
        .bind(4, m_state.last())
        .bind(5, m_state.newest())
        .bindBlob(6, m_packed);
    return m_insertKeyframe.execute() ? Status(Done{}) : Status(failure());
}

Status ReadingWriter::storeNames()
{
    Statement agent(m_database, "INSERT OR REPLACE INTO agent (id, name, site, crew, role, tenant, "
                                "provisional, same_as) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    Statement topic(m_database, "INSERT OR REPLACE INTO topic (id, name) VALUES (?, ?)");
    Statement type(m_database, "INSERT OR REPLACE INTO type (id, name) VALUES (?, ?)");
    Statement key(m_database, "INSERT OR REPLACE INTO state_key (id, name) VALUES (?, ?)");
    Statement audience(m_database, "INSERT OR REPLACE INTO audience (id, members) VALUES (?, ?)");
    const Dictionaries::Counts now = m_names.counts();
    bool good = true;
    // Labels of known agents may have been learnt as well.
    for (std::uint32_t id = 1; good && id < now.agents; ++id) {
        const AgentEntry entry = m_names.recordedAgent(AgentId(id));
        agent.bind(1, id)
            .bind(2, std::string_view(entry.name))
            .bind(7, entry.provisional ? 1 : 0)
            .bind(8, index(entry.sameAs));
        for (std::size_t label = 0; label < kLabelCount; ++label) {
            const int place = 3 + static_cast<int>(label);
            if (entry.labels[label].empty())
                agent.bindNull(place);
            else
                agent.bind(place, std::string_view(entry.labels[label]));
        }
        good = agent.execute();
    }
    const auto put = [&good](Statement& statement, std::uint32_t id, const std::string& name) {
        good = good && statement.bind(1, id).bind(2, std::string_view(name)).execute();
    };
    for (std::uint32_t id = m_had.topics; id < now.topics; ++id)
        put(topic, id, m_names.topicName(TopicId(id)));
    for (std::uint32_t id = m_had.types; id < now.types; ++id)
        put(type, id, m_names.typeName(TypeId(id)));
    for (std::uint32_t id = m_had.stateKeys; id < now.stateKeys; ++id)
        put(key, id, m_names.stateKeyName(StateKeyId(id)));
    for (std::uint32_t id = m_had.audiences; good && id < now.audiences; ++id) {
        std::string members;
        std::uint32_t before = 0;
        for (const AgentId member : m_names.receivers(AudienceId(id))) {
            appendVarint(members, index(member) - before);
            before = index(member);
        }
        good = audience.bind(1, id).bindBlob(2, members).execute();
    }
    return good ? Status(Done{}) : Status(failure());
}

Status ReadingWriter::finish()
{
    if (auto status = begin(); !status)
        return status;
    std::vector<FinishedTile> tiles;
    m_pyramid.close(tiles);
    if (auto status = store(tiles); !status)
        return status;
    if (auto status = storeIds(); !status)
        return status;
    if (m_lastBlock != m_keyframeBlock) {
        if (auto status = storeKeyframe(); !status)
            return status;
    }
    if (auto status = storeNames(); !status)
        return status;
    std::string kinds;
    for (const std::int64_t count : m_kinds)
        appendVarint(kinds, static_cast<std::uint64_t>(count));
    Statement meta(m_database, "INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)");
    // From this commit on the new generation is the one that is read.
    if (!meta.bind(1, "kinds").bindBlob(2, kinds).execute() ||
        !meta.bind(1, "unread").bind(2, m_unread).execute() ||
        !meta.bind(1, "generation").bind(2, m_generation).execute() ||
        !meta.bind(1, "dialects").bind(2, m_dialects).execute() ||
        // It also holds texts that the old reading made up.
        !m_database.run("DELETE FROM bloom"))
        return failure();
    meta = Statement();
    if (auto status = commit(); !status)
        return status;
    if (auto status = remove(0, m_generation); !status)
        return status;
    return close();
}

void ReadingWriter::abandon()
{
    if (m_inTransaction)
        (void)m_database.run("ROLLBACK");
    m_inTransaction = false;
    (void)remove(m_generation, m_generation + 1);
    (void)close();
}

Status ReadingWriter::remove(std::int64_t fromGeneration, std::int64_t toGeneration)
{
    if (auto status = begin(); !status)
        return status;
    const auto from = readingKey(fromGeneration, 0);
    const auto to = readingKey(toGeneration, 0);
    for (const char* sql : {"DELETE FROM reading WHERE id >= ? AND id < ?",
                            "DELETE FROM keyframe WHERE id >= ? AND id < ?",
                            "DELETE FROM id_index WHERE id >= ? AND id < ?"}) {
        Statement rows(m_database, sql);
        if (!rows.isValid() || !rows.bind(1, from).bind(2, to).execute())
            return failure();
    }
    Statement tiles(m_database, "DELETE FROM tile WHERE generation >= ? AND generation < ?");
    if (!tiles.isValid() || !tiles.bind(1, fromGeneration).bind(2, toGeneration).execute())
        return failure();
    tiles = Statement();
    return commit();
}

Status ReadingWriter::close()
{
    for (Statement* statement :
         {&m_insertReading, &m_keepReading, &m_insertTile, &m_insertKeyframe, &m_insertIds,
          &m_agents, &m_setAgents, &m_insertLate, &m_widen, &m_insertStray})
        *statement = Statement();
    (void)m_database.run("PRAGMA incremental_vacuum");
    // Somebody else may be reading: then the WAL stays, which is no error.
    (void)m_database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    (void)m_database.run("PRAGMA journal_mode=DELETE");
    m_database = Database();
    return Done{};
}

} // namespace murmur
