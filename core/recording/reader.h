// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/time.h"
#include "recording/blockcodec.h"
#include "recording/dictionaries.h"
#include "recording/sqlite.h"
#include "recording/writer.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace murmur {

/// One row of the zone map.
struct BlockRef
{
    std::int64_t id = 0;
    Seq first = 0;
    std::size_t count = 0;
    std::int64_t firstTime = 0; ///< ns, the smallest of its messages
    std::int64_t lastTime = 0;  ///< ns, the largest

    [[nodiscard]] Seq last() const noexcept { return first + static_cast<Seq>(count) - 1; }
};

struct RecordingMeta
{
    QString uuid;
    QString program;
    std::int64_t started = 0;
    std::int64_t generation = 1;
    bool isClean = false;
    RecordingTotals totals;
};

struct StoredConnection
{
    ConnectionId id{};
    std::string url;
    std::string name;
    std::int64_t received = 0;
    std::int64_t recorded = 0;
    std::int64_t lost = 0;
    LostIs lostIs = LostIs::Exact;
};

struct StoredTile
{
    std::int64_t group = 0;
    Seq through = 0;
    std::string bytes; ///< unpacked, for visitTile
};

/// Which groups of 64 agents a reader wants beside the totals.
struct TileGroups
{
    bool all = false;
    std::set<std::int64_t> groups;
};

struct StoredKeyframe
{
    std::int64_t block = 0; ///< the state is that after this block
    std::int64_t time = 0;
    std::string bytes; ///< unpacked, for StateReducer::load
};

/// A row of `tick`: our own pulse.
struct StoredTick
{
    std::int64_t id = 0;
    std::int64_t time = 0; ///< ns
    Seq seq = 0;           ///< last message by then
    double busQueue = 0;   ///< fill of the queues, 0 to 1
    double writerQueue = 0;
};

/// A row of `finding` of the current generation.
struct StoredFinding
{
    std::int64_t id = 0;
    std::string detector;
    std::string severity; ///< info, warning, critical
    double confidence = 0;
    bool isExact = false;
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;   ///< ns
    std::string topic;
    std::string summary;
    std::string evidence;      ///< JSON
    std::vector<Seq> messages; ///< ascending, the first kMaxFindingMessages
    std::int64_t count = 0;    ///< of all its messages
};
inline constexpr std::size_t kMaxFindingMessages = 1000;

/// Reads one recording over a connection of its own. One thread only. Every call copies out and
/// ends its statement at once, so that a writer's checkpoints are never held up; use a Snapshot to
/// make several calls see one state.
class RecordingReader
{
public:
    static Result<std::unique_ptr<RecordingReader>> open(const QString& path);

    /// A read transaction. Keep it for a few milliseconds only.
    class Snapshot
    {
    public:
        explicit Snapshot(RecordingReader& reader)
            : m_transaction(reader.m_database)
        {
        }

    private:
        Transaction m_transaction;
    };

    RecordingMeta meta();
    /// Adds what `names` does not have yet.
    void loadNames(Dictionaries& names);
    std::vector<StoredConnection> connections();
    std::vector<Gap> gaps();
    /// Ticks with an id above `after`, in their order.
    std::vector<StoredTick> ticks(std::int64_t after, int limit);
    std::vector<StoredFinding> findings();

    /// Last Seq that is stored; 0 when there is none.
    Seq last();
    std::optional<BlockRef> blockOf(Seq seq);
    /// Blocks from the one that holds `seq` on, in Seq order.
    std::vector<BlockRef> blocksFrom(Seq seq, int limit);
    /// Blocks from the one that holds `seq`, or lies before it, backwards.
    std::vector<BlockRef> blocksBefore(Seq seq, int limit);
    /// False when the zone map excludes that one of `agents` sent or received a message of `block`.
    bool mayHoldAnyOf(const BlockRef& block, std::span<const AgentId> agents);
    /// Blocks with messages in `range` and with a Seq above `after`, in Seq order. Stops once they
    /// sum more than `maxMessages` (0: never); then the result holds at least that many.
    std::vector<BlockRef> blocksIn(TimeRange range, Seq after = 0, std::int64_t maxMessages = 0);
    /// The first block, by time, with a message at or after `t`.
    std::optional<BlockRef> blockAt(TimePoint t);

    /// False when the block's bytes are damaged or the block is gone.
    bool load(const BlockRef& block, std::uint32_t wanted, Columns& out);
    /// Raw and headers of all its messages, one after the other.
    bool loadPayload(const BlockRef& block, std::string& bytes);

    /// Stored groups of a tile, of all parts: the totals and what `groups` names. Empty: not
    /// stored.
    std::vector<StoredTile> tile(int level, std::int64_t idx, const TileGroups& groups);
    std::optional<StoredKeyframe> keyframeBefore(TimePoint t);

private:
    explicit RecordingReader(Database database);
    static BlockRef refFrom(const Statement& statement);

    Database m_database; // goes last: statements are finalized before it closes
    Statement m_last, m_blockOf, m_blocksFrom, m_blocksBefore, m_blockAgents, m_nextSpan,
        m_blocksIn, m_heard, m_reading, m_payload, m_tile, m_tileTotals, m_keyframe;
    BlockDecoder m_decoder;
    std::int64_t m_generation = 1;
};

} // namespace murmur
