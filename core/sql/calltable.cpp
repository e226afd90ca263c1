// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/calltable.h"

#include "base/kind.h"
#include "sql/messagescan.h"

#include <array>
#include <unordered_map>

namespace murmur {

namespace {

enum class CallColumn : int {
    Recording,
    Request,
    Reply,
    Requester,
    Replier,
    Topic,
    Start,
    End,
    LatencyNs,
    Outcome,
    Receivers,
    Type,
    Inferred,
    Answers,
};

constexpr std::array kColumns = std::to_array<ColumnSpec>({
    {"recording", "TEXT", "name of the file without its ending"},
    {"request", "INTEGER", "seq of the request"},
    {"reply", "INTEGER", "seq of its first answer; NULL when there is none"},
    {"requester", "TEXT", "who asked"},
    {"replier", "TEXT", "who answered; NULL when nobody did"},
    {"topic", "TEXT", "topic of the request"},
    {"start", "INTEGER", "ns, time of the request"},
    {"end", "INTEGER", "ns, time of the answer, or NULL"},
    {"latency_ns", "INTEGER", "ns between them, or NULL"},
    {"outcome", "TEXT", "answered, error (answered by one), or open"},
    {"receivers", "JSON TEXT", "array: to whom the request went"},
    {"type", "TEXT", "type of the request"},
    {"inferred", "INTEGER",
     "1 when the request names no receiver: that it went to the replier is inferred"},
    {"answers", "INTEGER", "how many there are, the first included"},
});

struct Asked
{
    std::int64_t time = 0; ///< ns
    std::uint32_t sender = 0;
    std::uint32_t audience = 0;
    std::uint32_t topic = 0;
    std::uint32_t type = 0;
};

struct Call
{
    Seq request = 0;
    Asked asked;
    Seq reply = 0; ///< 0: open
    std::uint32_t replier = 0;
    std::int64_t end = 0;
    std::int64_t latency = -1;
    bool isError = false;
};

/// Messages before a request among which its answer is looked for, too.
constexpr Seq kReach = 65'536;

/// Two passes over the headers of a recording. The first notes which messages are answered, a bit
/// each. So the second knows of a request at once whether it stays open, and keeps only those that
/// wait for an answer to come: memory is bounded by the calls in flight, not by those that never
/// ended. Must equal: for each request, look through all later messages for the first that closes
/// it. Calls come when they are decided: open ones at their request, others at their answer. An
/// answer that came before its request stands with the request, as a late fact.
class CallScan
{
public:
    CallScan(RecordingView& recording, StatementContext& context, Seq first, Seq last)
        : m_first(std::max<Seq>(1, first))
        , m_last(std::min(last, recording.last()))
        , m_isAnswered(m_last < m_first ? 0 : static_cast<std::size_t>(m_last - m_first + 1))
        , m_scan(recording, context,
                 request(TimeColumns | PlaceColumns | ActorColumns | TypeColumns | CallColumns))
    {
        MessageScan answers(recording, context, request(CallColumns | LateColumns));
        while (!m_isAnswered.empty() && answers.next()) {
            const Columns& columns = answers.columns();
            const Seq asked = columns.closes[answers.row()];
            if (isWanted(asked)) {
                const bool isEarly = m_early.contains(asked);
                if (isEarly || m_isAnswered[at(asked)])
                    ++m_more[asked];
                if (!isEarly)
                    m_isAnswered[at(asked)] = true;
            }
            if (!columns.late.empty() && isWanted(answers.seq()))
                noteLate(columns, answers.row(), answers.seq());
        }
    }

    bool next()
    {
        if (m_opens) {
            m_call = *m_opens;
            m_opens.reset();
            return true;
        }
        while (!m_isAnswered.empty() && m_scan.next()) {
            const bool closes = passAnswer();
            if (passEarlyAnswered())
                return true; // a request: it answers nothing itself
            passRequest();
            if (closes)
                return true;
            if (m_opens)
                return next();
        }
        return false;
    }
    [[nodiscard]] const Call& call() const { return m_call; }
    [[nodiscard]] std::int64_t answers() const
    {
        const auto more = m_more.find(m_call.request);
        return (m_call.reply != 0 ? 1 : 0) + (more != m_more.end() ? more->second : 0);
    }
    [[nodiscard]] RecordingView& recording() const { return m_scan.recording(); }

private:
    [[nodiscard]] ScanRequest request(std::uint32_t wanted) const
    {
        ScanRequest request;
        // An answer may have come somewhat before its request.
        request.first = std::max<Seq>(1, m_first - kReach);
        request.wanted = wanted;
        return request;
    }
    [[nodiscard]] bool isWanted(Seq seq) const { return m_first <= seq && seq <= m_last; }
    [[nodiscard]] std::size_t at(Seq seq) const { return static_cast<std::size_t>(seq - m_first); }

