// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/jobs.h"

namespace murmur {

namespace {

enum TaskStep : std::uint8_t {
    AskRoute,
    RefuseRoute,
    AskRouteAgain,
    AnswerRoute,
    Assign,
    Acknowledge,
    Accept,
    AskDetect,
    StreamDetect,
    AnswerDetect,
    Complete,
    Report,
};

constexpr std::int64_t kMillisecond = 1'000'000;

} // namespace

/// The task's own state, as the robot that owns it tells it.
void Jobs::task(Job& job, std::int64_t now, std::string_view status, std::string_view type)
{
    DemoAgent& robot = m_roster.agents[job.robot];
    m_topic.assign("state.task.");
    m_topic += std::to_string(job.number);
    say(job, now, job.robot, m_topic, Kind::State, type);
    m_talk.conversation("task", job.number);
    m_talk.beginPayload();
    m_talk.number("task", static_cast<std::int64_t>(job.number))
        .text("owner", robot.name)
        .number("epoch", static_cast<std::int64_t>(robot.epoch))
        .text("status", status)
        .number("lease_ms", 5000);
    m_talk.end();
}

std::int64_t Jobs::stepTask(Job& job, std::int64_t now)
{
    DemoAgent& planner = m_roster.agents[job.planner];
    DemoAgent& robot = m_roster.agents[job.robot];
    const DemoAgent& router = m_roster.agents[m_roster.router];
    const DemoAgent& vision = m_roster.agents[m_roster.vision];
    const auto number = static_cast<std::int64_t>(job.number);
    switch (static_cast<TaskStep>(job.step)) {
    case AskRoute:
    case AskRouteAgain:
        job.correlation = newId();
        say(job, now, job.planner, "swarm.route.find", Kind::Request, "route.request");
        m_talk.to(router.name);
        m_talk.replyTo(planner);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.number("task", number)
            .number("from_bay", static_cast<std::int64_t>(job.trace.low % 48))
            .number("to_bay", static_cast<std::int64_t>(job.trace.high % 48))
            .number("attempt", job.step == AskRoute ? 1 : 2);
        m_talk.end();
        job.step = job.step == AskRoute && job.refused ? RefuseRoute : AnswerRoute;
        return m_random.delay(m_shape.route);
    case RefuseRoute:
        m_topic.assign("_INBOX.").append(planner.name);
        say(job, now, m_roster.router, m_topic, Kind::Error, "route.error");
        m_talk.to(planner.name);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.error("aisle_locked", "the aisle is locked by another plan");
        m_talk.end();
        job.step = AskRouteAgain;
        return m_random.around(60 * kMillisecond);
    case AnswerRoute:
        m_topic.assign("_INBOX.").append(planner.name);
        say(job, now, m_roster.router, m_topic, Kind::Reply, "route.reply");
        m_talk.to(planner.name);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.number("task", number)
            .text("robot", robot.name)
            .number("distance_m", m_random.between(8, 160))
            .number("epoch", static_cast<std::int64_t>(robot.epoch + 1));
        m_talk.end();
        job.step = Assign;
        return m_random.around(4 * kMillisecond);
    case Assign:
        job.correlation = newId();
        say(job, now, job.planner, "swarm.cmd.assign", Kind::Command, "task.assign");
        m_talk.to(robot.name);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.number("task", number)
            .text("goal", "pick A-14")
            .number("priority", m_random.between(1, 5))
            .number("deadline_ms", 20'000);
        m_talk.end();
        job.step = Acknowledge;
        return m_random.delay(m_shape.acknowledge);
    case Acknowledge:
        m_topic.assign("_INBOX.").append(planner.name);
        say(job, now, job.robot, m_topic, Kind::Reply, "task.ack");
        m_talk.to(planner.name);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.number("task", number)
            .raw("\"accepted\":true")
            .number("eta_ms", m_random.between(900, 9'000));
        m_talk.end();
        job.step = Accept;
        return m_random.around(3 * kMillisecond);
    case Accept:
        ++robot.epoch;
        robot.task = job.number;
        task(job, now, "moving", "task.state");
        job.step = job.looks ? AskDetect : Complete;
        return m_random.delay(m_shape.travel);
    case AskDetect:
        job.correlation = newId();
        say(job, now, job.robot, "vision.detect", Kind::Request, "detect.request");
        m_talk.to(vision.name);
        m_talk.replyTo(robot);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.text("frame", "s3://frames/aisle-12/771.jpg")
            .text("model", "det-v4")
            .number("exposure_us", m_random.between(400, 9'000));
        m_talk.end();
        job.step = job.chunks > 0 ? StreamDetect : AnswerDetect;
        return m_random.delay(m_shape.detect);
    case StreamDetect:
        stream(job, now, m_roster.vision, "vision.stream", "det-v4-explain");
        if (job.chunk == job.chunks)
            job.step = AnswerDetect;
        return m_random.delay(m_shape.token) / 4;
    case AnswerDetect:
        m_topic.assign("_INBOX.").append(robot.name);
        say(job, now, m_roster.vision, m_topic, Kind::Reply, "detect.reply");
        m_talk.to(robot.name);
        m_talk.correlation(job.correlation);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.raw("\"boxes\":[[112,40,201,160],[310,22,402,260]]")
            .raw("\"labels\":[\"pallet\",\"person\"]")
            .thousandths("score", m_random.between(810, 996));
        m_talk.end();
        job.step = Complete;
        return m_random.around(200 * kMillisecond);
    case Complete:
        if (robot.task == job.number)
            robot.task = 0;
        task(job, now, "done", "task.state");
        job.step = Report;
        return m_random.around(2 * kMillisecond);
    case Report:
        say(job, now, job.robot, "swarm.event.picked", Kind::Event, "task.picked");
        m_talk.to(planner.name);
        m_talk.conversation("task", job.number);
        m_talk.beginPayload();
        m_talk.number("task", number)
            .number("pallets", m_random.between(1, 3))
            .number("battery_percent", robot.battery / 10);
        m_talk.end();
        return -1;
    }
    return -1;
}

} // namespace murmur
