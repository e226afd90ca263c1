// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationjob.h"

#include "base/message.h"
#include "llm/modelcall.h"
#include "query/rowcontext.h"
#include "recording/blockcodec.h"
#include "session/jobs.h"
#include "session/source.h"

#include <QtConcurrent>

#include <algorithm>
#include <set>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kBlocksAStep = 32;
/// Traces of one conversation of which messages are looked for that do not name it.
constexpr std::size_t kMostTraces = 256;

std::uint64_t hashAt(RowContext& context, IdField field, std::size_t row)
{
    const auto& column = context.columns().ids[static_cast<std::size_t>(field)].text;
    return idHash(context.text(row, cell(column, row)));
}

class ConversationGatherer
{
public:
    ConversationGatherer(const Source& source, const ConversationRequest& request, SourceView& view)
        : m_source(source)
        , m_request(request)
        , m_names(*source.names)
        , m_view(view)
        , m_keys(request.rule)
        , m_name(request.name.toStdString())
    {
        m_keys.begin(source);
    }

    Result<ConversationDetail> gather()
    {
        if (m_name.empty()) {
            if (auto status = nameOfMessage(); !status)
                return status.error();
        }
        if (auto status = m_keys.isById() ? gatherById() : gatherAll(); !status)
            return status.error();
        if (m_found.empty())
            return Error{
                ErrorCode::NotFound,
                u"No message of this recording is in the conversation “%1”; `murmur "
                "conversations` lists those that there are."_s.arg(QString::fromStdString(m_name))};
        std::ranges::stable_sort(m_found, [](const auto& a, const auto& b) {
            return a.time != b.time ? a.time < b.time : a.seq < b.seq;
        });
        ConversationDetail detail;
        detail.rule = m_request.rule;
        detail.name = QString::fromStdString(m_name);
        detail.messages = std::move(m_found);
        detail.isComplete = m_isComplete;
        return detail;
    }

private:
    [[nodiscard]] bool isStopped() const { return m_request.stop.stop_requested(); }

    /// Calls `visit(context, row)` for the rows of a block.
    template<typename Visit>
    void look(const BlockRef& block, Visit visit)
    {
        if (!m_view.reader().load(block, AllColumns, m_columns))
            return;
        BlockPayload payload(m_view.reader(), block, m_columns);
        RowContext context(m_columns, m_names, &payload, 0);
        for (std::size_t row = 0; row < m_columns.size(); ++row)
            visit(context, row);
    }
    template<typename Visit>
    void lookAtTail(Visit visit)
    {
        for (const Tail::Run& run : m_view.tail()) {
            RunPayload payload(*run);
            RowContext context(run->columns, m_names, &payload, 0);
            for (std::size_t row = 0; row < run->columns.size(); ++row) {
                if (run->columns.first + static_cast<Seq>(row) > m_view.durable())
                    visit(context, row);
            }
        }
    }

    Status nameOfMessage()
    {
        if (!m_keys.isById()) { // what came before may tell
            const Seq wanted = m_request.seq;
            const auto find = [&](RowContext& context, std::size_t row) {
                const ConversationKeys::Key key = m_keys.read(context, row);
                if (context.columns().first + static_cast<Seq>(row) == wanted)
                    m_name = key.name;
            };
            if (auto status = forAll(find, [&] { return !m_name.empty(); }); !status)
                return status;
            m_keys = ConversationKeys(m_request.rule);
            m_keys.begin(m_source);
        } else {
            const auto find = [&](RowContext& context, std::size_t row) {
                if (context.columns().first + static_cast<Seq>(row) != m_request.seq)
                    return;
                const ConversationKeys::Key key = m_keys.read(context, row);
                m_name = key.name.empty() ? key.trace : key.name;
            };
            if (const auto block = m_view.reader().blockOf(m_request.seq))
                look(*block, find);
            lookAtTail(find);
        }
        if (m_name.empty())
            return Error{ErrorCode::NotFound,
                         u"Message %1 is in no conversation: it names none, and no trace."_s.arg(
                             m_request.seq)};
        return Done();
    }

    template<typename Visit, typename IsEnough>
    Status forAll(Visit visit, IsEnough isEnough)
    {
        for (Seq next = m_view.first(); next <= m_view.durable() && !isEnough();) {
            m_view.refresh();
            const auto blocks = m_view.reader().blocksFrom(next, kBlocksAStep);
            if (blocks.empty())
                break;
            for (const BlockRef& block : blocks) {
                if (isStopped())
                    return cancelled();
                look(block, visit);
            }
            next = blocks.back().last() + 1;
        }
        lookAtTail(visit);
        return Done();
    }

    Status gatherAll()
    {
        return forAll(
            [this](RowContext& context, std::size_t row) {
                if (m_keys.read(context, row).name == m_name)
                    take(context, row);
            },
            [this] { return !m_isComplete; });
    }

