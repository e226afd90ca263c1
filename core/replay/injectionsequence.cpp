// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/injectionsequence.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMostSteps = 10'000;
constexpr qint64 kMostSequenceBytes = 64 * 1024 * 1024;
constexpr nanoseconds kLongestPause = std::chrono::hours(24);

Error sequenceFlaw(const QString& sentence)
{
    return {ErrorCode::WrongUse, sentence};
}

/// Text as text, other bytes as base64 under another name.
void putBytes(QJsonObject& json, const QString& name, const QByteArray& bytes)
{
    if (bytes.isValidUtf8())
        json[name] = QString::fromUtf8(bytes);
    else
        json[name + u"_base64"_s] = QString::fromLatin1(bytes.toBase64());
}

/// Null: it is not there. An object or a list is JSON that was written without quotes.
QByteArray takenBytes(const QJsonObject& json, const QString& name)
{
    if (const QJsonValue coded = json[name + u"_base64"_s]; coded.isString())
        return QByteArray::fromBase64(coded.toString().toLatin1());
    const QJsonValue value = json[name];
    QByteArray bytes;
    if (value.isObject())
        bytes = QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact);
    else if (value.isArray())
        bytes = QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact);
    else if (value.isString())
        bytes = value.toString().toUtf8();
    else
        return {};
    return bytes.isNull() ? QByteArray("") : bytes;
}

QString durationWord(nanoseconds length)
{
    return u"%1ms"_s.arg(std::chrono::duration_cast<std::chrono::milliseconds>(length).count());
}

/// What a value of another sort is called in a sentence; empty: it is one of those that are taken.
QString wrongSort(const QJsonObject& json, const QString& name)
{
    const QJsonValue value = json[name];
    if (value.isDouble())
        return u"a number"_s;
    if (value.isBool())
        return value.toBool() ? u"true"_s : u"false"_s;
    return value.isNull() ? u"null"_s : QString();
}

/// Who misspells one learns of it, instead of sending something else.
Status checkMembers(const QJsonObject& json)
{
    static const QStringList kKnown{
        u"topic"_s,  u"payload"_s,      u"payload_base64"_s, u"headers"_s,
        u"key"_s,    u"key_base64"_s,   u"correlation"_s,    u"correlation_base64"_s,
        u"retain"_s, u"binary"_s,       u"tombstone"_s,      u"repeat"_s,
        u"rate"_s,   u"expect_reply"_s, u"pause"_s,          u"after_reply"_s};
    for (auto member = json.begin(); member != json.end(); ++member) {
        if (!kKnown.contains(member.key()))
            return sequenceFlaw(
                u"it has no member “%1”. There are: %2."_s.arg(member.key(), kKnown.join(u", "_s)));
    }
    for (const QString& name : {u"payload"_s, u"key"_s, u"correlation"_s}) {
        if (const QString sort = wrongSort(json, name); !sort.isEmpty())
            return sequenceFlaw(u"“%1” is %2; it takes a text, an object or a list. Write it in "
                                "quotes to send these characters."_s.arg(name, sort));
    }
    for (const QString& name : {u"retain"_s, u"binary"_s, u"tombstone"_s, u"after_reply"_s}) {
        if (const QJsonValue value = json[name]; !value.isUndefined() && !value.isBool())
            return sequenceFlaw(u"“%1” is true or false."_s.arg(name));
    }
    if (const QJsonValue topic = json[u"topic"_s]; !topic.isUndefined() && !topic.isString())
        return sequenceFlaw(u"“topic” is a text."_s);
    if (const QJsonValue all = json[u"headers"_s]; !all.isUndefined() && !all.isArray())
        return sequenceFlaw(u"“headers” takes pairs: [[\"name\", \"value\"]]."_s);
    return Done{};
}

