// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/untraceablehop.h"

#include "findings/boundedtable.h"
#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "untraceable-hop";
constexpr Parameter kWithin{"within", 30, Unit::Seconds,
                            "time between the message and those before and behind it"};
constexpr Parameter kLeast{"least", 5, Unit::Count,
                           "messages of a type that was never seen with a trace"};
constexpr std::array kParameters{kWithin, kLeast};
constexpr std::size_t kMatters = 1u << 13; ///< conversations whose last traced message is known
constexpr std::size_t kLately = 1u << 14;  ///< messages whose trace is known by their Seq
constexpr std::size_t kMostHops = 4096;    ///< that wait for what follows them
constexpr std::size_t kMostKinds = 4096;
constexpr std::uint32_t kHabit = 10; ///< messages that make one

class UntraceableHop final : public Detector
{
public:
    explicit UntraceableHop(const Settings& settings)
        : m_within(settings.time(kId, kWithin))
        , m_least(static_cast<std::size_t>(std::max(1.0, settings.of(kId, kLeast))))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Request, Kind::Reply, Kind::Command, Kind::Event, Kind::Error,
                       Kind::State);
    }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        __builtin_prefetch(&m_lately[static_cast<std::size_t>(message.seq) & (kLately - 1)], 1);
        if (message.matterHash() != 0)
            __builtin_prefetch(&m_matters[message.matterHash() & (kMatters - 1)], 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        const std::string_view trace = message.id(IdField::Trace);
        const bool isTalk = !message.id(IdField::Conversation).empty();
        if (trace.empty()) {
            if (message.kind != Kind::State && message.kind != Kind::Error &&
                message.id(IdField::Correlation).empty() && message.closes == 0)
                wait(message, isTalk);
            return;
        }
        const std::uint32_t tag = tagOf(trace);
        if (!m_hops.isEmpty())
            arrive(message, isTalk, tag, scene, findings);
        noteTrace(message, tag);
        if (isTalk)
            m_matters[message.matterHash() & (kMatters - 1)] = {
                static_cast<std::uint32_t>(message.matterHash() >> 32),
                static_cast<std::uint32_t>(message.time / kStep),
                message.seq,
                message.sender,
                message.receivers.empty() ? AgentId{} : message.receivers.front(),
                tag};
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override { m_hops.clear(); }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_forgotten + m_hops.forgotten();
    }

