// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "base/ids.h"
#include "base/kind.h"
#include "recording/audiencecache.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"
#include "recording/tally.h"

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// The pyramid: level l has buckets of 2^(22 + 2l) ns and tiles of 256 buckets, aligned to the
/// epoch, up to level 12 (208 days a tile).
inline constexpr int kTileLevels = 13;
inline constexpr int kTileBuckets = 256;
inline constexpr int kAgentsPerGroup = 64;
/// The group of a tile's totals; other groups are agent / 64.
inline constexpr std::int64_t kAllGroup = -1;
/// A tile is stored when it sums at least this many messages (or 64 per active agent); below,
/// readers decode headers.
inline constexpr std::int64_t kTileThreshold = 32'768;

constexpr int bucketShift(int level) noexcept
{
    return 22 + 2 * level;
}
constexpr int tileShift(int level) noexcept
{
    return bucketShift(level) + 8;
}
constexpr std::int64_t tileIndex(std::int64_t ns, int level) noexcept
{
    return ns >> tileShift(level);
}
constexpr std::int64_t tileBegin(std::int64_t idx, int level) noexcept
{
    return idx << tileShift(level);
}

/// What a tile counts of one message.
struct TileRow
{
    std::int64_t time = 0;
    std::int64_t latency = -1; ///< of the call that it closes; -1: none
    std::uint32_t sender = 0;
    std::uint32_t audience = 0;
    std::uint32_t size = 0;
    std::uint8_t kind = 0;
    bool isLate = false; ///< only the latency of a message that is counted already
};
/// The answer that `fact` makes known: its latency counts at its own time, under its sender.
TileRow lateRow(const LateFact& fact);

/// Traffic of one tile while it is summed up. Adding rows and merging finished children are the
/// only reductions there are: writer, readers and filters use the same code, so any level equals a
/// recount of the messages.
class TileSum
{
public:
    /// Columns of a cell besides the kinds.
    static constexpr unsigned kReceived = 10;
    static constexpr unsigned kBytes = 11;

    /// Adds a message that falls into `bucket` (0 … 255) of this tile.
    void add(const TileRow& row, unsigned bucket, std::span<const AgentId> receivers);
    /// Adds row `row` of `columns`. Needs Time, Size, Actor and Call columns.
    void add(const Columns& columns, std::size_t row, unsigned bucket,
             std::span<const AgentId> receivers);
    /// Adds a tile of the level below: quarter 0 … 3 of this one.
    void merge(TileSum& child, unsigned quarter);

    [[nodiscard]] std::int64_t messages() const noexcept { return m_messages; }
    [[nodiscard]] std::size_t activeAgents() const noexcept { return m_activeAgents; }
    [[nodiscard]] std::size_t bytes() const noexcept;

    /// Encoded groups (kAllGroup first), before compression.
    [[nodiscard]] std::vector<std::pair<std::int64_t, std::string>> encode();

private:
    void noteActive(std::uint32_t agent);
    void addLatency(const TileRow& row, std::uint32_t sender, unsigned bucket);

    // keys: agent << 12 | column << 8 | bucket. In this order a coarser bucket keeps its place,
    // which makes a merge one pass, and neighbours differ little, which makes the tile small.
    Tally<std::uint32_t, std::uint32_t> m_counts;
    Tally<std::uint32_t, std::uint64_t> m_bytes;            // agent << 8 | bucket
    Tally<std::uint64_t, std::uint32_t> m_fine;             // agent << 16 | fine bucket
    Tally<std::uint32_t, std::uint64_t, Largest> m_highest; // agent -> largest latency
    Tally<std::uint32_t, std::uint32_t> m_heat;             // bucket << 16 | coarse bucket
    Tally<std::uint32_t, std::uint32_t> m_fineTotal;
    Tally<std::uint64_t, std::uint32_t>
        m_pairs; // sender << 32 | receiver, or sender << 32 | kAudience | audience
    std::vector<std::uint64_t> m_totals; // column << 8 | bucket
    std::vector<std::uint64_t> m_active; // a bit an agent
    std::uint64_t m_highestTotal = 0;
    std::size_t m_activeAgents = 0;
    std::int64_t m_messages = 0;
};
/// Mark of a pair whose second half is an audience.
inline constexpr std::uint64_t kAudiencePair = 1ull << 31;
inline constexpr std::size_t kMaxPairReceivers = 8;

