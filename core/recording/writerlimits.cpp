// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the writer does at the limits of disk and file: the ring, the next file, a disk that is
// full.

#include "recording/format.h"
#include "recording/reader.h"
#include "recording/writer.h"

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kPageBytes = 16'384;
constexpr std::uint32_t kReplayColumns = TimeColumns | SizeColumns | FlagColumns | ActorColumns |
                                         CallColumns | StateColumns | LateColumns;
constexpr int kBlocksALook = 64;

} // namespace

Status RecordingWriter::storeBorder()
{
    if (hasUnread())
        return Done{}; // not before they are read
    if (auto status = closeBlock(); !status)
        return status;
    if (auto status = finishBlock(); !status) // what lies before the border is known by its size
        return status;
    if (m_totals.last < m_totals.first || m_lastKeyframeBlock == m_foldedBlock)
        return Done{};
    return storeKeyframe();
}

Status RecordingWriter::trimRing()
{
    if (m_ring.wantsBorder(Ring::usedBytes(m_database), m_newestReceived)) {
        if (auto status = storeBorder(); !status)
            return status;
    }
    if (auto status = m_ring.trim(m_database, m_newestReceived, walBytes(), m_totals); !status)
        return failure("write to");
    m_pyramid.forgetBefore(m_ring.trimmedTime());
    return Done{};
}

Status RecordingWriter::closeOpenBlock()
{
    if (auto status = begin(); !status)
        return status;
    if (auto status = closeBlock(); !status)
        return status;
    return commit();
}

Status RecordingWriter::continueFrom(const RecordingWriter& before)
{
    if (!m_state.load(before.m_state.save()))
        return Error{ErrorCode::Internal, u"The state of %1 cannot be carried on."_s.arg(m_path)};
    m_totals.last = before.m_totals.last;
    m_totals.first = m_totals.last + 1;
    m_newestReceived = before.m_newestReceived;
    m_foldedBlock = 0; // before the first block
    const Status stored = [&]() -> Status {
        if (auto status = begin(); !status)
            return status;
        if (auto status = storeMeta("first", m_totals.first); !status)
            return status;
        return storeKeyframe();
    }();
    if (!stored)
        return stored;
    for (const Lag& lag : before.m_lags.latest()) {
        if (auto status = add(lag); !status)
            return status;
    }
    return commit();
}

Status RecordingWriter::writeLast(const std::vector<Gap>& gaps)
{
    m_failed = false;
    m_isLedgerOnly = true;
    m_open.clear();
    m_closing.reset();
    m_openChanged = false;
    m_totals = m_durable;
    m_recorded = m_durableRecorded;
    m_stored = m_durableStored;
    for (const Gap& gap : gaps) {
        if (auto status = add(gap); !status)
            return status;
    }
    return commit();
}

// What was understood (open tiles, states) is ahead of what is stored when a transaction fails, and
// a copy of it at each commit would cost more than all recording. So it is made again, from the
// headers that are stored: the same blocks in the same order give the same tiles, so those that are
// in the file already need not be written again. The block that was open stays as it is.
Status RecordingWriter::recover()
{
    m_failed = false;
    m_isLedgerOnly = false;
    m_open.clear();
    m_closing.reset();
    m_openChanged = false;
    m_pendingBytes = 0;
    m_totals = m_durable;
    m_recorded = m_durableRecorded;
    m_stored = m_durableStored;
    m_storedLabels = 0;
    m_lags.forget();
    m_findings.forget();
    m_ring.rolledBack(m_durableIsOpen ? m_durableBlock - 1 : m_durableBlock);
    m_pyramid.clear();
    m_textFilter.reset();

    auto reader = RecordingReader::open(m_path);
    if (!reader) {
        m_failed = true;
        return reader.error();
    }
    if (auto status = begin(); !status)
        return status;
    // In a ring the beginning is gone, and tiles that reach into it come out different.
    const bool isTrimmed = m_ring.trimmedTime() != kNoTime;
    if (isTrimmed && !m_database.run("DELETE FROM tile"))
        return failure("write to");
    const auto keyframe = (*reader)->keyframeBefore(TimePoint::max());
    if (!keyframe || !m_state.load(keyframe->bytes))
        (void)m_state.load(StateReducer(m_names).save());
    m_lastKeyframeBlock = keyframe ? keyframe->block : 0;
    m_keyframeTime = keyframe ? keyframe->time : kNoTime;
    m_headerBytesSinceKeyframe = 0;
    m_unreadBlocks = 0;
    m_unread = 0;
    m_storedUnread = -1;
    std::vector<FinishedTile> tiles;
    Columns columns;
    for (Seq seq = m_totals.first; seq <= m_totals.last;) {
        const std::vector<BlockRef> blocks = (*reader)->blocksFrom(seq, kBlocksALook);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if (!(*reader)->load(block, kReplayColumns, columns))
                continue;
            // From the first unread block on all wait for read().
            if (m_unreadBlocks > 0 || (columns.flags.front() & Unread) != 0) {
                ++m_unreadBlocks;
                m_unread += static_cast<std::int64_t>(block.count);
                continue;
            }
            m_foldedBlock = block.id;
            tiles.clear();
            m_pyramid.add(columns, tiles);
            const bool wasOpen = m_durableIsOpen && block.id == m_durableBlock;
            if (isTrimmed || wasOpen) {
                if (auto status = store(tiles); !status)
                    return status;
            }
            if (block.id > m_lastKeyframeBlock)
                m_state.apply(columns);
        }
        seq = blocks.back().last() + 1;
    }
    m_blockId = m_durableBlock + 1;
    if (auto status = recoverPayload(); !status)
        return status;
    return recoverIds(**reader);
}

