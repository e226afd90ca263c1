// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replaytext.h"

#include "output.h"
#include "replayarguments.h"

#include <QJsonDocument>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr std::size_t kMostTopics = 20;
constexpr const char* kMarkNames[] = {"headers", "payload", "nowhere"};

using TopicCount = std::pair<QByteArray, std::int64_t>;

std::vector<TopicCount> byCount(const ReplayTally& tally)
{
    std::vector<TopicCount> topics(tally.topics.begin(), tally.topics.end());
    std::ranges::stable_sort(topics, std::ranges::greater(), &TopicCount::second);
    return topics;
}

QString countOf(std::int64_t count, const QString& one, const QString& many)
{
    return count == 1 ? u"1 "_s + one : grouped(count) + u' ' + many;
}

QString refusedText(const ReplayTally& tally)
{
    QString text;
    for (const ReplayTally::Refused& one : tally.refused)
        text += u"  %1  %2 (first: %3)\n    %4\n"_s.arg(grouped(one.count), one.name)
                    .arg(one.first)
                    .arg(printable(one.sentence));
    return text;
}

QString markText(const ReplayTally& tally)
{
    QStringList parts;
    if (tally.marks[0] > 0)
        parts << u"%1 in headers"_s.arg(grouped(tally.marks[0]));
    if (tally.marks[1] > 0)
        parts << u"%1 in the payload"_s.arg(grouped(tally.marks[1]));
    if (tally.marks[2] > 0)
        parts << u"%1 not at all: no headers go there, and into the payload none fits"_s.arg(
            grouped(tally.marks[2]));
    return parts.join(u", "_s);
}

void appendTally(JsonWriter& json, const ReplayTally& tally)
{
    json.key("stripped");
    json.beginObject();
    for (const auto& [name, count] : tally.stripped) {
        json.key(name.toStdString());
        json.number(count);
    }
    json.endObject();
    json.key("refused");
    json.beginArray();
    for (const ReplayTally::Refused& one : tally.refused) {
        json.beginObject();
        json.key("guard");
        json.text(one.name);
        json.key("count");
        json.number(one.count);
        json.key("first");
        json.number(one.first);
        json.key("why");
        json.text(one.sentence);
        json.endObject();
    }
    json.endArray();
    json.key("marked");
    json.beginObject();
    for (std::size_t i = 0; i < 3; ++i) {
        json.key(kMarkNames[i]);
        json.number(tally.marks[i]);
    }
    json.endObject();
}

void appendNumber(JsonWriter& json, const char* key, std::int64_t value)
{
    json.key(key);
    json.number(value);
}

void appendTime(JsonWriter& json, const char* key, std::int64_t ns)
{
    json.key(key);
    if (ns == kNoTime)
        json.null();
    else
        json.text(isoTimeUtf8(ns));
}

} // namespace

std::string forecastText(const ReplayForecast& forecast, const ReadWish& wish)
{
    const ReplayTally& tally = forecast.tally;
    const std::int64_t all = tally.messages;
    QString text = u"%1, %2, to %3"_s.arg(countOf(all, u"message"_s, u"messages"_s),
                                          bytesText(tally.bytes), shownUrl(wish.target));
    if (const QString name = environmentName(wish.guards.environment); !name.isEmpty())
        text += u" (%1)"_s.arg(name);
    if (forecast.duration.count() > 0)
        text += u", in %1, at most %2 a second"_s.arg(durationText(forecast.duration),
                                                      grouped(forecast.peak));
    text += wish.options.repeats > 1
                ? u": %1 rounds, counted together.\n"_s.arg(grouped(wish.options.repeats))
                : u".\n"_s;
    if (!wish.usedPrefix.isEmpty())
        text += u"It was recorded there, so topics begin with \"%1\"; --map, --prefix or --confirm "
                "say otherwise.\n"_s.arg(wish.usedPrefix);
    Table table({{u"topic"_s, false, 60}, {u"messages"_s, true}});
    const auto topics = byCount(tally);
    for (std::size_t i = 0; i < std::min(topics.size(), kMostTopics); ++i)
        table.add({printable(QString::fromUtf8(topics[i].first)), grouped(topics[i].second)});
    std::string out = text.toStdString();
    if (!topics.empty())
        out += '\n' + table.takeText();
    text.clear();
    if (topics.size() > kMostTopics)
        text += u"and %1 other topics\n"_s.arg(
            grouped(static_cast<std::int64_t>(topics.size() - kMostTopics)));
    text += u'\n';
    if (!tally.stripped.empty()) {
        QStringList parts;
        for (const auto& [name, count] : tally.stripped)
            parts << u"%1 (%2)"_s.arg(name, grouped(count));
        text += u"Left behind: %1\n"_s.arg(parts.join(u", "_s));
    }
    if (const QString marks = markText(tally); !marks.isEmpty())
        text += u"Marked: %1\n"_s.arg(marks);
    if (tally.refusals() > 0)
        text += u"Not sent: %1\n"_s.arg(grouped(tally.refusals())) + refusedText(tally);
    if (forecast.capped > 0)
        text += u"Beyond the limit of this bus: %1 of them\n"_s.arg(grouped(forecast.capped));
    if (forecast.clamped > 0)
        text +=
            u"Sent in another place than their time says: %1\n"_s.arg(grouped(forecast.clamped));
    if (tally.unedited > 0)
        text += u"Fields that are not there to be set: in %1\n"_s.arg(grouped(tally.unedited));
    if (tally.added > 0)
        text += u"Fields that were not there and are added: in %1\n"_s.arg(grouped(tally.added));
    if (tally.oldIds > 0)
        text += u"Ids stay the old ones, no JSON: in %1\n"_s.arg(grouped(tally.oldIds));
    if (forecast.unreadable > 0)
        text +=
            u"Cannot be read, their blocks are damaged: %1\n"_s.arg(grouped(forecast.unreadable));
    return out + text.toStdString();
}

