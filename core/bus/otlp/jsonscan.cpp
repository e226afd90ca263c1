// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/jsonscan.h"

#include "base/time.h"

#include <QString>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>

namespace murmur {

namespace {

constexpr bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

std::size_t behindString(std::string_view json, std::size_t at) noexcept
{
    for (++at; at < json.size() && json[at] != '"'; ++at) {
        if (json[at] == '\\')
            ++at;
    }
    return std::min(at + 1, json.size());
}

} // namespace

char scanNext(std::string_view json, std::size_t& at) noexcept
{
    while (at < json.size() && (isSpace(json[at]) || json[at] == ','))
        ++at;
    return at < json.size() ? json[at] : '\0';
}

std::string_view scanValue(std::string_view json, std::size_t& at) noexcept
{
    const char first = scanNext(json, at);
    const std::size_t begin = at;
    if (first == '"') {
        at = behindString(json, at);
    } else if (first == '{' || first == '[') {
        std::size_t depth = 0;
        while (at < json.size()) {
            const char c = json[at];
            if (c == '"') {
                at = behindString(json, at);
                continue;
            }
            ++at;
            if (c == '{' || c == '[')
                ++depth;
            else if ((c == '}' || c == ']') && --depth == 0)
                break;
        }
    } else {
        while (at < json.size() && !isSpace(json[at]) && json[at] != ',' && json[at] != '}' &&
               json[at] != ']' && json[at] != ':')
            ++at;
        if (at == begin && at < json.size())
            ++at; // not JSON after all: goes on
    }
    return json.substr(begin, at - begin);
}

std::string textOfJson(std::string_view json)
{
    if (json.size() < 2 || json.front() != '"' || json.back() != '"')
        return {};
    const std::string_view inner = json.substr(1, json.size() - 2);
    if (inner.find('\\') == std::string_view::npos)
        return std::string(inner);
    const auto value = nlohmann::json::parse(json, nullptr, false);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::int64_t wholeOfJson(std::string_view json) noexcept
{
    if (json.size() >= 2 && json.front() == '"' && json.back() == '"')
        json = json.substr(1, json.size() - 2);
    const char* const end = json.data() + json.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(json.data(), end, whole);
        read.ec == std::errc() && read.ptr == end)
        return whole;
    // 1.7e18 is what some languages make of such a number.
    double real = 0;
    const auto read = std::from_chars(json.data(), end, real);
    if (read.ec != std::errc() || read.ptr != end || !(std::abs(real) < 9.2e18))
        return kNoTime;
    return static_cast<std::int64_t>(real);
}

void appendQuoted(std::string& out, std::string_view text)
{
    std::string repaired;
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        repaired =
            QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toStdString();
        text = repaired;
    }
    static constexpr std::string_view kDigits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                out += "\\u00";
                out += kDigits[static_cast<unsigned char>(c) >> 4];
                out += kDigits[static_cast<unsigned char>(c) & 15];
            } else {
                out += c;
            }
        }
    }
    out += '"';
}

} // namespace murmur
