// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"
#include "base/message.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Where a piece of text lies: in the message's bytes (raw, then headers), or, with kInText set, in
/// the block's own text.
struct TextRef
{
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
};
inline constexpr std::uint32_t kInText = 0x8000'0000u;

/// Fields by which messages are found without a scan: their hashes go into the id index.
inline constexpr std::array<IdField, 4> kIndexedFields{IdField::Message, IdField::Correlation,
                                                       IdField::Trace, IdField::Conversation};

struct IdColumn
{
    /// columnHash of the text, 0: none. Filled by the interpreter for the writer's id index; not
    /// stored with the block, so empty in what a reader loads.
    std::vector<std::uint32_t> hash;
    std::vector<TextRef> text; ///< size 0: none
};
/// The hash as it stands in columns and in the id index.
std::uint32_t columnHash(std::string_view text) noexcept;
std::uint32_t columnHash(std::uint64_t idHash) noexcept;

/// What was really said where the dictionaries hold a name for many: rows of a topic that stands
/// for a family of them (per-request inboxes), or of the agent "other". By row, ascending.
struct RealNames
{
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> ends; ///< of each row's text
    std::string text;

    void add(std::uint32_t row, std::string_view name);
    /// Empty: the dictionary's name holds.
    [[nodiscard]] std::string_view of(std::size_t row) const;
    void clear();
    /// Those of rows `from` up to `to`, of which the first becomes `firstRow`.
    void append(const RealNames& other, std::uint32_t firstRow, std::size_t from, std::size_t to);
};

struct CauseEdge
{
    std::uint32_t row = 0; ///< the effect, a row of these columns
    Seq cause = 0;
    Grade grade = Grade::Stated;
    friend bool operator==(const CauseEdge&, const CauseEdge&) = default;
};

/// What a message makes known of one that was heard before it: a request whose answer came first, a
/// cause whose effect did. A written block never changes, so it stands with the later one.
struct LateFact
{
    enum class What : std::uint8_t { Answer, Effect };
    std::uint32_t row = 0; ///< the request or the cause, a row of these columns
    What what = What::Answer;
    Seq of = 0;                ///< its answer or its effect
    std::int64_t time = 0;     ///< of that one, ns
    std::uint32_t agent = 0;   ///< that sent it
    std::int64_t latency = -1; ///< Answer: ns, never negative
    friend bool operator==(const LateFact&, const LateFact&) = default;
};

/// One key of an agent's state that a message sets; the value is JSON text inside the message's
/// bytes.
struct StateChange
{
    std::uint32_t row = 0;
    AgentId agent{};
    StateKeyId key{};
    TextRef value;
};

/// A run of consecutive messages, one vector per column: the shape in which messages travel from
/// the interpreter to the writer, wait in the tail, and come back from a block. All vectors that
/// are filled have the same length; a reader that asked for some columns only leaves the others
/// empty.
struct Columns
{
    Seq first = 0; ///< Seq of row 0

    // heard: what the bus delivered, final
    std::vector<std::int64_t> time;     ///< the session's axis, ns
    std::vector<std::int64_t> received; ///< ns
    std::vector<std::int64_t> sent;     ///< the sender's own clock, ns, or kNoTime
    std::vector<std::uint32_t> connection;
    std::vector<std::uint32_t> topic;
    std::vector<std::uint32_t> rawSize;
    std::vector<std::uint32_t> headerSize;
    std::vector<std::uint32_t> flags;
    RealNames topicNames;

    // reading: what the dialect made of it
    std::vector<std::uint32_t> sender;
    std::vector<std::uint32_t> audience;
    std::vector<std::uint8_t> kind;
    std::vector<std::uint32_t> type;
    /// Those of `flags` that are the dialect's word, not the bus's: they change when messages are
    /// read again. Not filled by readers; empty: none.
    std::vector<std::uint32_t> readFlags;
    std::vector<std::uint32_t> payloadOffset; ///< in raw
    std::vector<std::uint32_t> payloadSize;
    std::array<IdColumn, kIdFieldCount> ids;
    std::vector<std::int64_t> sequence; ///< kNoTime: none
    std::vector<Seq> closes;            ///< Seq of the request that this message answers, or 0
    std::vector<std::int64_t> latency;  ///< ns from that request, or -1
    std::vector<CauseEdge> causes;      // sorted by row
    std::vector<StateChange> states;    // sorted by row
    std::vector<LateFact> late;         // sorted by row
    RealNames senderNames;
    std::string text; ///< texts that are not in the bytes

    // Where several recordings are read as one: whose message it is, and which one there. Empty
    // otherwise.
    std::vector<std::uint32_t> recording;
    std::vector<Seq> ownSeq;

    [[nodiscard]] std::size_t size() const noexcept { return time.size(); }
    /// The Seq under which row `row` was recorded, and in which recording.
    [[nodiscard]] Seq ownSeqAt(std::size_t row) const noexcept
    {
        return row < ownSeq.size() ? ownSeq[row] : first + static_cast<Seq>(row);
    }
    [[nodiscard]] std::uint32_t recordingAt(std::size_t row) const noexcept
    {
        return row < recording.size() ? recording[row] : 0;
    }
    [[nodiscard]] Seq last() const noexcept { return first + static_cast<Seq>(size()) - 1; }
    void clear();
    /// Appends all rows of `other`, which must follow directly in Seq and have all columns filled.
    void append(const Columns& other) { append(other, 0, other.size()); }
    /// Its rows from `from` up to, and without, `to`.
    void append(const Columns& other, std::size_t from, std::size_t to);
};

/// Columns with the bytes of their messages: raw then headers, one message after the other.
struct Chunk
{
    Columns columns;
    std::string bytes;
    std::vector<std::uint32_t> byteOffset; ///< start of each message in `bytes`
    bool isUnread = false; ///< no dialect has read it yet: its reading is made up later

    [[nodiscard]] std::string_view raw(std::size_t row) const
    {
        return std::string_view(bytes).substr(byteOffset[row], columns.rawSize[row]);
    }
    [[nodiscard]] std::string_view headers(std::size_t row) const
    {
        return std::string_view(bytes).substr(byteOffset[row] + columns.rawSize[row],
                                              columns.headerSize[row]);
    }
    void clear();
    /// Room for as many, so that filling does not copy what is there again and again.
    void reserve(std::size_t rows, std::size_t size);
    void append(const Chunk& other) { append(other, 0, other.columns.size()); }
    /// Its rows from `from` up to, and without, `to`.
    void append(const Chunk& other, std::size_t from, std::size_t to);
    /// Where the bytes of row `row` begin; of the row behind the last one, where they end.
    [[nodiscard]] std::size_t offsetOf(std::size_t row) const
    {
        return row < byteOffset.size() ? byteOffset[row] : bytes.size();
    }
    /// The text behind a reference of row `row`; empty when the reference points outside (a damaged
    /// file).
    [[nodiscard]] std::string_view text(std::size_t row, TextRef ref) const;
};

} // namespace murmur