Result<nanoseconds> durationIn(const QJsonObject& json, const QString& name, nanoseconds otherwise)
{
    const QJsonValue value = json[name];
    if (value.isUndefined())
        return otherwise;
    const auto length = durationFromText(value.toString());
    if (!length || *length < nanoseconds(0) || *length > kLongestPause)
        return sequenceFlaw(u"“%1” takes a time up to 24h, for example \"200ms\"."_s.arg(name));
    return *length;
}

Result<InjectionStep> stepFromJson(const QJsonValue& value)
{
    if (!value.isObject())
        return sequenceFlaw(u"it is no object."_s);
    const QJsonObject json = value.toObject();
    if (auto known = checkMembers(json); !known)
        return known.error();
    auto draft = draftFromJson(json);
    if (!draft)
        return draft.error();
    if (draft->repeat != 1)
        return sequenceFlaw(u"it goes out once; write it as often as it is to be sent."_s);
    if (draft->payload.isNull() && !draft->isTombstone)
        return sequenceFlaw(u"it has no “payload”."_s);
    const auto pause = durationIn(json, u"pause"_s, nanoseconds(0));
    if (!pause)
        return pause.error();
    return InjectionStep{std::move(*draft), *pause, json[u"after_reply"_s].toBool()};
}

QByteArray memberText(const nlohmann::ordered_json& json, const char* name)
{
    const auto found = json.find(name);
    return found != json.end() && found->is_string()
               ? QByteArray::fromStdString(found->get<std::string>())
               : QByteArray();
}

} // namespace

QJsonObject draftToJson(const InjectionDraft& draft)
{
    QJsonObject json{{u"topic"_s, QString::fromUtf8(draft.topic)}};
    putBytes(json, u"payload"_s, draft.payload);
    QJsonArray headers;
    for (const auto& [name, value] : draft.headers)
        headers.append(QJsonArray{QString::fromStdString(name), QString::fromStdString(value)});
    if (!headers.isEmpty())
        json[u"headers"_s] = headers;
    if (!draft.key.isNull())
        putBytes(json, u"key"_s, draft.key);
    if (!draft.correlation.isEmpty())
        putBytes(json, u"correlation"_s, draft.correlation);
    if (draft.retain)
        json[u"retain"_s] = true;
    if (draft.isBinary)
        json[u"binary"_s] = true;
    if (draft.isTombstone)
        json[u"tombstone"_s] = true;
    if (draft.repeat > 1) {
        json[u"repeat"_s] = draft.repeat;
        json[u"rate"_s] = draft.rate;
    }
    if (draft.wantsReply)
        json[u"expect_reply"_s] = durationWord(draft.replyWait);
    return json;
}

Result<InjectionDraft> draftFromJson(const QJsonObject& json)
{
    InjectionDraft draft;
    draft.topic = json[u"topic"_s].toString().toUtf8();
    draft.payload = takenBytes(json, u"payload"_s);
    for (const QJsonValue& header : json[u"headers"_s].toArray()) {
        if (!header[0].isString() || !header[1].isString())
            return sequenceFlaw(u"“headers” takes pairs: [[\"name\", \"value\"]]."_s);
        draft.headers.emplace_back(header[0].toString().toStdString(),
                                   header[1].toString().toStdString());
    }
    draft.key = takenBytes(json, u"key"_s);
    draft.correlation = takenBytes(json, u"correlation"_s);
    draft.retain = json[u"retain"_s].toBool();
    draft.isBinary = json[u"binary"_s].toBool();
    draft.isTombstone = json[u"tombstone"_s].toBool();
    draft.repeat = std::max(1, json[u"repeat"_s].toInt(1));
    draft.rate = std::max(0.001, json[u"rate"_s].toDouble(1));
    draft.wantsReply = json.contains(u"expect_reply"_s);
    const auto wait = durationIn(json, u"expect_reply"_s, draft.replyWait);
    if (!wait)
        return wait.error();
    draft.replyWait = *wait;
    return draft;
}

