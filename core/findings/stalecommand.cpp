// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/stalecommand.h"

#include "base/time.h"
#include "findings/keytable.h"
#include "findings/scene.h"
#include "findings/words.h"

#include <algorithm>
#include <array>
#include <deque>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "stale-command";
constexpr Parameter kLate{"late", 0.1, Unit::Seconds,
                          "how long after its own end a command must come"};
constexpr Parameter kMemory{"memory", 60, Unit::Seconds,
                            "how long a newer command makes an older one stale"};
constexpr std::array kParameters{kLate, kMemory};

constexpr std::size_t kMostTargets = 24'000; ///< fill three of four places of a table
constexpr std::size_t kMostOpen = 65'536;
constexpr std::size_t kMostPending = 64;
constexpr std::size_t kMostTold = 256;
constexpr std::uint32_t kMostAgents = 1u << 20;
constexpr std::uint32_t kMostConnections = 65'536;
constexpr std::int64_t kPunctual = 500'000'000; ///< ns behind the quickest way
constexpr std::int64_t kPatience =
    30'000'000'000; ///< ns, until its sender's ways must be quick again
constexpr double kMillisecond = 1e6;
constexpr double kSecond = 1e9;

constexpr std::array<std::string_view, 6> kMilliseconds{"ttl_ms",     "ttlMs",     "deadline_ms",
                                                        "timeout_ms", "timeoutMs", "expires_in_ms"};
constexpr std::array<std::string_view, 5> kSeconds{"ttl", "ttl_s", "timeout_s", "expires_in",
                                                   "valid_for_s"};
constexpr std::array<std::string_view, 7> kPoints{"expires_at", "expiresAt",   "expires", "expiry",
                                                  "expirytime", "valid_until", "deadline"};
constexpr std::array<std::string_view, 14> kTargets{
    "task",     "task_id", "taskId",  "target",    "target_id", "resource", "resource_id",
    "order_id", "job_id",  "goal_id", "object_id", "entity_id", "joint",    "device"};
constexpr std::array<std::string_view, 8> kVersions{"version",      "plan_version", "epoch",
                                                    "revision",     "generation",   "plan_epoch",
                                                    "goal_version", "rev"};

/// What a command says of itself.
struct Terms
{
    std::int64_t lasts = kNoTime; ///< ns from when it was sent
    std::uint64_t target = 0;     ///< hash; 0: none
    double version = -1;          ///< negative: none
};

void readEnd(const BodyKeys& keys, std::int64_t sent, Terms& terms)
{
    const auto number = numberFrom(keys.text());
    if (number && *number > 0 && *number < 1e9) {
        const double unit = isOneOf(keys.key(), kMilliseconds) ? kMillisecond
                            : isOneOf(keys.key(), kSeconds)    ? kSecond
                                                               : 0;
        if (unit > 0)
            terms.lasts = static_cast<std::int64_t>(*number * unit);
    }
    if (!isOneOf(keys.key(), kPoints) || sent == kNoTime)
        return;
    const std::int64_t point = number ? timeFromWire(*number) : timeFromWire(keys.text());
    // A point before it was even sent, or days away, is something else.
    if (point != kNoTime && point > sent && point - sent < 86'400'000'000'000)
        terms.lasts = point - sent;
}

Terms termsOf(const Heard& message)
{
    Terms terms;
    for (BodyKeys keys(message.payload); keys.next();) {
        if (terms.lasts == kNoTime)
            readEnd(keys, message.sent, terms);
        if (terms.target == 0 && keys.value().size() > 1 && isOneOf(keys.key(), kTargets))
            terms.target = idHash(keys.text());
        else if (terms.version < 0 && isOneOf(keys.key(), kVersions))
            terms.version = numberFrom(keys.text()).value_or(-1);
    }
    return terms;
}

/// How late a command is follows from its sender's own clock, held against the quickest way that
/// its other messages have taken lately. A clock that was set looks the same at first: only when
/// its ways are quick again it was the way that was long. Where nobody else was heard meanwhile, we
/// may be the ones who heard late.
class StaleCommand final : public Detector
{
public:
    explicit StaleCommand(const Settings& settings)
        : m_late(settings.time(kId, kLate))
        , m_memory(settings.time(kId, kMemory))
    {
    }

