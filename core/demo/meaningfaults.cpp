// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/meaningfaults.h"

#include "demo/speakingfault.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace murmur {

namespace {

constexpr std::int64_t kTick = 1'000'000; ///< a millisecond

/// A planner keeps its own record of its robot's tasks. At first it follows; then changes do not
/// reach it any more, and it goes on telling what was.
class StateDivergenceFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_robot = anyRobot();
        m_planner = all.planners[all.agents[m_robot].site].front();
        blame(all.agents[m_planner]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        static constexpr std::array<std::string_view, 4> kStatus{"assigned", "moving", "loading",
                                                                 "carrying"};
        constexpr std::uint32_t kFollowed = 5; // tasks that it follows to their end
        const bool isPlanner = m_count % 2 == 1;
        const bool isStuck = m_task >= kFollowed;
        const std::size_t step = isPlanner && isStuck ? std::min<std::size_t>(m_step, 1) : m_step;
        DemoAgent& agent = all.agents[isPlanner ? m_planner : m_robot];
        const std::uint64_t number = 993'000 + m_task;
        talk.begin(agent, now, "state.task." + std::to_string(number), Kind::State, "task.state");
        talk.conversation("task", number);
        talk.beginPayload();
        talk.number("task", static_cast<std::int64_t>(number))
            .text("owner", all.agents[m_robot].name)
            .text("status", kStatus[step])
            .number("version", static_cast<std::int64_t>(step) + 1)
            .number("lease_ms", 5000);
        talk.end();
        if (isStuck && m_step > 1)
            note(agent, agent.sequence, now);
        ++m_count;
        if (!isPlanner) {
            next(now + random().around(70 * kTick)); // the planner hears of it
            return;
        }
        if (!isStuck) {
            if (++m_step == kStatus.size()) {
                m_step = 0;
                ++m_task;
            }
            next(now + random().around(250 * kTick));
            return;
        }
        m_step = std::min<std::size_t>(m_step + 1, kStatus.size() - 1);
        next(now + random().around(1'100 * kTick));
    }

private:
    std::uint32_t m_robot = 0;
    std::uint32_t m_planner = 0;
    std::uint32_t m_task = 0;
    std::size_t m_step = 0;
    int m_count = 0;
};

/// Two planners vote each other out of the lead.
class LeaderFlappingFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_planners = {all.planners[0].front(), all.planners[1].front()};
        blame(all.agents[m_planners[0]]);
        blame(all.agents[m_planners[1]]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        constexpr int kRenewals = 4; // in peace
        if (m_count >= kRenewals && random().chance(700)) {
            m_leads = 1 - m_leads;
            ++m_term;
        }
        DemoAgent& leader = all.agents[m_planners[m_leads]];
        talk.begin(leader, now, "swarm.leader", Kind::State, "leader.state");
        talk.beginPayload();
        talk.text("leader", leader.name).number("term", m_term).number("lease_ms", 3000);
        talk.end();
        if (m_count >= kRenewals)
            note(leader, leader.sequence, now);
        ++m_count;
        next(now + random().around(1'000 * kTick));
    }

private:
    std::array<std::uint32_t, 2> m_planners{};
    std::size_t m_leads = 0;
    int m_count = 0;
    std::int64_t m_term = 41;
};

/// The graph forgets how far some tickets are, and starts with their first node again.
class LostContextFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.nodes[0]]);
        blame(roster.agents[roster.graph]);
    }
    void shape(SwarmShape& shape) const override { shape.forgottenPerThousand = 400; }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.agent != m_roster->graph || message.type != "node.entered")
            return Fate::Heard;
        const std::uint64_t ticket = numberOf(message.json, "\"ticket\":");
        const std::uint64_t step = numberOf(message.json, "\"superstep\":");
        std::uint64_t& known = m_steps[ticket];
        if (step < known)
            note(m_roster->agents[message.agent], message.sequence, message.time);
        known = step;
        return Fate::Heard;
    }

private:
    static std::uint64_t numberOf(std::string_view json, std::string_view key)
    {
        std::uint64_t number = 0;
        const std::size_t at = json.find(key);
        for (std::size_t i = at == std::string_view::npos ? json.size() : at + key.size();
             i < json.size() && json[i] >= '0' && json[i] <= '9'; ++i)
            number = number * 10 + static_cast<std::uint64_t>(json[i] - '0');
        return number;
    }

    const Roster* m_roster = nullptr;
    std::unordered_map<std::uint64_t, std::uint64_t> m_steps; ///< by ticket: the last one
};

/// The graph calls its nodes without handing the trace on.
class UntraceableHopFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.graph]);
    }
    bool rewrite(const Spoken& message, std::string& json) override
    {
        if (message.agent != m_roster->graph || message.type != "node.entered" ||
            !random().chance(600))
            return false;
        for (const std::string_view key : {",\"trace_id\":\"", ",\"causation_id\":\""}) {
            const std::size_t begin = json.find(key);
            if (begin != std::string::npos)
                json.erase(begin, json.find('"', begin + key.size()) + 1 - begin);
        }
        note(m_roster->agents[message.agent], message.sequence, message.time);
        return true;
    }

private:
    const Roster* m_roster = nullptr;
};

