// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/waitfaults.h"

#include "demo/speakingfault.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <string>

namespace murmur {

namespace {

constexpr std::int64_t kWaitMs = 1'000'000;
constexpr std::int64_t kWaitSecond = 1'000'000'000;

/// "case-1201" of a message that says so in any of the demo's styles.
std::string_view conversationOf(std::string_view json)
{
    for (const std::string_view key :
         {"\"conversation_id\":\"", "\"session_id\":\"", "\"thread_id\":\""}) {
        const std::size_t at = json.find(key);
        if (at == std::string_view::npos)
            continue;
        const std::size_t begin = at + key.size();
        return json.substr(begin, json.find('"', begin) - begin);
    }
    return {};
}

/// The link of turin's planner, or of all turin, comes and goes. What is said meanwhile is heard
/// when the link is back, orders to robots among it, which were to hold for moments only.
class StaleCommandFault : public SpeakingFault
{
public:
    StaleCommandFault(const FaultPlan& plan, std::uint64_t seed, bool isWholeSite = false)
        : SpeakingFault(plan, seed)
        , m_isWholeSite(isWholeSite)
    {
    }
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_planner = all.planners[kTurin].front();
        m_robots = all.robots[kTurin];
        if (m_robots.empty())
            m_robots = all.allRobots;
        blame(all.agents[m_planner]);
    }
    [[nodiscard]] std::int64_t due() const override
    {
        const std::int64_t answer = m_answers.empty() ? kNever : m_answers.front().time;
        return std::min(SpeakingFault::due(), answer);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        if (!m_answers.empty() && m_answers.front().time <= now) {
            const Order order = m_answers.front();
            m_answers.pop_front();
            DemoAgent& robot = all.agents[order.robot];
            const DemoAgent& planner = all.agents[m_planner];
            talk.begin(robot, now, "_INBOX." + planner.name, Kind::Reply, "task.ack");
            talk.to(planner.name);
            talk.correlation(order.call);
            talk.conversation("task", order.task);
            talk.beginPayload();
            talk.number("task", static_cast<std::int64_t>(order.task)).raw("\"accepted\":true");
            talk.end();
            return;
        }
        Order order;
        order.robot = m_robots[random().below(m_robots.size())];
        order.call = newId();
        order.task = 995'000 + m_count++ % 1000;
        DemoAgent& planner = all.agents[m_planner];
        talk.begin(planner, now, "swarm.cmd.reroute", Kind::Command, "task.reroute");
        talk.to(all.agents[order.robot].name);
        talk.correlation(order.call);
        talk.conversation("task", order.task);
        talk.beginPayload();
        talk.number("task", static_cast<std::int64_t>(order.task))
            .number("to_bay", random().between(1, 48))
            .number("ttl_ms", 1'500);
        talk.end();
        std::int64_t delay = 0;
        const bool isLate = holdsUntil(now, delay) && delay > 1'600 * kWaitMs;
        if (isLate) {
            blame(all.agents[order.robot]);
            note(planner, planner.sequence, now);
        }
        // The robot hears it when we do.
        order.time = now + delay + random().between(15 * kWaitMs, 60 * kWaitMs);
        m_answers.push_back(order);
        std::ranges::sort(m_answers, {}, &Order::time);
        next(now + random().around(700 * kWaitMs));
    }
    Fate pass(const Spoken& message, std::int64_t& delay) override
    {
        const bool isHeld = m_isWholeSite ? roster().agents[message.agent].group == kTurin
                                          : message.agent == m_planner;
        if (!isHeld || !holdsUntil(message.time, delay))
            return Fate::Heard;
        m_lastHeard = message.time + delay;
        return Fate::Stuck;
    }

private:
    struct Order
    {
        std::int64_t time = 0; ///< of the answer
        std::uint32_t robot = 0;
        std::uint64_t task = 0;
        DemoId call;
    };

    /// What is said now is heard `delay` later; nothing overtakes what waits.
    bool holdsUntil(std::int64_t now, std::int64_t& delay) const
    {
        constexpr std::int64_t kPeriod = 10 * kWaitSecond;
        const std::int64_t at = (now - plan().start) % kPeriod;
        const bool isDown = at >= 2 * kWaitSecond && at < 8 * kWaitSecond;
        const std::int64_t back = isDown ? now - at + 8 * kWaitSecond : now;
        const std::int64_t heard = std::max(back, m_lastHeard + kWaitMs / 4);
        delay = isDown || m_lastHeard >= now ? heard - now : 0;
        return delay > 0;
    }

    static constexpr std::size_t kTurin = Roster::kSites - 1;

    bool m_isWholeSite;
    std::uint32_t m_planner = 0;
    std::vector<std::uint32_t> m_robots;
    std::deque<Order> m_answers;
    std::int64_t m_lastHeard = -kWaitSecond;
    std::uint64_t m_count = 0;
};

/// The critic does not answer questions on policy: the writer waits for it, the researcher for the
/// writer, and the gateway for the researcher, until their time is over.
class TimeoutCascadeFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.critic]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        constexpr std::array<std::int64_t, 3> kDeadlines{3'200, 2'600, 2'000}; // ms
        const std::array chain{all.gateway, all.researcher, all.writer, all.critic};
        static constexpr std::array<std::string_view, 3> kAsked{"task.request", "draft.request",
                                                                "policy.request"};
        static constexpr std::array<std::string_view, 2> kFailed{"task.error", "draft.error"};
        const bool isQuestion = m_step < 3;
        const std::size_t level = isQuestion ? m_step : 4 - m_step;
        DemoAgent& from = all.agents[isQuestion ? chain[level] : chain[level + 1]];
        const DemoAgent& to = all.agents[isQuestion ? chain[level + 1] : chain[level]];
        if (m_step == 0) {
            m_trace = newId();
            ++m_case;
        }
        if (isQuestion)
            m_calls[level] = newId();
        talk.begin(from, now, level == 2 ? "crew.refunds.policy" : "crew.refunds.task",
                   isQuestion ? Kind::Request : Kind::Error,
                   isQuestion ? kAsked[level] : kFailed[level]);
        talk.to(to.name);
        talk.correlation(m_calls[level]);
        talk.trace(m_trace);
        talk.conversation("case", m_case);
        if (isQuestion) {
            talk.beginPayload();
            talk.number("case", static_cast<std::int64_t>(m_case))
                .text("task", level == 2 ? "may we refund an opened box?" : "decide on the refund")
                .number("deadline_ms", kDeadlines[level]);
        } else {
            talk.error("timeout", "no answer in time");
        }
        talk.end();
        note(from, from.sequence, now);
        m_step = (m_step + 1) % 5;
        next(now + (m_step == 0   ? random().around(2'400 * kWaitMs)
                    : m_step == 3 ? 2'000 * kWaitMs
                                  : random().around(120 * kWaitMs)));
    }

private:
    std::size_t m_step = 0;
    std::uint64_t m_case = 993'000;
    DemoId m_trace;
    std::array<DemoId, 3> m_calls;
};

/// Three robots stand in each other's way, and each waits for the next to move.
class DeadlockFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        for (std::uint32_t& robot : m_robots) {
            do
                robot = anyRobot();
            while (std::ranges::count(m_robots, robot) > 1);
            blame(all.agents[robot]);
        }
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& from = all.agents[m_robots[m_asked]];
        const DemoAgent& to = all.agents[m_robots[(m_asked + 1) % m_robots.size()]];
        talk.begin(from, now, "swarm.aisle.clear", Kind::Request, "aisle.request");
        talk.to(to.name);
        talk.correlation(newId());
        talk.conversation("aisle", 12 + m_asked);
        talk.beginPayload();
        talk.number("aisle", static_cast<std::int64_t>(12 + m_asked)).text("why", "I must pass");
        talk.end();
        note(from, from.sequence, now);
        ++m_asked;
        next(m_asked < m_robots.size() ? now + random().around(90 * kWaitMs) : plan().end);
    }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        // They stand, and only beat.
        const bool isStanding = message.kind != Kind::Heartbeat && m_asked == m_robots.size() &&
                                std::ranges::find(m_robots, message.agent) != m_robots.end() &&
                                message.type != "aisle.request";
        return isStanding ? Fate::Unsaid : Fate::Heard;
    }

