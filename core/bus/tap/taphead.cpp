// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/taphead.h"

#include <QByteArray>

#include <algorithm>
#include <charconv>

namespace murmur {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isSame(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text)
{
    const auto isSpace = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

// Cuts at the first `mark`, which is dropped; what is before it.
std::string_view cutAt(std::string_view& text, std::string_view mark)
{
    const std::size_t at = text.find(mark);
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
    return before;
}

bool hasToken(std::string_view list, std::string_view token)
{
    while (!list.empty()) {
        if (isSame(trimmed(cutAt(list, ",")), token))
            return true;
    }
    return false;
}

void readBodyField(std::string_view name, std::string_view value, TapRequest& request)
{
    if (isSame(name, "transfer-encoding")) {
        request.body = TapRequest::Body::Unknown;
    } else if (isSame(name, "content-length") && request.body != TapRequest::Body::Unknown) {
        std::uint64_t size = 0;
        const char* const end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data(), end, size);
        const bool isOther = request.body == TapRequest::Body::Sized && request.bodySize != size;
        const bool isRight = error == std::errc() && rest == end && !isOther;
        request.body = isRight ? TapRequest::Body::Sized : TapRequest::Body::Unknown;
        request.bodySize = size;
    }
}

std::string inLowerCase(std::string_view text)
{
    std::string small(text);
    std::ranges::transform(small, small.begin(), lower);
    return small;
}

void readField(const std::string& name, std::string_view value, TapFields& fields)
{
    if (name == "content-type") {
        fields.contentType = inLowerCase(trimmed(cutAt(value, ";")));
    } else if (name == "content-encoding" && !isSame(value, "identity")) {
        fields.encoding = inLowerCase(value);
    } else if (name == "transfer-encoding") {
        fields.isChunked = isSame(value, "chunked");
        fields.isWrong = fields.isWrong || !fields.isChunked;
    } else if (name == "content-length") {
        std::uint64_t size = 0;
        const char* const end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data(), end, size);
        fields.isWrong = fields.isWrong || error != std::errc() || rest != end ||
                         (fields.size && *fields.size != size);
        fields.size = size;
    } else if (name == "traceparent" || name == "tracestate" || name == "baggage" ||
               name == "mcp-session-id" || name.starts_with("ce-")) {
        fields.kept.emplace_back(name, value);
        if (name == "mcp-session-id")
            fields.session = value;
        fields.isEvent = fields.isEvent || name == "ce-specversion";
    } else if (name == "a2a-version" || name == "a2a-extensions" || name == "x-a2a-extensions") {
        fields.isA2a = true;
    }
}

// The target as the server gets it.
std::string targetFor(std::string_view given, const TapTarget& target)
{
    const std::string_view path = given.substr(0, given.find('?'));
    if (path != "/" || target.path.empty())
        return std::string(given);
    return target.path + std::string(given.substr(1));
}

std::string decodedPath(std::string_view target)
{
    // The absolute form, which is for proxies that a client knows of.
    if (!target.starts_with('/')) {
        const std::size_t host = target.find("://");
        const std::size_t path = host == std::string_view::npos ? host : target.find('/', host + 3);
        target = path == std::string_view::npos ? "/" : target.substr(path);
    }
    const std::string_view path = target.substr(0, target.find_first_of("?#"));
    return QByteArray::fromPercentEncoding(
               QByteArray(path.data(), static_cast<qsizetype>(path.size())))
        .toStdString();
}

} // namespace

std::size_t tapHeadSize(std::string_view bytes, std::size_t searched)
{
    const std::size_t from = searched > 3 ? searched - 3 : 0;
    const std::size_t end = bytes.find("\r\n\r\n", from);
    return end == std::string_view::npos ? 0 : end + 4;
}

bool mayBeRequest(std::string_view bytes)
{
    constexpr std::size_t kLongestMethod = 24;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == ' ')
            return i > 0;
        if (bytes[i] < 'A' || bytes[i] > 'Z' || i >= kLongestMethod)
            return false;
    }
    return true;
}

std::optional<TapRequest> readTapRequest(std::string_view head, const TapTarget& target)
{
    std::string_view line = cutAt(head, kLineEnd);
    const std::string_view method = cutAt(line, " ");
    const std::string_view given = cutAt(line, " ");
    if (method.empty() || given.empty() || !line.starts_with("HTTP/1."))
        return std::nullopt;
    TapRequest request;
    const std::string asked = targetFor(given, target);
    request.path = decodedPath(asked);
    request.head.append(method).append(" ").append(asked).append(" ").append(line).append(kLineEnd);
    bool upgrades = false;
    while (!head.empty()) {
        std::string_view field = cutAt(head, kLineEnd);
        const std::string_view whole = field;
        const std::string_view name = cutAt(field, ":");
        const std::string_view value = trimmed(field);
        if (isSame(name, "host") && !target.host.empty()) {
            request.head.append(name).append(": ").append(target.host).append(kLineEnd);
            continue;
        }
        request.head.append(whole).append(kLineEnd);
        readBodyField(name, value, request);
        upgrades = upgrades || (isSame(name, "upgrade") && hasToken(value, "websocket"));
    }
    if (method == "CONNECT")
        request.body = TapRequest::Body::Unknown;
    if (request.body == TapRequest::Body::Sized && request.bodySize == 0)
        request.body = TapRequest::Body::None;
    request.asksUpgrade = upgrades && method == "GET" && request.body == TapRequest::Body::None;
    return request;
}

TapFields readTapFields(std::string_view head)
{
    TapFields fields;
    cutAt(head, kLineEnd);
    while (!head.empty()) {
        std::string_view value = cutAt(head, kLineEnd);
        const std::string name = inLowerCase(cutAt(value, ":"));
        readField(name, trimmed(value), fields);
    }
    fields.isWrong = fields.isWrong || (fields.isChunked && fields.size);
    return fields;
}

std::optional<TapAnswer> readTapAnswer(std::string_view head)
{
    std::string_view line = cutAt(head, kLineEnd);
    if (!line.starts_with("HTTP/1."))
        return std::nullopt;
    cutAt(line, " ");
    TapAnswer answer;
    const std::string_view status = line.substr(0, 3);
    const auto [rest, error] =
        std::from_chars(status.data(), status.data() + status.size(), answer.status);
    if (error != std::errc() || rest != status.data() + 3 || answer.status < 100)
        return std::nullopt;
    while (!head.empty()) {
        std::string_view field = cutAt(head, kLineEnd);
        const std::string_view name = cutAt(field, ":");
        if (!isSame(name, "sec-websocket-extensions"))
            continue;
        if (!answer.extensions.empty())
            answer.extensions += ',';
        answer.extensions += trimmed(field);
    }
    return answer;
}

TapAgreement tapAgreement(std::string_view extensions, bool isClient)
{
    TapAgreement agreement;
    while (!extensions.empty()) {
        std::string_view extension = cutAt(extensions, ",");
        const std::string_view name = trimmed(cutAt(extension, ";"));
        if (name.empty())
            continue;
        if (!isSame(name, "permessage-deflate")) {
            agreement.other = name;
            continue;
        }
        agreement.isDeflated = true;
        while (!extension.empty()) {
            std::string_view parameter = cutAt(extension, ";");
            if (isSame(trimmed(cutAt(parameter, "=")),
                       isClient ? "client_no_context_takeover" : "server_no_context_takeover"))
                agreement.keepsContext = false;
        }
    }
    return agreement;
}

} // namespace murmur
