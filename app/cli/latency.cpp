// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "progress.h"
#include "recordings.h"
#include "stopsignals.h"
#include "validators.h"
#include "zoneoption.h"

#include "query/filter.h"
#include "sql/latencysummary.h"

#include <CLI/CLI.hpp>

#include <QTimer>
#include <QtConcurrent>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string by = "agent";
    std::string where;
    std::string slo;
    std::int64_t limit = 0;
    bool json = false;
};

constexpr std::array kQuantiles{std::pair{"p50", 0.5}, std::pair{"p95", 0.95},
                                std::pair{"p99", 0.99}};

LatencyBy byFromText(const std::string& text)
{
    return text == "all"     ? LatencyBy::All
           : text == "pair"  ? LatencyBy::Pair
           : text == "group" ? LatencyBy::Group
           : text == "topic" ? LatencyBy::Topic
           : text == "type"  ? LatencyBy::Type
                             : LatencyBy::Agent;
}

std::string milliseconds(double ns)
{
    return QByteArray::number(ns / 1e6, 'f', 3).toStdString();
}

void appendJson(std::string& out, const Options& options, const LatencyLine& line)
{
    JsonWriter json(out);
    json.beginObject();
    switch (byFromText(options.by)) {
    case LatencyBy::All:
        break;
    case LatencyBy::Pair:
        json.key("from");
        json.textOrNull(line.from);
        json.key("to");
        json.textOrNull(line.key);
        break;
    default:
        json.key(options.by);
        json.textOrNull(line.key);
    }
    for (const auto& [key, count] :
         {std::pair{"calls", line.calls()}, std::pair{"answered", line.answered},
          std::pair{"unanswered", line.open}, std::pair{"errors", line.errors},
          std::pair{"repeated", line.repeated}}) {
        json.key(key);
        json.number(count);
    }
    if (!options.slo.empty()) {
        json.key("late");
        json.number(line.late);
    }
    const auto time = [&](const std::string& key, double ns) {
        json.key(key);
        if (line.answered == 0)
            json.null();
        else
            json.raw(milliseconds(ns));
    };
    time("mean_ms", line.sum / static_cast<double>(std::max<std::int64_t>(1, line.answered)));
    for (const auto& [name, q] : kQuantiles)
        time(std::string(name) + "_ms", static_cast<double>(line.latency.quantile(q)));
    time("max_ms", static_cast<double>(line.latency.max()));
    json.endObject();
    out += '\n';
}

std::string tableOf(const Options& options, std::span<const LatencyLine> lines)
{
    const LatencyBy by = byFromText(options.by);
    std::vector<Table::Column> columns;
    if (by == LatencyBy::Pair)
        columns.push_back({u"from"_s, false, 40});
    if (by != LatencyBy::All)
        columns.push_back(
            {by == LatencyBy::Pair ? u"to"_s : QString::fromStdString(options.by), false, 40});
    for (const QString& title : {u"calls"_s, u"unanswered"_s, u"errors"_s})
        columns.push_back({title, true, 0});
    const bool areRepeated =
        std::ranges::any_of(lines, [](const LatencyLine& line) { return line.repeated > 0; });
    if (!options.slo.empty())
        columns.push_back({u"late"_s, true, 0});
    if (areRepeated)
        columns.push_back({u"repeated"_s, true, 0});
    for (const QString& title : {u"p50"_s, u"p95"_s, u"p99"_s, u"max"_s})
        columns.push_back({title, true, 0});
    Table table(std::move(columns));
    const auto name = [](const std::string& text) {
        return text.empty() ? u"unknown"_s : printable(QString::fromStdString(text));
    };
    for (const LatencyLine& line : lines) {
        std::vector<QString> cells;
        if (by == LatencyBy::Pair)
            cells.push_back(name(line.from));
        if (by != LatencyBy::All)
            cells.push_back(name(line.key));
        cells.push_back(grouped(line.calls()));
        cells.push_back(line.open == 0 ? QString() : grouped(line.open));
        cells.push_back(line.errors == 0 ? QString() : grouped(line.errors));
        if (!options.slo.empty())
            cells.push_back(line.late == 0 ? QString() : grouped(line.late));
        if (areRepeated)
            cells.push_back(line.repeated == 0 ? QString() : grouped(line.repeated));
        const auto time = [&](std::uint64_t ns) {
            return line.answered == 0 ? QString()
                                      : durationText(nanoseconds(static_cast<std::int64_t>(ns)));
        };
        for (const auto& [title, q] : kQuantiles)
            cells.push_back(time(line.latency.quantile(q)));
        cells.push_back(time(line.latency.max()));
        table.add(std::move(cells));
    }
    return table.takeText();
}

