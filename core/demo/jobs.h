// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/roster.h"
#include "demo/scenario.h"
#include "demo/talk.h"

#include <cstdint>
#include <vector>

namespace murmur {

/// What the swarm works on: each job is a chain of messages, one at a time.
enum class JobKind : std::uint8_t {
    Task,   ///< a planner has a robot fetch something
    Graph,  ///< the graph triages a ticket
    Crew,   ///< the crew answers a customer
    Replan, ///< a planner tells its robots to think again
    Model,  ///< the crew asks its models, several rounds
};
inline constexpr std::size_t kJobKinds = 5;

struct Job
{
    JobKind kind = JobKind::Task;
    bool forgotten = false; ///< it was begun again half-way
    bool refused = false;   ///< its first request gets an error and is asked again
    bool looks = false;     ///< the robot asks the vision model
    bool isEarly = false;   ///< the crew's result does not wait for the critic
    std::uint8_t step = 0;
    std::uint8_t round = 0;   ///< of a crew with a model
    std::uint16_t chunks = 0; ///< of its stream
    std::uint16_t chunk = 0;
    std::uint32_t planner = 0;
    std::uint32_t robot = 0;
    std::uint64_t number = 0; ///< of the task, ticket or case
    DemoId correlation;
    DemoId outer; ///< correlation of the request that the whole job answers
    DemoId trace;
    std::uint32_t lastAgent = 0; ///< who said the last message of the chain
    std::uint64_t lastSequence = 0;
};

/// Draws jobs and says their messages.
class Jobs
{
public:
    Jobs(Roster& roster, DemoRandom& random, const SwarmShape& shape, Talk& talk);

    Job draw(JobKind kind);
    /// How many messages the job will have.
    [[nodiscard]] static int messagesOf(const Job& job) noexcept;
    /// Says the next message; the delay to the one after it in ns, or -1 when that was the last.
    std::int64_t step(Job& job, std::int64_t now);

private:
    std::int64_t stepTask(Job& job, std::int64_t now);
    std::int64_t stepCrew(Job& job, std::int64_t now);
    std::int64_t stepGraph(Job& job, std::int64_t now);
    std::int64_t sayReplan(Job& job, std::int64_t now);
    std::int64_t stepModel(Job& job, std::int64_t now);
    static int messagesOfModelRun() noexcept;

    /// Begins a message of the chain: trace and cause are those of the job.
    void say(Job& job, std::int64_t now, std::uint32_t agent, std::string_view topic, Kind kind,
             std::string_view type);
    DemoId newId();
    void task(Job& job, std::int64_t now, std::string_view status, std::string_view type);
    void stream(Job& job, std::int64_t now, std::uint32_t agent, std::string_view topic,
                std::string_view model);

    Roster& m_roster;
    DemoRandom& m_random;
    const SwarmShape& m_shape;
    Talk& m_talk;
    std::string m_topic;
    std::uint64_t m_taskNumber = 0;
    std::uint64_t m_caseNumber = 0;
    std::uint64_t m_ticketNumber = 0;
    std::uint64_t m_modelNumber = 0;
};

} // namespace murmur
