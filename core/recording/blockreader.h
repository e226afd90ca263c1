// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/lag.h"
#include "base/time.h"
#include "recording/blockcodec.h"
#include "recording/dictionaries.h"
#include "recording/storedfinding.h"
#include "recording/textfilter.h"
#include "recording/tiles.h"
#include "recording/totals.h"
#include "recording/writer.h"

#include <QString>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace murmur {

/// A time moved by an offset, but not beyond the ends of time: files may claim any.
constexpr std::int64_t movedTime(std::int64_t ns, std::int64_t by) noexcept
{
    std::int64_t sum = 0;
    if (ns == kNoTime || !__builtin_add_overflow(ns, by, &sum))
        return ns == kNoTime ? kNoTime : sum;
    return by > 0 ? std::numeric_limits<std::int64_t>::max() : kNoTime + 1;
}

/// One row of the zone map.
struct BlockRef
{
    std::int64_t id = 0;
    Seq first = 0;
    std::size_t count = 0;
    std::int64_t firstTime = 0; ///< ns, the smallest of its messages
    std::int64_t lastTime = 0;  ///< ns, the largest
    std::int64_t payloadAt = 0; ///< where its compressed payload lies in the stream
    std::int64_t payloadSize = 0;
    bool hasLate = false; ///< later messages tell more of its messages

    [[nodiscard]] Seq last() const noexcept { return first + static_cast<Seq>(count) - 1; }
};

/// The wall clock of the recorder's machine was set.
struct ClockStep
{
    std::int64_t time = 0;   ///< ns, by the recording's clock, which does not follow
    std::int64_t offset = 0; ///< ns, by which the wall clock is ahead of it from then on
};

struct RecordingMeta
{
    QString uuid;
    Seq begin = 1;     ///< Seq of the first message that this file ever held
    QString family;    ///< shared by the files of one split recording
    int part = 0;      ///< 1, 2 …: place among the files of a split recording; 0: not split
    QString shard;     ///< "2/8": a share of the subjects only; empty: all
    QString rules;     ///< what was left out by choice, a line each
    QString redaction; ///< what was overwritten before it was written, a line each
    QString dialects;  ///< those of a person by which it was read, as of keptRules; or empty
    QByteArray names;  ///< what people call the agents, JSON
    QString program;
    QString host; ///< whose clock stamped the messages
    std::int64_t started = 0;
    std::int64_t generation = 1;
    bool isClean = false;
    std::int64_t unread = 0; ///< messages that no dialect has read yet
    std::vector<ClockStep> clockSteps;
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
    std::int64_t elsewhere = 0; ///< heard, and left to other shards
    LostIs lostIs = LostIs::Exact;
};

/// The recorder's pulse.
struct StoredTick
{
    std::int64_t id = 0;
    std::int64_t time = 0; ///< ns
    Seq seq = 0;           ///< the last message then
    double busQueue = 0;   ///< fill of the queues, 0 to 1
    double writerQueue = 0;
};

/// How far somebody was behind at a moment.
struct StoredLag : Lag
{
    std::int64_t id = 0;     ///< grows with time, in its recording
    std::int64_t series = 0; ///< of its consumer, in its recording
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

/// Where messages are read from, block by block: one recording, or several that look like one. One
/// thread only.
class BlockReader
{
public:
    virtual ~BlockReader() = default;

    /// Makes several calls see one state while it lives. Keep it for a few milliseconds only.
    class Snapshot
    {
    public:
        virtual ~Snapshot() = default;
    };
    [[nodiscard]] virtual std::unique_ptr<BlockReader::Snapshot> snapshot() = 0;

    virtual RecordingMeta meta() = 0;
    /// Adds what `names` does not have yet.
    virtual void loadNames(Dictionaries& names) = 0;
    virtual std::vector<StoredConnection> connections() = 0;
    virtual std::vector<Gap> gaps() = 0;
    virtual std::vector<StoredTick> ticks() = 0;
    /// Ticks with an id above `id`, in their order. Of one recording only, like findings().
    virtual std::vector<StoredTick> ticksAfter(std::int64_t /*id*/, int /*limit*/) { return {}; }
    /// As they stand in the file, whoever put them there and when.
    virtual StoredFindings findings() { return {}; }
    /// A fact about the whole that other rooms keep; empty when there is none.
    virtual std::string fact(std::string_view /*key*/) { return {}; }
    /// Whether anything is told of a message that was closed in a block before.
    virtual bool tellsLate() { return false; }
    /// How far others were behind, by time: from kLagHolds before `range` on, so that what held at
    /// its begin is there. Of each consumer at most the highest value in each `step` ns; 0: all.
    virtual std::vector<StoredLag> lags(TimeRange /*range*/, std::int64_t /*step*/) { return {}; }
    /// Those with an id above `id`, in their order. Of one recording only, like findings().
    virtual std::vector<StoredLag> lagsAfter(std::int64_t /*id*/, int /*limit*/) { return {}; }
    /// The last value of each consumer.
    virtual std::vector<StoredLag> lastLags() { return {}; }

