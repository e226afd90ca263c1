// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/backlog.h"

#include "base/time.h"
#include "findings/scene.h"
#include "findings/servers.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "backlog";
constexpr Parameter kFor{"for", 60, Unit::Seconds, "how long it must grow"};
constexpr Parameter kLeast{"least", 20, Unit::Count, "messages by which it must grow"};
constexpr Parameter kTimes{"times", 2, Unit::Factor, "what it was"};
constexpr std::array kParameters{kFor, kLeast, kTimes};
constexpr std::int64_t kStep = 5'000'000'000; ///< ns between two looks
constexpr std::size_t kRemembered = 65'536;   ///< messages that somebody may act on
constexpr double kUsuallyDone = 0.8;
constexpr std::int64_t kFewest = 10;

/// Requests that wait for an answer, and messages to an agent that is known to act on such, by
/// stated causes, and has not yet.
class Backlog final : public Detector
{
public:
    explicit Backlog(const Settings& settings)
        : m_steps(
              static_cast<std::size_t>(std::max<std::int64_t>(3, settings.time(kId, kFor) / kStep)))
        , m_least(static_cast<std::int64_t>(settings.of(kId, kLeast)))
        , m_times(settings.of(kId, kTimes))
        , m_given(kRemembered)
        , m_isGiven(kRemembered)
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kAllKinds & static_cast<KindSet>(~kindSet(Kind::Heartbeat));
    }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.closes != 0) {
            m_calls.fetch(message.sender);
        } else if (message.receivers.size() == 1) {
            const bool isCall = message.kind == Kind::Request;
            (isCall ? m_calls : m_acts).fetch(message.receivers.front());
            __builtin_prefetch(&m_given[place(message.seq)], 1);
        }
    }

    void hear(const Heard& message, const Scene& /*scene*/, Findings& /*findings*/) override
    {
        if (message.answered.request != 0) {
            if (message.answered.answersBefore == 0)
                finish(m_calls.askedBy(message.answered), message.time - message.answered.time);
        } else if (message.isAsking) {
            begin(m_calls.askedBy(message), message.time);
        } else if (message.receivers.size() == 1 && message.closes == 0 &&
                   (message.kind == Kind::Event || message.kind == Kind::Command)) {
            const AgentId to = message.receivers.front();
            begin(m_acts.at(to, {}), message.time);
            m_given[place(message.seq)] = {message.seq, message.time, to};
            m_isGiven[place(message.seq)] = true;
        }
        for (const CauseEdge& edge : message.causes) {
            if (!m_isGiven[place(edge.cause)])
                continue; // as nearly all: without a look into far memory
            Given& given = m_given[place(edge.cause)];
            if (given.seq != edge.cause || given.to != message.sender ||
                edge.grade == Grade::Inferred)
                continue;
            finish(m_acts.at(given.to, {}), message.time - given.time);
            given.seq = 0;
            m_isGiven[place(edge.cause)] = false;
        }
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        if (now < m_nextLook)
            return;
        m_nextLook = now - now % kStep + kStep;
        for (const auto& server : m_calls.all())
            look(*server, true, now, scene, findings);
        for (const auto& server : m_acts.all())
            look(*server, false, now, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        // What was done meanwhile was not heard.
        for (const auto* servers : {&m_calls, &m_acts}) {
            for (const auto& server : servers->all()) {
                server->work.asked = server->work.done;
                server->work.samples.clear();
            }
        }
        std::ranges::fill(m_given, Given());
        m_isGiven.assign(kRemembered, false);
    }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_calls.forgotten() + m_acts.forgotten();
    }

