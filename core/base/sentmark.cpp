// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/sentmark.h"

#include "base/message.h"

#include <algorithm>
#include <functional>

namespace murmur::sentmark {

namespace {

constexpr std::string_view kPrefix = "x-murmurscope-";

/// Leaps over the text: a search for the first letter stops at each "x" of a payload that has many.
bool mayNameUs(std::string_view text)
{
    static const std::boyer_moore_horspool_searcher search(kPrefix.begin(), kPrefix.end());
    return search(text.begin(), text.end()).first != text.end();
}

constexpr char lowered(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isSameName(std::string_view one, std::string_view other) noexcept
{
    return std::ranges::equal(one, other, {}, lowered, lowered);
}

Flags flagOfName(std::string_view name) noexcept
{
    if (isSameName(name, kReplay))
        return Replayed;
    return isSameName(name, kInject) ? Flags(Injected) : 0;
}

constexpr bool isBlank(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Behind the closing quote of the string that begins at `at`, or npos.
std::size_t behindString(std::string_view json, std::size_t at) noexcept
{
    for (++at; at < json.size(); ++at) {
        if (json[at] == '\\')
            ++at;
        else if (json[at] == '"')
            return at + 1;
    }
    return std::string_view::npos;
}

/// Behind the value that begins at `at`, or npos.
std::size_t behindValue(std::string_view json, std::size_t at) noexcept
{
    int depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = behindString(json, at);
            if (at == std::string_view::npos)
                return at;
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
            continue;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return at; // of the object around: a number or word ends here
            --depth;
            ++at;
        } else if (depth == 0 && (c == ',' || isBlank(c))) {
            return at;
        } else {
            ++at;
            if (depth > 0 || (at < json.size() && json[at] != ',' && json[at] != '}' &&
                              json[at] != ']' && !isBlank(json[at])))
                continue;
        }
        if (depth == 0)
            return at;
    }
    return std::string_view::npos;
}

Flags flagsOfMembers(std::string_view json, int depth)
{
    Flags flags = 0;
    for (const Member& member : membersOf(json)) {
        flags |= flagOfName(member.name(json));
        // A bus that wraps what it is given keeps it one member deeper.
        if (depth > 0 && member.value(json).starts_with('{'))
            flags |= flagsOfMembers(member.value(json), depth - 1);
    }
    return flags;
}

} // namespace

bool isMarkName(std::string_view name) noexcept
{
    return std::ranges::any_of(kAll,
                               [name](std::string_view known) { return isSameName(name, known); });
}

Flags flagsOf(std::string_view raw, std::string_view headers)
{
    Flags flags = 0;
    while (!headers.empty()) {
        std::uint64_t nameSize = 0;
        std::uint64_t valueSize = 0;
        if (headers.size() >= 2 && static_cast<signed char>(headers[0] | headers[1]) >= 0) {
            // Nearly always: each size is one byte.
            nameSize = static_cast<unsigned char>(headers[0]);
            valueSize = static_cast<unsigned char>(headers[1]);
            headers.remove_prefix(2);
        } else if (!readVarint(headers, nameSize) || !readVarint(headers, valueSize)) {
            break;
        }
        if (nameSize > headers.size() || valueSize > headers.size() - nameSize)
            break;
        flags |= flagOfName(headers.substr(0, nameSize));
        headers.remove_prefix(nameSize + valueSize);
    }
    if (mayNameUs(raw))
        flags |= flagsOfMembers(raw, 1);
    return flags;
}

std::vector<Member> membersOf(std::string_view json)
{
    std::vector<Member> members;
    std::size_t at = 0;
    const auto skipBlank = [&json, &at] {
        while (at < json.size() && isBlank(json[at]))
            ++at;
    };
    skipBlank();
    if (at >= json.size() || json[at] != '{')
        return members;
    ++at;
    while (true) {
        skipBlank();
        if (at >= json.size() || json[at] != '"')
            return members;
        Member member{.begin = at};
        at = behindString(json, at);
        if (at == std::string_view::npos)
            return members;
        member.nameEnd = at;
        skipBlank();
        if (at >= json.size() || json[at] != ':')
            return members;
        ++at;
        skipBlank();
        member.valueBegin = at;
        at = behindValue(json, at);
        if (at == std::string_view::npos || at == member.valueBegin)
            return members;
        member.end = at;
        members.push_back(member);
        skipBlank();
        if (at >= json.size() || json[at] != ',')
            return members;
        ++at;
    }
}

} // namespace murmur::sentmark
