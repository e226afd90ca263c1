// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/messagetable.h"

#include "sql/messageplan.h"

#include <array>

namespace murmur {

namespace {

constexpr std::array kColumns = std::to_array<ColumnSpec>({
    {"seq", "INTEGER", "ordinal in its recording, from 1 in order of arrival"},
    {"recording", "TEXT", "name of the file without its ending"},
    {"time", "INTEGER", "ns since 1970 (UTC), the axis of all views"},
    {"received", "INTEGER", "ns, when its bytes were read"},
    {"sent", "INTEGER", "ns, the sender's own clock, or NULL"},
    {"connection", "TEXT", "URL of the connection it was heard on"},
    {"topic", "TEXT", "subject, channel, stream or path"},
    {"kind", "TEXT",
     "event, command, request, reply, error, state, heartbeat, chunk, control or marker"},
    {"type", "TEXT", "the sender's own word for what it is; of undecoded ones why"},
    {"sender", "TEXT", "name of the agent; NULL when not known"},
    {"receivers", "JSON TEXT", "array of agent names"},
    {"group_name", "TEXT", "the sender's site, else crew, else tenant"},
    {"msg_id", "TEXT", "its own id"},
    {"correlation", "TEXT", "id that a request and its reply share"},
    {"trace", "TEXT", "trace id"},
    {"span", "TEXT", "span id"},
    {"conversation", "TEXT", "thread, run, task or session id"},
    {"parents", "JSON TEXT", "array of its causes: [{\"seq\": 7, \"grade\": \"stated\"}]"},
    {"reply_to", "TEXT", "address that an answer is wanted at"},
    {"sequence", "INTEGER", "the sender's own count"},
    {"sequence_scope", "TEXT", "what sequence counts within: sender"},
    {"latency_ns", "INTEGER", "ns since the request that it answers, or NULL"},
    {"size", "INTEGER", "bytes of raw and headers"},
    {"flags", "JSON TEXT",
     "array: injected, replayed, redacted, withheld, retained, late, unread, "
     "undecoded, truncated"},
    {"content_type", "TEXT", "what its headers say of the payload"},
    {"headers", "JSON TEXT", "object; a header that was said twice is an array"},
    {"payload", "TEXT", "the body; a BLOB when it is not UTF-8"},
    {"raw", "BLOB", "all bytes of the message as they came"},
    {"from", "TEXT", "sender", true},
    {"to", "JSON TEXT", "receivers", true},
    {"group", "TEXT", "group_name", true},
    {"id", "TEXT", "msg_id", true},
    {"latency_ms", "REAL", "latency_ns in milliseconds", true},
    {"latency", "INTEGER", "latency_ns", true},
    {"parent_span", "TEXT", "span id of the parent", true},
    {"closes", "INTEGER", "seq of the request that it answers, or NULL", true},
    {"site", "TEXT", "label of the sender", true},
    {"crew", "TEXT", "label of the sender", true},
    {"role", "TEXT", "label of the sender", true},
    {"tenant", "TEXT", "label of the sender", true},
    {"model", "TEXT", "of the call to a model that it tells of, or NULL", true},
    {"tokens_in", "INTEGER", "that the call took in, those of the cache too, or NULL", true},
    {"tokens_out", "INTEGER", "that came back, or NULL", true},
    {"tokens_cached", "INTEGER", "of tokens_in, what came out of a cache, or NULL", true},
    {"cost", "REAL", "US dollars, as stated or by your prices; NULL when not known", true},
    {"finish", "TEXT", "why the model stopped", true},
    {"aligned", "INTEGER", "ns, when it was sent by our clock, or NULL: see `murmur clocks`", true},
    {"aligned_error_ns", "INTEGER", "ns, by how much that may be wrong", true},
});
static_assert(kColumns.size() == static_cast<std::size_t>(MessageColumn::AlignedErrorNs) + 1);

class MessageCursor final : public VirtualCursor
{
public:
    explicit MessageCursor(StatementContext& context)
        : m_context(context)
    {
    }

    void filter(int number, std::string_view plan, std::span<sqlite3_value*> values) override
    {
        m_conditions = MessageConditions::of(number, plan, values);
        m_nextRecording = 0;
        m_hasRow = false;
        next();
    }
    void next() override
    {
        while (!m_hasRow || !m_scan->next()) {
            m_hasRow = false;
            if (m_nextRecording == m_context.recordings.size() || m_context.failure)
                return;
            RecordingView& recording = *m_context.recordings[m_nextRecording++];
            auto request = m_conditions.requestFor(recording);
            m_hasRow = request.has_value();
            if (!request)
                continue;
            if (m_scan && &m_scan->recording() == &recording)
                m_scan->restart(std::move(*request));
            else
                m_scan.emplace(recording, m_context, std::move(*request));
        }
    }
    [[nodiscard]] bool isAtEnd() const override { return !m_hasRow; }
    void column(sqlite3_context* result, int column) override
    {
        messageValue(result, static_cast<MessageColumn>(column), *m_scan);
    }
    [[nodiscard]] sqlite3_int64 rowId() const override
    {
        return (static_cast<sqlite3_int64>(m_nextRecording) << 48) + m_scan->seq();
    }

private:
    StatementContext& m_context;
    MessageConditions m_conditions;
    std::size_t m_nextRecording = 0;
    std::optional<MessageScan> m_scan; ///< kept at the end: a join begins again
    bool m_hasRow = false;
};

} // namespace

const char* SqlMessageTable::meaning() const
{
    return "every message, in order of arrival";
}

std::span<const ColumnSpec> SqlMessageTable::columns() const
{
    return kColumns;
}

void SqlMessageTable::plan(sqlite3_index_info& info, const StatementContext& context) const
{
    planMessages(info, context.messages(), context.recordings.size() == 1);
}

std::unique_ptr<VirtualCursor> SqlMessageTable::open(StatementContext& context) const
{
    return std::make_unique<MessageCursor>(context);
}

} // namespace murmur
