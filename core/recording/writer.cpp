// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/writer.h"

#include "base/message.h"
#include "recording/format.h"
#include "recording/reader.h"

#include <QUuid>

#include <bit>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kGeneration = kFirstGeneration;
/// How long the end of a recording may be put off for the text filter.
constexpr std::chrono::milliseconds kFilterAtClose{1000};
/// What a page has room for, and what a row of `reading` takes beside its blob.
constexpr std::size_t kPageRoom = 16'376;
constexpr std::size_t kRowRoom = 20;
/// How much larger or smaller than usual blocks may be made to fill pages.
constexpr double kLargestBlock = 1.24;
constexpr double kSmallestBlock = 0.9;

} // namespace

std::int64_t spanClass(std::int64_t first, std::int64_t last)
{
    return std::bit_width(static_cast<std::uint64_t>(last - first));
}

std::pair<std::int64_t, std::int64_t> timesOf(const Columns& columns)
{
    auto [first, last] = std::ranges::minmax(columns.time);
    for (const LateFact& fact : columns.late) {
        if (fact.what != LateFact::What::Answer)
            continue;
        first = std::min(first, fact.time);
        last = std::max(last, fact.time);
    }
    return {first, last};
}

std::string agentBitmap(const Columns& columns, AudienceCache& audiences)
{
    std::string bits;
    const auto set = [&bits](std::uint32_t agent) {
        const std::size_t byte = agent / 8;
        if (byte >= bits.size())
            bits.resize(byte + 1, '\0');
        bits[byte] =
            static_cast<char>(static_cast<unsigned char>(bits[byte]) | (1u << (agent % 8)));
    };
    std::uint32_t before = 0;
    for (std::size_t row = 0; row < columns.size(); ++row) {
        set(columns.sender[row]);
        if (columns.audience[row] == before)
            continue;
        before = columns.audience[row];
        for (const AgentId receiver : audiences.of(before))
            set(index(receiver));
    }
    return bits;
}

RecordingWriter::RecordingWriter(Database database, const QString& path, Dictionaries& names)
    : m_path(path)
    , m_database(std::move(database))
    , m_names(names)
    , m_audiences(names)
    , m_pyramid(names)
    , m_state(names)
{
}

RecordingWriter::~RecordingWriter() = default;

Result<std::unique_ptr<RecordingWriter>>
RecordingWriter::create(const QString& path, Dictionaries& names, const RecordingFacts& facts)
{
    auto database = createRecording(path);
    if (!database)
        return database.error();
    std::unique_ptr<RecordingWriter> writer(new RecordingWriter(std::move(*database), path, names));
    if (auto status = writer->prepare(); !status)
        return status.error();
    const std::string uuid = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    writer->m_uuid = uuid;
    writer->m_ring = Ring(facts.ring);
    for (const auto& [key, value] : {std::pair<std::string_view, std::string_view>{"uuid", uuid},
                                     {"family", facts.family.empty() ? uuid : facts.family},
                                     {"program", facts.program},
                                     {"host", facts.host}}) {
        if (auto status = writer->storeMeta(key, value); !status)
            return status.error();
    }
    for (const auto& [key, value] :
         {std::pair<std::string_view, std::int64_t>{"format", kFormatVersion},
          {"started", facts.started},
          {"generation", kGeneration},
          {"clean", 0}}) {
        if (auto status = writer->storeMeta(key, value); !status)
            return status.error();
    }
    if (facts.anchor != 0) {
        if (auto status = writer->storeMeta("clock_anchor", facts.anchor); !status)
            return status.error();
    }
    if (facts.part > 0) {
        if (auto status = writer->storeMeta("part", facts.part); !status)
            return status.error();
    }
    for (const auto& [key, value] :
         {std::pair<std::string_view, std::string_view>{"shard", facts.shard},
          {"rules", facts.rules},
          {"redaction", facts.redaction},
          {"dialects", facts.dialects}}) {
        if (value.empty())
            continue;
        if (auto status = writer->storeMeta(key, value); !status)
            return status.error();
    }
    if (auto status = writer->commit(); !status)
        return status.error();
    return writer;
}

