// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversation.h"
#include "conversations/conversationrule.h"
#include "query/filter.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

namespace murmur {

struct Source;

struct ConversationWish
{
    ConversationRule rule;
    FilterPtr filter; ///< conversations of which a message matches; null: all
    /// Somebody waits, and nothing was said for so long: silent.
    nanoseconds quiet = std::chrono::seconds(30);
    /// Beyond this many, those that said nothing for longest are let go, and counted.
    std::size_t most = 250'000;
    bool withTail = false; ///< also what is not on disk yet; then it can advance once only
};

/// Puts the messages of a recording together into conversations, in one pass; also of one that
/// grows, piece by piece. Memory is bounded by the number of conversations. One thread at a time.
class ConversationPass
{
public:
    explicit ConversationPass(ConversationWish wish);
    ~ConversationPass();

    /// What is on disk and has not passed yet. `progress` is called now and then, in this thread.
    /// Errors: Unreadable; Cancelled, after which it may go on.
    Status advance(const Source& source,
                   const std::function<void(std::int64_t passed, std::int64_t messages)>& progress,
                   const std::stop_token& stop);
    /// What there is so far.
    [[nodiscard]] ConversationList list() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
