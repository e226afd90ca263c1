// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationtree.h"

#include <algorithm>
#include <map>
#include <queue>
#include <unordered_map>

namespace murmur {

namespace {

/// A message that was heard so much later after it was sent than the fastest of its sender was held
/// up on the way, whatever the clocks say.
constexpr std::int64_t kNoticeable = 1'000'000; // ns

/// Goes back from the end: what one waited for last is the call that ended last; before its begin,
/// the one that ended last before that. What no call covers, the agent has that speaks next. Input:
/// calls that begin within their parent. Each call is looked at once by its parent: O(n log n).
/// Invariant: the segments so far cover [t, end] without a hole.
class PathFinder
{
public:
    PathFinder(ConversationTree& tree, const std::vector<ConversationMessage>& messages)
        : m_tree(tree)
        , m_messages(messages)
    {
        std::unordered_map<std::uint32_t, std::pair<std::int64_t, int>> fastest;
        for (const ConversationMessage& message : messages) {
            m_bySeq.emplace(message.seq, &message);
            if (message.sent == kNoTime)
                continue;
            const std::int64_t delay = message.time - message.sent;
            const auto [at, isFirst] = fastest.try_emplace(index(message.sender), delay, 0);
            at->second.first = std::min(at->second.first, delay);
            ++at->second.second;
        }
        for (const auto& [agent, known] : fastest) {
            if (known.second >= 3 && agent != 0)
                m_fastest.emplace(agent, known.first);
        }
    }

    void run()
    {
        m_tree.path.clear();
        for (ConversationStep& step : m_tree.steps)
            step.isCritical = false;
        if (m_tree.end > m_tree.start)
            walk(-1, m_tree.start, m_tree.end);
        std::ranges::reverse(m_tree.path);
        join();
    }

private:
    const ConversationStep& step(int at) const
    {
        return m_tree.steps[static_cast<std::size_t>(at)];
    }

    void walk(int of, std::int64_t from, std::int64_t to)
    {
        if (of >= 0)
            m_tree.steps[static_cast<std::size_t>(of)].isCritical = true;
        std::vector<int> byEnd;
        for (const int child : of < 0 ? m_tree.roots : step(of).children) {
            // Nobody waited for an answer that never came: the conversation went on without.
            if (step(child).isCall && step(child).reply != 0 && step(child).end > from &&
                step(child).start < to && step(child).end > step(child).start)
                byEnd.push_back(child);
        }
        std::ranges::sort(byEnd, [this](int a, int b) {
            return step(a).end != step(b).end ? step(a).end > step(b).end : a < b;
        });
        const auto startsLater = [this](int a, int b) { return step(a).start > step(b).start; };
        // Of those that end at t the one that began first covers most.
        std::priority_queue<int, std::vector<int>, decltype(startsLater)> running(startsLater);
        std::size_t next = 0;
        for (std::int64_t t = to; t > from;) {
            // What ran beside the call that was waited for was not waited for.
            for (; next < byEnd.size() && step(byEnd[next]).end >= t; ++next) {
                if (t == to || step(byEnd[next]).end == t)
                    running.push(byEnd[next]);
            }
            while (!running.empty() && step(running.top()).start >= t)
                running.pop();
            if (running.empty()) {
                const std::int64_t until = next < byEnd.size() ? step(byEnd[next]).end : from;
                own(of, std::max(from, until), t);
                t = std::max(from, until);
                continue;
            }
            const int child = running.top();
            running.pop();
            const std::int64_t begin = std::max(from, step(child).start);
            walk(child, begin, t);
            t = begin;
        }
    }

    /// Time in which no call below `of` ran; from its end to its begin.
    void own(int of, std::int64_t begin, std::int64_t end)
    {
        if (of < 0) {
            between(begin, end);
            return;
        }
        const ConversationStep& call = step(of);
        end = onTheWay(call.end == end ? call.reply : 0, of, begin, end);
        const std::int64_t work = call.firstWork;
        if (work == kNoTime) {
            add({begin, end, call.callee, PathPart::Own, of});
            return;
        }
        if (end > work)
            add({std::max(begin, work), end, call.callee, PathPart::Service, of});
        if (begin < work)
            add({begin, std::min(end, work), call.callee, PathPart::Queueing, of});
    }

    /// What was said last is what those after it were at.
    void between(std::int64_t begin, std::int64_t end)
    {
        const auto after = [this](std::int64_t t) {
            return std::ranges::lower_bound(m_messages, t, {}, &ConversationMessage::time);
        };
        while (end > begin) {
            const auto said = after(end);
            if (said == m_messages.end()) {
                add({begin, end, {}, PathPart::Own, -1});
                return;
            }
            std::int64_t from = begin;
            if (said != m_messages.begin())
                from = std::max(from, std::prev(said)->time);
            if (from >= end)
                from = begin;
            const std::int64_t left = onTheWay(said->seq, -1, from, end);
            add({from, left, said->sender, PathPart::Own, -1});
            end = from;
        }
    }

    /// Adds what lies between saying and hearing a message that came at `end`; the rest's end.
    std::int64_t onTheWay(Seq seq, int of, std::int64_t begin, std::int64_t end)
    {
        const auto said = m_bySeq.find(seq);
        if (said == m_bySeq.end() || said->second->sent == kNoTime || said->second->time != end)
            return end;
        const auto fastest = m_fastest.find(index(said->second->sender));
        if (fastest == m_fastest.end())
            return end;
        const std::int64_t held = said->second->time - said->second->sent - fastest->second;
        if (held < kNoticeable || held > end - begin)
            return end;
        add({end - held, end, said->second->sender, PathPart::Transport, of});
        return end - held;
    }

    void add(const PathSegment& segment)
    {
        if (segment.end > segment.begin)
            m_tree.path.push_back(segment);
    }

    /// Neighbours that say the same become one.
    void join()
    {
        std::vector<PathSegment> joined;
        for (const PathSegment& segment : m_tree.path) {
            if (!joined.empty() && joined.back().agent == segment.agent &&
                joined.back().part == segment.part && joined.back().step == segment.step)
                joined.back().end = segment.end;
            else
                joined.push_back(segment);
        }
        m_tree.path = std::move(joined);
    }

    ConversationTree& m_tree;
    const std::vector<ConversationMessage>& m_messages; ///< by time
    std::unordered_map<Seq, const ConversationMessage*> m_bySeq;
    std::unordered_map<std::uint32_t, std::int64_t> m_fastest; ///< ns, by sender
};

} // namespace

void findCriticalPath(ConversationTree& tree, const std::vector<ConversationMessage>& messages)
{
    PathFinder(tree, messages).run();
}

std::vector<PathShare> pathShares(const ConversationTree& tree)
{
    std::map<std::pair<std::uint32_t, PathPart>, std::int64_t> sums;
    for (const PathSegment& segment : tree.path)
        sums[{index(segment.agent), segment.part}] += segment.end - segment.begin;
    std::vector<PathShare> shares;
    for (const auto& [of, time] : sums)
        shares.push_back({AgentId(of.first), of.second, time});
    std::ranges::stable_sort(shares, std::greater{}, &PathShare::time);
    return shares;
}

} // namespace murmur
