// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversation.h"
#include "conversations/conversationpass.h"
#include "conversations/conversationtree.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <stop_token>

namespace murmur {

struct ConversationsRequest
{
    ConversationWish wish;
    /// Called now and then, in the thread that works.
    std::function<void(std::int64_t passed, std::int64_t messages)> progress;
    std::stop_token stop;
};
/// Every conversation of a session, as it is now.
QFuture<Result<ConversationList>> conversationsOf(Session& session, ConversationsRequest request);

/// Which conversation is wanted.
struct ConversationRequest
{
    ConversationRule rule;
    QString name; ///< its id, or the trace of one of its messages…
    Seq seq = 0;  ///< …or, when that is empty, one of its messages
    /// A long one is looked at as far as this many messages.
    std::size_t limit = 50'000;
    std::stop_token stop;
};

struct ConversationDetail
{
    ConversationRule rule;
    QString name;
    std::vector<ConversationMessage> messages; ///< by time and Seq
    ConversationTree tree;
    bool isComplete = true; ///< false: there are more messages than were looked at
};

/// NotFound when there is no such message or conversation.
QFuture<Result<ConversationDetail>> conversationOf(Session& session, ConversationRequest request);

/// The work behind both, in the calling thread.
Result<ConversationList> conversationsJob(const Source& source,
                                          const ConversationsRequest& request);
Result<ConversationDetail> conversationJob(const Source& source,
                                           const ConversationRequest& request);

/// Finds out of calls of the critical path, of which nothing shows when work on them began, when it
/// did: a callee that answers in the order in which it is asked begins with one when it has
/// answered the one before.
void findQueues(const Source& source, ConversationDetail& detail, const std::stop_token& stop);

} // namespace murmur
