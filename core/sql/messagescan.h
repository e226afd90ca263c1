// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/callreader.h"
#include "sql/recordingview.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// Which messages of one recording are wanted; all conditions hold together. Bounds are inclusive.
struct ScanRequest
{
    Seq first = 1;
    Seq last = std::numeric_limits<Seq>::max();
    std::int64_t firstTime = std::numeric_limits<std::int64_t>::min(); ///< ns
    std::int64_t lastTime = std::numeric_limits<std::int64_t>::max();
    std::optional<std::vector<Seq>> seqs;              ///< ascending
    std::optional<std::vector<std::uint32_t>> senders; ///< ids, ascending
    std::optional<std::vector<std::uint32_t>> topics;  ///< ids, ascending
    std::optional<std::uint32_t> kinds;                ///< bit per kind
    struct Ids
    {
        IdField field{};
        std::vector<std::string> texts;
    };
    std::vector<Ids> ids;
    bool isDescending = false;
    std::uint32_t wanted = 0; ///< the ColumnSet that rows are read of

    /// One Seq and nothing else.
    [[nodiscard]] bool isPoint() const noexcept
    {
        return first == last && !hasTime() && !seqs && !senders && !topics && !kinds && ids.empty();
    }
    [[nodiscard]] bool hasTime() const noexcept
    {
        return firstTime != std::numeric_limits<std::int64_t>::min() ||
               lastTime != std::numeric_limits<std::int64_t>::max();
    }
};

/// Walks over the wanted messages of a recording in Seq order.
///
/// Blocks that the zone map excludes are not touched; of the others first the columns that decide
/// are unpacked, and those of the result only where a row is left; bytes only when a row's bytes
/// are asked for. Blocks are read in batches that begin with one and double, each in a transaction
/// of a few milliseconds: a LIMIT costs little, and a scan that nobody takes the rows of holds
/// nothing up. A block that is rewritten meanwhile only gets longer, so rows and bytes of different
/// transactions fit together.
class MessageScan
{
public:
    MessageScan(RecordingView& recording, StatementContext& context, ScanRequest request);
    /// Begins anew. Looking up one Seq after the other, as a join does, finds the blocks that were
    /// unpacked last still there.
    void restart(ScanRequest request);

    /// Moves to the next message; false at the end, after a failure (it stands in the context) and
    /// when stopped.
    bool next()
    {
        if (m_current != nullptr && ++m_at < m_current->rows.size())
            return true;
        return nextStretch();
    }
    /// The message that next() moved to.
    [[nodiscard]] const Columns& columns() const { return m_current->columns(); }
    [[nodiscard]] std::size_t row() const
    {
        const auto& rows = m_current->rows;
        return m_request.isDescending ? rows[rows.size() - 1 - m_at] : rows[m_at];
    }
    [[nodiscard]] Seq seq() const { return columns().first + static_cast<Seq>(row()); }
    [[nodiscard]] RecordingView& recording() const { return m_recording; }

    /// Bytes of the current message, valid until the next one; empty when they cannot be read.
    /// Wanted must have SizeColumns.
    std::string_view raw();
    std::string_view headers();
    /// The text behind a reference of the current message.
    std::string_view text(TextRef ref);
    /// The call to a model that it tells of, or null; valid until the next one.
    const ModelCall* modelCall();
    [[nodiscard]] std::optional<double> costOf(const ModelCall& call);
    /// The clocks of the agents, found out when first asked for; null after a failure (it stands in
    /// the context).
    [[nodiscard]] ClocksPtr clocks();

private:
    /// Rows of one block or one run of the tail.
    struct Stretch
    {
        static constexpr std::uint32_t kNothing = ~0u;
        std::uint32_t has = kNothing; ///< the columns that are in `own`
        BlockRef block;
        Columns own;
        Tail::Run run; ///< or null
        std::vector<std::uint32_t> rows;
        std::string bytes;
        std::vector<std::size_t> offsets; ///< of each message in bytes; empty: not read
        bool isTried = false;             ///< bytes were asked for

        [[nodiscard]] const Columns& columns() const { return run ? run->columns : own; }
    };

    bool isEmpty() const;
    bool findUnpacked();
    bool nextStretch();
    bool readBatch();
    bool readTail();
    void readBlocks(BlockReader& reader);
    void listBlocks(BlockReader& reader);
    std::optional<BlockRef> nextBlock(BlockReader& reader);
    std::optional<BlockRef> nextBySeqs(BlockReader& reader);
    bool isExcluded(BlockReader& reader, const BlockRef& block);
    bool load(BlockReader& reader, const BlockRef& block, Stretch& stretch);
    /// Leaves the rows that match, by what columns tell; then by what the bytes tell.
    void select(Stretch& stretch);
    void selectIds(BlockReader* reader, Stretch& stretch);
    [[nodiscard]] std::uint32_t decidingColumns(const BlockRef& block) const;
    void readBytes(BlockReader& reader, Stretch& stretch);
    bool hasBytes();
    static std::string_view textOf(const Stretch& stretch, std::size_t row, TextRef ref);
    static std::string_view bytesOf(const Stretch& stretch, std::size_t row);

    RecordingView& m_recording;
    StatementContext& m_context;
    ScanRequest m_request;
    std::vector<AgentId> m_agents; ///< the senders, for the zone map

    // where the file's blocks come from: a list, the wanted Seqs, or page by page
    bool m_isPrepared = false;
    bool m_isListed = false;
    std::vector<BlockRef> m_blocks;
    std::size_t m_nextBlock = 0;
    Seq m_position = 0; ///< pages: the Seq from which to go on
    bool m_isAtEnd = false;
    std::size_t m_nextRun = 0;

    std::size_t m_batchSize = 1;
    std::vector<Stretch> m_batch; ///< kept for their capacity
    std::size_t m_base = 0;       ///< where a batch begins: look-ups take turns
    std::size_t m_filled = 0;
    std::size_t m_nextFilled = 0; ///< from here to m_filled there are rows to give
    Stretch* m_current = nullptr;
    std::size_t m_at = 0;
    std::int64_t m_seen = 0; ///< blocks of which the deciding columns were looked at
    std::int64_t m_matched = 0;
    std::optional<CallReader> m_calls;
    std::optional<ModelCall> m_call; ///< of message m_callOf
    Seq m_callOf = 0;
};

} // namespace murmur
