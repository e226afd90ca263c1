// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "findingsof.h"
#include "output.h"
#include "recordings.h"
#include "validators.h"

#include "findings/checkfile.h"
#include "findings/detector.h"
#include "session/source.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QStringList>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
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
    std::string accept, mute, muteLike, comment, reopen; ///< ids
    std::string reason;
    std::string makeCheck; ///< file of rules
    std::string of;        ///< id
    bool withQuiet = false;
    bool withMuted = false;
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

/// A finding with the incident that it belongs to.
struct Line
{
    const Finding* finding = nullptr;
    const Incident* incident = nullptr;
};

/// By incident, in the order of cause.
std::vector<Line> linesOf(const FindingsReport& report, bool withMuted)
{
    std::vector<Line> lines;
    for (const Incident& incident : report.incidents) {
        for (const std::size_t place : incident.findings) {
            const Finding& finding = report.findings[place];
            if (withMuted || finding.standing == Standing::Open)
                lines.push_back({&finding, &incident});
        }
    }
    return lines;
}

std::string jsonOf(const Line& line, const FindingsReport& report, const Dictionaries& names,
                   const Judgements& judgements)
{
    const Finding& finding = *line.finding;
    std::string text;
    JsonWriter json(text);
    json.beginObject();
    json.key("id");
    json.text(std::string_view(findingIdText(finding.id)));
    json.key("incident");
    json.text(std::string_view(findingIdText(line.incident->id)));
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
    json.key("gone");
    json.number(goneOf(finding, report));
    json.key("count");
    json.number(finding.count);
    json.key("summary");
    json.text(std::string_view(finding.summary));
    json.key("evidence");
    json.raw(finding.evidenceJson());
    const Judgement judgement = judgements.of(finding.id);
    json.key("standing");
    json.text(standingName(finding.standing));
    json.key("reason");
    json.textOrNull(judgement.reason);
    json.key("comment");
    json.textOrNull(judgement.comment);
    json.endObject();
    text += '\n';
    return text;
}

std::string tableOf(std::span<const Line> lines, const Judgements& judgements)
{
    Table table({{u"incident"_s, false, 0},
                 {u"id"_s, false, 0},
                 {u"severity"_s, false, 0},
                 {u"from"_s, false, 0},
                 {u"for"_s, true, 0},
                 {u"detector"_s, false, 0},
                 {u"what"_s, false, 0}});
    const Incident* last = nullptr;
    for (const auto& [finding, incident] : lines) {
        QString what = printable(QString::fromStdString(finding->summary));
        if (!finding->isExact)
            what += u" (%1)"_s.arg(sureText(*finding));
        if (finding->standing != Standing::Open)
            what += u" [%1]"_s.arg(utf8(standingName(finding->standing)));
        const Judgement judgement = judgements.of(finding->id);
        for (const QString& said : {judgement.reason, judgement.comment}) {
            if (!said.isEmpty())
                what += u" – "_s + printable(said);
        }
        table.add({incident == last ? QString() : shortId(incident->id), shortId(finding->id),
                   utf8(severityName(finding->severity)), clockTime(fromNs(finding->start)),
                   durationText(nanoseconds(finding->end - finding->start)),
                   utf8(finding->detector), what});
        last = incident;
    }
    return table.takeText();
}

