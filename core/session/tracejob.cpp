// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/tracejob.h"

#include "query/messagefield.h"
#include "session/jobs.h"
#include "session/source.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// How many causes outside of the conversation are shown, and how far up.
constexpr int kRoundsOutside = 8;
constexpr std::size_t kMostOutside = 64;

struct IdName
{
    IdField field;
    const char* name;
};
/// Those first by which messages are found without a look into all.
constexpr IdName kTraceIds[] = {
    {IdField::Message, "id"},       {IdField::Conversation, "conversation"},
    {IdField::Trace, "trace"},      {IdField::Correlation, "correlation"},
    {IdField::Span, "span"},        {IdField::ParentSpan, "parent_span"},
    {IdField::ReplyTo, "reply_to"},
};
constexpr std::size_t kIndexed = 4;

/// Gathers the messages of a trace, with their causes.
class Gathering
{
public:
    Gathering(const Source& source, const TraceRequest& request)
        : m_source(source)
        , m_request(request)
    {
    }

    Status find();
    Status load();
    Trace take();

private:
    /// Messages between two, the ones nearest to the end where `last` is given.
    struct Stretch
    {
        Seq first = 1;
        Seq last = 0;
        std::size_t limit = 0;
    };
    Result<std::vector<Seq>> withId(std::size_t from, std::size_t to, const QString& text,
                                    const Stretch& stretch);
    Status findId(const QString& text);
    Status hold(Seq seq);
    Status read(const std::vector<Seq>& seqs, bool isOutside);
    void guessWithin();
    void placeParents();
    [[nodiscard]] Error notFound() const;

    const Source& m_source;
    const TraceRequest& m_request;
    Trace m_trace;
    std::vector<Seq> m_seqs;
    std::map<Seq, TraceNode> m_nodes;
};

Error Gathering::notFound() const
{
    return {ErrorCode::NotFound,
            u"No message has the number or an id \"%1\"."_s.arg(m_request.what)};
}

Result<std::vector<Seq>> Gathering::withId(std::size_t from, std::size_t to, const QString& text,
                                           const Stretch& stretch)
{
    QStringList any;
    for (std::size_t i = from; i < to; ++i)
        any << QString::fromLatin1(kTraceIds[i].name) + u" == "_s + filterText(text);
    auto filter = parseFilter(any.join(u" or "_s), {});
    if (!filter)
        return filter.error();
    MatchRequest search;
    search.filter = *filter;
    search.first = stretch.first;
    search.last = stretch.last;
    search.newestFirst = stretch.last != 0;
    search.limit = static_cast<std::int64_t>(stretch.limit);
    search.progress = m_request.progress;
    search.stop = m_request.stop;
    auto found = searchJob(m_source, search);
    if (!found)
        return found.error();
    return std::move(found->seqs);
}

/// The conversation of a message, else its trace, else itself.
Status Gathering::hold(Seq seq)
{
    m_trace.seq = seq;
    RowRequest one;
    one.seqs = {seq};
    auto messages = messagesJob(m_source, one);
    if (!messages)
        return messages.error();
    if (messages->empty())
        return notFound();
    for (const std::size_t i : {std::size_t(1), std::size_t(2)}) {
        const QByteArray& id = messages->front().ids[static_cast<std::size_t>(kTraceIds[i].field)];
        if (id.isEmpty())
            continue;
        // Of more messages than are wanted, those around it.
        const std::size_t most = m_request.limit + 1;
        auto before = withId(i, i + 1, QString::fromUtf8(id), {1, seq, most});
        if (!before)
            return before.error();
        auto after = withId(i, i + 1, QString::fromUtf8(id), {seq + 1, 0, most});
        if (!after)
            return after.error();
        m_seqs = std::move(*before);
        m_seqs.insert(m_seqs.end(), after->begin(), after->end());
        if (std::ranges::find(m_seqs, seq) == m_seqs.end())
            m_seqs.insert(std::ranges::lower_bound(m_seqs, seq), seq);
        if (m_seqs.size() > m_request.limit) {
            const auto at =
                static_cast<std::size_t>(std::ranges::find(m_seqs, seq) - m_seqs.begin());
            const std::size_t half = m_request.limit / 2;
            const std::size_t from =
                std::min(at > half ? at - half : 0, m_seqs.size() - m_request.limit);
            m_seqs.erase(m_seqs.begin(), m_seqs.begin() + static_cast<std::ptrdiff_t>(from));
            m_trace.isWhole = false;
        }
        m_trace.foundBy = QString::fromLatin1(kTraceIds[i].name);
        m_trace.name = QString::fromUtf8(id);
        return Done();
    }
    m_seqs = {seq};
    return Done();
}

