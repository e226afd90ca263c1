// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/jsontext.h"

#include <charconv>
#include <cstdint>

namespace murmur {

namespace {

constexpr bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Four hex digits at `pos`; -1 when they are not there.
std::int32_t hexUnit(std::string_view text, std::size_t pos) noexcept
{
    if (pos + 4 > text.size())
        return -1;
    std::uint32_t unit = 0;
    const char* const begin = text.data() + pos;
    const auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
    return error == std::errc() && end == begin + 4 ? static_cast<std::int32_t>(unit) : -1;
}

void appendUtf8(std::string& out, std::uint32_t c)
{
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

/// The character of a \u escape whose digits begin at `pos`, which moves behind it; -1 when wrong.
std::int32_t readUnicodeEscape(std::string_view text, std::size_t& pos) noexcept
{
    constexpr std::int32_t kReplacement = 0xfffd;
    const std::int32_t unit = hexUnit(text, pos);
    if (unit < 0)
        return -1;
    pos += 4;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    if (unit > 0xdbff || text.substr(pos, 2) != "\\u")
        return kReplacement;
    const std::int32_t low = hexUnit(text, pos + 2);
    if (low < 0xdc00 || low > 0xdfff)
        return kReplacement;
    pos += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

} // namespace

std::string_view trimmedJson(std::string_view text) noexcept
{
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    return text;
}

bool looksLikeNumber(std::string_view text) noexcept
{
    for (const char c : text) {
        if (!((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'))
            return false;
    }
    return !text.empty();
}

bool unescapeJson(std::string_view text, std::string& out)
{
    out.clear();
    out.reserve(text.size());
    std::size_t pos = 0;
    while (pos < text.size()) {
        const std::size_t escape = text.find('\\', pos);
        out.append(text.substr(pos, escape - pos));
        if (escape == std::string_view::npos)
            return true;
        if (escape + 1 >= text.size())
            return false;
        pos = escape + 2;
        switch (text[escape + 1]) {
        case '"':
        case '\\':
        case '/':
            out += text[escape + 1];
            break;
        case 'b':
            out += '\b';
            break;
        case 'f':
            out += '\f';
            break;
        case 'n':
            out += '\n';
            break;
        case 'r':
            out += '\r';
            break;
        case 't':
            out += '\t';
            break;
        case 'u': {
            const std::int32_t character = readUnicodeEscape(text, pos);
            if (character < 0)
                return false;
            appendUtf8(out, static_cast<std::uint32_t>(character));
            break;
        }
        default:
            return false;
        }
    }
    return true;
}

} // namespace murmur
