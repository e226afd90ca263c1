// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/kind.h"

#include <cstdint>
#include <span>
#include <vector>

namespace murmur {

/// Guesses the cause of messages that name none, from time and shape alone: an agent that hears a
/// message addressed to it alone, and then speaks within half a second, is taken to speak because
/// of it. Only the first thing that it says is; heartbeats and states come by themselves. A guess
/// is marked as one wherever it is shown. A pure function of the messages in Seq order, O(1) each.
class CauseGuess
{
public:
    struct Message
    {
        Seq seq = 0;
        std::int64_t time = 0; ///< ns
        AgentId sender{};
        std::span<const AgentId> receivers;
        Kind kind = Kind::Event;
        bool hasCause = false; ///< it names one, or answers one
    };
    /// The message that this one is guessed to follow from; 0: none.
    [[nodiscard]] Seq pass(const Message& message);

private:
    struct Waiting
    {
        Seq seq = 0;
        std::int64_t time = 0;
    };
    std::vector<Waiting> m_waiting; ///< by agent: what it was told last and has not spoken since
};

} // namespace murmur
