// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlpintake.h"

#include "base/message.h"
#include "bus/otlp/inflate.h"
#include "bus/otlp/jsonscan.h"

#include <algorithm>
#include <optional>

namespace murmur {

namespace {

/// Times outside are a mistake of the sender (seconds for nanoseconds): they would stretch the
/// session over decades.
constexpr std::int64_t kEarliest = 946'684'800'000'000'000;              // 2000-01-01, ns
constexpr std::int64_t kAhead = std::int64_t(24) * 3600 * 1'000'000'000; // ns
constexpr std::size_t kKeptOfBody = std::size_t(64) << 10;
constexpr std::size_t kLargeBuffer = std::size_t(4) << 20;
constexpr int kRetry = 1;       // s, while there is little room
constexpr int kRetryPaused = 2; // s, while the disk is full

enum class Path { Traces, Logs, Metrics };

std::optional<Path> pathOf(std::string_view path)
{
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    if (path == "/v1/traces")
        return Path::Traces;
    if (path == "/v1/logs")
        return Path::Logs;
    if (path == "/v1/metrics")
        return Path::Metrics;
    return std::nullopt;
}

/// Without its parameters, in lower case.
std::string plainType(std::string_view type)
{
    type = type.substr(0, type.find(';'));
    while (!type.empty() && type.back() == ' ')
        type.remove_suffix(1);
    std::string plain(type);
    std::ranges::transform(plain, plain.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return plain;
}

bool isJsonType(std::string_view type)
{
    return plainType(type) == "application/json";
}

bool isProtobufType(std::string_view type)
{
    const std::string plain = plainType(type);
    return plain == "application/x-protobuf" || plain == "application/protobuf";
}

/// Field `number` of a protobuf message, of length `bytes.size()`.
void appendBytesField(std::string& out, int number, std::string_view bytes)
{
    out += static_cast<char>(number << 3 | 2);
    appendVarint(out, bytes.size());
    out += bytes;
}

QByteArray asQt(const std::string& text)
{
    return QByteArray::fromStdString(text);
}

std::int64_t plausible(std::int64_t time, std::int64_t received)
{
    return time >= kEarliest && time <= received + kAhead ? time : kNoTime;
}

OtlpAnswer partialSuccess(const OtlpReading& reading, OtlpSignal signal, bool isJson)
{
    OtlpAnswer answer;
    answer.isJson = isJson;
    const std::string count = std::to_string(reading.rejected);
    if (isJson) {
        std::string text = "{\"partialSuccess\":{\"";
        text += signal == OtlpSignal::Traces ? "rejectedSpans" : "rejectedLogRecords";
        text += "\":\"" + count + "\",\"errorMessage\":";
        appendQuoted(text, reading.reason);
        answer.body = asQt(text + "}}");
        return answer;
    }
    std::string partial(1, '\x08');
    appendVarint(partial, static_cast<std::uint64_t>(reading.rejected));
    appendBytesField(partial, 2, reading.reason);
    std::string whole;
    appendBytesField(whole, 1, partial);
    answer.body = asQt(whole);
    return answer;
}

OtlpAnswer success(bool isJson)
{
    OtlpAnswer answer;
    answer.isJson = isJson;
    answer.body = isJson ? QByteArray("{}") : QByteArray();
    return answer;
}

} // namespace

OtlpIntake::OtlpIntake(ConnectionId connection, MessageSink* sink, std::size_t maxBody)
    : m_connection(connection)
    , m_sink(sink)
    , m_maxBody(maxBody)
    , m_startHeaders(asQt(headersToBytes({{"murmur-part", "start"}})))
    , m_endHeaders(asQt(headersToBytes({{"murmur-part", "end"}})))
{
}

OtlpAnswer OtlpIntake::refusal(int status, std::string_view words, std::string_view contentType)
{
    // google.rpc.Status, as the protocol wants it; 3 is INVALID_ARGUMENT, 14 UNAVAILABLE.
    const int code = status == 429 || status == 503 ? 14 : 3;
    OtlpAnswer answer;
    answer.status = status;
    answer.isJson = !isProtobufType(contentType);
    std::string text;
    if (answer.isJson) {
        text = "{\"code\":" + std::to_string(code) + ",\"message\":";
        appendQuoted(text, words);
        text += '}';
    } else {
        text += '\x08';
        text += static_cast<char>(code);
        appendBytesField(text, 2, words);
    }
    answer.body = asQt(text);
    return answer;
}

OtlpAnswer OtlpIntake::admit(const OtlpRequest& head)
{
    if (!pathOf(head.path)) {
        return refusal(404,
                       "only /v1/traces, /v1/logs and /v1/metrics are taken; set the exporter's "
                       "endpoint to http://HOST:PORT without a path",
                       head.contentType);
    }
    if (!isJsonType(head.contentType) && !isProtobufType(head.contentType)) {
        return refusal(415, "the body must be application/x-protobuf or application/json",
                       head.contentType);
    }
    const std::string encoding = plainType(head.encoding);
    if (!encoding.empty() && encoding != "identity" && encoding != "gzip" && encoding != "x-gzip" &&
        encoding != "deflate") {
        return refusal(415, "the body may be packed with gzip or deflate, not with " + encoding,
                       head.contentType);
    }
    return success(isJsonType(head.contentType));
}

OtlpAnswer OtlpIntake::take(const OtlpRequest& request)
{
    if (OtlpAnswer answer = admit(request); answer.status != 200)
        return answer;
    const Path path = *pathOf(request.path);
    if (path == Path::Metrics) {
        ++m_metrics;
        return success(isJsonType(request.contentType));
    }
    if (!m_sink->isTaking()) {
        ++m_refused;
        OtlpAnswer answer =
            refusal(429, "the recording pauses or is over; nothing was taken, send it again later",
                    request.contentType);
        answer.retryAfter = kRetryPaused;
        return answer;
    }
    const OtlpSignal signal = path == Path::Traces ? OtlpSignal::Traces : OtlpSignal::Logs;
    const std::string encoding = plainType(request.encoding);
    if (encoding.empty() || encoding == "identity")
        return takeRecords(request, request.body, signal);
    OtlpAnswer answer;
    switch (inflateBody(request.body, encoding != "deflate", m_maxBody, m_unpacked)) {
    case Inflated::Yes:
        answer = takeRecords(
            request, std::string_view(m_unpacked).substr(0, m_unpacked.size() - kInflatePadding),
            signal);
        break;
    case Inflated::TooLarge:
        answer = refusal(413,
                         "the body unpacks to more than " + std::to_string(m_maxBody) +
                             " bytes; let the exporter send smaller batches",
                         request.contentType);
        break;
    case Inflated::Damaged:
        answer = refusal(400, "the body is not " + encoding + ", or it was cut off",
                         request.contentType);
        break;
    }
    if (m_unpacked.capacity() > kLargeBuffer)
        m_unpacked = {};
    return answer;
}

OtlpAnswer OtlpIntake::takeRecords(const OtlpRequest& request, std::string_view body,
                                   OtlpSignal signal)
{
    const bool isJson = isJsonType(request.contentType);
    OtlpReading reading = isJson ? readOtlpJson(body, signal) : readOtlpProtobuf(body, signal);
    if (!reading.failure.empty()) {
        HeardMessage message;
        message.connection = m_connection;
        message.received = request.received;
        message.topic = QByteArray(request.path.data(), qsizetype(request.path.size()));
        message.raw = QByteArray(body.data(), qsizetype(std::min(body.size(), kKeptOfBody)));
        message.flags = (isJson ? Flags(0) : Flags(Flag::Binary)) |
                        (body.size() > kKeptOfBody ? Flags(Flag::Truncated) : Flags(0));
        message.peer = request.peer;
        message.undecodable = asQt(reading.failure);
        std::vector<HeardMessage> batch;
        batch.push_back(std::move(message));
        m_sink->hear(std::move(batch));
        ++m_received;
        return refusal(400, reading.failure, request.contentType);
    }
    std::vector<HeardMessage> messages = messagesOf(request, reading);
    const std::size_t count = messages.size();
    // All of it or nothing: what is sent again is then neither lost nor doubled.
    if (count > 0 && !m_sink->hearIfRoom(messages)) {
        ++m_refused;
        OtlpAnswer answer = refusal(
            429, "more comes than can be recorded; nothing of this was taken, send it again later",
            request.contentType);
        answer.retryAfter = kRetry;
        return answer;
    }
    m_received += count;
    return reading.rejected > 0 ? partialSuccess(reading, signal, isJson) : success(isJson);
}

std::vector<HeardMessage> OtlpIntake::messagesOf(const OtlpRequest& request,
                                                 OtlpReading& reading) const
{
    std::vector<HeardMessage> messages;
    messages.reserve(2 * reading.records.size());
    const bool isLog = request.path.starts_with("/v1/logs");
    for (OtlpRecord& record : reading.records) {
        HeardMessage message;
        message.connection = m_connection;
        message.received = request.received;
        message.topic = record.topic;
        message.raw = std::move(record.raw);
        message.peer = request.peer;
        message.undecodable = std::move(record.undecodable);
        message.flags = record.isBinary ? Flags(Flag::Binary) : Flags(0);
        if (!message.undecodable.isEmpty()) {
            messages.push_back(std::move(message));
            continue;
        }
        std::int64_t start = plausible(record.start, request.received);
        const std::int64_t end = plausible(record.end, request.received);
        if (start == kNoTime)
            start = end;
        message.stated = start;
        if (isLog) {
            messages.push_back(std::move(message));
            continue;
        }
        message.headers = m_startHeaders;
        messages.push_back(message);
        // A clock that was set back does not let an answer come before its question.
        message.stated = std::max(start, end);
        message.headers = m_endHeaders;
        messages.push_back(std::move(message));
    }
    // In the order in which it happened, as far as one request tells: starts stand before ends.
    std::ranges::stable_sort(messages, {}, [](const HeardMessage& message) {
        return message.stated == kNoTime ? message.received : message.stated;
    });
    return messages;
}

} // namespace murmur
