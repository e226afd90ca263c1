// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/blockreader.h"
#include "session/recordingset.h"

#include <memory>

namespace murmur {

/// One recording of a session, with the session's times and ids and its own Seqs. Shows what was
/// recorded when the session was opened.
class MemberReader final : public BlockReader
{
public:
    /// `member`, the session's recording number `number`, must outlive the reader.
    MemberReader(std::unique_ptr<BlockReader> reader, const Member& member, std::uint32_t number);

    [[nodiscard]] std::unique_ptr<BlockReader::Snapshot> snapshot() override;
    RecordingMeta meta() override;
    void loadNames(Dictionaries&) override {} // the session has them
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
    bool mayHoldText(const BlockRef& block, const TextChoice& texts) override
    {
        return m_reader->mayHoldText(block, texts);
    }
    std::vector<BlockRef> blocksWithId(IdField field, std::string_view text) override;
    bool load(const BlockRef& block, std::uint32_t wanted, Columns& out) override;
    bool loadPayload(const BlockRef& block, std::string& bytes) override;
    [[nodiscard]] std::int64_t offset() const override { return m_member.offset; }
    std::vector<StoredTile> tile(int level, std::int64_t idx, const TileGroups& groups) override;
    bool visit(const StoredTile& tile, TileVisitor& visitor) override;
    /// None: its ids and times would not be the session's.
    std::optional<StoredKeyframe> keyframeBefore(TimePoint) override { return std::nullopt; }
    std::vector<BlockRef> straysAfter(std::int64_t) override { return {}; }

private:
    /// As the session sees it; nothing when no message of it belongs to the session.
    [[nodiscard]] std::optional<BlockRef> seen(BlockRef block) const;
    [[nodiscard]] std::vector<BlockRef> seen(const std::vector<BlockRef>& blocks) const;
    /// As it stands in the file now: the open block may have grown.
    BlockRef stored(const BlockRef& block);

    void mapLags(std::vector<StoredLag>& lags) const;

    std::unique_ptr<BlockReader> m_reader;
    const Member& m_member;
    const std::uint32_t m_number;
};

} // namespace murmur
