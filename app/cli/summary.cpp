// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "findingsof.h"
#include "output.h"
#include "recordings.h"

#include <CLI/CLI.hpp>

#include <QFileInfo>
#include <QRegularExpression>
#include <QStringList>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr qsizetype kWidth = 80;
constexpr std::size_t kIncidentsShown = 3;
constexpr qsizetype kLinesOfSentence = 3;
constexpr std::size_t kAgentsShown = 4;
constexpr std::size_t kNamesShown = 3;

struct Options
{
    SessionFiles session;
    bool json = false;
};

/// How an agent fares.
struct AgentLine
{
    AgentId agent{};
    std::int64_t weight = 0; ///< of the findings about it
    std::int64_t findings = 0;
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    std::int64_t p99 = -1; ///< ns, of its answers; -1: none
};

/// Everything that the page says.
struct Page
{
    SessionInfo info;
    FindingsReport report;
    std::vector<const Incident*> incidents; ///< those that are not quiet, the worst first
    std::vector<AgentLine> agents;          ///< the worst first
    std::shared_ptr<const Dictionaries> names;
};

/// Lines of `width` at most, `most` of them; what does not fit ends in "…".
QStringList wrapped(const QString& text, qsizetype width, qsizetype most)
{
    QStringList lines;
    QString line;
    for (const QString& word : text.split(u' ', Qt::SkipEmptyParts)) {
        if (!line.isEmpty() && line.size() + 1 + word.size() > width) {
            lines << line;
            line.clear();
        }
        line += (line.isEmpty() ? QString() : u" "_s) + word;
    }
    lines << line;
    if (lines.size() > most) {
        lines.resize(most);
        lines.last() = lines.last().left(width - 2) + u" …"_s;
    }
    for (QString& one : lines)
        one.truncate(width);
    return lines;
}

QString agentName(const Page& page, AgentId agent)
{
    return printable(QString::fromStdString(page.names->agentName(agent)));
}

QString signOf(Severity severity)
{
    return severity == Severity::Critical  ? u"!"_s
           : severity == Severity::Warning ? u"*"_s
                                           : u"-"_s;
}

/// "vision-llm, router and 118 more".
QString touched(const Page& page, const Incident& incident)
{
    QStringList names;
    for (const AgentId agent : incident.agents) {
        if (std::cmp_less(names.size(), kNamesShown))
            names << agentName(page, agent);
    }
    const auto rest = static_cast<std::int64_t>(incident.agents.size()) - names.size();
    return names.join(u", ") + (rest > 0 ? u" and %1 more"_s.arg(grouped(rest)) : QString());
}

QString causeText(const Page& page, const Incident& incident)
{
    const Finding& cause = page.report.findings[incident.cause()];
    if (incident.findings.size() == 1)
        return sureText(cause);
    return u"first cause %1, %2 % sure"_s.arg(utf8(gradeName(incident.grade)),
                                              QString::number(qRound(incident.confidence * 100)));
}

std::vector<AgentLine> agentsOf(const Page& page, const TileSlice& tiles)
{
    std::map<AgentId, AgentLine> lines;
    for (const TileLane& lane : tiles.lanes) {
        AgentLine& line = lines[lane.agent];
        line.messages = lane.total;
        line.errors = lane.errors;
        if (lane.latency.count() > 0)
            line.p99 = static_cast<std::int64_t>(lane.latency.quantile(0.99));
    }
    for (const Finding& finding : page.report.findings) {
        if (finding.standing != Standing::Open || finding.agents.empty())
            continue;
        AgentLine& line = lines[finding.agents.front()];
        ++line.findings;
        line.weight += finding.severity == Severity::Critical ? 5 : 2;
    }
    std::vector<AgentLine> worst;
    for (auto& [agent, line] : lines) {
        line.agent = agent;
        if (index(agent) != 0 && (line.weight > 0 || line.errors > 0))
            worst.push_back(line);
    }
    std::ranges::stable_sort(worst, [](const AgentLine& a, const AgentLine& b) {
        return std::pair(a.weight, a.errors) > std::pair(b.weight, b.errors);
    });
    return worst;
}

Result<Page> pageOf(Session& session)
{
    Page page;
    page.names = session.dictionaries();
    auto info = await(session.info());
    if (!info)
        return info.error();
    page.info = std::move(*info);
    auto report = findingsOf(session);
    if (!report)
        return report.error();
    page.report = std::move(*report);
    for (const Incident& incident : page.report.incidents) {
        if (!isQuiet(incident, page.report.findings))
            page.incidents.push_back(&incident);
    }
    std::ranges::stable_sort(page.incidents, [](const Incident* a, const Incident* b) {
        return a->severity > b->severity;
    });
    if (page.info.extent.last >= page.info.extent.first) {
        TileRequest request;
        request.range = page.info.extent.time;
        request.columns = 1;
        request.latency = true;
        auto tiles = await(session.tiles(std::move(request)));
        if (!tiles)
            return tiles.error();
        page.agents = agentsOf(page, *tiles);
    }
    return page;
}

