// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "findings/heard.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace murmur {

/// What the numbers of an agent's messages count within.
enum class SequenceScope : std::uint8_t {
    Sender,       ///< all that it says
    Topic,        ///< what it says on one topic
    Conversation, ///< what it says in one conversation
    Stream,       ///< what anybody says on one topic: an offset of the bus
};
inline constexpr std::size_t kSequenceScopes = 4;

/// Follows the numbers that messages carry. Messages do not say what their numbers count within;
/// that is learnt for each sender from its first ones: of the scopes in which most numbers follow
/// directly the widest holds. Holes may be filled later, by what was overtaken.
class Sequences
{
public:
    /// Numbers that are not here.
    struct Hole
    {
        std::int64_t from = 0;   ///< the first missing number
        std::int64_t to = 0;     ///< the last one
        std::int64_t before = 0; ///< ns: when the message before it passed
        std::int64_t time = 0;   ///< ns: when the message behind it did
        Seq beforeSeq = 0;
        Seq seq = 0;
        AgentId sender{};
        ConnectionId connection{};
        TopicId topic{};
        SequenceScope scope = SequenceScope::Sender;
        [[nodiscard]] std::int64_t count() const { return to - from + 1; }
    };

    /// It will pass soon: what that takes is fetched.
    void expect(const Heard& message) const;
    SequenceStep pass(const Heard& message);
    /// Holes that are older than `before`: what was not filled by now is lost. In their order.
    std::vector<Hole> takeHoles(std::int64_t before);
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

private:
    struct Track
    {
        std::int64_t last = kNoTime;
        std::int64_t first = 0; ///< since the counting began
        std::int64_t time = 0;  ///< ns, of the last one
        Seq seq = 0;
        std::uint64_t recent = 0;      ///< bit i: number last-i was here
        std::int64_t fallen = kNoTime; ///< a number far back: perhaps the counting begins anew
        std::int64_t before = kNoTime; ///< the last one before the counting began anew
        std::vector<Hole> holes;       ///< ascending
    };
    struct Habit
    {
        bool isKnown = false;
        SequenceScope scope = SequenceScope::Sender;
        std::uint16_t seen = 0;
        std::uint16_t odd = 0; ///< steps back since the scope is known, falling off with time
        std::array<std::uint16_t, kSequenceScopes> steps{};
        std::array<std::uint16_t, kSequenceScopes> direct{};
    };
    /// The last number on a topic or in a conversation, while it is not known what numbers count
    /// within.
    struct Narrow
    {
        std::uint64_t key = 0;
        std::int64_t last = kNoTime;
    };
    /// An agent over one connection.
    struct Voice
    {
        Habit habit;
        Track own;                       ///< of all that it says, when that is its scope
        std::vector<Narrow> narrow = {}; ///< the last ones, until it is known
    };
    struct Waiting
    {
        std::int64_t time = 0; ///< ns
        std::uint64_t track = 0;
        std::uint32_t voice = kNoVoice; ///< whose own track it is
    };
    struct Lately
    {
        ConnectionId connection{};
        std::uint32_t voice = kNoVoice;
    };
    static constexpr std::uint32_t kNoVoice = 0xffff'ffff;

    static std::uint64_t keyOf(SequenceScope scope, const Heard& message);
    static SequenceStep step(Track& track, SequenceScope scope, const Heard& message);
    static SequenceStep stepBack(Track& track, const Heard& message);
    static bool fill(Track& track, std::int64_t number, SequenceStep& step);
    std::uint32_t voiceOf(const Heard& message);
    Track& trackOf(std::uint64_t key);
    Track* waitedFor(const Waiting& waiting);
    void learn(std::uint32_t voice, const Heard& message);
    static std::int64_t lastIn(Voice& voice, std::uint64_t key, std::int64_t number);
    void choose(std::uint32_t voice, const Heard& message);
    void forgetHabit(Voice& voice, const Heard& message);

    std::vector<Voice> m_voices;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> m_voiceOf; ///< by connection and agent
    std::vector<Lately> m_lately; ///< by agent: its last voice; most have but one
    boost::unordered_flat_map<std::uint64_t, Track> m_tracks; ///< all but those of voices
    std::deque<Waiting> m_waiting;                            ///< tracks with holes, by time
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