private:
    static constexpr std::int64_t kStep = 1'048'576; ///< ns
    struct alignas(32) Matter
    {
        std::uint32_t key = 0;  ///< its upper half; the lower one is its place
        std::uint32_t time = 0; ///< in steps
        Seq seq = 0;
        AgentId sender{};
        AgentId receiver{};
        std::uint32_t trace = 0;
    };
    struct Traced
    {
        std::uint32_t seq = 0; ///< its lower half
        std::uint32_t trace = 0;
    };
    /// A message that says nothing of where it belongs, behind one that does.
    struct Hop
    {
        Seq before = 0;
        Seq seq = 0; ///< 0: told
        std::int64_t time = 0;
        std::uint32_t trace = 0;
        AgentId sender{};
        AgentId receiver{};    ///< the first one
        bool isStated = false; ///< as the effect of the one before it
        TypeId type{};
        TopicId topic{};
        ConnectionId connection{};
    };
    struct Count
    {
        std::uint32_t traced = 0;
        std::uint32_t untraced = 0;
    };
    struct Known
    {
        std::vector<Hop> hops; ///< that were not told yet, and what followed
    };

    /// Of how a trace begins and ends, in which traces differ; 0: none.
    static std::uint32_t tagOf(std::string_view trace)
    {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        const std::size_t size = std::min<std::size_t>(trace.size(), 8);
        std::memcpy(&first, trace.data(), size);
        std::memcpy(&last, trace.data() + trace.size() - size, size);
        const std::uint64_t mixed = (first ^ std::rotl(last, 29)) * 0x9e37'79b9'7f4a'7c15ull;
        return static_cast<std::uint32_t>(mixed >> 32) | 1;
    }

    Count& countOf(TypeId type)
    {
        if (index(type) >= m_counts.size())
            m_counts.resize(index(type) + 1);
        return m_counts[index(type)];
    }

    void noteTrace(const Heard& message, std::uint32_t tag)
    {
        ++countOf(message.type).traced;
        m_lately[static_cast<std::size_t>(message.seq) & (kLately - 1)] = {
            static_cast<std::uint32_t>(message.seq), tag};
    }
    [[nodiscard]] std::uint32_t traceOf(Seq seq) const
    {
        const Traced& traced = m_lately[static_cast<std::size_t>(seq) & (kLately - 1)];
        return traced.seq == static_cast<std::uint32_t>(seq) ? traced.trace : 0;
    }

    void wait(const Heard& message, bool isTalk)
    {
        if (index(message.sender) == 0 || (!isTalk && message.causes.empty()))
            return;
        Hop hop{.seq = message.seq,
                .time = message.time,
                .sender = message.sender,
                .receiver = message.receivers.empty() ? AgentId{} : message.receivers.front(),
                .type = message.type,
                .topic = message.topic,
                .connection = message.connection};
        for (const CauseEdge& edge : message.causes) {
            if (edge.grade != Grade::Stated || traceOf(edge.cause) == 0)
                continue;
            hop.before = edge.cause;
            hop.trace = traceOf(edge.cause);
            hop.isStated = true;
            break;
        }
        if (isTalk && hop.before == 0) {
            const Matter& matter = m_matters[message.matterHash() & (kMatters - 1)];
            const auto age = static_cast<std::uint32_t>(message.time / kStep) - matter.time;
            if (matter.key == static_cast<std::uint32_t>(message.matterHash() >> 32) &&
                std::int64_t(age) * kStep < m_within &&
                (matter.sender == message.sender || matter.receiver == message.sender)) {
                hop.before = matter.seq;
                hop.trace = matter.trace;
            }
        }
        if (hop.before == 0)
            return;
        ++countOf(message.type).untraced;
        m_hops.at(static_cast<std::uint64_t>(message.seq)) = hop;
        if (isTalk)
            m_byMatter.at(message.matterHash()) = message.seq;
    }

    /// What carries a trace arrives: does it follow from one that did not?
    void arrive(const Heard& message, bool isTalk, std::uint32_t tag, const Scene& scene,
                Findings& findings)
    {
        for (const CauseEdge& edge : message.causes) {
            if (edge.grade == Grade::Stated)
                settle(static_cast<std::uint64_t>(edge.cause), message, tag, true, scene, findings);
        }
        const Seq* waiting = isTalk ? m_byMatter.find(message.matterHash()) : nullptr;
        if (waiting == nullptr)
            return;
        const auto key = static_cast<std::uint64_t>(*waiting);
        m_byMatter.erase(message.matterHash());
        settle(key, message, tag, false, scene, findings);
    }

    void settle(std::uint64_t key, const Heard& message, std::uint32_t tag, bool isStated,
                const Scene& scene, Findings& findings)
    {
        const Hop* at = m_hops.find(key);
        if (at == nullptr)
            return;
        const Hop hop = *at;
        m_hops.erase(key);
        // It went to somebody, who goes on.
        const bool isPassedOn =
            index(hop.receiver) != 0
                ? isStated || message.sender == hop.sender || message.sender == hop.receiver
                : message.sender != hop.sender;
        if (hop.trace != tag || message.time - hop.time > m_within || !isPassedOn)
            return;
        const std::uint64_t of = std::uint64_t(index(hop.sender)) << 32 | index(hop.type);
        if (m_known.size() >= kMostKinds && !m_known.contains(of)) {
            ++m_forgotten;
            return;
        }
        Known& known = m_known[of];
        const Count& count = countOf(hop.type);
        const bool isUnusual = count.traced >= kHabit;
        if (isUnusual || findings.growing(kId, of) != nullptr || known.hops.size() + 1 >= m_least) {
            for (const Hop& earlier : known.hops)
                tell(earlier, of, 0, 0, isUnusual, scene, findings);
            known.hops.clear();
            tell(hop, of, message.seq, message.time, isUnusual, scene, findings);
        } else {
            std::erase_if(known.hops, [&](const Hop& earlier) {
                return earlier.time < hop.time - 2 * Findings::kRest;
            });
            known.hops.push_back(hop);
        }
    }

    static void tell(const Hop& hop, std::uint64_t of, Seq after, std::int64_t afterTime,
                     bool isUnusual, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, of, hop.time);
        finding.hasGap =
            finding.hasGap || scene.hasGap(hop.connection, hop.time, std::max(hop.time, afterTime));
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.6 : 1;
        // An agent that never does it was built so.
        finding.severity = isUnusual ? Severity::Warning : Severity::Info;
        finding.involve(hop.sender);
        finding.involve(hop.receiver);
        finding.topic = hop.topic;
        finding.add(hop.before, hop.time);
        finding.add(hop.seq, hop.time);
        if (after != 0)
            finding.add(after, afterTime);
        ++finding.count;
        const std::string type = scene.names().typeName(hop.type);
        finding.fact("hops", finding.count);
        finding.fact("type", type);
        finding.fact("usually_traced", isUnusual ? std::string_view("yes") : "no");
        finding.summary = scene.name(hop.sender) + " passes " + type +
                          " on without a trace, between messages that share one: " +
                          std::to_string(finding.count) +
                          (finding.count == 1 ? " message so far." : " messages so far.");
    }

    std::int64_t m_within;
    std::size_t m_least;
    std::vector<Matter> m_matters = std::vector<Matter>(kMatters);
    std::vector<Traced> m_lately = std::vector<Traced>(kLately);
    std::vector<Count> m_counts;         ///< by type
    BoundedTable<Hop> m_hops{kMostHops}; ///< by Seq
    BoundedTable<Seq> m_byMatter{kMostHops};
    std::unordered_map<std::uint64_t, Known> m_known; ///< by agent and type
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry untraceableHop()
{
    return {kId, "messages without a trace between two that share one", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<UntraceableHop>(settings));
            }};
}

} // namespace murmur
