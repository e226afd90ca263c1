// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "agents/statereducer.h"
#include "session/jobs.h"
#include "session/recordingset.h"
#include "session/tellings.h"

#include <map>

namespace murmur {

namespace {

constexpr std::uint32_t kStateJobColumns =
    TimeColumns | FlagColumns | ActorColumns | CallColumns | StateColumns | LateColumns;
/// An agent is silent after this long, or three times its usual gap, whichever is more.
constexpr std::int64_t kSilence = 10'000'000'000; // ns

/// Finds the value texts that messages set, block by block.
void fillValues(SourceView& view, std::vector<AgentState*>& agents)
{
    struct Place
    {
        AgentId agent{};
        StateValue* value = nullptr;
    };
    std::map<Seq, std::vector<Place>> wanted;
    for (AgentState* agent : agents) {
        for (StateValue& value : agent->values)
            wanted[value.setBy].push_back({agent->agent, &value});
    }
    const auto take = [&](const Columns& columns, PayloadSource& payload) {
        for (const StateChange& change : columns.states) {
            const auto places = wanted.find(columns.first + change.row);
            if (places == wanted.end())
                continue;
            for (const Place& place : places->second) {
                if (place.agent != change.agent || place.value->key != change.key)
                    continue;
                const std::string_view text = valueText(columns, change, payload);
                place.value->value = QByteArray(text.data(), static_cast<qsizetype>(text.size()));
            }
        }
    };
    Columns columns;
    for (auto next = wanted.begin(); next != wanted.end() && next->first <= view.durable();) {
        const auto block = view.reader().blockOf(next->first);
        if (block && view.reader().load(
                         *block, SizeColumns | TimeColumns | StateColumns | IdColumns, columns)) {
            BlockPayload payload(view.reader(), *block, columns);
            take(columns, payload);
        }
        next = block ? wanted.upper_bound(block->last()) : std::next(next);
    }
    for (const Tail::Run& run : view.tail()) {
        RunPayload payload(*run);
        take(run->columns, payload);
    }
}

/// Adds those that lie wholly before the keyframe's time: `blocks` has all others.
void addStrays(const std::vector<BlockRef>& strays, std::int64_t keyframeTime, std::int64_t at,
               std::vector<BlockRef>& blocks)
{
    const std::size_t had = blocks.size();
    for (const BlockRef& stray : strays) {
        if (stray.firstTime <= at && stray.lastTime < keyframeTime)
            blocks.push_back(stray);
    }
    if (blocks.size() > had)
        std::ranges::sort(blocks, {}, &BlockRef::first);
}

/// One state for an agent, whatever it was called.
void joinAliases(const std::vector<AgentId>& aliases, StateSlice& slice)
{
    if (aliases.empty())
        return;
    const auto nameOf = [&](AgentId& agent) {
        if (index(agent) < aliases.size())
            agent = aliases[index(agent)];
    };
    for (AgentState& state : slice.agents) {
        nameOf(state.agent);
        for (auto* calls : {&state.waitingFor, &state.owes}) {
            for (OpenCall& call : *calls)
                nameOf(call.other);
        }
    }
    std::ranges::stable_sort(slice.agents, {}, &AgentState::agent);
    std::vector<AgentState> joined;
    for (AgentState& state : slice.agents) {
        if (joined.empty() || joined.back().agent != state.agent)
            joined.push_back(std::move(state));
        else
            joinState(joined.back(), std::move(state));
    }
    for (AgentState& state : joined)
        settleState(state);
    slice.agents = std::move(joined);
}

} // namespace

Result<StateSlice> stateJob(const Source& source, const StateRequest& request)
{
    // Keyframes have the ids and Seqs of their recording.
    if (source.set && !source.set->isJoined)
        return mergedStateJob(source, request);
    auto view = SourceView::of(source);
    if (!view)
        return view.error();
    const std::int64_t at = toNs(request.at);
    StateReducer reducer(view->names());
    StoredKeyframe keyframe;
    if (auto stored = view->reader().keyframeBefore(request.at);
        stored && reducer.load(stored->bytes))
        keyframe = std::move(*stored);
    const TimePoint from = keyframe.block > 0 ? fromNs(keyframe.time) : TimePoint::min();
    Columns columns;
    auto blocks = view->reader().blocksIn({from, request.at + nanoseconds(1)});
    if (keyframe.block > 0)
        addStrays(view->reader().straysAfter(keyframe.block), keyframe.time, at, blocks);
    // Before the first message that is kept nothing is known, although the state at the cut is.
    if (view->first() > 1 && blocks.empty() && view->tail().empty() &&
        keyframe.time == toNs(TimePoint::min())) {
        StateSlice unknown;
        unknown.at = request.at;
        return unknown;
    }
    for (const BlockRef& block : blocks) {
        if (request.stop.stop_requested())
            return cancelled();
        if (block.id > keyframe.block && view->reader().load(block, kStateJobColumns, columns))
            reducer.apply(columns, at);
    }
    for (const Tail::Run& run : view->tail()) {
        if (run->columns.first > view->durable()) {
            reducer.apply(run->columns, at);
        } else if (run->columns.last() > view->durable()) {
            for (std::size_t row = 0; row < run->columns.size(); ++row) {
                if (run->columns.first + static_cast<Seq>(row) > view->durable() &&
                    run->columns.time[row] <= at)
                    reducer.applyRow(run->columns, row, at);
            }
        }
    }

    StateSlice slice;
    slice.at = request.at;
    std::map<std::uint32_t, std::vector<OpenCall>> waiting;
    std::map<std::uint32_t, std::vector<OpenCall>> owed;
    for (const auto& [seq, call] : reducer.pending()) {
        waiting[index(call.from)].push_back({seq, call.to, call.since});
        if (index(call.to) != 0)
            owed[index(call.to)].push_back({seq, call.from, call.since});
    }
    const auto& agents = reducer.agents();
    for (std::uint32_t id = 1; id < agents.size(); ++id) {
        const AgentFacts& facts = agents[id];
        if (facts.firstSeen == kNoTime)
            continue;
        AgentState state;
        state.agent = AgentId(id);
        state.firstSeen = facts.firstSeen;
        state.lastSent = facts.lastSent;
        state.lastReceived = facts.lastReceived;
        state.usualGap = facts.usualGap;
        state.sent = facts.sent;
        state.received = facts.received;
        state.errors = facts.errors;
        state.lastSentSeq = facts.lastSentSeq;
        state.lastReceivedSeq = facts.lastReceivedSeq;
        if (facts.lastSent != kNoTime)
            state.liveness = at - facts.lastSent <= std::max(kSilence, 3 * facts.usualGap)
                                 ? Liveness::Alive
                                 : Liveness::Silent;
        if (const auto calls = waiting.find(id); calls != waiting.end())
            state.waitingFor = std::move(calls->second);
        if (const auto calls = owed.find(id); calls != owed.end())
            state.owes = std::move(calls->second);
        for (const auto& [key, value] : facts.values)
            state.values.push_back({StateKeyId(key), value.setBy, value.since, {}});
        slice.agents.push_back(std::move(state));
    }
    const std::vector<AgentId> wanted = view->names().withAliases(request.withValues);
    std::vector<AgentState*> withValues;
    for (AgentState& state : slice.agents) {
        if (std::ranges::find(wanted, state.agent) != wanted.end())
            withValues.push_back(&state);
    }
    fillValues(*view, withValues);
    joinAliases(view->names().aliases(), slice);
    return slice;
}

} // namespace murmur
