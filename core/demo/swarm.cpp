// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/swarm.h"

#include "demo/fault.h"
#include "demo/jobs.h"
#include "demo/robotstate.h"
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

bool hasModels(const Scenario& scenario)
{
    SwarmShape shape;
    scenario.shape(shape);
    return shape.modelRuns > 0;
}

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
        , roster(given.agents, random, hasModels(*scenario))
        , talk(given.epoch)
        , jobs(roster, random, shape, talk)
    {
        if (options.clocks.isAny()) {
            setClocks(roster, options.clocks, options.seed);
            talk.takeTime(options.seed);
        }
        scenario->shape(shape);
        sound = shape;
        scenario->addFaults(faults, options.seed);
        for (const FaultPlan& plan : options.faults)
            faults.push_back(findFault(plan.id)->create(plan, options.seed));
        for (const auto& fault : faults)
            fault->meet(roster);
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
        shares[slotOf(JobKind::Model)] = rate * shape.modelRuns;
        shares[slotOf(JobKind::Task)] = std::max<std::int64_t>(
            rate * 1000 - beats - rate * shape.robotStates -
                rate * (shape.graphRuns + shape.crewRuns + shape.replans + shape.modelRuns),
            1);
        for (std::uint32_t i = 0; i < roster.agents.size(); ++i)
            wakeAt(random.between(0, beatPeriod - 1), Wake::Heartbeat, i);
        for (const std::uint32_t robot : roster.allRobots)
            wakeAt(random.between(0, statePeriod - 1), Wake::RobotState, robot);
        for (std::uint32_t kind = 0; kind < kJobKinds; ++kind) {
            if (shares[kind] > 0)
                wakeAt(random.between(0, kSecond / 100), Wake::Spawn, kind);
        }
    }

    void add(const FaultPlan& plan)
    {
        // The same fault again is not the same dice again.
        faults.push_back(findFault(plan.id)->create(plan, options.seed + faults.size()));
        faults.back()->meet(roster);
    }

    void wakeAt(std::int64_t time, Wake wake, std::uint32_t index)
    {
        events.push({time, ++order, index, wake});
    }

    bool handle(const Event& event);
    /// Whether the last message is heard at once.
    [[nodiscard]] bool isHeard() const { return fate == Fate::Heard || fate == Fate::Twice; }
    void beat(std::int64_t now, std::uint32_t index);
    void tellState(std::int64_t now, std::uint32_t index);
    void spawn(std::int64_t now, std::uint32_t kind);
    void stepJob(std::int64_t now, std::uint32_t slot);
    void reshape(std::int64_t now);
    void judge(std::int64_t now);
    bool speakFault(std::int64_t until);

    SwarmOptions options;
    std::unique_ptr<Scenario> scenario;
    SwarmShape shape;
    SwarmShape sound; ///< the shape without faults
    std::vector<std::unique_ptr<Fault>> faults;
    std::uint64_t shapedFor = 0; ///< faults that were on when the shape was made, as bits
    Fate fate = Fate::Heard;     ///< of the last message
    std::int64_t heldFor = 0;    ///< ns, of one that is not heard at once
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
    /// Messages that are heard later than said.
    struct Held
    {
        std::int64_t time = 0;
        std::uint64_t order = 0;
        std::string topic, from, json;
        Kind kind = Kind::Event;
        std::uint32_t group = 0;
        friend bool operator<(const Held& a, const Held& b)
        {
            return a.time != b.time ? a.time > b.time : a.order > b.order; // the first on top
        }
    };
    void hold(std::int64_t time);
    void release();
    std::priority_queue<Held> held;
    Held released;
};

