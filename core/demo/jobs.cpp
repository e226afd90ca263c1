// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/jobs.h"

#include <array>

namespace murmur {

namespace {

// Tasks and tickets are numbered in a circle, so that a long demo has a bounded number of topics.
constexpr std::uint64_t kFirstTask = 8'800;
constexpr std::uint64_t kTasks = 2'000;

constexpr auto kWords = std::to_array<std::string_view>({
    "the customer",   " has returned",  " both boxes",    " and asks",     " for the money",
    ". The order",    " was delivered", " three days",    " late",         ", so",
    " the policy",    " allows",        " a full refund", ". Please",      " confirm",
    " the account",   " by Friday",     " and close",     " the case",     ".",
    " The pallet",    " in bay",        " twelve",        " is damaged",   " on one side",
    " but can",       " be lifted",     " from the left", " at low speed", " after",
    " a second look",
});

} // namespace

Jobs::Jobs(Roster& roster, DemoRandom& random, const SwarmShape& shape, Talk& talk)
    : m_roster(roster)
    , m_random(random)
    , m_shape(shape)
    , m_talk(talk)
{
}

DemoId Jobs::newId()
{
    const std::uint64_t high = m_random.bits();
    return {high, m_random.bits()};
}

Job Jobs::draw(JobKind kind)
{
    Job job;
    job.kind = kind;
    job.trace = newId();
    switch (kind) {
    case JobKind::Task: {
        job.robot = m_roster.allRobots[m_random.below(m_roster.allRobots.size())];
        const auto& planners = m_roster.planners[m_roster.agents[job.robot].site];
        job.planner = planners[m_random.below(planners.size())];
        job.number = kFirstTask + m_taskNumber++ % kTasks;
        job.refused = m_random.chance(m_shape.refusedPerThousand);
        job.looks = m_random.chance(600);
        if (job.looks && m_random.chance(120))
            job.chunks = static_cast<std::uint16_t>(m_random.between(8, 20));
        break;
    }
    case JobKind::Graph:
        job.number = 40'000 + m_ticketNumber++ % 50'000;
        job.chunks = static_cast<std::uint16_t>(m_random.between(6, 26));
        job.refused = m_random.chance(m_shape.refusedPerThousand);
        break;
    case JobKind::Crew:
        job.number = 1'200 + m_caseNumber++ % 50'000;
        job.chunks = static_cast<std::uint16_t>(m_random.between(12, 48));
        break;
    case JobKind::Model:
        job.number = 71'000 + m_modelNumber++ % 20'000;
        break;
    case JobKind::Replan: {
        const std::size_t site = m_random.below(Roster::kSites);
        job.planner = m_roster.planners[site][m_random.below(m_roster.planners[site].size())];
        job.number = m_taskNumber;
        break;
    }
    }
    return job;
}

int Jobs::messagesOf(const Job& job) noexcept
{
    const int retry = job.refused ? 2 : 0;
    switch (job.kind) {
    case JobKind::Task:
        return 7 + retry + (job.looks ? 2 + job.chunks : 0);
    case JobKind::Graph:
        return 8 + retry + job.chunks;
    case JobKind::Crew:
        return 6 + job.chunks;
    case JobKind::Replan:
        return 1;
    case JobKind::Model:
        return messagesOfModelRun();
    }
    return 1;
}

std::int64_t Jobs::step(Job& job, std::int64_t now)
{
    switch (job.kind) {
    case JobKind::Task:
        return stepTask(job, now);
    case JobKind::Graph:
        return stepGraph(job, now);
    case JobKind::Crew:
        return stepCrew(job, now);
    case JobKind::Replan:
        return sayReplan(job, now);
    case JobKind::Model:
        return stepModel(job, now);
    }
    return -1;
}

void Jobs::say(Job& job, std::int64_t now, std::uint32_t agent, std::string_view topic, Kind kind,
               std::string_view type)
{
    DemoAgent& speaker = m_roster.agents[agent];
    m_talk.begin(speaker, now, topic, kind, type);
    m_talk.trace(job.trace);
    if (job.lastSequence != 0)
        m_talk.cause(m_roster.agents[job.lastAgent], job.lastSequence);
    job.lastAgent = agent;
    job.lastSequence = speaker.sequence;
}

void Jobs::stream(Job& job, std::int64_t now, std::uint32_t agent, std::string_view topic,
                  std::string_view model)
{
    say(job, now, agent, topic, Kind::Chunk, "llm.chunk");
    m_talk.conversation(job.kind == JobKind::Crew    ? "case"
                        : job.kind == JobKind::Graph ? "ticket"
                                                     : "task",
                        job.number);
    m_talk.beginPayload();
    m_talk.number("index", job.chunk)
        .text("delta", kWords[(job.number * 7 + job.chunk) % kWords.size()])
        .text("model", model)
        .raw(job.chunk + 1 == job.chunks ? "\"finish_reason\":\"stop\"" : "\"finish_reason\":null");
    m_talk.end();
    ++job.chunk;
}

std::int64_t Jobs::sayReplan(Job& job, std::int64_t now)
{
    constexpr std::size_t kNamed = 40; // a hall of thousands is told by topic, not name by name
    const DemoAgent& planner = m_roster.agents[job.planner];
    say(job, now, job.planner, "swarm.broadcast.replan", Kind::Event, "swarm.replan");
    m_talk.toMany(m_roster.agents, m_roster.robots[planner.site], kNamed);
    m_talk.beginPayload();
    m_talk.text("reason", m_random.chance(500) ? "deadline" : "aisle blocked")
        .number("epoch", static_cast<std::int64_t>(400 + planner.sequence % 100))
        .number("lease_ms", 5000);
    m_talk.end();
    return -1;
}

} // namespace murmur
