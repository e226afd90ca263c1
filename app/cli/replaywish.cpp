// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replaywish.h"

#include "await.h"
#include "bus/endpoint.h"
#include "validators.h"

#include <CLI/CLI.hpp>

#include <QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

QString asText(const std::string& text)
{
    return QString::fromStdString(text);
}

QStringList asTexts(const std::vector<std::string>& texts)
{
    QStringList list;
    for (const std::string& text : texts)
        list << asText(text);
    return list;
}

/// Shows each thing that a job keeps, with its name.
template<typename Wish, typename Visit>
void visitWish(Wish& wish, Visit visit)
{
    visit("speed", wish.speed);
    visit("rate", wish.rate);
    visit("fast", wish.isFast);
    visit("step", wish.isStep);
    visit("catch_up", wish.catchesUp);
    visit("skip_idle", wish.skipIdle);
    visit("delay", wish.delay);
    visit("repeat", wish.repeats);
    visit("repeat_gap", wish.repeatGap);
    visit("where", wish.where);
    visit("from", wish.from);
    visit("until", wish.until);
    visit("agent", wish.agents);
    visit("seq", wish.seqs);
    visit("map", wish.maps);
    visit("prefix", wish.prefix);
    visit("ids", wish.ids);
    visit("times", wish.times);
    visit("set", wish.sets);
    visit("strip", wish.strips);
    visit("retain", wish.retains);
    visit("tombstones", wish.tombstones);
    visit("original_stamps", wish.originalStamps);
    visit("bus_headers", wish.busHeaders);
    visit("no_replies", wish.noReplies);
    visit("answers_for", wish.answersFor);
    visit("toxic", wish.toxic);
    visit("max_rate", wish.maxRate);
    visit("max_messages", wish.maxMessages);
}

QJsonValue jsonOf(double value)
{
    return value;
}
QJsonValue jsonOf(bool value)
{
    return value;
}
QJsonValue jsonOf(int value)
{
    return value;
}
QJsonValue jsonOf(std::int64_t value)
{
    return static_cast<qint64>(value);
}
QJsonValue jsonOf(const std::string& value)
{
    return asText(value);
}
QJsonValue jsonOf(const std::vector<std::string>& value)
{
    return QJsonArray::fromStringList(asTexts(value));
}

void read(const QJsonValue& json, double& value)
{
    value = json.toDouble();
}
void read(const QJsonValue& json, bool& value)
{
    value = json.toBool();
}
void read(const QJsonValue& json, int& value)
{
    value = json.toInt();
}
void read(const QJsonValue& json, std::int64_t& value)
{
    value = json.toInteger();
}
void read(const QJsonValue& json, std::string& value)
{
    value = json.toString().toStdString();
}
void read(const QJsonValue& json, std::vector<std::string>& value)
{
    value.clear();
    for (const QJsonValue& one : json.toArray())
        value.push_back(one.toString().toStdString());
}

Status readDuration(const char* option, const std::string& text, nanoseconds& to)
{
    if (text.empty())
        return Done{};
    const auto read = durationFromText(asText(text));
    if (!read || read->count() < 0)
        return Error{ErrorCode::WrongUse,
                     u"%1 takes a time, for example 2s or 250ms; \"%2\" is none."_s.arg(
                         QLatin1StringView(option), asText(text))};
    to = *read;
    return Done{};
}

QString quotedWord(QString text)
{
    return u'"' + text.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"';
}

/// Filter, agents and times as one expression: times and names are looked up in the overview.
Result<FilterPtr> filterOf(const ReplayWish& wish, TimeRange session, TimeRange time)
{
    const QString where = asText(wish.where);
    if (const auto alone = parseFilter(where, session); !alone)
        return Error{alone.error().code,
                     u"The expression cannot be read: %1"_s.arg(alone.error().message)};
    QStringList parts;
    if (!where.trimmed().isEmpty())
        parts << u'(' + where + u')';
    QStringList agents;
    for (const std::string& agent : wish.agents)
        agents << quotedWord(asText(agent));
    if (!agents.isEmpty())
        parts << u"from in ["_s + agents.join(u", "_s) + u']';
    if (time.begin != TimePoint::min() || time.end != TimePoint::max())
        parts << u"time in %1..%2"_s.arg(
            time.begin == TimePoint::min() ? QString() : isoTime(time.begin),
            time.end == TimePoint::max() ? QString() : isoTime(time.end));
    return parseFilter(parts.join(u" and "_s), session);
}

