// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/agentlife.h"
#include "session/session.h"

#include <string_view>

namespace murmur {

/// What an agent is doing, as far as it is known at a moment.
enum class AgentStatus : std::uint8_t {
    Unseen,    ///< only spoken to: it has said nothing yet
    Dead,      ///< it said good-bye, or is silent for so long that nobody waits for it any more
    Silent,    ///< nothing for longer than it usually takes
    Restarted, ///< it began anew moments ago
    Waiting,   ///< for an answer
    Busy,      ///< owes an answer
    Idle,
};
/// "unseen", "dead", "silent" …: the word in JSON and tables.
std::string_view agentStatusName(AgentStatus status) noexcept;
std::string_view livenessName(Liveness liveness) noexcept;

/// Silence weighs more than an open call, waiting more than owing: an agent that waits for another
/// is not the one to look at first. Without `life` nobody is known to have restarted or to have
/// said good-bye.
AgentStatus statusOf(const AgentState& state, TimePoint at, const AgentLife& life = {}) noexcept;
/// ns: since when it has had that status; kNoTime when that is not known.
std::int64_t statusSince(const AgentState& state, TimePoint at,
                         const AgentLife& life = {}) noexcept;
/// The one for whose answer it waits longest; unknown where it waits for nobody, or for a topic.
AgentId waitsFor(const AgentState& state) noexcept;

/// Silent for so long, or for ten times its usual gap, whichever is more, it counts as dead.
inline constexpr std::int64_t kDeadAfter = 60'000'000'000; // ns
/// For so long after it began anew it is called restarted.
inline constexpr std::int64_t kFreshFor = 10'000'000'000; // ns

} // namespace murmur
