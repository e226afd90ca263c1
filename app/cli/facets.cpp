// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"
#include "zoneoption.h"

#include "session/facets.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::vector<std::string> by;
    std::string from;
    std::string until;
    std::string where;
    int limit = 10;
    bool json = false;
};

QString percentOf(double share)
{
    const double hundred = share * 100;
    return hundred > 0 && hundred < 1 ? u"<1 %"_s : QString::number(hundred, 'f', 0) + u" %"_s;
}

QString liftText(const FacetValue& value, bool hasOthers)
{
    if (!hasOthers || value.here == 0)
        return {};
    const double lift = value.lift();
    return lift < 0 ? u"only here"_s : u"×"_s + QString::number(lift, 'g', lift < 10 ? 2 : 3);
}

std::string tableOf(const Facets& found)
{
    const bool hasOthers = found.others > 0;
    std::vector<Table::Column> columns{{u"field"_s, false, 40},
                                       {u"value"_s, false, 48},
                                       {u"messages"_s, true, 0},
                                       {u"share"_s, true, 0}};
    if (hasOthers) {
        columns.push_back({u"elsewhere"_s, true, 0});
        columns.push_back({u"against the rest"_s, true, 0});
    }
    Table table(std::move(columns));
    for (const Facet& facet : found.facets) {
        for (const FacetValue& value : facet.values) {
            std::vector<QString> cells{printable(facet.field),
                                       value.value.isEmpty() ? u"(none)"_s : printable(value.value),
                                       grouped(value.here), percentOf(value.shareHere)};
            if (hasOthers) {
                cells.push_back(percentOf(value.shareOthers));
                cells.push_back(liftText(value, hasOthers));
            }
            table.add(std::move(cells));
        }
    }
    return table.takeText();
}

void appendJson(std::string& out, const QString& field, const FacetValue& value)
{
    JsonWriter json(out);
    json.beginObject();
    json.key("field");
    json.text(field.toStdString());
    json.key("value");
    json.textOrNull(value.value.toStdString());
    json.key("here");
    json.number(value.here);
    json.key("others");
    json.number(value.others);
    const auto number = [&](const char* key, double share) {
        json.key(key);
        json.raw(QByteArray::number(share, 'g', 9).toStdString());
    };
    number("share_here", value.shareHere);
    number("share_others", value.shareOthers);
    json.key("lift");
    if (value.lift() < 0)
        json.null();
    else
        json.raw(QByteArray::number(value.lift(), 'g', 9).toStdString());
    json.key("condition");
    json.text(value.condition.toStdString());
    json.endObject();
    out += '\n';
}

/// The stretch of time that is asked about.
Result<TimeRange> stretchOf(const Options& options, TimeRange all)
{
    TimeRange stretch = all;
    if (!options.from.empty()) {
        const auto from = timeFromText(QString::fromStdString(options.from), all);
        if (!from)
            return from.error();
        stretch.begin = *from;
    }
    if (!options.until.empty()) {
        const auto until = timeFromText(QString::fromStdString(options.until), all);
        if (!until)
            return until.error();
        stretch.end = *until;
    }
    if (stretch.isEmpty())
        return Error{ErrorCode::WrongUse, u"--until must be later than --from."_s};
    return stretch;
}

int run(const Options& options)
{
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const Extent extent = (*session)->seen();
    auto filter = parseFilter(QString::fromStdString(options.where), extent.time);
    if (!filter)
        return failed(filter.error());
    const auto stretch = stretchOf(options, extent.time);
    if (!stretch)
        return failed(stretch.error());
    FacetRequest request;
    request.here = *stretch;
    request.around = extent.time;
    request.filter = *filter;
    request.most = options.limit;
    for (const std::string& field : options.by)
        request.fields << QString::fromStdString(field);
    const auto source = (*session)->source();
    const auto found =
        workWith<Facets>([&](const StepProgress& progress, const std::stop_token& stop) {
            request.progress = [&](std::int64_t done, std::int64_t all) {
                progress(u"reading"_s, done, all);
            };
            request.stop = stop;
            return facetsJob(*source, request);
        });
    if (!found)
        return failed(found.error());
    std::string text;
    if (options.json) {
        for (const Facet& facet : found->facets)
            for (const FacetValue& value : facet.values)
                appendJson(text, facet.field, value);
    } else if (found->here + found->others > 0) {
        text = tableOf(*found);
    }
    StandardOutput output;
    output.write(text);
    const int written = output.finish();
    const double least = std::min(found->lookedAt, found->lookedAtOthers);
    if (found->here == 0)
        report(u"No message is there to be counted."_s);
    else if (least < 1)
        report(u"One of about %1 messages was looked at; the numbers are about so many."_s.arg(
            grouped(std::llround(1 / least))));
    if (found->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; they are missing."_s.arg(
                 found->unreadable)});
    return code != kDone ? code : written;
}

} // namespace

void addFacets(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings to look at; several are one session")
        ->required();
    app.add_option(
           "--by", options->by,
           "A field, several times: kind, topic, from, payload.task.id, header.x, … (usual: "
           "kind, type, topic, from, group, to and connection)")
        ->allow_extra_args(false);
    app.add_option("--from", options->from,
                   "Only what is at this time or later; the rest is what "
                   "it is compared with");
    app.add_option("--until", options->until, "Only what is before this time");
    app.add_option("--where", options->where, "Only messages that match this filter");
    app.add_option("--limit", options->limit, "So many values of each field at most (usual: 10)")
        ->check(positiveWhole());
    addSessionOptions(app, options->session);
    addZoneOption(app);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nOf a recording of millions a part is looked at, evenly, and that is said.\n"
               "Examples:\n"
               "  murmur facets night.murmur\n"
               "  murmur facets night.murmur --from 02:14 --until 02:20 --by topic --by "
               "payload.task.id\n"
               "  murmur facets night.murmur --where 'kind == error' --json");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