    [[nodiscard]] KindSet kinds() const override { return kAllKinds & ~kindSet(Kind::Chunk); }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.closes != 0)
            m_open.fetch(static_cast<std::uint64_t>(message.closes));
    }
    [[nodiscard]] bool approaches() const override { return true; }
    void approach(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.closes == 0)
            return;
        if (const Open* const open = m_open.find(static_cast<std::uint64_t>(message.closes)))
            m_targets.fetch(open->target);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if ((message.flags & (Retained | Late)) != 0)
            return;
        const std::uint32_t number = index(message.sender);
        const bool hasClock = message.sent != kNoTime && number != 0 && number < kMostAgents;
        if (message.kind == Kind::Command) {
            const Terms terms = termsOf(message);
            if (message.quickest != kNoTime && terms.lasts != kNoTime)
                judgeEnd(message, terms);
            if (message.receivers.size() == 1 && terms.target != 0)
                issue(message, terms, scene, findings);
        }
        if (message.answered.request != 0 && message.answered.kind == Kind::Command)
            act(message, scene, findings);
        if (!hasClock)
            return;
        const std::int64_t way = message.time - message.sent;
        if (message.quickest == kNoTime || way - kPunctual <= message.quickest)
            notePunctual(message);
        if (!m_pending.empty())
            confirm(message, way, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_targets.clear(); // an order that takes another back may have gone by
        m_targetOrder.clear();
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    /// Who was heard without delay over a connection, the last two of different agents.
    struct Punctual
    {
        std::array<AgentId, 2> agents{};
        std::array<std::int64_t, 2> times{kNoTime, kNoTime};
    };
    struct Pending
    {
        Seq seq = 0;
        std::int64_t time = 0;
        std::int64_t sent = 0;
        std::int64_t late = 0;    ///< ns behind the quickest way
        std::int64_t lasts = 0;   ///< ns
        std::int64_t allowed = 0; ///< the way that is quick again, ns
        AgentId from{};
        AgentId to{};
        TopicId topic{};
        Seq answer = 0;
        std::int64_t answered = 0; ///< ns
        bool isAlone = false; ///< nobody else was heard in between: it may be we who heard late
    };
    /// What is known of a finding beside what stands in it.
    struct Incident
    {
        std::int64_t longest = 0; ///< ns too late
        std::int64_t obeyed = 0;
        bool isOurs = false; ///< perhaps it was we who heard late
    };
    struct Told
    {
        Seq seq = 0;
        AgentId from{};
    };
    /// The commands for one thing of one agent.
    struct Target
    {
        Seq newest = 0;
        std::int64_t time = 0; ///< of that one
        double version = -1;
        AgentId from{};
        Seq acted = 0; ///< of those that were answered the one given last
        std::int64_t actedTime = 0;
        std::uint64_t actedBody = 0;
        double actedVersion = -1;
    };
    /// A command that may be answered.
    struct Open
    {
        std::uint64_t target = 0;
        std::uint64_t body = 0;
        double version = -1;
    };

    void judgeEnd(const Heard& message, const Terms& terms)
    {
        const std::int64_t late = message.time - message.sent - message.quickest;
        if (late <= terms.lasts + m_late)
            return;
        if (m_pending.size() >= kMostPending) {
            m_pending.pop_front();
            ++m_forgotten;
        }
        m_pending.push_back(
            {.seq = message.seq,
             .time = message.time,
             .sent = message.sent,
             .late = late,
             .lasts = terms.lasts,
             .allowed = message.quickest + std::max(terms.lasts / 2, m_late),
             .from = message.sender,
             .to = message.receivers.empty() ? AgentId{} : message.receivers.front(),
             .topic = message.topic,
             .isAlone = !wereOthersHeard(message, message.time - late)});
    }

    void notePunctual(const Heard& message)
    {
        const std::uint32_t number = index(message.connection);
        if (number >= kMostConnections)
            return;
        if (number >= m_punctual.size())
            m_punctual.resize(number + 1);
        Punctual& known = m_punctual[number];
        if (known.agents[0] != message.sender) {
            known.agents[1] = known.agents[0];
            known.times[1] = known.times[0];
            known.agents[0] = message.sender;
        }
        known.times[0] = message.time;
    }

    /// Whether somebody else was heard without delay over this connection since `from`.
    [[nodiscard]] bool wereOthersHeard(const Heard& message, std::int64_t from) const
    {
        if (index(message.connection) >= m_punctual.size())
            return false;
        const Punctual& known = m_punctual[index(message.connection)];
        return (known.agents[0] != message.sender && known.times[0] > from) ||
               (known.agents[1] != message.sender && known.times[1] > from);
    }

    /// Its sender says something more.
    void confirm(const Heard& message, std::int64_t way, const Scene& scene, Findings& findings)
    {
        for (std::size_t i = 0; i < m_pending.size();) {
            const Pending pending = m_pending[i];
            const bool isOver = pending.time < message.time - kPatience;
            if (pending.from != message.sender || pending.seq == message.seq ||
                (!isOver && way > pending.allowed)) {
                ++i;
                continue;
            }
            m_pending.erase(m_pending.begin() + static_cast<std::ptrdiff_t>(i));
            if (!isOver)
                tellExpired(pending, scene, findings);
        }
    }

    void tellExpired(const Pending& pending, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(pending.from), pending.time);
        Incident& incident = m_incidents[index(pending.from)];
        if (finding.count == 0)
            incident = {};
        incident.isOurs = (finding.count == 0 || incident.isOurs) && pending.isAlone;
        finding.isExact = !incident.isOurs;
        finding.confidence = incident.isOurs ? 0.3 : 1;
        finding.involve(pending.from);
        finding.involve(pending.to);
        finding.topic = pending.topic;
        finding.add(pending.seq, pending.time);
        ++finding.count;
        incident.longest = std::max(incident.longest, pending.late - pending.lasts);
        finding.fact("expired", finding.count);
        finding.fact("lasts_ms", pending.lasts / 1'000'000);
        finding.fact("too_late_ms", (pending.late - pending.lasts) / 1'000'000);
        finding.fact("at_most_too_late_ms", incident.longest / 1'000'000);
        if (pending.answer != 0)
            obey(finding, incident, pending.answer, pending.answered);
        finding.severity = incident.isOurs       ? Severity::Info
                           : incident.obeyed > 0 ? Severity::Critical
                                                 : Severity::Warning;
        describe(finding, incident, pending.from, scene);
        m_told.push_back({pending.seq, pending.from});
        if (m_told.size() > kMostTold)
            m_told.pop_front();
    }

    static void obey(Finding& finding, Incident& incident, Seq answer, std::int64_t time)
    {
        finding.add(answer, time);
        if (!incident.isOurs)
            finding.severity = Severity::Critical;
        finding.fact("obeyed", ++incident.obeyed);
    }

    static void describe(Finding& finding, const Incident& incident, AgentId from,
                         const Scene& scene)
    {
        const bool isOne = finding.count == 1;
        finding.summary = std::to_string(finding.count) +
                          (isOne ? " command of " : " commands of ") + scene.name(from) +
                          (isOne ? " came " : " came up to ") +
                          durationText(nanoseconds(incident.longest)).toStdString() +
                          (isOne ? " after it had expired" : " after they had expired");
        if (incident.obeyed > 0)
            finding.summary += "; " + std::to_string(incident.obeyed) +
                               (incident.obeyed == 1 ? " was obeyed" : " were obeyed");
        finding.summary += incident.isOurs ? ", unless it was we who heard late." : ".";
    }

    /// A command for one thing of one agent.
    void issue(const Heard& message, const Terms& terms, const Scene& scene, Findings& findings)
    {
        const std::uint64_t key =
            (terms.target ^ std::uint64_t(index(message.receivers.front())) << 32 ^
             std::uint64_t(index(message.type))) *
            0x9e37'79b9'7f4a'7c15ull;
        if (!m_targets.contains(key)) {
            if (m_targetOrder.size() >= kMostTargets) {
                m_targets.erase(m_targetOrder.front());
                m_targetOrder.pop_front();
                m_targets.fetch(m_targetOrder.front()); // the next to give way
                ++m_forgotten;
            }
            m_targetOrder.push_back(key);
        }
        Target& target = *m_targets.add(key).first;
        const bool isFollowed = target.newest != 0 && target.time > message.time - m_memory;
        // Versions are those of one who gives them; one that begins anew is no old one.
        if (isFollowed && terms.version > 1 && target.version > terms.version &&
            target.from == message.sender && message.step.what != SequenceStep::What::Again) {
            tellOlder({message.seq, target.newest}, message.time, message.receivers.front(),
                      message, scene, findings);
        } else {
            target.newest = message.seq;
            target.version = terms.version;
            target.from = message.sender;
            target.time = message.time;
        }
        if (!message.isAsking)
            return;
        *m_open.add(static_cast<std::uint64_t>(message.seq)).first = {key, message.payloadHash(),
                                                                      terms.version};
        m_openOrder.push_back(message.seq);
        if (m_openOrder.size() > kMostOpen) {
            m_open.erase(static_cast<std::uint64_t>(m_openOrder.front()));
            m_openOrder.pop_front();
        }
    }

    /// A command is answered.
    void act(const Heard& message, const Scene& scene, Findings& findings)
    {
        const Seq command = message.answered.request;
        if (message.kind == Kind::Error)
            return; // refused: as it should be
        for (Pending& pending : m_pending) {
            if (pending.seq == command) {
                pending.answer = message.seq;
                pending.answered = message.time;
            }
        }
        if (const auto told = std::ranges::find(m_told, command, &Told::seq);
            told != m_told.end() && message.answered.answersBefore == 0) {
            if (Finding* finding = findings.growing(kId, index(told->from)); finding != nullptr) {
                Incident& incident = m_incidents[index(told->from)];
                obey(*finding, incident, message.seq, message.time);
                describe(*finding, incident, told->from, scene);
            }
        }
        const Open* const open = m_open.find(static_cast<std::uint64_t>(command));
        if (open == nullptr)
            return;
        const Open given = *open;
        m_open.erase(static_cast<std::uint64_t>(command));
        Target* const of = m_targets.find(given.target);
        if (of == nullptr)
            return;
        Target& target = *of;
        const bool isOlder =
            target.acted > command && target.actedTime > message.time - m_memory &&
            target.actedBody != given.body &&
            (given.version < 0 || target.actedVersion < 0 || given.version < target.actedVersion);
        if (isOlder) {
            tellOlder({command, target.acted, message.seq}, message.answered.time, message.sender,
                      message, scene, findings);
            return;
        }
        target.acted = std::max(target.acted, command);
        target.actedTime = message.time;
        target.actedBody = given.body;
        target.actedVersion = given.version;
    }

    /// An older command after a newer one, for the same thing.
    static void tellOlder(std::initializer_list<Seq> shown, std::int64_t start, AgentId of,
                          const Heard& message, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, std::uint64_t(index(of)) | 1ull << 40, start);
        finding.hasGap = finding.hasGap || scene.hasGap(message.connection, start, message.time);
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.5 : 1;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        finding.involve(of);
        finding.involve(message.answered.request != 0 ? message.answered.from : message.sender);
        finding.topic = message.topic;
        for (const Seq seq : shown)
            finding.add(seq, message.time);
        ++finding.count;
        finding.fact("older_after_newer", finding.count);
        if (message.answered.request != 0)
            finding.fact("type", scene.names().typeName(message.answered.type));
        finding.summary =
            scene.name(of) +
            (message.answered.request != 0 ? " acted on an older command after a newer one"
                                           : " was given an older command after a newer one") +
            " for the same thing" +
            (finding.count == 1 ? "." : ", " + std::to_string(finding.count) + " times.");
    }

    std::int64_t m_late;
    std::int64_t m_memory;
    std::vector<Punctual> m_punctual; ///< by connection
    std::deque<Pending> m_pending;
    std::deque<Told> m_told;
    std::unordered_map<std::uint32_t, Incident> m_incidents; ///< by sender
    KeyTable<Target> m_targets;
    std::deque<std::uint64_t> m_targetOrder;
    KeyTable<Open> m_open; ///< commands without an answer, by Seq
    std::deque<Seq> m_openOrder;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry staleCommand()
{
    return {kId, "commands that come, or are obeyed, when they hold no more", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<StaleCommand>(settings));
            }};
}

} // namespace murmur
