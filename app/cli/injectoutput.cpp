// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "injectoutput.h"

#include "bus/writepermission.h"
#include "replay/answerdiff.h"

#include <QStringDecoder>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr qsizetype kMostShown = 4'000;

std::string_view viewOfBytes(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

QString shownPayload(const QByteArray& payload)
{
    if (!isUtf8(viewOfBytes(payload)))
        return u"%1 of bytes"_s.arg(bytesText(payload.size()));
    const QString text = printable(QString::fromUtf8(payload.left(kMostShown)));
    return payload.size() > kMostShown ? text + u"…"_s : text;
}

QString markWord(MarkPlace place)
{
    switch (place) {
    case MarkPlace::Headers:
        return u"headers"_s;
    case MarkPlace::Payload:
        return u"payload"_s;
    case MarkPlace::Nowhere:
        break;
    }
    return {};
}

void writeHeaders(JsonWriter& json, const HeaderList& headers)
{
    json.key("headers");
    json.beginObject();
    for (const auto& [name, value] : headers) {
        json.key(name);
        json.text(value);
    }
    json.endObject();
}

void writePayload(JsonWriter& json, const QByteArray& payload)
{
    json.key("payload");
    if (isUtf8(viewOfBytes(payload))) {
        json.text(viewOfBytes(payload));
        return;
    }
    json.text(viewOfBytes(payload.toBase64()));
    json.key("payload_encoding");
    json.text(std::string_view("base64"));
}

void writeMilliseconds(JsonWriter& json, nanoseconds latency)
{
    json.key("latency_ms");
    json.raw(QByteArray::number(double(latency.count()) / 1e6, 'f', 3).toStdString());
}

QString differenceLine(const AnswerDifference& difference)
{
    const QString path = difference.path.isEmpty() ? u"(the whole)"_s : difference.path;
    const auto shown = [](const QString& value) {
        return value.isEmpty() ? u"(not there)"_s : printable(value.left(200));
    };
    return u"  %1: %2 → %3%4\n"_s.arg(path, shown(difference.recorded), shown(difference.received),
                                      difference.isVolatile ? u"  (differs each time)"_s
                                                            : QString());
}

QString whenText(const InjectionStep& step)
{
    QString text = step.isAfterReply ? u", after the reply"_s : QString();
    if (step.pause > nanoseconds(0))
        text += u", after a pause of "_s + durationText(step.pause);
    return text;
}

} // namespace

std::string dryText(const InjectionRun& run, const PreparedInjection& ready)
{
    const OutgoingMessage& message = ready.message;
    QString out = u"to       %1 (%2)\ntopic    %3\n"_s.arg(
        shownUrl(run.draft.target),
        environmentName(run.environment.value_or(Environment::Production)),
        printable(QString::fromUtf8(message.topic)));
    for (const auto& [name, value] : message.headers)
        out += u"header   %1: %2\n"_s.arg(printable(QString::fromStdString(name)),
                                          printable(QString::fromStdString(value)));
    if (!message.key.isNull())
        out += u"key      %1\n"_s.arg(shownPayload(message.key));
    if (!message.correlation.isEmpty())
        out += u"correlation %1\n"_s.arg(shownPayload(message.correlation));
    if (message.retain)
        out += u"retain   yes\n"_s;
    out += u"payload  %1\n"_s.arg(message.isTombstone ? u"none: the key is deleted"_s
                                                      : shownPayload(message.raw));
    if (run.sequence.empty()) {
        out += u"times    %1"_s.arg(grouped(run.draft.repeat));
        if (run.draft.repeat > 1)
            out += u", %1 a second"_s.arg(run.draft.rate);
        out += u'\n';
    } else {
        out += u"number   %1 of %2%3\n"_s.arg(message.number)
                   .arg(run.sequence.size())
                   .arg(whenText(run.sequence[message.number - 1]));
    }
    if (ready.mark == MarkPlace::Nowhere)
        out += u"mark     none. %1\n"_s.arg(markSentence(ready.mark));
    else
        out += u"mark     in the %1\n"_s.arg(markWord(ready.mark));
    return out.toStdString();
}

std::string dryJson(const InjectionRun& run, const PreparedInjection& ready)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("event");
    json.text(std::string_view("would-send"));
    json.key("to");
    json.text(shownUrl(run.draft.target));
    json.key("environment");
    json.text(environmentName(run.environment.value_or(Environment::Production)));
    json.key("topic");
    json.text(viewOfBytes(ready.message.topic));
    writeHeaders(json, ready.message.headers);
    writePayload(json, ready.message.raw);
    json.key("times");
    json.number(run.sequence.empty() ? run.draft.repeat : 1);
    if (!run.sequence.empty()) {
        json.key("number");
        json.number(static_cast<std::int64_t>(ready.message.number));
    }
    json.key("mark");
    json.textOrNull(markWord(ready.mark));
    json.endObject();
    return out + '\n';
}

