// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/sequences.h"

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

constexpr std::uint16_t kLessons = 32;      ///< messages from which a scope is learnt
constexpr std::uint16_t kMostLessons = 512; ///< after so many the numbers are taken for no count
constexpr std::int64_t kLongestHole = 10'000;
constexpr std::size_t kMostHoles = 256; ///< a track
constexpr std::size_t kMostTracks = 26'000;
constexpr std::size_t kMostVoices = 65'536;
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

std::uint32_t Sequences::voiceOf(const Heard& message)
{
    const std::uint32_t agent = index(message.sender);
    const bool isSmall = agent < kMostVoices;
    if (isSmall && agent < m_lately.size() && m_lately[agent].voice != kNoVoice &&
        m_lately[agent].connection == message.connection)
        return m_lately[agent].voice;
    const std::uint64_t key = mix(index(message.connection) + 1, std::uint64_t(agent) + 1);
    auto at = m_voiceOf.find(key);
    if (at == m_voiceOf.end()) {
        if (m_voices.size() >= kMostVoices) {
            ++m_forgotten;
            return kNoVoice;
        }
        at = m_voiceOf.emplace(key, static_cast<std::uint32_t>(m_voices.size())).first;
        m_voices.emplace_back();
    }
    if (isSmall) {
        if (agent >= m_lately.size())
            m_lately.resize(agent + 1);
        m_lately[agent] = {message.connection, at->second};
    }
    return at->second;
}

Sequences::Track& Sequences::trackOf(std::uint64_t key)
{
    if (m_tracks.size() >= kMostTracks && !m_tracks.contains(key)) {
        // The tracks of conversations that are over cannot be told from others.
        m_forgotten += static_cast<std::int64_t>(m_tracks.size());
        m_tracks.clear();
        std::erase_if(m_waiting, [](const Waiting& waiting) { return waiting.voice == kNoVoice; });
    }
    return m_tracks[key];
}

void Sequences::expect(const Heard& message) const
{
    if (message.sequence == kNoTime || index(message.sender) >= m_lately.size())
        return;
    const Lately& lately = m_lately[index(message.sender)];
    if (lately.voice == kNoVoice)
        return;
    const Voice& voice = m_voices[lately.voice];
    __builtin_prefetch(&voice, 1);
    __builtin_prefetch(&voice.own.last, 1);
    __builtin_prefetch(&voice.own.before, 1);
}

SequenceStep Sequences::pass(const Heard& message)
{
    if (message.sequence == kNoTime || message.sequence < 0)
        return {};
    const std::uint32_t place = voiceOf(message);
    if (place == kNoVoice)
        return {};
    Voice& voice = m_voices[place];
    Habit& habit = voice.habit;
    if (!habit.isKnown) {
        if (habit.seen < kMostLessons)
            learn(place, message);
        return {};
    }
    const bool isOwn = habit.scope == SequenceScope::Sender;
    const std::uint64_t key = isOwn ? 0 : keyOf(habit.scope, message);
    Track& track = isOwn ? voice.own : trackOf(key);
    const SequenceStep step = this->step(track, habit.scope, message);
    if (step.what == SequenceStep::What::Hole)
        m_waiting.push_back({track.holes.back().time, key, isOwn ? place : kNoVoice});
    const bool isOdd = step.what == SequenceStep::What::Late ||
                       step.what == SequenceStep::What::Again ||
                       step.what == SequenceStep::What::None;
    habit.odd = isOdd ? static_cast<std::uint16_t>(habit.odd + 3)
                      : static_cast<std::uint16_t>(habit.odd - (habit.odd > 0 ? 1 : 0));
    if (habit.odd > kMostOdd * 3)
        forgetHabit(voice, message);
    return step;
}

/// These numbers count something else.
void Sequences::forgetHabit(Voice& voice, const Heard& message)
{
    if (voice.habit.scope == SequenceScope::Sender)
        trackOf(keyOf(SequenceScope::Sender, message)) = std::move(voice.own);
    voice = Voice();
}