private:
    struct Given
    {
        Seq seq = 0;
        std::int64_t time = 0;
        AgentId to{};
    };
    struct Sample
    {
        std::int64_t time = 0;
        std::int64_t longest = 0; ///< ns, of what was done until then
        std::uint32_t asked = 0;  ///< the lower half: there are many of these
        std::uint32_t done = 0;
        [[nodiscard]] std::int64_t open() const { return std::int64_t(asked) - std::int64_t(done); }
    };
    struct Work
    {
        std::int64_t first = kNoTime; ///< ns
        std::int64_t asked = 0;
        std::int64_t done = 0;
        std::int64_t longest = 0;
        std::vector<Sample> samples;
        bool isTold = false;
    };
    using Server = Servers<Work>::Server;

    static std::size_t place(Seq seq) { return static_cast<std::size_t>(seq) % kRemembered; }
    static void begin(Server* server, std::int64_t time)
    {
        if (server == nullptr)
            return;
        if (server->work.first == kNoTime)
            server->work.first = time;
        ++server->work.asked;
    }
    static void finish(Server* server, std::int64_t took)
    {
        if (server == nullptr || server->work.done >= server->work.asked)
            return;
        ++server->work.done;
        server->work.longest = std::max(server->work.longest, took);
    }

    void look(Server& server, bool isOfCalls, std::int64_t now, const Scene& scene,
              Findings& findings) const
    {
        Work& work = server.work;
        if (work.asked == 0)
            return;
        work.samples.push_back({now, work.longest, static_cast<std::uint32_t>(work.asked),
                                static_cast<std::uint32_t>(work.done)});
        if (work.samples.size() > m_steps + 1)
            work.samples.erase(work.samples.begin());
        if (work.samples.size() <= m_steps)
            return;
        if (isGrowing(work)) {
            tell(server, isOfCalls, now, scene, findings);
            work.isTold = true;
        } else if (work.samples.back().open() <= work.samples.front().open()) {
            work.isTold = false;
        }
    }

    [[nodiscard]] bool isGrowing(const Work& work) const
    {
        const Sample& first = work.samples.front();
        const Sample& last = work.samples.back();
        const std::int64_t grown = last.open() - first.open();
        std::size_t rises = 0;
        for (std::size_t i = 1; i < work.samples.size(); ++i)
            rises += work.samples[i].open() > work.samples[i - 1].open() ? 1 : 0;
        if (grown < m_least || rises * 4 < m_steps * 3)
            return false;
        if (work.isTold)
            return true;
        // Of one that was never seen to keep up nothing is known; and what takes long piles up at
        // first, until the first of it is done: then what is done does not take longer and longer.
        const auto askedNow = static_cast<double>(last.asked - first.asked);
        const auto doneNow = static_cast<double>(last.done - first.done);
        const bool keptUp =
            first.done >= kFewest &&
            static_cast<double>(first.done) >= kUsuallyDone * static_cast<double>(first.asked);
        std::size_t longer = 0;
        for (std::size_t i = 1; i < work.samples.size(); ++i)
            longer += work.samples[i].longest > work.samples[i - 1].longest ? 1 : 0;
        const bool isSlower =
            (last.longest >= 2 * first.longest && longer * 2 >= m_steps) || doneNow < askedNow / 2;
        return keptUp && isSlower && first.time - work.first >= 3 * first.longest &&
               static_cast<double>(last.open()) >= m_times * static_cast<double>(first.open());
    }

    void tell(const Server& server, bool isOfCalls, std::int64_t now, const Scene& scene,
              Findings& findings) const
    {
        const Sample& first = server.work.samples.front();
        const Sample& last = server.work.samples.back();
        Finding& finding =
            findings.grow(kId, server.key() | (isOfCalls ? 0 : 1ull << 41), first.time);
        const bool isNew = finding.count == 0;
        finding.hasGap = finding.hasGap || scene.hasGap(ConnectionId{}, first.time, now);
        finding.confidence = finding.hasGap ? 0.5 : 0.85;
        finding.severity = Severity::Warning;
        finding.topic = server.topic;
        finding.involve(server.agent);
        if (isOfCalls) {
            for (const Scene::Call& call : scene.calls()) {
                const bool isIts = index(server.agent) != 0
                                       ? call.to == server.agent
                                       : index(call.to) == 0 && call.topic == server.topic;
                if (!call.isOpen() || !isIts || call.time < finding.start)
                    continue;
                finding.add(call.seq, call.time);
                finding.involve(call.from);
            }
        } else {
            for (const Given& given : m_given) {
                if (given.seq != 0 && given.to == server.agent && given.time >= finding.start)
                    finding.add(given.seq, given.time);
            }
        }
        finding.end = std::max(finding.end, now);
        finding.count = std::max(finding.count, last.open());
        finding.fact("waiting_at_most", finding.count);
        if (isNew)
            finding.fact("waited_before", first.open());
        const auto rate = [&](std::int64_t more) {
            return static_cast<double>(more * 10'000'000'000 /
                                       std::max<std::int64_t>(1, last.time - first.time)) /
                   10;
        };
        finding.fact("asked_per_second", rate(last.asked - first.asked));
        finding.fact("done_per_second", rate(last.done - first.done));
        const std::string who = index(server.agent) != 0 ? scene.name(server.agent)
                                                         : "topic " + scene.topic(server.topic);
        finding.summary = (isOfCalls ? "Requests to " : "Messages to ") + who +
                          " pile up: " + std::to_string(last.open()) +
                          (isOfCalls ? " wait for an answer" : " are not acted on") + ", " +
                          durationText(nanoseconds(now - first.time)).toStdString() +
                          " ago it was " + std::to_string(first.open()) + '.';
    }

    std::size_t m_steps;
    std::int64_t m_least;
    double m_times;
    std::int64_t m_nextLook = 0;
    Servers<Work> m_calls;
    Servers<Work> m_acts;        ///< those who act on messages that ask for nothing
    std::vector<Given> m_given;  ///< by Seq, modulo its size
    std::vector<bool> m_isGiven; ///< whether there is one
};

} // namespace

DetectorEntry backlog()
{
    return {kId, "messages to an agent that pile up", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<Backlog>(settings));
            }};
}

} // namespace murmur
