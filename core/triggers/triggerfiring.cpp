// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/triggerfiring.h"

#include "exchange/jsonwriter.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString latinText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

QString sentenceOf(const MessageDetail& message, const Dictionaries& names)
{
    const MessageRow& row = message.row;
    QString sentence = latinText(kindName(row.kind));
    const QString from = QString::fromStdString(names.agentName(row.sender));
    if (index(row.sender) != 0)
        sentence += u" from "_s + from;
    const auto receivers = names.receivers(row.audience);
    if (!receivers.empty())
        sentence += u" to "_s + QString::fromStdString(names.agentName(receivers.front()));
    if (receivers.size() > 1)
        sentence += u" and %1 more"_s.arg(receivers.size() - 1);
    const QString topic = message.topicName.isEmpty()
                              ? QString::fromStdString(names.topicName(row.topic))
                              : QString::fromUtf8(message.topicName);
    if (!topic.isEmpty())
        sentence += u" on "_s + topic;
    if (row.latency >= 0 && row.closes != 0)
        sentence += u", after "_s + durationText(nanoseconds(row.latency));
    return sentence;
}

QByteArray TriggerFiring::toJson() const
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("trigger");
    json.text(trigger);
    json.key("when");
    json.text(when);
    json.key("number");
    json.number(number);
    json.key("time");
    json.text(isoTimeUtf8(time));
    json.key("seq");
    if (seq == 0)
        json.null();
    else
        json.number(seq);
    json.key("late_ms");
    json.number(std::chrono::duration_cast<std::chrono::milliseconds>(late).count());
    json.key("sentence");
    json.text(sentence);
    json.key("message");
    if (messageJson.isEmpty())
        json.null();
    else
        json.raw(messageJson.trimmed().toStdString());
    json.key("finding");
    if (finding) {
        json.beginObject();
        json.key("id");
        json.text(findingIdText(finding->id));
        json.key("detector");
        json.text(finding->detector);
        json.key("severity");
        json.text(severityName(finding->severity));
        json.key("summary");
        json.text(finding->summary);
        json.key("start");
        json.text(isoTimeUtf8(finding->start));
        json.key("messages");
        json.beginArray();
        for (const Seq member : finding->messages)
            json.number(member);
        json.endArray();
        json.key("evidence");
        json.raw(finding->evidenceJson());
        json.endObject();
    } else {
        json.null();
    }
    json.endObject();
    out += '\n';
    return QByteArray::fromStdString(out);
}

std::vector<std::pair<QString, QString>> TriggerFiring::environment() const
{
    std::vector<std::pair<QString, QString>> all{
        {u"MURMUR_TRIGGER"_s, trigger},
        {u"MURMUR_TRIGGER_WHEN"_s, when},
        {u"MURMUR_TRIGGER_NUMBER"_s, QString::number(number)},
        {u"MURMUR_TRIGGER_TIME"_s, isoTime(fromNs(time))},
        {u"MURMUR_TRIGGER_SENTENCE"_s, sentence}};
    if (seq != 0)
        all.emplace_back(u"MURMUR_TRIGGER_SEQ"_s, QString::number(seq));
    if (finding) {
        all.emplace_back(u"MURMUR_TRIGGER_FINDING"_s,
                         QString::fromStdString(findingIdText(finding->id)));
        all.emplace_back(u"MURMUR_TRIGGER_DETECTOR"_s, latinText(finding->detector));
    }
    // An environment takes no zero byte; bytes of strangers are in the texts.
    for (auto& [name, value] : all)
        value.remove(QChar(0));
    return all;
}

} // namespace murmur
