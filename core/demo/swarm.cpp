// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/swarm.h"

#include "demo/jobs.h"
#include "demo/roster.h"
#include "demo/talk.h"

#include <algorithm>
#include <array>
#include <queue>

namespace murmur {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

enum class Wake : std::uint8_t { Heartbeat, RobotState, Spawn, JobStep };

struct Event
{
    std::int64_t time = 0;
    std::uint64_t order = 0; // of equal times the one scheduled first comes first
    std::uint32_t index = 0; // agent, robot, kind of job or slot
    Wake wake = Wake::Heartbeat;
};

struct IsLater
{
    bool operator()(const Event& a, const Event& b) const noexcept
    {
        return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
};

constexpr std::size_t slotOf(JobKind kind) noexcept
{
    return static_cast<std::size_t>(kind);
}

} // namespace

/// Every agent beats, every robot tells its state, at steady periods. The rest of the rate is jobs:
/// of each kind one is drawn whenever the share of the one before is used up. A job's messages come
/// seconds after it was drawn, so the pace is corrected by how far the sum lags behind the rate.
struct Swarm::Private
{
    explicit Private(const SwarmOptions& given)
        : options(given)
        , scenario(findScenario(given.scenario)->create())
        , random(given.seed)
        , roster(given.agents, random)
        , talk(given.epoch)
        , jobs(roster, random, shape, talk)
    {
        scenario->shape(shape);
        const std::int64_t rate = options.rate;
        const auto agents = static_cast<std::int64_t>(roster.agents.size());
        const auto robots = static_cast<std::int64_t>(roster.allRobots.size());
        // A beat a second, unless that alone were more than its share.
        beatPeriod = std::max(kSecond, agents * kSecond / rate * 1000 / shape.heartbeats);
        statePeriod = std::max<std::int64_t>(1, robots * kSecond / rate * 1000 / shape.robotStates);
        const std::int64_t beats = agents * kSecond * 1000 / beatPeriod; // thousandths a second
        shares[slotOf(JobKind::Graph)] = rate * shape.graphRuns;
        shares[slotOf(JobKind::Crew)] = rate * shape.crewRuns;
        shares[slotOf(JobKind::Replan)] = rate * shape.replans;
        shares[slotOf(JobKind::Task)] =
            std::max<std::int64_t>(rate * 1000 - beats - rate * shape.robotStates -
                                       rate * (shape.graphRuns + shape.crewRuns + shape.replans),
                                   1);
        for (std::uint32_t i = 0; i < roster.agents.size(); ++i)
            wakeAt(random.between(0, beatPeriod - 1), Wake::Heartbeat, i);
        for (const std::uint32_t robot : roster.allRobots)
            wakeAt(random.between(0, statePeriod - 1), Wake::RobotState, robot);
        for (std::uint32_t kind = 0; kind < kJobKinds; ++kind)
            wakeAt(random.between(0, kSecond / 100), Wake::Spawn, kind);
    }

    void wakeAt(std::int64_t time, Wake wake, std::uint32_t index)
    {
        events.push({time, ++order, index, wake});
    }

    bool handle(const Event& event);
    void beat(std::int64_t now, std::uint32_t index);
    void tellState(std::int64_t now, std::uint32_t index);
    void spawn(std::int64_t now, std::uint32_t kind);
    void stepJob(std::int64_t now, std::uint32_t slot);

