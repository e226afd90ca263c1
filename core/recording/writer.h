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
#include "recording/findingtable.h"
#include "recording/idindex.h"
#include "recording/lagtable.h"
#include "recording/payloadpacker.h"
#include "recording/ring.h"
#include "recording/sqlite.h"
#include "recording/textfilterjob.h"
#include "recording/tiles.h"
#include "recording/totals.h"

#include <QString>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

/// Limits of the open block: it is replaced at each commit until it reaches one of them. Bytes are
/// a quarter more or a tenth less where a page of the file holds the blocks' readings better then.
inline constexpr std::size_t kBlockBytes = std::size_t(128) << 10;
inline constexpr std::size_t kBlockRows = 4096;
inline constexpr std::int64_t kBlockAge = 60'000'000'000; // ns

class RecordingReader;
struct BlockRef;

/// What is told late, as recorder and rereader note it: the block of message ?1 is told more of by
/// block ?2; block ? holds messages older than a keyframe before it.
inline constexpr const char* kInsertLate =
    "INSERT OR IGNORE INTO late (block, by_block) SELECT id, ?2 FROM block WHERE first <= ?1 "
    "ORDER BY first DESC LIMIT 1";
inline constexpr const char* kInsertStray =
    "INSERT OR IGNORE INTO late (block, by_block) VALUES (0, ?)";

/// What the recording is about, written once.
struct RecordingFacts
{
    std::string program;
    std::string host;
    std::int64_t started = 0; ///< ns
    std::int64_t anchor = 0;  ///< ns, when its clock was read off the wall clock; 0: not told
    std::string family{};     ///< uuid of the first of several files; empty: of this one
    int part = 0;            ///< 1, 2 …: place among the files of a split recording; 0: not split
    std::string shard{};     ///< "2/8": only a share of the subjects; empty: all
    RingLimit ring{};        ///< keeps the last stretch only
    std::string rules{};     ///< what is left out by choice, a line each
    std::string redaction{}; ///< what is overwritten before it is written, a line each
    std::string dialects{};  ///< those of a person by which it is read, as of keptRules
};

/// Whether it is time for a keyframe: the headers since the last are 16 times its size, or 256
/// blocks have gone by.
bool isKeyframeDue(std::size_t headerBytes, std::size_t keyframeBytes, std::int64_t blocks);
/// Length class of a block's time span: lets readers find the blocks of a stretch of time by index,
/// however wide some are.
std::int64_t spanClass(std::int64_t first, std::int64_t last);
/// The smallest and the largest time of these rows and of the answers that they make known late:
/// what the zone map says of their block, ns.
std::pair<std::int64_t, std::int64_t> timesOf(const Columns& columns);
/// The agents that sent or received these rows, a bit each.
std::string agentBitmap(const Columns& columns, AudienceCache& audiences);

/// Writes one recording: sole owner of the write connection. One thread only. After a failed call
/// the file holds what the last successful commit held, and nothing more can be written until
/// recover() succeeds.
class RecordingWriter
{
public:
    /// Errors: Unwritable, DiskFull.
    static Result<std::unique_ptr<RecordingWriter>> create(const QString& path, Dictionaries& names,
                                                           const RecordingFacts& facts);
    ~RecordingWriter();

    /// The next file of a split recording goes on where `before` ends: Seq, the state of all agents
    /// and the open calls, as a keyframe before its first block.
    Status continueFrom(const RecordingWriter& before);

