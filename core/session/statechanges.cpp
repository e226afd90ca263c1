// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/statechanges.h"

#include "session/statehistory.h"

#include <algorithm>
#include <map>
#include <utility>

namespace murmur {

namespace {

bool isGone(const StateValue& value)
{
    return value.setBy == 0 || value.value.trimmed() == "null";
}

/// Those of `calls` that are not among `others`.
std::vector<OpenCall> without(const std::vector<OpenCall>& calls,
                              const std::vector<OpenCall>& others)
{
    std::vector<OpenCall> rest;
    for (const OpenCall& call : calls) {
        if (std::ranges::find(others, call.request, &OpenCall::request) == others.end())
            rest.push_back(call);
    }
    return rest;
}

std::optional<AgentStatus> seenStatus(const AgentState* state, TimePoint at)
{
    return state == nullptr ? std::nullopt : std::optional(statusOf(*state, at));
}

} // namespace

std::string_view changeName(ChangeKind kind) noexcept
{
    switch (kind) {
    case ChangeKind::Added:
        return "added";
    case ChangeKind::Removed:
        return "removed";
    case ChangeKind::Changed:
        return "changed";
    }
    return "";
}

std::vector<KeyChange> keyChanges(const AgentState* before, const AgentState* after,
                                  const Dictionaries& names)
{
    std::map<std::string, KeyChange> byName;
    for (const auto& [state, side] :
         {std::pair{before, &KeyChange::before}, std::pair{after, &KeyChange::after}}) {
        if (state == nullptr)
            continue;
        for (const StateValue& value : state->values)
            byName[names.stateKeyName(value.key)].*side = value;
    }
    std::vector<KeyChange> changes;
    for (auto& [name, change] : byName) {
        const bool was = !isGone(change.before);
        const bool is = !isGone(change.after);
        if (was == is && (!was || isSameValue(change.before.value, change.after.value)))
            continue;
        change.key = name;
        change.kind = !was ? ChangeKind::Added : is ? ChangeKind::Changed : ChangeKind::Removed;
        const auto from = numberOf(change.before.value);
        const auto to = numberOf(change.after.value);
        if (was && is && from && to)
            change.by = *to - *from;
        changes.push_back(std::move(change));
    }
    return changes;
}

std::vector<AgentChanges> stateChanges(const StateSlice& before, const StateSlice& after,
                                       const Dictionaries& names)
{
    std::map<AgentId, std::pair<const AgentState*, const AgentState*>> pairs;
    for (const AgentState& state : before.agents)
        pairs[state.agent].first = &state;
    for (const AgentState& state : after.agents)
        pairs[state.agent].second = &state;
    std::vector<AgentChanges> all;
    for (const auto& [agent, pair] : pairs) {
        static const AgentState kNone;
        const AgentState& was = pair.first != nullptr ? *pair.first : kNone;
        const AgentState& is = pair.second != nullptr ? *pair.second : kNone;
        AgentChanges changes;
        changes.agent = agent;
        changes.before = seenStatus(pair.first, before.at);
        changes.after = seenStatus(pair.second, after.at);
        changes.opened = without(is.waitingFor, was.waitingFor);
        changes.closed = without(was.waitingFor, is.waitingFor);
        changes.keys = keyChanges(pair.first, pair.second, names);
        if (!changes.isEmpty())
            all.push_back(std::move(changes));
    }
    return all;
}

} // namespace murmur
