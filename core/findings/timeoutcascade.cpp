// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/timeoutcascade.h"

#include "base/time.h"
#include "findings/scene.h"
#include "findings/words.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <queue>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "timeout-cascade";
constexpr Parameter kAgents{"agents", 3, Unit::Count, "agents whose waits run out"};
constexpr Parameter kWithin{"within", 30, Unit::Seconds, "within this time"};
constexpr Parameter kWait{"wait", 30, Unit::Seconds,
                          "patience with a request that states no deadline"};
constexpr Parameter kTimes{"times", 3, Unit::Factor,
                           "and that many times what 99 of 100 such requests take"};
constexpr std::array kParameters{kAgents, kWithin, kWait, kTimes};

constexpr std::size_t kMostWaits = 65'536;
constexpr int kDeepest = 32;
constexpr std::size_t kLook = 2048; ///< bytes of an error that are read

constexpr std::array<std::string_view, 3> kTimeoutTypes{"timeout", "timedout", "deadline"};
constexpr std::array<std::string_view, 8> kTimeoutWords{
    "timeout",           "Timeout",           "timed out",         "timed_out",
    "deadline exceeded", "DEADLINE_EXCEEDED", "deadline_exceeded", "TIMEOUT"};

/// Only calls that were made in the service of others are looked at: most are not.
class TimeoutCascade final : public Detector
{
public:
    explicit TimeoutCascade(const Settings& settings)
        : m_agents(static_cast<std::size_t>(std::max(2.0, settings.of(kId, kAgents))))
        , m_within(settings.time(kId, kWithin))
        , m_wait(settings.time(kId, kWait))
        , m_times(settings.of(kId, kTimes))
        , m_words({kTimeoutTypes})
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Request, Kind::Command, Kind::Error);
    }

    [[nodiscard]] Traits traits() const override { return IsOfCall; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.kind == Kind::Error && message.answered.request != 0 &&
            message.answered.answersBefore == 0 && m_waits.contains(message.answered.request) &&
            tellsOfTimeout(message, scene))
            runOut(message.answered.request, message.time, message.seq, scene, findings);
        if (!message.isAsking)
            return;
        const Scene::Call* call = scene.call(message.seq);
        for (int i = 0; i < kDeepest && call != nullptr && call->within != 0; ++i) {
            if (!waitFor(*call, scene))
                return; // it is known, and those above it
            call = scene.call(call->within);
            if (call != nullptr && call->within == 0)
                waitFor(*call, scene);
        }
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        while (!m_due.empty() && m_due.top().time <= now) {
            const Due due = m_due.top();
            m_due.pop();
            const Scene::Call* call = scene.call(due.seq);
            if (call == nullptr || !call->isOpen())
                continue;
            if (const std::int64_t deadline = deadlineOf(*call, scene); deadline > now)
                m_due.push({deadline, due.seq});
            else
                runOut(due.seq, deadline, 0, scene, findings);
        }
        while (!m_order.empty() &&
               (m_order.front().time < now - kLongest || m_order.size() > kMostWaits)) {
            m_forgotten += m_order.front().time < now - kLongest ? 0 : 1;
            m_waits.erase(m_order.front().seq);
            m_order.pop_front();
        }
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_waits.clear(); // answers may have gone by
        m_order.clear();
        m_due = {};
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    static constexpr std::int64_t kLongest = 900'000'000'000; // ns
    struct Wait
    {
        std::int64_t ranOut = kNoTime; ///< ns
        Seq error = 0;                 ///< that says so
        Seq below = 0;                 ///< the wait within it that ran out
    };
    struct Due
    {
        std::int64_t time = 0;
        Seq seq = 0;
        friend bool operator<(const Due& a, const Due& b)
        {
            return a.time != b.time ? a.time > b.time : a.seq > b.seq; // the earliest on top
        }
    };

    bool waitFor(const Scene::Call& call, const Scene& scene)
    {
        if (!m_waits.try_emplace(call.seq).second)
            return false;
        m_order.push_back({call.time, call.seq});
        m_due.push({deadlineOf(call, scene), call.seq});
        return true;
    }

    [[nodiscard]] std::int64_t deadlineOf(const Scene::Call& call, const Scene& scene) const
    {
        if (call.deadline != kNoTime)
            return call.deadline;
        const bool isKnown = scene.p99(call.to, call.type, 100) > 0;
        const auto usual = static_cast<std::int64_t>(
            m_times * (isKnown ? 1 : 3) * static_cast<double>(scene.p99(call.to, call.type, 1)));
        return call.time + std::max(m_wait, usual);
    }

    bool tellsOfTimeout(const Heard& message, const Scene& scene)
    {
        if (m_words.of(message.type, scene) != 0)
            return true;
        const std::string_view text = message.raw.substr(0, kLook);
        return std::ranges::any_of(kTimeoutWords, [&](std::string_view word) {
            return text.find(word) != std::string_view::npos;
        });
    }

    void runOut(Seq seq, std::int64_t time, Seq error, const Scene& scene, Findings& findings)
    {
        const auto at = m_waits.find(seq);
        const Scene::Call* call = scene.call(seq);
        if (at == m_waits.end() || call == nullptr || at->second.ranOut != kNoTime)
            return;
        at->second.ranOut = time;
        at->second.error = error;
        if (const auto above = m_waits.find(call->within); above != m_waits.end())
            above->second.below = seq;
        judge(seq, scene, findings);
    }

    /// From the innermost wait that ran out to the outermost.
    void judge(Seq seq, const Scene& scene, Findings& findings)
    {
        const std::int64_t time = m_waits[seq].ranOut;
        const auto hasRunOut = [&](Seq of) {
            const auto at = m_waits.find(of);
            return at != m_waits.end() && at->second.ranOut != kNoTime &&
                   std::abs(at->second.ranOut - time) <= m_within;
        };
        Seq inner = seq;
        for (int i = 0; i < kDeepest && hasRunOut(m_waits[inner].below); ++i)
            inner = m_waits[inner].below;
        std::vector<const Scene::Call*> waits;
        std::vector<AgentId> agents;
        for (Seq at = inner; waits.size() < kDeepest && hasRunOut(at);) {
            const Scene::Call* call = scene.call(at);
            if (call == nullptr)
                break;
            waits.push_back(call);
            if (std::ranges::find(agents, call->from) == agents.end())
                agents.push_back(call->from);
            at = call->within;
        }
        if (agents.size() >= m_agents)
            tell(waits, agents, scene, findings);
    }

    /// Whom the innermost wait is for: who answers nobody.
    static AgentId leafOf(const Scene::Call& inner, const Scene& scene)
    {
        const Scene::Call* call = &inner;
        for (int i = 0; i < kDeepest; ++i) {
            const Scene::Call* made = scene.call(call->lastMade);
            if (made == nullptr || !made->isOpen() || made->from != call->to)
                break;
            call = made;
        }
        return call->to;
    }

    void tell(const std::vector<const Scene::Call*>& waits, const std::vector<AgentId>& agents,
              const Scene& scene, Findings& findings)
    {
        const AgentId leaf = leafOf(*waits.front(), scene);
        const std::uint64_t key = index(leaf) != 0
                                      ? std::uint64_t(index(leaf))
                                      : std::uint64_t(index(waits.front()->topic)) | 1ull << 40;
        const std::int64_t start = waits.front()->time;
        Finding& finding = findings.grow(kId, key, start);
        const bool isStated =
            std::ranges::all_of(waits.begin(), waits.end() - 1, &Scene::Call::isWithinStated);
        std::int64_t end = start;
        finding.involve(leaf);
        for (const AgentId agent : agents)
            finding.involve(agent);
        for (const Scene::Call* wait : waits) {
            const Wait& known = m_waits[wait->seq];
            finding.hasGap =
                finding.hasGap || scene.hasGap(wait->connection, wait->time, known.ranOut);
            finding.add(wait->seq, wait->time);
            finding.add(known.error, known.ranOut);
            end = std::max(end, known.ranOut);
        }
        finding.isExact = isStated && !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.5 : isStated ? 1 : 0.7;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        finding.topic = waits.front()->topic;
        finding.count = std::max(finding.count, static_cast<std::int64_t>(agents.size()));
        std::string way;
        std::string names;
        for (std::size_t i = agents.size(); i-- > 0;) {
            way += scene.name(agents[i]) + " → ";
            names += scene.name(agents[i]) + (i > 1 ? ", " : i == 1 ? " and " : "");
        }
        const std::string last =
            index(leaf) != 0 ? scene.name(leaf) : "topic " + scene.topic(waits.front()->topic);
        finding.fact("agents", finding.count);
        finding.fact("waits", way + last);
        finding.fact("last_within_ms", (end - waits.back()->time) / 1'000'000);
        finding.fact("type", scene.names().typeName(waits.front()->type));
        finding.summary =
            names + " timed out one after the other: in the end all waited for " + last + '.';
    }

    std::size_t m_agents;
    std::int64_t m_within;
    std::int64_t m_wait;
    double m_times;
    TypeWords m_words;
    boost::unordered_flat_map<Seq, Wait> m_waits; ///< calls that serve others, or are served
    std::deque<Due> m_order;                      ///< of them, by time
    std::priority_queue<Due> m_due;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry timeoutCascade()
{
    return {kId, "waits that run out one after the other because of one agent", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<TimeoutCascade>(settings));
            }};
}

} // namespace murmur