/// True when the event said something that is heard.
bool Swarm::Private::handle(const Event& event)
{
    switch (event.wake) {
    case Wake::Heartbeat:
        beat(event.time, event.index);
        judge(event.time);
        break;
    case Wake::RobotState:
        tellState(event.time, event.index);
        judge(event.time);
        break;
    case Wake::Spawn:
        spawn(event.time, event.index);
        return false;
    case Wake::JobStep:
        stepJob(event.time, event.index);
        break;
    }
    return isHeard();
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
    tellRobotState(robot, random.bits(), now, talk);
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

/// Who is slow, and how much is asked for, while faults last.
void Swarm::Private::reshape(std::int64_t now)
{
    std::uint64_t on = 0;
    for (std::size_t i = 0; i < faults.size(); ++i)
        on |= faults[i]->isOn(now) ? 1ull << (i % 64) : 0;
    if (on == shapedFor)
        return;
    shapedFor = on;
    shape = sound;
    for (const auto& fault : faults) {
        if (fault->isOn(now))
            fault->shape(shape);
    }
}

/// What becomes of the message that was just said: the first fault that minds it decides.
void Swarm::Private::judge(std::int64_t now)
{
    fate = Fate::Heard;
    if (faults.empty())
        return;
    DemoAgent* agent = talk.agent();
    Spoken words{.time = now,
                 .agent = static_cast<std::uint32_t>(agent - roster.agents.data()),
                 .topic = talk.topic(),
                 .type = talk.type(),
                 .json = talk.json(),
                 .kind = talk.kind(),
                 .sequence = agent->sequence};
    for (const auto& fault : faults) {
        std::int64_t delay = 0;
        if (!fault->isOn(now))
            continue;
        if (fault->rewrite(words, talk.words()))
            words.json = talk.json();
        fate = fault->pass(words, delay);
        if (fate == Fate::Heard)
            continue;
        heldFor = delay;
        if (fate == Fate::Held || fate == Fate::Twice || fate == Fate::Stuck)
            hold(now + delay);
        if (fate == Fate::Unsaid)
            --agent->sequence;
        return;
    }
}

void Swarm::Private::hold(std::int64_t time)
{
    held.push({time, ++order, std::string(talk.topic()), std::string(talk.from()),
               std::string(talk.json()), talk.kind(), talk.group()});
}

void Swarm::Private::release()
{
    released = held.top();
    held.pop();
    message = {released.time, released.topic, released.from,
               released.json, released.kind,  released.group};
}

/// Lets the fault speak that is due first, if that is before `until`.
bool Swarm::Private::speakFault(std::int64_t until)
{
    Fault* first = nullptr;
    for (const auto& fault : faults) {
        if (fault->due() < until && (first == nullptr || fault->due() < first->due()))
            first = fault.get();
    }
    if (first == nullptr)
        return false;
    const std::int64_t now = first->due();
    first->speak(roster, talk, now);
    judge(now);
    message = {now, talk.topic(), talk.from(), talk.json(), talk.kind(), talk.group()};
    return true;
}

void Swarm::Private::stepJob(std::int64_t now, std::uint32_t slot)
{
    const std::int64_t delay = jobs.step(running[slot], now);
    judge(now);
    if (delay < 0 || fate == Fate::Unsaid)
        freeSlots.push_back(slot);
    else
        wakeAt(now + delay + (fate == Fate::Stuck ? heldFor : 0), Wake::JobStep, slot);
}

Swarm::Swarm(const SwarmOptions& options)
    : d(std::make_unique<Private>(options))
{
}

Swarm::~Swarm() = default;

const SwarmMessage& Swarm::next()
{
    for (;;) {
        if (!d->faults.empty()) {
            const std::int64_t next = d->events.top().time;
            const std::int64_t late = d->held.empty() ? Fault::kNever : d->held.top().time;
            if (d->speakFault(std::min(next, late))) {
                if (d->isHeard())
                    return d->message;
                continue;
            }
            if (late <= next) {
                d->release();
                return d->message;
            }
            d->reshape(next);
        }
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

void Swarm::add(const FaultPlan& fault)
{
    d->add(fault);
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

std::vector<ClockTruth> Swarm::clocks() const
{
    return clocksOf(d->roster);
}

std::vector<TruthEntry> Swarm::truth() const
{
    std::vector<TruthEntry> truth = d->scenario->truth();
    for (const auto& fault : d->faults) {
        for (TruthEntry& entry : fault->truth())
            truth.push_back(std::move(entry));
    }
    return truth;
}

} // namespace murmur
