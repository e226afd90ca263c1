// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/deadlock.h"

#include "base/time.h"
#include "findings/scene.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "deadlock";
constexpr Parameter kWait{"wait", 5, Unit::Seconds, "how long nobody of the circle says anything"};
constexpr Parameter kTimes{"times", 3, Unit::Factor,
                           "and that many times what 99 of 100 such requests take"};
constexpr std::array kParameters{kWait, kTimes};
constexpr std::size_t kMostTopics = 4096;
constexpr std::size_t kMostRepliers = 16;

/// Looks once a second, at those only that wait and say nothing but that they are alive.
class Deadlock final : public Detector
{
public:
    explicit Deadlock(const Settings& settings)
        : m_wait(settings.time(kId, kWait))
        , m_times(settings.of(kId, kTimes))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kAllKinds & ~kindSet(Kind::Heartbeat, Kind::Marker);
    }

    void hear(const Heard& message, const Scene& /*scene*/, Findings& /*findings*/) override
    {
        const std::uint32_t number = index(message.sender);
        if (number >= m_lastWord.size())
            m_lastWord.resize(number + 1, kNoTime);
        m_lastWord[number] = message.time;
        if (message.answered.request != 0 && index(message.answered.to) == 0)
            learn(message.answered.topic, message.sender);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        // Whoever waits, and has said nothing for so long.
        m_isBlocked.assign(scene.agents().size(), 0);
        std::size_t waiting = 0;
        for (std::uint32_t i = 1; i < m_isBlocked.size() && i < m_lastWord.size(); ++i) {
            if (scene.agents()[i].waitsFor > 0 && m_lastWord[i] <= now - m_wait) {
                m_isBlocked[i] = 1;
                ++waiting;
            }
        }
        if (waiting < 2)
            return;
        collect(now, scene);
        release();
        findCircles(now, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t to) override
    {
        m_since = to; // what was asked before may have been answered since
        for (std::int64_t& last : m_lastWord)
            last = std::max(last, to);
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    /// A request that is open for long.
    struct Wait
    {
        std::uint32_t from = 0;
        std::vector<std::uint32_t> on = {}; ///< one of these could answer
        Seq seq = 0;
        std::int64_t time = 0;
        ConnectionId connection{};
        bool isNamed = false; ///< the request itself says who is asked
        bool isLive = true;
    };

    void learn(TopicId topic, AgentId replier)
    {
        if (m_repliers.size() >= kMostTopics && !m_repliers.contains(index(topic))) {
            ++m_forgotten;
            return;
        }
        std::vector<std::uint32_t>& known = m_repliers[index(topic)];
        if (known.size() < kMostRepliers && std::ranges::find(known, index(replier)) == known.end())
            known.push_back(index(replier));
    }

    void collect(std::int64_t now, const Scene& scene)
    {
        m_waits.clear();
        for (const Scene::Call& call : scene.calls()) {
            const std::uint32_t from = index(call.from);
            if (!call.isOpen() || from >= m_isBlocked.size() || m_isBlocked[from] == 0 ||
                call.time < m_since || call.to == call.from)
                continue;
            const std::int64_t enough =
                std::max(m_wait, static_cast<std::int64_t>(
                                     m_times * static_cast<double>(scene.p99(call.to, call.type))));
            if (now - std::max(call.time, m_lastWord[from]) < enough)
                continue;
            Wait wait{.from = from,
                      .seq = call.seq,
                      .time = call.time,
                      .connection = call.connection,
                      .isNamed = index(call.to) != 0};
            if (wait.isNamed)
                wait.on = {index(call.to)};
            else if (const auto known = m_repliers.find(index(call.topic));
                     known != m_repliers.end() && call.receivers == 0)
                wait.on = known->second;
            // Who answers there itself tells of its own work, and waits for nobody.
            if (!wait.on.empty() && std::ranges::find(wait.on, from) == wait.on.end())
                m_waits.push_back(std::move(wait));
        }
    }

    /// Whoever waits for nobody that is blocked is not blocked himself, and so on.
    void release()
    {
        std::vector<std::uint32_t> ways(m_isBlocked.size());
        std::vector<std::pair<std::uint32_t, std::size_t>> byTarget;
        for (std::size_t i = 0; i < m_waits.size(); ++i) {
            Wait& wait = m_waits[i];
            wait.isLive = std::ranges::all_of(wait.on, [&](std::uint32_t agent) {
                return agent < m_isBlocked.size() && m_isBlocked[agent] != 0;
            });
            if (!wait.isLive)
                continue;
            ++ways[wait.from];
            for (const std::uint32_t agent : wait.on)
                byTarget.emplace_back(agent, i);
        }
        std::ranges::sort(byTarget);
        std::vector<std::uint32_t> free;
        for (std::uint32_t i = 0; i < m_isBlocked.size(); ++i) {
            if (m_isBlocked[i] != 0 && ways[i] == 0)
                free.push_back(i);
        }
        while (!free.empty()) {
            const std::uint32_t agent = free.back();
            free.pop_back();
            m_isBlocked[agent] = 0;
            for (auto at = std::ranges::lower_bound(byTarget, std::pair(agent, std::size_t(0)));
                 at != byTarget.end() && at->first == agent; ++at) {
                Wait& wait = m_waits[at->second];
                if (wait.isLive && --ways[wait.from] == 0)
                    free.push_back(wait.from);
                wait.isLive = false;
            }
        }
    }

    void findCircles(std::int64_t now, const Scene& scene, Findings& findings) const
    {
        std::unordered_map<std::uint32_t, const Wait*> next; // the oldest wait of each
        std::vector<std::uint32_t> blocked;
        for (const Wait& wait : m_waits) {
            if (wait.isLive && m_isBlocked[wait.from] != 0 && next.emplace(wait.from, &wait).second)
                blocked.push_back(wait.from);
        }
        std::ranges::sort(blocked);
        std::unordered_map<std::uint32_t, std::uint32_t> seenFrom; // by which walk
        for (const std::uint32_t start : blocked) {
            std::vector<const Wait*> path;
            std::uint32_t agent = start;
            while (next.contains(agent) && seenFrom.emplace(agent, start).second) {
                path.push_back(next[agent]);
                agent = path.back()->on.front();
            }
            if (seenFrom[agent] != start)
                continue; // leads to a circle that is known
            const auto begin = std::ranges::find(path, agent, &Wait::from);
            if (begin != path.end())
                tell({begin, path.end()}, blocked.size(), now, scene, findings);
        }
    }

    static void tell(std::vector<const Wait*> circle, std::size_t blocked, std::int64_t now,
                     const Scene& scene, Findings& findings)
    {
        // Whoever it was found from, it is the same circle.
        std::rotate(circle.begin(), std::ranges::min_element(circle, {}, &Wait::from),
                    circle.end());
        std::int64_t start = 0;
        bool isNamed = true;
        bool hasGap = false;
        for (const Wait* wait : circle) {
            start = std::max(start, wait->time);
            isNamed = isNamed && wait->isNamed;
            hasGap = hasGap || scene.hasGap(wait->connection, wait->time, now);
        }
        Finding& finding = findings.grow(kId, circle.front()->from, start);
        finding.hasGap = finding.hasGap || hasGap;
        finding.isExact = isNamed && !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.4 : isNamed ? 1 : 0.8;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        std::string names, way;
        for (std::size_t i = 0; i < circle.size(); ++i) {
            const AgentId agent{circle[i]->from};
            finding.involve(agent);
            finding.add(circle[i]->seq, circle[i]->time);
            names += i == 0 ? "" : i + 1 == circle.size() ? " and " : ", ";
            names += scene.name(agent);
            way += scene.name(agent) + " → ";
        }
        finding.start = start;
        finding.end = std::max(finding.end, now);
        finding.count = static_cast<std::int64_t>(circle.size());
        finding.fact("agents", finding.count);
        finding.fact("waiting_ms", (now - start) / 1'000'000);
        finding.fact("circle", way + scene.name(AgentId{circle.front()->from}));
        finding.fact("blocked_agents", static_cast<std::int64_t>(blocked));
        finding.summary = names + " have waited for each other for " +
                          durationText(nanoseconds(now - start)).toStdString() +
                          "; none of them can go on.";
    }

    std::int64_t m_wait;
    double m_times;
    std::int64_t m_since = kNoTime;
    std::vector<std::int64_t> m_lastWord; ///< by agent: when it said more than that it is alive
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> m_repliers; ///< by topic
    std::vector<std::uint8_t> m_isBlocked;                                    ///< by agent
    std::vector<Wait> m_waits;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry deadlock()
{
    return {kId, "agents that wait for each other in a circle", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<Deadlock>(settings));
            }};
}

} // namespace murmur