    SwarmOptions options;
    std::unique_ptr<Scenario> scenario;
    SwarmShape shape;
    DemoRandom random;
    Roster roster;
    Talk talk;
    Jobs jobs;
    std::int64_t beatPeriod = 0;
    std::int64_t statePeriod = 0;
    std::array<std::int64_t, kJobKinds> shares{}; // thousandths of a message a second
    std::priority_queue<Event, std::vector<Event>, IsLater> events;
    std::uint64_t order = 0;
    std::vector<Job> running;
    std::vector<std::uint32_t> freeSlots;
    std::int64_t said = 0;
    SwarmMessage message;
};

/// True when the event said something.
bool Swarm::Private::handle(const Event& event)
{
    switch (event.wake) {
    case Wake::Heartbeat:
        beat(event.time, event.index);
        return true;
    case Wake::RobotState:
        tellState(event.time, event.index);
        return true;
    case Wake::Spawn:
        spawn(event.time, event.index);
        return false;
    case Wake::JobStep:
        stepJob(event.time, event.index);
        return true;
    }
    return false;
}

void Swarm::Private::beat(std::int64_t now, std::uint32_t index)
{
    DemoAgent& agent = roster.agents[index];
    talk.begin(agent, now, agent.heartbeatTopic, Kind::Heartbeat, "heartbeat");
    talk.beginPayload();
    talk.number("uptime_s", 86'400 + now / kSecond)
        .number("load_percent", random.between(4, 71))
        .number("queue", static_cast<std::int64_t>(random.below(4)));
    talk.end();
    wakeAt(now + beatPeriod + random.between(-beatPeriod / 100, beatPeriod / 100), Wake::Heartbeat,
           index);
}

void Swarm::Private::tellState(std::int64_t now, std::uint32_t index)
{
    DemoAgent& robot = roster.agents[index];
    const std::uint64_t dice = random.bits();
    robot.heading += static_cast<int>(dice % 401) - 200;
    if (robot.heading > 3141)
        robot.heading -= 6282;
    if (robot.heading < -3141)
        robot.heading += 6282;
    robot.x = std::clamp(robot.x + static_cast<int>((dice >> 10) % 161) - 80, 0, 12'000);
    robot.y = std::clamp(robot.y + static_cast<int>((dice >> 20) % 161) - 80, 0, 8'000);
    if ((dice >> 32) % 64 == 0)
        robot.battery = robot.battery > 120 ? robot.battery - 1 : 1000; // changed at a dock
    talk.begin(robot, now, robot.stateTopic, Kind::State, "robot.state");
    talk.beginPayload();
    talk.thousandths("battery", robot.battery).text("mode", robot.task == 0 ? "idle" : "busy");
    talk.object("pose")
        .thousandths("x", robot.x * 10)
        .thousandths("y", robot.y * 10)
        .thousandths("heading", robot.heading)
        .endObject()
        .number("task", static_cast<std::int64_t>(robot.task))
        .number("epoch", static_cast<std::int64_t>(robot.epoch))
        .text("gripper", robot.epoch % 2 == 0 ? "open" : "closed")
        .number("speed_mm_s", static_cast<std::int64_t>((dice >> 40) % 1400));
    talk.end();
    wakeAt(now + statePeriod + random.between(-statePeriod / 20, statePeriod / 20),
           Wake::RobotState, index);
}

void Swarm::Private::spawn(std::int64_t now, std::uint32_t kind)
{
    std::uint32_t slot = 0;
    if (freeSlots.empty()) {
        slot = static_cast<std::uint32_t>(running.size());
        running.emplace_back();
    } else {
        slot = freeSlots.back();
        freeSlots.pop_back();
    }
    running[slot] = jobs.draw(static_cast<JobKind>(kind));
    wakeAt(now, Wake::JobStep, slot);

    const std::int64_t share = shares[kind];
    const std::int64_t interval = Jobs::messagesOf(running[slot]) * kSecond / share * 1000 +
                                  Jobs::messagesOf(running[slot]) * kSecond % share * 1000 / share;
    // How far the sum lags, in percent of four seconds' worth of messages. Jobs tell their later
    // messages seconds after their first, so the first two seconds need more of them.
    const std::int64_t lag = options.rate * (now / 1'000'000) / 1000 - said;
    const std::int64_t opening = std::max<std::int64_t>(0, 50 - now / (kSecond / 25));
    const std::int64_t percent =
        std::clamp<std::int64_t>(lag * 25 / options.rate + opening, -35, 60);
    wakeAt(now + random.around(interval) * (100 - percent) / 100 + 1, Wake::Spawn, kind);
}

void Swarm::Private::stepJob(std::int64_t now, std::uint32_t slot)
{
    const std::int64_t delay = jobs.step(running[slot], now);
    if (delay < 0)
        freeSlots.push_back(slot);
    else
        wakeAt(now + delay, Wake::JobStep, slot);
}

Swarm::Swarm(const SwarmOptions& options)
    : d(std::make_unique<Private>(options))
{
}

Swarm::~Swarm() = default;

const SwarmMessage& Swarm::next()
{
    for (;;) {
        const Event event = d->events.top();
        d->events.pop();
        if (!d->handle(event))
            continue;
        ++d->said;
        const Talk& talk = d->talk;
        d->message = {event.time,  talk.topic(), talk.from(),
                      talk.json(), talk.kind(),  talk.group()};
        return d->message;
    }
}

const SwarmOptions& Swarm::options() const noexcept
{
    return d->options;
}

std::vector<std::string> Swarm::groups() const
{
    return d->roster.groups;
}

std::vector<std::string> Swarm::agentNames() const
{
    std::vector<std::string> names;
    names.reserve(d->roster.agents.size());
    for (const DemoAgent& agent : d->roster.agents)
        names.push_back(agent.name);
    return names;
}

std::vector<TruthEntry> Swarm::truth() const
{
    return d->scenario->truth();
}

} // namespace murmur
