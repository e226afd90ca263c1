// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/replaywish.h"

#include "bus/endpoint.h"
#include "replay/injection.h"

#include <QHash>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

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
    visit("paused", wish.startsPaused);
    visit("pause_at", wish.pauseAt);
    visit("burst", wish.burst);
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
    visit("max_bytes", wish.maxBytes);
    visit("max_time", wish.maxTime);
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
Status readSeqs(const ReplayWish& wish, const ReplayScene& scene, ReplaySelection& selection,
                bool& isPicked)
{
    isPicked = !wish.seqs.empty();
    for (const std::string& text : wish.seqs) {
        for (const QString& part : asText(text).split(u',', Qt::SkipEmptyParts)) {
            const QStringList ends = part.trimmed().split(u".."_s);
            if (ends.size() > 2)
                return Error{ErrorCode::WrongUse,
                             u"--seq takes numbers and stretches, for example 5,10..20."_s};
            const auto first = scene.seqNamed(ends.first());
            if (!first)
                return first.error();
            const auto last = ends.size() == 2 ? scene.seqNamed(ends.last()) : first;
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
    for (const double rate : {wish.rate, wish.maxRate}) {
        if (!(rate >= 0) || rate > 1e6)
            return Error{ErrorCode::WrongUse,
                         u"A rate is in messages a second, above 0 and up to 1,000,000."_s};
    }
    if (wish.maxMessages < 0 || wish.maxBytes < 0)
        return Error{ErrorCode::WrongUse, u"A limit is a whole number above 0."_s};
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
    options.player.startsPaused = wish.startsPaused;
    options.player.mostBytes = wish.maxBytes;
    for (const Status& status :
         {readDuration("--skip-idle", wish.skipIdle, pace.longestIdle),
          readDuration("--delay", wish.delay, pace.delay),
          readDuration("--repeat-gap", wish.repeatGap, options.repeatGap),
          readDuration("--max-time", wish.maxTime, options.player.longest),
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

Status readSelection(const ReplayWish& wish, const ReplayScene& scene, ReplayOptions& options)
{
    const TimeRange whole = scene.time;
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
    auto pauseAt = parseFilter(asText(wish.pauseAt), whole);
    if (!pauseAt)
        return Error{pauseAt.error().code,
                     u"What it pauses at cannot be read: %1"_s.arg(pauseAt.error().message)};
    selection.pauseAt = std::move(*pauseAt);
    auto read = readSeqs(wish, scene, selection, options.changes.isPicked);
    options.changes.isAlone =
        options.changes.isPicked && selection.seqs.size() == 1 && wish.repeats == 1;
    return read;
}

} // namespace

Result<ReplayPace> paceOf(const ReplayWish& wish)
{
    ReplayOptions options;
    if (auto read = readPace(wish, options); !read)
        return read.error();
    return options.player.pace;
}

void takePace(const ReplayWish& from, ReplayWish& wish)
{
    wish.speed = from.speed;
    wish.rate = from.rate;
    wish.isFast = from.isFast;
    wish.isStep = from.isStep;
    wish.skipIdle = from.skipIdle;
    wish.catchesUp = from.catchesUp;
    wish.burst = from.burst;
}

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

QString changedSelection(const QJsonObject& json, const ReplayWish& wish)
{
    const ReplayWish usual;
    for (const auto& [name, said, unsaid] :
         {std::tuple{"where"_L1, jsonOf(wish.where), jsonOf(usual.where)},
          {"from"_L1, jsonOf(wish.from), jsonOf(usual.from)},
          {"until"_L1, jsonOf(wish.until), jsonOf(usual.until)},
          {"agent"_L1, jsonOf(wish.agents), jsonOf(usual.agents)},
          {"seq"_L1, jsonOf(wish.seqs), jsonOf(usual.seqs)}}) {
        if (said != unsaid && said != json[name])
            return u"--"_s + name;
    }
    return {};
}

Result<ReadWish> readWish(const ReplayWish& wish, const QUrl& target, const ReplayScene& scene)
{
    ReadWish read;
    read.target = target;
    QString prefix = asText(wish.prefix);
    const auto sources = replaySources(*scene.names);
    const bool isSource =
        std::ranges::any_of(sources, [&](const QUrl& url) { return mayBeSameBus(url, target); });
    if (isSource && prefix.isEmpty() && wish.maps.empty() && wish.confirm.empty())
        prefix = read.usedPrefix = usualReplayPrefix(target.scheme());
    for (const Status& status :
         {readPace(wish, read.options), readChanges(wish, prefix, read.options.changes),
          readSelection(wish, scene, read.options)}) {
        if (!status)
            return status.error();
    }
    const ReplayTimes times = wish.times == "now"     ? ReplayTimes::Now
                              : wish.times == "shift" ? ReplayTimes::Shift
                                                      : ReplayTimes::Keep;
    read.options.changes.times = read.options.player.times = times;
    read.guards.target = target;
    read.guards.environment = environmentOf(target);
    read.guards.typedHost = asText(wish.confirm);
    read.guards.toxic += asTexts(wish.toxic);
    read.options.player.caps = Caps::of(read.guards.environment, wish.maxRate, wish.maxMessages);
    return read;
}

QString replayCommand(const ReplayWish& wish, const QStringList& files)
{
    QStringList words{u"murmur"_s, u"replay"_s};
    for (const QString& file : files)
        words << shellWord(file);
    const QUrl target(asText(wish.to));
    words << u"--to"_s << shellWord(target.isValid() ? shownUrl(target) : asText(wish.to));
    const ReplayWish usual;
    QHash<QString, QJsonValue> usually;
    visitWish(usual, [&](const char* name, const auto& value) {
        usually.insert(QLatin1StringView(name), jsonOf(value));
    });
    visitWish(wish, [&](const char* name, const auto& value) {
        const QJsonValue said = jsonOf(value);
        if (said == usually[QLatin1StringView(name)])
            return;
        const QString option = u"--"_s + QString::fromLatin1(name).replace(u'_', u'-');
        const QJsonArray all = said.isArray() ? said.toArray() : QJsonArray{said};
        for (const QJsonValue& one : all) {
            words << option;
            if (!one.isBool())
                words << shellWord(one.isDouble() ? QString::number(one.toDouble(), 'g', 10)
                                                  : one.toString());
        }
    });
    for (const std::string& header : wish.headers)
        words << u"--header"_s << shellWord(asText(header));
    if (!wish.confirm.empty())
        words << u"--confirm"_s << shellWord(asText(wish.confirm));
    return words.join(u' ');
}

} // namespace murmur