std::string forecastJson(const ReplayForecast& forecast, const ReadWish& wish)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("dry_run");
    json.boolean(true);
    json.key("to");
    json.text(shownUrl(wish.target));
    json.key("environment");
    json.text(environmentName(wish.guards.environment));
    json.key("prefix");
    json.textOrNull(wish.options.changes.remap.prefix());
    appendNumber(json, "messages", forecast.tally.messages);
    appendNumber(json, "repeat", wish.options.repeats);
    appendNumber(json, "bytes", forecast.tally.bytes);
    appendNumber(json, "duration_ns", forecast.duration.count());
    appendNumber(json, "peak_per_second", forecast.peak);
    appendNumber(json, "over_limit", forecast.capped);
    appendNumber(json, "out_of_order", forecast.clamped);
    appendNumber(json, "unreadable", forecast.unreadable);
    appendNumber(json, "fields_added", forecast.tally.added);
    appendNumber(json, "fields_not_set", forecast.tally.unedited);
    json.key("topics");
    json.beginObject();
    for (const auto& [topic, count] : forecast.tally.topics) {
        json.key(topic.toStdString());
        json.number(count);
    }
    json.endObject();
    appendTally(json, forecast.tally);
    json.endObject();
    return out + '\n';
}

QString progressText(const ReplayReport& report)
{
    QString text = u"%1: %2 sent"_s.arg(replayStateName(report.state), grouped(report.sent));
    if (report.failed > 0)
        text += u", %1 failed"_s.arg(grouped(report.failed));
    if (report.late > 0)
        text += u", %1 late"_s.arg(grouped(report.late));
    if (report.asked > 0)
        text += u", %1 of %2 answered"_s.arg(grouped(report.answered), grouped(report.asked));
    if (report.time != kNoTime)
        text += u"   recorded at %1"_s.arg(clockTime(fromNs(report.time)));
    return text;
}

std::string reportText(const ReplayReport& report, const ReplayTally& tally, const QString& job)
{
    QString text = u"%1: %2 sent, %3 failed, %4 refused"_s.arg(
        replayStateName(report.state), grouped(report.sent), grouped(report.failed),
        grouped(tally.refusals()));
    if (report.asked > 0)
        text += u", %1 of %2 answered"_s.arg(grouped(report.answered), grouped(report.asked));
    if (report.answered > 0)
        text += u" in %1 (half of them), %2 (99 %)"_s.arg(durationText(report.answerHalf),
                                                          durationText(report.answer99));
    text += u"; replay %1\n"_s.arg(job);
    if (!report.sentence.isEmpty())
        text += report.sentence + u'\n';
    if (report.lateMost.count() > 0)
        text += u"Lateness: half below %1, 99 % below %2, at most %3; %4 by more than %5\n"_s.arg(
            durationText(report.lateHalf), durationText(report.late99),
            durationText(report.lateMost), grouped(report.late), durationText(kReplayLate));
    if (report.behind.count() > 0)
        text += u"What was late moved the rest by %1 in all.\n"_s.arg(durationText(report.behind));
    if (report.unheard > 0)
        text += u"Nobody got %1 of them, says the bus.\n"_s.arg(grouped(report.unheard));
    if (tally.marks[2] > 0)
        text += u"Marked: %1\n"_s.arg(markText(tally));
    text += refusedText(tally);
    for (const auto& [seq, why] : report.failures)
        text += u"  %1 failed: %2\n"_s.arg(seq).arg(printable(why));
    return text.toStdString();
}

