// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/sequence.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace murmur {

namespace {

/// A message to more than this many gives no column to those who never say anything.
constexpr std::size_t kManyReceivers = 8;

class SequenceMaker
{
public:
    SequenceMaker(const ConversationDetail& detail, const Dictionaries& names, const Clocks* clocks)
        : m_detail(detail)
        , m_names(names)
        , m_clocks(clocks)
    {
    }

    Sequence make()
    {
        m_out.start = m_detail.tree.start;
        m_out.end = m_detail.tree.end;
        gatherReceivers();
        findColumns();
        for (std::size_t i = 0; i < m_detail.messages.size(); ++i)
            addMessage(i);
        std::ranges::stable_sort(m_out.messages, [](const auto& a, const auto& b) {
            return a.received != b.received ? a.received < b.received : a.seq < b.seq;
        });
        if (!m_out.messages.empty()) {
            for (const SequenceMessage& message : m_out.messages)
                m_out.start = std::min(m_out.start, message.sent);
        }
        findUnknownOrder();
        addCalls();
        addRegions(m_detail.tree.roots, 0);
        std::ranges::stable_sort(m_out.regions, [](const auto& a, const auto& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.level < b.level;
        });
        return std::move(m_out);
    }

private:
    [[nodiscard]] const ConversationStep* stepOf(const ConversationMessage& message) const
    {
        const int step = m_detail.tree.stepOf(message.seq);
        return step < 0 ? nullptr : &m_detail.tree.steps[static_cast<std::size_t>(step)];
    }

    void gatherReceivers()
    {
        std::map<AudienceId, std::vector<AgentId>> known;
        for (const ConversationMessage& message : m_detail.messages) {
            const auto [at, isNew] = known.try_emplace(message.audience);
            if (isNew) {
                for (const AgentId agent : m_names.receivers(message.audience))
                    at->second.push_back(m_names.resolved(agent));
                std::ranges::sort(at->second);
                at->second.erase(std::unique(at->second.begin(), at->second.end()),
                                 at->second.end());
            }
            m_receivers.push_back(&at->second);
        }
        m_audiences = std::move(known); // nodes stay where they are
    }

    void findColumns()
    {
        std::set<AgentId> own; // who has a column: whoever speaks, or is spoken to among few
        for (std::size_t i = 0; i < m_detail.messages.size(); ++i) {
            own.insert(m_detail.messages[i].sender);
            if (m_receivers[i]->size() <= kManyReceivers)
                own.insert(m_receivers[i]->begin(), m_receivers[i]->end());
        }
        const auto see = [&](AgentId agent) {
            if (own.contains(agent)) {
                if (m_columns.try_emplace(agent, static_cast<int>(m_out.columns.size())).second)
                    m_out.columns.push_back({agent, {}});
                return;
            }
            if (!m_crowd.insert(agent).second)
                return;
            if (m_crowdColumn < 0) {
                m_crowdColumn = static_cast<int>(m_out.columns.size());
                m_out.columns.push_back({});
            }
            m_columns.emplace(agent, m_crowdColumn);
        };
        for (std::size_t i = 0; i < m_detail.messages.size(); ++i) {
            see(m_detail.messages[i].sender);
            for (const AgentId agent : *m_receivers[i])
                see(agent);
            if (const AgentId callee = inferredReceiver(i); index(callee) != 0) {
                own.insert(callee);
                see(callee);
            }
        }
        if (m_crowdColumn >= 0)
            m_out.columns[static_cast<std::size_t>(m_crowdColumn)].folded.assign(m_crowd.begin(),
                                                                                 m_crowd.end());
    }

    /// Who answered a request that names nobody, and who is answered.
    [[nodiscard]] AgentId inferredReceiver(std::size_t i) const
    {
        const ConversationMessage& message = m_detail.messages[i];
        if (!m_receivers[i]->empty())
            return {};
        const ConversationStep* step = stepOf(message);
        if (step == nullptr || !step->isCall)
            return {};
        if (message.seq == step->seq)
            return step->reply != 0 ? step->callee : AgentId();
        return message.closes == step->seq ? step->caller : AgentId();
    }

    void addMessage(std::size_t i)
    {
        const ConversationMessage& message = m_detail.messages[i];
        SequenceMessage out;
        out.seq = message.seq;
        out.shownSeq = message.shownSeq != 0 ? message.shownSeq : message.seq;
        out.sent = out.received = message.time;
        if (m_clocks != nullptr && message.sent != kNoTime) {
            if (const auto aligned =
                    m_clocks->aligned(message.sender, message.time, message.sent)) {
                out.sent = std::min(aligned->time, message.time);
                out.error = aligned->error;
                out.isSentKnown = true;
            }
        }
        out.from = m_columns.at(message.sender);
        out.receivers = m_receivers[i]->size();
        for (const AgentId agent : *m_receivers[i])
            out.to.push_back(m_columns.at(agent));
        if (const AgentId inferred = inferredReceiver(i); index(inferred) != 0) {
            out.to.push_back(m_columns.at(inferred));
            out.isInferred = true;
        }
        std::ranges::sort(out.to);
        out.to.erase(std::unique(out.to.begin(), out.to.end()), out.to.end());
        out.kind = message.kind;
        out.type = message.type;
        out.topic = message.topic;
        out.closes = message.closes;
        if (const ConversationStep* step = stepOf(message); step != nullptr && step->isCall) {
            if (message.closes == step->seq && message.closes != 0)
                out.latency = message.time - step->start;
            out.isUnanswered = message.seq == step->seq && step->isOpen();
        }
        m_out.messages.push_back(std::move(out));
    }

