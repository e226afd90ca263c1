// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/waitscenarios.h"

#include "demo/agentfaults.h"
#include "demo/faultscenario.h"
#include "demo/speakingfault.h"
#include "demo/waitfaults.h"

#include <algorithm>
#include <queue>

namespace murmur {

namespace {

constexpr std::int64_t kFlapMs = 1'000'000;
constexpr std::int64_t kFlapSecond = 1'000'000'000;

/// One command goes to 200 robots. Nearly all of them obey at once, some late, some refuse, and a
/// few say nothing.
class FanOutCommandFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        m_planner = all.planners[0].front();
        blame(all.agents[m_planner]);
    }
    [[nodiscard]] std::int64_t due() const override
    {
        const std::int64_t answer = m_answers.empty() ? kNever : m_answers.top().time;
        return std::min(SpeakingFault::due(), answer);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& planner = all.agents[m_planner];
        if (SpeakingFault::due() > now) {
            answer(all.agents[m_answers.top().robot], planner, talk, now);
            m_answers.pop();
            return;
        }
        constexpr std::size_t kRobots = 200;
        m_call = newId();
        ++m_epoch;
        talk.begin(planner, now, "swarm.cmd.slow", Kind::Command, "speed.limit");
        talk.toMany(all.agents, all.allRobots, kRobots);
        talk.correlation(m_call);
        talk.conversation("limit", m_epoch);
        talk.beginPayload();
        talk.text("zone", "all").number("mm_s", 400).number("epoch", static_cast<int>(m_epoch));
        talk.end();
        m_command = planner.sequence;
        note(planner, planner.sequence, now);
        for (std::size_t i = 0; i < std::min(kRobots, all.allRobots.size()); ++i) {
            const std::uint64_t dice = random().below(1000);
            if (dice < 20)
                continue; // says nothing
            const std::int64_t wait =
                dice < 80 ? random().between(3'000, 7'000) : random().between(15, 900); // ms
            m_answers.push({now + wait * kFlapMs + static_cast<std::int64_t>(i), all.allRobots[i],
                            dice >= 970});
        }
        next(now + 12 * kFlapSecond);
    }

private:
    struct Answer
    {
        std::int64_t time = 0;
        std::uint32_t robot = 0;
        bool isRefusal = false;
        friend bool operator<(const Answer& a, const Answer& b)
        {
            return a.time > b.time; // the earliest on top
        }
    };

    void answer(DemoAgent& robot, const DemoAgent& planner, Talk& talk, std::int64_t now) const
    {
        const bool isRefusal = m_answers.top().isRefusal;
        talk.begin(robot, now, "_INBOX." + planner.name, isRefusal ? Kind::Error : Kind::Reply,
                   isRefusal ? "speed.refused" : "speed.ack");
        talk.cause(planner, m_command);
        talk.to(planner.name);
        talk.correlation(m_call);
        talk.conversation("limit", m_epoch);
        if (isRefusal) {
            talk.error("manual_mode", "a person drives this robot");
        } else {
            talk.beginPayload();
            talk.number("epoch", static_cast<int>(m_epoch)).raw("\"accepted\":true");
        }
        talk.end();
    }

    std::uint32_t m_planner = 0;
    std::uint64_t m_command = 0; ///< the sequence of the last one
    std::uint64_t m_epoch = 0;
    DemoId m_call;
    std::priority_queue<Answer> m_answers;
};

FaultPlan waitPlan(std::string id, std::int64_t start, std::int64_t end)
{
    return {.id = std::move(id), .start = start * kFlapSecond, .end = end * kFlapSecond};
}

std::unique_ptr<Fault> createFanOutCommandFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<FanOutCommandFault>(plan, seed);
}

std::unique_ptr<Scenario> scenarioOf(FaultScenario::Planned planned)
{
    std::vector<FaultScenario::Planned> all;
    all.push_back(std::move(planned));
    return std::make_unique<FaultScenario>(std::move(all));
}

} // namespace

std::unique_ptr<Scenario> createNetworkFlapScenario()
{
    return scenarioOf({createNetworkFlapFault, waitPlan("stale-command", 15, 45)});
}

std::unique_ptr<Scenario> createFanOutScenario()
{
    return scenarioOf({createFanOutCommandFault, waitPlan("fan-out-storm", 15, 50)});
}

std::unique_ptr<Scenario> createReconnectStormScenario()
{
    return scenarioOf({createReconnectStormFault, waitPlan("reconnect-storm", 15, 35)});
}

std::unique_ptr<Scenario> createLostWaitsScenario()
{
    return scenarioOf({createOrphanWaitFault, waitPlan("orphan-wait", 15, 35)});
}

} // namespace murmur