private:
    std::array<std::uint32_t, 3> m_robots{};
    std::size_t m_asked = 0;
};

/// The gateway breaks down when it has just asked for something, twice, and knows nothing of what
/// it asked for when it is back.
class OrphanWaitFault final : public SpeakingFault
{
public:
    OrphanWaitFault(const FaultPlan& plan, std::uint64_t seed)
        : SpeakingFault(plan, seed)
        , m_next(plan.start + 3 * kWaitSecond)
    {
        next(kNever);
    }
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.gateway]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& gateway = all.agents[all.gateway];
        talk.begin(gateway, now, "swarm.presence", Kind::Control, "agent.connected");
        talk.beginPayload();
        talk.text("client", "gateway 2.9").number("uptime_s", 0);
        talk.end();
        m_lost.merge(m_asked);
        m_asked.clear();
        m_next = now + 6 * kWaitSecond;
        next(kNever);
    }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.agent == roster().gateway)
            return passGateway(message);
        if (message.type == "task.result" || message.type == "graph.result") {
            const std::string conversation(conversationOf(message.json));
            m_asked.erase(conversation);
            if (m_lost.erase(conversation) > 0)
                note(roster().agents[message.agent], message.sequence, message.time);
        }
        return Fate::Heard;
    }

private:
    static constexpr std::int64_t kDown = 400 * kWaitMs;

    Fate passGateway(const Spoken& message)
    {
        if (message.type == "agent.connected")
            return Fate::Heard;
        if (due() != kNever)
            return Fate::Unsaid; // it is down
        const std::string conversation(conversationOf(message.json));
        if (m_lost.contains(conversation))
            return Fate::Unsaid; // it does not know of it any more
        if (message.kind != Kind::Request)
            return Fate::Heard;
        m_asked.insert(conversation);
        if (message.time >= m_next && message.time + kDown < plan().end)
            next(message.time + kDown);
        return Fate::Heard;
    }

    std::int64_t m_next;           ///< when it may break down
    std::set<std::string> m_asked; ///< what it waits for, since the last restart
    std::set<std::string> m_lost;  ///< what it waited for before
};

