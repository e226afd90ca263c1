// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/time.h"
#include "recording/blockcodec.h"
#include "recording/dictionaries.h"
#include "recording/tiles.h"
#include "recording/writer.h"

#include <QString>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
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

    [[nodiscard]] Seq last() const noexcept { return first + static_cast<Seq>(count) - 1; }
};

struct RecordingMeta
{
    QString uuid;
    QString family; ///< shared by the files of one split recording
    QString program;
    QString host; ///< whose clock stamped the messages
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

/// The recorder's pulse.
struct StoredTick
{
    std::int64_t time = 0; ///< ns
    Seq seq = 0;           ///< the last message then
    double busQueue = 0;   ///< fill of the queues, 0 to 1
    double writerQueue = 0;
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

    /// Last Seq that is stored; 0 when there is none.
    virtual Seq last() = 0;
    virtual std::optional<BlockRef> blockOf(Seq seq) = 0;
    /// Blocks from the one that holds `seq` on, in Seq order.
    virtual std::vector<BlockRef> blocksFrom(Seq seq, int limit) = 0;
    /// Blocks with messages in `range` and with a Seq above `after`, in Seq order. Stops once they
    /// sum more than `maxMessages` (0: never); then the result holds at least that many.
    virtual std::vector<BlockRef> blocksIn(TimeRange range, Seq after = 0,
                                           std::int64_t maxMessages = 0) = 0;
    /// The first block, by time, with a message at or after `t`.
    virtual std::optional<BlockRef> blockAt(TimePoint t) = 0;

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
    /// stored.
    virtual std::vector<StoredTile> tile(int level, std::int64_t idx, const TileGroups& groups) = 0;
    /// Visits what tile() returned, with the ids that load() uses.
    virtual bool visit(const StoredTile& tile, TileVisitor& visitor)
    {
        return visitTile(tile.bytes, visitor);
    }
    virtual std::optional<StoredKeyframe> keyframeBefore(TimePoint t) = 0;
};

} // namespace murmur
