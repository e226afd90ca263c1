// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/jobs.h"

#include <array>

namespace murmur {

namespace {

enum CrewStep : std::uint8_t {
    AskCrew,
    AskWriter,
    StreamWriter,
    AnswerResearcher,
    AskCritic,
    AnswerCritic,
    AnswerCase,
};

enum GraphStep : std::uint8_t {
    Invoke,
    Refuse,
    InvokeAgain,
    StartClassify,
    SaveClassify,
    StartRetrieve,
    SaveRetrieve,
    StartDraft,
    StreamDraft,
    SaveDraft,
    AnswerTicket,
};

constexpr std::int64_t kMillisecond = 1'000'000;

constexpr auto kQueues = std::to_array<std::string_view>({"damaged", "late", "missing", "other"});

} // namespace

std::int64_t Jobs::stepCrew(Job& job, std::int64_t now)
{
    const auto& agents = m_roster.agents;
    const std::string& gateway = agents[m_roster.gateway].name;
    const std::string& researcher = agents[m_roster.researcher].name;
    const std::string& writer = agents[m_roster.writer].name;
    const std::string& critic = agents[m_roster.critic].name;
    const auto number = static_cast<std::int64_t>(job.number);
    switch (static_cast<CrewStep>(job.step)) {
    case AskCrew:
        job.outer = newId();
        say(job, now, m_roster.gateway, "crew.refunds.task", Kind::Request, "task.request");
        m_talk.to(researcher);
        m_talk.correlation(job.outer);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
        m_talk.number("case", number)
            .text("task", "decide on the refund")
            .number("amount_cents", m_random.between(900, 250'000))
            .text("expected_output", "a letter of at most 120 words");
        m_talk.end();
        job.step = AskWriter;
        return m_random.delay(m_shape.crewAnswer);
    case AskWriter:
        job.correlation = newId();
        say(job, now, m_roster.researcher, "crew.refunds.task", Kind::Request, "draft.request");
        m_talk.to(writer);
        m_talk.correlation(job.correlation);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
        m_talk.number("case", number)
            .text("facts", "delivered three days late; box opened")
            .text("tool", "order_lookup");
        m_talk.end();
        job.step = StreamWriter;
        return m_random.delay(m_shape.crewAnswer) / 2;
    case StreamWriter:
        stream(job, now, m_roster.writer, "crew.refunds.stream", "gpt-4o-mini");
        if (job.chunk == job.chunks)
            job.step = AnswerResearcher;
        return m_random.delay(m_shape.token);
    case AnswerResearcher:
        say(job, now, m_roster.writer, "crew.refunds.task", Kind::Reply, "draft.result");
        m_talk.to(researcher);
        m_talk.correlation(job.correlation);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
        m_talk.number("case", number)
            .number("words", 3 * job.chunks)
            .number("tokens_in", m_random.between(400, 2'400))
            .number("tokens_out", 4 * job.chunks);
        m_talk.end();
        job.step = AskCritic;
        return m_random.around(40 * kMillisecond);
    case AskCritic:
        job.correlation = newId();
        say(job, now, m_roster.researcher, "crew.refunds.review", Kind::Request, "review.request");
        m_talk.to(critic);
        m_talk.correlation(job.correlation);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
        m_talk.number("case", number).text("policy", "refunds-2026-04").number("draft", 1);
        m_talk.end();
        job.isEarly =
            m_shape.earlyResultsPerThousand > 0 && m_random.chance(m_shape.earlyResultsPerThousand);
        job.step = job.isEarly ? AnswerCase : AnswerCritic;
        return job.isEarly ? m_random.around(50 * kMillisecond)
                           : m_random.delay(m_shape.crewAnswer);
    case AnswerCritic:
        say(job, now, m_roster.critic, "crew.refunds.review", Kind::Reply, "review.result");
        m_talk.to(researcher);
        m_talk.correlation(job.correlation);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
        m_talk.number("case", number)
            .text("verdict", "approved")
            .thousandths("score", m_random.between(700, 990));
        m_talk.end();
        job.step = AnswerCase;
        return job.isEarly ? -1 : m_random.around(30 * kMillisecond);
    case AnswerCase:
        say(job, now, m_roster.researcher, "crew.refunds.task", Kind::Reply, "task.result");
        m_talk.to(gateway);
        m_talk.correlation(job.outer);
        m_talk.conversation("case", job.number);
        m_talk.beginPayload();
        m_talk.number("case", number)
            .text("decision", m_random.chance(700) ? "refund" : "voucher")
            .number("drafts", 1);
        m_talk.end();
        job.step = AnswerCritic;
        return job.isEarly ? m_random.delay(m_shape.crewAnswer) : -1;
    }
    return -1;
}

std::int64_t Jobs::stepGraph(Job& job, std::int64_t now)
{
    const auto& agents = m_roster.agents;
    const std::string& gateway = agents[m_roster.gateway].name;
    const std::string& graph = agents[m_roster.graph].name;
    const auto number = static_cast<std::int64_t>(job.number);

    const auto startNode = [&](std::size_t node, std::uint8_t next) {
        say(job, now, m_roster.graph, "graph.triage.node", Kind::Event, "node.entered");
        m_talk.to(agents[m_roster.nodes[node]].name);
        m_talk.conversation("ticket", job.number);
        m_talk.beginPayload();
        m_talk.number("ticket", number)
            .text("node", agents[m_roster.nodes[node]].name)
            .number("superstep", static_cast<std::int64_t>(node + 1));
        m_talk.end();
        job.step = next;
        return m_random.delay(m_shape.node);
    };
    const auto saveNode = [&](std::size_t node, std::uint8_t next) {
        say(job, now, m_roster.nodes[node], "graph.triage.checkpoint", Kind::State, "checkpoint");
        m_talk.conversation("ticket", job.number);
        m_talk.beginPayload();
        m_talk.number("ticket", number)
            .text("queue", kQueues[job.trace.low % kQueues.size()])
            .number("superstep", static_cast<std::int64_t>(node + 1))
            .number("documents", node == 0 ? 0 : static_cast<std::int64_t>(job.trace.high % 9))
            .number("tokens", 80 + 4 * job.chunk);
        m_talk.end();
        job.step = next;
        return m_random.around(8 * kMillisecond);
    };

    switch (static_cast<GraphStep>(job.step)) {
    case Invoke:
    case InvokeAgain:
        job.outer = newId();
        say(job, now, m_roster.gateway, "graph.triage.invoke", Kind::Request, "graph.invoke");
        m_talk.to(graph);
        m_talk.replyTo(agents[m_roster.gateway]);
        m_talk.correlation(job.outer);
        m_talk.conversation("ticket", job.number);
        m_talk.beginPayload();
        m_talk.number("ticket", number)
            .text("text", "box opened, one cup missing")
            .number("attempt", job.step == Invoke ? 1 : 2);
        m_talk.end();
        job.step = job.step == Invoke && job.refused ? Refuse : StartClassify;
        return m_random.around(5 * kMillisecond);
    case Refuse:
        m_topic.assign("_INBOX.").append(gateway);
        say(job, now, m_roster.graph, m_topic, Kind::Error, "graph.failed");
        m_talk.to(gateway);
        m_talk.correlation(job.outer);
        m_talk.conversation("ticket", job.number);
        m_talk.error("rate_limited", "too many tokens in this minute");
        m_talk.end();
        job.step = InvokeAgain;
        return m_random.around(300 * kMillisecond);
    case StartClassify:
        return startNode(0, SaveClassify);
    case SaveClassify:
        return saveNode(0, StartRetrieve);
    case StartRetrieve:
        return startNode(1, SaveRetrieve);
    case SaveRetrieve:
        if (m_shape.forgottenPerThousand > 0 && !job.forgotten &&
            m_random.chance(m_shape.forgottenPerThousand)) {
            job.forgotten = true;
            return saveNode(1, StartClassify);
        }
        return saveNode(1, StartDraft);
    case StartDraft:
        return startNode(2, StreamDraft);
    case StreamDraft:
        stream(job, now, m_roster.nodes[2], "graph.triage.stream", "claude-haiku");
        if (job.chunk == job.chunks)
            job.step = SaveDraft;
        return m_random.delay(m_shape.token);
    case SaveDraft:
        return saveNode(2, AnswerTicket);
    case AnswerTicket:
        m_topic.assign("_INBOX.").append(gateway);
        say(job, now, m_roster.graph, m_topic, Kind::Reply, "graph.result");
        m_talk.to(gateway);
        m_talk.correlation(job.outer);
        m_talk.conversation("ticket", job.number);
        m_talk.beginPayload();
        m_talk.number("ticket", number)
            .text("queue", kQueues[job.trace.low % kQueues.size()])
            .number("supersteps", 3);
        m_talk.end();
        return -1;
    }
    return -1;
}

} // namespace murmur