int run(const Options& options)
{
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto info = await((*session)->info());
    if (!info)
        return failed(info.error());
    auto filter = parseFilter(QString::fromStdString(options.where), info->extent.time);
    if (!filter)
        return failed(filter.error());
    const auto slo = options.slo.empty() ? Result<nanoseconds>(nanoseconds(0))
                                         : durationFromText(QString::fromStdString(options.slo));
    if (!slo)
        return failed(slo.error());
    auto summarizer = LatencySummarizer::over(**session);
    if (!summarizer)
        return failed(summarizer.error());

    StopSignals signals;
    std::stop_source stop;
    QObject context;
    QObject::connect(&signals, &StopSignals::requested, &context, [&] { stop.request_stop(); });
    std::atomic<std::int64_t> passed = 0;
    Progress progress;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &context, [&] {
        const std::int64_t all = info->extent.messages();
        progress.update(u"reading"_s, std::min(passed.load(), all), all);
    });
    if (progress.isShown())
        timer.start(std::chrono::milliseconds(100));
    LatencyRequest request;
    request.by = byFromText(options.by);
    request.filter = *filter;
    request.slo = *slo;
    request.progress = [&](std::int64_t done, std::int64_t /*all*/) { passed = done; };
    request.stop = stop.get_token();
    auto summary = await(QtConcurrent::run([&] { return (*summarizer)->run(request); }));
    timer.stop();
    progress.clear();
    if (!summary)
        return failed(summary.error());

    std::span<const LatencyLine> lines = summary->lines;
    if (options.limit > 0 && std::cmp_less(options.limit, lines.size()))
        lines = lines.first(static_cast<std::size_t>(options.limit));
    std::string text;
    if (options.json) {
        for (const LatencyLine& line : lines)
            appendJson(text, options, line);
    } else {
        text = tableOf(options, lines);
    }
    StandardOutput output;
    output.write(text);
    const int written = output.finish();
    if (summary->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; their calls are missing."_s
                 .arg(summary->unreadable)});
    if (summary->lines.empty() && !options.json)
        report(options.where.empty() ? u"There are no calls: no message is a request."_s
                                     : u"No call matches."_s);
    return code != kDone ? code : written;
}

} // namespace

void addLatency(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings to look at; several are one session")
        ->required();
    app.add_option("--by", options->by, "What calls are put together by (usual: agent)")
        ->check(CLI::IsMember({"all", "agent", "pair", "group", "topic", "type"}));
    app.add_option("--where", options->where,
                   "Calls of which the request or the answer matches this filter");
    app.add_option("--slo", options->slo, "Answers that took longer are counted as late: 200ms");
    app.add_option("--limit", options->limit, "So many lines at most, the slowest first")
        ->check(positiveWhole());
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nRequests without an answer stand beside the percentiles; agents that never "
               "answered come first.\n"
               "Examples:\n"
               "  murmur latency night.murmur --by pair --limit 10\n"
               "  murmur latency night.murmur --where 'time in 02:00..03:00 and topic == "
               "\"vision.*\"' --json");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
