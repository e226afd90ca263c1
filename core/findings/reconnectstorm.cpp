// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/reconnectstorm.h"

#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "reconnect-storm";
constexpr Parameter kLeast{"least", 20, Unit::Count, "agents that connect again"};
constexpr Parameter kShare{"share", 0.1, Unit::Share, "and that share of those that are known"};
constexpr Parameter kWithin{"within", 10, Unit::Seconds, "within this time"};
constexpr std::array kParameters{kLeast, kShare, kWithin};

constexpr std::array<std::string_view, 12> kWords{
    "connect",    "connected", "login",     "birth",       "online", "register",
    "registered", "hello",     "reconnect", "reconnected", "join",   "joined"};

/// Whether one of the words of a type says that somebody comes.
bool tellsOfComing(const std::string& type)
{
    std::string word;
    for (std::size_t i = 0; i <= type.size(); ++i) {
        const char c = i < type.size() ? type[i] : ' ';
        if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            continue;
        }
        if (std::ranges::find(kWords, word) != kWords.end())
            return true;
        word.clear();
    }
    return false;
}

/// Those that were heard before and come again: at the start all come, and that is no storm.
class ReconnectStorm final : public Detector
{
public:
    explicit ReconnectStorm(const Settings& settings)
        : m_least(static_cast<std::size_t>(settings.of(kId, kLeast)))
        , m_share(settings.of(kId, kShare))
        , m_within(settings.time(kId, kWithin))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Control, Kind::Event, Kind::State);
    }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.kind != Kind::Control && message.kind != Kind::Event &&
            message.kind != Kind::State)
            return;
        if (!isComing(message.type, scene) || index(message.sender) == 0)
            return;
        const Scene::Agent& agent = scene.agent(message.sender);
        if (agent.firstSent > message.time - m_within)
            return;
        while (!m_coming.empty() && m_coming.front().time < message.time - m_within) {
            if (m_countOf[index(m_coming.front().agent)]-- == 1)
                --m_agents;
            m_coming.pop_front();
        }
        m_coming.push_back({message.seq, message.time, message.sender});
        if (index(message.sender) >= m_countOf.size())
            m_countOf.resize(index(message.sender) + 1);
        if (m_countOf[index(message.sender)]++ == 0)
            ++m_agents;
        const auto share = static_cast<std::size_t>(m_share * static_cast<double>(scene.heard()));
        if (m_agents >= std::max(m_least, share))
            tell(message, scene, findings);
    }

private:
    struct Coming
    {
        Seq seq = 0;
        std::int64_t time = 0;
        AgentId agent{};
    };

    bool isComing(TypeId type, const Scene& scene)
    {
        const std::uint32_t number = index(type);
        if (number >= m_types.size())
            m_types.resize(number + 1, 0);
        if (m_types[number] == 0)
            m_types[number] = tellsOfComing(scene.names().typeName(type)) ? 2 : 1;
        return m_types[number] == 2;
    }

    void tell(const Heard& message, const Scene& scene, Findings& findings) const
    {
        Finding& finding = findings.grow(kId, 0, m_coming.front().time);
        finding.confidence = 0.9;
        finding.topic = message.topic;
        const bool isFirst = finding.count == 0;
        if (isFirst) {
            for (const Coming& coming : m_coming) {
                finding.involve(coming.agent);
                finding.add(coming.seq, coming.time);
            }
        }
        finding.involve(message.sender);
        finding.add(message.seq, message.time);
        finding.count = isFirst ? static_cast<std::int64_t>(m_coming.size()) : finding.count + 1;
        finding.fact("connects", finding.count);
        finding.fact("agents_at_once", static_cast<std::int64_t>(m_agents));
        finding.fact("type", scene.names().typeName(message.type));
        finding.summary = std::to_string(finding.count) +
                          " agents that were there before connected again at once.";
    }

    std::size_t m_least;
    double m_share;
    std::int64_t m_within;
    std::vector<std::uint8_t> m_types;    ///< by type: 0 not looked at, 1 no, 2 yes
    std::deque<Coming> m_coming;          ///< of the last stretch
    std::vector<std::uint32_t> m_countOf; ///< by agent: how often it is in m_coming
    std::size_t m_agents = 0;             ///< in m_coming
};

} // namespace

DetectorEntry reconnectStorm()
{
    return {kId, "many agents that connect again at once", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<ReconnectStorm>(settings));
            }};
}

} // namespace murmur
