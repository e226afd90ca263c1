// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationtree.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace murmur {

namespace {

/// Deeper calls stand beside each other: nobody reads such a tree, and memory is bounded.
constexpr int kDeepest = 64;

/// What a message is to its step.
enum class Role : std::uint8_t { Request, Reply, Work, Single };

struct StepPlace
{
    int step = -1;
    Role role = Role::Single;
};

class TreeBuilder
{
public:
    explicit TreeBuilder(const std::vector<ConversationMessage>& messages)
        : m_messages(messages)
    {
    }

    ConversationTree build()
    {
        if (m_messages.empty())
            return {};
        m_tree.start = m_messages.front().time;
        m_tree.end = m_messages.front().time;
        for (const ConversationMessage& message : m_messages) {
            m_tree.start = std::min(m_tree.start, message.time);
            m_tree.end = std::max(m_tree.end, message.time);
            if (message.closes != 0)
                m_answered.insert(message.closes);
        }
        for (const ConversationMessage* message : ordered())
            take(*message);
        nest();
        for (const auto& [seq, place] : m_places)
            m_tree.places.emplace_back(seq, place.step);
        std::ranges::sort(m_tree.places);
        return std::move(m_tree);
    }

private:
    /// An answer that was heard before its request stands behind it.
    std::vector<const ConversationMessage*> ordered() const
    {
        std::unordered_map<Seq, std::int64_t> asked;
        for (const ConversationMessage& message : m_messages) {
            if (m_answered.contains(message.seq))
                asked.emplace(message.seq, message.time);
        }
        struct Place
        {
            std::int64_t time = 0;
            bool isMoved = false;
            const ConversationMessage* message = nullptr;
        };
        std::vector<Place> places;
        for (const ConversationMessage& message : m_messages) {
            const auto request = asked.find(message.closes);
            const bool isEarly = request != asked.end() && request->second >= message.time &&
                                 message.closes > message.seq;
            places.push_back({isEarly ? request->second : message.time, isEarly, &message});
        }
        std::ranges::stable_sort(places, [](const Place& a, const Place& b) {
            return a.time != b.time ? a.time < b.time : a.isMoved < b.isMoved;
        });
        std::vector<const ConversationMessage*> order;
        for (const Place& place : places)
            order.push_back(place.message);
        return order;
    }

    ConversationStep& step(int at) { return m_tree.steps[static_cast<std::size_t>(at)]; }

    void take(const ConversationMessage& message)
    {
        const auto asked = message.closes != 0 ? m_places.find(message.closes) : m_places.end();
        if (asked != m_places.end() && asked->second.role == Role::Request) {
            answer(message, asked->second.step);
            return;
        }
        if (message.kind == Kind::Chunk) {
            if (const int call = callOfChunk(message); call >= 0) {
                m_places[message.seq] = {call, Role::Work};
                ++step(call).chunks;
                noteWork(call, message);
                return;
            }
        }
        open(message);
    }

    void answer(const ConversationMessage& message, int call)
    {
        ConversationStep& of = step(call);
        m_places[message.seq] = {call, Role::Reply};
        if (++of.answers > 1)
            return;
        of.reply = message.seq;
        of.end = std::max(of.start, message.time);
        of.isError = message.kind == Kind::Error;
        of.tokens = std::max(of.tokens, message.tokens);
        if (index(message.sender) != 0)
            of.callee = message.sender;
    }

    /// An open call that it is a piece of the answer of.
    int callOfChunk(const ConversationMessage& message)
    {
        for (const auto& [cause, grade] : message.causes) {
            const auto found = m_places.find(cause);
            if (found != m_places.end() && found->second.step >= 0 &&
                (found->second.role == Role::Request || found->second.role == Role::Work))
                return found->second.step;
        }
        const auto found = message.correlation != 0 ? m_byCorrelation.find(message.correlation)
                                                    : m_byCorrelation.end();
        return found != m_byCorrelation.end() ? found->second : -1;
    }

    void open(const ConversationMessage& message)
    {
        const int at = static_cast<int>(m_tree.steps.size());
        ConversationStep made;
        made.isCall = message.kind == Kind::Request || m_answered.contains(message.seq);
        made.seq = message.seq;
        made.start = message.time;
        made.end = made.isCall ? m_tree.end : message.time;
        made.caller = message.sender;
        made.callee = message.receiver;
        made.kind = message.kind;
        made.type = message.type;
        made.topic = message.topic;
        made.isError = message.kind == Kind::Error;
        made.tokens = message.tokens;
        m_tree.steps.push_back(std::move(made));
        m_places[message.seq] = {at, step(at).isCall ? Role::Request : Role::Single};
        findParent(at, message);
        if (!step(at).isCall)
            return;
        if (message.span != 0)
            m_bySpan[message.span] = at;
        if (message.correlation != 0)
            m_byCorrelation[message.correlation] = at;
        if (index(step(at).callee) != 0)
            m_asked[index(step(at).callee)].push_back(at);
    }

