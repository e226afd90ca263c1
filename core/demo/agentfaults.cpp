// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/agentfaults.h"

#include "demo/speakingfault.h"

#include <algorithm>
#include <string>

namespace murmur {

namespace {

constexpr std::int64_t kMs = 1'000'000;

class SilentAgentFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        m_robot = roster.allRobots[random().below(roster.allRobots.size())];
        blame(roster.agents[m_robot]);
    }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.agent != m_robot)
            return Fate::Heard;
        note(m_roster->agents[m_robot], message.sequence, message.time);
        return Fate::Unsaid;
    }

private:
    const Roster* m_roster = nullptr;
    std::uint32_t m_robot = 0;
};

/// A planner asks the router for one route again and again; the router refuses each time.
class RetryStormFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_planner = all.planners[0].front();
        blame(all.agents[m_planner]);
        blame(all.agents[all.router]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& planner = all.agents[m_planner];
        DemoAgent& router = all.agents[all.router];
        if (m_isAnswer) {
            talk.begin(router, now, "_INBOX." + planner.name, Kind::Error, "route.error");
            talk.to(planner.name);
            talk.correlation(m_call);
            talk.error("no_route", "the map is being rebuilt");
            // What was asked is answered before the end.
            const std::int64_t again = now + random().around(500 * kMs);
            next(again + 40 * kMs < plan().end ? again : plan().end);
        } else {
            m_call = newId();
            talk.begin(planner, now, "swarm.route.find", Kind::Request, "route.request");
            talk.to(router.name);
            talk.replyTo(planner);
            talk.correlation(m_call);
            talk.beginPayload();
            talk.number("task", 77)
                .number("from_bay", 3)
                .number("to_bay", 41)
                .number("attempt", ++m_attempt);
            note(planner, planner.sequence, now);
            next(now + random().around(8 * kMs));
        }
        talk.end();
        m_isAnswer = !m_isAnswer;
    }

private:
    std::uint32_t m_planner = 0;
    DemoId m_call;
    bool m_isAnswer = false;
    int m_attempt = 0;
};

/// A robot tells the same plan again and again.
class RepetitionLoopFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_robot = anyRobot();
        blame(all.agents[m_robot]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& robot = all.agents[m_robot];
        static constexpr std::array<std::string_view, 2> kSteps{"grasp", "release"};
        talk.begin(robot, now, "swarm.event.step", Kind::Event, "step.done");
        talk.conversation("task", 990'000);
        talk.beginPayload();
        talk.number("task", 990'000).text("step", kSteps[m_step++ % kSteps.size()]);
        talk.end();
        note(robot, robot.sequence, now);
        next(now + random().around(900 * kMs));
    }

private:
    std::uint32_t m_robot = 0;
    std::size_t m_step = 0;
};

/// Streams of the graph's draft break off: neither the last chunk nor what follows it comes.
class MissingFinalFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.nodes[2]]);
    }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        const bool isLast = message.agent == m_roster->nodes[2] && message.kind == Kind::Chunk &&
                            message.json.find("\"finish_reason\":\"") != std::string_view::npos;
        if (!isLast || !random().chance(700))
            return Fate::Heard;
        note(m_roster->agents[message.agent], message.sequence, message.time);
        return Fate::Unsaid;
    }

private:
    const Roster* m_roster = nullptr;
};

/// The vision model needs many times as long for each frame.
class SlowAgentFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.vision]);
    }
    void shape(SwarmShape& shape) const override { shape.detect.median *= 20; }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.agent == m_roster->vision && message.kind == Kind::Reply)
            note(m_roster->agents[message.agent], message.sequence, message.time);
        return Fate::Heard;
    }

private:
    const Roster* m_roster = nullptr;
};

