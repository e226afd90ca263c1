// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace murmur {

// A walk through text that is known to be JSON: what was checked once is only cut here.

/// The value that begins at `at` (white space is skipped); `at` gets behind it.
std::string_view scanValue(std::string_view json, std::size_t& at) noexcept;
/// Goes to the next character that is neither white space nor a comma.
char scanNext(std::string_view json, std::size_t& at) noexcept;

/// Calls `visit(key, value)` for each member of `json`, if that is an object; the key without its
/// quotes, as it is written.
template<typename Visit>
void forEachMember(std::string_view json, Visit visit)
{
    std::size_t at = 0;
    if (scanNext(json, at) != '{')
        return;
    ++at;
    while (scanNext(json, at) == '"') {
        const std::string_view key = scanValue(json, at);
        if (scanNext(json, at) != ':')
            return;
        ++at;
        visit(key.size() < 2 ? key : key.substr(1, key.size() - 2), scanValue(json, at));
    }
}

/// Calls `visit(value)` for each element of `json`, if that is an array.
template<typename Visit>
void forEachElement(std::string_view json, Visit visit)
{
    std::size_t at = 0;
    if (scanNext(json, at) != '[')
        return;
    ++at;
    for (char next = scanNext(json, at); next != ']' && next != '\0'; next = scanNext(json, at))
        visit(scanValue(json, at));
}

/// The text of a JSON string with its quotes, escapes resolved; empty for other values.
std::string textOfJson(std::string_view json);
/// A whole number, also one written as a string; kNoTime when it is none.
std::int64_t wholeOfJson(std::string_view json) noexcept;
/// `text` as a JSON string with its quotes; what is not UTF-8 in it becomes U+FFFD.
void appendQuoted(std::string& out, std::string_view text);

} // namespace murmur