    /// Appends rows; they must follow in Seq. Unread ones become blocks of their own, which count
    /// for no overview, state or index until read() has been called for each, in order; what is
    /// appended before that must be unread, too.
    Status append(const Chunk& chunk);
    /// What a dialect made of the first block that is still unread: all columns of its messages.
    /// `heard` are those that stand in the file.
    Status read(const BlockRef& block, const Columns& columns, const Columns& heard);
    /// The last Seq of closed blocks.
    [[nodiscard]] Seq closed() const
    {
        return m_open.columns.size() > 0 ? m_open.columns.first - 1 : m_totals.last;
    }
    /// Whether there are blocks that wait for read().
    [[nodiscard]] bool hasUnread() const { return m_unreadBlocks > 0 || m_open.isUnread; }
    /// Closes the open block: the next rows may begin at any later Seq.
    Status endBlock();
    Status add(const Gap& gap);
    /// The same for a hole that goes on: with a row of before, that one is made longer by `gap`.
    Status add(const Gap& gap, std::int64_t& row);
    /// Stored when it tells something new.
    Status add(const Lag& lag);
    /// What was found so far, in place of what was put before; `fact` says of it by which detectors
    /// and up to which message.
    Status put(const StoredFindings& findings, std::string_view fact);
    Status addTick(std::int64_t time, double busQueue, double writerQueue);
    /// Goes on with the text filter of what is durable, for about so long. For times when there is
    /// little to do; what is missing costs searches time.
    Status filterText(std::chrono::milliseconds time) { return filterText(time, false); }
    /// Counters of a connection, stored with the next commit.
    void setReceived(ConnectionId connection, std::int64_t received);
    /// One fact more for `meta`.
    Status setFact(std::string_view key, std::int64_t value) { return storeMeta(key, value); }
    Status setFact(std::string_view key, std::string_view value) { return storeMeta(key, value); }

    /// Ends the open block early and commits.
    Status closeOpenBlock();
    /// Makes everything appended so far durable.
    Status commit();
    /// After a failure, when there is a little room again: writes these gaps, and nothing else,
    /// behind the last commit.
    Status writeLast(const std::vector<Gap>& gaps);
    /// After a failure, when there is room again: goes on behind the last commit. Everything that
    /// was appended since then must be appended again.
    Status recover();
    /// Messages of a connection that are durable.
    [[nodiscard]] std::int64_t recorded(ConnectionId connection) const;
    /// Writes what is open, commits, and leaves a file that needs no WAL. Idempotent. When other
    /// processes still read, the WAL stays.
    Status close();

    /// Moves committed pages from the WAL into the file, as far as readers allow; keeps the WAL
    /// small.
    void checkpoint();
    /// The same at once and to the end, when no reader is in the way: the WAL is empty then.
    void emptyWal();
    /// The WAL is cut back to this size when it begins anew.
    void limitWal(std::int64_t bytes);
    /// Size of the file as SQLite sees it, without the WAL.
    [[nodiscard]] std::int64_t fileBytes();
    /// Size of the WAL on the disk.
    [[nodiscard]] std::int64_t walBytes() const;
    /// What close() will add, about: keyframe and open tiles.
    [[nodiscard]] std::int64_t closingBytes() const;

    [[nodiscard]] Seq durable() const { return m_durable.last; }
    /// The last Seq that was appended.
    [[nodiscard]] Seq last() const { return m_totals.last; }
    /// Messages of a connection that were appended.
    [[nodiscard]] std::int64_t appended(ConnectionId connection) const;
    [[nodiscard]] const std::string& uuid() const { return m_uuid; }
    [[nodiscard]] const RecordingTotals& totals() const
    {
        return m_durable;
    } ///< as of the last commit
    /// Bytes that wait for the next commit.
    [[nodiscard]] std::size_t pendingBytes() const { return m_pendingBytes; }
    [[nodiscard]] const QString& path() const { return m_path; }

private:
    /// A block whose columns are written and whose payload is being packed: the rest of its row.
    struct PackedBlock
    {
        std::int64_t id = 0;
        Seq first = 0;
        std::int64_t count = 0;
        std::int64_t firstTime = 0;
        std::int64_t lastTime = 0;
        std::string agents;
        std::vector<LateFact> late;
        bool isStray = false; ///< holds messages older than the keyframe before it
    };

    RecordingWriter(Database database, const QString& path, Dictionaries& names);