/// The writer is asked for one draft after the other, and its prompt takes along all that was said.
class TokenRunawayFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.writer]);
        m_trace = newId();
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        static constexpr std::array<std::string_view, 5> kCritique{
            "too long, and it explains what nobody asked", "the tone is cold",
            "say when the money arrives", "the policy is not named", "shorter sentences, please"};
        constexpr std::int64_t kWindow = 128'000; // more does not go into the model
        DemoAgent& researcher = all.agents[all.researcher];
        DemoAgent& writer = all.agents[all.writer];
        DemoAgent& speaker = m_isAnswer ? writer : researcher;
        if (!m_isAnswer)
            m_call = newId();
        talk.begin(speaker, now, "crew.refunds.task", m_isAnswer ? Kind::Reply : Kind::Request,
                   m_isAnswer ? "revision.result" : "revision.request");
        talk.trace(m_trace);
        talk.to(m_isAnswer ? researcher.name : writer.name);
        talk.correlation(m_call);
        talk.conversation("case", 994'000);
        talk.beginPayload();
        talk.number("case", 994'000).number("draft", m_round);
        if (m_isAnswer) {
            m_tokens = std::min(kWindow, m_tokens + random().around(m_tokens * 6 / 10));
            talk.number("words", random().between(80, 130))
                .number("tokens_in", m_tokens)
                .number("tokens_out", random().between(150, 260));
            note(writer, writer.sequence, now);
        } else {
            talk.text("critique", kCritique[static_cast<std::size_t>(m_round) % kCritique.size()]);
            ++m_round;
        }
        talk.end();
        m_isAnswer = !m_isAnswer;
        const std::int64_t pause = random().around((m_isAnswer ? 800 : 150) * kTick);
        // What was asked is answered before the end.
        next(m_isAnswer || now + pause + 1'500 * kTick < plan().end ? now + pause : plan().end);
    }

private:
    DemoId m_trace;
    DemoId m_call;
    bool m_isAnswer = false;
    int m_round = 0;
    std::int64_t m_tokens = 1'200;
};

/// The researcher looks orders up. For some the tool brings back nothing, and the case is decided
/// all the same, with the usual reasons.
class EmptyToolResultFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.researcher]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        constexpr std::int64_t kSoundCases = 5; // at first the tool finds what is looked for
        DemoAgent& gateway = all.agents[all.gateway];
        DemoAgent& researcher = all.agents[all.researcher];
        const std::int64_t number = 995'000 + m_case;
        const bool isEmpty = m_case >= kSoundCases && m_case % 3 != 0;
        const auto begin = [&](DemoAgent& agent, std::string_view topic, Kind kind,
                               std::string_view type, std::string_view to, const DemoId& call) {
            talk.begin(agent, now, topic, kind, type);
            talk.trace(m_trace);
            talk.to(to);
            talk.correlation(call);
            talk.conversation("case", static_cast<std::uint64_t>(number));
            talk.beginPayload();
            talk.number("case", number);
        };
        switch (m_step) {
        case 0:
            m_trace = newId();
            m_outer = newId();
            m_call = newId();
            begin(gateway, "crew.refunds.task", Kind::Request, "refund.request", researcher.name,
                  m_outer);
            talk.text("task", "decide on the refund");
            break;
        case 1:
            begin(researcher, "crew.refunds.tools", Kind::Request, "tool_usage_started",
                  "order_lookup", m_call);
            talk.text("tool_name", "order_lookup").raw("\"tool_args\":{\"since\":\"2026-05-01\"}");
            break;
        case 2:
            begin(researcher, "crew.refunds.tools", Kind::Reply, "tool_usage_finished",
                  "order_lookup", m_call);
            talk.text("tool_name", "order_lookup")
                .raw(isEmpty ? "\"output\":{\"orders\":[],\"total\":0}"
                             : R"("output":{"orders":[{"order":"8812-7","boxes":2}],"total":1})");
            break;
        default:
            begin(researcher, "crew.refunds.task", Kind::Reply, "refund.result", gateway.name,
                  m_outer);
            talk.text("decision", "refund")
                .text("letter", "Your order reached you three days late and one cup is missing. "
                                "We return the full amount by Friday.");
            break;
        }
        talk.end();
        if (isEmpty && m_step >= 2)
            note(researcher, researcher.sequence, now);
        const std::int64_t pause = random().around(220 * kTick);
        if (++m_step == 4) {
            m_step = 0;
            ++m_case;
        }
        // No case is left undecided.
        next(m_step > 0 || now + pause + 1'500 * kTick < plan().end ? now + pause : plan().end);
    }

private:
    DemoId m_trace;
    DemoId m_outer;
    DemoId m_call;
    int m_step = 0;
    std::int64_t m_case = 0;
};

} // namespace

std::unique_ptr<Fault> createStateDivergenceFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<StateDivergenceFault>(plan, seed);
}
std::unique_ptr<Fault> createLeaderFlappingFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<LeaderFlappingFault>(plan, seed);
}
std::unique_ptr<Fault> createLostContextFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<LostContextFault>(plan, seed);
}
std::unique_ptr<Fault> createUntraceableHopFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<UntraceableHopFault>(plan, seed);
}
std::unique_ptr<Fault> createTokenRunawayFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<TokenRunawayFault>(plan, seed);
}
std::unique_ptr<Fault> createEmptyToolResultFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<EmptyToolResultFault>(plan, seed);
}

} // namespace murmur
