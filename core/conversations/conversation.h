// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"
#include "base/result.h"
#include "base/time.h"

#include <QString>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What became of a conversation, as far as its messages tell.
enum class Outcome : std::uint8_t {
    Completed, ///< nothing is open, and it said that it ended or came to rest
    Failed,    ///< its last word is an error, or says that it failed
    Open,      ///< it goes on
    Silent,    ///< somebody waits, and nothing has been said for long
};
inline constexpr std::array kOutcomes{Outcome::Completed, Outcome::Failed, Outcome::Open,
                                      Outcome::Silent};
std::string_view outcomeName(Outcome outcome) noexcept;

/// What a type's last word says of the work that it tells of.
enum class Ending : std::uint8_t { None, Completed, Failed };
/// "task.completed", "crew_kickoff_failed": by the last word alone.
Ending endingOf(std::string_view type) noexcept;

/// Messages that belong together: a trace, a run, a thread, a task.
struct Conversation
{
    std::uint32_t id = 0;   ///< of its pass; stays the same while it grows
    std::string_view name;  ///< lives as long as its list
    std::int64_t start = 0; ///< ns, of the earliest message
    std::int64_t end = 0;   ///< ns, of the latest
    Seq first = 0;
    Seq last = 0;
    AgentId starter{}; ///< that sent the first message
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    std::uint32_t agents = 0;   ///< that sent or received
    std::uint32_t open = 0;     ///< requests without an answer
    std::int64_t tokensIn = -1; ///< -1: not told
    std::int64_t tokensOut = -1;
    double cost = -1; ///< US dollars, of what is known; -1: nothing is
    Outcome outcome = Outcome::Open;

    [[nodiscard]] nanoseconds duration() const { return nanoseconds(end - start); }
    [[nodiscard]] std::int64_t tokens() const
    {
        return tokensIn < 0 && tokensOut < 0
                   ? -1
                   : std::max<std::int64_t>(0, tokensIn) + std::max<std::int64_t>(0, tokensOut);
    }
};

/// What holds the names of a list.
using TextPages = std::vector<std::shared_ptr<const char[]>>;

struct ConversationList
{
    std::vector<Conversation> rows; ///< in the order of their first message
    std::int64_t messages = 0;      ///< that passed
    std::int64_t without = 0;       ///< of them in no conversation
    std::int64_t forgotten = 0;     ///< conversations let go to keep within the bounds
    std::int64_t unreadable = 0;    ///< messages of damaged blocks
    TextPages pages;
};

enum class ConversationOrder : std::uint8_t { Start, Duration, Errors, Tokens, Messages, Cost };
/// "start", "duration" …; nothing where there is no such order.
std::optional<ConversationOrder> orderFromName(std::string_view name) noexcept;
/// Start: the earliest first; others: the most first.
void sortConversations(std::vector<Conversation>& rows, ConversationOrder order);

} // namespace murmur
