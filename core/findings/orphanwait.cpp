// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/orphanwait.h"

#include "base/time.h"
#include "findings/scene.h"
#include "findings/words.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "orphan-wait";
constexpr Parameter kPatience{"patience", 5, Unit::Seconds,
                              "how long after the answer it may still go on with the matter"};
constexpr Parameter kYoung{"young", 5, Unit::Seconds,
                           "an agent that says it runs no longer than this has restarted"};
constexpr std::array kParameters{kPatience, kYoung};

constexpr std::size_t kMostOrphans = 20'000;
constexpr std::size_t kMostMatters = 4096;
constexpr std::int64_t kMemory = 900'000'000'000; ///< ns, in which an answer may still come

constexpr std::array<std::string_view, 15> kComing{
    "connect", "connected", "login", "online",  "register", "registered", "hello",   "join",
    "joined",  "started",   "ready", "startup", "announce", "announced",  "presence"};
constexpr std::array<std::string_view, 8> kBirth{"birth",  "nbirth",    "dbirth",  "boot",
                                                 "booted", "restarted", "restart", "rebooted"};
constexpr std::array<std::string_view, 6> kUptimes{"uptime",         "uptime_s",  "uptimeSeconds",
                                                   "uptime_seconds", "uptimeSec", "uptime_sec"};
constexpr std::array<std::string_view, 2> kUptimesMs{"uptime_ms", "uptimeMs"};
constexpr std::array<std::string_view, 9> kInstances{"instance", "instance_id", "instanceId",
                                                     "boot_id",  "bootId",      "incarnation",
                                                     "pid",      "process_id",  "bdSeq"};

