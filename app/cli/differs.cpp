// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "session/differences.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> arguments; // files, then the expression
    SessionFiles session;
    std::string among;
    int limit = 20;
    bool json = false;
};

QString percent(double share)
{
    const double hundred = share * 100;
    return hundred > 0 && hundred < 1 ? u"<1 %"_s : QString::number(hundred, 'f', 0) + u" %"_s;
}

QString nameOf(const Difference& one)
{
    switch (one.is) {
    case Difference::Is::Value:
        return printable(one.value);
    case Difference::Is::Number:
        return u"(median)"_s;
    case Difference::Is::Present:
    case Difference::Is::Missing:
        break;
    }
    const QString is = one.is == Difference::Is::Present ? u"any value"_s : u"no value"_s;
    return one.alike == 0 ? u"(%1)"_s.arg(is) : u"(%1, like %2 more)"_s.arg(is).arg(one.alike);
}

std::string tableOf(const Differences& found)
{
    Table table({{u"field"_s, false, 40},
                 {u"value"_s, false, 40},
                 {u"here"_s, true, 0},
                 {u"others"_s, true, 0},
                 {u"condition"_s, false, 0}});
    for (const Difference& one : found.ranked) {
        const bool isNumber = one.is == Difference::Is::Number;
        table.add({printable(one.field), nameOf(one), isNumber ? one.hereText : percent(one.here),
                   isNumber ? one.othersText : percent(one.others), printable(one.condition)});
    }
    return table.takeText();
}

void appendJson(std::string& out, const Difference& one)
{
    const bool isNumber = one.is == Difference::Is::Number;
    JsonWriter json(out);
    json.beginObject();
    json.key("field");
    json.text(one.field.toStdString());
    json.key("value");
    json.textOrNull(one.value.toStdString());
    json.key("compares");
    json.text(std::string_view(isNumber                            ? "median"
                               : one.is == Difference::Is::Present ? "present"
                               : one.is == Difference::Is::Missing ? "missing"
                                                                   : "share"));
    const auto number = [&](const char* key, double value) {
        json.key(key);
        json.raw(QByteArray::number(value, 'g', 9).toStdString());
    };
    number("here", one.here);
    number("others", one.others);
    number("strength", one.strength);
    json.key("condition");
    json.text(one.condition.toStdString());
    json.endObject();
    out += '\n';
}

int run(const Options& options)
{
    SessionFiles files = options.session;
    files.files = options.arguments;
    const QString expression = QString::fromStdString(files.files.back());
    files.files.pop_back();
    if (files.files.empty() || expression.endsWith(u".murmur"))
        return wrongUse(
            u"The expression is missing after the files; write for example 'latency > 1s'."_s);
    int code = kDone;
    auto session = openSession(files, code);
    if (!session)
        return failed(session.error());
    const Extent extent = (*session)->seen();
    auto condition = parseFilter(expression, extent.time);
    if (!condition)
        return failed(condition.error());
    if (!*condition)
        return wrongUse(
            u"An empty expression is all messages, and there is nothing to compare them with."_s);
    auto among = parseFilter(QString::fromStdString(options.among), extent.time);
    if (!among)
        return failed(among.error());
    DifferenceRequest request;
    request.around = extent.time;
    const TimeRange bounds = (*condition)->timeBounds();
    request.here = {std::max(extent.time.begin, bounds.begin),
                    std::min(extent.time.end, bounds.end)};
    request.condition = *condition;
    request.among = *among;
    request.most = options.limit;
    const auto source = (*session)->source();
    const auto found =
        workWith<Differences>([&](const StepProgress& progress, const std::stop_token& stop) {
            request.progress = [&](std::int64_t done, std::int64_t all) {
                progress(u"reading"_s, done, all);
            };
            request.stop = stop;
            return differencesJob(*source, request);
        });
    if (!found)
        return failed(found.error());
    std::string text;
    if (options.json) {
        for (const Difference& one : found->ranked)
            appendJson(text, one);
    } else if (!found->ranked.empty()) {
        text = tableOf(*found);
    }
    StandardOutput output;
    output.write(text);
    const int written = output.finish();
    if (found->ranked.empty())
        report(u"Nothing tells these %1 messages from the %2 others."_s.arg(
            grouped(found->here), grouped(found->others)));
    else if (!options.json)
        report(u"%1 messages here, %2 others%3."_s.arg(
            grouped(found->here), grouped(found->others),
            found->isSampled ? u"; of so many a part was looked at"_s : QString()));
    if (found->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; they are missing."_s.arg(
                 found->unreadable)});
    return code != kDone ? code : written;
}

class DiffersUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur differs [OPTIONS] FILE... EXPR\n";
    }
};

} // namespace

void addDiffers(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.formatter(std::make_shared<DiffersUsage>());
    app.add_option("FILE... EXPR", options->arguments,
                   "Recordings, and the filter that the messages in question pass")
        ->required();
    app.add_option("--among", options->among,
                   "Compare them only with messages that match this filter");
    app.add_option("--limit", options->limit, "So many lines at most (usual: 20)")
        ->check(positiveWhole());
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nFields of every message, headers and members of the payload are compared; what "
               "tells these messages from the others best comes first.\n"
               "Examples:\n"
               "  murmur differs night.murmur 'latency > 1s' --among 'latency exists'\n"
               "  murmur differs night.murmur 'time in 02:17..02:18'\n"
               "  murmur differs night.murmur 'kind == error' --json");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