    Status prepare();
    Status begin();
    Status appendRows(const Chunk& chunk, std::size_t from, std::size_t to);
    [[nodiscard]] bool takesNoMore(const Chunk& chunk, std::size_t row) const;
    [[nodiscard]] std::size_t rowsThatFit(const Chunk& chunk, std::size_t from) const;
    void fitBlocksToPages();
    Status writeOpenBlock();
    Status writeHeaders();
    [[nodiscard]] PackedBlock describe(std::int64_t keyframeTime);
    Status writeBlock(const PackedBlock& block, const std::string& payload);
    Status finishBlock();
    Status writePayload(std::string_view packed);
    void keepPayload(std::string_view packed);
    Status storeLate(std::int64_t block, std::span<const LateFact> late, bool isStray);
    Status storeIdRun();
    Status filterText(std::chrono::milliseconds time, bool isEnd);
    Status recoverPayload();
    Status recoverIds(RecordingReader& reader);
    Status closeBlock();
    /// Adds a block to overviews, index and state.
    Status fold(std::int64_t id, const Columns& columns);
    Status store(const std::vector<FinishedTile>& tiles);
    Status storeKeyframe();
    Status storeBorder();
    Status trimRing();
    Status storeDictionaries(bool all);
    Status storeMeta(std::string_view key, std::int64_t value);
    Status storeMeta(std::string_view key, std::string_view value);
    Error failure(const char* doing);

    QString m_path;
    std::string m_uuid;
    Database m_database;
    Dictionaries& m_names;
    Statement m_insertBlock, m_insertHeard, m_insertReading, m_insertPayload, m_insertTile,
        m_insertKeyframe, m_insertGap, m_extendGap, m_insertTick, m_insertMeta, m_insertConnection,
        m_insertAgent, m_insertTopic, m_insertType, m_insertStateKey, m_insertAudience, m_insertIds,
        m_insertLate, m_insertStray, m_widen, m_insertFilter;
    LagTable m_lags;
    FindingTable m_findings;
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
    std::string m_packed, m_packedReading;
    std::optional<PackedBlock> m_closing;   ///< closed; finishBlock() writes the rest of it
    std::string m_closingBytes;             ///< its payload
    PayloadPacker m_payload;                ///< packs bytes of m_open, so it goes before them
    double m_readingShare = 0;              ///< packed reading against bytes
    std::size_t m_blockBytes = kBlockBytes; ///< after which a block is closed
    std::int64_t m_payloadEnd = 0;          ///< of the closed blocks, in the payload stream
    std::string m_piece; ///< of the closed blocks in the piece that is not full yet
    IdIndexBuilder m_ids;
    std::int64_t m_idRun = 0;

    TilePyramid m_pyramid;
    StateReducer m_state;
    std::size_t m_headerBytesSinceKeyframe = 0;
    std::size_t m_keyframeBytes = 0;
    std::int64_t m_foldedBlock = 0; ///< the last one that the state knows
    std::int64_t m_durableFolded = 0;
    TextFilterJob m_textFilter;
    std::int64_t m_lastKeyframeBlock = 0;
    std::int64_t m_unreadBlocks = 0; ///< closed ones
    std::int64_t m_unread = 0;       ///< messages
    std::int64_t m_storedUnread = 0;
    std::int64_t m_keyframeTime = kNoTime; ///< of the last one

    Ring m_ring;
    std::int64_t m_newestReceived = 0;

    RecordingTotals m_totals; // kinds and bytes: of all that was appended
    RecordingTotals m_durable;
    Dictionaries::Counts m_stored;
    std::uint64_t m_storedLabels = 0;
    std::int64_t m_commitsSinceLabels = 0;
    std::vector<std::int64_t> m_received;
    std::vector<std::int64_t> m_recorded;
    // as of the last commit, to go back to when one fails
    std::vector<std::int64_t> m_durableRecorded;
    Dictionaries::Counts m_durableStored;
    std::int64_t m_durableBlock = 0; // the last one that is in the file
    bool m_durableIsOpen = false;
    std::size_t m_pendingBytes = 0;
};

} // namespace murmur
