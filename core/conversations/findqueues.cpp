// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationjob.h"

#include "recording/blockcodec.h"
#include "session/source.h"

#include <algorithm>
#include <set>

namespace murmur {

namespace {

constexpr std::size_t kMostCalls = 32;
constexpr std::int64_t kMostRows = 2'000'000;
constexpr std::int64_t kShortestCall = 1'000'000; // ns
/// So many others in order may be chance, fewer are.
constexpr std::size_t kFewestOthers = 3;

/// An answer of the callee while a call was open.
struct OtherAnswer
{
    std::int64_t time = 0;  ///< ns
    std::int64_t asked = 0; ///< ns
    Seq seq = 0;
};

/// When it began with `call`, if it answers one after the other; else kNoTime.
std::int64_t beginOfWork(const ConversationStep& call, std::vector<OtherAnswer>& answers)
{
    std::ranges::sort(answers, {}, &OtherAnswer::time);
    std::int64_t asked = kNoTime;
    std::int64_t begin = kNoTime;
    std::size_t others = 0;
    for (const OtherAnswer& answer : answers) {
        if (answer.asked < asked)
            return kNoTime; // it works on several at once
        asked = answer.asked;
        if (answer.seq == call.reply)
            break;
        begin = answer.time;
        ++others;
    }
    return others >= kFewestOthers ? begin : kNoTime;
}

} // namespace

void findQueues(const Source& source, ConversationDetail& detail, const std::stop_token& stop)
{
    ConversationTree& tree = detail.tree;
    std::set<int> calls;
    std::vector<PathSegment> longest = tree.path;
    std::ranges::stable_sort(longest, std::greater{}, &PathSegment::duration);
    for (const PathSegment& segment : longest) {
        if (segment.step < 0 || segment.part != PathPart::Own || calls.size() >= kMostCalls)
            continue;
        const ConversationStep& call = tree.steps[static_cast<std::size_t>(segment.step)];
        if (call.firstWork == kNoTime && call.end - call.start >= kShortestCall &&
            index(call.callee) != 0)
            calls.insert(segment.step);
    }
    if (calls.empty())
        return;
    auto view = SourceView::of(source);
    if (!view)
        return;
    const std::vector<AgentId> aliases = view->names().aliases();
    std::int64_t rows = 0;
    bool isChanged = false;
    Columns columns;
    for (const int at : calls) {
        ConversationStep& call = tree.steps[static_cast<std::size_t>(at)];
        std::vector<OtherAnswer> answers;
        const auto take = [&](const Columns& from, Seq after) {
            for (std::size_t row = 0; row < from.size(); ++row) {
                const std::uint32_t id = from.sender[row];
                const AgentId sender = id < aliases.size() ? aliases[id] : AgentId(id);
                const Seq seq = from.first + static_cast<Seq>(row);
                if (from.closes[row] != 0 && sender == call.callee && seq > after &&
                    from.time[row] > call.start && from.time[row] <= call.end)
                    answers.push_back({from.time[row], from.time[row] - from.latency[row], seq});
            }
        };
        const TimeRange range{fromNs(call.start), fromNs(call.end + 1)};
        for (const BlockRef& block : view->reader().blocksIn(range, 0, kMostRows)) {
            if (stop.stop_requested() || rows > kMostRows)
                break;
            rows += static_cast<std::int64_t>(block.count);
            if (view->reader().load(block, TimeColumns | ActorColumns | CallColumns, columns))
                take(columns, 0);
        }
        if (stop.stop_requested() || rows > kMostRows)
            break;
        for (const Tail::Run& run : view->tail())
            take(run->columns, view->durable());
        const std::int64_t begin = beginOfWork(call, answers);
        if (begin <= call.start || begin >= call.end)
            continue;
        call.firstWork = begin;
        call.isFirstWorkInferred = true;
        isChanged = true;
    }
    if (isChanged)
        findCriticalPath(tree, detail.messages);
}

} // namespace murmur
