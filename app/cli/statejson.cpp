// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "statejson.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace murmur::cli {

namespace {

/// A value is JSON text, or what a message had in its place.
bool isJson(const QByteArray& text)
{
    QJsonParseError error{};
    QJsonDocument::fromJson('[' + text + ']', &error);
    return error.error == QJsonParseError::NoError && !text.trimmed().isEmpty();
}

} // namespace

void appendStateValue(JsonWriter& json, const QByteArray& value)
{
    if (isJson(value))
        json.raw(value.simplified() == value ? value.toStdString()
                                             : QJsonDocument::fromJson('[' + value + ']')
                                                   .toJson(QJsonDocument::Compact)
                                                   .mid(1)
                                                   .chopped(1)
                                                   .toStdString());
    else
        json.textOrNull(
            std::string_view(value.constData(), static_cast<std::size_t>(value.size())));
}

void appendTime(JsonWriter& json, std::string_view key, std::int64_t ns)
{
    json.key(key);
    if (ns == kNoTime)
        json.null();
    else
        json.text(isoTimeUtf8(ns));
}

void appendSeq(JsonWriter& json, std::string_view key, Seq seq)
{
    json.key(key);
    if (seq == 0)
        json.null();
    else
        json.number(seq);
}

void appendNumber(JsonWriter& json, double number)
{
    json.raw(QByteArray::number(number, 'g', 12).toStdString());
}

void appendOpenCalls(JsonWriter& json, std::string_view key, const std::vector<OpenCall>& calls,
                     const Dictionaries& names)
{
    json.key(key);
    json.beginArray();
    for (const OpenCall& call : calls) {
        json.beginObject();
        json.key("seq");
        json.number(call.request);
        json.key("agent");
        json.textOrNull(names.agentName(call.other));
        json.key("since");
        json.text(isoTimeUtf8(call.since));
        json.endObject();
    }
    json.endArray();
}

QString stateValueText(const QByteArray& value)
{
    return printable(QString::fromUtf8(value.simplified()));
}

} // namespace murmur::cli
