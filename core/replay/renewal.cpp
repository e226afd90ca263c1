// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/renewal.h"

#include "replay/jsonedit.h"

#include <QCryptographicHash>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace murmur {

namespace {

constexpr std::size_t kLeastHex = 16;
constexpr std::size_t kMostHex = 40;

bool isHexDigit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isUuid(std::string_view id)
{
    if (id.size() != 36)
        return false;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const bool isDash = i == 8 || i == 13 || i == 18 || i == 23;
        if (isDash ? id[i] != '-' : !isHexDigit(id[i]))
            return false;
    }
    return true;
}

/// The way to say "no trace" in a traceparent.
bool isAllZero(std::string_view id)
{
    return id.find_first_not_of("0-") == std::string_view::npos;
}

std::string_view renewalView(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

bool isOneOf(std::string_view text, std::span<const QByteArray> ids)
{
    return std::ranges::any_of(
        ids, [text](const QByteArray& id) { return !id.isEmpty() && renewalView(id) == text; });
}

std::size_t digitsOfSecond(std::string_view text)
{
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos)
        return 0;
    std::size_t count = 0;
    while (dot + 1 + count < text.size() && text[dot + 1 + count] >= '0' &&
           text[dot + 1 + count] <= '9')
        ++count;
    return count;
}

/// "2026-05-21T10:17:00.123Z" with as many digits as `like`.
std::string isoLike(std::string_view like, std::int64_t ns)
{
    const std::size_t digits = std::min<std::size_t>(digitsOfSecond(like), 9);
    std::string text = isoTimeUtf8(ns);
    text.resize(digits == 0 ? 19 : 20 + digits);
    if (like.size() > 10 && like[10] != 'T')
        text[10] = like[10];
    return text + 'Z';
}

/// In seconds, ms, µs or ns, as `like` is by its size.
std::string numberLike(std::string_view like, std::int64_t ns)
{
    double old = 0;
    std::from_chars(like.data(), like.data() + like.size(), old);
    const std::int64_t unit = old < 1e11   ? 1'000'000'000
                              : old < 1e14 ? 1'000'000
                              : old < 1e17 ? 1'000
                                           : 1;
    std::string text = std::to_string(ns / unit);
    if (const std::size_t digits = std::min<std::size_t>(digitsOfSecond(like), 9); digits > 0) {
        const double part = static_cast<double>(ns % unit) / static_cast<double>(unit);
        std::string rest = std::to_string(std::min(std::llround(part * std::pow(10, digits)),
                                                   std::llround(std::pow(10, digits)) - 1));
        text += '.' + std::string(digits - std::min(digits, rest.size()), '0') + rest;
    }
    return text;
}

/// Parsers round: what differs by less than this is the same time.
bool isSameTime(std::string_view text, bool isText, std::int64_t sent)
{
    constexpr std::int64_t kRounding = 1000; // ns; doubles of seconds hold no more
    std::int64_t time = kNoTime;
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    if (isText) {
        time = timeFromWire(text);
    } else if (const auto read = std::from_chars(text.data(), end, whole);
               read.ec == std::errc() && read.ptr == end) {
        time = timeFromWire(whole);
    } else {
        double number = 0;
        const auto part = std::from_chars(text.data(), end, number);
        if (part.ec == std::errc() && part.ptr == end)
            time = timeFromWire(number);
    }
    return time != kNoTime && std::abs(time - sent) <= kRounding;
}

} // namespace

IdRenewal::IdRenewal(QByteArray job)
    : m_job(std::move(job))
    , m_suffix(
          ".r" +
          QCryptographicHash::hash(m_job, QCryptographicHash::Sha1).toHex().left(6).toStdString())
{
}