/// "5", "10..20", "north:8", divided by commas. `isPicked`: each of them by itself.
Status readSeqs(const ReplayWish& wish, Session& session, ReplaySelection& selection,
                bool& isPicked)
{
    isPicked = !wish.seqs.empty();
    for (const std::string& text : wish.seqs) {
        for (const QString& part : asText(text).split(u',', Qt::SkipEmptyParts)) {
            const QStringList ends = part.trimmed().split(u".."_s);
            if (ends.size() > 2)
                return Error{ErrorCode::WrongUse,
                             u"--seq takes numbers and stretches, for example 5,10..20."_s};
            const auto first = await(session.seqNamed(ends.first()));
            if (!first)
                return first.error();
            const auto last = ends.size() == 2 ? await(session.seqNamed(ends.last())) : first;
            if (!last)
                return last.error();
            if (*last < *first)
                return Error{
                    ErrorCode::WrongUse,
                    u"--seq %1 ends before it begins; write the smaller number first."_s.arg(
                        part.trimmed())};
            isPicked = isPicked && ends.size() == 1;
            selection.seqs.emplace_back(*first, std::max(*first, *last));
        }
    }
    return Done{};
}

Status readPace(const ReplayWish& wish, ReplayOptions& options)
{
    ReplayPace& pace = options.player.pace;
    if ((wish.rate > 0) + wish.isFast + wish.isStep + wish.isReplyDriven > 1)
        return Error{ErrorCode::WrongUse,
                     u"Choose one of --rate, --fast, --step and --reply-driven."_s};
    pace.speed = wish.speed;
    pace.rate = wish.rate;
    pace.catchesUp = wish.catchesUp;
    if (wish.rate > 0)
        pace.mode = ReplayPace::Mode::Rate;
    else if (wish.isFast)
        pace.mode = ReplayPace::Mode::Fast;
    else if (wish.isStep || wish.isReplyDriven)
        pace.mode = ReplayPace::Mode::Step;
    options.repeats = wish.repeats;
    for (const Status& status :
         {readDuration("--skip-idle", wish.skipIdle, pace.longestIdle),
          readDuration("--delay", wish.delay, pace.delay),
          readDuration("--repeat-gap", wish.repeatGap, options.repeatGap),
          readDuration("--answers-for", wish.answersFor, options.player.answersFor)}) {
        if (!status)
            return status;
    }
    return pace.check();
}

Status readChanges(const ReplayWish& wish, const QString& prefix, ReplayChanges& changes)
{
    auto remap = Remap::fromTexts(asTexts(wish.maps), prefix);
    if (!remap)
        return remap.error();
    changes.remap = std::move(*remap);
    changes.renewsIds = wish.ids == "fresh";
    for (const std::string& text : wish.sets) {
        auto edit = fieldEditFromText(asText(text));
        if (!edit)
            return edit.error();
        changes.edits.push_back(std::move(*edit));
    }
    TrapChoices& traps = changes.traps;
    traps.retains = wish.retains;
    traps.tombstones = wish.tombstones;
    traps.originalStamps = wish.originalStamps;
    traps.busHeaders = wish.busHeaders;
    traps.asksAgain = !wish.noReplies;
    traps.strip = asTexts(wish.strips);
    for (const std::string& text : wish.headers) {
        const std::size_t cut = text.find('=');
        if (cut == std::string::npos || cut == 0)
            return Error{ErrorCode::WrongUse,
                         u"\"%1\" is no header; write it like name=value."_s.arg(asText(text))};
        traps.add.emplace_back(text.substr(0, cut), text.substr(cut + 1));
    }
    return Done{};
}

Status readSelection(const ReplayWish& wish, Session& session, ReplayOptions& options)
{
    const TimeRange whole = session.seen().time;
    ReplaySelection& selection = options.selection;
    for (const auto& [text, moment] : {std::pair{&wish.from, &selection.time.begin},
                                       std::pair{&wish.until, &selection.time.end}}) {
        if (text->empty())
            continue;
        const auto time = timeFromText(asText(*text), whole);
        if (!time)
            return time.error();
        *moment = *time;
    }
    auto filter = filterOf(wish, whole, selection.time);
    if (!filter)
        return filter.error();
    selection.filter = std::move(*filter);
    auto read = readSeqs(wish, session, selection, options.changes.isPicked);
    options.changes.isAlone =
        options.changes.isPicked && selection.seqs.size() == 1 && wish.repeats == 1;
    return read;
}

} // namespace

