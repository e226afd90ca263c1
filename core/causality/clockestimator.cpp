// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "causality/clockestimator.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kRecent = 65'536; // a power of two
/// What takes longer proves nothing about the way.
constexpr std::int64_t kLongest = 1'000'000'000; // ns

} // namespace

ClockEstimator::ClockEstimator()
    : m_recent(kRecent)
{
}

void ClockEstimator::hear(const Message& message)
{
    m_through = message.seq;
    const auto slotOf = [](Seq seq) { return static_cast<std::size_t>(seq) & (kRecent - 1); };
    Recent& own = m_recent[slotOf(message.seq)];
    own = {message.seq, message.heard, -1, message.sender};
    if (index(message.sender) == 0 || message.sent == kNoTime)
        return;
    if (m_tracks.size() <= index(message.sender))
        m_tracks.resize(index(message.sender) + 1);
    ClockTrack& track = m_tracks[index(message.sender)];
    std::int64_t delay = 0;
    if (__builtin_sub_overflow(message.heard, message.sent, &delay))
        return;
    const DelayPoint point{message.heard, delay};
    track.hear(point);
    own.queueing = track.queueing(point).value_or(-1);
    if (message.sequence != kNoTime)
        track.noteSequence(message.sequence, message.heard);
    for (const Seq seq : message.causes) {
        const Recent& cause = m_recent[slotOf(seq)];
        if (cause.seq != seq || seq >= message.seq || cause.queueing < 0 || own.queueing < 0 ||
            cause.sender == message.sender)
            continue;
        const std::int64_t elapsed = message.heard - cause.heard + cause.queueing;
        if (elapsed >= 0 && elapsed < kLongest + own.queueing)
            track.follow(point, elapsed);
    }
}

ClocksPtr ClockEstimator::clocks() const
{
    auto clocks = std::make_shared<Clocks>();
    clocks->through = m_through;
    for (std::size_t agent = 0; agent < m_tracks.size(); ++agent) {
        if (m_tracks[agent].samples() == 0)
            continue;
        AgentClock& clock = clocks->agents.emplace_back(m_tracks[agent].describe());
        clock.agent = AgentId(agent);
    }
    return clocks;
}

} // namespace murmur