std::string eventText(const InjectionEvent& event, const InjectionOrigin& origin)
{
    const QString topic = printable(QString::fromUtf8(
        event.is == InjectionEvent::Is::Answered ? event.answer.topic : event.message.topic));
    switch (event.is) {
    case InjectionEvent::Is::Sent: {
        QString line = u"sent %1 on %2"_s.arg(event.number).arg(topic);
        if (event.receivers == 0)
            line += u": nobody got it"_s;
        else if (event.receivers > 0)
            line += u": %1 got it"_s.arg(grouped(event.receivers));
        return (line + u'\n').toStdString();
    }
    case InjectionEvent::Is::Failed:
        return u"failed %1: %2\n"_s.arg(event.number).arg(printable(event.sentence)).toStdString();
    case InjectionEvent::Is::Answered:
        break;
    }
    QString out = u"answer to %1 after %2: %3\n"_s.arg(event.number)
                      .arg(durationText(event.latency), shownPayload(event.answer.raw));
    if (!origin.answer.isNull()) {
        const auto differences = answerDifferences(origin.answer, event.answer.raw);
        const auto real = std::ranges::count(differences, false, &AnswerDifference::isVolatile);
        out += real == 0 ? u"as recorded"_s : u"%1 differences to the recorded answer"_s.arg(real);
        if (origin.answerLatency >= nanoseconds(0))
            out += u", which came after %1"_s.arg(durationText(origin.answerLatency));
        out += u":\n"_s;
        for (const AnswerDifference& difference : differences)
            out += differenceLine(difference);
    }
    return out.toStdString();
}

std::string eventJson(const InjectionEvent& event, const InjectionOrigin& origin)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("event");
    constexpr std::string_view kNames[] = {"sent", "failed", "answered"};
    json.text(kNames[static_cast<std::size_t>(event.is)]);
    json.key("number");
    json.number(static_cast<std::int64_t>(event.number));
    json.key("topic");
    json.text(viewOfBytes(event.is == InjectionEvent::Is::Answered ? event.answer.topic
                                                                   : event.message.topic));
    if (event.is == InjectionEvent::Is::Sent) {
        json.key("receivers");
        if (event.receivers >= 0)
            json.number(event.receivers);
        else
            json.null();
    } else if (event.is == InjectionEvent::Is::Failed) {
        json.key("reason");
        json.text(event.sentence);
    } else {
        writeMilliseconds(json, event.latency);
        writeHeaders(json, event.answer.headers);
        writePayload(json, event.answer.raw);
        if (!origin.answer.isNull()) {
            json.key("differences");
            json.beginArray();
            for (const AnswerDifference& difference :
                 answerDifferences(origin.answer, event.answer.raw)) {
                json.beginObject();
                json.key("path");
                json.text(difference.path);
                json.key("recorded");
                json.textOrNull(difference.recorded);
                json.key("received");
                json.textOrNull(difference.received);
                json.key("volatile");
                json.boolean(difference.isVolatile);
                json.endObject();
            }
            json.endArray();
        }
    }
    json.endObject();
    return out + '\n';
}

std::string endText(const InjectionReport& ended)
{
    QString line = u"%1 sent, %2 failed"_s.arg(grouped(ended.sent), grouped(ended.failed));
    if (ended.answered > 0)
        line += u", %1 answered"_s.arg(grouped(ended.answered));
    line += u". Mark: %1.\n"_s.arg(ended.id);
    if (ended.sent > 0 && ended.mark == MarkPlace::Nowhere)
        line += markSentence(ended.mark) + u'\n';
    return line.toStdString();
}

std::string endJson(const InjectionReport& ended)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("event");
    json.text(std::string_view("ended"));
    json.key("sent");
    json.number(ended.sent);
    json.key("failed");
    json.number(ended.failed);
    json.key("answered");
    json.number(ended.answered);
    json.key("mark");
    json.textOrNull(markWord(ended.mark));
    json.key("id");
    json.text(ended.id);
    json.key("reason");
    json.textOrNull(ended.sentence);
    json.endObject();
    return out + '\n';
}

Status mayBeSent(const InjectionRun& run)
{
    return mayWrite(run.draft.target);
}

} // namespace murmur::cli
