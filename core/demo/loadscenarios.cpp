// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/loadscenarios.h"

#include "demo/faultscenario.h"
#include "demo/loadfaults.h"
#include "demo/speakingfault.h"

#include <algorithm>
#include <queue>

namespace murmur {

namespace {

constexpr std::int64_t kUpdateMs = 1'000'000;
constexpr std::int64_t kUpdateSecond = 1'000'000'000;

/// The vision model is exchanged. As long as the new one is loaded it refuses every frame, and the
/// robots that want to go on ask again after half a second; then they are answered.
class ModelUpdateFault final : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.vision]);
        const std::size_t count = std::min<std::size_t>(kRobots, all.allRobots.size());
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t robot = all.allRobots[i * all.allRobots.size() / count];
            blame(all.agents[robot]);
            m_next.push(
                {plan().start + random().between(50, 900) * kUpdateMs, robot, {}, false, 1});
        }
    }
    [[nodiscard]] std::int64_t due() const override
    {
        return std::min(m_hasBegun ? kNever : plan().start,
                        m_next.empty() ? kNever : m_next.top().time);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        if (!m_hasBegun) {
            m_hasBegun = true;
            talk.begin(all.agents[all.vision], now, "swarm.event.model", Kind::Event,
                       "model.loading");
            talk.beginPayload();
            talk.text("model", "det-v5").text("replaces", "det-v4");
            talk.end();
            return;
        }
        Step step = m_next.top();
        m_next.pop();
        if (!step.isAnswer) {
            ask(all, talk, step, now);
            step.isAnswer = true;
            step.time = now + random().around(25 * kUpdateMs);
            m_next.push(step);
        } else if (now < plan().end) {
            refuse(all, talk, step, now);
            step.isAnswer = false;
            ++step.attempt;
            step.time = now + random().around(500 * kUpdateMs);
            m_next.push(step);
        } else {
            answer(all, talk, step, now);
        }
    }

private:
    static constexpr std::size_t kRobots = 6;
    struct Step
    {
        std::int64_t time = 0;
        std::uint32_t robot = 0;
        DemoId call;
        bool isAnswer = false; ///< of the model
        int attempt = 0;
        friend bool operator<(const Step& a, const Step& b)
        {
            return a.time != b.time ? a.time > b.time : a.robot > b.robot; // the earliest on top
        }
    };

    void ask(Roster& all, Talk& talk, Step& step, std::int64_t now)
    {
        DemoAgent& robot = all.agents[step.robot];
        step.call = newId();
        talk.begin(robot, now, "vision.detect", Kind::Request, "detect.request");
        talk.to(all.agents[all.vision].name);
        talk.replyTo(robot);
        talk.correlation(step.call);
        talk.beginPayload();
        talk.text("frame", "s3://frames/aisle-07/" + robot.name + ".jpg")
            .text("model", "det-v4")
            .number("exposure_us", 1'200)
            .number("attempt", step.attempt);
        talk.end();
        note(robot, robot.sequence, now);
    }
    static void refuse(Roster& all, Talk& talk, const Step& step, std::int64_t now)
    {
        const std::string& robot = all.agents[step.robot].name;
        talk.begin(all.agents[all.vision], now, "_INBOX." + robot, Kind::Error, "detect.error");
        talk.to(robot);
        talk.correlation(step.call);
        talk.error("model_loading", "the model is being loaded");
        talk.end();
    }
    void answer(Roster& all, Talk& talk, const Step& step, std::int64_t now)
    {
        const std::string& robot = all.agents[step.robot].name;
        talk.begin(all.agents[all.vision], now, "_INBOX." + robot, Kind::Reply, "detect.reply");
        talk.to(robot);
        talk.correlation(step.call);
        talk.beginPayload();
        talk.raw("\"boxes\":[[112,40,201,160]]")
            .raw("\"labels\":[\"pallet\"]")
            .thousandths("score", random().between(810, 996));
        talk.end();
    }

    bool m_hasBegun = false;
    std::priority_queue<Step> m_next;
};

std::unique_ptr<Fault> createModelUpdateFault(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<ModelUpdateFault>(plan, seed);
}

std::unique_ptr<Scenario> loadScenario(std::unique_ptr<Fault> (*create)(const FaultPlan&,
                                                                        std::uint64_t),
                                       std::string id, std::int64_t end)
{
    FaultPlan plan;
    plan.id = std::move(id);
    plan.end = end * kUpdateSecond;
    std::vector<FaultScenario::Planned> all;
    all.push_back({create, std::move(plan)});
    return std::make_unique<FaultScenario>(std::move(all));
}

} // namespace

std::unique_ptr<Scenario> createNoisyTenantScenario()
{
    return loadScenario(createNoisyTenantFault, "noisy-tenant", 75);
}

std::unique_ptr<Scenario> createSlowRecoveryScenario()
{
    return loadScenario(createSlowRecoveryFault, "slow-recovery", 47);
}

std::unique_ptr<Scenario> createModelUpdateScenario()
{
    return loadScenario(createModelUpdateFault, "retry-storm", 35);
}

} // namespace murmur
