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

bool saidGoodBye(const AgentState& state, const AgentLife& life)
{
    return life.farewell != kNoTime && life.farewell >= state.lastSent;
}

} // namespace

std::string_view agentStatusName(AgentStatus status) noexcept
{
    switch (status) {
    case AgentStatus::Unseen:
        return "unseen";
    case AgentStatus::Dead:
        return "dead";
    case AgentStatus::Silent:
        return "silent";
    case AgentStatus::Restarted:
        return "restarted";
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

AgentStatus statusOf(const AgentState& state, TimePoint at, const AgentLife& life) noexcept
{
    if (state.liveness == Liveness::Unseen)
        return AgentStatus::Unseen;
    if (saidGoodBye(state, life))
        return AgentStatus::Dead;
    if (state.liveness == Liveness::Silent)
        return toNs(at) - state.lastSent >= std::max(kDeadAfter, 10 * state.usualGap)
                   ? AgentStatus::Dead
                   : AgentStatus::Silent;
    if (life.restarted != kNoTime && toNs(at) - life.restarted < kFreshFor)
        return AgentStatus::Restarted;
    if (!state.waitingFor.empty())
        return AgentStatus::Waiting;
    return state.owes.empty() ? AgentStatus::Idle : AgentStatus::Busy;
}

std::int64_t statusSince(const AgentState& state, TimePoint at, const AgentLife& life) noexcept
{
    switch (statusOf(state, at, life)) {
    case AgentStatus::Unseen:
        return state.firstSeen;
    case AgentStatus::Dead:
        return saidGoodBye(state, life) ? life.farewell : state.lastSent;
    case AgentStatus::Restarted:
        return life.restarted;
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

AgentId waitsFor(const AgentState& state) noexcept
{
    return state.waitingFor.empty()
               ? AgentId{}
               : std::ranges::min(state.waitingFor, {}, &OpenCall::since).other;
}

} // namespace murmur