    /// Without clocks that are understood, what was heard is the only order there is.
    void findUnknownOrder()
    {
        std::unordered_map<Seq, const ConversationMessage*> bySeq;
        for (const ConversationMessage& message : m_detail.messages)
            bySeq.emplace(message.seq, &message);
        for (std::size_t i = 1; i < m_out.messages.size(); ++i) {
            const SequenceMessage& a = m_out.messages[i - 1];
            SequenceMessage& b = m_out.messages[i];
            if (a.from == b.from || !a.isSentKnown || !b.isSentKnown || b.closes == a.seq)
                continue;
            if (clockOrder({a.sent, a.error}, {b.sent, b.error}) != ClockOrder::Concurrent)
                continue;
            const auto& causes = bySeq.at(b.seq)->causes;
            b.isOrderUnknown =
                std::ranges::none_of(causes, [&](const auto& one) { return one.first == a.seq; });
        }
    }

    void addCalls()
    {
        const auto& steps = m_detail.tree.steps;
        std::map<int, std::vector<std::int64_t>> busy; // ends, by column and level
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const ConversationStep& step = steps[i];
            const auto column = m_columns.find(step.callee);
            if (!step.isCall || column == m_columns.end() || index(step.callee) == 0)
                continue;
            SequenceCall call;
            call.step = static_cast<int>(i);
            call.column = column->second;
            call.begin = step.start;
            call.end = step.end;
            call.request = step.seq;
            call.isOpen = step.isOpen();
            call.isError = step.isError;
            std::vector<std::int64_t>& levels = busy[call.column];
            const auto free =
                std::ranges::find_if(levels, [&](std::int64_t end) { return end <= step.start; });
            call.level = static_cast<int>(free - levels.begin());
            if (free == levels.end())
                levels.push_back(step.end);
            else
                *free = step.end;
            m_out.calls.push_back(call);
        }
    }

    [[nodiscard]] int firstFrom(std::int64_t time) const
    {
        return static_cast<int>(
            std::ranges::lower_bound(m_out.messages, time, {}, &SequenceMessage::received) -
            m_out.messages.begin());
    }

    /// Calls of one level of the tree that overlap in time.
    void addRegions(const std::vector<int>& siblings, int level)
    {
        const auto& steps = m_detail.tree.steps;
        const auto stepAt = [&](int i) -> const ConversationStep& {
            return steps[static_cast<std::size_t>(i)];
        };
        SequenceRegion region;
        const auto close = [&] {
            if (region.steps.size() > 1) {
                region.level = level;
                region.first = firstFrom(region.begin);
                region.last = std::max(region.first, firstFrom(region.end + 1) - 1);
                m_out.regions.push_back(region);
            }
            const int inner = region.steps.size() > 1 ? level + 1 : level;
            for (const int step : region.steps)
                addRegions(stepAt(step).children, inner);
            region = {};
        };
        for (const int sibling : siblings) {
            const ConversationStep& step = stepAt(sibling);
            if (!step.isCall || step.isOpen()) {
                // One that never ended would be beside everything.
                addRegions(step.children, level);
                continue;
            }
            if (!region.steps.empty() && step.start >= region.end)
                close();
            if (region.steps.empty())
                region.begin = step.start;
            region.steps.push_back(sibling);
            region.end = std::max(region.end, step.end);
        }
        close();
    }

    const ConversationDetail& m_detail;
    const Dictionaries& m_names;
    const Clocks* m_clocks;
    std::map<AudienceId, std::vector<AgentId>> m_audiences;
    std::vector<const std::vector<AgentId>*> m_receivers; ///< of each message
    std::map<AgentId, int> m_columns;
    std::set<AgentId> m_crowd; ///< who was only ever one of many
    int m_crowdColumn = -1;
    Sequence m_out;
};

} // namespace

int Sequence::indexOf(Seq seq) const
{
    const auto found = std::ranges::find(messages, seq, &SequenceMessage::seq);
    return found == messages.end() ? -1 : static_cast<int>(found - messages.begin());
}

Sequence sequenceOf(const ConversationDetail& detail, const Dictionaries& names,
                    const Clocks* clocks)
{
    return SequenceMaker(detail, names, clocks).make();
}

} // namespace murmur
