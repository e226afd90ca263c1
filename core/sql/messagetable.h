// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/messagescan.h"
#include "sql/virtualtable.h"

namespace murmur {

/// The columns of `message`, in their order.
enum class MessageColumn : int {
    Ordinal, ///< seq
    Recording,
    Time,
    Received,
    Sent,
    Connection,
    Topic,
    Kind,
    Type,
    Sender,
    Receivers,
    GroupName,
    MsgId,
    Correlation,
    Trace,
    Span,
    Conversation,
    Parents,
    ReplyTo,
    Sequence,
    SequenceScope,
    LatencyNs,
    Size,
    FlagList,
    ContentType,
    Headers,
    Payload,
    Raw,
    // hidden
    From,
    To,
    Group,
    Id,
    LatencyMs,
    Latency,
    ParentSpan,
    Closes,
    Site,
    Crew,
    Role,
    Tenant,
    // of a call to a model
    Model,
    TokensIn,
    TokensOut,
    TokensCached,
    Cost,
    Finish,
    // by the clocks of the agents
    Aligned,
    AlignedErrorNs,
};

/// `message`: every message of the recordings, one after the other, each in Seq order.
class SqlMessageTable final : public VirtualTable
{
public:
    [[nodiscard]] const char* name() const override { return "message"; }
    [[nodiscard]] const char* meaning() const override;
    [[nodiscard]] std::span<const ColumnSpec> columns() const override;
    void plan(sqlite3_index_info& info, const StatementContext& context) const override;
    [[nodiscard]] std::unique_ptr<VirtualCursor> open(StatementContext& context) const override;
};

/// The ColumnSet that a column is made of.
std::uint32_t columnsFor(MessageColumn column) noexcept;
/// Gives SQLite the value of a column of the current message.
void messageValue(sqlite3_context* result, MessageColumn column, MessageScan& scan);

} // namespace murmur