/// Receives the contents of a stored tile group. Counts of one (agent, bucket) come once per
/// column.
class TileVisitor
{
public:
    virtual ~TileVisitor() = default;
    virtual void cell(std::uint32_t agent, unsigned bucket, unsigned column,
                      std::uint64_t count) = 0;
    virtual void total(unsigned bucket, unsigned column, std::uint64_t count) = 0;
    virtual void latency(std::uint32_t agent, std::uint32_t fineBucket, std::uint32_t count) = 0;
    virtual void highest(std::uint32_t agent, std::uint64_t latency) = 0;
    virtual void totalLatency(std::uint32_t fineBucket, std::uint32_t count) = 0;
    virtual void totalHighest(std::uint64_t latency) = 0;
    virtual void heat(unsigned bucket, std::uint32_t coarseBucket, std::uint32_t count) = 0;
    virtual void pair(std::uint64_t key, std::uint64_t count) = 0;
};
/// False when the bytes are damaged; what was visited before stays.
bool visitTile(std::string_view bytes, TileVisitor& visitor);
/// The same for a sum in memory.
void visitTile(TileSum& sum, TileVisitor& visitor);

/// What the pyramid wants stored.
struct FinishedTile
{
    int level = 0;
    std::int64_t idx = 0;
    std::int64_t part = 0;
    Seq through = 0;
    std::int64_t messages = 0;
    std::vector<std::pair<std::int64_t, std::string>> groups;
};

/// Sums blocks into all levels while recording. A tile is finished when time has passed it; what
/// comes later for it becomes a further part. Not thread safe; owned by the writer.
///
/// A tile that will not be stored is never summed: its messages wait as rows and move up a level
/// when it is finished, until they are enough for a tile. So each message is summed once, at the
/// finest level that is stored of its time, however quiet the swarm; from there on sums are merged.
class TilePyramid
{
public:
    explicit TilePyramid(const Dictionaries& names)
        : m_audiences(names)
    {
    }

    /// Adds a closed block and appends the tiles that it finished.
    void add(const Columns& block, std::vector<FinishedTile>& finished);
    /// Finishes all. Above the first level whose one tile holds everything, tiles would be copies
    /// of it, and are not stored.
    void close(std::vector<FinishedTile>& finished);
    /// As if nothing had been added.
    void clear();
    /// Forgets which tiles that begin before `time` were stored: they are deleted.
    void forgetBefore(std::int64_t time);
    /// About what close() would have stored, in memory.
    [[nodiscard]] std::size_t openBytes() const;

private:
    struct Open
    {
        std::vector<TileRow> rows;    ///< until they are summed
        std::unique_ptr<TileSum> sum; ///< then `rows` is empty
        std::int64_t sinceBlock = 0;
        int children = 0;           ///< finished tiles of the level below
        bool isChildStored = false; ///< the last of them, or what it is a copy of
        [[nodiscard]] std::int64_t messages() const
        {
            return sum ? sum->messages() : static_cast<std::int64_t>(rows.size());
        }
    };
    Open& openTile(int level, std::int64_t idx);
    void addRow(Open& open, int level, const TileRow& row);
    TileSum& summed(Open& open, int level);
    void finishPassed(std::vector<FinishedTile>& finished, bool all);
    /// Finishes the open tiles below (level, idx), so that "through" is true of it.
    void finishBelow(int level, std::int64_t idx, std::vector<FinishedTile>& finished);
    void finish(int level, std::int64_t idx, Open&& open, bool mustStore,
                std::vector<FinishedTile>& finished, bool isLast = false);

    AudienceCache m_audiences;
    std::array<std::map<std::int64_t, Open>, kTileLevels> m_open;
    std::array<std::map<std::int64_t, std::int64_t>, kTileLevels> m_parts; ///< parts stored so far
    std::int64_t m_newest = std::numeric_limits<std::int64_t>::min();
    std::int64_t m_blocks = 0;
    Seq m_through = 0;
};

} // namespace murmur