std::string reportJson(const ReplayReport& report, const ReplayTally& tally, const QString& job)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("replay");
    json.text(job);
    json.key("state");
    json.text(replayStateName(report.state));
    json.key("why");
    json.textOrNull(report.sentence);
    appendNumber(json, "sent", report.sent);
    appendNumber(json, "failed", report.failed);
    appendNumber(json, "late", report.late);
    appendNumber(json, "late_p50_ns", report.lateHalf.count());
    appendNumber(json, "late_p99_ns", report.late99.count());
    appendNumber(json, "late_max_ns", report.lateMost.count());
    appendNumber(json, "behind_ns", report.behind.count());
    appendNumber(json, "asked", report.asked);
    appendNumber(json, "answered", report.answered);
    appendNumber(json, "answer_p50_ns", report.answerHalf.count());
    appendNumber(json, "answer_p99_ns", report.answer99.count());
    appendNumber(json, "unheard", report.unheard);
    appendNumber(json, "bytes", report.bytes);
    appendNumber(json, "position", static_cast<std::int64_t>(report.position));
    appendTally(json, tally);
    json.endObject();
    return out + '\n';
}

void appendOutcome(std::string& out, const ReplayOutcome& outcome)
{
    JsonWriter json(out);
    json.beginObject();
    appendNumber(json, "seq", outcome.seq);
    json.key("is");
    switch (outcome.is) {
    case ReplayOutcome::Is::Sent:
        json.text(std::string_view("sent"));
        break;
    case ReplayOutcome::Is::Failed:
        json.text(std::string_view("failed"));
        break;
    case ReplayOutcome::Is::Answered:
        json.text(std::string_view("answered"));
        break;
    }
    json.key("topic");
    json.text(std::string_view(outcome.topic.constData(),
                               static_cast<std::size_t>(outcome.topic.size())));
    if (outcome.is == ReplayOutcome::Is::Answered) {
        appendNumber(json, "latency_ns", outcome.latency.count());
        json.key("answer");
        json.text(std::string_view(outcome.answer.constData(),
                                   static_cast<std::size_t>(outcome.answer.size())));
        if (outcome.answeredBy > 0)
            appendNumber(json, "recorded_answer", outcome.answeredBy);
    } else {
        appendNumber(json, "late_ns", outcome.late.count());
        if (outcome.receivers >= 0)
            appendNumber(json, "receivers", outcome.receivers);
        if (!outcome.sentence.isEmpty()) {
            json.key("why");
            json.text(outcome.sentence);
        }
    }
    json.endObject();
    out += '\n';
}

std::string jobsText(const std::vector<ReplayJobRecord>& jobs)
{
    if (jobs.empty())
        return "Nothing was replayed from it yet.\n";
    Table table({{u"id"_s},
                 {u"began"_s},
                 {u"who"_s},
                 {u"to"_s, false, 40},
                 {u"state"_s},
                 {u"settled"_s, true},
                 {u"sent"_s, true},
                 {u"failed"_s, true}});
    for (const ReplayJobRecord& job : jobs)
        table.add(
            {job.id, isoTime(fromNs(job.started)).left(19), printable(job.who),
             printable(job.target), job.state, grouped(static_cast<std::int64_t>(job.position)),
             grouped(job.counts[u"sent"].toInteger()), grouped(job.counts[u"failed"].toInteger())});
    return table.takeText();
}

std::string jobsJson(const std::vector<ReplayJobRecord>& jobs)
{
    std::string out;
    for (const ReplayJobRecord& job : jobs) {
        JsonWriter json(out);
        json.beginObject();
        json.key("replay");
        json.text(job.id);
        appendTime(json, "started", job.started);
        appendTime(json, "ended", job.ended);
        json.key("who");
        json.text(job.who);
        json.key("to");
        json.text(job.target);
        json.key("state");
        json.text(job.state);
        appendNumber(json, "position", static_cast<std::int64_t>(job.position));
        for (const auto& [key, object] :
             {std::pair{"options", &job.options}, std::pair{"counts", &job.counts}}) {
            json.key(key);
            json.raw(QJsonDocument(*object).toJson(QJsonDocument::Compact).toStdString());
        }
        json.endObject();
        out += '\n';
    }
    return out;
}

} // namespace murmur::cli
