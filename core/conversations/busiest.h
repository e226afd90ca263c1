// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/conversationrule.h"
#include "query/filter.h"
#include "session/session.h"

#include <QFuture>
#include <QString>

#include <cstdint>
#include <stop_token>

namespace murmur {

struct BusiestRequest
{
    TimeRange range;
    ConversationRule rule;
    FilterPtr filter;
    std::int64_t mostMessages = 60'000; ///< of a longer stretch, its middle is looked at
    std::stop_token stop;
};

struct BusiestConversation
{
    QString name;            ///< empty: no message of the stretch is in one
    Seq seq = 0;             ///< one of its messages
    std::int64_t agents = 0; ///< that speak in it, of what was looked at
    bool isSampled = false;  ///< there may be a busier one
};

/// The conversation of a stretch of time in which most is said between different agents. Bounded
/// work, however long the stretch.
Result<BusiestConversation> busiestJob(const Source& source, const BusiestRequest& request);
QFuture<Result<BusiestConversation>> busiestOf(Session& session, BusiestRequest request);

} // namespace murmur
