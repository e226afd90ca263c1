// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/namecache.h"

#include "query/rowcontext.h"
#include "session/naming.h"
#include "sql/sqltext.h"

#include <algorithm>

namespace murmur {

template<typename T, typename Make>
const T& NameCache::entry(std::deque<std::optional<T>>& entries, std::uint32_t id,
                          std::uint32_t count, Make make)
{
    static const T unknown{};
    if (id >= entries.size()) {
        if (id >= count) // a damaged file: do not allocate what it says
            return unknown;
        entries.resize(count);
    }
    std::optional<T>& known = entries[id];
    if (!known)
        known = make();
    return *known;
}

const NameCache::Agent& NameCache::agent(std::uint32_t id)
{
    if (id < m_agents.size() && m_agents[id])
        return *m_agents[id];
    return entry(m_agents, id, m_names->counts().agents, [&] {
        const AgentId own = m_names->resolved(AgentId(id));
        const AgentEntry found = m_names->agentEntry(own);
        return Agent{found.name,        found.group(),      found.labels,
                     found.provisional, own != AgentId(id), was(own)};
    });
}

std::string NameCache::was(AgentId agent)
{
    if (!m_hasOldNames) {
        m_hasOldNames = true;
        for (const NamedAgent& named : namedAgents(*m_names)) {
            std::string json;
            for (const std::string& name : named.was) {
                json += json.empty() ? "[" : ",";
                appendJsonText(json, name);
            }
            if (!json.empty())
                m_oldNames.emplace(index(named.agent), json + ']');
        }
    }
    const auto found = m_oldNames.find(index(agent));
    return found == m_oldNames.end() ? std::string() : found->second;
}

const std::string& NameCache::topic(std::uint32_t id)
{
    if (id < m_topics.size() && m_topics[id])
        return *m_topics[id];
    return entry(m_topics, id, m_names->counts().topics,
                 [&] { return m_names->topicName(TopicId(id)); });
}

const std::string& NameCache::type(std::uint32_t id)
{
    if (id < m_types.size() && m_types[id])
        return *m_types[id];
    return entry(m_types, id, m_names->counts().types,
                 [&] { return m_names->typeName(TypeId(id)); });
}

const std::string& NameCache::connection(std::uint32_t id)
{
    if (id < m_connections.size() && m_connections[id])
        return *m_connections[id];
    return entry(m_connections, id, m_names->counts().connections,
                 [&] { return m_names->connectionEntry(ConnectionId(id)).url; });
}

const std::string& NameCache::audience(std::uint32_t id)
{
    if (id < m_audiences.size() && m_audiences[id])
        return *m_audiences[id];
    return entry(m_audiences, id, m_names->counts().audiences, [&] {
        std::string json = "[";
        for (const AgentId receiver : m_names->receivers(AudienceId(id))) {
            if (json.size() > 1)
                json += ',';
            appendJsonText(json, agent(index(receiver)).name);
        }
        return json + ']';
    });
}

template<typename Name>
std::vector<std::uint32_t>
NameCache::named(std::unordered_multimap<std::string_view, std::uint32_t>& index,
                 std::uint32_t& indexed, std::uint32_t count, const std::vector<std::string>& texts,
                 Name name)
{
    for (; indexed < count; ++indexed)
        index.emplace(name(indexed), indexed);
    std::vector<std::uint32_t> ids;
    for (const std::string& text : texts) {
        const auto [begin, end] = index.equal_range(text);
        for (auto found = begin; found != end; ++found)
            ids.push_back(found->second);
    }
    std::ranges::sort(ids);
    return ids;
}

std::vector<std::uint32_t> NameCache::agentsNamed(const std::vector<std::string>& texts)
{
    return named(m_agentIndex, m_indexedAgents, m_names->counts().agents, texts,
                 [this](std::uint32_t id) { return std::string_view(agent(id).name); });
}

std::vector<std::uint32_t> NameCache::topicsNamed(const std::vector<std::string>& texts)
{
    return named(m_topicIndex, m_indexedTopics, m_names->counts().topics, texts,
                 [this](std::uint32_t id) { return std::string_view(topic(id)); });
}

} // namespace murmur
