// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/noisytenant.h"

#include "findings/loadwatch.h"
#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "noisy-tenant";
constexpr std::array kParameters{
    Parameter{"share", 0.5, Unit::Share, "of all messages, or of all bytes"},
    Parameter{"times", 3, Unit::Factor, "its usual share, and its usual rate"},
    Parameter{"for", 30, Unit::Seconds, "how long it must last"},
    Parameter{"active", 3, Unit::Count, "tenants or groups that say something"},
    Parameter{"messages", 50, Unit::Count, "a second, at least"},
    Parameter{"bytes", 250'000, Unit::Count, "a second, at least"},
};
constexpr std::uint32_t kUnknown = 0xffff'ffff;
constexpr std::size_t kMostTenants = 65'536;

/// By the tenant that an agent states, else by its group.
class NoisyTenant final : public Detector
{
public:
    explicit NoisyTenant(const Settings& settings)
        : m_watch(loadRules(settings, kId, kParameters))
    {
    }

    [[nodiscard]] KindSet kinds() const override { return LoadWatch::kinds(); }

    void hear(const Heard& message, const Scene& scene, Findings& /*findings*/) override
    {
        const std::uint32_t agent = index(message.sender);
        if (agent >= m_tenantOf.size() || m_tenantOf[agent] == kUnknown)
            learnTenant(message.sender, scene.names());
        m_watch.add(m_tenantOf[agent], message);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        // An agent's label may be stated after its first message, or changed by a person.
        if (const std::uint64_t revision = scene.names().labelRevision(); revision != m_revision) {
            m_revision = revision;
            std::ranges::fill(m_tenantOf, kUnknown);
        }
        const auto verdict = m_watch.look(now);
        if (!verdict)
            return;
        const std::string& name = m_names[verdict->number];
        Finding& finding = findings.grow(kId, verdict->number, verdict->since);
        const std::string load = tellLoad(*verdict, m_watch, now, scene, finding);
        finding.fact("tenant", std::string_view(name));
        finding.summary = name + " makes " + load + ".";
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override { m_watch.missed(); }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_watch.forgotten() + m_forgotten;
    }

private:
    void learnTenant(AgentId agent, const Dictionaries& names)
    {
        if (index(agent) >= m_tenantOf.size())
            m_tenantOf.resize(index(agent) + 1, kUnknown);
        const AgentEntry entry = names.agentEntry(agent);
        const std::string& tenant = entry.labels[static_cast<std::size_t>(Label::Tenant)];
        const std::string& name = tenant.empty() ? entry.group() : tenant;
        std::uint32_t& number = m_tenantOf[index(agent)];
        number = 0;
        if (name.empty())
            return;
        const auto at = m_numbers.find(name);
        if (at != m_numbers.end()) {
            number = at->second;
        } else if (m_names.size() < kMostTenants) {
            number = static_cast<std::uint32_t>(m_names.size());
            m_numbers.emplace(name, number);
            m_names.push_back(name);
        } else {
            ++m_forgotten;
        }
    }

    LoadWatch m_watch;
    std::vector<std::uint32_t> m_tenantOf; ///< by agent id
    std::vector<std::string> m_names{std::string()};
    std::unordered_map<std::string, std::uint32_t> m_numbers;
    std::uint64_t m_revision = 0;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry noisyTenant()
{
    return {kId, "one tenant or group that makes most of the traffic of a sudden", false,
            kParameters, [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<NoisyTenant>(settings));
            }};
}

} // namespace murmur