Status Gathering::findId(const QString& text)
{
    const std::pair<std::size_t, std::size_t> kTries[] = {{0, kIndexed},
                                                          {kIndexed, std::size(kTraceIds)}};
    for (const auto& [from, to] : kTries) {
        auto seqs = withId(from, to, text, {1, 0, m_request.limit + 1});
        if (!seqs)
            return seqs.error();
        if (seqs->empty())
            continue;
        RowRequest first;
        first.seqs = {seqs->front()};
        auto messages = messagesJob(m_source, first);
        if (!messages)
            return messages.error();
        const QByteArray id = text.toUtf8();
        for (std::size_t i = from; i < to && !messages->empty(); ++i) {
            if (messages->front().ids[static_cast<std::size_t>(kTraceIds[i].field)] != id)
                continue;
            if (kTraceIds[i].field != IdField::Conversation && kTraceIds[i].field != IdField::Trace)
                break;
            m_trace.foundBy = QString::fromLatin1(kTraceIds[i].name);
            m_trace.name = text;
            m_seqs = std::move(*seqs);
            return Done();
        }
        return hold(seqs->front());
    }
    return notFound();
}

Status Gathering::find()
{
    if (!m_request.seqs.empty()) {
        m_seqs = m_request.seqs;
        return Done();
    }
    const bool mayBeSeq =
        !m_request.what.isEmpty() && m_request.what.back().isDigit() &&
        (m_request.what.contains(u':') ||
         std::ranges::all_of(m_request.what, [](QChar c) { return c.isDigit(); }));
    if (mayBeSeq) {
        const auto seq = seqNamedJob(m_source, m_request.what);
        auto view = SourceView::of(m_source);
        if (!view)
            return view.error();
        const bool isThere = seq && *seq >= view->first() && *seq <= view->last();
        if (isThere)
            return hold(*seq);
    }
    return findId(m_request.what);
}

Status Gathering::read(const std::vector<Seq>& seqs, bool isOutside)
{
    auto view = SourceView::of(m_source);
    if (!view)
        return view.error();
    auto next = seqs.begin();
    const auto take = [&](const Columns& columns, Seq after) {
        for (; next != seqs.end() && *next <= columns.last(); ++next) {
            if (*next < columns.first || *next <= after)
                continue;
            const auto row = static_cast<std::size_t>(*next - columns.first);
            TraceNode& node = m_nodes[*next];
            node.row = rowOf(columns, row);
            node.isOutside = isOutside;
            for (auto edge = std::ranges::lower_bound(columns.causes, row, {}, &CauseEdge::row);
                 edge != columns.causes.end() && edge->row == row; ++edge)
                node.causes.push_back({edge->cause, edge->grade});
            if (m_request.clocks && node.row.sent != kNoTime)
                node.aligned = m_request.clocks->aligned(view->names().resolved(node.row.sender),
                                                         toNs(node.row.time), node.row.sent);
        }
    };
    Columns columns;
    while (next != seqs.end() && *next <= view->durable()) {
        if (m_request.stop.stop_requested())
            return cancelled();
        const auto block = view->reader().blockOf(*next);
        if (!block || !view->reader().load(*block, kRowColumns | CauseColumns, columns)) {
            const Seq after = block ? block->last() : *next;
            next = std::ranges::upper_bound(next, seqs.end(), after);
            continue;
        }
        take(columns, 0);
    }
    for (const Tail::Run& run : view->tail())
        take(run->columns, view->durable());
    return Done();
}

