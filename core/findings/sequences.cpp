// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/sequences.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::uint16_t kLessons = 32;      ///< messages from which a scope is learnt
constexpr std::uint16_t kMostLessons = 512; ///< after so many the numbers are taken for no count
constexpr std::int64_t kLongestHole = 10'000;
constexpr std::size_t kMostHoles = 256; ///< a track
constexpr std::size_t kMostTracks = 100'000;
constexpr std::uint16_t kMostOdd = 24;

std::uint64_t mix(std::uint64_t a, std::uint64_t b)
{
    a ^= b + 0x9e37'79b9'7f4a'7c15ull + (a << 6) + (a >> 2);
    a *= 0xff51'afd7'ed55'8ccdull;
    return a ^ (a >> 32);
}

} // namespace

std::uint64_t Sequences::keyOf(SequenceScope scope, const Heard& message)
{
    const std::uint64_t of = mix(index(message.connection) + 1, static_cast<std::uint64_t>(scope));
    switch (scope) {
    case SequenceScope::Sender:
        return mix(of, index(message.sender));
    case SequenceScope::Topic:
        return mix(mix(of, index(message.sender)), index(message.topic));
    case SequenceScope::Conversation: {
        return mix(mix(of, index(message.sender)), message.matterHash());
    }
    case SequenceScope::Stream:
        break;
    }
    return mix(of, index(message.topic));
}

SequenceStep Sequences::pass(const Heard& message)
{
    if (message.sequence == kNoTime || message.sequence < 0)
        return {};
    Sender& sender =
        m_senders[mix(index(message.connection) + 1, std::uint64_t(index(message.sender)) + 1)];
    if (!sender.isKnown) {
        if (sender.seen < kMostLessons)
            learn(sender, message);
        return {};
    }
    const std::uint64_t key = keyOf(sender.scope, message);
    if (m_tracks.size() >= kMostTracks && !m_tracks.contains(key)) {
        // The tracks of conversations that are over cannot be told from others.
        m_forgotten += static_cast<std::int64_t>(m_tracks.size());
        m_tracks.clear();
        m_waiting.clear();
    }
    Track& track = m_tracks[key];
    const SequenceStep step = this->step(track, sender.scope, message);
    if (step.what == SequenceStep::What::Hole)
        waitFor(key, track);
    const bool isOdd = step.what == SequenceStep::What::Late ||
                       step.what == SequenceStep::What::Again ||
                       step.what == SequenceStep::What::None;
    sender.odd = isOdd ? static_cast<std::uint16_t>(sender.odd + 3)
                       : static_cast<std::uint16_t>(sender.odd - (sender.odd > 0 ? 1 : 0));
    if (sender.odd > kMostOdd * 3)
        sender = Sender(); // these numbers count something else
    return step;
}

void Sequences::waitFor(std::uint64_t key, const Track& track)
{
    m_waiting.push_back({track.holes.back().time, key});
}

void Sequences::learn(Sender& sender, const Heard& message)
{
    ++sender.seen;
    for (std::size_t i = 0; i < kSequenceScopes; ++i) {
        Track& track = m_tracks[keyOf(static_cast<SequenceScope>(i), message)];
        const bool isFirst = track.last == kNoTime;
        const std::int64_t due = track.last + 1;
        step(track, static_cast<SequenceScope>(i), message);
        if (isFirst)
            continue;
        ++sender.steps[i];
        sender.direct[i] =
            static_cast<std::uint16_t>(sender.direct[i] + (message.sequence == due ? 1 : 0));
    }
    if (sender.seen % kLessons == 0)
        choose(sender, message);
}

void Sequences::choose(Sender& sender, const Heard& message)
{
    // Nearly all numbers follow directly, and in no narrower scope more of them do: numbers that
    // count within a topic look like those of the sender while it says little elsewhere.
    int best = -1;
    double most = 0;
    for (std::size_t i = 0; i < kSequenceScopes; ++i) {
        if (sender.steps[i] < kLessons / 2)
            continue;
        const double share = static_cast<double>(sender.direct[i]) / sender.steps[i];
        if (share >= 0.8 && share > most + 0.01) {
            most = share;
            best = static_cast<int>(i);
        }
    }
    if (best < 0)
        return;
    sender.isKnown = true;
    sender.scope = static_cast<SequenceScope>(best);
    const std::uint64_t key = keyOf(sender.scope, message);
    if (const auto at = m_tracks.find(key); at != m_tracks.end() && !at->second.holes.empty())
        waitFor(key, at->second);
    for (std::size_t i = 0; i < kSequenceScopes; ++i) {
        // What the others may share stays.
        if (i < 2 && static_cast<int>(i) != best)
            m_tracks.erase(keyOf(static_cast<SequenceScope>(i), message));
    }
}

