// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/loadfaults.h"

#include "demo/robotstate.h"
#include "demo/speakingfault.h"

#include <algorithm>
#include <deque>
#include <string>

namespace murmur {

namespace {

constexpr std::int64_t kFaultMs = 1'000'000;

/// Says more than all others together.
class FloodFault : public SpeakingFault
{
public:
    using SpeakingFault::SpeakingFault;
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        // Floods do not count each other.
        if (message.kind != Kind::State && message.type != kTrace)
            ++m_heard;
        return Fate::Heard;
    }

protected:
    static constexpr std::string_view kTrace = "motion.trace";
    /// The next message, so that there are 17 of these for ten of the others, of which every fourth
    /// is the state of a robot.
    void nextOfFlood(std::int64_t now)
    {
        const std::int64_t gap =
            m_heard < 20 ? 5 * kFaultMs : (now - plan().start) * 30 / (m_heard * 68);
        next(now + random().around(std::clamp<std::int64_t>(gap, 1000, 20 * kFaultMs)));
    }

private:
    std::int64_t m_heard = 0;
};

/// Somebody left the tracing of motions switched on.
class HotTopicFault final : public FloodFault
{
public:
    using FloodFault::FloodFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        for (const std::uint32_t robot : all.allRobots)
            blame(all.agents[robot]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        DemoAgent& robot = all.agents[anyRobot()];
        talk.begin(robot, now, "swarm.log.motion", Kind::Event, kTrace);
        talk.beginPayload();
        talk.text("level", "debug")
            .number("wheel_left", random().between(-900, 900))
            .number("wheel_right", random().between(-900, 900));
        talk.end();
        note(robot, robot.sequence, now);
        nextOfFlood(now);
    }
};

/// A new software of one site tells the state of its robots all the time.
class NoisyTenantFault final : public FloodFault
{
public:
    using FloodFault::FloodFault;
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        for (const std::uint32_t robot : all.robots[kTurin])
            blame(all.agents[robot]);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        const auto& robots = all.robots[kTurin].empty() ? all.allRobots : all.robots[kTurin];
        DemoAgent& robot = all.agents[robots[m_next++ % robots.size()]];
        tellRobotState(robot, random().bits(), now, talk);
        note(robot, robot.sequence, now);
        nextOfFlood(now);
    }

private:
    static constexpr std::size_t kTurin = 2;
    std::size_t m_next = 0;
};

/// The way to the robots and back takes longer, for all of them.
class LatencyBreachFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        for (const std::uint32_t robot : roster.allRobots)
            blame(roster.agents[robot]);
    }
    void shape(SwarmShape& shape) const override { shape.acknowledge.median *= 6; }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.kind == Kind::Reply && message.type == "task.ack")
            note(m_roster->agents[message.agent], message.sequence, message.time);
        return Fate::Heard;
    }

private:
    const Roster* m_roster = nullptr;
};

