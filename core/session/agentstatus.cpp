// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/agentstatus.h"

#include <algorithm>

namespace murmur {

namespace {

std::int64_t oldest(const std::vector<OpenCall>& calls)
{
    return calls.empty() ? kNoTime : std::ranges::min(calls, {}, &OpenCall::since).since;
}

} // namespace

std::string_view agentStatusName(AgentStatus status) noexcept
{
    switch (status) {
    case AgentStatus::Unseen:
        return "unseen";
    case AgentStatus::Silent:
        return "silent";
    case AgentStatus::Waiting:
        return "waiting";
    case AgentStatus::Busy:
        return "busy";
    case AgentStatus::Idle:
        return "idle";
    }
    return "";
}

std::string_view livenessName(Liveness liveness) noexcept
{
    switch (liveness) {
    case Liveness::Unseen:
        return "unseen";
    case Liveness::Alive:
        return "alive";
    case Liveness::Silent:
        return "silent";
    }
    return "";
}

AgentStatus statusOf(const AgentState& state) noexcept
{
    if (state.liveness == Liveness::Unseen)
        return AgentStatus::Unseen;
    if (state.liveness == Liveness::Silent)
        return AgentStatus::Silent;
    if (!state.waitingFor.empty())
        return AgentStatus::Waiting;
    return state.owes.empty() ? AgentStatus::Idle : AgentStatus::Busy;
}

std::int64_t statusSince(const AgentState& state) noexcept
{
    switch (statusOf(state)) {
    case AgentStatus::Unseen:
        return state.firstSeen;
    case AgentStatus::Silent:
    case AgentStatus::Idle:
        return std::max(state.lastSent, state.lastReceived);
    case AgentStatus::Waiting:
        return oldest(state.waitingFor);
    case AgentStatus::Busy:
        return oldest(state.owes);
    }
    return kNoTime;
}

} // namespace murmur
