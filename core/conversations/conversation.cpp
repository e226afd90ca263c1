// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversation.h"

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The letters behind the last one that is none, or behind the last capital that follows a small
/// one: "completed" of "task.completed" and of "taskCompleted".
std::string lastWord(std::string_view text)
{
    std::size_t begin = text.size();
    while (begin > 0 && isLetter(text[begin - 1])) {
        --begin;
        const bool isCapital = text[begin] >= 'A' && text[begin] <= 'Z';
        if (isCapital && begin > 0 && text[begin - 1] >= 'a' && text[begin - 1] <= 'z')
            break;
    }
    std::string word(text.substr(begin));
    for (char& c : word)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return word;
}

} // namespace

std::string_view outcomeName(Outcome outcome) noexcept
{
    switch (outcome) {
    case Outcome::Completed:
        return "completed";
    case Outcome::Failed:
        return "failed";
    case Outcome::Open:
        return "open";
    case Outcome::Silent:
        break;
    }
    return "silent";
}

Ending endingOf(std::string_view type) noexcept
{
    static constexpr std::array kCompleted{
        std::string_view("complete"), std::string_view("completed"), std::string_view("done"),
        std::string_view("finished"), std::string_view("resolved"),  std::string_view("succeeded"),
        std::string_view("success")};
    static constexpr std::array kFailed{std::string_view("aborted"),  std::string_view("cancelled"),
                                        std::string_view("canceled"), std::string_view("error"),
                                        std::string_view("failed"),   std::string_view("failure"),
                                        std::string_view("timeout")};
    const std::string word = lastWord(type);
    if (std::ranges::find(kCompleted, word) != kCompleted.end())
        return Ending::Completed;
    return std::ranges::find(kFailed, word) != kFailed.end() ? Ending::Failed : Ending::None;
}

std::optional<ConversationOrder> orderFromName(std::string_view name) noexcept
{
    static constexpr std::array kNames{
        std::pair{std::string_view("start"), ConversationOrder::Start},
        std::pair{std::string_view("duration"), ConversationOrder::Duration},
        std::pair{std::string_view("errors"), ConversationOrder::Errors},
        std::pair{std::string_view("tokens"), ConversationOrder::Tokens},
        std::pair{std::string_view("messages"), ConversationOrder::Messages},
        std::pair{std::string_view("cost"), ConversationOrder::Cost}};
    for (const auto& [known, order] : kNames) {
        if (known == name)
            return order;
    }
    return {};
}

void sortConversations(std::vector<Conversation>& rows, ConversationOrder order)
{
    const auto most = [&](auto value) { std::ranges::stable_sort(rows, std::greater{}, value); };
    std::ranges::stable_sort(rows, {}, &Conversation::start);
    switch (order) {
    case ConversationOrder::Start:
        return;
    case ConversationOrder::Duration:
        return most(&Conversation::duration);
    case ConversationOrder::Errors:
        return most(&Conversation::errors);
    case ConversationOrder::Tokens:
        return most(&Conversation::tokens);
    case ConversationOrder::Messages:
        return most(&Conversation::messages);
    case ConversationOrder::Cost:
        return most(&Conversation::cost);
    }
}

} // namespace murmur