Status RecordingWriter::prepare()
{
    struct Row
    {
        Statement& statement;
        const char* sql;
    };
    const Row rows[] = {
        {m_insertBlock,
         "INSERT OR REPLACE INTO block (id, first, count, first_time, last_time, "
         "span, agents, payload_at, payload_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"},
        {m_insertHeard, "INSERT OR REPLACE INTO heard (block, data) VALUES (?, ?)"},
        {m_insertReading, "INSERT OR REPLACE INTO reading (id, data) VALUES (?, ?)"},
        {m_insertPayload, "INSERT OR REPLACE INTO payload (id, data) VALUES (?, ?)"},
        {m_insertTile, "INSERT INTO tile (generation, level, idx, grp, part, through, messages, "
                       "data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
        {m_insertKeyframe, "INSERT OR REPLACE INTO keyframe (id, block, generation, seq, time, "
                           "data) VALUES (?, ?, ?, ?, ?, ?)"},
        {m_insertGap, "INSERT INTO gap (connection, topic, cause, from_time, to_time, count, "
                      "lost_is) VALUES (?, ?, ?, ?, ?, ?, ?)"},
        {m_extendGap, "UPDATE gap SET to_time = max(to_time, ?), count = count + ? WHERE id = ?"},
        {m_insertTick, "INSERT INTO tick (time, seq, bus_queue, writer_queue) VALUES (?, ?, ?, ?)"},
        {m_insertMeta, "INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)"},
        {m_insertConnection, "INSERT OR REPLACE INTO connection (id, url, name, received, "
                             "recorded) VALUES (?, ?, ?, ?, ?)"},
        {m_insertAgent, "INSERT OR REPLACE INTO agent (id, name, site, crew, role, tenant, "
                        "provisional, same_as) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"},
        {m_insertTopic, "INSERT OR REPLACE INTO topic (id, name) VALUES (?, ?)"},
        {m_insertType, "INSERT OR REPLACE INTO type (id, name) VALUES (?, ?)"},
        {m_insertStateKey, "INSERT OR REPLACE INTO state_key (id, name) VALUES (?, ?)"},
        {m_insertAudience, "INSERT OR REPLACE INTO audience (id, members) VALUES (?, ?)"},
        {m_insertIds, "INSERT INTO id_index (id, first_block, last_block, data) "
                      "VALUES (?, ?, ?, ?)"},
        {m_insertLate, kInsertLate},
        {m_insertFilter, "INSERT OR REPLACE INTO bloom (block, data) VALUES (?, ?)"},
        {m_widen,
         "UPDATE block SET first_time = ?, last_time = ?, span = ?, agents = ? WHERE id = ?"},
        {m_insertStray, kInsertStray},
    };
    for (const Row& row : rows) {
        row.statement = Statement(m_database, row.sql);
        if (!row.statement.isValid())
            return failure("prepare");
    }
    return Done{};
}

Error RecordingWriter::failure(const char* doing)
{
    m_failed = true;
    (void)m_payload.take(); // what it packs may go now
    m_closing.reset();
    Error error = m_database.lastError(doing);
    if (error.code == ErrorCode::Unreadable)
        error.code = ErrorCode::Unwritable;
    if (m_inTransaction) {
        (void)m_database.run("ROLLBACK");
        m_inTransaction = false;
    }
    return error;
}

Status RecordingWriter::begin()
{
    if (m_failed)
        return Error{ErrorCode::Unwritable, u"%1 cannot be written any more."_s.arg(m_path)};
    if (m_inTransaction)
        return Done{};
    if (auto status = m_database.run("BEGIN IMMEDIATE"); !status)
        return failure("write to");
    m_inTransaction = true;
    return Done{};
}

Status RecordingWriter::append(const Chunk& chunk)
{
    if (chunk.columns.size() == 0)
        return Done{};
    if (auto status = begin(); !status)
        return status;
    for (std::size_t row = 0; row < chunk.columns.size();) {
        if (takesNoMore(chunk, row)) {
            if (auto status = closeBlock(); !status)
                return status;
        }
        const std::size_t end = rowsThatFit(chunk, row);
        if (auto status = appendRows(chunk, row, end); !status)
            return status;
        row = end;
    }
    return Done{};
}

/// Whether the open block must be closed before row `row`.
bool RecordingWriter::takesNoMore(const Chunk& chunk, std::size_t row) const
{
    if (m_open.columns.size() == 0)
        return false;
    const std::size_t size = chunk.offsetOf(row + 1) - chunk.offsetOf(row);
    return m_open.isUnread != chunk.isUnread ||
           m_open.bytes.size() + size > kBlockBytes + kBlockBytes / 2 ||
           chunk.columns.time[row] - m_open.columns.time.front() > kBlockAge;
}

/// Up to which row, at least behind `from`, the open block takes the rows.
std::size_t RecordingWriter::rowsThatFit(const Chunk& chunk, std::size_t from) const
{
    const std::size_t room = m_blockBytes - std::min(m_blockBytes, m_open.bytes.size());
    const std::size_t most =
        std::min(chunk.columns.size(), from + kBlockRows - m_open.columns.size());
    std::size_t end = from + 1;
    while (end < most && chunk.offsetOf(end) - chunk.offsetOf(from) < room)
        ++end;
    return end;
}

Status RecordingWriter::appendRows(const Chunk& chunk, std::size_t from, std::size_t to)
{
    m_open.append(chunk, from, to);
    m_open.isUnread = chunk.isUnread;
    m_openChanged = true;
    const std::size_t bytes = chunk.offsetOf(to) - chunk.offsetOf(from);
    m_pendingBytes += bytes;
    const Columns& columns = chunk.columns;
    m_newestReceived = std::max(m_newestReceived, columns.received[to - 1]);
    if (m_totals.last < m_totals.first) {
        m_totals.firstTime = columns.time[from];
        m_totals.lastTime = columns.time[from];
    }
    m_totals.last = columns.first + static_cast<Seq>(to) - 1;
    m_totals.bytesRaw += static_cast<std::int64_t>(bytes);
    for (std::size_t row = from; row < to; ++row) {
        m_totals.firstTime = std::min(m_totals.firstTime, columns.time[row]);
        m_totals.lastTime = std::max(m_totals.lastTime, columns.time[row]);
        ++m_totals.kinds[columns.kind[row] < kKindCount ? columns.kind[row] : 0];
        m_unread += (columns.flags[row] & Unread) != 0 ? 1 : 0;
        if (columns.connection[row] >= m_recorded.size())
            m_recorded.resize(columns.connection[row] + 1);
        ++m_recorded[columns.connection[row]];
    }
    if (m_ring.limit().length.count() > 0 && m_ring.wantsBorder(0, m_newestReceived))
        return storeBorder();
    if (m_open.bytes.size() >= m_blockBytes || m_open.columns.size() >= kBlockRows)
        return closeBlock();
    return Done{};
}

/// As it is now; it is written again when it is closed.
Status RecordingWriter::writeOpenBlock()
{
    if (auto status = writeHeaders(); !status)
        return status;
    m_openChanged = false;
    return writeBlock(describe(m_keyframeTime), m_payload.take());
}

/// What the columns become; the payload is packed meanwhile.
Status RecordingWriter::writeHeaders()
{
    m_payload.start(m_open.bytes);
    m_encoder.packHeard(m_open.columns, m_packed);
    m_encoder.packReading(m_open.columns, m_packedReading);
    m_insertHeard.bind(1, m_blockId).bindBlob(2, m_packed);
    m_insertReading.bind(1, readingKey(kGeneration, m_blockId)).bindBlob(2, m_packedReading);
    if (!m_insertHeard.execute() || !m_insertReading.execute())
        return failure("write to");
    return Done{};
}

/// `keyframeTime` is that of the last keyframe before the block.
RecordingWriter::PackedBlock RecordingWriter::describe(std::int64_t keyframeTime)
{
    const Columns& columns = m_open.columns;
    const auto [first, last] = timesOf(columns);
    return {m_blockId,
            columns.first,
            static_cast<std::int64_t>(columns.size()),
            first,
            last,
            agentBitmap(columns, m_audiences),
            columns.late,
            std::ranges::min(columns.time) < keyframeTime};
}

Status RecordingWriter::writeBlock(const PackedBlock& block, const std::string& payload)
{
    m_insertBlock.bind(1, block.id)
        .bind(2, block.first)
        .bind(3, block.count)
        .bind(4, block.firstTime)
        .bind(5, block.lastTime)
        .bind(6, spanClass(block.firstTime, block.lastTime))
        .bindBlob(7, block.agents)
        .bind(8, m_payloadEnd)
        .bind(9, static_cast<std::int64_t>(payload.size()));
    if (!m_insertBlock.execute())
        return failure("write to");
    if (auto status = storeLate(block.id, block.late, block.isStray); !status)
        return status;
    return writePayload(payload);
}

/// Writes what is left of the block that was closed last: its payload was packed while the next
/// block filled.
Status RecordingWriter::finishBlock()
{
    if (!m_closing)
        return Done{};
    const std::string& payload = m_payload.take();
    if (auto status = writeBlock(*m_closing, payload); !status)
        return status;
    keepPayload(payload);
    m_closing.reset();
    return Done{};
}

Status RecordingWriter::writePayload(std::string_view packed)
{
    std::string_view rest = packed;
    std::string first = m_piece;
    for (std::int64_t piece = m_payloadEnd / kPayloadPiece; !rest.empty(); ++piece) {
        const std::size_t room = static_cast<std::size_t>(kPayloadPiece) - first.size();
        std::string_view bytes = rest.substr(0, room);
        rest.remove_prefix(bytes.size());
        if (!first.empty())
            bytes = first.append(bytes);
        const bool good = m_insertPayload.bind(1, piece).bindBlob(2, bytes).execute();
        first.clear();
        if (!good)
            return failure("write to");
    }
    return Done{};
}

/// The block is closed: what follows goes behind its payload.
void RecordingWriter::keepPayload(std::string_view packed)
{
    const auto end = m_payloadEnd + static_cast<std::int64_t>(packed.size());
    const auto inPiece = static_cast<std::size_t>(end % kPayloadPiece);
    if (inPiece <= packed.size())
        m_piece.assign(packed.substr(packed.size() - inPiece));
    else
        m_piece += packed;
    m_payloadEnd = end;
}

Status RecordingWriter::filterText(std::chrono::milliseconds time, bool isEnd)
{
    if (m_failed || m_closed || m_isLedgerOnly)
        return Done{};
    bool good = true;
    const auto store = [&](const TextFilterBuilder::Run& run) {
        good =
            bool(begin()) && m_insertFilter.bind(1, run.lastBlock).bindBlob(2, run.bytes).execute();
        m_pendingBytes += run.bytes.size();
        return good;
    };
    (void)m_textFilter.step(m_path, m_database, m_durableFolded, isEnd,
                            std::chrono::steady_clock::now() + time, store);
    if (good)
        return Done{};
    return m_failed ? Error{ErrorCode::Unwritable, u"%1 cannot be written any more."_s.arg(m_path)}
                    : failure("write to");
}

Status RecordingWriter::closeBlock()
{
    if (m_open.columns.size() == 0)
        return Done{};
    if (auto status = finishBlock(); !status)
        return status;
    const std::int64_t keyframeTime = m_keyframeTime;
    if (auto status = writeHeaders(); !status)
        return status;
    m_headerBytesSinceKeyframe += m_packed.size() + m_packedReading.size();
    fitBlocksToPages();
    if (m_open.isUnread)
        ++m_unreadBlocks;
    else if (auto status = fold(m_blockId, m_open.columns); !status)
        return status;
    m_closing = describe(keyframeTime);
    m_closingBytes.swap(m_open.bytes); // stay where they are: they may still be packed
    m_openChanged = false;
    m_open.clear();
    ++m_blockId;
    return Done{};
}

/// A page holds whole rows, so a third of it stays empty when readings take two fifths of one: the
/// next blocks are made a little smaller or larger, so that it is nearly filled.
void RecordingWriter::fitBlocksToPages()
{
    if (m_open.bytes.size() < kBlockBytes / 2 || m_open.isUnread)
        return;
    const double own = static_cast<double>(m_packedReading.size() + kRowRoom) /
                       static_cast<double>(m_open.bytes.size());
    m_readingShare += (own - m_readingShare) / (m_readingShare == 0 ? 1 : 8);
    // Of a page, a little room left for readings that come out larger than others.
    const double now = m_readingShare * static_cast<double>(kBlockBytes) / (0.97 * kPageRoom);
    const double onAPage = std::max(1.0, std::floor(1 / now));
    const double larger = 1 / onAPage / now;
    const double smaller = 1 / (onAPage + 1) / now;
    // Larger rather than smaller: small blocks compress less.
    const double best = larger <= kLargestBlock ? larger : smaller < kSmallestBlock ? 1 : smaller;
    m_blockBytes = static_cast<std::size_t>(best * static_cast<double>(kBlockBytes));
}

Status RecordingWriter::endBlock()
{
    if (auto status = begin(); !status)
        return status;
    return closeBlock();
}

Status RecordingWriter::commit()
{
    if (m_closed)
        return Done{};
    if (auto status = finishBlock(); !status)
        return status;
    if (m_openChanged) {
        if (auto status = writeOpenBlock(); !status)
            return status;
    }
    if (!m_inTransaction)
        return Done{};
    if (m_ring.limit().isSet() && !m_isLedgerOnly) {
        if (auto status = trimRing(); !status)
            return status;
    }
    if (auto status = storeDictionaries(false); !status)
        return status;
    std::string kinds;
    for (std::size_t kind = 0; kind < kKindCount; ++kind)
        appendVarint(kinds,
                     static_cast<std::uint64_t>(m_totals.kinds[kind] - m_ring.gone().kinds[kind]));
    if (!m_insertMeta.bind(1, "kinds").bindBlob(2, kinds).execute())
        return failure("write to");
    for (const auto& [key, value] :
         {std::pair<std::string_view, std::int64_t>{"last", m_totals.last},
          {"first_time", m_totals.firstTime},
          {"last_time", m_totals.lastTime},
          {"bytes_raw", m_totals.bytesRaw - m_ring.gone().bytesRaw},
          {"gaps", m_totals.gaps},
          {"lost", m_totals.lost}}) {
        if (auto status = storeMeta(key, value); !status)
            return status;
    }
    if (m_unread != m_storedUnread) {
        m_storedUnread = m_unread;
        if (auto status = storeMeta("unread", m_unread); !status)
            return status;
    }
    if (auto status = m_database.run("COMMIT"); !status)
        return failure("write to");
    m_inTransaction = false;
    m_durable = m_totals;
    m_durableRecorded = m_recorded;
    m_durableStored = m_stored;
    m_durableFolded = m_foldedBlock;
    if (!m_isLedgerOnly) {
        m_durableIsOpen = m_open.columns.size() > 0;
        m_durableBlock = m_durableIsOpen ? m_blockId : m_blockId - 1;
    }
    m_ring.committed();
    m_pendingBytes = 0;
    return Done{};
}

Status RecordingWriter::close()
{
    if (m_closed)
        return Done{};
    const bool hadFailed = m_failed || m_isLedgerOnly;
    Status outcome = Done{};
    if (!hadFailed) {
        outcome = [&]() -> Status {
            if (auto status = begin(); !status)
                return status;
            if (auto status = closeBlock(); !status)
                return status;
            std::vector<FinishedTile> tiles;
            m_pyramid.close(tiles);
            if (auto status = store(tiles); !status)
                return status;
            if (auto status = storeIdRun(); !status)
                return status;
            if (m_totals.last >= m_totals.first && m_lastKeyframeBlock != m_foldedBlock) {
                if (auto status = storeKeyframe(); !status)
                    return status;
            }
            if (auto status = storeDictionaries(true); !status)
                return status;
            if (auto status = commit(); !status)
                return status;
            if (auto status = filterText(kFilterAtClose, true); !status)
                return status;
            if (auto status = storeMeta("clean", 1); !status)
                return status;
            return commit();
        }();
    }
    m_closed = true;
    m_textFilter.reset();
    // An unfinalized statement keeps the connection open and leaves the WAL behind.
    for (Statement* statement :
         {&m_insertBlock, &m_insertHeard,    &m_insertReading,    &m_insertPayload,
          &m_insertTile,  &m_insertKeyframe, &m_insertGap,        &m_extendGap,
          &m_insertTick,  &m_insertMeta,     &m_insertConnection, &m_insertAgent,
          &m_insertTopic, &m_insertType,     &m_insertStateKey,   &m_insertAudience,
          &m_insertIds,   &m_insertLate,     &m_insertStray,      &m_widen,
          &m_insertFilter})
        *statement = Statement();
    m_lags.forget();
    m_findings.forget();
    // Only without a WAL does a recording open on read-only media. A foreign reader may hold it:
    // then it stays, which is no error.
    (void)m_database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    (void)m_database.run("PRAGMA journal_mode=DELETE");
    m_database = Database();
    return outcome;
}

} // namespace murmur