QStringList headLines(const Page& page)
{
    const SessionInfo& info = page.info;
    const QString title =
        QFileInfo(info.path).fileName() + (info.recordings.size() > 1
                                               ? u" and %1 more"_s.arg(info.recordings.size() - 1)
                                               : QString());
    if (info.extent.last < info.extent.first)
        return {title + u": no messages"_s};
    const nanoseconds length = info.extent.time.end - info.extent.time.begin;
    return {u"%1: %2 messages of %3 agents in %4"_s.arg(printable(title),
                                                        grouped(info.extent.messages()),
                                                        grouped(info.agents), durationText(length)),
            u"%1 to %2%3"_s.arg(isoTime(info.extent.time.begin).left(19) + u'Z',
                                clockTime(info.extent.time.end, 0),
                                info.isLive    ? u", being recorded"_s
                                : info.isClean ? QString()
                                               : u", not closed in order"_s)};
}

QStringList incidentLines(const Page& page)
{
    if (page.incidents.empty())
        return {page.report.findings.empty()
                    ? u"Nothing was found in %1 messages."_s.arg(grouped(page.report.messages))
                    : u"Nothing new: all %1 findings are accepted, muted or held back."_s.arg(
                          grouped(static_cast<std::int64_t>(page.report.findings.size())))};
    const auto count = static_cast<std::int64_t>(page.incidents.size());
    QStringList lines{count == 1 ? u"1 incident"_s : grouped(count) + u" incidents"_s};
    for (std::size_t i = 0; i < std::min(page.incidents.size(), kIncidentsShown); ++i) {
        const Incident& incident = *page.incidents[i];
        // Few incidents have room for more of their sentences.
        const qsizetype most = page.incidents.size() == 1   ? kLinesOfSentence + 1
                               : page.incidents.size() == 2 ? kLinesOfSentence
                                                            : 2;
        const QStringList sentence =
            wrapped(printable(QString::fromStdString(incident.summary)), kWidth - 10, most);
        lines << u"%1 %2  %3"_s.arg(signOf(incident.severity), shortId(incident.id),
                                    sentence.front());
        for (const QString& more : sentence.mid(1))
            lines << u"          "_s + more;
        QString facts = u"          since %1 for %2; %3; %4"_s.arg(
            clockTime(fromNs(incident.start), 0),
            durationText(nanoseconds(incident.end - incident.start)), causeText(page, incident),
            touched(page, incident));
        if (facts.size() > kWidth)
            facts = facts.left(kWidth - 1) + u'…';
        lines << facts;
    }
    if (page.incidents.size() > kIncidentsShown)
        lines << u"  and %1 more"_s.arg(
            grouped(static_cast<std::int64_t>(page.incidents.size() - kIncidentsShown)));
    return lines;
}

QStringList agentLines(const Page& page)
{
    if (page.agents.empty())
        return {};
    QStringList lines{u"agents, the worst first       findings    errors   messages        p99"_s};
    for (std::size_t i = 0; i < std::min(page.agents.size(), kAgentsShown); ++i) {
        const AgentLine& line = page.agents[i];
        lines << u"  %1%2%3%4%5"_s.arg(agentName(page, line.agent).left(26), -26)
                     .arg(line.findings == 0 ? QString() : grouped(line.findings), 10)
                     .arg(line.errors == 0 ? QString() : grouped(line.errors), 10)
                     .arg(grouped(line.messages), 11)
                     .arg(line.p99 < 0 ? QString() : durationText(nanoseconds(line.p99)), 11);
    }
    return lines;
}

QString lossLine(const Page& page)
{
    const SessionInfo& info = page.info;
    if (info.gaps == 0)
        return u"Nothing was lost by us."_s;
    const bool isKnown = std::ranges::all_of(
        info.connections, [](const ConnectionInfo& one) { return one.lostIs == LostIs::Exact; });
    const QString count = isKnown         ? grouped(info.lost)
                          : info.lost > 0 ? u"At least "_s + grouped(info.lost)
                                          : u"An unknown number of"_s;
    return u"%1 messages were lost by us, in %2 gaps: murmur sql FILE \"SELECT * FROM gap\""_s.arg(
        count, grouped(info.gaps));
}

QString quoted(const QString& text)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9_./:=@%+-]+$"_s);
    return plain.match(text).hasMatch() ? text
                                        : u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'';
}