/// The researcher tells its results before the critic has looked at them.
class EarlyAckFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.researcher]);
    }
    void shape(SwarmShape& shape) const override { shape.earlyResultsPerThousand = 900; }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        const std::string conversation(conversationOf(message.json));
        if (message.type == "review.request")
            m_reviewed.insert(conversation);
        else if (message.type == "review.result")
            m_reviewed.erase(conversation);
        else if (message.type == "task.result" && m_reviewed.contains(conversation))
            note(m_roster->agents[message.agent], message.sequence, message.time);
        return Fate::Heard;
    }

private:
    const Roster* m_roster = nullptr;
    std::set<std::string> m_reviewed; ///< cases that the critic looks at
};

/// A planner takes tasks back, and the robot goes on with them.
class ZombieWorkFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_robot = anyRobot();
        m_planner = all.planners[all.agents[m_robot].site].front();
        blame(all.agents[m_robot]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& robot = all.agents[m_robot];
        DemoAgent& planner = all.agents[m_planner];
        const auto number = static_cast<std::int64_t>(m_task);
        switch (m_step) {
        case 0:
            m_trace = newId();
            m_call = newId();
            talk.begin(planner, now, "swarm.cmd.assign", Kind::Command, "task.assign");
            talk.to(robot.name);
            talk.correlation(m_call);
            break;
        case 1:
            talk.begin(robot, now, "_INBOX." + planner.name, Kind::Reply, "task.ack");
            talk.to(planner.name);
            talk.correlation(m_call);
            break;
        case 3:
            talk.begin(planner, now, "swarm.event.cancelled", Kind::Event, "task.cancelled");
            talk.to(robot.name);
            break;
        default:
            talk.begin(robot, now, "state.task." + std::to_string(m_task), Kind::State,
                       "task.state");
            break;
        }
        talk.trace(m_trace);
        talk.conversation("task", m_task);
        talk.beginPayload();
        talk.number("task", number);
        if (m_step == 0)
            talk.text("goal", "pick B-02").number("priority", 3).number("deadline_ms", 20'000);
        else if (m_step == 1)
            talk.raw("\"accepted\":true");
        else if (m_step == 3)
            talk.text("reason", "the order was withdrawn");
        else
            talk.text("owner", robot.name).text("status", "moving").number("lease_ms", 5000);
        talk.end();
        if (m_step > 3)
            note(robot, robot.sequence, now);
        constexpr std::array<std::int64_t, 4> kPauses{30, 5, 1'500, 2'400}; // ms
        next(now + (m_step < kPauses.size() ? kPauses[m_step] * kWaitMs
                                            : random().around(1'100 * kWaitMs)));
        if (++m_step == 8) {
            m_step = 0;
            ++m_task;
        }
    }

private:
    std::uint32_t m_robot = 0;
    std::uint32_t m_planner = 0;
    std::uint64_t m_task = 994'000;
    std::size_t m_step = 0;
    DemoId m_trace;
    DemoId m_call;
};

template<typename Kind>
std::unique_ptr<Fault> makeWaitFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<Kind>(plan, seed);
}

} // namespace

std::unique_ptr<Fault> createStaleCommandFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeWaitFault<StaleCommandFault>(plan, seed);
}
std::unique_ptr<Fault> createNetworkFlapFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<StaleCommandFault>(plan, seed, true);
}
std::unique_ptr<Fault> createTimeoutCascadeFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeWaitFault<TimeoutCascadeFault>(plan, seed);
}
std::unique_ptr<Fault> createDeadlockFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeWaitFault<DeadlockFault>(plan, seed);
}
std::unique_ptr<Fault> createOrphanWaitFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeWaitFault<OrphanWaitFault>(plan, seed);
}
std::unique_ptr<Fault> createEarlyAckFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeWaitFault<EarlyAckFault>(plan, seed);
}
std::unique_ptr<Fault> createZombieWorkFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeWaitFault<ZombieWorkFault>(plan, seed);
}

} // namespace murmur
