// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"
#include "work.h"

#include "session/moment.h"
#include "session/source.h"
#include "session/whereabouts.h"

#include <CLI/CLI.hpp>

#include <QFileInfo>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    std::vector<std::string> arguments; // files, then the text
    SessionFiles session;
    std::string zone = "UTC";
    bool json = false;
};

/// "8812", or "north:8812" where there are several recordings.
QString nameOf(Session& session, Seq seq)
{
    const auto source = session.source();
    if (seq == 0 || !source->set)
        return seq == 0 ? QString() : QString::number(seq);
    RowRequest request;
    request.seqs = {seq};
    const auto rows = await(session.rows(std::move(request)));
    if (!rows || rows->empty())
        return QString::number(seq);
    const std::string label = source->names->recordingLabel(rows->front().recording);
    const QString own = QString::number(rows->front().shownSeq());
    return label.empty() ? own : QString::fromStdString(label) + u':' + own;
}

void appendJson(std::string& out, const FoundPlace& place, const QString& name, const QString& link)
{
    JsonWriter json(out);
    json.beginObject();
    json.key("what");
    json.text(place.what.toStdString());
    json.key("time");
    json.text(isoTimeUtf8(toNs(place.time)));
    json.key("seq");
    if (place.message == 0)
        json.null();
    else
        json.number(name.section(u':', -1).toLongLong());
    if (name.contains(u':')) {
        json.key("recording");
        json.text(name.section(u':', 0, -2));
    }
    json.key("messages");
    json.number(place.count);
    json.key("condition");
    json.textOrNull(place.condition.toStdString());
    json.key("link");
    json.text(link.toStdString());
    json.endObject();
    out += '\n';
}

std::string tableOf(const std::vector<FoundPlace>& places, const QStringList& names)
{
    Table table({{u"what"_s, false, 60},
                 {u"messages"_s, true, 0},
                 {u"message"_s, true, 0},
                 {u"time"_s, false, 0},
                 {u"condition"_s, false, 0}});
    for (std::size_t i = 0; i < places.size(); ++i) {
        const FoundPlace& place = places[i];
        table.add({printable(place.what),
                   place.count == 0 ? QString()
                                    : grouped(place.count) + (place.hasMore ? u"+"_s : QString()),
                   printable(names[static_cast<qsizetype>(i)]), isoTime(place.time),
                   printable(place.condition)});
    }
    return table.takeText();
}

int run(const Options& options)
{
    SessionFiles files = options.session;
    files.files = options.arguments;
    const QString text = QString::fromStdString(files.files.back());
    files.files.pop_back();
    if (files.files.empty())
        return wrongUse(u"What is to be found is missing after the files; write for example an id, "
                        u"a line of a log or a time."_s);
    WhereaboutsRequest request;
    request.text = text;
    request.zone = QTimeZone(QByteArray::fromStdString(options.zone));
    if (!request.zone.isValid())
        return wrongUse(
            u"There is no time zone \"%1\"; write for example UTC or Europe/Berlin."_s.arg(
                QString::fromStdString(options.zone)));
    int code = kDone;
    auto session = openSession(files, code);
    if (!session)
        return failed(session.error());
    const auto source = (*session)->source();
    const auto found =
        workWith<Whereabouts>([&](const StepProgress& progress, const std::stop_token& stop) {
            request.progress = [&](std::int64_t done, std::int64_t all) {
                progress(u"looking"_s, done, all);
            };
            request.stop = stop;
            return whereaboutsJob(*source, request);
        });
    if (!found)
        return failed(found.error());
    if (found->places.empty())
        return failed(
            {ErrorCode::NotFound, found->tried.isEmpty()
                                      ? u"Nothing in that text is a time, an id or a name."_s
                                      : nothingText(*found) + u'.'});
    std::string out;
    QStringList names;
    for (const FoundPlace& place : found->places) {
        names << nameOf(**session, place.message);
        if (!options.json)
            continue;
        Moment moment;
        for (const QString& path : pathsOf(files.files))
            moment.recordings.push_back({QFileInfo(path).absoluteFilePath(), {}});
        moment.at = place.time;
        moment.select = place.message == 0 ? QString() : names.back();
        moment.where = place.condition;
        appendJson(out, place, names.back(), linkOf(moment));
    }
    if (!options.json)
        out = tableOf(found->places, names);
    StandardOutput output;
    output.write(out);
    const int written = output.finish();
    return code != kDone ? code : written;
}

class FindUsage final : public CLI::Formatter
{
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override
    {
        return "Usage: murmur find [OPTIONS] FILE... TEXT\n";
    }
};

} // namespace

void addFind(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.formatter(std::make_shared<FindUsage>());
    app.add_option("FILE... TEXT", options->arguments,
                   "Recordings, and whatever there is: an id of any kind, a JSON fragment, a line "
                   "of a log, a time, the name of an agent")
        ->required();
    app.add_option("--tz", options->zone, "Time zone of times that name none (usual: UTC)");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line, with a link for the window");
    app.footer("\nExamples:\n"
               "  murmur find night.murmur 4bf92f3577b34da6a3ce929d0e0e4736\n"
               "  murmur find night.murmur '02:14 CET'\n"
               "  murmur find night.murmur \"$(grep timeout planner.log | head -1)\"");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
