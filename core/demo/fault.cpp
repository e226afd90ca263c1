// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/fault.h"

#include "base/message.h"
#include "base/time.h"
#include "demo/agentfaults.h"
#include "demo/deliveryfaults.h"
#include "demo/loadfaults.h"
#include "demo/meaningfaults.h"
#include "demo/waitfaults.h"

#include <QStringList>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Also = std::string_view;
constexpr std::array kAfterSilence{Also("unanswered-request"), Also("missing-final")};
constexpr std::array kAfterNoAnswer{Also("missing-final")};
constexpr std::array kAfterBreak{Also("unanswered-request")};
constexpr std::array kAfterSlowness{Also("latency-breach"), Also("unanswered-request"),
                                    Also("backlog")};
constexpr std::array kAfterOverload{Also("latency-breach"), Also("slow-agent"),
                                    Also("unanswered-request")};
constexpr std::array kAfterBurst{Also("latency-breach"), Also("slow-agent"), Also("backlog")};
constexpr std::array kOfOneTopic{Also("hot-topic")};
constexpr std::int64_t kFaultSecond = 1'000'000'000;
constexpr std::array kInLoops{Also("repetition-loop")};

constexpr std::array kOfWaits{Also("unanswered-request")};

constexpr std::array kFaults = std::to_array<FaultEntry>({
    {"lost-messages", "some messages of one robot get lost", createLostMessagesFault},
    {"duplicate-delivery", "some messages of one robot are delivered again",
     createDuplicateDeliveryFault},
    {"out-of-order", "some messages of one robot are overtaken by later ones",
     createOutOfOrderFault},
    {"early-answer",
     "the vision model tells what it saw before it was asked",
     createEarlyAnswerFault,
     {},
     20 * kFaultSecond,
     "out-of-order"},
    {"unanswered-request", "the vision model beats, and answers nobody",
     createUnansweredRequestFault, kAfterNoAnswer},
    {"silent-agent", "one robot says nothing any more", createSilentAgentFault, kAfterSilence},
    {"retry-storm", "a planner asks for one route again and again, and is refused",
     createRetryStormFault},
    {"repetition-loop", "a robot takes the same two steps for ever", createRepetitionLoopFault},
    {"ping-pong", "two of the crew hand one case to each other", createPingPongFault, kInLoops},
    {"missing-final", "drafts of the graph break off before their end", createMissingFinalFault,
     kAfterBreak},
    {"slow-agent", "the vision model needs twenty times as long", createSlowAgentFault,
     kAfterSlowness},
    {"double-ownership", "two robots claim the same task", createDoubleOwnershipFault},
    {"reconnect-storm", "all robots log in again at once", createReconnectStormFault},
    {"fan-out-storm", "one order makes every robot talk about it", createFanOutStormFault},
    {"hot-topic",
     "every robot traces its motions into one topic",
     createHotTopicFault,
     {},
     45 * kFaultSecond},
    {"noisy-tenant", "the robots of turin tell their state a hundred times a second",
     createNoisyTenantFault, kOfOneTopic, 45 * kFaultSecond},
    {"latency-breach", "robots acknowledge six times as late", createLatencyBreachFault},
    {"slow-recovery", "a burst of frames is over, and the vision model stays slow",
     createSlowRecoveryFault, kAfterBurst, 32 * kFaultSecond},
    {"schema-drift", "the router tells distances as text, no longer as numbers",
     createSchemaDriftFault},
    {"backlog", "the vision model gets more frames than it can look at", createBacklogFault,
     kAfterOverload, 80 * kFaultSecond},
    {"stale-command", "a planner's link flaps, and its orders come when they hold no more",
     createStaleCommandFault},
    {"timeout-cascade", "the critic answers nobody, and all who wait for it give up",
     createTimeoutCascadeFault, kOfWaits},
    {"deadlock", "three robots wait for each other to move", createDeadlockFault, kOfWaits},
    {"orphan-wait", "the gateway restarts, and forgets what it asked for", createOrphanWaitFault},
    {"early-ack", "the researcher tells results before the critic is through", createEarlyAckFault},
    {"zombie-work", "a robot goes on with tasks that were cancelled", createZombieWorkFault},
    {"state-divergence", "a planner goes on telling how tasks stood that have moved on",
     createStateDivergenceFault},
    {"leader-flapping", "two planners vote each other out of the lead", createLeaderFlappingFault},
    {"lost-context", "the graph forgets how far tickets are, and begins them again",
     createLostContextFault},
    {"untraceable-hop", "the graph calls its nodes without handing the trace on",
     createUntraceableHopFault},
    {"token-runaway", "the writer's prompt takes along all that was said before",
     createTokenRunawayFault},
    {"empty-tool-result", "a tool finds nothing, and the researcher decides all the same",
     createEmptyToolResultFault},
});

