// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/upgrade.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kMaxFields = 200;
constexpr std::string_view kBegin = "HTTP/1.";

std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

bool isDigit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

// "HTTP/1.1 101 Switching Protocols"
bool readStatusLine(std::string_view line, UpgradeAnswer& answer)
{
    if (!line.starts_with(kBegin) || line.size() < 12 || !isDigit(line[7]) || line[8] != ' ')
        return false;
    const std::string_view digits = line.substr(9, 3);
    if (!std::ranges::all_of(digits, isDigit) || (line.size() > 12 && line[12] != ' '))
        return false;
    answer.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    answer.words = trimmed(line.substr(12));
    return answer.status >= 100;
}

} // namespace

std::string_view UpgradeAnswer::field(std::string_view name) const noexcept
{
    for (const auto& [key, value] : fields) {
        if (key == name)
            return value;
    }
    return {};
}

UpgradeRead readUpgrade(std::string_view& bytes, UpgradeAnswer& answer)
{
    answer = {};
    const std::string_view begin = bytes.substr(0, kBegin.size());
    if (begin != kBegin.substr(0, begin.size()))
        return UpgradeRead::NotHttp;
    const std::size_t end = bytes.substr(0, kMaxUpgradeHead).find("\r\n\r\n");
    if (end == std::string_view::npos)
        return bytes.size() >= kMaxUpgradeHead ? UpgradeRead::NotHttp : UpgradeRead::NeedMore;
    std::string_view head = bytes.substr(0, end);
    bool isFirst = true;
    while (!head.empty()) {
        const std::size_t lineEnd = std::min(head.find('\n'), head.size());
        const std::string_view line = trimmed(head.substr(0, lineEnd));
        head.remove_prefix(std::min(lineEnd + 1, head.size()));
        if (isFirst && !readStatusLine(line, answer))
            return UpgradeRead::NotHttp;
        const std::size_t colon = isFirst ? std::string_view::npos : line.find(':');
        isFirst = false;
        if (colon == std::string_view::npos || answer.fields.size() == kMaxFields)
            continue;
        std::string name(trimmed(line.substr(0, colon)));
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        answer.fields.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    }
    bytes.remove_prefix(end + 4);
    return UpgradeRead::Answered;
}

} // namespace murmur
