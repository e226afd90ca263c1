// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/conversationtable.h"

#include "conversations/conversationjob.h"

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// More than that is not kept in memory; a statement that would lack some fails instead.
constexpr std::size_t kMostRows = 1'000'000;

enum class ConversationColumn : int {
    Recording,
    Key,
    Start,
    End,
    Messages,
    Agents,
    Errors,
    DurationNs,
    OpenCalls,
    TokensIn,
    TokensOut,
    Cost,
    Outcome,
    StartedBy,
};

constexpr std::array kConversationColumns = std::to_array<ColumnSpec>({
    {"recording", "TEXT", "name of the file without its ending"},
    {"key", "TEXT", "conversation id, or else trace id"},
    {"start", "INTEGER", "ns, time of the earliest message"},
    {"end", "INTEGER", "ns, time of the latest"},
    {"messages", "INTEGER", "how many"},
    {"agents", "INTEGER", "how many different senders and receivers"},
    {"errors", "INTEGER", "messages of kind error"},
    {"duration_ns", "INTEGER", "ns between start and end"},
    {"open_calls", "INTEGER", "requests without an answer"},
    {"tokens_in", "INTEGER", "that its calls to models took in, or NULL"},
    {"tokens_out", "INTEGER", "that came back, or NULL"},
    {"cost", "REAL", "US dollars, as far as it is known, or NULL"},
    {"outcome", "TEXT", "completed, failed, open, or silent (somebody waits, and nothing is said)"},
    {"started_by", "TEXT", "who sent its first message"},
});

class ConversationCursor final : public VirtualCursor
{
public:
    explicit ConversationCursor(StatementContext& context)
        : m_context(context)
    {
    }

    void filter(int, std::string_view, std::span<sqlite3_value*>) override
    {
        m_recording = 0;
        m_at = 0;
        m_id = 0;
        m_list = {};
        read();
    }
    void next() override
    {
        ++m_id;
        if (++m_at == m_list.rows.size()) {
            ++m_recording;
            read();
        }
    }
    [[nodiscard]] bool isAtEnd() const override { return m_at >= m_list.rows.size(); }
    [[nodiscard]] sqlite3_int64 rowId() const override { return m_id; }
    void column(sqlite3_context* to, int column) override
    {
        RecordingView& recording = *m_context.recordings[m_recording];
        const Conversation& row = m_list.rows[m_at];
        const auto count = [to](std::int64_t number) {
            return number < 0 ? sqlite3_result_null(to) : sqlite3_result_int64(to, number);
        };
        switch (static_cast<ConversationColumn>(column)) {
        case ConversationColumn::Recording:
            return resultName(to, recording.label());
        case ConversationColumn::Key:
            return resultBytes(to, row.name);
        case ConversationColumn::Start:
            return sqlite3_result_int64(to, row.start);
        case ConversationColumn::End:
            return sqlite3_result_int64(to, row.end);
        case ConversationColumn::Messages:
            return count(row.messages);
        case ConversationColumn::Agents:
            return count(row.agents);
        case ConversationColumn::Errors:
            return count(row.errors);
        case ConversationColumn::DurationNs:
            return count(row.end - row.start);
        case ConversationColumn::OpenCalls:
            return count(row.open);
        case ConversationColumn::TokensIn:
            return count(row.tokensIn);
        case ConversationColumn::TokensOut:
            return count(row.tokensOut);
        case ConversationColumn::Cost:
            return row.cost < 0 ? sqlite3_result_null(to) : sqlite3_result_double(to, row.cost);
        case ConversationColumn::Outcome:
            return resultName(to, outcomeName(row.outcome));
        case ConversationColumn::StartedBy:
            return resultName(to, recording.names().agent(index(row.starter)).name);
        }
    }

private:
    /// The first recording from here on that has any.
    void read()
    {
        m_at = 0;
        m_list = {};
        for (; m_recording < m_context.recordings.size(); ++m_recording) {
            ConversationsRequest request;
            request.wish.most = kMostRows;
            request.stop = m_context.stop;
            auto list = conversationsJob(m_context.recordings[m_recording]->source(), request);
            if (!list && list.error().code == ErrorCode::Cancelled)
                return;
            if (list && list->forgotten > 0)
                list = Error{ErrorCode::Unsupported,
                             u"There are more than %1 conversations; group message by conversation "
                             "and trace instead."_s.arg(kMostRows)};
            if (!list) {
                m_context.failure = list.error();
                return;
            }
            m_context.counters.unreadable += list->unreadable;
            m_list = std::move(*list);
            if (!m_list.rows.empty())
                return;
        }
    }

    StatementContext& m_context;
    std::size_t m_recording = 0;
    ConversationList m_list;
    std::size_t m_at = 0;
    std::int64_t m_id = 0;
};

} // namespace

const char* ConversationTable::meaning() const
{
    return "messages with one conversation id, or else one trace id";
}

std::span<const ColumnSpec> ConversationTable::columns() const
{
    return kConversationColumns;
}

void ConversationTable::plan(sqlite3_index_info& info, const StatementContext& context) const
{
    const auto all = static_cast<double>(context.messages());
    info.estimatedCost = 1000 + 2 * all;
    info.estimatedRows = static_cast<sqlite3_int64>(1 + all / 20);
}

std::unique_ptr<VirtualCursor> ConversationTable::open(StatementContext& context) const
{
    return std::make_unique<ConversationCursor>(context);
}

} // namespace murmur
