// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <string_view>

namespace murmur {

/// What an agent is doing, as far as it is known at a moment.
enum class AgentStatus : std::uint8_t {
    Unseen,  ///< only spoken to: it has said nothing yet
    Silent,  ///< nothing for longer than it usually takes
    Waiting, ///< for an answer
    Busy,    ///< owes an answer
    Idle,
};
/// "unseen", "silent" …: the word in JSON and tables.
std::string_view agentStatusName(AgentStatus status) noexcept;
std::string_view livenessName(Liveness liveness) noexcept;

/// Silence weighs more than an open call, waiting more than owing: an agent that waits for another
/// is not the one to look at first.
AgentStatus statusOf(const AgentState& state) noexcept;
/// ns: since when it has had that status; kNoTime when that is not known.
std::int64_t statusSince(const AgentState& state) noexcept;

} // namespace murmur