/// Where the payload of the next block goes.
Status RecordingWriter::recoverPayload()
{
    m_piece.clear();
    m_payloadEnd =
        m_database.number("SELECT payload_at + payload_size FROM block ORDER BY id DESC LIMIT 1");
    const auto inPiece = static_cast<std::size_t>(m_payloadEnd % kPayloadPiece);
    if (inPiece == 0)
        return Done{};
    Statement piece(m_database, "SELECT data FROM payload WHERE id = ?");
    if (!piece.isValid() || !piece.bind(1, m_payloadEnd / kPayloadPiece).step() ||
        piece.blob(0).size() < inPiece)
        return failure("read");
    m_piece = piece.blob(0).substr(0, inPiece);
    return Done{};
}

/// Ids of the blocks that no stored run covers.
Status RecordingWriter::recoverIds(RecordingReader& reader)
{
    m_ids = IdIndexBuilder();
    m_idRun = m_database.number("SELECT coalesce(max(id) >> 8, -1) & 4294967295 FROM id_index", -1);
    m_idRun = m_database.number("SELECT count(*) FROM id_index") == 0 ? 0 : m_idRun + 1;
    const std::int64_t covered =
        m_database.number("SELECT coalesce(max(last_block), 0) FROM id_index");
    Columns columns;
    std::string bytes;
    Seq next = m_totals.first;
    while (next <= m_totals.last) {
        const std::vector<BlockRef> blocks = reader.blocksFrom(next, kBlocksALook);
        if (blocks.empty())
            break;
        next = blocks.back().last() + 1;
        for (const BlockRef& block : blocks) {
            if (block.id <= covered || block.id > m_foldedBlock)
                continue;
            if (!reader.load(block, SizeColumns | IdColumns, columns) ||
                !reader.loadPayload(block, bytes))
                continue;
            fillHashes(columns, bytes);
            if (m_ids.add(block.id, columns)) {
                if (auto status = storeIdRun(); !status)
                    return status;
            }
        }
    }
    return Done{};
}

std::int64_t RecordingWriter::recorded(ConnectionId connection) const
{
    return index(connection) < m_durableRecorded.size() ? m_durableRecorded[index(connection)] : 0;
}

std::int64_t RecordingWriter::appended(ConnectionId connection) const
{
    return index(connection) < m_recorded.size() ? m_recorded[index(connection)] : 0;
}

void RecordingWriter::checkpoint()
{
    // PASSIVE never waits: what a reader still needs stays for the next time.
    if (!m_failed && !m_closed)
        sqlite3_wal_checkpoint_v2(m_database.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                  nullptr);
}

void RecordingWriter::emptyWal()
{
    if (m_failed || m_closed || m_inTransaction)
        return;
    sqlite3_busy_timeout(m_database.handle(), 0);
    sqlite3_wal_checkpoint_v2(m_database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                              nullptr);
    sqlite3_busy_timeout(m_database.handle(), 2000);
}

void RecordingWriter::limitWal(std::int64_t bytes)
{
    (void)m_database.run(("PRAGMA journal_size_limit=" + std::to_string(bytes)).c_str());
}

std::int64_t RecordingWriter::fileBytes()
{
    return m_database.number("SELECT page_count FROM pragma_page_count") * kPageBytes;
}

std::int64_t RecordingWriter::walBytes() const
{
    return QFileInfo(m_path + u"-wal"_s).size();
}

std::int64_t RecordingWriter::closingBytes() const
{
    // Tiles in memory are several times what is stored of them.
    return static_cast<std::int64_t>(2 * m_keyframeBytes + m_pyramid.openBytes() / 2 +
                                     m_ids.bytes()) +
           8 * kPageBytes;
}

} // namespace murmur