std::string IdRenewal::fresh(std::string_view id) const
{
    std::string text(id);
    const bool isHex =
        id.size() >= kLeastHex && id.size() <= kMostHex && std::ranges::all_of(id, isHexDigit);
    if (isAllZero(id))
        return text;
    if (!isHex && !isUuid(id))
        return text + m_suffix;
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(m_job);
    hash.addData(QByteArrayView("\0", 1));
    hash.addData(QByteArrayView(id.data(), static_cast<qsizetype>(id.size())));
    const bool isUpper = std::ranges::any_of(id, [](char c) { return c >= 'A' && c <= 'F'; });
    const QByteArray digits = isUpper ? hash.result().toHex().toUpper() : hash.result().toHex();
    qsizetype next = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // Dashes, and in a UUID its version and variant.
        if (text[i] != '-' && (isHex || (i != 14 && i != 19)))
            text[i] = digits[next++];
    }
    return text;
}

bool IdRenewal::apply(OutgoingMessage& message, std::span<const QByteArray> ids) const
{
    for (auto& [name, value] : message.headers) {
        if (isOneOf(value, ids)) {
            value = fresh(value);
            continue;
        }
        const QByteArray lower = QByteArray::fromStdString(name).toLower();
        if (lower != "traceparent" && lower != "b3")
            continue;
        for (const QByteArray& id : ids) {
            const std::size_t at = id.size() < 16 ? std::string::npos : value.find(renewalView(id));
            if (at != std::string::npos)
                value.replace(at, static_cast<std::size_t>(id.size()), fresh(renewalView(id)));
        }
    }
    for (QByteArray* bytes : {&message.key, &message.correlation}) {
        if (isOneOf(renewalView(*bytes), ids))
            *bytes = QByteArray::fromStdString(fresh(renewalView(*bytes)));
    }
    std::vector<std::pair<std::size_t, std::size_t>> places;
    const bool isJson = visitJson(renewalView(message.raw), [&](const JsonLeaf& leaf) {
        if (leaf.isText && isOneOf(leaf.text, ids))
            places.emplace_back(leaf.offset, leaf.text.size());
    });
    if (!isJson)
        return message.raw.isEmpty();
    const std::string_view before = renewalView(message.raw);
    QByteArray raw;
    std::size_t done = 0;
    for (const auto& [offset, size] : places) {
        const std::string id = fresh(before.substr(offset, size));
        raw += QByteArray(before.data() + done, static_cast<qsizetype>(offset - done));
        raw += QByteArray(id.data(), static_cast<qsizetype>(id.size()));
        done = offset + size;
    }
    if (!places.empty())
        message.raw = raw + message.raw.mid(static_cast<qsizetype>(done));
    return true;
}

std::vector<TimePatch> findTimes(const OutgoingMessage& message, std::int64_t sent)
{
    std::vector<TimePatch> times;
    if (sent == kNoTime)
        return times;
    (void)visitJson(renewalView(message.raw), [&](const JsonLeaf& leaf) {
        if (leaf.text.size() >= 10 && isSameTime(leaf.text, leaf.isText, sent))
            times.push_back({leaf.offset, leaf.text.size(), -1, leaf.isText});
    });
    std::ranges::reverse(times);
    for (std::size_t i = 0; i < message.headers.size(); ++i) {
        const std::string& value = message.headers[i].second;
        if (value.size() < 10)
            continue;
        const bool isText = isSameTime(value, true, sent);
        if (isText || isSameTime(value, false, sent))
            times.push_back({0, value.size(), static_cast<int>(i), isText});
    }
    return times;
}

void applyTimes(OutgoingMessage& message, const std::vector<TimePatch>& times, std::int64_t time)
{
    for (const TimePatch& patch : times) {
        if (patch.header >= 0) {
            std::string& value = message.headers[static_cast<std::size_t>(patch.header)].second;
            value = patch.isText ? isoLike(value, time) : numberLike(value, time);
            continue;
        }
        const std::string_view old = renewalView(message.raw).substr(patch.offset, patch.size);
        const std::string text = patch.isText ? isoLike(old, time) : numberLike(old, time);
        message.raw.replace(static_cast<qsizetype>(patch.offset),
                            static_cast<qsizetype>(patch.size), text.data(),
                            static_cast<qsizetype>(text.size()));
    }
}

} // namespace murmur