Error noSuchFault(const QString& id)
{
    QStringList known;
    for (const FaultEntry& entry : kFaults)
        known << QString::fromUtf8(entry.id);
    return {ErrorCode::WrongUse,
            u"The demo has no fault \"%1\"; the known ones are: %2."_s.arg(id, known.join(u", "))};
}

} // namespace

std::span<const FaultEntry> faults() noexcept
{
    return kFaults;
}

const FaultEntry* findFault(std::string_view id) noexcept
{
    const auto at = std::ranges::find(
        kFaults, id, [](const FaultEntry& entry) { return std::string_view(entry.id); });
    return at == kFaults.end() ? nullptr : &*at;
}

std::string_view detectorOf(std::string_view fault) noexcept
{
    const FaultEntry* entry = findFault(fault);
    return entry != nullptr && entry->detector != nullptr ? entry->detector : fault;
}

FaultPlan usualPlan(std::string_view id)
{
    FaultPlan plan;
    plan.id = id;
    plan.end = plan.start + findFault(id)->lasts;
    return plan;
}

Result<FaultPlan> faultPlanFromText(const QString& text)
{
    FaultPlan plan;
    const QString id = text.section(u'@', 0, 0).trimmed();
    if (findFault(id.toStdString()) == nullptr)
        return noSuchFault(id);
    plan = usualPlan(id.toStdString());
    if (!text.contains(u'@'))
        return plan;
    const QString when = text.section(u'@', 1);
    const auto start = durationFromText(when.section(u'-', 0, 0));
    const auto end = when.contains(u'-') ? durationFromText(when.section(u'-', 1))
                                         : Result<nanoseconds>(nanoseconds(plan.end - plan.start));
    if (!start || !end)
        return Error{ErrorCode::WrongUse,
                     u"\"%1\" does not say when; write %2@20s-50s."_s.arg(text, id)};
    plan.start = start->count();
    plan.end = when.contains(u'-') ? end->count() : plan.start + end->count();
    if (plan.start < 0 || plan.end <= plan.start)
        return Error{ErrorCode::WrongUse,
                     u"The fault \"%1\" must end after it begins."_s.arg(text)};
    return plan;
}

QString faultPlanText(const FaultPlan& plan)
{
    const auto text = [](std::int64_t ns) {
        return ns % 1'000'000'000 == 0 ? u"%1s"_s.arg(ns / 1'000'000'000) : u"%1ns"_s.arg(ns);
    };
    return u"%1@%2-%3"_s.arg(QString::fromStdString(plan.id), text(plan.start), text(plan.end));
}

Fault::Fault(const FaultPlan& plan, std::uint64_t seed)
    : m_plan(plan)
    , m_random(seed ^ idHash(plan.id))
{
    m_truth.id = detectorOf(plan.id);
    m_truth.start = plan.start;
    m_truth.end = plan.start;
}

void Fault::blame(const DemoAgent& agent)
{
    if (std::ranges::find(m_truth.agents, agent.name) == m_truth.agents.end())
        m_truth.agents.push_back(agent.name);
}

void Fault::note(const DemoAgent& agent, std::uint64_t sequence, std::int64_t time)
{
    constexpr std::size_t kMost = 10'000;
    m_truth.end = std::max(m_truth.end, time);
    if (m_truth.members.size() < kMost)
        m_truth.members.push_back(agent.name + ':' + std::to_string(sequence));
}

std::vector<TruthEntry> Fault::truth() const
{
    return m_truth.members.empty() ? std::vector<TruthEntry>() : std::vector{m_truth};
}

} // namespace murmur
