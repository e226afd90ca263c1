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
Result<Seq> seqAtJob(const Source& source, TimePoint t);
Result<std::vector<Gap>> gapsJob(const Source& source);
Result<SessionInfo> infoJob(const Source& source);

/// The columns that a MessageRow is made of, and row `i` of them.
inline constexpr std::uint32_t kRowColumns =
    kHeardColumns | ActorColumns | TypeColumns | PayloadColumns | SequenceColumns | CallColumns;
MessageRow rowOf(const Columns& columns, std::size_t i);
/// Row, bytes, headers and ids of row `i`; needs AllColumns. Causes and effects stay empty.
MessageDetail detailOf(const Columns& columns, std::size_t i, PayloadSource& payload);

/// What every cancelled job answers.
Error cancelled();

/// The bytes of a stored block's messages for filters and previews, unpacked when first asked for.
/// Needs SizeColumns.
class BlockPayload : public PayloadSource
{
public:
    BlockPayload(BlockReader& reader, const BlockRef& block, const Columns& columns)
        : m_reader(reader)
        , m_block(block)
        , m_columns(columns)
    {
    }
    std::string_view raw(std::size_t row) override;
    std::string_view headers(std::size_t row) override;

private:
    bool load();

    BlockReader& m_reader;
    const BlockRef& m_block;
    const Columns& m_columns;
    std::string m_bytes;
    std::vector<std::size_t> m_offsets;
    std::vector<bool> m_missing;
    bool m_tried = false;
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
