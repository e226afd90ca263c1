// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "query/filter.h"
#include "recording/blockreader.h"
#include "session/lanenames.h"
#include "session/source.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace murmur {

/// The lane of each row of a block, and what it counts there.
struct LaneRows
{
    std::vector<std::uint8_t> lanes;
    std::vector<std::uint32_t> weights; ///< empty: one each

    [[nodiscard]] std::size_t size() const { return lanes.size(); }
    [[nodiscard]] std::size_t bytes() const
    {
        return lanes.size() + weights.size() * sizeof(std::uint32_t);
    }
};

/// What was found out about the lanes of a recording, shared by all that read it: the lane of each
/// message where finding it is dear, and the tiles. Thread safe.
class LaneStore
{
public:
    using Lanes = std::shared_ptr<const LaneRows>;
    static constexpr std::uint8_t kHidden = 255; ///< the filter does not let it pass

    /// Null when it is not known, or of fewer rows than these.
    [[nodiscard]] Lanes lanes(std::uint32_t part, std::int64_t block, std::size_t rows) const;
    void put(std::uint32_t part, std::int64_t block, Lanes lanes);

    void put(std::uint32_t part, std::vector<FinishedTile>&& tiles);
    /// Until then no tile is given out: some would be missing.
    void setReady() { m_isReady = true; }
    [[nodiscard]] bool isReady() const { return m_isReady; }
    [[nodiscard]] std::vector<StoredTile> tile(std::uint32_t part, int level, std::int64_t idx,
                                               const TileGroups& groups) const;
    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::size_t kMostLaneBytes = std::size_t(64) << 20;
    using Place = std::pair<std::uint32_t, std::int64_t>;
    struct TilePlace
    {
        std::uint32_t part = 0;
        int level = 0;
        std::int64_t idx = 0;
        friend auto operator<=>(const TilePlace&, const TilePlace&) = default;
    };

    mutable std::mutex m_mutex;
    std::map<Place, Lanes> m_lanes;
    std::size_t m_laneBytes = 0;
    std::map<TilePlace, std::vector<StoredTile>> m_tiles;
    std::size_t m_tileBytes = 0;
    std::atomic<bool> m_isReady = false;
};

static_assert(LaneNames::kMostLanes + 2 < LaneStore::kHidden);

/// A recording whose messages are sent by lanes instead of agents, and by those only that pass the
/// filter: the others lie outside of time. Whatever reads tiles and marks reads it like any other.
class LaneReader final : public BlockReader
{
public:
    LaneReader(ReaderPool::Lease lease, std::shared_ptr<LaneNames> lanes,
               std::shared_ptr<LaneStore> store, FilterPtr filter,
               std::shared_ptr<const Dictionaries> session);

    [[nodiscard]] std::unique_ptr<BlockReader::Snapshot> snapshot() override
    {
        return m_reader.snapshot();
    }
    RecordingMeta meta() override { return m_reader.meta(); }
    void loadNames(Dictionaries&) override {} // the lanes are named as they are found
    std::vector<StoredConnection> connections() override { return m_reader.connections(); }
    std::vector<Gap> gaps() override { return m_reader.gaps(); }
    std::vector<StoredTick> ticks() override { return m_reader.ticks(); }
    Seq last() override { return m_reader.last(); }
    Seq first() override { return m_reader.first(); }
    std::optional<BlockRef> blockOf(Seq seq) override { return m_reader.blockOf(seq); }
    std::optional<BlockRef> blockUpTo(Seq seq) override { return m_reader.blockUpTo(seq); }
    std::vector<BlockRef> blocksFrom(Seq seq, int limit) override
    {
        return m_reader.blocksFrom(seq, limit);
    }
    std::vector<BlockRef> blocksIn(TimeRange range, Seq after, std::int64_t maxMessages) override
    {
        return m_reader.blocksIn(range, after, maxMessages);
    }
    std::optional<BlockRef> blockAt(TimePoint t) override { return m_reader.blockAt(t); }
    std::vector<BlockRef> blocksWithId(IdField field, std::string_view text) override
    {
        return m_reader.blocksWithId(field, text);
    }
    bool load(const BlockRef& block, std::uint32_t wanted, Columns& out) override;
    bool loadPayload(const BlockRef& block, std::string& bytes) override
    {
        return m_reader.loadPayload(block, bytes);
    }
    [[nodiscard]] bool hasOwnBytes() const override { return m_reader.hasOwnBytes(); }
    Bytes bytesOf(const BlockRef& block, std::size_t row) override
    {
        return m_reader.bytesOf(block, row);
    }
    std::vector<BlockReader*> parts() override;
    Seq seqOf(std::uint32_t part, Seq own, std::int64_t time) override
    {
        return m_reader.seqOf(part, own, time);
    }
    [[nodiscard]] std::int64_t offset() const override { return m_reader.offset(); }
    std::vector<StoredTile> tile(int level, std::int64_t idx, const TileGroups& groups) override
    {
        return m_store->tile(m_part, level, idx, groups);
    }
    std::optional<StoredKeyframe> keyframeBefore(TimePoint) override { return std::nullopt; }
    std::vector<BlockRef> straysAfter(std::int64_t) override { return {}; }

    /// The recordings themselves, for who counts or scans: what load() would give is not needed.
    [[nodiscard]] BlockReader& plain() const { return m_reader; }

private:
    LaneReader(BlockReader& part, std::uint32_t number, const LaneReader& of);
    [[nodiscard]] LaneStore::Lanes findLanes(const BlockRef& block, const Columns& columns);

    std::optional<ReaderPool::Lease> m_lease; // none: a part of one that has it
    BlockReader& m_reader;
    std::uint32_t m_part = 0;
    std::shared_ptr<LaneNames> m_lanes;
    std::shared_ptr<LaneStore> m_store;
    FilterPtr m_filter;
    std::shared_ptr<const Dictionaries> m_session;
    std::vector<std::unique_ptr<LaneReader>> m_parts;
    Columns m_loaded; ///< for looking into the bytes
};

/// The rows as a lane reader gives them: `lanes` for senders, and nobody receives.
/// Where messages have weights, those take the place of their sizes.
void putIntoLanes(const LaneRows& rows, Columns& columns);
/// The lane of each row, and which the filter lets pass.
LaneRows lanesOfRows(LaneNames& lanes, const Filter* filter, const Dictionaries& session,
                     const Columns& columns, PayloadSource* payload);

} // namespace murmur
