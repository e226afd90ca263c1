// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/streamentry.h"

#include "base/message.h"
#include "base/time.h"
#include "base/transport.h"

#include <algorithm>
#include <array>
#include <limits>

namespace murmur {

namespace {

constexpr std::uint64_t kMostMs =
    std::uint64_t(std::numeric_limits<std::int64_t>::max()) / 1'000'000;
constexpr std::array kWhole{"data", "payload", "message", "json", "body"};

bool isWhole(const QByteArray& name)
{
    return std::ranges::any_of(kWhole, [&](const char* one) { return name == one; });
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
