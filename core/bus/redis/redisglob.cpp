// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redisglob.h"

#include <cstddef>
#include <utility>

namespace murmur {

namespace {

// `at` stands behind the '['. Moves it behind the ']', or to the end when there is none.
bool bracketTakes(std::string_view pattern, std::size_t& at, char c) noexcept
{
    const bool isInverted = at < pattern.size() && pattern[at] == '^';
    if (isInverted)
        ++at;
    bool isIn = false;
    while (at < pattern.size()) {
        const std::size_t left = pattern.size() - at;
        if (pattern[at] == '\\' && left >= 2) {
            isIn = isIn || pattern[at + 1] == c;
            at += 2;
        } else if (pattern[at] == ']') {
            ++at;
            break;
        } else if (left >= 3 && pattern[at + 1] == '-') {
            char low = pattern[at];
            char high = pattern[at + 2];
            if (low > high)
                std::swap(low, high);
            isIn = isIn || (low <= c && c <= high);
            at += 3;
        } else {
            isIn = isIn || pattern[at] == c;
            ++at;
        }
    }
    return isIn != isInverted;
}

// One element of the pattern that is no star; moves `at` behind it.
bool elementTakes(std::string_view pattern, std::size_t& at, char c) noexcept
{
    switch (pattern[at]) {
    case '?':
        ++at;
        return true;
    case '[':
        ++at;
        return bracketTakes(pattern, at, c);
    case '\\':
        if (at + 1 < pattern.size())
            ++at;
        [[fallthrough]];
    default:
        return pattern[at++] == c;
    }
}

} // namespace

// Only the last star needs a second try: what stands before it has matched as early as it can, so
// the cost is at most the product of both lengths.
bool redisGlobMatches(std::string_view pattern, std::string_view channel) noexcept
{
    // The server compares nothing with an empty channel: not even "*" takes it.
    if (channel.empty())
        return pattern.empty();
    std::size_t at = 0;
    std::size_t behindStar = std::string_view::npos;
    std::size_t retryFrom = 0;
    for (std::size_t i = 0; i < channel.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            behindStar = ++at;
            retryFrom = i;
            continue;
        }
        if (at < pattern.size() && elementTakes(pattern, at, channel[i])) {
            ++i;
            continue;
        }
        if (behindStar == std::string_view::npos)
            return false;
        at = behindStar;
        i = ++retryFrom;
    }
    while (at < pattern.size() && pattern[at] == '*')
        ++at;
    return at == pattern.size();
}

} // namespace murmur