    Status gatherById()
    {
        const bool isTraceOnly = m_request.rule.what == ConversationRule::What::Trace;
        IdChoice choice{{IdField::Trace, m_name}};
        if (!isTraceOnly)
            choice.emplace_back(IdField::Conversation, m_name);
        std::string other; // the conversation of which this is a trace
        const auto judge = [&](RowContext& context, std::size_t row) {
            const ConversationKeys::Key key = m_keys.read(context, row);
            const bool isTrace = key.name.empty() && key.trace == m_name;
            if (key.name == m_name || isTrace) {
                if (!isTrace && !key.trace.empty() && m_traces.size() < kMostTraces)
                    m_traces.emplace(key.trace);
                take(context, row);
            } else if (key.trace == m_name && other.empty()) {
                other = key.name;
            }
        };
        if (auto status = lookInto(choice, judge); !status)
            return status;
        if (!isTraceOnly && m_traces.empty() && !other.empty()) {
            m_name = other;
            m_found.clear();
            m_taken.clear();
            return gatherById();
        }
        if (m_traces.empty())
            return Done();
        IdChoice traces;
        for (const std::string& trace : m_traces)
            traces.emplace_back(IdField::Trace, trace);
        return lookInto(traces, [this](RowContext& context, std::size_t row) {
            const ConversationKeys::Key key = m_keys.read(context, row);
            if (key.name.empty() && m_traces.contains(std::string(key.trace)))
                take(context, row);
        });
    }

    template<typename Visit>
    Status lookInto(const IdChoice& choice, Visit visit)
    {
        for (const BlockRef& block : blocksWith(m_view.reader(), choice)) {
            if (isStopped())
                return cancelled();
            m_view.refresh();
            look(block, visit);
        }
        lookAtTail(visit);
        return Done();
    }

    void take(RowContext& context, std::size_t row)
    {
        const Columns& columns = context.columns();
        const Seq seq = columns.first + static_cast<Seq>(row);
        if (m_found.size() >= m_request.limit) {
            m_isComplete = false;
            return;
        }
        if (!m_taken.insert(seq).second)
            return;
        ConversationMessage message;
        message.seq = seq;
        message.shownSeq = columns.ownSeqAt(row);
        message.time = columns.time[row];
        message.sent = columns.sent[row];
        message.kind =
            columns.kind[row] < kKindCount ? static_cast<Kind>(columns.kind[row]) : Kind::Event;
        message.sender = m_names.resolved(AgentId(columns.sender[row]));
        message.audience = AudienceId(columns.audience[row]);
        const auto receivers = m_names.receivers(message.audience);
        if (!receivers.empty())
            message.receiver = m_names.resolved(receivers.front());
        message.type = TypeId(columns.type[row]);
        message.topic = TopicId(columns.topic[row]);
        message.closes = columns.closes[row];
        const auto wanted = static_cast<std::uint32_t>(row);
        for (auto edge = std::ranges::lower_bound(columns.causes, wanted, {}, &CauseEdge::row);
             edge != columns.causes.end() && edge->row == wanted; ++edge)
            message.causes.emplace_back(edge->cause, edge->grade);
        message.span = hashAt(context, IdField::Span, row);
        message.parentSpan = hashAt(context, IdField::ParentSpan, row);
        message.correlation = hashAt(context, IdField::Correlation, row);
        if (const ModelCall* call = context.modelCall(row); call && !call->usage.isEmpty())
            message.tokens = call->usage.in.value_or(0) + call->usage.out.value_or(0);
        m_found.push_back(std::move(message));
    }

    const Source& m_source;
    const ConversationRequest& m_request;
    const Dictionaries& m_names;
    SourceView& m_view;
    ConversationKeys m_keys;
    std::string m_name;
    std::set<std::string> m_traces;
    std::set<Seq> m_taken;
    std::vector<ConversationMessage> m_found;
    bool m_isComplete = true;
    Columns m_columns;
};

} // namespace

Result<ConversationList> conversationsJob(const Source& source, const ConversationsRequest& request)
{
    ConversationWish wish = request.wish;
    wish.withTail = true;
    ConversationPass pass(std::move(wish));
    if (auto status = pass.advance(source, request.progress, request.stop); !status)
        return status.error();
    return pass.list();
}

Result<ConversationDetail> conversationJob(const Source& source, const ConversationRequest& request)
{
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    auto detail = ConversationGatherer(source, request, *view).gather();
    if (!detail)
        return detail;
    detail->tree = conversationTree(detail->messages);
    findQueues(source, *detail, request.stop);
    return detail;
}

QFuture<Result<ConversationList>> conversationsOf(Session& session, ConversationsRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return conversationsJob(*source, request);
    });
}

QFuture<Result<ConversationDetail>> conversationOf(Session& session, ConversationRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return conversationJob(*source, request);
    });
}

} // namespace murmur