QJsonObject wishToJson(const ReplayWish& wish)
{
    QJsonObject json;
    const ReplayWish usual;
    QJsonObject usually;
    visitWish(usual, [&](const char* name, const auto& value) {
        usually.insert(QLatin1StringView(name), jsonOf(value));
    });
    visitWish(wish, [&](const char* name, const auto& value) {
        if (const QJsonValue kept = jsonOf(value); kept != usually[QLatin1StringView(name)])
            json.insert(QLatin1StringView(name), kept);
    });
    json.insert(u"to"_s, asText(wish.to));
    // Values of headers may be secrets.
    return json;
}

void takeWish(const QJsonObject& json, ReplayWish& wish)
{
    visitWish(wish, [&](const char* name, auto& value) {
        if (const QJsonValue kept = json[QLatin1StringView(name)]; !kept.isUndefined())
            read(kept, value);
    });
    if (wish.to.empty())
        wish.to = json[u"to"].toString().toStdString();
}

Result<ReadWish> readWish(const ReplayWish& wish, Session& session)
{
    ReadWish read;
    Attaching attaching;
    if (auto added = addUrls({wish.to}, attaching); !added)
        return added.error();
    if (attaching.urls.size() != 1)
        return Error{ErrorCode::WrongUse, u"--to names one bus, not several."_s};
    read.target = attaching.urls.front();
    if (auto secrets = readSecrets(wish.secrets, attaching.options); !secrets)
        return secrets.error();
    read.connection = attaching.options;
    QString prefix = asText(wish.prefix);
    const auto sources = replaySources(*session.dictionaries());
    const bool isSource =
        std::ranges::any_of(sources, [&](const QUrl& url) { return isSameBus(url, read.target); });
    if (isSource && prefix.isEmpty() && wish.maps.empty() && wish.confirm.empty())
        prefix = read.usedPrefix = usualReplayPrefix(read.target.scheme());
    for (const Status& status :
         {readPace(wish, read.options), readChanges(wish, prefix, read.options.changes),
          readSelection(wish, session, read.options)}) {
        if (!status)
            return status.error();
    }
    const ReplayTimes times = wish.times == "now"     ? ReplayTimes::Now
                              : wish.times == "shift" ? ReplayTimes::Shift
                                                      : ReplayTimes::Keep;
    read.options.changes.times = read.options.player.times = times;
    read.options.player.tellsOutcomes = wish.json || wish.isReplyDriven;
    read.guards.target = read.target;
    read.guards.environment = environmentOf(read.target);
    read.guards.typedHost = asText(wish.confirm);
    read.guards.toxic += asTexts(wish.toxic);
    read.options.player.caps = Caps::of(read.guards.environment, wish.maxRate, wish.maxMessages);
    return read;
}

