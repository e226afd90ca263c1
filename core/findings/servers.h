// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/heard.h"

#include <boost/unordered/unordered_flat_map.hpp>

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
        const std::uint64_t key =
            index(agent) != 0 ? index(agent) : std::uint64_t(index(topic)) | kIsTopic;
        const auto known = m_places.find(key);
        if (known != m_places.end())
            return m_all[known->second].get();
        if (m_all.size() >= kMost) {
            ++m_forgotten;
            return nullptr;
        }
        m_places.emplace(key, static_cast<std::uint32_t>(m_all.size()));
        Server& server = *m_all.emplace_back(std::make_unique<Server>());
        server.agent = agent;
        server.topic = topic;
        return &server;
    }

    [[nodiscard]] const std::vector<std::unique_ptr<Server>>& all() const { return m_all; }
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

private:
    static constexpr std::size_t kMost = 16'384;
    static constexpr std::uint64_t kIsTopic = 1ull << 40;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> m_places;
    std::vector<std::unique_ptr<Server>> m_all;
    std::int64_t m_forgotten = 0;
};

} // namespace murmur
