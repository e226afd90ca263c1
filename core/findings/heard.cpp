// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/heard.h"

#include <simdjson.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>

namespace murmur {

namespace {

using namespace simdjson;

constexpr std::uint64_t kObject = 0x9ae1'6a3b'2f90'404full;
constexpr std::uint64_t kList = 0xc3a5'c85c'97cb'3127ull;
constexpr std::uint64_t kVolatile = 0x2545'f491'4f6c'dd1dull;
constexpr int kDeepest = 32;
constexpr std::size_t kLargestBody = std::size_t(1) << 20;

std::uint64_t mixed(std::uint64_t value)
{
    value ^= value >> 33;
    value *= 0xff51'afd7'ed55'8ccdull;
    value ^= value >> 33;
    value *= 0xc4ce'b9fe'1a85'ec53ull;
    return value ^ (value >> 33);
}

std::uint64_t hashOf(std::string_view text)
{
    return XXH3_64bits(text.data(), text.size());
}

/// Letters in lower case, without "_" and "-": "retry_count" and "retryCount" are one word.
std::string_view plainWord(std::string_view key, std::array<char, 24>& room)
{
    std::size_t size = 0;
    for (const char c : key) {
        if (c == '_' || c == '-')
            continue;
        if (size == room.size())
            return {};
        room[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return {room.data(), size};
}

/// What a key tells that differs from one repetition to the next.
bool isVolatileKey(std::string_view key)
{
    static constexpr std::array kWords{
        std::string_view("attempt"),
        std::string_view("attempts"),
        std::string_view("causationid"),
        std::string_view("correlationid"),
        std::string_view("counter"),
        std::string_view("createdat"),
        std::string_view("date"),
        std::string_view("deadline"),
        std::string_view("duration"),
        std::string_view("elapsed"),
        std::string_view("eventid"),
        std::string_view("expiresat"),
        std::string_view("id"),
        std::string_view("index"),
        std::string_view("latency"),
        std::string_view("messageid"),
        std::string_view("msgid"),
        std::string_view("nonce"),
        std::string_view("parentid"),
        std::string_view("receivedat"),
        std::string_view("requestid"),
        std::string_view("retries"),
        std::string_view("retry"),
        std::string_view("retrycount"),
        std::string_view("runid"),
        std::string_view("sentat"),
        std::string_view("seq"),
        std::string_view("sequence"),
        std::string_view("sequencenumber"),
        std::string_view("spanid"),
        std::string_view("time"),
        std::string_view("timestamp"),
        std::string_view("traceid"),
        std::string_view("traceparent"),
        std::string_view("ts"),
        std::string_view("updatedat"),
        std::string_view("uptime"),
        std::string_view("uptimes"),
        std::string_view("uuid"),
    };
    std::array<char, 24> room{};
    const std::string_view word = plainWord(key, room);
    return std::ranges::binary_search(kWords, word);
}

bool isUuid(std::string_view text)
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool isDash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool isHex =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (isDash ? c != '-' : !isHex)
            return false;
    }
    return true;
}

std::uint64_t numberHash(double value)
{
    if (value == 0 || !std::isfinite(value))
        return mixed(1);
    // Six digits: what a float says twice is seldom the same to the last bit.
    const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::fabs(value))));
    const double rounded = std::isfinite(scale) ? std::round(value * scale) / scale : value;
    return mixed(std::bit_cast<std::uint64_t>(rounded));
}

std::uint64_t elementHash(const dom::element& element, int depth);

std::uint64_t objectHash(const dom::object& object, int depth)
{
    std::uint64_t sum = kObject;
    for (const auto& [key, value] : object) {
        if (!isVolatileKey(key))
            sum += mixed(hashOf(key) ^ std::rotl(elementHash(value, depth + 1), 17));
    }
    return mixed(sum);
}

std::uint64_t elementHash(const dom::element& element, int depth)
{
    if (depth > kDeepest)
        return kVolatile;
    switch (element.type()) {
    case dom::element_type::OBJECT:
        return objectHash(dom::object(element), depth);
    case dom::element_type::ARRAY: {
        std::uint64_t sum = kList;
        for (const dom::element item : dom::array(element))
            sum = mixed(std::rotl(sum, 7) ^ elementHash(item, depth + 1));
        return sum;
    }
    case dom::element_type::STRING: {
        const std::string_view text = element.get_string().value_unsafe();
        return isUuid(text) ? kVolatile : hashOf(text);
    }
    case dom::element_type::INT64:
        return numberHash(static_cast<double>(element.get_int64().value_unsafe()));
    case dom::element_type::UINT64:
        return numberHash(static_cast<double>(element.get_uint64().value_unsafe()));
    case dom::element_type::DOUBLE:
        return numberHash(element.get_double().value_unsafe());
    case dom::element_type::BOOL:
        return element.get_bool().value_unsafe() ? 3 : 5;
    case dom::element_type::NULL_VALUE:
        return 7;
    }
    return 0;
}

} // namespace

std::uint64_t contentHash(std::string_view body) noexcept
{
    const std::size_t begin = body.find_first_not_of(" \t\r\n");
    const bool isJson = begin != std::string_view::npos &&
                        (body[begin] == '{' || body[begin] == '[') && body.size() <= kLargestBody;
    if (isJson) {
        static thread_local dom::parser parser;
        dom::element root;
        // The parser copies the body into room of its own, with the padding that it needs.
        if (parser.parse(body.data(), body.size(), true).get(root) == SUCCESS)
            return elementHash(root, 0) | 1;
    }
    return hashOf(body) | 1;
}

std::string_view Heard::valueOf(const StateChange& change) const
{
    const bool isOwn = (change.value.offset & kInText) != 0;
    const std::size_t offset = change.value.offset & ~kInText;
    if (isOwn)
        return offset <= ownText.size() ? ownText.substr(offset, change.value.size)
                                        : std::string_view();
    if (offset < raw.size())
        return raw.substr(offset, change.value.size);
    const std::size_t inHeaders = offset - raw.size();
    return inHeaders <= headers.size() ? headers.substr(inHeaders, change.value.size)
                                       : std::string_view();
}

std::uint64_t Heard::content() const
{
    if (m_content == 0) {
        std::uint64_t hash = contentHash(payload);
        for (const std::uint64_t part :
             {std::uint64_t(index(sender)), std::uint64_t(index(audience)),
              std::uint64_t(index(topic)), std::uint64_t(index(type)),
              static_cast<std::uint64_t>(kind)})
            hash = mixed(std::rotl(hash, 9) ^ part);
        m_content = hash | 1;
    }
    return m_content;
}

} // namespace murmur
