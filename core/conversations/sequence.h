// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "causality/clocks.h"
#include "conversations/conversationjob.h"
#include "recording/dictionaries.h"

#include <cstdint>
#include <vector>

namespace murmur {

/// A line of life: one agent, or those that were only ever told what many were told.
struct SequenceColumn
{
    AgentId agent{};
    std::vector<AgentId> folded; ///< not empty: they, and no `agent`
};

/// A message on its way.
struct SequenceMessage
{
    Seq seq = 0;
    Seq shownSeq = 0;
    std::int64_t sent = 0;     ///< ns, by our clock; when it was heard where that is not known
    std::int64_t received = 0; ///< ns, when it was heard; never before `sent`
    bool isSentKnown = false;  ///< by a clock that is understood
    std::int64_t error = 0;    ///< ns: `sent` is right within this
    int from = 0;              ///< column
    std::vector<int> to;       ///< columns; empty: said to a topic
    std::size_t receivers = 0; ///< that it names
    bool isInferred = false;   ///< `to` is who answered; nobody was named
    Kind kind = Kind::Event;
    TypeId type{};
    TopicId topic{};
    Seq closes = 0;            ///< the request that it answers
    std::int64_t latency = -1; ///< ns, of the call that it closes; -1: none
    bool isUnanswered = false; ///< a request without an answer
    /// Sent by another agent than the one before it, and nothing tells which came first: neither
    /// follows from the other, and their clocks do not say.
    bool isOrderUnknown = false;
};

/// A call from its request to its answer, beside the line of who worked on it.
struct SequenceCall
{
    int step = 0; ///< of the tree
    int column = 0;
    std::int64_t begin = 0; ///< ns
    std::int64_t end = 0;
    int level = 0; ///< of calls that one agent has at once
    Seq request = 0;
    bool isOpen = false;
    bool isError = false;
};

/// A stretch in which one thing did not wait for another: calls side by side.
struct SequenceRegion
{
    std::int64_t begin = 0; ///< ns
    std::int64_t end = 0;
    int first = 0; ///< messages, in their order
    int last = 0;
    int level = 0;          ///< of regions within regions
    std::vector<int> steps; ///< the calls, by their start
};

/// A conversation as a diagram of space and time.
struct Sequence
{
    std::vector<SequenceColumn> columns;   ///< in the order in which they first speak
    std::vector<SequenceMessage> messages; ///< by `received` and Seq
    std::vector<SequenceCall> calls;       ///< by their begin
    std::vector<SequenceRegion> regions;   ///< by their begin, outer ones first
    std::int64_t start = 0;                ///< ns
    std::int64_t end = 0;

    /// The message with that Seq; -1: none.
    [[nodiscard]] int indexOf(Seq seq) const;
};

/// `clocks` may be null. A pure function; O(n log n).
Sequence sequenceOf(const ConversationDetail& detail, const Dictionaries& names,
                    const Clocks* clocks);

} // namespace murmur