    /// Last Seq that is stored; 0 when there is none.
    virtual Seq last() = 0;
    /// First Seq that is stored: a ring lets go what lies before. One past the end when there is
    /// none.
    virtual Seq first() = 0;
    virtual std::optional<BlockRef> blockOf(Seq seq) = 0;
    /// The block that holds `seq`, or else the nearest one before it.
    virtual std::optional<BlockRef> blockUpTo(Seq seq) = 0;
    /// Blocks from the one that holds `seq` on, in Seq order.
    virtual std::vector<BlockRef> blocksFrom(Seq seq, int limit) = 0;
    /// Blocks with messages in `range` and with a Seq above `after`, in Seq order. Stops once they
    /// sum more than `maxMessages` (0: never); then the result holds at least that many.
    virtual std::vector<BlockRef> blocksIn(TimeRange range, Seq after = 0,
                                           std::int64_t maxMessages = 0) = 0;
    /// Blocks from the one that holds `seq`, or lies before it, backwards.
    virtual std::vector<BlockRef> blocksBefore(Seq seq, int limit)
    {
        std::vector<BlockRef> blocks;
        while (static_cast<int>(blocks.size()) < limit) {
            const auto block = blockUpTo(seq);
            if (!block || (!blocks.empty() && block->id == blocks.back().id))
                break;
            blocks.push_back(*block);
            seq = block->first - 1;
        }
        return blocks;
    }
    /// False when the zone map excludes that one of `agents` sent or received a message of `block`.
    virtual bool mayHoldAnyOf(const BlockRef& /*block*/, std::span<const AgentId> /*agents*/)
    {
        return true;
    }
    /// False when the text filter excludes that a message of `block` holds one of `texts`, in its
    /// bytes or in the block's own text.
    virtual bool mayHoldText(const BlockRef& /*block*/, const TextChoice& /*texts*/)
    {
        return true;
    }
    /// The first block, by time, with a message at or after `t`.
    virtual std::optional<BlockRef> blockAt(TimePoint t) = 0;
    /// Every block that may hold messages with this id, in Seq order: those that the id index
    /// names (a superset), and those that it does not cover yet. `field` is one of kIndexedFields;
    /// of others all blocks come back.
    virtual std::vector<BlockRef> blocksWithId(IdField field, std::string_view text) = 0;

    /// False when the block's bytes are damaged or the block is gone.
    virtual bool load(const BlockRef& block, std::uint32_t wanted, Columns& out) = 0;
    /// Raw and headers of all its messages, one after the other. For blocks that bytesOf() names.
    virtual bool loadPayload(const BlockRef& block, std::string& bytes) = 0;
    /// Where the bytes of one message lie: in which block of which reader, at which row.
    struct Bytes
    {
        BlockReader* reader = nullptr;
        BlockRef block;
        std::size_t row = 0;
    };
    /// Whether each block's bytes are those of one block.
    [[nodiscard]] virtual bool hasOwnBytes() const { return true; }
    virtual Bytes bytesOf(const BlockRef& block, std::size_t row) { return {this, block, row}; }

    /// The recordings behind this one. Tiles and the Seqs in them are theirs.
    virtual std::vector<BlockReader*> parts() { return {this}; }
    /// Which Seq message `own` of part `part` has here; 0 when it is not here. `time`, when known,
    /// spares a look into the part.
    virtual Seq seqOf(std::uint32_t /*part*/, Seq own, std::int64_t /*time*/ = kNoTime)
    {
        return own;
    }
    /// What has been added to the times of this part, ns; its tiles know nothing of it.
    [[nodiscard]] virtual std::int64_t offset() const { return 0; }
    /// Stored groups of a tile, of all parts: the totals and what `groups` names. Empty: not
    /// stored, or it counts messages that a ring has let go.
    virtual std::vector<StoredTile> tile(int level, std::int64_t idx, const TileGroups& groups) = 0;
    /// Visits what tile() returned, with the ids that load() uses.
    virtual bool visit(const StoredTile& tile, TileVisitor& visitor)
    {
        return visitTile(tile.bytes, visitor);
    }
    /// The state nearest before `t`. Where the beginning is not in the file (a ring, a later part
    /// of a split recording): at least the oldest state, with the time "always".
    virtual std::optional<StoredKeyframe> keyframeBefore(TimePoint t) = 0;
    /// Blocks behind `block` with messages that are older than a keyframe before them: whoever goes
    /// on from a keyframe needs them beside those of the time since.
    virtual std::vector<BlockRef> straysAfter(std::int64_t block) = 0;
};

} // namespace murmur