    /// The first answer of a request that came after it.
    void noteLate(const Columns& columns, std::size_t row, Seq seq)
    {
        const auto wanted = static_cast<std::uint32_t>(row);
        for (auto fact = std::ranges::lower_bound(columns.late, wanted, {}, &LateFact::row);
             fact != columns.late.end() && fact->row == wanted; ++fact) {
            if (fact->what != LateFact::What::Answer)
                continue;
            Call call;
            call.request = seq;
            call.reply = fact->of;
            call.replier = fact->agent;
            call.end = fact->time;
            call.latency = fact->latency;
            m_early.emplace(seq, call); // a later answer will be a second one
            m_earlyAnswers.emplace(fact->of, seq);
            return;
        }
    }

    bool passAnswer()
    {
        const Columns& columns = m_scan.columns();
        const std::size_t row = m_scan.row();
        if (!m_earlyAnswers.empty()) {
            if (const auto early = m_earlyAnswers.find(m_scan.seq()); early != m_earlyAnswers.end())
                m_early[early->second].isError =
                    columns.kind[row] == static_cast<std::uint8_t>(Kind::Error);
        }
        const Seq asked = columns.closes[row];
        // A second answer finds its bit taken back.
        if (asked == 0 || !isWanted(asked) || !m_isAnswered[at(asked)])
            return false;
        m_isAnswered[at(asked)] = false;
        Call& call = asked > m_scan.seq() ? m_early[asked] : m_call;
        call = {};
        call.request = asked;
        call.reply = m_scan.seq();
        call.replier = columns.sender[row];
        call.end = columns.time[row];
        call.latency = columns.latency[row];
        call.isError = columns.kind[row] == static_cast<std::uint8_t>(Kind::Error);
        if (asked > m_scan.seq())
            return false;
        if (const auto found = m_asked.find(asked); found != m_asked.end()) {
            m_call.asked = found->second;
            m_asked.erase(found);
        } else {
            m_call.asked.time = m_call.end - m_call.latency; // its block is damaged
        }
        return true;
    }
    /// Whether this request was answered before it came; then call() is that.
    bool passEarlyAnswered()
    {
        const auto early = m_early.empty() ? m_early.end() : m_early.find(m_scan.seq());
        if (early == m_early.end())
            return false;
        m_call = early->second;
        m_call.asked = asked();
        m_early.erase(early);
        return true;
    }
    [[nodiscard]] Asked asked() const
    {
        const Columns& columns = m_scan.columns();
        const std::size_t row = m_scan.row();
        return {columns.time[row], columns.sender[row], columns.audience[row], columns.topic[row],
                columns.type[row]};
    }
    void passRequest()
    {
        const Columns& columns = m_scan.columns();
        const std::size_t row = m_scan.row();
        const Seq seq = m_scan.seq();
        if (!isWanted(seq))
            return;
        const bool isAnswered = m_isAnswered[at(seq)];
        if (!isAnswered && columns.kind[row] != static_cast<std::uint8_t>(Kind::Request))
            return;
        if (isAnswered) {
            m_asked.emplace(seq, asked());
        } else {
            m_opens.emplace();
            m_opens->request = seq;
            m_opens->asked = asked();
        }
    }

    Seq m_first;
    Seq m_last;
    std::vector<bool> m_isAnswered;
    MessageScan m_scan;
    std::unordered_map<Seq, std::int64_t> m_more; ///< answers behind the first, where there are any
    std::unordered_map<Seq, Asked> m_asked;
    std::unordered_map<Seq, Call> m_early;       ///< answered, and their requests are still to come
    std::unordered_map<Seq, Seq> m_earlyAnswers; ///< to their requests
    std::optional<Call> m_opens;
    Call m_call;
};

class CallCursor final : public VirtualCursor
{
public:
    explicit CallCursor(StatementContext& context)
        : m_context(context)
    {
    }