/// Robots ask the vision model more than usual; it looks at one frame after the other.
class FramesFault : public SpeakingFault
{
public:
    FramesFault(const FaultPlan& plan, std::uint64_t seed)
        : SpeakingFault(plan, seed)
        , m_nextAsk(plan.start)
    {
    }
    void meet(const Roster& all) override
    {
        SpeakingFault::meet(all);
        blame(all.agents[all.vision]);
    }
    /// What is asked is answered, even if the fault is over by then.
    [[nodiscard]] std::int64_t due() const override
    {
        return std::min(m_nextAsk < plan().end ? m_nextAsk : kNever,
                        m_waiting.empty() ? kNever : m_nextAnswer);
    }
    void speak(Roster& all, Talk& talk, std::int64_t now) override
    {
        if (m_nextAsk <= now && m_nextAsk < plan().end) {
            ask(all, talk, now);
            return;
        }
        answer(all, talk, now);
    }

protected:
    /// How long to the next request, and how long the model takes for one; ns.
    virtual std::int64_t askAfter(std::int64_t now) = 0;
    virtual std::int64_t lookFor(std::int64_t now) = 0;
    void startAt(std::int64_t time) { m_nextAsk = time; }

private:
    struct Frame
    {
        std::uint32_t robot = 0;
        DemoId call;
    };
    void ask(Roster& all, Talk& talk, std::int64_t now)
    {
        const Frame frame{anyRobot(), newId()};
        DemoAgent& robot = all.agents[frame.robot];
        talk.begin(robot, now, "vision.detect", Kind::Request, "detect.request");
        talk.to(all.agents[all.vision].name);
        talk.replyTo(robot);
        talk.correlation(frame.call);
        talk.beginPayload();
        talk.text("frame", "s3://frames/aisle-12/771.jpg")
            .text("model", "det-v4")
            .number("exposure_us", random().between(400, 9'000));
        talk.end();
        if (m_waiting.empty())
            m_nextAnswer = now + lookFor(now);
        m_waiting.push_back(frame);
        m_nextAsk = now + askAfter(now);
    }
    void answer(Roster& all, Talk& talk, std::int64_t now)
    {
        DemoAgent& vision = all.agents[all.vision];
        const Frame frame = m_waiting.front();
        m_waiting.pop_front();
        const std::string& robot = all.agents[frame.robot].name;
        talk.begin(vision, now, "_INBOX." + robot, Kind::Reply, "detect.reply");
        talk.to(robot);
        talk.correlation(frame.call);
        talk.beginPayload();
        talk.raw("\"boxes\":[[112,40,201,160],[310,22,402,260]]")
            .raw("\"labels\":[\"pallet\",\"person\"]")
            .thousandths("score", random().between(810, 996));
        talk.end();
        note(vision, vision.sequence, now);
        m_nextAnswer = now + lookFor(now);
    }

    std::int64_t m_nextAsk;
    std::int64_t m_nextAnswer = 0;
    std::deque<Frame> m_waiting;
};

class BacklogFault final : public FramesFault
{
public:
    using FramesFault::FramesFault;

protected:
    std::int64_t askAfter(std::int64_t /*now*/) override { return random().around(120 * kFaultMs); }
    std::int64_t lookFor(std::int64_t now) override
    {
        return random().around((now < plan().end ? 300 : 20) * kFaultMs);
    }
};

/// Two seconds as usual, four in which the frames come, then the time that it takes to look at
/// them all.
class SlowRecoveryFault final : public FramesFault
{
public:
    SlowRecoveryFault(const FaultPlan& plan, std::uint64_t seed)
        : FramesFault(plan, seed)
    {
        startAt(plan.start + kBefore);
    }
    void shape(SwarmShape& shape) const override { shape.detect.median *= 5; }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.time < plan().start + kBefore && message.type == "detect.request")
            ++m_usual;
        return Fate::Heard;
    }

protected:
    std::int64_t askAfter(std::int64_t now) override
    {
        if (now >= plan().start + kBefore + kBurst)
            return kNever - now;
        return random().around(kBurst / frames());
    }
    std::int64_t lookFor(std::int64_t /*now*/) override
    {
        return random().around((plan().end - plan().start - kBefore) / frames());
    }

private:
    static constexpr std::int64_t kBefore = 2'000 * kFaultMs;
    static constexpr std::int64_t kBurst = 4'000 * kFaultMs;
    /// Six times as many as usual.
    [[nodiscard]] std::int64_t frames() const { return std::max<std::int64_t>(200, 12 * m_usual); }
    std::int64_t m_usual = 0;
};

/// A new router writes the unit behind the distance.
class SchemaDriftFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.router]);
    }
    bool rewrite(const Spoken& message, std::string& json) override
    {
        static constexpr std::string_view kKey = "\"distance_m\":";
        const std::size_t at = json.find(kKey);
        if (message.agent != m_roster->router || at == std::string::npos)
            return false;
        const std::size_t begin = at + kKey.size();
        json.insert(json.find_first_not_of("0123456789", begin), " m\"");
        json.insert(begin, "\"");
        note(m_roster->agents[message.agent], message.sequence, message.time);
        return true;
    }

private:
    const Roster* m_roster = nullptr;
};

template<typename Kind>
std::unique_ptr<Fault> makeLoad(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<Kind>(plan, seed);
}

} // namespace

std::unique_ptr<Fault> createHotTopicFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeLoad<HotTopicFault>(plan, seed);
}
std::unique_ptr<Fault> createNoisyTenantFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeLoad<NoisyTenantFault>(plan, seed);
}
std::unique_ptr<Fault> createLatencyBreachFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeLoad<LatencyBreachFault>(plan, seed);
}
std::unique_ptr<Fault> createSlowRecoveryFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeLoad<SlowRecoveryFault>(plan, seed);
}
std::unique_ptr<Fault> createSchemaDriftFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeLoad<SchemaDriftFault>(plan, seed);
}
std::unique_ptr<Fault> createBacklogFault(const FaultPlan& plan, std::uint64_t seed)
{
    return makeLoad<BacklogFault>(plan, seed);
}

} // namespace murmur
