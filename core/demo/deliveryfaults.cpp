// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/deliveryfaults.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace murmur {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

/// Something about one robot.
class RobotFault : public Fault
{
public:
    using Fault::Fault;

    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        m_robot = roster.allRobots[random().below(roster.allRobots.size())];
        blame(roster.agents[m_robot]);
    }

protected:
    /// One of its messages on which nothing else depends, one in `of`.
    bool isHit(const Spoken& message, unsigned perThousand)
    {
        if (message.agent != m_robot || message.kind != Kind::State ||
            !random().chance(perThousand))
            return false;
        note(m_roster->agents[m_robot], message.sequence, message.time);
        return true;
    }

private:
    const Roster* m_roster = nullptr;
    std::uint32_t m_robot = 0;
};

class LostMessagesFault final : public RobotFault
{
public:
    using RobotFault::RobotFault;
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        return isHit(message, 200) ? Fate::Lost : Fate::Heard;
    }
};

class DuplicateDeliveryFault final : public RobotFault
{
public:
    using RobotFault::RobotFault;
    Fate pass(const Spoken& message, std::int64_t& delay) override
    {
        delay = random().between(5 * kMillisecond, 400 * kMillisecond);
        return isHit(message, 300) ? Fate::Twice : Fate::Heard;
    }
};

class OutOfOrderFault final : public RobotFault
{
public:
    using RobotFault::RobotFault;
    Fate pass(const Spoken& message, std::int64_t& delay) override
    {
        delay = random().between(1500 * kMillisecond, 3000 * kMillisecond);
        return isHit(message, 150) ? Fate::Held : Fate::Heard;
    }
};

/// Some of the vision model's answers were ready, and sent, before anybody asked: of an old frame.
class EarlyAnswerFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.vision]);
    }
    bool rewrite(const Spoken& message, std::string& json) override
    {
        if (message.agent != m_roster->vision || message.kind != Kind::Reply ||
            !random().chance(150))
            return false;
        constexpr std::string_view kTime = "\"ts\":"; // in us
        const std::size_t at = json.find(kTime);
        if (at == std::string::npos)
            return false;
        const std::size_t begin = at + kTime.size();
        const std::size_t size =
            std::min(json.find_first_not_of("0123456789", begin), json.size()) - begin;
        const std::int64_t sent =
            std::stoll(json.substr(begin, size)) - random().between(3'000, 6'000) * 1'000;
        json.replace(begin, size, std::to_string(sent));
        note(m_roster->agents[m_roster->vision], message.sequence, message.time);
        return true;
    }

private:
    const Roster* m_roster = nullptr;
};

class UnansweredRequestFault final : public Fault
{
public:
    using Fault::Fault;
    void meet(const Roster& roster) override
    {
        m_roster = &roster;
        blame(roster.agents[roster.vision]);
    }
    Fate pass(const Spoken& message, std::int64_t& /*delay*/) override
    {
        if (message.agent != m_roster->vision || message.kind == Kind::Heartbeat)
            return Fate::Heard;
        note(m_roster->agents[message.agent], message.sequence, message.time);
        return Fate::Unsaid;
    }

private:
    const Roster* m_roster = nullptr;
};

template<typename Kind>
std::unique_ptr<Fault> make(const FaultPlan& plan, std::uint64_t seed)
{
    return std::make_unique<Kind>(plan, seed);
}

} // namespace

std::unique_ptr<Fault> createLostMessagesFault(const FaultPlan& plan, std::uint64_t seed)
{
    return make<LostMessagesFault>(plan, seed);
}

std::unique_ptr<Fault> createDuplicateDeliveryFault(const FaultPlan& plan, std::uint64_t seed)
{
    return make<DuplicateDeliveryFault>(plan, seed);
}

std::unique_ptr<Fault> createOutOfOrderFault(const FaultPlan& plan, std::uint64_t seed)
{
    return make<OutOfOrderFault>(plan, seed);
}

std::unique_ptr<Fault> createEarlyAnswerFault(const FaultPlan& plan, std::uint64_t seed)
{
    return make<EarlyAnswerFault>(plan, seed);
}

std::unique_ptr<Fault> createUnansweredRequestFault(const FaultPlan& plan, std::uint64_t seed)
{
    return make<UnansweredRequestFault>(plan, seed);
}

} // namespace murmur