    void filter(int /*number*/, std::string_view plan, std::span<sqlite3_value*> values) override
    {
        m_first = 1;
        m_last = std::numeric_limits<Seq>::max();
        if (!values.empty() && sqlite3_value_type(values[0]) == SQLITE_INTEGER) {
            m_first = sqlite3_value_int64(values[0]);
            if (plan == "request =")
                m_last = m_first;
        }
        m_nextRecording = 0;
        m_scan.reset();
        next();
    }
    void next() override
    {
        while (!m_scan || !m_scan->next()) {
            m_scan.reset();
            if (m_nextRecording == m_context.recordings.size() || m_context.failure)
                return;
            m_scan.emplace(*m_context.recordings[m_nextRecording++], m_context, m_first, m_last);
        }
    }
    [[nodiscard]] bool isAtEnd() const override { return !m_scan; }
    [[nodiscard]] sqlite3_int64 rowId() const override
    {
        return (static_cast<sqlite3_int64>(m_nextRecording) << 48) + m_scan->call().request;
    }
    void column(sqlite3_context* result, int column) override
    {
        const Call& call = m_scan->call();
        RecordingView& recording = m_scan->recording();
        const bool isOpen = call.reply == 0;
        switch (static_cast<CallColumn>(column)) {
        case CallColumn::Recording:
            return resultName(result, recording.label());
        case CallColumn::Request:
            return sqlite3_result_int64(result, call.request);
        case CallColumn::Reply:
            return isOpen ? sqlite3_result_null(result) : sqlite3_result_int64(result, call.reply);
        case CallColumn::Requester:
            return resultName(result, recording.names().agent(call.asked.sender).name);
        case CallColumn::Replier:
            return resultName(result, recording.names().agent(call.replier).name);
        case CallColumn::Topic:
            return resultName(result, recording.names().topic(call.asked.topic));
        case CallColumn::Start:
            return sqlite3_result_int64(result, call.asked.time);
        case CallColumn::End:
            return isOpen ? sqlite3_result_null(result) : sqlite3_result_int64(result, call.end);
        case CallColumn::LatencyNs:
            return isOpen ? sqlite3_result_null(result)
                          : sqlite3_result_int64(result, call.latency);
        case CallColumn::Outcome:
            return resultName(result, isOpen ? "open" : call.isError ? "error" : "answered");
        case CallColumn::Receivers:
            return resultName(result, recording.names().audience(call.asked.audience));
        case CallColumn::Type:
            return resultName(result, recording.names().type(call.asked.type));
        case CallColumn::Answers:
            return sqlite3_result_int64(result, m_scan->answers());
        case CallColumn::Inferred:
            return sqlite3_result_int(result, !isOpen && call.asked.audience == 0 ? 1 : 0);
        }
    }

private:
    StatementContext& m_context;
    Seq m_first = 1;
    Seq m_last = 0;
    std::size_t m_nextRecording = 0;
    std::optional<CallScan> m_scan;
};

} // namespace

const char* CallTable::meaning() const
{
    return "requests with their first answer, in the order in which they were decided";
}

std::span<const ColumnSpec> CallTable::columns() const
{
    return kColumns;
}

void CallTable::plan(sqlite3_index_info& info, const StatementContext& context) const
{
    // An answer comes behind its request, so only what lies before the first one can be spared.
    const auto all = static_cast<double>(context.messages());
    info.estimatedCost = 100 + all / 5;
    info.estimatedRows = static_cast<sqlite3_int64>(1 + all / 4);
    for (int i = 0; i < info.nConstraint; ++i) {
        const auto& constraint = info.aConstraint[i];
        const bool isEqual = constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
        if (constraint.usable == 0 || constraint.iColumn != static_cast<int>(CallColumn::Request) ||
            (!isEqual && constraint.op != SQLITE_INDEX_CONSTRAINT_GE &&
             constraint.op != SQLITE_INDEX_CONSTRAINT_GT))
            continue;
        info.aConstraintUsage[i].argvIndex = 1;
        info.idxStr = sqlite3_mprintf(isEqual ? "request =" : "request >=");
        info.needToFreeIdxStr = 1;
        info.estimatedCost = 100 + all / 10;
        info.estimatedRows = isEqual ? 1 : info.estimatedRows / 2;
        return;
    }
}

std::unique_ptr<VirtualCursor> CallTable::open(StatementContext& context) const
{
    return std::make_unique<CallCursor>(context);
}

} // namespace murmur
