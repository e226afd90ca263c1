// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"
#include "session/source.h"

namespace murmur {

/// The work behind Session's calls: plain functions that run in a reader thread and return values.
Result<TileSlice> tilesJob(const Source& source, const TileRequest& request);
Result<MarkSlice> marksJob(const Source& source, const MarkRequest& request);
Result<std::vector<MessageRow>> rowsJob(const Source& source, const RowRequest& request);
Result<MessageDetail> messageJob(const Source& source, Seq seq);
Result<std::vector<MessageDetail>> messagesJob(const Source& source, const RowRequest& request);
Result<StateSlice> stateJob(const Source& source, const StateRequest& request);
Result<MatchList> searchJob(const Source& source, const MatchRequest& request);
/// The states that the recordings of a session know, as one.
Result<StateSlice> mergedStateJob(const Source& source, const StateRequest& request);
Result<Seq> seqNamedJob(const Source& source, const QString& text);
Result<Seq> seqAtJob(const Source& source, TimePoint t);
Result<std::vector<Gap>> gapsJob(const Source& source);
Result<std::vector<Lag>> lagsJob(const Source& source, const LagRequest& request);
Result<SessionInfo> infoJob(const Source& source);

/// The columns that a MessageRow is made of, and row `i` of them.
inline constexpr std::uint32_t kRowColumns =
    kHeardColumns | ActorColumns | TypeColumns | PayloadColumns | SequenceColumns | CallColumns;
MessageRow rowOf(const Columns& columns, std::size_t i);
/// Row, bytes, headers and ids of row `i`; needs AllColumns. Causes and effects stay empty.
MessageDetail detailOf(const Columns& columns, std::size_t i, PayloadSource& payload);

/// The blocks that may hold a message of those that a filter chooses by id, in Seq order.
std::vector<BlockRef> blocksWith(BlockReader& reader, const IdChoice& choice);

/// What every cancelled job answers.
Error cancelled();

/// Adds what another source, or another name, knows of the same agent. When all is added,
/// settleState() puts it in order.
void joinState(AgentState& agent, AgentState&& other);
void settleState(AgentState& agent);

/// The bytes of a block's messages for filters and previews, unpacked when first asked for. Where
/// the block is gathered from others, a few of those are kept. Needs SizeColumns.
class BlockPayload : public PayloadSource
{
public:
    /// Memory that goes from block to block in a long scan.
    struct Scratch
    {
        std::string bytes;
        std::vector<std::size_t> offsets;
    };
    BlockPayload(BlockReader& reader, const BlockRef& block, const Columns& columns,
                 Scratch* scratch = nullptr)
        : m_reader(reader)
        , m_block(block)
        , m_columns(columns)
        , m_scratch(scratch)
    {
    }
    ~BlockPayload() override;
    BlockPayload(const BlockPayload&) = delete;
    BlockPayload& operator=(const BlockPayload&) = delete;
    std::string_view raw(std::size_t row) override;
    std::string_view headers(std::size_t row) override;
    /// Bytes were asked for and could not be read.
    [[nodiscard]] bool isDamaged() const { return m_isDamaged; }

private:
    /// A block with bytes.
    struct Stored
    {
        BlockReader* reader = nullptr;
        std::int64_t block = 0;
        std::string bytes;
        std::vector<std::size_t> offsets; ///< of each row, and the end; empty: damaged
    };
    [[nodiscard]] std::string_view bytesOf(std::size_t row);
    Stored& stored(const BlockReader::Bytes& place);
    void load(const BlockReader::Bytes& place, Stored& to);

    BlockReader& m_reader;
    const BlockRef& m_block;
    const Columns& m_columns;
    Scratch* m_scratch;
    bool m_isDamaged = false;
    std::vector<Stored> m_stored; ///< the one that was used last is the last one
};

/// The same for a run of the tail.
class RunPayload : public PayloadSource
{
public:
    explicit RunPayload(const Chunk& run)
        : m_run(run)
    {
    }
    std::string_view raw(std::size_t row) override { return m_run.raw(row); }
    std::string_view headers(std::size_t row) override { return m_run.headers(row); }

private:
    const Chunk& m_run;
};

} // namespace murmur