void addReplayOptions(CLI::App& app, ReplayWish& wish)
{
    app.add_option("FILE", wish.session.files, "Recordings; several are one session")->required();
    app.add_option("--to", wish.to, "The bus to send to: one URL");
    app.add_flag("--arm", wish.isArmed, "Really send; without it nothing is");
    app.add_flag("--dry-run", wish.isDryRun, "Say what would be sent, and open no connection");

    const auto when = [&](auto* option) { option->group("When"); };
    when(app.add_option("--speed", wish.speed, "0.01 to 100; 1 is as recorded"));
    when(app.add_option("--rate", wish.rate, "So many messages a second, whatever was recorded")
             ->check(CLI::Range(0.001, 1e6)));
    when(app.add_flag("--fast", wish.isFast, "As fast as the bus takes them"));
    when(app.add_flag("--step", wish.isStep, "One message for each Enter"));
    when(app.add_option("--skip-idle", wish.skipIdle, "Make longer silences as short as this"));
    when(app.add_option("--delay", wish.delay, "Wait before the first message"));
    when(app.add_option("--repeat", wish.repeats, "Send the whole so often")
             ->check(CLI::Range(1, 1'000'000)));
    when(app.add_option("--repeat-gap", wish.repeatGap, "Between two rounds"));
    when(app.add_flag("--catch-up", wish.catchesUp,
                      "Send what is late at once, instead of all behind it later"));

    const auto which = [&](auto* option) { option->group("Which"); };
    which(app.add_option("--where", wish.where, "Only messages that match this expression"));
    which(app.add_option("--from", wish.from, "From this moment on"));
    which(app.add_option("--until", wish.until, "Up to this moment"));
    which(app.add_option("--agent", wish.agents, "Only what this agent sent; may be repeated")
              ->allow_extra_args(false));
    which(app.add_option("--seq", wish.seqs, "Only these, for example 5,10..20")
              ->allow_extra_args(false));

    const auto changed = [&](auto* option) { option->group("Changed"); };
    changed(app.add_option("--map", wish.maps,
                           "To another topic: 'a.*=replay.a.$1', '~regex=text', or @FILE with "
                           "such lines; the first that fits; may be repeated")
                ->allow_extra_args(false));
    changed(app.add_option("--prefix", wish.prefix,
                           "Put this before all topics (onto the bus that was recorded: replay. "
                           "unless mapped)"));
    changed(app.add_option("--ids", wish.ids, "keep, or fresh: each id another, everywhere")
                ->check(CLI::IsMember({"keep", "fresh"})));
    changed(
        app.add_option("--times", wish.times, "What senders say of their time: keep, now, or shift")
            ->check(CLI::IsMember({"keep", "now", "shift"})));
    changed(app.add_option("--set", wish.sets, "Set a field: payload.task.id=8813")
                ->allow_extra_args(false));
    changed(app.add_option("--header", wish.headers, "Add a header: name=value")
                ->allow_extra_args(false));
    changed(app.add_option("--strip", wish.strips, "Leave headers out, by name with * and ?")
                ->allow_extra_args(false));
    changed(app.add_flag("--retain", wish.retains, "MQTT: write retained state again"));
    changed(app.add_flag("--tombstones", wish.tombstones, "Kafka: delete keys again"));
    changed(app.add_flag("--original-stamps", wish.originalStamps,
                         "Kafka: records have the recorded time, not now"));
    changed(app.add_flag("--bus-headers", wish.busHeaders,
                         "NATS: send Nats-Msg-Id, Nats-Rollup and the like along"));
    changed(app.add_flag("--no-replies", wish.noReplies, "Ask for no answers to requests"));
    changed(app.add_option("--answers-for", wish.answersFor,
                           "Wait so long for answers after the last message (default: 2s)"));

    const auto guarded = [&](auto* option) { option->group("Guards"); };
    guarded(app.add_option("--confirm", wish.confirm,
                           "The host name of the target: yes, to the very topics that were "
                           "recorded there"));
    guarded(app.add_option("--toxic", wish.toxic,
                           "Never send what has this type or topic, beside the usual ones")
                ->allow_extra_args(false));
    guarded(app.add_option("--max-rate", wish.maxRate, "At most so many a second")
                ->check(CLI::Range(0.001, 1e6)));
    guarded(app.add_option("--max-messages", wish.maxMessages, "At most so many in all")
                ->check(positiveWhole()));

    const auto tested = [&](auto* option) { option->group("Agent under test"); };
    tested(app.add_option("--under-test", wish.underTest,
                          "Send what this agent was told, and compare what it says with what it "
                          "said; exit code 1 where it differs"));
    tested(app.add_flag("--reply-driven", wish.isReplyDriven,
                        "The next input once it has said what it had said before that one"));
    tested(app.add_option("--ignore", wish.ignores,
                          "Do not compare these places of the payload: '/stats/*'")
               ->allow_extra_args(false));
    tested(app.add_option("--slower", wish.slowerTimes,
                          "An answer that takes so many times as long is a difference (default: "
                          "3; 0: never)"));
    tested(app.add_option("--observe", wish.observe,
                          "Where it is heard, when that is not where it is sent to"));
    tested(app.add_option("--record", wish.record, "Keep what was heard in this file"));
    tested(app.add_option("--junit", wish.junit, "Write the result as JUnit XML into this file"));

    const auto job = [&](auto* option) { option->group("Job"); };
    job(app.add_option("--resume", wish.job,
                       "Go on with a replay that did not finish: its id, or the last one")
            ->expected(0, 1));
    job(app.add_flag("--jobs", wish.listsJobs, "List the replays that were made of a recording"));
    app.add_option("--token-file", wish.secrets.token, "File whose first line is the bus's token");
    app.add_option("--password-file", wish.secrets.password,
                   "File whose first line is the password of the URL's user");
    app.add_option("--key-password-file", wish.secrets.keyPassword,
                   "File whose first line opens the key of the client certificate");
    addSessionOptions(app, wish.session);
    app.add_flag("--json", wish.json, "One JSON object for each message, and one at the end");
}

} // namespace murmur::cli
