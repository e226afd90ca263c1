// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"
#include "base/message.h"
#include "base/time.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace murmur {

/// One message of a conversation, as its tree is made of it.
struct ConversationMessage
{
    Seq seq = 0;
    Seq shownSeq = 0;            ///< as people write it; 0: the same
    std::int64_t time = 0;       ///< ns
    std::int64_t sent = kNoTime; ///< ns, by the sender's clock
    Kind kind = Kind::Event;
    AgentId sender{};
    AgentId receiver{};    ///< the first; unknown when only a topic is named
    AudienceId audience{}; ///< all of them
    TypeId type{};
    TopicId topic{};
    Seq closes = 0; ///< the request that it answers
    std::vector<std::pair<Seq, Grade>> causes;
    std::uint64_t span = 0; ///< idHash; 0: none
    std::uint64_t parentSpan = 0;
    std::uint64_t correlation = 0;
    std::int64_t tokens = -1; ///< of the call to a model that it tells of; -1: not told
};

/// A call from its request to its answer, or a message that is none.
struct ConversationStep
{
    bool isCall = false;
    Seq seq = 0;            ///< of the request, or of the message
    Seq reply = 0;          ///< its first answer; 0: none
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;   ///< ns; of an open call: the end of the conversation
    AgentId caller{};
    AgentId callee{};        ///< who answered, else who was asked
    Kind kind = Kind::Event; ///< of the request, or of the message
    TypeId type{};
    TopicId topic{};
    bool isError = false;
    std::uint32_t answers = 0;
    std::uint32_t chunks = 0;
    std::int64_t tokens = -1;
    /// When it was first seen that the callee works on it: a chunk, something that follows from the
    /// request; kNoTime: not before the answer.
    std::int64_t firstWork = kNoTime;
    bool isFirstWorkInferred = false; ///< nothing of this conversation shows it
    int parent = -1;
    Grade nesting = Grade::Stated; ///< how sure it is that this belongs into its parent
    int depth = 0;
    std::vector<int> children; ///< by their start
    std::int64_t self = 0;     ///< ns in which no call below it ran
    bool isCritical = false;   ///< the conversation would have been shorter without it

    [[nodiscard]] bool isOpen() const { return isCall && reply == 0; }
    [[nodiscard]] nanoseconds duration() const { return nanoseconds(end - start); }
};

/// What time went into.
enum class PathPart : std::uint8_t {
    Own,       ///< an agent has it, and nothing tells how it spends it
    Queueing,  ///< asked, and not at work yet
    Service,   ///< at work
    Transport, ///< said already, and not heard yet
};

/// A stretch of the critical path.
struct PathSegment
{
    std::int64_t begin = 0; ///< ns
    std::int64_t end = 0;   ///< ns
    AgentId agent{};        ///< that one waited for
    PathPart part = PathPart::Own;
    int step = -1; ///< the call that it is spent in; -1: between calls

    [[nodiscard]] nanoseconds duration() const { return nanoseconds(end - begin); }
};

/// How the calls of a conversation lie within each other, and what it waited for.
struct ConversationTree
{
    std::int64_t start = 0; ///< ns
    std::int64_t end = 0;
    std::vector<ConversationStep> steps; ///< by their start
    std::vector<int> roots;
    /// Follow on each other from start to end, so they sum up to the whole.
    std::vector<PathSegment> path;

    [[nodiscard]] nanoseconds duration() const { return nanoseconds(end - start); }
    /// The steps in the order in which a tree is read.
    [[nodiscard]] std::vector<int> inOrder() const;
    /// The step that a message is part of; -1: none.
    [[nodiscard]] int stepOf(Seq seq) const;
    std::vector<std::pair<Seq, int>> places; ///< of all messages, by Seq
};

/// A call lies within another when its span says so, or when it follows from that one's request
/// before it is answered, or (inferred) when its sender has been asked something and has not
/// answered yet. A pure function of the messages, which are in the order of time and Seq.
/// O(n log n).
ConversationTree conversationTree(const std::vector<ConversationMessage>& messages);
/// Works the critical path out again, after `firstWork` of steps has become known.
void findCriticalPath(ConversationTree& tree, const std::vector<ConversationMessage>& messages);

/// What of the whole each agent had, by part; the largest first. Sums up to the whole.
struct PathShare
{
    AgentId agent{};
    PathPart part = PathPart::Own;
    std::int64_t time = 0; ///< ns
};
std::vector<PathShare> pathShares(const ConversationTree& tree);

} // namespace murmur