SequenceStep Sequences::step(Track& track, SequenceScope scope, const Heard& message)
{
    const std::int64_t number = message.sequence;
    SequenceStep step;
    if (track.last == kNoTime) {
        track.first = number;
    } else if (number <= track.last) {
        return stepBack(track, message);
    } else if (track.before != kNoTime && number > track.before) {
        track.before = kNoTime; // what looked like a beginning was heard once more
        track.recent = 0;
    } else if (const std::int64_t missing = number - track.last - 1; missing > kLongestHole) {
        track.first = number; // too far for a loss
        track.recent = 0;
    } else if (missing > 0) {
        step.what = SequenceStep::What::Hole;
        step.missing = missing;
        if (track.holes.size() >= kMostHoles)
            track.holes.erase(track.holes.begin());
        track.holes.push_back({.from = track.last + 1,
                               .to = number - 1,
                               .before = track.time,
                               .time = message.time,
                               .beforeSeq = track.seq,
                               .seq = message.seq,
                               .sender = message.sender,
                               .connection = message.connection,
                               .topic = message.topic,
                               .scope = scope});
    } else {
        step.what = SequenceStep::What::Next;
    }
    const std::int64_t by = track.last == kNoTime ? 64 : number - track.last;
    track.recent = by >= 64 ? 1 : (track.recent << by) | 1;
    track.last = number;
    track.time = message.time;
    track.seq = message.seq;
    track.fallen = kNoTime;
    return step;
}

SequenceStep Sequences::stepBack(Track& track, const Heard& message)
{
    const std::int64_t number = message.sequence;
    SequenceStep step;
    if (fill(track, number, step)) {
        if (track.last - number < 64)
            track.recent |= 1ull << (track.last - number);
        step.what = SequenceStep::What::Late;
        return step;
    }
    if (track.fallen != kNoTime && number == track.fallen + 1) {
        step.what = SequenceStep::What::Restart;
        track.before = track.last;
        track.first = track.fallen;
        track.last = number;
        track.time = message.time;
        track.seq = message.seq;
        track.recent = 3;
        track.fallen = kNoTime;
        return step;
    }
    const bool isBeginning = number <= std::max<std::int64_t>(track.first, 1);
    track.fallen = isBeginning ? number : kNoTime;
    if (!isBeginning &&
        (track.last - number >= 64 || (track.recent & (1ull << (track.last - number))) != 0))
        step.what = SequenceStep::What::Again;
    else if (!isBeginning)
        step.what = SequenceStep::What::Late; // its hole was given up
    else if (number == track.last)
        step.what = SequenceStep::What::Again;
    return step;
}

bool Sequences::fill(Track& track, std::int64_t number, SequenceStep& step)
{
    const auto at = std::ranges::find_if(
        track.holes, [&](const Hole& hole) { return number >= hole.from && number <= hole.to; });
    if (at == track.holes.end())
        return false;
    step.overtakenBy = at->seq;
    Hole rest = *at;
    at->to = number - 1;
    rest.from = number + 1;
    auto next = at + 1;
    if (at->count() <= 0)
        next = track.holes.erase(at);
    if (rest.count() > 0)
        track.holes.insert(next, rest);
    return true;
}

std::vector<Sequences::Hole> Sequences::takeHoles(std::int64_t before)
{
    std::vector<Hole> lost;
    while (!m_waiting.empty() && m_waiting.front().time < before) {
        const auto at = m_tracks.find(m_waiting.front().track);
        m_waiting.pop_front();
        if (at == m_tracks.end())
            continue;
        auto& holes = at->second.holes;
        for (auto hole = holes.begin(); hole != holes.end();) {
            if (hole->time >= before) {
                ++hole;
                continue;
            }
            lost.push_back(*hole);
            hole = holes.erase(hole);
        }
    }
    return lost;
}

} // namespace murmur