/// An agent comes anew, an answer to what it asked before comes too, and it does nothing with it.
class OrphanWait final : public Detector
{
public:
    explicit OrphanWait(const Settings& settings)
        : m_patience(settings.time(kId, kPatience))
        , m_young(settings.of(kId, kYoung))
        , m_words({kComing, kBirth})
    {
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        const std::uint32_t sender = index(message.sender);
        if (sender < m_agents.size() && m_agents[sender].restarted != kNoTime)
            goOn(message, m_agents[sender]);
        if (message.step.what == SequenceStep::What::Restart)
            restart(message, "its numbers begin anew", scene);
        else if (message.kind == Kind::Control || message.kind == Kind::Event ||
                 message.kind == Kind::State)
            lookForRestart(message, scene);
        if (message.answered.request != 0 && message.answered.answersBefore == 0)
            receive(message, findings);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        while (!m_orphans.empty() && m_orphans.front().time <= now - m_patience) {
            const Orphan orphan = m_orphans.front();
            m_orphans.pop_front();
            if (!orphan.isTaken)
                tell(orphan, now, scene, findings);
        }
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_orphans.clear(); // whether they went on nobody knows
        for (Agent& agent : m_agents)
            agent.restarted = kNoTime;
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Agent
    {
        std::int64_t restarted = kNoTime; ///< ns
        Seq sign = 0;                     ///< the message that shows it
        const char* why = "";
        std::uint64_t instance = 0;                ///< hash of what it calls itself; 0: nothing
        std::unordered_set<std::uint64_t> matters; ///< of which it spoke since
    };
    struct Orphan
    {
        std::int64_t time = 0; ///< of the answer
        Seq request = 0;
        Seq answer = 0;
        std::int64_t asked = 0;
        AgentId of{};
        AgentId from{};
        std::uint64_t matter = 0;
        ConnectionId connection{};
        bool isTaken = false; ///< it goes on with it
    };

    void lookForRestart(const Heard& message, const Scene& scene)
    {
        const std::uint8_t words = m_words.of(message.type, scene);
        if (words == 0 || index(message.sender) == 0)
            return;
        const char* why = (words & 2) != 0 ? "it says so" : nullptr;
        for (BodyKeys keys(message.payload); keys.next();) {
            const bool isMs = isOneOf(keys.key(), kUptimesMs);
            if (isMs || isOneOf(keys.key(), kUptimes)) {
                const auto uptime = numberFrom(keys.text());
                if (uptime && *uptime <= m_young * (isMs ? 1000 : 1))
                    why = "it runs since moments only";
                else if (uptime)
                    return; // it runs since long: only its connection is new
            } else if (isOneOf(keys.key(), kInstances)) {
                Agent& agent = at(message.sender);
                const std::uint64_t instance = idHash(keys.text());
                if (agent.instance != 0 && agent.instance != instance)
                    why = "it is another instance";
                agent.instance = instance;
            }
        }
        if (why != nullptr)
            restart(message, why, scene);
    }

    Agent& at(AgentId id)
    {
        if (index(id) >= m_agents.size())
            m_agents.resize(index(id) + 1);
        return m_agents[index(id)];
    }

    void restart(const Heard& message, const char* why, const Scene& scene)
    {
        // It must have been there before, and waits for something that it asked then.
        const Scene::Agent& known = scene.agent(message.sender);
        if (known.firstSent >= message.time || known.waitsFor <= 0 || index(message.sender) == 0)
            return;
        Agent& agent = at(message.sender);
        agent.restarted = message.time;
        agent.sign = message.seq;
        agent.why = why;
        agent.matters.clear();
    }

    /// A restarted agent speaks.
    void goOn(const Heard& message, Agent& agent)
    {
        if (message.time - agent.restarted > kMemory) {
            agent.restarted = kNoTime;
            agent.matters.clear();
            return;
        }
        if (message.kind == Kind::Heartbeat)
            return;
        for (Orphan& orphan : m_orphans) {
            if (orphan.of != message.sender || orphan.isTaken)
                continue;
            const bool isCaused = std::ranges::any_of(
                message.causes, [&](const CauseEdge& edge) { return edge.cause == orphan.answer; });
            orphan.isTaken =
                isCaused || (orphan.matter != 0 && orphan.matter == message.matterHash());
        }
        if (message.matterHash() != 0 && agent.matters.size() < kMostMatters)
            agent.matters.insert(message.matterHash());
    }

    void receive(const Heard& message, Findings& /*findings*/)
    {
        const std::uint32_t asker = index(message.answered.from);
        if (asker >= m_agents.size() || asker == 0)
            return;
        const Agent& agent = m_agents[asker];
        if (agent.restarted == kNoTime || message.answered.time >= agent.restarted ||
            agent.matters.contains(message.matterHash()))
            return;
        if (m_orphans.size() >= kMostOrphans) {
            m_orphans.pop_front();
            ++m_forgotten;
        }
        m_orphans.push_back({.time = message.time,
                             .request = message.answered.request,
                             .answer = message.seq,
                             .asked = message.answered.time,
                             .of = message.answered.from,
                             .from = message.sender,
                             .matter = message.matterHash(),
                             .connection = message.connection});
    }

    void tell(const Orphan& orphan, std::int64_t now, const Scene& scene, Findings& findings) const
    {
        const Agent& agent = m_agents[index(orphan.of)];
        Finding& finding = findings.grow(kId, index(orphan.of), agent.restarted);
        finding.hasGap = finding.hasGap || scene.hasGap(orphan.connection, orphan.asked, now);
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.4 : 1;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        finding.involve(orphan.of);
        finding.involve(orphan.from);
        finding.add(orphan.request, orphan.asked);
        finding.add(agent.sign, agent.restarted);
        finding.add(orphan.answer, orphan.time);
        ++finding.count;
        finding.fact("answers", finding.count);
        finding.fact("restart", std::string_view(agent.why));
        finding.fact("last_waited_ms", (orphan.time - orphan.asked) / 1'000'000);
        finding.summary = scene.name(orphan.of) +
                          " restarted while it waited: " + std::to_string(finding.count) +
                          (finding.count == 1 ? " answer came" : " answers came") +
                          " for what it does not know any more.";
    }

    std::int64_t m_patience;
    double m_young;
    TypeWords m_words;
    std::vector<Agent> m_agents;
    std::deque<Orphan> m_orphans; ///< by time of the answer
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry orphanWait()
{
    return {kId, "answers to agents that restarted since they asked", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<OrphanWait>(settings));
            }};
}

} // namespace murmur
