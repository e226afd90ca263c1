// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natssubject.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <array>
#include <charconv>

namespace murmur {

namespace {

/// Takes the next token off `text`.
std::string_view nextToken(std::string_view& text) noexcept
{
    const std::size_t end = text.find('.');
    const std::string_view token = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return token;
}

template<typename Number>
bool readNumber(std::string_view text, Number& number) noexcept
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

} // namespace

bool isNatsPattern(std::string_view text) noexcept
{
    if (text.empty() || text.back() == '.')
        return false;
    while (!text.empty()) {
        const std::string_view token = nextToken(text);
        const bool isWildcard = token == "*" || token == ">";
        if (token.empty() || (token == ">" && !text.empty()))
            return false;
        const auto isBad = [&](char c) {
            return static_cast<unsigned char>(c) <= ' ' || (!isWildcard && (c == '*' || c == '>'));
        };
        if (std::ranges::any_of(token, isBad))
            return false;
    }
    return true;
}

bool natsCovers(std::string_view wide, std::string_view narrow) noexcept
{
    while (!wide.empty()) {
        const std::string_view token = nextToken(wide);
        if (narrow.empty())
            return false;
        if (token == ">")
            return true;
        const std::string_view other = nextToken(narrow);
        if (other == ">" || (token != "*" && token != other))
            return false;
    }
    return narrow.empty();
}

std::vector<std::string> natsNarrowed(std::string_view subject,
                                      const std::vector<std::string>& filters)
{
    std::vector<std::string> patterns;
    if (filters.empty())
        patterns.emplace_back(subject);
    for (const std::string& filter : filters) {
        if (natsCovers(subject, filter))
            patterns.push_back(filter);
        else if (natsCovers(filter, subject))
            patterns.emplace_back(subject);
    }
    return patterns;
}

std::optional<NatsDelivery> natsDeliveryFrom(std::string_view reply) noexcept
{
    constexpr std::string_view kPrefix = "$JS.ACK.";
    constexpr std::size_t kShort = 7;
    if (!reply.starts_with(kPrefix))
        return std::nullopt;
    reply.remove_prefix(kPrefix.size());
    std::array<std::string_view, 12> tokens;
    std::size_t count = 0;
    while (!reply.empty() && count < tokens.size())
        tokens[count++] = nextToken(reply);
    // The longer form has domain and account before, and may have more behind.
    const std::size_t first = count == kShort ? 0 : 2;
    if (count < first + kShort)
        return std::nullopt;
    NatsDelivery delivery;
    delivery.stream = tokens[first];
    delivery.consumer = tokens[first + 1];
    if (!readNumber(tokens[first + 2], delivery.attempt) ||
        !readNumber(tokens[first + 3], delivery.streamSequence) ||
        !readNumber(tokens[first + 4], delivery.consumerSequence) ||
        !readNumber(tokens[first + 5], delivery.stored) ||
        !readNumber(tokens[first + 6], delivery.pending))
        return std::nullopt;
    return delivery;
}

std::string natsTimeText(std::int64_t ns)
{
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t rest = (ns % kSecond + kSecond) % kSecond;
    std::string text = QDateTime::fromSecsSinceEpoch((ns - rest) / kSecond, Qt::UTC)
                           .toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss"))
                           .toStdString();
    const std::string digits = std::to_string(rest);
    return text + '.' + std::string(9 - digits.size(), '0') + digits + 'Z';
}

} // namespace murmur
