// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sql/latencysummary.h"

#include "session/jobs.h"
#include "session/naming.h"
#include "session/session.h"
#include "sql/sqldatabase.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace murmur {

namespace {

/// The cells of a call's row, in the order of the statement below.
enum Cell : std::size_t {
    CallRequest,
    CallReply,
    CallRequester,
    CallReplier,
    CallKey,
    CallLatency,
    CallOutcome,
    CallAnswers,
    CallReceiver,
};

bool isOfAgents(LatencyBy by)
{
    return by == LatencyBy::Agent || by == LatencyBy::Pair || by == LatencyBy::Group;
}

/// The group of each agent, by the name that people know.
std::map<std::string, std::string, std::less<>> groupsOf(const Dictionaries& names)
{
    std::map<std::string, std::string, std::less<>> groups;
    for (const NamedAgent& agent : namedAgents(names))
        groups.emplace(agent.name, agent.group);
    return groups;
}

/// An open call of no named receiver is one row, of several a row each: nobody knows who of them
/// should have answered.
std::string statementFor(LatencyBy by)
{
    const char* key = by == LatencyBy::Topic ? "topic" : by == LatencyBy::Type ? "type" : "NULL";
    const bool isByAgent = isOfAgents(by);
    const std::string cells = std::string("request, reply, requester, replier, ") + key +
                              ", latency_ns, outcome, answers, ";
    if (!isByAgent)
        return "SELECT " + cells + "NULL FROM call";
    return "SELECT " + cells +
           "asked.value FROM call LEFT JOIN json_each(CASE WHEN outcome = 'open' THEN receivers "
           "ELSE '[]' END) AS asked";
}

bool isBehind(const LatencyLine& a, const LatencyLine& b)
{
    const auto rank = [](const LatencyLine& line) {
        return std::pair(line.answered > 0, line.answered > 0
                                                ? -static_cast<double>(line.latency.quantile(0.99))
                                                : -static_cast<double>(line.open));
    };
    return rank(a) < rank(b);
}

} // namespace

struct LatencySummarizer::Private
{
    std::shared_ptr<const Source> source;
    std::unique_ptr<SqlDatabase> database;
};

LatencySummarizer::LatencySummarizer()
    : d(std::make_unique<Private>())
{
}

LatencySummarizer::~LatencySummarizer() = default;

Result<std::unique_ptr<LatencySummarizer>> LatencySummarizer::over(Session& session)
{
    std::unique_ptr<LatencySummarizer> made(new LatencySummarizer);
    const std::array recordings{SqlDatabase::Recording{&session, "session"}};
    auto database = SqlDatabase::over(recordings);
    if (!database)
        return database.error();
    made->d->source = session.source();
    made->d->database = std::move(database).value();
    return made;
}

Result<LatencySummary> LatencySummarizer::run(const LatencyRequest& request)
{
    std::vector<Seq> chosen;
    if (request.filter) {
        MatchRequest match;
        match.filter = request.filter;
        match.stop = request.stop;
        match.progress = request.progress;
        auto found = searchJob(*d->source, match);
        if (!found)
            return found.error();
        chosen = std::move(found->seqs);
    }
    const auto isChosen = [&](std::int64_t seq) {
        return std::ranges::binary_search(chosen, static_cast<Seq>(seq));
    };

    std::map<std::pair<std::string, std::string>, LatencyLine, std::less<>> lines;
    const auto lineOf = [&](std::string_view from, std::string_view key) -> LatencyLine& {
        LatencyLine& line = lines[{std::string(from), std::string(key)}];
        if (line.calls() == 0) {
            line.from = from;
            line.key = key;
        }
        return line;
    };
    const auto groups = request.by == LatencyBy::Group
                            ? groupsOf(*d->source->names)
                            : std::map<std::string, std::string, std::less<>>();
    const auto keyOf = [&](std::string_view agent) {
        const auto group = groups.find(agent);
        return request.by != LatencyBy::Group ? agent
               : group == groups.end()        ? std::string_view()
                                              : std::string_view(group->second);
    };
    SqlRequest statement;
    statement.statement = statementFor(request.by);
    statement.stop = request.stop;
    statement.progress = request.progress;
    statement.row = [&](std::span<const SqlValue> row) {
        const bool isOpen = row[CallReply].is == SqlValue::Is::Null;
        if (request.filter && !isChosen(row[CallRequest].integer) &&
            (isOpen || !isChosen(row[CallReply].integer)))
            return true;
        LatencyLine& line =
            lineOf(request.by == LatencyBy::Pair ? row[CallRequester].bytes : std::string_view(),
                   !isOfAgents(request.by) ? std::string_view(row[CallKey].bytes)
                   : isOpen                ? keyOf(row[CallReceiver].bytes)
                                           : keyOf(row[CallReplier].bytes));
        if (isOpen) {
            ++line.open;
            return true;
        }
        const std::int64_t latency = std::max<std::int64_t>(0, row[CallLatency].integer);
        ++line.answered;
        line.errors += row[CallOutcome].bytes == "error" ? 1 : 0;
        line.late += request.slo.count() > 0 && latency > request.slo.count() ? 1 : 0;
        line.repeated += std::max<std::int64_t>(0, row[CallAnswers].integer - 1);
        line.sum += static_cast<double>(latency);
        line.latency.add(static_cast<std::uint64_t>(latency));
        return true;
    };
    const auto ran = d->database->run(statement);
    if (!ran)
        return ran.error();

    LatencySummary summary;
    summary.unreadable = ran->unreadable;
    summary.lines.reserve(lines.size());
    for (auto& [key, line] : lines)
        summary.lines.push_back(std::move(line));
    std::ranges::stable_sort(summary.lines, isBehind);
    return summary;
}

} // namespace murmur
