// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/jsonpieces.h"

#include <charconv>
#include <cstring>

namespace murmur {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

std::string plainWord(std::string_view name)
{
    std::string word;
    word.reserve(name.size());
    for (const char c : name) {
        if (c == '_' || c == '-' || c == '.' || c == ' ')
            continue;
        word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return word;
}

std::string_view jsonWord(std::string_view json) noexcept
{
    if (json.size() >= 2 && json.front() == '"' && json.back() == '"')
        return json.substr(1, json.size() - 2);
    return json == "null" ? std::string_view() : json;
}

std::optional<std::int64_t> jsonWhole(std::string_view json) noexcept
{
    const std::string_view word = jsonWord(json);
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (failure != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    return value;
}

std::string_view jsonBehind(std::string_view body, std::string_view quotedKey) noexcept
{
    const void* found = memmem(body.data(), body.size(), quotedKey.data(), quotedKey.size());
    if (found == nullptr)
        return {};
    std::size_t at =
        static_cast<std::size_t>(static_cast<const char*>(found) - body.data()) + quotedKey.size();
    while (at < body.size() && (isBlank(body[at]) || body[at] == ':'))
        ++at;
    std::size_t end = at;
    if (at < body.size() && body[at] == '"') {
        for (++end; end < body.size() && body[end] != '"'; ++end)
            end += body[end] == '\\' ? 1 : 0;
        return end < body.size() ? body.substr(at, end + 1 - at) : std::string_view();
    }
    while (end < body.size() && body[end] != ',' && body[end] != '}' && body[end] != ']' &&
           body[end] != '{' && body[end] != '[' && !isBlank(body[end]))
        ++end;
    return body.substr(at, end - at);
}

std::string shortened(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return std::string(text);
    std::size_t size = most;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u)
        --size; // inside of a character
    return std::string(text.substr(0, size)) + "…";
}

} // namespace murmur
