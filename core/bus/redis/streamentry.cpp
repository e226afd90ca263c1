// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/streamentry.h"

#include "base/message.h"
#include "base/time.h"
#include "base/transport.h"
#include "bus/hubframe.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>
#include <limits>

namespace murmur {

namespace {

constexpr std::uint64_t kMostMs =
    std::uint64_t(std::numeric_limits<std::int64_t>::max()) / 1'000'000;
constexpr std::string_view kOldId = "redis-old-id";
constexpr std::string_view kMarks = "x-murmurscope-";
constexpr std::array kWhole{"data", "payload", "message", "json", "body"};

bool isWhole(const QByteArray& name)
{
    return std::ranges::any_of(kWhole, [&](const char* one) { return name == one; });
}

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

// A text of JSON as what it says, anything else as it is written.
QByteArray plainValue(std::string_view json)
{
    if (!json.starts_with('"'))
        return bytesOf(json);
    const QJsonDocument document = QJsonDocument::fromJson('[' + bytesOf(json) + ']');
    return document.array().first().toString().toUtf8();
}

std::string_view valueOf(const HeaderList& headers, std::string_view name)
{
    const auto found =
        std::ranges::find_if(headers, [&](const auto& header) { return header.first == name; });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

// Those of the recording describe the message and were never part of it.
bool isOwn(std::string_view name)
{
    return name.starts_with("murmur-") || name.starts_with("redis-") ||
           name == transport::kContentType;
}

bool isMark(std::string_view name)
{
    return name.starts_with(kMarks);
}

// `marks` takes the fields that go behind all others.
QByteArrayList fieldsOf(const QByteArray& raw, const HeaderList& headers, QByteArrayList& marks)
{
    if (const std::string_view field = valueOf(headers, "redis-field"); !field.empty())
        return {bytesOf(field), raw};
    QByteArrayList fields;
    if (valueOf(headers, "redis-fields") == "json" && QJsonDocument::fromJson(raw).isObject()) {
        const QByteArrayList base64 = bytesOf(valueOf(headers, "redis-base64")).split(',');
        for (const JsonMember& member :
             membersOf({raw.constData(), static_cast<std::size_t>(raw.size())})) {
            const QByteArray name = plainValue('"' + std::string(member.key) + '"');
            const QByteArray value = plainValue(member.value);
            QByteArrayList& list = isMark(name.toStdString()) ? marks : fields;
            list << name << (base64.contains(name) ? QByteArray::fromBase64(value) : value);
        }
    }
    return fields.isEmpty() ? QByteArrayList{"data", raw} : fields;
}

void appendText(QByteArray& json, const QByteArray& text)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    json += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (byte < 0x20) {
            json += "\\u00";
            json += kDigits[byte >> 4];
            json += kDigits[byte & 15];
        } else {
            json += c;
        }
    }
    json += '"';
}

} // namespace

bool isFromStream(const HeaderList& headers)
{
    return !valueOf(headers, "redis-field").empty() || !valueOf(headers, "redis-fields").empty();
}

QByteArrayList entryFields(const QByteArray& raw, const HeaderList& headers)
{
    QByteArrayList marks;
    QByteArrayList fields = fieldsOf(raw, headers, marks);
    const std::string_view id = valueOf(headers, transport::kId);
    for (const auto& [name, value] : headers) {
        if (!isOwn(name))
            (isMark(name) ? marks : fields) << bytesOf(name) << bytesOf(value);
    }
    if (isFromStream(headers) && !id.empty())
        fields << bytesOf(kOldId) << bytesOf(id);
    return fields + marks;
}

QByteArray fieldsToJson(std::span<const RespValue> fields, QByteArray& base64)
{
    QByteArray json = "{";
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        QByteArray name = fields[i].text;
        if (!name.isValidUtf8())
            name = name.toBase64();
        if (i > 0)
            json += ',';
        appendText(json, name);
        json += ':';
        const QByteArray& value = fields[i + 1].text;
        if (value.isValidUtf8()) {
            appendText(json, value);
            continue;
        }
        appendText(json, value.toBase64());
        base64 += base64.isEmpty() ? name : ',' + name;
    }
    return json += '}';
}

void readEntry(StreamId id, std::span<RespValue> fields, bool isPast, HeardMessage& message)
{
    HeaderList headers{{std::string(transport::kId), id.text().toStdString()}};
    if (id.ms >= kFirstPlausibleMs && id.ms <= kMostMs) {
        // The clock of the server; when the sender sent it nobody says.
        const auto time = static_cast<std::int64_t>(id.ms) * 1'000'000;
        headers.emplace_back("redis-entry-time", isoTimeUtf8(time));
        if (isPast)
            message.stated = time;
    }
    while (fields.size() > 2) {
        const std::string name = fields[fields.size() - 2].text.toStdString();
        if (name != kOldId && !isMark(name))
            break;
        headers.emplace_back(name, fields.back().text.toStdString());
        fields = fields.first(fields.size() - 2);
    }
    if (fields.size() == 2 && isWhole(fields[0].text)) {
        headers.emplace_back("redis-field", fields[0].text.toStdString());
        message.raw = std::move(fields[1].text);
    } else {
        QByteArray base64;
        message.raw = fieldsToJson(fields, base64);
        headers.emplace_back("redis-fields", "json");
        if (!base64.isEmpty())
            headers.emplace_back("redis-base64", base64.toStdString());
    }
    const std::string bytes = headersToBytes(headers);
    message.headers = QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

} // namespace murmur