/// What is asked to be made of a finding; nothing when nothing is.
Result<bool> judge(const Options& options, const FindingsReport& report, const Source& source)
{
    Judgements judgements = judgementsOf(source, &report);
    const QString reason = QString::fromStdString(options.reason);
    bool isChanged = false;
    const auto with = [&](const std::string& id, const auto& change) -> Status {
        if (id.empty())
            return Done{};
        auto place = findingNamed(report, QString::fromStdString(id));
        if (!place)
            return place.error();
        isChanged = true;
        change(report.findings[*place]);
        return Done{};
    };
    const auto stand = [&](Standing standing) {
        return [&judgements, &reason, standing](const Finding& finding) {
            judgements.set(finding.id, {standing, reason, judgements.of(finding.id).comment});
        };
    };
    const auto agentOf = [&](const Finding& finding) {
        return finding.agents.empty()
                   ? QString()
                   : QString::fromStdString(source.names->agentName(finding.agents.front()));
    };
    for (const Status& status :
         {with(options.accept, stand(Standing::Accepted)),
          with(options.mute, stand(Standing::Muted)),
          with(options.reopen,
               [&](const Finding& finding) {
                   judgements.set(finding.id, {});
                   std::erase_if(judgements.rules, [&](const MuteRule& rule) {
                       return fits(rule, finding, *source.names);
                   });
               }),
          with(options.muteLike,
               [&](const Finding& finding) {
                   const QString agent = agentOf(finding);
                   judgements.mute({utf8(finding.detector), agent,
                                    agent.isEmpty() ? QString::fromStdString(
                                                          source.names->topicName(finding.topic))
                                                    : QString()});
               }),
          with(options.comment, [&](const Finding& finding) {
              Judgement judgement = judgements.of(finding.id);
              judgement.comment = reason;
              judgements.set(finding.id, judgement);
          })}) {
        if (!status)
            return status.error();
    }
    if (isChanged) {
        if (auto status = keepJudgements(source, judgements, &report); !status)
            return status.error();
    }
    return isChanged;
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

/// Nothing is silently gone.
void tellQuiet(const FindingsReport& report)
{
    QStringList quiet;
    for (const Standing standing : {Standing::Accepted, Standing::Muted, Standing::HeldBack}) {
        if (const std::int64_t count = countOf(report, standing); count > 0)
            quiet << grouped(count) + u' ' + utf8(standingName(standing));
    }
    if (!quiet.isEmpty())
        cli::report(u"Not listed: %1; --muted lists them."_s.arg(quiet.join(u", ")));
}

/// Of one finding and those of its incident, else of all that are open.
Result<std::vector<std::string>> detectorsOf(const FindingsReport& report, const std::string& id)
{
    std::vector<std::string> detectors;
    const auto take = [&](const Finding& finding) {
        std::string detector(finding.detector);
        if (std::ranges::find(detectors, detector) == detectors.end())
            detectors.push_back(std::move(detector));
    };
    if (id.empty()) {
        for (const Finding& finding : report.findings) {
            if (finding.standing == Standing::Open)
                take(finding);
        }
        return detectors;
    }
    const auto place = findingNamed(report, QString::fromStdString(id));
    if (!place)
        return place.error();
    take(report.findings[*place]);
    for (const Incident& incident : report.incidents) {
        if (std::ranges::find(incident.findings, *place) == incident.findings.end())
            continue;
        for (const std::size_t other : incident.findings)
            take(report.findings[other]);
    }
    return detectors;
}

int makeCheck(const Options& options, const FindingsReport& report, const Settings& thresholds)
{
    const auto detectors = detectorsOf(report, options.of);
    if (!detectors)
        return failed(detectors.error());
    if (detectors->empty())
        return failed(
            {ErrorCode::WrongUse, u"There is nothing to make a check of: no finding is open."_s});
    const QString path = QFile::decodeName(options.makeCheck.c_str());
    if (auto status = addToCheck(path, *detectors, thresholds); !status)
        return failed(status.error());
    cli::report(
        u"Written: murmur check FILE --rules '%1' fails when this happens again."_s.arg(path));
    return kDone;
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
    auto report = findingsOf(**session, *choice);
    if (!report)
        return failed(report.error());
    const auto changed = judge(options, *report, *source);
    if (!changed)
        return failed(changed.error());
    const Judgements judgements = judgementsOf(*source, &*report);
    settle(*report, judgements, *source->names);
    if (*changed && !options.json) {
        cli::report(u"Noted; %1 of %2 findings are open."_s.arg(
            grouped(countOf(*report, Standing::Open)),
            grouped(static_cast<std::int64_t>(report->findings.size()))));
        return kDone;
    }

    if (!options.makeCheck.empty())
        return makeCheck(options, *report, choice->settings);

    const auto all = linesOf(*report, options.withMuted);
    std::span<const Line> lines = all;
    if (options.limit > 0 && std::cmp_less(options.limit, lines.size()))
        lines = lines.first(static_cast<std::size_t>(options.limit));
    StandardOutput output;
    if (options.json) {
        const auto names = (*session)->dictionaries();
        for (const Line& line : lines)
            output.write(jsonOf(line, *report, *names, judgements));
    } else if (!lines.empty()) {
        output.write(tableOf(lines, judgements));
    }
    const int written = output.finish();
    if (report->findings.empty() && !options.json)
        cli::report(u"Nothing was found in %1 messages."_s.arg(grouped(report->messages)));
    if (!options.withMuted)
        tellQuiet(*report);
    if (report->uncounted > 0)
        cli::report(
            u"%1 more findings are not listed; the first ones say what to mend first."_s.arg(
                grouped(report->uncounted)));
    // Some make room for others all the time; it matters when many do.
    if (report->forgotten > report->messages / 20 && !options.json)
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
    app.add_flag("--muted", options->withMuted,
                 "Also what is muted, accepted, or held back as one of many judgements on traffic "
                 "that is not known yet");
    app.add_option("--accept", options->accept, "The finding with this id is known; see --reason");
    app.add_option("--mute", options->mute, "The finding with this id is not wanted");
    app.add_option("--mute-like", options->muteLike,
                   "Nor is what its detector finds of the same agent, or on the same topic");
    app.add_option("--comment", options->comment,
                   "Say something of the finding with this id, with --reason");
    app.add_option("--reopen", options->reopen, "Take back what was said of the finding");
    app.add_option("--reason", options->reason, "Why, or the comment");
    auto* makeCheck =
        app.add_option("--make-check", options->makeCheck,
                       "Write the detectors of what was found, with their thresholds, into this "
                       "file of rules for murmur check");
    app.add_option("--of", options->of,
                   "Only those of the finding with this id, and of its incident")
        ->needs(makeCheck);
    app.add_option("--limit", options->limit, "So many findings at most, the first ones")
        ->check(positiveWhole());
    app.add_flag("--list", options->lists, "List the detectors and their thresholds");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nExamples:\n"
               "  murmur findings night.murmur\n"
               "  murmur findings night.murmur --only lost-messages,duplicate-delivery --json\n"
               "  murmur findings night.murmur --set unanswered-request.wait=5s\n"
               "  murmur findings night.murmur --accept 3f20a9 --reason \"load test until noon\"\n"
               "  murmur findings night.murmur --make-check swarm.json --of 3f20a9");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
