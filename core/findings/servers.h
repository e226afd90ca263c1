// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/heard.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace murmur {

/// What is known of those who serve calls: an agent, or whoever hears a topic when no single agent
/// is named. In the order in which they were first asked. Bounded: beyond that, new ones are
/// counted only.
template<typename Work>
class Servers
{
public:
    struct Server
    {
        AgentId agent{}; ///< 0: who hears the topic
        TopicId topic{};
        Work work;
        [[nodiscard]] std::uint64_t key() const
        {
            return index(agent) != 0 ? index(agent) : std::uint64_t(index(topic)) | kIsTopic;
        }
    };

    /// Of a request, or null.
    Server* askedBy(const Heard& request)
    {
        return at(request.receivers.size() == 1 ? request.receivers.front() : AgentId{},
                  request.topic);
    }
    /// Of a request that is answered, or null.
    Server* askedBy(const AnsweredCall& call) { return at(call.to, call.topic); }
    Server* at(AgentId agent, TopicId topic)
    {
        auto& places = index(agent) != 0 ? m_byAgent : m_byTopic;
        const std::uint32_t number = index(agent) != 0 ? index(agent) : index(topic);
        if (number < places.size() && places[number] != nullptr)
            return places[number];
        if (m_all.size() >= kMost || number >= kMostNumbers) {
            ++m_forgotten;
            return nullptr;
        }
        if (number >= places.size())
            places.resize(number + 1);
        Server& server = *m_all.emplace_back(std::make_unique<Server>());
        server.agent = agent;
        server.topic = topic;
        places[number] = &server;
        return &server;
    }
    /// It will be asked of that agent: brings what is known of it into the cache.
    void fetch(AgentId agent) const
    {
        if (index(agent) < m_byAgent.size())
            __builtin_prefetch(m_byAgent[index(agent)], 1);
    }

    [[nodiscard]] const std::vector<std::unique_ptr<Server>>& all() const { return m_all; }
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

private:
    static constexpr std::size_t kMost = 16'384;
    static constexpr std::uint32_t kMostNumbers = 1u << 20; ///< of agents, of topics
    static constexpr std::uint64_t kIsTopic = 1ull << 40;
    std::vector<Server*> m_byAgent; ///< null: none
    std::vector<Server*> m_byTopic;
    std::vector<std::unique_ptr<Server>> m_all;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
