// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/reader.h"

#include "recording/damagelog.h"
#include "recording/format.h"
#include "recording/idindex.h"

#include <limits>

namespace murmur {

RecordingReader::RecordingReader(Database database)
    : m_database(std::move(database))
{
    m_format = m_database.number("PRAGMA user_version", kFormatVersion);
    const std::string columns =
        m_format == 1 ? "SELECT id, first, count, first_time, last_time FROM block "
                      : "SELECT id, first, count, first_time, last_time, payload_at, payload_size, "
                        "EXISTS (SELECT 1 FROM late WHERE late.block = block.id) FROM block ";
    m_last = Statement(m_database, "SELECT first, count, id FROM block ORDER BY id DESC");
    m_first =
        Statement(m_database, "SELECT coalesce((SELECT first FROM block ORDER BY id LIMIT 1), "
                              "(SELECT v FROM meta WHERE k = 'trimmed_to'), (SELECT v FROM "
                              "meta WHERE k = 'first'), 1)");
    m_trimmedTime = Statement(m_database, "SELECT v FROM meta WHERE k = 'trimmed_time'");
    m_oldestKeyframe =
        Statement(m_database, "SELECT block, data FROM keyframe WHERE generation = ? "
                              "AND stale = 0 ORDER BY block LIMIT 1");
    m_blockOf =
        Statement(m_database, (columns + "WHERE first <= ? ORDER BY first DESC LIMIT 1").c_str());
    m_blocksFrom =
        Statement(m_database, (columns + "WHERE first >= ? ORDER BY first LIMIT ?").c_str());
    m_blocksBefore =
        Statement(m_database, (columns + "WHERE first <= ? ORDER BY first DESC LIMIT ?").c_str());
    m_blockAgents = Statement(m_database, "SELECT agents FROM block WHERE id = ?");
    m_filter = Statement(m_database,
                         "SELECT block, data FROM bloom WHERE block >= ? ORDER BY block LIMIT 1");
    m_nextSpan = Statement(m_database, "SELECT min(span) FROM block WHERE span > ?");
    m_blocksIn = Statement(
        m_database,
        (columns + "WHERE span = ? AND first_time > ? AND first_time < ? ORDER BY first_time")
            .c_str());
    m_heard = Statement(m_database, "SELECT data FROM heard WHERE block = ?");
    m_reading = Statement(m_database, "SELECT data FROM reading WHERE id = ?");
    m_payload =
        Statement(m_database,
                  m_format == 1 ? "SELECT data FROM payload WHERE block = ?"
                                : "SELECT data FROM payload WHERE id BETWEEN ? AND ? ORDER BY id");
    m_tile = Statement(
        m_database,
        "SELECT grp, through, data FROM tile WHERE generation = ? AND level = ? AND idx = ?");
    m_tileTotals = Statement(m_database, "SELECT grp, through, data FROM tile WHERE generation = ? "
                                         "AND level = ? AND idx = ? AND grp = -1");
    m_keyframe = Statement(
        m_database,
        "SELECT block, time, data FROM keyframe WHERE generation = ? AND time <= ? AND stale = 0 "
        "ORDER BY time DESC, block DESC LIMIT 1");
    m_blocksById =
        Statement(m_database, (columns + "WHERE id BETWEEN ? AND ? ORDER BY id").c_str());
    if (m_format > 1) {
        m_idPart = Statement(m_database,
                             "SELECT first_block, last_block, data FROM id_index WHERE id = ?");
        m_firstIdRun = Statement(m_database, "SELECT id FROM id_index WHERE id >= ? LIMIT 1");
        m_lastIdRun =
            Statement(m_database, "SELECT id, last_block FROM id_index WHERE id BETWEEN ? "
                                  "AND ? ORDER BY id DESC LIMIT 1");
    }
    if (m_format > 1) {
        m_late = Statement(
            m_database,
            (columns + "WHERE id IN (SELECT by_block FROM late WHERE block = ?) ORDER BY id")
                .c_str());
        m_strays = Statement(
            m_database,
            (columns + "WHERE id IN (SELECT by_block FROM late WHERE block = 0 AND by_block > ?) "
                       "ORDER BY id")
                .c_str());
    }
    m_currentGeneration = Statement(m_database, "SELECT v FROM meta WHERE k = 'generation'");
    noteGeneration();
}

void RecordingReader::noteGeneration()
{
    const std::int64_t before = m_generation;
    if (m_currentGeneration.step())
        m_generation = m_currentGeneration.number(0);
    if (m_generation != before)
        m_filterRun = {}; // blocks have other own texts
    m_currentGeneration.reset();
}

Result<std::unique_ptr<RecordingReader>> RecordingReader::open(const QString& path)
{
    auto database = openRecording(path);
    if (!database)
        return database.error();
    return std::unique_ptr<RecordingReader>(new RecordingReader(std::move(*database)));
}

BlockRef RecordingReader::refFrom(const Statement& statement) const
{
    BlockRef ref;
    ref.id = statement.number(0);
    // Sums of these must not overflow, whatever a damaged row says.
    ref.first = std::clamp<Seq>(statement.number(1), 0, kHighestSeq);
    ref.count =
        static_cast<std::size_t>(std::clamp<std::int64_t>(statement.number(2), 0, kMostInBlock));
    ref.firstTime = statement.number(3);
    ref.lastTime = statement.number(4);
    if (m_format > 1) {
        ref.payloadAt = statement.number(5);
        ref.payloadSize = statement.number(6);
        ref.hasLate = statement.number(7) != 0;
    }
    return ref;
}

Seq RecordingReader::last()
{
    // The row of the last block tells, unless it claims more than a file can hold.
    Seq last = 0;
    while (last == 0 && m_last.step()) {
        const std::int64_t first = m_last.number(0);
        const std::int64_t count = m_last.number(1);
        if (first >= 1 && first <= kHighestSeq && count >= 0 && count <= kMostInBlock)
            last = first + count - 1;
        else
            logDamagedBlock(m_database.path(), 0);
    }
    m_last.reset();
    return last;
}

Seq RecordingReader::first()
{
    const Seq first = m_first.step() ? m_first.number(0) : 1;
    m_first.reset();
    // Nothing begins behind its end.
    if (const Seq end = first > 1 ? last() : 0; end > 0 && first > end)
        logDamagedBlock(m_database.path(), 0);
    return first;
}

std::optional<BlockRef> RecordingReader::blockOf(Seq seq)
{
    auto found = blockUpTo(seq);
    if (found && seq > found->last())
        found.reset();
    return found;
}

std::optional<BlockRef> RecordingReader::blockUpTo(Seq seq)
{
    std::optional<BlockRef> found;
    if (m_blockOf.bind(1, seq).step())
        found = refFrom(m_blockOf);
    m_blockOf.reset();
    return found;
}

std::vector<BlockRef> RecordingReader::blocksFrom(Seq seq, int limit)
{
    std::vector<BlockRef> blocks;
    std::optional<BlockRef> before = blockUpTo(seq);
    if (before && seq <= before->last()) {
        blocks.push_back(*before);
        seq = before->last() + 1;
    }
    m_blocksFrom.bind(1, seq).bind(2,
                                   std::int64_t(limit) - static_cast<std::int64_t>(blocks.size()));
    while (m_blocksFrom.step()) {
        blocks.push_back(refFrom(m_blocksFrom));
        // Blocks are numbered without a hole, and none begins before the end of the one before it:
        // one whose row names a wrong place is missed here, or covers another.
        if (before && (blocks.back().id != before->id + 1 || blocks.back().first <= before->last()))
            logDamagedBlock(m_database.path(), before->id);
        before = blocks.back();
    }
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
    if (!loadAsWritten(block, wanted, out))
        return false;
    if (block.hasLate && (wanted & (CallColumns | CauseColumns)) != 0 &&
        (wanted & LateColumns) == 0)
        addLate(block, (wanted & CauseColumns) != 0, out);
    return true;
}

/// Puts what later blocks tell of this one where it belongs.
void RecordingReader::addLate(const BlockRef& block, bool wantsCauses, Columns& out)
{
    std::vector<BlockRef> tellers;
    m_late.bind(1, block.id);
    while (m_late.step())
        tellers.push_back(refFrom(m_late));
    m_late.reset();
    const std::size_t had = out.causes.size();
    for (const BlockRef& teller : tellers) {
        if (!loadAsWritten(teller, LateColumns, m_teller))
            continue; // damaged: what it would have told is not known
        for (const LateFact& fact : m_teller.late) {
            if (fact.of < block.first || fact.of > block.last())
                continue;
            const auto row = static_cast<std::uint32_t>(fact.of - block.first);
            const Seq by = teller.first + static_cast<Seq>(fact.row);
            const bool isAnswer = fact.what == LateFact::What::Answer;
            if (isAnswer && out.closes[row] == 0) {
                out.closes[row] = by;
                out.latency[row] = fact.latency;
            }
            if (wantsCauses)
                out.causes.push_back({row, by, isAnswer ? Grade::Carried : Grade::Stated});
        }
    }
    if (out.causes.size() > had)
        std::ranges::stable_sort(out.causes, {}, &CauseEdge::row);
}

bool RecordingReader::loadAsWritten(const BlockRef& block, std::uint32_t wanted, Columns& out)
{
    wanted = withNeeded(wanted);
    const bool heard = (wanted & kHeardColumns) == 0 || m_heard.bind(1, block.id).step();
    const bool wantsReading = (wanted & (~kHeardColumns | kJudgedColumns)) != 0;
    const bool reading =
        !wantsReading || m_reading.bind(1, readingKey(m_generation, block.id)).step();
    const bool good =
        heard && reading &&
        m_decoder.decode(block.first, block.count,
                         (wanted & kHeardColumns) != 0 ? m_heard.blob(0) : std::string_view(),
                         wantsReading ? m_reading.blob(0) : std::string_view(), wanted, out);
    m_heard.reset();
    m_reading.reset();
    if (!good && heard && reading)
        logDamagedBlock(m_database.path(), block.id);
    return good;
}

bool RecordingReader::loadHeard(const BlockRef& block, Columns& out)
{
    const bool good =
        m_heard.bind(1, block.id).step() &&
        m_decoder.decode(block.first, block.count, m_heard.blob(0), {}, kHeardColumns, out);
    m_heard.reset();
    return good;
}

bool RecordingReader::loadPayload(const BlockRef& block, std::string& bytes)
{
    if (m_format == 1) {
        const bool good = m_payload.bind(1, block.id).step() &&
                          m_decoder.packer().unpack(m_payload.blob(0), bytes);
        m_payload.reset();
        if (!good)
            logDamagedBlock(m_database.path(), block.id);
        return good;
    }
    const auto size = static_cast<std::size_t>(block.payloadSize);
    if (block.payloadAt < 0 || block.payloadSize <= 0 || size > kMaxUnpacked)
        return false;
    const std::int64_t first = block.payloadAt / kPayloadPiece;
    const std::int64_t last = (block.payloadAt + block.payloadSize - 1) / kPayloadPiece;
    auto skip = static_cast<std::size_t>(block.payloadAt % kPayloadPiece);
    m_packed.clear();
    std::int64_t next = first;
    m_payload.bind(1, first).bind(2, last);
    // Every piece but the last is full; a short or missing one is damage.
    while (m_payload.step()) {
        const std::string_view piece = m_payload.blob(0);
        if (piece.size() < skip || (next < last && piece.size() != std::size_t(kPayloadPiece)))
            break;
        m_packed += piece.substr(skip, size - m_packed.size());
        skip = 0;
        ++next;
    }
    m_payload.reset();
    const bool good = next == last + 1 && m_packed.size() == size &&
                      m_payloadDecoder.unpack(m_decoder.packer(), m_packed, bytes);
    if (!good)
        logDamagedBlock(m_database.path(), block.id);
    return good;
}

void RecordingReader::appendBlocks(std::int64_t firstId, std::int64_t lastId,
                                   std::vector<BlockRef>& blocks)
{
    m_blocksById.bind(1, firstId).bind(2, lastId);
    while (m_blocksById.step())
        blocks.push_back(refFrom(m_blocksById));
    m_blocksById.reset();
}

std::vector<BlockRef> RecordingReader::blocksWithId(IdField field, std::string_view text)
{
    std::vector<BlockRef> blocks;
    constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
    if (m_format == 1 || std::ranges::find(kIndexedFields, field) == kIndexedFields.end()) {
        appendBlocks(0, kAll, blocks);
        return blocks;
    }
    const IdPlace place = idPlace(field, columnHash(text));
    std::int64_t lastRun = -1;
    std::int64_t covered = 0;
    std::int64_t firstRun = 0;
    const auto runOf = [](std::int64_t id) { return (id & ((std::int64_t(1) << 40) - 1)) >> 8; };
    if (m_firstIdRun.bind(1, idIndexKey(m_generation, 0, 0)).step())
        firstRun = runOf(m_firstIdRun.number(0)); // a ring has let go of those before
    m_firstIdRun.reset();
    if (m_lastIdRun.bind(1, idIndexKey(m_generation, 0, 0))
            .bind(2, idIndexKey(m_generation + 1, 0, 0) - 1)
            .step()) {
        lastRun = runOf(m_lastIdRun.number(0));
        covered = m_lastIdRun.number(1);
    }
    m_lastIdRun.reset();
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> found;
    std::string bytes;
    for (std::int64_t run = firstRun; run <= lastRun; ++run) {
        if (m_idPart.bind(1, idIndexKey(m_generation, run, place.part)).step()) {
            const std::int64_t firstBlock = m_idPart.number(0);
            found.clear();
            std::string_view bits;
            if (m_decoder.packer().unpack(m_idPart.blob(2), bytes, bits) &&
                blocksInPart({bytes, bits}, place.low, found)) {
                for (const std::int64_t block : found)
                    ids.push_back(firstBlock + block);
            } else {
                // A damaged part names nothing: look into all its blocks rather than miss one.
                for (std::int64_t id = firstBlock; id <= m_idPart.number(1); ++id)
                    ids.push_back(id);
            }
        }
        m_idPart.reset();
    }
    for (const std::int64_t id : ids)
        appendBlocks(id, id, blocks);
    appendBlocks(covered + 1, kAll, blocks);
    return blocks;
}

std::vector<StoredTile> RecordingReader::tile(int level, std::int64_t idx, const TileGroups& groups)
{
    std::vector<StoredTile> tiles;
    const bool isCut = m_trimmedTime.step() && tileBegin(idx, level) < m_trimmedTime.number(0);
    m_trimmedTime.reset();
    if (isCut)
        return tiles;
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
    if (found || first() == 1)
        return found;
    if (m_oldestKeyframe.bind(1, m_generation).step()) {
        StoredKeyframe keyframe;
        keyframe.block = m_oldestKeyframe.number(0);
        keyframe.time = toNs(TimePoint::min());
        if (m_decoder.packer().unpack(m_oldestKeyframe.blob(1), keyframe.bytes))
            found = std::move(keyframe);
    }
    m_oldestKeyframe.reset();
    return found;
}

std::vector<BlockRef> RecordingReader::straysAfter(std::int64_t block)
{
    std::vector<BlockRef> strays;
    if (m_format == 1)
        return strays;
    m_strays.bind(1, block);
    while (m_strays.step())
        strays.push_back(refFrom(m_strays));
    m_strays.reset();
    return strays;
}

} // namespace murmur
