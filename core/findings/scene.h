// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/histogram.h"
#include "findings/heard.h"
#include "findings/sequences.h"
#include "recording/dictionaries.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace murmur {

/// What all detectors need to know of the swarm, kept once: who was heard when, which calls are
/// open, how long calls of a kind usually take, where our own holes are. Bounded.
class Scene
{
public:
    explicit Scene(const Dictionaries& names)
        : m_names(names)
    {
    }

    struct Agent
    {
        std::int64_t firstSent = kNoTime; ///< ns
        std::int64_t lastSent = kNoTime;
        std::int64_t pauseStart = kNoTime; ///< of its last pause of kLongPause or more: what it
                                           ///< said last before …
        std::int64_t pauseEnd = kNoTime;   ///< … and first after it
        std::int64_t lastReceived = kNoTime;
        std::int64_t lastError = kNoTime; ///< when it last sent one
        Seq lastSeq = 0;                  ///< of what it sent last
        ConnectionId connection{};        ///< over which it was heard last
        std::int64_t sent = 0;
        std::int64_t received = 0;
        std::int64_t errors = 0;
        /// The quickest ways of its messages to us, the error of its clock in them, ns: of the last
        /// window, and of the one before.
        std::int64_t quickest = kNever;
        std::int64_t quickestBefore = kNever;
        std::int64_t windowStart = 0;
        std::int32_t waitsFor = 0; ///< its requests without an answer
        std::int32_t owes = 0;     ///< requests to it alone without an answer
    };
    struct Call // five of them fill a piece of a deque: there are many
    {
        Seq seq = 0;
        std::int64_t time = 0; ///< ns
        std::int64_t deadline = kNoTime;
        /// The call in whose service it was made: a stated cause, or of the same trace, else of the
        /// same conversation, to its sender alone and open then. 0: none that is known.
        Seq within = 0;
        Seq lastMade = 0;            ///< the last one that was made in its service …
        Seq madeBefore = 0;          ///< … and, of that one, the one before it
        std::uint64_t servedKey = 0; ///< under which it is found by those made in its service
        std::uint32_t openMade = 0;  ///< how many of those are open
        AgentId from{};
        AgentId to{}; ///< when it has one receiver
        std::uint32_t receivers = 0;
        TopicId topic{};
        TypeId type{};
        ConnectionId connection{};
        std::uint32_t answers = 0;
        AgentId answeredBy{}; ///< the last one
        Kind kind = Kind::Request;
        bool hasFailed = false; ///< the last answer was an error
        bool isGivenUp = false;
        bool isWithinStated = false; ///< not by the conversation alone
        [[nodiscard]] bool isOpen() const { return answers == 0; }
    };

    /// Of a way that was never gone.
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
    static constexpr std::int64_t kLongPause = 10'000'000'000; // ns
    /// How long the quickest way holds; and the time of the one before it.
    static constexpr std::int64_t kWayWindow = 30'000'000'000; // ns

    // What the engine tells.
    /// The message will pass soon: what that will take is fetched.
    void expect(const Heard& message) const;
    /// Fills what the message is to the others: its step and the call that it answers.
    void hear(Heard& message);
    void add(const Gap& gap);
    void comeTo(std::int64_t now) { m_now = std::max(m_now, now); }
    /// Marks a call as told: its answer is a late one.
    void giveUp(Seq request);
    /// Numbers that did not come and are not waited for any more.
    [[nodiscard]] std::vector<Sequences::Hole> takeHoles(std::int64_t before)
    {
        return m_sequences.takeHoles(before);
    }

    [[nodiscard]] std::int64_t now() const { return m_now; }
    /// Numberings that were let go to keep within bounds.
    [[nodiscard]] std::int64_t forgotten() const { return m_sequences.forgotten(); }
    [[nodiscard]] const std::vector<Agent>& agents() const { return m_agents; }
    /// How many of them were heard.
    [[nodiscard]] std::size_t heard() const { return m_heard; }
    /// What is known of an agent; of one that was never heard an empty entry.
    [[nodiscard]] const Agent& agent(AgentId id) const;
    /// When anybody was heard over this connection last, ns; kNoTime: never.
    [[nodiscard]] std::int64_t heardOver(ConnectionId connection) const;
    /// Null when it is too long ago or was no request.
    [[nodiscard]] const Call* call(Seq request) const;
    /// In Seq order, the answered ones among them.
    [[nodiscard]] const std::deque<Call>& calls() const { return m_calls; }
    /// How long answers to such calls take at most, in 99 of 100; 0 when fewer than `least` are
    /// known.
    [[nodiscard]] std::int64_t p99(AgentId replier, TypeId type, std::uint32_t least = 10) const;
    /// Whether messages of this type are answered, as far as was seen: answered and all.
    struct Answers
    {
        std::uint32_t answered = 0;
        std::uint32_t asked = 0;
    };
    [[nodiscard]] Answers answersTo(TopicId topic, TypeId type) const;
    /// Whether we lost something of this connection (0: of any) between these times.
    [[nodiscard]] bool hasGap(ConnectionId connection, std::int64_t from, std::int64_t to) const;
    [[nodiscard]] const Dictionaries& names() const { return m_names; }
    /// The agent's name, or "unknown".
    [[nodiscard]] std::string name(AgentId agent) const;
    [[nodiscard]] std::string topic(TopicId topic) const { return m_names.topicName(topic); }

private:
    /// Of calls of one type to one agent: 8 buckets per octave, those between the first and the
    /// last that are in use.
    struct Times
    {
        std::vector<std::uint32_t> count;
        std::uint32_t first = 0; ///< the bucket of count[0]
        std::uint32_t all = 0;
        std::uint32_t place = 0; ///< of the bucket in which the 99th of 100 is
        std::uint32_t below = 0; ///< how many are in those before it
        void add(std::uint32_t bucket);
    };
    Agent& at(AgentId id);
    std::size_t placeOf(Seq request) const;
    [[nodiscard]] std::size_t placeFound(Seq request) const;
    static void takeWay(Heard& message, Agent& sender);
    void answer(Heard& message);
    void ask(const Heard& message);
    void takeEarly(Call& call, AgentId by);
    void settle(Call& call);
    void nest(Call& call, const Heard& message);

    const Dictionaries& m_names;
    std::int64_t m_now = 0;
    std::vector<Agent> m_agents;
    std::size_t m_heard = 0;
    std::vector<std::int64_t> m_heardOver; ///< by connection id
    std::deque<Call> m_calls;
    std::uint32_t m_callsGone = 0;       ///< calls that were before the first one
    std::vector<std::uint32_t> m_callOf; ///< by the last bits of a Seq: which call it may be
    /// Answers that were heard before what they answer, where that is known by now: by request.
    boost::unordered_flat_map<Seq, AgentId> m_early;
    Sequences m_sequences;
    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<Times>> m_times;
    boost::unordered_flat_map<std::uint64_t, Answers> m_answers;
    boost::unordered_flat_map<std::uint64_t, Seq>
        m_served; ///< open calls by who owes the answer, and of what
    std::deque<Gap> m_gaps;
};

/// When a request is of no use any more by its own word: in a header or the body ("deadline_ms",
/// "timeout", "expires_at", "ttl"). kNoTime: it does not say.
std::int64_t statedDeadline(const Heard& message);

} // namespace murmur
