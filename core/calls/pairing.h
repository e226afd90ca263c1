// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"
#include "base/time.h"

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Finds the request that a message answers, by correlation id, while messages pass in Seq order.
/// Bounded: the oldest open calls are forgotten beyond a count or an age. Used by the interpreter;
/// the result is stored with the answer.
class CallPairing
{
public:
    struct Message
    {
        Seq seq = 0;
        std::int64_t time = 0;       ///< ns
        std::int64_t sent = kNoTime; ///< by the sender's clock, ns
        Kind kind = Kind::Event;
        AgentId sender{};
        std::uint64_t correlation = 0; ///< idHash; 0: none
        std::uint64_t id = 0;          ///< idHash of its own message id; 0: none
        std::uint64_t replyTo = 0;     ///< idHash of the address for the answer; 0: none
        std::uint64_t topic = 0;       ///< idHash of the topic
    };
    struct Match
    {
        Seq request = 0;           ///< 0: answers nothing that is known
        std::int64_t latency = -1; ///< ns, never negative when there is a request
        /// Of a request: its answers that passed before it, in their order.
        struct Answer
        {
            Seq seq = 0;
            std::int64_t time = 0; ///< ns
            AgentId sender{};
            std::int64_t latency = 0; ///< ns, never negative
        };
        std::vector<Answer> early;
        bool isReply = false; ///< seen from the other side of a correlation: its kind should become
                              ///< Reply when it was Event
    };

    /// A reply or error carries the request's correlation, or its message id as correlation, or
    /// goes to its reply address, whoever sends it: most buses do not say. Where order of arrival
    /// is not that of the world (partitions, spans that end before their callers'), it may pass
    /// before its request.
    Match pass(const Message& message);

    [[nodiscard]] std::size_t open() const { return m_open.size(); }
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

private:
    struct Open
    {
        Seq seq = 0;
        std::int64_t time = 0;
        AgentId sender{};
        bool isRequest = false;
        std::uint32_t answers = 0;
        std::uint64_t correlation = 0;
        std::uint64_t replyTo = 0; ///< 0 also where it is the topic of the request itself
    };
    /// An answer whose request has not passed.
    struct Orphan
    {
        Seq seq = 0;
        std::int64_t time = 0;
        std::int64_t sent = kNoTime;
        AgentId sender{};
    };
    void remember(std::uint64_t key, const Message& message);
    static bool isFromOtherSide(const Open& open, const Message& message);
    void keepOrphan(const Message& answer);
    void adoptOrphans(std::uint64_t key, const Message& request, Match& match);
    static bool mayAnswer(const Orphan& orphan, const Message& request);
    void forgetOld(std::int64_t now);

    std::unordered_map<std::uint64_t, Open> m_open;
    std::deque<std::pair<std::uint64_t, Seq>>
        m_order; ///< as remembered; entries may be replaced since
    std::deque<std::pair<std::uint64_t, Seq>> m_answered;
    std::unordered_map<std::uint64_t, std::vector<Orphan>> m_orphans;
    std::deque<std::pair<std::uint64_t, Seq>> m_orphanOrder;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
