// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/blockreader.h"
#include "recording/format.h"
#include "recording/payloadcodec.h"
#include "recording/sqlite.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace murmur {

/// Reads one recording over a connection of its own. One thread only. Every call copies out and
/// ends its statement at once, so that a writer's checkpoints are never held up; use a Snapshot to
/// make several calls see one state.
class RecordingReader final : public BlockReader
{
public:
    static Result<std::unique_ptr<RecordingReader>> open(const QString& path);

    /// A read transaction. Keep it for a few milliseconds only.
    class Snapshot final : public BlockReader::Snapshot
    {
    public:
        explicit Snapshot(RecordingReader& reader)
            : m_transaction(reader.m_database)
        {
            reader.noteGeneration();
        }

    private:
        Transaction m_transaction;
    };

    [[nodiscard]] std::unique_ptr<BlockReader::Snapshot> snapshot() override
    {
        return std::make_unique<Snapshot>(*this);
    }

    RecordingMeta meta() override;
    void loadNames(Dictionaries& names) override;
    std::vector<StoredConnection> connections() override;
    std::vector<Gap> gaps() override;
    std::vector<StoredTick> ticks() override;
    std::vector<StoredTick> ticksAfter(std::int64_t id, int limit) override;
    StoredFindings findings() override;
    std::string fact(std::string_view key) override;
    bool tellsLate() override;
    std::vector<StoredLag> lags(TimeRange range, std::int64_t step) override;
    std::vector<StoredLag> lagsAfter(std::int64_t id, int limit) override;
    std::vector<StoredLag> lastLags() override;
    Seq last() override;
    Seq first() override;
    std::optional<BlockRef> blockOf(Seq seq) override;
    std::optional<BlockRef> blockUpTo(Seq seq) override;
    std::vector<BlockRef> blocksFrom(Seq seq, int limit) override;
    std::vector<BlockRef> blocksIn(TimeRange range, Seq after = 0,
                                   std::int64_t maxMessages = 0) override;
    std::vector<BlockRef> blocksBefore(Seq seq, int limit) override;
    bool mayHoldAnyOf(const BlockRef& block, std::span<const AgentId> agents) override;
    bool mayHoldText(const BlockRef& block, const TextChoice& texts) override;
    std::optional<BlockRef> blockAt(TimePoint t) override;
    std::vector<BlockRef> blocksWithId(IdField field, std::string_view text) override;

    bool load(const BlockRef& block, std::uint32_t wanted, Columns& out) override;
    bool loadPayload(const BlockRef& block, std::string& bytes) override;

    std::vector<StoredTile> tile(int level, std::int64_t idx, const TileGroups& groups) override;
    std::optional<StoredKeyframe> keyframeBefore(TimePoint t) override;
    std::vector<BlockRef> straysAfter(std::int64_t block) override;

    /// What the bus delivered, alone: also where the reading is damaged, and with the bus's own
    /// flags only.
    bool loadHeard(const BlockRef& block, Columns& out);
    /// The block with the next id.
    std::optional<BlockRef> blockBehind(std::int64_t id);
    /// Format version of the file.
    [[nodiscard]] std::int64_t format() const { return m_format; }

private:
    explicit RecordingReader(Database database);
    /// A reading may have been replaced since.
    void noteGeneration();
    BlockRef refFrom(const Statement& statement) const;
    std::int64_t lastLagBefore(std::int64_t time);
    bool loadAsWritten(const BlockRef& block, std::uint32_t wanted, Columns& out);
    void addLate(const BlockRef& block, bool wantsCauses, Columns& out);
    void appendBlocks(std::int64_t firstId, std::int64_t lastId, std::vector<BlockRef>& blocks);

    Database m_database; // goes last: statements are finalized before it closes
    Statement m_last, m_first, m_trimmedTime, m_oldestKeyframe, m_blockOf, m_blocksFrom, m_nextSpan,
        m_blocksIn, m_heard, m_reading, m_payload, m_tile, m_tileTotals, m_keyframe, m_blocksById,
        m_idPart, m_firstIdRun, m_lastIdRun, m_blocksBefore, m_blockAgents, m_currentGeneration,
        m_late, m_strays, m_filter;
    BlockDecoder m_decoder;
    PayloadDecoder m_payloadDecoder;
    std::string m_packed;
    Columns m_teller;
    TextFilterRun m_filterRun; ///< of the texts that were asked for last
    TextChoice m_filterTexts;
    std::int64_t m_format = kFormatVersion;
    std::int64_t m_generation = 1;
};

} // namespace murmur
