// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "causality/clocks.h"
#include "causality/clocktrack.h"

#include <cstdint>
#include <span>
#include <vector>

namespace murmur {

/// How far each agent's clock is off, from the traffic alone: when messages say that they were
/// sent, when they were heard, and which followed from which. A pure function of the messages in
/// the order in which they pass, a piece at a time as well as at once; its memory is bounded by the
/// number of agents.
///
/// `heard` - `sent` is the delay of the message less what the sender's clock is ahead. Delays only
/// add, so the smallest of them draw the difference of the clocks (ClockTrack). By how much even
/// the fastest message was delayed cannot be seen from one direction; an answer tells: it was sent
/// after its request had been heard, so its way took no longer than what lies between the two.
class ClockEstimator
{
public:
    struct Message
    {
        Seq seq = 0;
        AgentId sender{};
        std::int64_t heard = 0;
        std::int64_t sent = 0;     ///< or kNoTime
        std::int64_t sequence = 0; ///< or kNoTime
        std::span<const Seq> causes;
    };

    ClockEstimator();
    void hear(const Message& message);
    /// What is known now; of every agent that spoke.
    [[nodiscard]] ClocksPtr clocks() const;

private:
    /// What is remembered of a message that others may follow from.
    struct Recent
    {
        Seq seq = 0;
        std::int64_t heard = 0;
        std::int64_t queueing = -1; ///< ns; -1: not known
        AgentId sender{};
    };

    std::vector<Recent> m_recent;     ///< by the low bits of Seq
    std::vector<ClockTrack> m_tracks; ///< by agent
    Seq m_through = 0;
};

} // namespace murmur
