// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace murmur {

class Dictionaries;
struct Source;

/// What an agent knew of a key that others tell of, too, and what was true.
struct KnownValue
{
    StateKeyId key{};
    TopicId topic{};
    std::string conversation; ///< of which it is told; empty: the topic says it
    QByteArray knew;          ///< JSON text; empty: nothing
    Seq knewBy = 0;           ///< the message by which it knew
    std::int64_t knewAt = kNoTime;
    bool wasGiven = false; ///< another told it; else it said so itself
    QByteArray truth;
    AgentId truthBy{};           ///< who said that first
    Seq truthSeq = 0;            ///< in which message
    std::int64_t truthSince = 0; ///< ns
    bool isBehind = false;
};

struct Knowledge
{
    AgentId agent{};
    TimePoint at;
    TimePoint from;             ///< looked at from here on
    std::int64_t delivered = 0; ///< messages that name it as a receiver, from the beginning
    Seq lastDelivered = 0;
    std::int64_t lastDeliveredAt = kNoTime; ///< ns
    std::vector<KnownValue> keys; ///< those that it is behind with first, the newest first
    std::int64_t behind = 0;      ///< of these
    bool isWhole = true;          ///< there are more keys than are kept
};

struct KnowledgeRequest
{
    AgentId agent{};
    TimePoint at;
    std::int64_t mostBlocks = 512; ///< so far back
    std::function<void(std::int64_t done, std::int64_t total)> progress = {};
    std::stop_token stop = {};
};

/// What the agent could have known at a moment: what it said itself, and what was said in messages
/// that name it as a receiver, against what was said by anybody. Works in the calling thread.
/// Errors: Unreadable, Cancelled.
Result<Knowledge> knowledgeJob(const Source& source, const KnowledgeRequest& request);

/// "knew 3, true 5 since 02:13:07.120, says robot-106".
QString knownText(const KnownValue& known, const Dictionaries& names);

} // namespace murmur
