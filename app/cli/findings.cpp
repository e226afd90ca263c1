// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"
#include "work.h"

#include "findings/detector.h"
#include "session/findingspass.h"

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
    SessionFiles session;
    std::vector<std::string> only;
    std::vector<std::string> set;
    std::int64_t limit = 0;
    bool withQuiet = false;
    bool lists = false;
    bool json = false;
};

int listDetectors(bool asJson)
{
    StandardOutput output;
    Table table({{u"detector"_s, false, 0}, {u"finds"_s, false, 0}, {u"thresholds"_s, false, 0}});
    for (const DetectorEntry& entry : detectors()) {
        if (asJson) {
            std::string line;
            JsonWriter json(line);
            json.beginObject();
            json.key("detector");
            json.text(std::string_view(entry.id));
            json.key("description");
            json.text(std::string_view(entry.description));
            json.key("quiet");
            json.boolean(entry.isQuiet);
            json.key("thresholds");
            json.beginArray();
            for (const Parameter& parameter : entry.parameters) {
                json.beginObject();
                json.key("name");
                json.text(std::string_view(parameter.name));
                json.key("usual");
                json.text(parameterText(parameter, parameter.usual));
                json.key("meaning");
                json.text(std::string_view(parameter.meaning));
                json.endObject();
            }
            json.endArray();
            json.endObject();
            output.write(line + '\n');
            continue;
        }
        QStringList thresholds;
        for (const Parameter& parameter : entry.parameters)
            thresholds << QString::fromUtf8(parameter.name) + u'=' +
                              parameterText(parameter, parameter.usual);
        table.add({QString::fromUtf8(entry.id) + (entry.isQuiet ? u" (quiet)"_s : QString()),
                   QString::fromUtf8(entry.description), thresholds.join(u", ")});
    }
    if (!asJson)
        output.write(table.takeText());
    return output.finish();
}

void appendTime(JsonWriter& json, std::int64_t ns)
{
    json.text(std::string_view(isoTimeUtf8(ns)));
}

std::string jsonOf(const Finding& finding, const Dictionaries& names)
{
    std::string line;
    JsonWriter json(line);
    json.beginObject();
    json.key("detector");
    json.text(finding.detector);
    json.key("severity");
    json.text(severityName(finding.severity));
    json.key("confidence");
    json.raw(QByteArray::number(finding.confidence, 'g', 3).toStdString());
    json.key("exact");
    json.boolean(finding.isExact);
    json.key("start");
    appendTime(json, finding.start);
    json.key("end");
    appendTime(json, finding.end);
    json.key("agents");
    json.beginArray();
    for (const AgentId agent : finding.agents)
        json.text(std::string_view(names.agentName(agent)));
    json.endArray();
    json.key("topic");
    json.textOrNull(std::string_view(names.topicName(finding.topic)));
    json.key("messages");
    json.beginArray();
    for (const Seq seq : finding.messages)
        json.number(seq);
    json.endArray();
    json.key("count");
    json.number(finding.count);
    json.key("summary");
    json.text(std::string_view(finding.summary));
    json.key("evidence");
    json.raw(finding.evidenceJson());
    json.endObject();
    line += '\n';
    return line;
}

std::string tableOf(std::span<const Finding> findings)
{
    Table table({{u"severity"_s, false, 0},
                 {u"from"_s, false, 0},
                 {u"for"_s, true, 0},
                 {u"detector"_s, false, 0},
                 {u"what"_s, false, 0}});
    for (const Finding& finding : findings) {
        const std::string_view severity = severityName(finding.severity);
        const QString unsure =
            finding.isExact ? QString() : u" (%1 % sure)"_s.arg(qRound(finding.confidence * 100));
        table.add({QString::fromUtf8(severity.data(), static_cast<qsizetype>(severity.size())),
                   clockTime(fromNs(finding.start)),
                   durationText(nanoseconds(finding.end - finding.start)),
                   QString::fromUtf8(finding.detector.data(),
                                     static_cast<qsizetype>(finding.detector.size())),
                   printable(QString::fromStdString(finding.summary)) + unsure});
    }
    return table.takeText();
}

Result<DetectorChoice> choiceOf(const Options& options)
{
    DetectorChoice choice;
    choice.withQuiet = options.withQuiet;
    for (const std::string& id : options.only) {
        if (findDetector(id) == nullptr)
            return noSuchDetector(id);
        choice.only.push_back(id);
    }
    for (const std::string& text : options.set) {
        if (auto status = choice.settings.set(QString::fromStdString(text)); !status)
            return status.error();
    }
    return choice;
}

int run(const Options& options)
{
    if (options.lists)
        return listDetectors(options.json);
    if (options.session.files.empty())
        return wrongUse(u"Which recording? Give a FILE, or --list for the detectors."_s);
    auto choice = choiceOf(options);
    if (!choice)
        return failed(choice.error());
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());

    const auto source = (*session)->source();
    auto report = workWith<FindingsReport>([&](const StepProgress& show, const auto& stop) {
        FindingsRequest request;
        request.choice = *choice;
        request.stop = stop;
        request.progress = [&](std::int64_t done, std::int64_t all) {
            show(u"looking"_s, done, all);
        };
        return findingsPass(*source, request);
    });
    if (!report)
        return failed(report.error());

    std::span<const Finding> findings = report->findings;
    if (options.limit > 0 && std::cmp_less(options.limit, findings.size()))
        findings = findings.first(static_cast<std::size_t>(options.limit));
    StandardOutput output;
    if (options.json) {
        const auto names = (*session)->dictionaries();
        for (const Finding& finding : findings)
            output.write(jsonOf(finding, *names));
    } else if (!findings.empty()) {
        output.write(tableOf(findings));
    }
    const int written = output.finish();
    if (report->findings.empty() && !options.json)
        cli::report(u"Nothing was found in %1 messages."_s.arg(grouped(report->messages)));
    if (report->uncounted > 0)
        cli::report(
            u"%1 more findings are not listed; the first ones say what to mend first."_s.arg(
                grouped(report->uncounted)));
    if (report->forgotten > 0 && !options.json)
        cli::report(u"Detectors work in bounded memory: %1 old entries were let go, so what takes "
                    "very long may be missed."_s.arg(grouped(report->forgotten)));
    if (report->unreadable > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged; what they would have "
             "shown is missing."_s.arg(report->unreadable)});
    return code != kDone ? code : written;
}

} // namespace

void addFindings(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files,
                   "Recordings to look at; several are one session");
    app.add_option("--only", options->only, "These detectors only, by commas")->delimiter(',');
    app.add_flag("--quiet", options->withQuiet,
                 "Also the detectors whose judgement is often wrong");
    app.add_option(
        "--set", options->set,
        "Another threshold: DETECTOR.NAME=VALUE, for example unanswered-request.wait=10s");
    app.add_option("--limit", options->limit, "So many findings at most, the first ones")
        ->check(positiveWhole());
    app.add_flag("--list", options->lists, "List the detectors and their thresholds");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nExamples:\n"
               "  murmur findings night.murmur\n"
               "  murmur findings night.murmur --only lost-messages,duplicate-delivery --json\n"
               "  murmur findings night.murmur --set unanswered-request.wait=5s");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