    /// Not answered before `time`.
    bool isRunning(int call, std::int64_t time)
    {
        const ConversationStep& of = step(call);
        return of.isCall && (of.reply == 0 || of.end >= time);
    }

    void findParent(int at, const ConversationMessage& message)
    {
        if (message.parentSpan != 0 && message.parentSpan != message.span) {
            const auto span = m_bySpan.find(message.parentSpan);
            if (span != m_bySpan.end())
                return put(at, span->second, Grade::Stated, message);
        }
        for (const auto& [cause, grade] : message.causes) {
            const auto found = m_places.find(cause);
            if (found == m_places.end() || found->second.step == at)
                continue;
            return put(at, behind(found->second, message), grade, message);
        }
        put(at, inferredParent(message), Grade::Inferred, message);
    }

    /// The call in which what follows from a message takes place.
    int behind(const StepPlace& cause, const ConversationMessage& message)
    {
        const ConversationStep& of = step(cause.step);
        const bool isWork = cause.role == Role::Request || cause.role == Role::Work;
        const bool isCaller = message.sender == of.caller && message.sender != of.callee;
        if (isWork && !isCaller && isRunning(cause.step, message.time))
            return cause.step;
        return of.parent;
    }

    /// The call that was asked of its sender last and is not answered yet.
    int inferredParent(const ConversationMessage& message)
    {
        const auto found = m_asked.find(index(message.sender));
        if (index(message.sender) == 0 || found == m_asked.end())
            return -1;
        std::vector<int>& calls = found->second;
        while (!calls.empty() && !isRunning(calls.back(), message.time))
            calls.pop_back();
        return calls.empty() ? -1 : calls.back();
    }

    void put(int at, int parent, Grade grade, const ConversationMessage& message)
    {
        while (parent >= 0 && step(parent).depth + 1 >= kDeepest)
            parent = step(parent).parent;
        if (parent < 0)
            return;
        step(at).parent = parent;
        step(at).nesting = grade;
        step(at).depth = step(parent).depth + 1;
        noteWork(parent, message);
    }

    void noteWork(int call, const ConversationMessage& message)
    {
        ConversationStep& of = step(call);
        const bool isCallee = message.sender == of.callee || index(of.callee) == 0;
        if (of.isCall && isCallee && message.sender != of.caller && of.firstWork == kNoTime)
            of.firstWork = message.time;
    }

    void nest()
    {
        for (int at = 0; at < static_cast<int>(m_tree.steps.size()); ++at) {
            const int parent = step(at).parent;
            (parent < 0 ? m_tree.roots : step(parent).children).push_back(at);
        }
        for (ConversationStep& of : m_tree.steps)
            of.self = selfOf(of);
    }

    std::int64_t selfOf(const ConversationStep& of)
    {
        std::int64_t covered = 0;
        std::int64_t reached = of.start;
        for (const int child : of.children) { // by their start
            const ConversationStep& one = step(child);
            const std::int64_t begin = std::max(reached, one.start);
            const std::int64_t end = std::min(of.end, one.end);
            if (!one.isCall || end <= begin)
                continue;
            covered += end - begin;
            reached = end;
        }
        return of.end - of.start - covered;
    }

    const std::vector<ConversationMessage>& m_messages;
    ConversationTree m_tree;
    std::unordered_set<Seq> m_answered;
    std::unordered_map<Seq, StepPlace> m_places;
    std::unordered_map<std::uint64_t, int> m_bySpan;
    std::unordered_map<std::uint64_t, int> m_byCorrelation;
    std::unordered_map<std::uint32_t, std::vector<int>> m_asked; ///< by who was asked
};

} // namespace

std::vector<int> ConversationTree::inOrder() const
{
    std::vector<int> order;
    std::vector<int> waiting(roots.rbegin(), roots.rend());
    while (!waiting.empty()) {
        const int at = waiting.back();
        waiting.pop_back();
        order.push_back(at);
        const auto& children = steps[static_cast<std::size_t>(at)].children;
        waiting.insert(waiting.end(), children.rbegin(), children.rend());
    }
    return order;
}

int ConversationTree::stepOf(Seq seq) const
{
    const auto found = std::ranges::lower_bound(places, seq, {}, &std::pair<Seq, int>::first);
    return found != places.end() && found->first == seq ? found->second : -1;
}

ConversationTree conversationTree(const std::vector<ConversationMessage>& messages)
{
    ConversationTree tree = TreeBuilder(messages).build();
    findCriticalPath(tree, messages);
    return tree;
}

} // namespace murmur