QStringList nextLines(const Page& page, const Options& options)
{
    QStringList files;
    for (const std::string& file : options.session.files)
        files << quoted(QString::fromStdString(file));
    const QString all = files.join(u' ');
    if (page.incidents.empty())
        return {u"next: murmur latency %1"_s.arg(all)};
    const Incident& worst = *page.incidents.front();
    const Finding& cause = page.report.findings[worst.cause()];
    QStringList lines{u"next: murmur findings %1"_s.arg(all)};
    if (!cause.messages.empty() && goneOf(cause, page.report) == 0)
        lines << u"      murmur query %1 \"seq == %2\" --json"_s.arg(all).arg(
            cause.messages.front());
    lines << u"      murmurscope %1 --at %2"_s.arg(all, clockTime(fromNs(worst.start), 0));
    return lines;
}

std::string textOf(const Page& page, const Options& options)
{
    QStringList lines = headLines(page);
    for (const QStringList& part : {incidentLines(page), agentLines(page),
                                    QStringList(lossLine(page)), nextLines(page, options)}) {
        if (part.isEmpty())
            continue;
        lines << QString();
        lines << part;
    }
    // The blank lines go first when the page is full.
    constexpr qsizetype kHeight = 24;
    for (qsizetype i = lines.size() - 1; i > 0 && lines.size() > kHeight - 1; --i) {
        if (lines[i].isEmpty())
            lines.removeAt(i);
    }
    return (lines.join(u'\n') + u'\n').toStdString();
}

std::string jsonOf(const Page& page)
{
    std::string text;
    JsonWriter json(text);
    const auto time = [&](const char* key, std::int64_t ns) {
        json.key(key);
        json.text(std::string_view(isoTimeUtf8(ns)));
    };
    const auto names = [&](const char* key, const std::vector<AgentId>& agents) {
        json.key(key);
        json.beginArray();
        for (const AgentId agent : agents)
            json.text(std::string_view(page.names->agentName(agent)));
        json.endArray();
    };
    json.beginObject();
    json.key("messages");
    json.number(page.info.extent.messages());
    json.key("agents");
    json.number(page.info.agents);
    json.key("gaps");
    json.number(page.info.gaps);
    json.key("lost");
    json.number(page.info.lost);
    json.key("findings");
    json.number(static_cast<std::int64_t>(page.report.findings.size()));
    for (const auto& [key, standing] :
         {std::pair{"accepted", Standing::Accepted}, std::pair{"muted", Standing::Muted},
          std::pair{"held_back", Standing::HeldBack}}) {
        json.key(key);
        json.number(countOf(page.report, standing));
    }
    json.key("incidents");
    json.beginArray();
    for (const Incident* incident : page.incidents) {
        const Finding& cause = page.report.findings[incident->cause()];
        json.beginObject();
        json.key("id");
        json.text(std::string_view(findingIdText(incident->id)));
        json.key("severity");
        json.text(severityName(incident->severity));
        json.key("summary");
        json.text(std::string_view(incident->summary));
        json.key("cause");
        json.text(cause.detector);
        json.key("grade");
        json.text(gradeName(incident->grade));
        json.key("confidence");
        json.raw(QByteArray::number(incident->confidence, 'g', 3).toStdString());
        time("start", incident->start);
        time("end", incident->end);
        json.key("open");
        json.boolean(incident->isOpen);
        names("agents", incident->agents);
        json.key("findings");
        json.beginArray();
        for (const std::size_t place : incident->findings)
            json.text(std::string_view(findingIdText(page.report.findings[place].id)));
        json.endArray();
        json.endObject();
    }
    json.endArray();
    json.key("worst");
    json.beginArray();
    for (const AgentLine& line : page.agents) {
        json.beginObject();
        json.key("agent");
        json.text(std::string_view(page.names->agentName(line.agent)));
        json.key("findings");
        json.number(line.findings);
        json.key("errors");
        json.number(line.errors);
        json.key("messages");
        json.number(line.messages);
        json.key("p99_ms");
        if (line.p99 < 0)
            json.null();
        else
            json.raw(QByteArray::number(static_cast<double>(line.p99) / 1e6, 'f', 3).toStdString());
        json.endObject();
    }
    json.endArray();
    json.endObject();
    text += '\n';
    return text;
}

int run(const Options& options)
{
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto page = pageOf(**session);
    if (!page)
        return failed(page.error());
    StandardOutput output;
    output.write(options.json ? jsonOf(*page) : textOf(*page, options));
    const int written = output.finish();
    return code != kDone ? code : written;
}

} // namespace

void addSummary(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings; several are one session")
        ->required();
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object");
    app.footer("\nExamples:\n"
               "  murmur summary night.murmur\n"
               "  murmur summary night.murmur --json | jq .incidents[0].summary");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