/// Two robots claim one task at the same time.
class DoubleOwnershipFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_first = anyRobot();
        do
            m_second = anyRobot();
        while (m_second == m_first && all.allRobots.size() > 1);
        blame(all.agents[m_first]);
        blame(all.agents[m_second]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& robot = all.agents[m_count % 2 == 0 ? m_first : m_second];
        talk.begin(robot, now, "state.task.991000", Kind::State, "task.state");
        talk.conversation("task", 991'000);
        talk.beginPayload();
        talk.number("task", 991'000)
            .text("owner", robot.name)
            .text("status", "moving")
            .number("lease_ms", 5000);
        talk.end();
        note(robot, robot.sequence, now);
        ++m_count;
        next(now + random().around(1200 * kMs));
    }

private:
    std::uint32_t m_first = 0;
    std::uint32_t m_second = 0;
    int m_count = 0;
};

/// Many robots log in again within moments, and once more a little later.
class ReconnectStormFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        const std::size_t robots = all.allRobots.size();
        DemoAgent& robot = all.agents[all.allRobots[m_count % robots]];
        talk.begin(robot, now, "swarm.presence", Kind::Control, "agent.connected");
        talk.beginPayload();
        talk.text("client", "robot-os 4.2").number("uptime_s", 0);
        talk.end();
        note(robot, robot.sequence, now);
        ++m_count;
        // Each of them once, within about six seconds.
        next(m_count % robots == 0
                 ? plan().end
                 : now + random().around(6'000 * kMs / static_cast<std::int64_t>(robots)));
    }

private:
    std::size_t m_count = 0;
};

/// One order to think again makes every robot tell every change of its plan.
class FanOutStormFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_planner = all.planners[0].front();
        blame(all.agents[m_planner]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        if (m_left == 0) {
            DemoAgent& planner = all.agents[m_planner];
            talk.begin(planner, now, "swarm.broadcast.replan", Kind::Event, "swarm.replan");
            talk.beginPayload();
            talk.text("reason", "aisle closed");
            m_root = planner.sequence;
            note(planner, planner.sequence, now);
            m_left = 400;
        } else {
            DemoAgent& robot = all.agents[anyRobot()];
            talk.begin(robot, now, "swarm.event.plan", Kind::Event, "plan.changed");
            talk.cause(all.agents[m_planner], m_root);
            talk.beginPayload();
            talk.number("step", 400 - m_left).number("cost", random().between(1, 900));
            --m_left;
        }
        talk.end();
        next(now + random().around(m_left == 0 ? 9'000 * kMs : 6 * kMs));
    }

private:
    std::uint32_t m_planner = 0;
    std::uint64_t m_root = 0;
    int m_left = 0;
};

/// Two members of the crew hand one case to each other.
class PingPongFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.researcher]);
        blame(all.agents[all.writer]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        const bool isFirst = m_count++ % 2 == 0;
        DemoAgent& from = all.agents[isFirst ? all.researcher : all.writer];
        const DemoAgent& to = all.agents[isFirst ? all.writer : all.researcher];
        talk.begin(from, now, "crew.refunds.delegate", Kind::Command, "task.delegated");
        talk.to(to.name);
        talk.conversation("case", 992'000);
        talk.beginPayload();
        talk.number("case", 992'000)
            .text("task", "please decide on this refund, it is not mine to decide")
            .number("attempt", m_count);
        talk.end();
        note(from, from.sequence, now);
        next(now + random().around(1'300 * kMs));
    }

private:
    int m_count = 0;
};

template<typename Kind>
std::unique_ptr<Fault> makeOf(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<Kind>(plan, seed);
}

} // namespace

std::unique_ptr<Fault> createSilentAgentFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<SilentAgentFault>(plan, seed);
}
std::unique_ptr<Fault> createRetryStormFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<RetryStormFault>(plan, seed);
}
std::unique_ptr<Fault> createRepetitionLoopFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<RepetitionLoopFault>(plan, seed);
}
std::unique_ptr<Fault> createMissingFinalFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<MissingFinalFault>(plan, seed);
}
std::unique_ptr<Fault> createSlowAgentFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<SlowAgentFault>(plan, seed);
}
std::unique_ptr<Fault> createDoubleOwnershipFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<DoubleOwnershipFault>(plan, seed);
}
std::unique_ptr<Fault> createReconnectStormFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<ReconnectStormFault>(plan, seed);
}
std::unique_ptr<Fault> createFanOutStormFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<FanOutStormFault>(plan, seed);
}
std::unique_ptr<Fault> createPingPongFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeOf<PingPongFault>(plan, seed);
}

} // namespace murmur