QJsonObject sequenceToJson(const std::vector<InjectionStep>& steps)
{
    QJsonArray list;
    for (const InjectionStep& step : steps) {
        QJsonObject json = draftToJson(step.draft);
        if (step.pause > nanoseconds(0))
            json[u"pause"_s] = durationWord(step.pause);
        if (step.isAfterReply)
            json[u"after_reply"_s] = true;
        list.append(json);
    }
    return {{u"sequence"_s, list}};
}

Result<std::vector<InjectionStep>> sequenceFromJson(const QJsonObject& json)
{
    for (auto member = json.begin(); member != json.end(); ++member) {
        if (member.key() != "sequence"_L1)
            return sequenceFlaw(
                u"It has a member “%1”; the messages are the list “sequence”."_s.arg(member.key()));
    }
    const QJsonArray list = json[u"sequence"_s].toArray();
    if (list.isEmpty())
        return sequenceFlaw(u"It has no messages: write {\"sequence\": [{\"topic\": …, "
                            "\"payload\": …}]}."_s);
    if (list.size() > kMostSteps)
        return sequenceFlaw(
            u"It has %1 messages; a sequence has %2 at most."_s.arg(list.size()).arg(kMostSteps));
    std::vector<InjectionStep> steps;
    for (const QJsonValue& value : list) {
        const auto number = steps.size() + 1;
        auto step = stepFromJson(value);
        if (!step)
            return sequenceFlaw(u"Message %1: %2"_s.arg(number).arg(step.error().message));
        if (step->isAfterReply && steps.empty())
            return sequenceFlaw(u"Message 1: there is none before it whose reply it could wait "
                                "for (“after_reply”)."_s);
        if (step->isAfterReply)
            steps.back().draft.wantsReply = true;
        steps.push_back(std::move(*step));
    }
    return steps;
}

Result<std::vector<InjectionStep>> sequenceFromFile(const QString& file)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return Error{ErrorCode::Unreadable,
                     u"%1 cannot be read: %2."_s.arg(file, in.errorString())};
    if (in.size() > kMostSequenceBytes)
        return sequenceFlaw(u"%1 has %2; a sequence has %3 at most."_s.arg(
            file, bytesText(in.size()), bytesText(kMostSequenceBytes)));
    QJsonParseError flaw;
    const QJsonDocument document = QJsonDocument::fromJson(in.readAll(), &flaw);
    if (flaw.error != QJsonParseError::NoError)
        return sequenceFlaw(
            u"%1 is no JSON: %2 at byte %3."_s.arg(file, flaw.errorString()).arg(flaw.offset));
    auto steps = sequenceFromJson(document.object());
    if (!steps)
        return sequenceFlaw(u"%1: %2"_s.arg(file, steps.error().message));
    return steps;
}

Status writeSequence(const QString& file, const std::vector<InjectionStep>& steps)
{
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly) ||
        out.write(QJsonDocument(sequenceToJson(steps)).toJson(QJsonDocument::Indented)) < 0 ||
        !out.commit())
        return Error{ErrorCode::Unwritable,
                     u"%1 cannot be written: %2."_s.arg(file, out.errorString())};
    return Done{};
}

TemplateMessage spokenOf(const Answer& answer)
{
    TemplateMessage spoken;
    spoken.topic = answer.topic;
    spoken.headers = answer.headers;
    spoken.payload = answer.raw;
    const auto json =
        nlohmann::ordered_json::parse(answer.raw.begin(), answer.raw.end(), nullptr, false);
    if (!json.is_object())
        return spoken;
    spoken.from = memberText(json, "from");
    spoken.id = memberText(json, "id");
    spoken.correlation = memberText(json, "correlation_id");
    spoken.replyTo = memberText(json, "reply_to");
    if (const auto payload = json.find("payload"); payload != json.end())
        spoken.payload = QByteArray::fromStdString(
            payload->dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return spoken;
}

} // namespace murmur
