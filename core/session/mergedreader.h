// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/blockreader.h"
#include "session/memberreader.h"
#include "session/recordingset.h"
#include "session/sessionorder.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace murmur {

/// Several recordings as one: Seqs 1 … N in the order of aligned time, recording and own Seq. A
/// block is a stretch of that order, gathered from the recordings' blocks when it is asked for.
/// `closes` and `causes` are Seqs of the session; across recordings there are none.
class MergedReader final : public BlockReader
{
public:
    MergedReader(std::shared_ptr<const RecordingSet> set,
                 std::vector<std::unique_ptr<MemberReader>> members);

    [[nodiscard]] std::unique_ptr<BlockReader::Snapshot> snapshot() override;
    RecordingMeta meta() override;
    void loadNames(Dictionaries&) override {}
    std::vector<StoredConnection> connections() override;
    std::vector<Gap> gaps() override;
    std::vector<StoredTick> ticks() override;
    std::vector<StoredLag> lags(TimeRange range, std::int64_t step) override;
    std::vector<StoredLag> lastLags() override;
    Seq last() override;
    Seq first() override;
    std::optional<BlockRef> blockOf(Seq seq) override;
    std::optional<BlockRef> blockUpTo(Seq seq) override;
    std::vector<BlockRef> blocksFrom(Seq seq, int limit) override;
    std::vector<BlockRef> blocksIn(TimeRange range, Seq after = 0,
                                   std::int64_t maxMessages = 0) override;
    std::optional<BlockRef> blockAt(TimePoint t) override;
    std::vector<BlockRef> blocksWithId(IdField field, std::string_view text) override;
    bool mayHoldText(const BlockRef& block, const TextChoice& texts) override;
    bool load(const BlockRef& block, std::uint32_t wanted, Columns& out) override;
    /// The bytes are in the parts' blocks: a stretch of large messages would not fit into memory.
    bool loadPayload(const BlockRef&, std::string&) override { return false; }
    [[nodiscard]] bool hasOwnBytes() const override { return false; }
    Bytes bytesOf(const BlockRef& block, std::size_t row) override;
    std::vector<BlockReader*> parts() override;
    Seq seqOf(std::uint32_t part, Seq own, std::int64_t time = kNoTime) override;
    /// Tiles are those of the parts.
    std::vector<StoredTile> tile(int, std::int64_t, const TileGroups&) override { return {}; }
    std::optional<StoredKeyframe> keyframeBefore(TimePoint) override { return std::nullopt; }
    std::vector<BlockRef> straysAfter(std::int64_t) override { return {}; }

private:
    /// A block of a recording from which a stretch takes messages.
    struct Piece
    {
        std::uint32_t recording = 0;
        BlockRef block;
    };
    struct Place
    {
        OrderKey key;
        std::uint32_t piece = 0;
        std::uint32_t row = 0; ///< in the piece
    };
    struct Stretch
    {
        std::size_t number = 0;
        std::vector<Piece> pieces;
        std::vector<Place> rows;
    };
    struct Loaded
    {
        std::uint32_t recording = 0;
        std::int64_t block = 0;
        std::uint32_t wanted = 0;
        std::shared_ptr<const Columns> columns;
    };

    const SessionOrder& order();
    BlockRef refOf(std::size_t number);
    /// Null when the recordings do not hold what they held when the order was made.
    std::shared_ptr<const Stretch> gather(std::size_t number, std::uint32_t wanted);
    /// The blocks of a recording that reach into a stretch.
    std::vector<BlockRef> blocksUnder(std::size_t number, std::uint32_t recording);
    void addRows(Stretch& stretch, std::uint32_t recording, std::uint32_t wanted);
    std::shared_ptr<const Columns> columnsOf(const Piece& piece, std::uint32_t wanted);
    void keepTimes(const Piece& piece, const Columns& columns);
    /// kNoTime when there is no such message.
    std::int64_t timeOf(std::uint32_t recording, Seq own);
    /// What can be said of messages whose block cannot be read.
    Columns unreadable(MemberReader& member, const BlockRef& block, std::uint32_t wanted);
    void copyColumns(const Stretch& stretch,
                     const std::vector<std::shared_ptr<const Columns>>& from, std::uint32_t wanted,
                     Columns& out) const;
    void copyTexts(const Stretch& stretch, const std::vector<std::shared_ptr<const Columns>>& from,
                   std::uint32_t wanted, Columns& out);
    void mapSeqs(const Stretch& stretch, std::uint32_t wanted, Columns& out);

    std::shared_ptr<const RecordingSet> m_set;
    std::vector<std::unique_ptr<MemberReader>> m_members;
    std::shared_ptr<const SessionOrder> m_order;
    // What was read last: neighbouring stretches share blocks, and calls reach back a little.
    std::deque<std::shared_ptr<const Stretch>> m_stretches;
    std::deque<Loaded> m_loaded;
    std::size_t m_loadedRows = 0;
    /// Times of the messages seen lately, by recording and first Seq: causes name Seqs only.
    std::map<std::pair<std::uint32_t, Seq>, std::vector<std::int64_t>> m_times;
    std::deque<std::pair<std::uint32_t, Seq>> m_timesOrder;
    std::size_t m_timesRows = 0;
};

} // namespace murmur
