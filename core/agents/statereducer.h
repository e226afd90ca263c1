// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "recording/audiencecache.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace murmur {

/// A request without an answer yet.
struct PendingCall
{
    AgentId from{};
    AgentId to{};           ///< the first receiver; unknown when only a topic is named
    std::int64_t since = 0; ///< ns
    friend bool operator==(const PendingCall&, const PendingCall&) = default;
};

/// What is known of one agent after some message.
struct AgentFacts
{
    std::int64_t firstSeen = kNoTime; ///< ns
    std::int64_t lastSent = kNoTime;
    std::int64_t lastReceived = kNoTime;
    std::int64_t usualGap = 0; ///< ns between its messages, smoothed; 0: not known
    std::int64_t sent = 0;
    std::int64_t received = 0;
    std::int64_t errors = 0;
    Seq lastSentSeq = 0;
    Seq lastReceivedSeq = 0;
    struct Value
    {
        Seq setBy = 0;
        std::int64_t since = 0; ///< ns
        friend bool operator==(const Value&, const Value&) = default;
    };
    std::vector<std::pair<std::uint32_t, Value>> values; ///< by state key, ascending
    friend bool operator==(const AgentFacts&, const AgentFacts&) = default;
};

/// Folds messages, in Seq order, into the state of all agents. The writer keeps one for its
/// keyframes, readers start from a keyframe and go on: both are this code. Needs Time, Actor, Call,
/// Flag, State and Late columns. Cost: O(receivers) per message.
class StateReducer
{
public:
    explicit StateReducer(const Dictionaries& names)
        : m_audiences(names)
    {
    }

    /// `until`: what is known at that time; an answer that came before its request counts from its
    /// own time on. Rows must come in their order.
    void applyRow(const Columns& columns, std::size_t row,
                  std::int64_t until = std::numeric_limits<std::int64_t>::max());
    /// All rows, or those not later than `until`.
    void apply(const Columns& columns,
               std::int64_t until = std::numeric_limits<std::int64_t>::max());

    [[nodiscard]] const std::vector<AgentFacts>& agents() const
    {
        return m_agents;
    } ///< by agent id
    /// By Seq of the request, ascending.
    [[nodiscard]] std::vector<std::pair<Seq, PendingCall>> pending() const;
    [[nodiscard]] Seq last() const { return m_last; }
    [[nodiscard]] std::int64_t newest() const { return m_newest; } ///< largest time applied, ns

    /// Keyframe bytes before compression, and back. False when damaged: then nothing is known.
    [[nodiscard]] std::string save() const;
    bool load(std::string_view bytes);

private:
    /// Requests in Seq order; an answered one keeps its place until those before it are gone.
    struct Waiting
    {
        Seq seq = 0;
        PendingCall call;
        bool isAnswered = false;
    };

    AgentFacts& agent(std::uint32_t id);
    void answered(Seq request);
    bool isAnsweredEarly(const Columns& columns, std::size_t row, std::int64_t until);

    AudienceCache m_audiences;
    std::vector<AgentFacts> m_agents;
    std::deque<Waiting> m_pending;
    std::int64_t m_pendingCount = 0;
    std::size_t m_nextState = 0;
    std::size_t m_nextLate = 0;
    Seq m_last = 0;
    std::int64_t m_newest = std::numeric_limits<std::int64_t>::min();
};

/// A request that nobody answered is given up after this long, and beyond this many the oldest are:
/// both bound the memory.
inline constexpr std::int64_t kPendingLimit = 100'000;
inline constexpr std::int64_t kPendingLifetime = 600'000'000'000; // ns

} // namespace murmur
