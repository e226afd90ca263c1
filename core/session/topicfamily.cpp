// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/topicfamily.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kLongNumber = 16;
constexpr std::size_t kLongWord = 20;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isHex(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool isWord(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isUuid(std::string_view text)
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isDash = i == 8 || i == 13 || i == 18 || i == 23;
        if (isDash ? text[i] != '-' : !isHex(text[i]))
            return false;
    }
    return true;
}

bool isMadeUp(std::string_view segment)
{
    if (segment.size() < kLongNumber)
        return false;
    if (isUuid(segment))
        return true;
    const bool hasDigit = std::ranges::any_of(segment, isDigit);
    return hasDigit && (std::ranges::all_of(segment, isHex) ||
                        (segment.size() >= kLongWord && std::ranges::all_of(segment, isWord)));
}

bool isWholeNumber(std::string_view segment)
{
    return !segment.empty() && std::ranges::all_of(segment, isDigit);
}

template<typename Differs>
std::string familyOf(std::string_view topic, Differs differs)
{
    std::string family;
    bool isFamily = false;
    while (true) {
        const std::size_t end = topic.find_first_of("./:");
        const std::string_view segment = topic.substr(0, end);
        const bool isAny = differs(segment);
        isFamily = isFamily || isAny;
        family += isAny ? std::string_view("*") : segment;
        if (end == std::string_view::npos)
            break;
        family += topic[end];
        topic.remove_prefix(end + 1);
    }
    return isFamily ? family : std::string();
}

} // namespace

std::string topicFamily(std::string_view topic)
{
    return familyOf(topic, isMadeUp);
}

std::string numberFamily(std::string_view topic)
{
    return familyOf(topic, isWholeNumber);
}

bool isInbox(std::string_view topic)
{
    return topic.starts_with("_INBOX.") || topic.starts_with("_R_.");
}

} // namespace murmur
