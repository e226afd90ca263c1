// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "agents/statereducer.h"
#include "base/gap.h"
#include "base/kind.h"
#include "base/result.h"
#include "recording/audiencecache.h"
#include "recording/blockcodec.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"
#include "recording/idindex.h"
#include "recording/sqlite.h"
#include "recording/tiles.h"

#include <QString>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace murmur {

/// Limits of the open block: it is replaced at each commit until it reaches one of them.
inline constexpr std::size_t kBlockBytes = std::size_t(128) << 10;
inline constexpr std::size_t kBlockRows = 4096;
inline constexpr std::int64_t kBlockAge = 60'000'000'000; // ns

/// What the recording is about, written once.
struct RecordingFacts
{
    std::string program;
    std::string host;
    std::int64_t started = 0; ///< ns, wall clock
};

/// Sums that stand in `meta` and are true after each commit.
struct RecordingTotals
{
    Seq last = 0;
    std::int64_t firstTime = 0;
    std::int64_t lastTime = 0;
    std::int64_t bytesRaw = 0;
    std::array<std::int64_t, kKindCount> kinds{};
    std::int64_t gaps = 0;
    std::int64_t lost = 0;
};

/// Length class of a block's time span: lets readers find the blocks of a stretch of time by index,
/// however wide some are.
std::int64_t spanClass(std::int64_t first, std::int64_t last);
/// The agents that sent or received these rows, a bit each.
std::string agentBitmap(const Columns& columns, AudienceCache& audiences);

/// Writes one recording: sole owner of the write connection. One thread only. After a failed call
/// nothing more can be written, and the file holds what the last successful commit held.
class RecordingWriter
{
public:
    /// Errors: Unwritable, DiskFull.
    static Result<std::unique_ptr<RecordingWriter>> create(const QString& path, Dictionaries& names,
                                                           const RecordingFacts& facts);
    ~RecordingWriter();

    /// Appends rows; they must follow in Seq.
    Status append(const Chunk& chunk);
    /// Closes the open block: the next rows may begin at any later Seq.
    Status endBlock();
    Status add(const Gap& gap);
    Status addTick(std::int64_t time, double busQueue, double writerQueue);
    /// Counters of a connection, stored with the next commit.
    void setReceived(ConnectionId connection, std::int64_t received);

    /// Makes everything appended so far durable.
    Status commit();
    /// After a failure, when there is a little room again: writes these gaps, and nothing else,
    /// behind the last commit.
    Status writeLast(const std::vector<Gap>& gaps);
    /// Messages of a connection that are durable.
    [[nodiscard]] std::int64_t recorded(ConnectionId connection) const;
    /// Writes what is open, commits, and leaves a file that needs no WAL. Idempotent. When other
    /// processes still read, the WAL stays.
    Status close();

    /// Moves committed pages from the WAL into the file, as far as readers allow; keeps the WAL
    /// small.
    void checkpoint();
    /// Size of the file as SQLite sees it, without the WAL.
    [[nodiscard]] std::int64_t fileBytes();

    [[nodiscard]] Seq durable() const { return m_durable.last; }
    [[nodiscard]] const RecordingTotals& totals() const
    {
        return m_durable;
    } ///< as of the last commit
    /// Bytes that wait for the next commit.
    [[nodiscard]] std::size_t pendingBytes() const { return m_pendingBytes; }
    [[nodiscard]] const QString& path() const { return m_path; }

private:
    RecordingWriter(Database database, const QString& path, Dictionaries& names);

    Status prepare();
    Status begin();
    Status writeOpenBlock();
    Status writePayload();
    void keepPayload();
    Status storeIdRun();
    Status closeBlock();
    Status store(const std::vector<FinishedTile>& tiles);
    Status storeKeyframe();
    Status storeDictionaries(bool all);
    Status storeMeta(std::string_view key, std::int64_t value);
    Status storeMeta(std::string_view key, std::string_view value);
    Error failure(const char* doing);

    QString m_path;
    Database m_database;
    Dictionaries& m_names;
    Statement m_insertBlock, m_insertHeard, m_insertReading, m_insertPayload, m_insertTile,
        m_insertKeyframe, m_insertGap, m_insertTick, m_insertMeta, m_insertConnection,
        m_insertAgent, m_insertTopic, m_insertType, m_insertStateKey, m_insertAudience, m_insertIds;
    bool m_inTransaction = false;
    bool m_failed = false;
    bool m_isLedgerOnly = false; ///< failed before: what was understood is ahead of what is stored
    bool m_closed = false;

    Chunk m_open;
    std::int64_t m_blockId = 1;
    bool m_openChanged = false;
    Packer m_packer;
    BlockEncoder m_encoder{m_packer};
    AudienceCache m_audiences;
    std::string m_packed, m_packedReading, m_packedPayload;
    std::int64_t m_payloadEnd = 0; ///< of the closed blocks, in the payload stream
    std::string m_piece;           ///< of the closed blocks in the piece that is not full yet
    IdIndexBuilder m_ids;
    std::int64_t m_idRun = 0;

    TilePyramid m_pyramid;
    StateReducer m_state;
    std::size_t m_headerBytesSinceKeyframe = 0;
    std::size_t m_keyframeBytes = 0;
    std::int64_t m_lastKeyframeBlock = 0;

    RecordingTotals m_totals;
    RecordingTotals m_durable;
    Dictionaries::Counts m_stored;
    std::uint64_t m_storedLabels = 0;
    std::int64_t m_commitsSinceLabels = 0;
    std::vector<std::int64_t> m_received;
    std::vector<std::int64_t> m_recorded;
    // as of the last commit, to go back to when one fails
    std::vector<std::int64_t> m_durableRecorded;
    Dictionaries::Counts m_durableStored;
    std::size_t m_pendingBytes = 0;
};

} // namespace murmur