/// The last number before this one on its topic, or in its conversation; kNoTime: none. Both are
/// many, and a track of each would be most of all tracks before anything is known.
std::int64_t Sequences::lastIn(Voice& voice, std::uint64_t key, std::int64_t number)
{
    auto at = std::ranges::find(voice.narrow, key, &Narrow::key);
    if (at == voice.narrow.end()) {
        if (voice.narrow.size() >= 2 * kLessons)
            voice.narrow.erase(voice.narrow.begin());
        at = voice.narrow.insert(voice.narrow.end(), {key, kNoTime});
    }
    const std::int64_t last = at->last;
    at->last = std::max(last, number);
    return last;
}

void Sequences::learn(std::uint32_t place, const Heard& message)
{
    Voice& voice = m_voices[place];
    Habit& habit = voice.habit;
    ++habit.seen;
    for (std::size_t i = 0; i < kSequenceScopes; ++i) {
        const auto scope = static_cast<SequenceScope>(i);
        const std::uint64_t key = keyOf(scope, message);
        std::int64_t last = kNoTime;
        if (scope == SequenceScope::Topic || scope == SequenceScope::Conversation) {
            last = lastIn(voice, key, message.sequence);
        } else {
            Track& track = trackOf(key);
            last = track.last;
            step(track, scope, message);
        }
        if (last == kNoTime)
            continue;
        ++habit.steps[i];
        habit.direct[i] =
            static_cast<std::uint16_t>(habit.direct[i] + (message.sequence == last + 1 ? 1 : 0));
    }
    if (habit.seen % kLessons == 0)
        choose(place, message);
    if (habit.isKnown || habit.seen >= kMostLessons)
        voice.narrow = {};
}

void Sequences::choose(std::uint32_t place, const Heard& message)
{
    // Nearly all numbers follow directly, and in no narrower scope more of them do: numbers that
    // count within a topic look like those of the sender while it says little elsewhere.
    Voice& voice = m_voices[place];
    Habit& habit = voice.habit;
    int best = -1;
    double most = 0;
    for (std::size_t i = 0; i < kSequenceScopes; ++i) {
        if (habit.steps[i] < kLessons / 2)
            continue;
        const double share = static_cast<double>(habit.direct[i]) / habit.steps[i];
        if (share >= 0.8 && share > most + 0.01) {
            most = share;
            best = static_cast<int>(i);
        }
    }
    if (best < 0)
        return;
    habit.isKnown = true;
    habit.scope = static_cast<SequenceScope>(best);
    const std::uint64_t key = keyOf(habit.scope, message);
    const bool isOwn = habit.scope == SequenceScope::Sender;
    if (const auto at = m_tracks.find(key); at != m_tracks.end()) {
        if (!at->second.holes.empty())
            m_waiting.push_back({at->second.holes.back().time, key, isOwn ? place : kNoVoice});
        if (isOwn) {
            voice.own = std::move(at->second);
            m_tracks.erase(at);
        }
    }
    if (!isOwn) // what the others may share stays
        m_tracks.erase(keyOf(SequenceScope::Sender, message));
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

Sequences::Track* Sequences::waitedFor(const Waiting& waiting)
{
    if (waiting.voice != kNoVoice)
        return &m_voices[waiting.voice].own;
    const auto at = m_tracks.find(waiting.track);
    return at == m_tracks.end() ? nullptr : &at->second;
}

std::vector<Sequences::Hole> Sequences::takeHoles(std::int64_t before)
{
    std::vector<Hole> lost;
    while (!m_waiting.empty() && m_waiting.front().time < before) {
        Track* const track = waitedFor(m_waiting.front());
        m_waiting.pop_front();
        if (track == nullptr)
            continue;
        auto& holes = track->holes;
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