Status Gathering::load()
{
    if (m_seqs.size() > m_request.limit) {
        m_seqs.resize(m_request.limit);
        m_trace.isWhole = false;
    }
    if (auto status = read(m_seqs, false); !status)
        return status;
    if (m_nodes.empty())
        return notFound();
    // What caused it may lie outside, and has causes itself.
    for (int round = 0; round < kRoundsOutside && m_request.seqs.empty(); ++round) {
        std::set<Seq> outside;
        for (const auto& [seq, node] : m_nodes) {
            for (const CauseOf& cause : node.causes) {
                if (!m_nodes.contains(cause.seq))
                    outside.insert(cause.seq);
            }
        }
        if (outside.empty() || outside.size() + m_nodes.size() > m_seqs.size() + kMostOutside)
            break;
        const std::size_t before = m_nodes.size();
        if (auto status = read({outside.begin(), outside.end()}, true); !status)
            return status;
        if (m_nodes.size() == before)
            break; // gone
    }
    return Done();
}

/// Of one conversation, whoever speaks after having been spoken to does so because of it: the
/// conversation's id is what was carried.
void Gathering::guessWithin()
{
    auto names = m_source.names;
    std::unordered_map<std::uint32_t, Seq> told; // by agent: the last message to it
    for (auto& [seq, node] : m_nodes) {
        const AgentId sender = names->resolved(node.row.sender);
        if (node.causes.empty() && !node.isOutside && !m_trace.name.isEmpty()) {
            const auto last = told.find(index(sender));
            if (last != told.end() && index(sender) != 0)
                node.causes.push_back({last->second, Grade::Carried});
        }
        for (const AgentId receiver : names->receivers(node.row.audience))
            told[index(names->resolved(receiver))] = seq;
    }
}

void Gathering::placeParents()
{
    for (auto& [seq, node] : m_nodes) {
        const CauseOf* best = nullptr;
        for (const CauseOf& cause : node.causes) {
            if (!m_nodes.contains(cause.seq) || cause.seq == seq)
                continue;
            // The surest one, of those the nearest.
            if (best == nullptr || cause.grade < best->grade ||
                (cause.grade == best->grade && cause.seq > best->seq))
                best = &cause;
        }
        if (best == nullptr)
            continue;
        // Whoever is above itself begins a tree.
        Seq above = best->seq;
        for (std::size_t steps = 0; above != 0 && above != seq && steps <= m_nodes.size(); ++steps)
            above = m_nodes.at(above).parent;
        if (above == seq)
            continue;
        node.parent = best->seq;
        node.grade = best->grade;
        const TraceNode& parent = m_nodes.at(best->seq);
        if (node.aligned && parent.aligned)
            node.order = clockOrder(*parent.aligned, *node.aligned);
    }
}

Trace Gathering::take()
{
    for (auto& [seq, node] : m_nodes) {
        const auto request = m_nodes.find(node.row.closes);
        if (node.row.closes != 0 && request != m_nodes.end())
            request->second.row.answeredBy = seq;
    }
    guessWithin();
    placeParents();
    std::map<Seq, std::vector<Seq>> children;
    std::vector<Seq> stack;
    for (const auto& [seq, node] : m_nodes) {
        if (node.parent != 0)
            children[node.parent].push_back(seq);
        else
            stack.push_back(seq);
    }
    std::ranges::reverse(stack);
    while (!stack.empty()) {
        const Seq seq = stack.back();
        stack.pop_back();
        TraceNode& node = m_nodes.at(seq);
        if (node.parent != 0)
            node.depth = m_nodes.at(node.parent).depth + 1;
        m_trace.nodes.push_back(node);
        const auto below = children.find(seq);
        if (below != children.end())
            stack.insert(stack.end(), below->second.rbegin(), below->second.rend());
    }
    return std::move(m_trace);
}

} // namespace

Result<Trace> traceJob(const Source& source, const TraceRequest& request)
{
    Gathering gathering(source, request);
    if (auto status = gathering.find(); !status)
        return status.error();
    if (auto status = gathering.load(); !status)
        return status.error();
    return gathering.take();
}

} // namespace murmur
