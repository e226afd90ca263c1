// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/statedtokens.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace murmur {

namespace {

enum class Counts : std::uint8_t { Nothing, In, Cached, Out, All };
struct TokenWord
{
    std::string_view word; ///< in lower case, without "_" and "."
    Counts counts;
};
constexpr std::array kTokenWords{
    TokenWord{"prompttokens", Counts::In},
    TokenWord{"inputtokens", Counts::In},
    TokenWord{"tokensin", Counts::In},
    TokenWord{"prompttokencount", Counts::In},
    TokenWord{"genaiusageinputtokens", Counts::In},
    TokenWord{"genaiusageprompttokens", Counts::In},
    TokenWord{"llmtokencountprompt", Counts::In},
    TokenWord{"cachereadinputtokens", Counts::Cached},
    TokenWord{"cachecreationinputtokens", Counts::Cached},
    TokenWord{"completiontokens", Counts::Out},
    TokenWord{"outputtokens", Counts::Out},
    TokenWord{"tokensout", Counts::Out},
    TokenWord{"candidatestokencount", Counts::Out},
    TokenWord{"genaiusageoutputtokens", Counts::Out},
    TokenWord{"genaiusagecompletiontokens", Counts::Out},
    TokenWord{"llmtokencountcompletion", Counts::Out},
    TokenWord{"totaltokens", Counts::All},
    TokenWord{"totaltokencount", Counts::All},
    TokenWord{"llmtokencounttotal", Counts::All},
};
constexpr std::size_t kLongestKey = 40;

Counts meaningOfKey(std::string_view key) noexcept
{
    std::array<char, kLongestKey> room{};
    std::size_t size = 0;
    for (const char c : key) {
        if (c != '_' && c != '.' && size < room.size())
            room[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    const std::string_view word(room.data(), size);
    const auto at = std::ranges::find(kTokenWords, word, &TokenWord::word);
    return at == kTokenWords.end() ? Counts::Nothing : at->counts;
}

/// The number behind a key that ends before `at`; also where it is text, and as an attribute of
/// OpenTelemetry has it: `"value":{"intValue":"12"}`. -1: there is none.
std::int64_t numberBehind(std::string_view text, std::size_t at) noexcept
{
    std::string_view rest = text.substr(at, 64);
    if (!rest.empty() && rest.front() == ',') {
        const std::size_t value = rest.find("\"intValue\"");
        if (value == std::string_view::npos)
            return -1;
        rest.remove_prefix(value + 10);
    }
    std::size_t i = 0;
    while (i < rest.size() && (rest[i] == ':' || rest[i] == ' ' || rest[i] == '"'))
        ++i;
    std::int64_t value = -1;
    for (std::size_t digits = 0; i < rest.size() && rest[i] >= '0' && rest[i] <= '9' && digits < 12;
         ++i, ++digits)
        value = std::max<std::int64_t>(value, 0) * 10 + (rest[i] - '0');
    return value;
}

} // namespace

StatedTokens statedTokens(std::string_view body) noexcept
{
    constexpr std::string_view kSign = "oken";
    StatedTokens tokens;
    std::int64_t cached = 0;
    std::size_t from = 0;
    while (from < body.size()) {
        const void* found =
            memmem(body.data() + from, body.size() - from, kSign.data(), kSign.size());
        if (found == nullptr)
            break;
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - body.data());
        from = at + kSign.size();
        const std::size_t end = body.substr(0, at + kLongestKey).find('"', at);
        const std::size_t begin = body.rfind('"', at);
        if (end == std::string_view::npos || begin == std::string_view::npos ||
            end - begin > kLongestKey)
            continue;
        from = end + 1;
        const Counts counts = meaningOfKey(body.substr(begin + 1, end - begin - 1));
        if (counts == Counts::Nothing)
            continue;
        const std::int64_t value = numberBehind(body, end + 1);
        if (counts == Counts::In)
            tokens.in = std::max(tokens.in, value);
        else if (counts == Counts::Out)
            tokens.out = std::max(tokens.out, value);
        else if (counts == Counts::All)
            tokens.all = std::max(tokens.all, value);
        else
            cached += std::max<std::int64_t>(value, 0);
    }
    if (tokens.in >= 0)
        tokens.in += cached;
    tokens.isUsage = tokens.isStated() && memmem(body.data(), body.size(), "\"usage", 6) != nullptr;
    return tokens;
}

} // namespace murmur
