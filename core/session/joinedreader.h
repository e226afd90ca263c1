// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/blockreader.h"
#include "session/recordingset.h"

#include <memory>
#include <vector>

namespace murmur {

/// The files of one split recording, one behind the other: Seqs and ids are the same in all of
/// them, so nothing is mapped.
class JoinedReader final : public BlockReader
{
public:
    JoinedReader(std::shared_ptr<const RecordingSet> set,
                 std::vector<std::unique_ptr<BlockReader>> members);

    [[nodiscard]] std::unique_ptr<BlockReader::Snapshot> snapshot() override;
    RecordingMeta meta() override;
    void loadNames(Dictionaries& names) override;
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
    bool mayHoldText(const BlockRef& block, const TextChoice& texts) override;
    std::vector<BlockRef> blocksWithId(IdField field, std::string_view text) override;
    bool load(const BlockRef& block, std::uint32_t wanted, Columns& out) override;
    bool loadPayload(const BlockRef& block, std::string& bytes) override;
    std::vector<BlockReader*> parts() override;
    /// Tiles are those of the parts.
    std::vector<StoredTile> tile(int, std::int64_t, const TileGroups&) override { return {}; }
    /// That of the last file that has one: each begins with the state in which the one before
    /// ended.
    std::optional<StoredKeyframe> keyframeBefore(TimePoint t) override;
    std::vector<BlockRef> straysAfter(std::int64_t block) override;

private:
    [[nodiscard]] static BlockRef outside(std::size_t member, BlockRef block);
    /// The block as its file knows it.
    [[nodiscard]] static BlockRef inside(BlockRef block);
    BlockReader& memberOf(const BlockRef& block);

    std::shared_ptr<const RecordingSet> m_set;
    std::vector<std::unique_ptr<BlockReader>> m_members;
};

} // namespace murmur
