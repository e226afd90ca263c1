// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "command.h"
#include "output.h"
#include "recordings.h"
#include "work.h"

#include "bus/fleet.h"
#include "session/clockpass.h"
#include "session/source.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

/// More of them are told of by fleet.
constexpr std::size_t kMostConnections = 8;

struct Options
{
    SessionFiles session;
    bool clocks = false;
    bool json = false;
};

QString kindText(std::size_t kind)
{
    const std::string_view name = kindName(static_cast<Kind>(kind));
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

QString lostCount(std::int64_t lost, LostIs lostIs)
{
    if (lostIs == LostIs::Exact)
        return grouped(lost);
    return lost > 0 ? u"at least %1"_s.arg(grouped(lost)) : u"unknown"_s;
}

QString lostIsText(LostIs lostIs)
{
    const std::string_view name = lostIsName(lostIs);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

/// Why the recording ended, where it did by itself; empty: somebody ended it, or it goes on.
QString endOf(Session& session, const SessionInfo& info)
{
    if (info.isLive || !info.isClean || !info.recordings.empty())
        return {};
    const auto source = session.source();
    auto reader = source->pool->lease();
    return reader ? QString::fromStdString((*reader)->fact("ended")) : QString();
}

/// Received when the recorder was cut off, and neither on disk nor in a gap.
std::int64_t notOnDisk(const SessionInfo& info)
{
    std::int64_t count = 0;
    for (const ConnectionInfo& connection : info.connections) {
        for (const LostBy& by : connection.lostBy)
            count += by.cause == kCutOff && !info.isClean && !info.isLive ? by.count : 0;
    }
    return count;
}

const QString& urlOf(const SessionInfo& info, ConnectionId id)
{
    static const QString unknown;
    const auto found = std::ranges::find(info.connections, id, &ConnectionInfo::id);
    return found == info.connections.end() ? unknown : found->url;
}

/// Messages of which only the head and the size were kept, as the rules of the recording say; -1:
/// it cannot be counted. Without such a rule nobody has to look.
std::int64_t withheldIn(Session& session, const SessionInfo& info)
{
    const bool hasRule = std::ranges::any_of(
        info.rules, [](const QString& rule) { return rule != "never-write"_L1; });
    if (!hasRule || info.extent.last == 0)
        return 0;
    const auto filter = parseFilter(u"flags == withheld", info.extent.time);
    if (!filter)
        return -1;
    MatchRequest request;
    request.filter = *filter;
    const auto found = await(session.search(request));
    return found ? static_cast<std::int64_t>(found->seqs.size()) : -1;
}

/// The last of each consumer.
void appendLags(JsonWriter& json, const SessionInfo& info)
{
    json.key("lag");
    json.beginArray();
    for (const Lag& lag : info.lags) {
        json.beginObject();
        json.key("connection");
        json.text(urlOf(info, lag.connection));
        json.key("topic");
        json.text(QString::fromStdString(lag.topic));
        json.key("consumer");
        json.text(QString::fromStdString(lag.consumer));
        for (const auto& [key, count] :
             {std::pair{"pending", lag.pending}, std::pair{"unacknowledged", lag.unacknowledged},
              std::pair{"members", lag.members}}) {
            json.key(key);
            if (count < 0)
                json.null();
            else
                json.number(count);
        }
        json.key("time");
        json.text(isoTime(fromNs(lag.time)));
        json.endObject();
    }
    json.endArray();
}

void appendFacts(JsonWriter& json, const SessionInfo& info, std::int64_t withheld,
                 const QString& end)
{
    const bool hasMessages = info.extent.last > 0;
    json.key("program");
    json.textOrNull(info.program);
    json.key("clean");
    json.boolean(info.isClean);
    json.key("live");
    json.boolean(info.isLive);
    json.key("ended");
    json.textOrNull(end);
    json.key("family");
    json.textOrNull(info.family);
    json.key("part");
    if (info.part > 0)
        json.number(info.part);
    else
        json.null();
    json.key("shard");
    json.textOrNull(info.shard);
    for (const auto& [key, lines] :
         {std::pair{"rules", &info.rules}, std::pair{"redaction", &info.redaction}}) {
        json.key(key);
        json.beginArray();
        for (const QString& line : *lines)
            json.text(line);
        json.endArray();
    }
    json.key("withheld");
    if (withheld < 0)
        json.null();
    else
        json.number(withheld);
    json.key("messages");
    json.number(info.extent.messages());
    json.key("trimmed");
    json.number(info.trimmed);
    json.key("trimmed_to");
    if (info.trimmed > 0)
        json.number(info.extent.first);
    else
        json.null();
    json.key("agents");
    json.number(info.agents);
    json.key("renamed");
    json.number(info.renamed);
    json.key("topics");
    json.number(info.topics);
    json.key("kinds");
    json.beginObject();
    for (std::size_t kind = 0; kind < info.kinds.size(); ++kind) {
        json.key(kindName(static_cast<Kind>(kind)));
        json.number(info.kinds[kind]);
    }
    json.endObject();
    json.key("first");
    json.textOrNull(hasMessages ? isoTime(info.extent.time.begin) : QString());
    json.key("last");
    json.textOrNull(hasMessages ? isoTime(info.extent.time.end - nanoseconds(1)) : QString());
    json.key("bytes_raw");
    json.number(info.bytesRaw);
    json.key("bytes_file");
    json.number(info.bytesFile);
    json.key("gaps");
    json.number(info.gaps);
    json.key("lost");
    json.number(info.lost);
    json.key("not_on_disk");
    json.number(notOnDisk(info));
    json.key("unread");
    json.number(info.unread);
    json.key("clock_steps");
    json.beginArray();
    for (const ClockStep& step : info.clockSteps) {
        json.beginObject();
        json.key("time");
        json.text(isoTime(fromNs(step.time)));
        json.key("offset_ns");
        json.number(step.offset);
        json.endObject();
    }
    json.endArray();
    json.key("connections");
    json.beginArray();
    for (const ConnectionInfo& connection : info.connections) {
        json.beginObject();
        json.key("url");
        json.text(connection.url);
        json.key("name");
        json.textOrNull(connection.name);
        json.key("received");
        json.number(connection.received);
        json.key("recorded");
        json.number(connection.recorded);
        json.key("lost");
        json.number(connection.lost);
        json.key("lost_is");
        json.text(lostIsText(connection.lostIs));
        json.key("lost_by");
        json.beginArray();
        for (const LostBy& by : connection.lostBy) {
            json.beginObject();
            json.key("cause");
            json.text(QString::fromStdString(by.cause));
            json.key("lost");
            json.number(by.count);
            json.key("lost_is");
            json.text(lostIsText(by.lostIs));
            json.endObject();
        }
        json.endArray();
        json.key("elsewhere");
        json.number(connection.elsewhere);
        json.endObject();
    }
    json.endArray();
    appendLags(json, info);
}

void appendNames(JsonWriter& json, const QString& label, const QString& path, const QString& uuid)
{
    json.key("recording");
    json.text(label);
    json.key("path");
    json.text(path);
    json.key("uuid");
    json.textOrNull(uuid);
}

/// One recording of a session, with what it says by itself and how it was moved in time.
void appendRecording(JsonWriter& json, const RecordingInfo& recording)
{
    json.beginObject();
    appendNames(json, recording.label, recording.path, recording.uuid);
    if (auto own = Session::open(recording.path)) {
        if (const auto info = await((*own)->info()))
            appendFacts(json, *info, withheldIn(**own, *info), endOf(**own, *info));
    }
    json.key("offset_ns");
    json.number(recording.offset.count());
    json.key("error_ns");
    if (recording.error.count() < 0)
        json.null();
    else
        json.number(recording.error.count());
    json.key("aligned_by");
    json.text(alignedByText(recording.alignedBy));
    json.key("shared");
    json.number(recording.shared);
    json.key("problem");
    json.textOrNull(recording.problem);
    json.endObject();
}

std::string jsonLine(const SessionInfo& info, std::int64_t withheld, const QString& end,
                     const QString& label)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    if (info.recordings.empty()) {
        appendNames(json, label, info.path, info.uuid);
    } else {
        json.key("recordings");
        json.beginArray();
        for (const RecordingInfo& recording : info.recordings)
            appendRecording(json, recording);
        json.endArray();
        json.key("calls_per_recording");
        json.boolean(info.isPerRecording);
    }
    appendFacts(json, info, withheld, end);
    json.endObject();
    out += '\n';
    return out;
}

/// The recordings of a session of several, and how their clocks were aligned.
std::string recordingsTable(const SessionInfo& info)
{
    Table table({{u"recording"_s, false, 40},
                 {u"last seq"_s, true, 0},
                 {u"first"_s, false, 0},
                 {u"offset"_s, false, 0},
                 {u"aligned by"_s, false, 0},
                 {QString(), false, 0}});
    for (const RecordingInfo& recording : info.recordings) {
        const bool hasMessages = recording.extent.last > 0 && recording.isShown;
        const QString by = recording.alignedBy == AlignedBy::Messages
                               ? u"%1 shared messages"_s.arg(grouped(recording.shared))
                               : alignedByText(recording.alignedBy);
        table.add({recording.label, recording.isShown ? grouped(recording.extent.last) : QString(),
                   hasMessages ? isoTime(recording.extent.time.begin) : QString(),
                   recording.isShown ? offsetText(recording) : QString(),
                   recording.isShown ? by : QString(),
                   recording.isShown ? QString() : u"not shown: "_s + recording.problem});
    }
    return table.takeText();
}

/// How far consumers of others were behind when they were looked at last.
std::string lagsTable(const SessionInfo& info)
{
    const auto number = [](std::int64_t count) {
        return count < 0 ? u"unknown"_s : grouped(count);
    };
    Table table({{u"consumer"_s, false, 40},
                 {u"of"_s, false, 40},
                 {u"to get"_s, true, 0},
                 {u"unacknowledged"_s, true, 0},
                 {u"at"_s, false, 0}});
    for (const Lag& lag : info.lags)
        table.add({printable(QString::fromStdString(lag.consumer)),
                   printable(QString::fromStdString(lag.topic)), number(lag.pending),
                   number(lag.unacknowledged), isoTime(fromNs(lag.time))});
    return info.lags.empty() ? std::string() : '\n' + table.takeText();
}

/// Many of a fleet share a line.
void addConnections(Table& table, const std::vector<ConnectionInfo>& connections)
{
    QStringList urls;
    for (const ConnectionInfo& connection : connections)
        urls << connection.url;
    for (const FleetGroup& group : fleetGroups(urls)) {
        const bool isShort = connections.size() > kMostConnections && group.members.size() > 1;
        ConnectionInfo sum;
        for (const std::size_t member : group.members) {
            const ConnectionInfo& one = connections[member];
            if (!isShort)
                sum = {};
            sum.received += one.received;
            sum.recorded += one.recorded;
            sum.lost += one.lost;
            sum.lostIs = std::max(sum.lostIs, one.lostIs);
            if (isShort && member != group.members.back())
                continue;
            table.add({isShort ? u"%1 (%2)"_s.arg(group.label).arg(group.members.size()) : one.url,
                       grouped(sum.received), grouped(sum.recorded),
                       lostCount(sum.lost, sum.lostIs), lostIsText(sum.lostIs)});
        }
    }
}

std::string pageOf(const SessionInfo& info, std::int64_t withheld, const QString& end)
{
    Table facts({{QString(), false, 0}, {QString(), false, 0}});
    const auto fact = [&](const QString& name, const QString& value) { facts.add({name, value}); };
    const bool isOne = info.recordings.empty();
    if (isOne) {
        fact(u"uuid"_s, info.uuid);
        fact(u"written by"_s, info.program);
    }
    fact(
        u"state"_s,
        info.isLive    ? u"being recorded now"_s
        : info.isClean ? u"closed in order"_s
        : QFileInfo::exists(info.path + u"-wal"_s) || !isOne
            ? u"not closed in order; all that the -wal file holds is here"_s
            : u"not closed in order, and the -wal file that belongs to it is missing: what was heard last is not here"_s);
    if (!end.isEmpty())
        fact(u"ended"_s, u"by itself: "_s + end);
    if (const std::int64_t count = notOnDisk(info); count > 0)
        fact(u"cut off"_s,
             u"%1 received messages were not on disk when recording ended without closing"_s.arg(
                 grouped(count)));
    if (info.part > 0)
        fact(u"part"_s, u"%1 of the family %2"_s.arg(info.part).arg(info.family));
    if (!info.shard.isEmpty())
        fact(u"shard"_s,
             u"%1: a share of the subjects, so calls between shares are not paired"_s.arg(
                 info.shard));
    if (!info.rules.isEmpty())
        fact(u"left out"_s,
             (withheld > 0
                  ? u"of %1 messages all but head and size, by choice: %2"_s.arg(grouped(withheld))
                  : u"by choice: %1"_s)
                 .arg(info.rules.join(u"; "_s)));
    if (!info.redaction.isEmpty())
        fact(u"redacted"_s, info.redaction.join(u"; "_s));
    fact(u"messages"_s, grouped(info.extent.messages()));
    if (info.trimmed > 0)
        fact(u"let go"_s, u"%1 before message %2: only the last stretch is kept"_s.arg(
                              grouped(info.trimmed), grouped(info.extent.first)));
    if (info.extent.last > 0) {
        const TimePoint last = info.extent.time.end - nanoseconds(1);
        fact(u"first"_s, isoTime(info.extent.time.begin));
        fact(u"last"_s,
             u"%1  (%2)"_s.arg(isoTime(last), durationText(last - info.extent.time.begin)));
    }
    fact(u"agents"_s,
         grouped(info.agents) +
             (info.renamed > 0
                  ? u", %1 of the recorded names are called otherwise"_s.arg(grouped(info.renamed))
                  : QString()));
    fact(u"topics"_s, grouped(info.topics));
    fact(u"bytes"_s,
         u"%1 heard, %2 on disk"_s.arg(bytesText(info.bytesRaw), bytesText(info.bytesFile)));
    LostIs lostIs = LostIs::Exact;
    for (const ConnectionInfo& connection : info.connections)
        lostIs = std::max(lostIs, connection.lostIs);
    fact(u"gaps"_s, u"%1, %2 messages lost"_s.arg(grouped(info.gaps),
                                                  lostIs == LostIs::Unknown && info.lost == 0
                                                      ? u"an unknown number of"_s
                                                      : lostCount(info.lost, lostIs)));

    if (info.unread > 0)
        fact(u"unread"_s,
             u"%1 messages have no sender and kind yet; murmur reread finds them out"_s.arg(
                 grouped(info.unread)));
    for (const ClockStep& step : info.clockSteps)
        fact(u"clock set"_s,
             u"at %1 the machine's clock was %2 %3 of this recording's, which went on"_s.arg(
                 isoTime(fromNs(step.time)), durationText(nanoseconds(std::abs(step.offset))),
                 step.offset < 0 ? u"behind"_s : u"ahead"_s));

    if (info.isPerRecording)
        fact(u"calls, causes"_s, u"per recording; murmur merge finds those across recordings"_s);

    const std::int64_t counted =
        std::accumulate(info.kinds.begin(), info.kinds.end(), std::int64_t(0));
    Table kinds({{u"kind"_s, false, 0}, {u"messages"_s, true, 0}, {u"share"_s, true, 0}});
    for (std::size_t kind = 0; kind < info.kinds.size(); ++kind) {
        if (info.kinds[kind] != 0)
            kinds.add({kindText(kind), grouped(info.kinds[kind]),
                       u"%1 %"_s.arg(100.0 * static_cast<double>(info.kinds[kind]) /
                                         static_cast<double>(counted),
                                     0, 'f', 1)});
    }
    Table connections({{u"connection"_s, false, 60},
                       {u"received"_s, true, 0},
                       {u"recorded"_s, true, 0},
                       {u"lost"_s, true, 0},
                       {u"lost is"_s, false, 0}});
    std::int64_t elsewhere = 0;
    for (const ConnectionInfo& connection : info.connections)
        elsewhere += connection.elsewhere;
    // Of several recordings they may be here.
    if (elsewhere > 0 && info.recordings.empty())
        fact(u"other shards"_s, u"%1 messages, recorded there"_s.arg(grouped(elsewhere)));
    addConnections(connections, info.connections);

    std::string out = isOne ? printable(info.path).toStdString() + '\n'
                            : std::to_string(info.recordings.size()) + " recordings\n" +
                                  recordingsTable(info) + '\n';
    out += facts.takeText();
    if (kinds.size() > 0)
        out += '\n' + kinds.takeText();
    if (connections.size() > 0)
        out += '\n' + connections.takeText();
    return out + lagsTable(info);
}

/// The clocks that are most wrong.
std::string clocksText(const Clocks& clocks, const Dictionaries& names)
{
    constexpr std::size_t kShown = 5;
    std::vector<const AgentClock*> known;
    for (const AgentClock& clock : clocks.agents) {
        if (clock.isKnown() && clock.basis() != ClockBasis::Axis)
            known.push_back(&clock);
    }
    std::ranges::stable_sort(known, std::greater{}, [](const AgentClock* clock) {
        return std::abs(clock->last().offsetAt(clock->last().to));
    });
    if (known.empty())
        return "\nNo clock can be compared: no message says when it was sent.\n";
    Table table({{u"clocks, the most wrong first"_s, false, 40}, {u""_s, false, 0}});
    for (std::size_t i = 0; i < std::min(known.size(), kShown); ++i)
        table.add({printable(QString::fromStdString(names.agentName(known[i]->agent))),
                   clockText(*known[i])});
    std::string out = '\n' + table.takeText();
    if (known.size() > kShown)
        out += u"and %1 more: murmur clocks\n"_s
                   .arg(grouped(static_cast<std::int64_t>(known.size() - kShown)))
                   .toStdString();
    return out;
}

int run(const Options& options)
{
    if (options.clocks && options.json)
        return wrongUse(
            u"--clocks adds to the page; as JSON they come from murmur clocks --json."_s);
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    const auto info = await((*session)->info());
    if (!info)
        return failed(info.error());
    StandardOutput output;
    const std::int64_t withheld = withheldIn(**session, *info);
    const QString end = endOf(**session, *info);
    output.write(options.json
                     ? jsonLine(*info, withheld, end, labelsOf(options.session.files).front())
                     : pageOf(*info, withheld, end));
    if (options.clocks) {
        const auto source = (*session)->source();
        const auto clocks = workWith<ClocksPtr>([&](const StepProgress& show, const auto& stop) {
            return clocksOf(
                *source,
                [&](std::int64_t done, std::int64_t all) {
                    show(u"comparing clocks"_s, done, all);
                },
                stop);
        });
        if (!clocks)
            return failed(clocks.error());
        output.write(clocksText(**clocks, *(*session)->dictionaries()));
    }
    const int written = output.finish();
    return code != kDone ? code : written;
}

} // namespace

void addInfo(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files,
                   "Recordings to look at; several are shown as one session")
        ->required();
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.add_flag("--clocks", options->clocks,
                 "Also the agents' clocks that are most wrong; reads all headers");
    app.footer("\nExample: murmur info night.murmur --json");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
