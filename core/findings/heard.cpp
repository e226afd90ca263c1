// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/heard.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>

namespace murmur {

namespace {

constexpr std::uint64_t kObject = 0x9ae1'6a3b'2f90'404full;
constexpr std::uint64_t kList = 0xc3a5'c85c'97cb'3127ull;
constexpr std::uint64_t kVolatile = 0x2545'f491'4f6c'dd1dull;
constexpr int kDeepest = 256; ///< deeper ones are compared byte by byte
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

/// Hashes a JSON text in one pass, without a tree. It does not care whether all of it is right:
/// what is no JSON at all it refuses.
class JsonHasher
{
public:
    explicit JsonHasher(std::string_view text)
        : m_at(text.data())
        , m_end(text.data() + text.size())
    {
    }

    /// Nothing where the text is no JSON.
    std::optional<std::uint64_t> hash()
    {
        const std::uint64_t hash = value(0);
        skipSpace();
        if (!m_isJson || m_at != m_end)
            return std::nullopt;
        return hash;
    }

private:
    void skipSpace()
    {
        while (m_at != m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\t' || *m_at == '\r'))
            ++m_at;
    }
    bool take(char c)
    {
        skipSpace();
        if (m_at == m_end || *m_at != c)
            return false;
        ++m_at;
        return true;
    }
    std::uint64_t refuse()
    {
        m_isJson = false;
        m_at = m_end;
        return 0;
    }

    /// As it is written, without the quotes: one system escapes alike each time.
    std::string_view text()
    {
        if (!take('"')) {
            refuse();
            return {};
        }
        const char* const begin = m_at;
        for (;;) {
            const auto* quote = static_cast<const char*>(
                std::memchr(m_at, '"', static_cast<std::size_t>(m_end - m_at)));
            if (quote == nullptr) {
                refuse();
                return {};
            }
            const char* slash = quote;
            while (slash != begin && slash[-1] == '\\')
                --slash;
            m_at = quote + 1;
            if ((quote - slash) % 2 == 0)
                return {begin, static_cast<std::size_t>(quote - begin)};
        }
    }

    std::uint64_t number()
    {
        const char* const begin = m_at;
        const bool isNegative = *m_at == '-';
        m_at += isNegative ? 1 : 0;
        std::int32_t whole = 0;
        const char* const digits = m_at;
        while (m_at != m_end && *m_at >= '0' && *m_at <= '9' && m_at - digits < 6)
            whole = whole * 10 + (*m_at++ - '0');
        const bool isShort =
            m_at != digits && (m_at == m_end || (*m_at != '.' && *m_at != 'e' && *m_at != 'E' &&
                                                 (*m_at < '0' || *m_at > '9')));
        if (isShort) {
            // Its six digits need no rounding.
            const auto value = static_cast<double>(isNegative ? -whole : whole);
            return whole == 0 ? mixed(1) : mixed(std::bit_cast<std::uint64_t>(value));
        }
        double value = 0;
        const auto [end, error] = std::from_chars(begin, m_end, value);
        if (error == std::errc::invalid_argument)
            return refuse();
        m_at = end;
        return numberHash(error == std::errc() ? value : 0);
    }

    std::uint64_t word(std::string_view word, std::uint64_t hash)
    {
        if (!std::string_view(m_at, static_cast<std::size_t>(m_end - m_at)).starts_with(word))
            return refuse();
        m_at += word.size();
        return hash;
    }

    std::uint64_t object(int depth)
    {
        std::uint64_t sum = kObject;
        if (take('}'))
            return mixed(sum);
        do {
            const std::string_view key = text();
            if (!take(':'))
                return refuse();
            const std::uint64_t hash = value(depth + 1);
            if (!isVolatileKey(key))
                sum += mixed(hashOf(key) ^ std::rotl(hash, 17));
        } while (take(','));
        return take('}') ? mixed(sum) : refuse();
    }
    std::uint64_t list(int depth)
    {
        std::uint64_t sum = kList;
        if (take(']'))
            return sum;
        do {
            sum = mixed(std::rotl(sum, 7) ^ value(depth + 1));
        } while (take(','));
        return take(']') ? sum : refuse();
    }

    std::uint64_t value(int depth)
    {
        skipSpace();
        if (m_at == m_end || depth > kDeepest)
            return refuse();
        switch (*m_at) {
        case '{':
            ++m_at;
            return object(depth);
        case '[':
            ++m_at;
            return list(depth);
        case '"': {
            const std::string_view said = text();
            return isUuid(said) ? kVolatile : hashOf(said);
        }
        case 't':
            return word("true", 3);
        case 'f':
            return word("false", 5);
        case 'n':
            return word("null", 7);
        default:
            return *m_at == '-' || (*m_at >= '0' && *m_at <= '9') ? number() : refuse();
        }
    }

    const char* m_at;
    const char* m_end;
    bool m_isJson = true;
};

} // namespace

std::uint64_t contentHash(std::string_view body) noexcept
{
    const std::size_t begin = body.find_first_not_of(" \t\r\n");
    const bool mayBeJson = begin != std::string_view::npos &&
                           (body[begin] == '{' || body[begin] == '[') &&
                           body.size() <= kLargestBody;
    if (mayBeJson) {
        if (const auto hash = JsonHasher(body).hash())
            return *hash | 1;
    }
    return hashOf(body) | 1;
}

std::string_view Heard::textAt(TextRef ref) const
{
    std::string_view in = ownText;
    std::size_t offset = ref.offset & ~kInText;
    if ((ref.offset & kInText) == 0) {
        const bool isInRaw = offset < raw.size();
        in = isInRaw ? raw : headers;
        offset -= isInRaw ? 0 : raw.size();
    }
    return offset < in.size() && ref.size <= in.size() - offset ? in.substr(offset, ref.size)
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
