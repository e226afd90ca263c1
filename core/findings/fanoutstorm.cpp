// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/fanoutstorm.h"

#include "findings/scene.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "fan-out-storm";
constexpr Parameter kEffects{"effects", 100, Unit::Count, "messages that follow from one"};
constexpr Parameter kWithin{"within", 10, Unit::Seconds, "within this time after it"};
constexpr Parameter kAgents{"agents", 5, Unit::Count, "agents that say them"};
constexpr std::array kParameters{kEffects, kWithin, kAgents};
constexpr std::size_t kRemembered = 1u << 17; ///< messages whose root is known
constexpr std::uint32_t kFew = 20;
constexpr std::size_t kMostRoots = 65'536;

class FanOutStorm final : public Detector
{
public:
    explicit FanOutStorm(const Settings& settings)
        : m_effects(static_cast<std::int64_t>(settings.of(kId, kEffects)))
        , m_within(settings.time(kId, kWithin))
        , m_agents(static_cast<std::size_t>(settings.of(kId, kAgents)))
        , m_rootOf(kRemembered)
    {
    }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        __builtin_prefetch(&placeOf(message.seq), 1);
        if (const Seq cause = causeOf(message); cause != 0)
            __builtin_prefetch(&placeOf(cause));
    }
    [[nodiscard]] bool approaches() const override { return true; }
    void approach(const Heard& message, const Scene& /*scene*/) override
    {
        if (const Seq cause = causeOf(message); cause != 0)
            __builtin_prefetch(&placeOf(rootOf(cause)), 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        const Seq cause = causeOf(message);
        const Seq root = cause != 0 ? rootOf(cause) : message.seq;
        m_rootOf[static_cast<std::size_t>(message.seq) % kRemembered] = {
            static_cast<std::uint32_t>(message.seq), static_cast<std::int32_t>(message.seq - root),
            message.sender};
        if (root == message.seq)
            return;
        if (message.kind == Kind::Chunk)
            return; // a stream is one answer
        // Nearly all have a few effects; those are counted where the root stands.
        Place& first = m_rootOf[static_cast<std::size_t>(root) % kRemembered];
        if (first.isOf(root) && ++first.effects < kFew)
            return;
        const auto [at, isNew] = m_roots.try_emplace(root);
        Root& of = at->second;
        if (isNew) {
            forget(message.time);
            m_order.push_back({root, message.time});
            of.time = message.time;
            of.effects = first.isOf(root) ? kFew - 1 : 0;
        }
        if (message.time - of.time > m_within && !of.isTold)
            return;
        ++of.effects;
        if (of.senders.size() < m_agents &&
            std::ranges::find(of.senders, message.sender) == of.senders.end())
            of.senders.push_back(message.sender);
        if (of.recent.size() < 100)
            of.recent.emplace_back(message.seq, message.time);
        if (of.effects >= m_effects && of.senders.size() >= m_agents)
            tell(message, root, of, scene, findings);
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Place
    {
        std::uint32_t seq = 0; ///< its lower half
        std::int32_t away = 0; ///< messages back to its root
        AgentId sender{};
        std::uint32_t effects = 0; ///< of a root, up to kFew
        [[nodiscard]] bool isOf(Seq other) const
        {
            return seq == static_cast<std::uint32_t>(other);
        }
    };
    struct Root
    {
        std::int64_t time = 0; ///< ns, of its first effect
        std::int64_t effects = 0;
        std::vector<AgentId> senders;
        std::vector<std::pair<Seq, std::int64_t>> recent;
        bool isTold = false;
    };
    static Seq causeOf(const Heard& message)
    {
        return message.causes.empty() ? message.closes : message.causes.front().cause;
    }
    [[nodiscard]] const Place& placeOf(Seq seq) const
    {
        return m_rootOf[static_cast<std::size_t>(seq) % kRemembered];
    }
    [[nodiscard]] Seq rootOf(Seq cause) const
    {
        const Place& place = placeOf(cause);
        return place.isOf(cause) ? cause - place.away : cause;
    }

    void forget(std::int64_t now)
    {
        std::size_t done = 0;
        while (done < m_order.size() &&
               (m_order[done].time < now - 6 * m_within || m_order.size() - done > kMostRoots)) {
            m_roots.erase(m_order[done].seq);
            ++done;
        }
        m_order.erase(m_order.begin(), m_order.begin() + static_cast<std::ptrdiff_t>(done));
    }

    void tell(const Heard& message, Seq root, Root& of, const Scene& scene,
              Findings& findings) const
    {
        Finding& finding = findings.grow(kId, static_cast<std::uint64_t>(root), of.time);
        finding.isExact = true;
        finding.severity = Severity::Critical;
        if (!of.isTold) {
            const Place& place = m_rootOf[static_cast<std::size_t>(root) % kRemembered];
            if (place.isOf(root))
                finding.involve(place.sender);
            finding.add(root, of.time);
            for (const auto& [seq, time] : of.recent)
                finding.add(seq, time);
            for (const AgentId sender : of.senders)
                finding.involve(sender);
        }
        of.isTold = true;
        finding.involve(message.sender);
        finding.add(message.seq, message.time);
        finding.topic = message.topic;
        finding.count = of.effects;
        finding.fact("effects", of.effects);
        finding.fact("root", root);
        finding.fact("topic", scene.topic(message.topic));
        finding.summary = std::to_string(of.effects) + " messages followed from message " +
                          std::to_string(root) + " within seconds.";
    }

    struct Known
    {
        Seq seq = 0;
        std::int64_t time = 0;
    };
    std::int64_t m_effects;
    std::int64_t m_within;
    std::size_t m_agents;
    std::vector<Place> m_rootOf; ///< by Seq, modulo its size
    boost::unordered_flat_map<Seq, Root> m_roots;
    std::deque<Known> m_order;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry fanOutStorm()
{
    return {kId, "one message that sets off an avalanche", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<FanOutStorm>(settings));
            }};
}

} // namespace murmur
