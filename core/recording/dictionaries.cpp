// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/dictionaries.h"

#include "codec/codecbook.h"

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

/// Longer names are no names: they are cut, and what is kept is copied at will. A topic may be as
/// long as a bus can make it.
constexpr std::size_t kLongestName = 4'096;
constexpr std::size_t kLongestTopic = 65'535;

/// The beginning of a name that is too long, its length, and a hash, by which two of them differ.
std::string shortened(std::string_view name, std::size_t longest)
{
    std::size_t end = longest - 64;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80)
        --end;
    return std::string(name.substr(0, end)) + "… (" + std::to_string(name.size()) + " bytes, " +
           QByteArray::number(quint64(idHash(name)), 16).toStdString() + ")";
}

} // namespace

const std::string& AgentEntry::group() const
{
    if (inGroup)
        return *inGroup;
    for (const Label label : {Label::Site, Label::Crew, Label::Tenant}) {
        const std::string& value = labels[static_cast<std::size_t>(label)];
        if (!value.empty())
            return value;
    }
    return labels[static_cast<std::size_t>(Label::Site)];
}

std::uint32_t Dictionaries::Interned::find(std::string_view name) const
{
    const auto found = ids.find(name);
    return found == ids.end() ? 0 : found->second;
}

std::uint32_t Dictionaries::Interned::add(std::string_view name)
{
    const auto id = static_cast<std::uint32_t>(names.size());
    const std::string& kept = names.emplace_back(name);
    ids.emplace(kept, id);
    return id;
}

Dictionaries::Dictionaries()
    : m_codecs(std::make_unique<CodecBook>())
{
    for (Interned* table : {&m_agentNames, &m_topics, &m_types, &m_stateKeys, &m_connectionUrls})
        table->add({});
    m_agents.emplace_back();
    m_connections.emplace_back();
    m_audiences.emplace_back();
    m_audienceIds.emplace(std::string(), 0);
}

Dictionaries::~Dictionaries() = default;

AgentId Dictionaries::agent(std::string_view name, bool provisional)
{
    if (name.size() > kLongestName)
        return agent(shortened(name, kLongestName), provisional);
    {
        const std::shared_lock lock(m_mutex);
        if (const std::uint32_t id = m_agentNames.find(name); id != 0 || name.empty())
            return AgentId(id);
    }
    const std::unique_lock lock(m_mutex);
    if (const std::uint32_t id = m_agentNames.find(name); id != 0)
        return AgentId(id);
    const std::uint32_t id = m_agentNames.add(name);
    AgentEntry& entry = m_agents.emplace_back();
    entry.name = name;
    entry.provisional = provisional;
    return AgentId(id);
}

TopicId Dictionaries::topic(std::string_view name)
{
    if (name.size() > kLongestTopic)
        return topic(shortened(name, kLongestTopic));
    {
        const std::shared_lock lock(m_mutex);
        if (const std::uint32_t id = m_topics.find(name); id != 0 || name.empty())
            return TopicId(id);
    }
    const std::unique_lock lock(m_mutex);
    const std::uint32_t id = m_topics.find(name);
    return TopicId(id != 0 ? id : m_topics.add(name));
}

TypeId Dictionaries::type(std::string_view name)
{
    if (name.size() > kLongestName)
        return type(shortened(name, kLongestName));
    {
        const std::shared_lock lock(m_mutex);
        if (const std::uint32_t id = m_types.find(name); id != 0 || name.empty())
            return TypeId(id);
    }
    const std::unique_lock lock(m_mutex);
    const std::uint32_t id = m_types.find(name);
    return TypeId(id != 0 ? id : m_types.add(name));
}

StateKeyId Dictionaries::stateKey(std::string_view name)
{
    if (name.size() > kLongestName)
        return stateKey(shortened(name, kLongestName));
    {
        const std::shared_lock lock(m_mutex);
        if (const std::uint32_t id = m_stateKeys.find(name); id != 0 || name.empty())
            return StateKeyId(id);
    }
    const std::unique_lock lock(m_mutex);
    const std::uint32_t id = m_stateKeys.find(name);
    return StateKeyId(id != 0 ? id : m_stateKeys.add(name));
}

AudienceId Dictionaries::audience(std::vector<AgentId> receivers)
{
    std::ranges::sort(receivers);
    receivers.erase(std::unique(receivers.begin(), receivers.end()), receivers.end());
    const std::string key(reinterpret_cast<const char*>(receivers.data()),
                          receivers.size() * sizeof(AgentId));
    {
        const std::shared_lock lock(m_mutex);
        const auto found = m_audienceIds.find(key);
        if (found != m_audienceIds.end())
            return AudienceId(found->second);
    }
    const std::unique_lock lock(m_mutex);
    const auto [at, added] =
        m_audienceIds.emplace(key, static_cast<std::uint32_t>(m_audiences.size()));
    if (added)
        m_audiences.push_back(std::move(receivers));
    return AudienceId(at->second);
}

AudienceId Dictionaries::unknownAudience()
{
    const std::unique_lock lock(m_mutex);
    m_audiences.emplace_back();
    return AudienceId(static_cast<std::uint32_t>(m_audiences.size() - 1));
}

ConnectionId Dictionaries::connection(std::string_view url, std::string_view name)
{
    const std::unique_lock lock(m_mutex);
    const auto id = static_cast<std::uint32_t>(m_connections.size());
    m_connections.push_back({std::string(url), std::string(name)});
    return ConnectionId(id);
}

void Dictionaries::setConnectionUrl(ConnectionId connection, std::string_view url)
{
    const std::unique_lock lock(m_mutex);
    if (index(connection) < m_connections.size())
        m_connections[index(connection)].url = url;
}

bool Dictionaries::setLabel(AgentId agent, Label label, std::string_view value)
{
    if (value.size() > kLongestName)
        return setLabel(agent, label, shortened(value, kLongestName));
    {
        const std::shared_lock lock(m_mutex);
        if (index(agent) == 0 || index(agent) >= m_agents.size() ||
            m_agents[index(agent)].labels[static_cast<std::size_t>(label)] == value)
            return false;
    }
    const std::unique_lock lock(m_mutex);
    m_agents[index(agent)].labels[static_cast<std::size_t>(label)] = value;
    ++m_labelRevision;
    return true;
}

bool Dictionaries::setSameAs(AgentId agent, AgentId as)
{
    const std::unique_lock lock(m_mutex);
    if (index(agent) == 0 || index(agent) >= m_agents.size() || index(as) >= m_agents.size() ||
        agent == as || m_agents[index(agent)].sameAs == as)
        return false;
    AgentId& known = m_agents[index(agent)].sameAs;
    m_aliasCount += index(known) == 0 ? 1 : 0;
    m_aliasCount -= index(as) == 0 ? 1 : 0;
    known = as;
    ++m_labelRevision;
    return true;
}

AgentId Dictionaries::resolvedHere(AgentId id) const
{
    // A few steps at most: a damaged file may hold a circle.
    for (int steps = 0; steps < 8 && index(id) < m_agents.size(); ++steps) {
        AgentId next = m_agents[index(id)].sameAs;
        if (index(next) == 0 && index(id) < m_given.agents.size())
            next = m_given.agents[index(id)].sameAs;
        if (index(next) == 0)
            break;
        id = next;
    }
    return id;
}

AgentId Dictionaries::resolved(AgentId id) const
{
    const std::shared_lock lock(m_mutex);
    return m_aliasCount == 0 ? id : resolvedHere(id);
}

std::uint32_t Dictionaries::aliasCount() const
{
    const std::shared_lock lock(m_mutex);
    return m_aliasCount;
}

std::vector<AgentId> Dictionaries::aliases() const
{
    const std::shared_lock lock(m_mutex);
    std::vector<AgentId> aliases;
    for (std::uint32_t id = 0; m_aliasCount != 0 && id < m_agents.size(); ++id)
        aliases.push_back(resolvedHere(AgentId(id)));
    return aliases;
}

std::vector<AgentId> Dictionaries::withAliases(const std::vector<AgentId>& agents) const
{
    std::vector<AgentId> all = agents;
    const std::vector<AgentId> known = agents.empty() ? std::vector<AgentId>() : aliases();
    for (std::uint32_t id = 0; id < known.size(); ++id) {
        if (known[id] != AgentId(id) && std::ranges::find(agents, known[id]) != agents.end())
            all.push_back(AgentId(id));
    }
    return all;
}

bool Dictionaries::setGiven(GivenNames given)
{
    const std::unique_lock lock(m_mutex);
    if (given == m_given)
        return false;
    const auto isAlias = [](const GivenName& name) { return index(name.sameAs) != 0; };
    m_aliasCount -= static_cast<std::uint32_t>(std::ranges::count_if(m_given.agents, isAlias));
    m_given = std::move(given);
    m_aliasCount += static_cast<std::uint32_t>(std::ranges::count_if(m_given.agents, isAlias));
    ++m_labelRevision;
    return true;
}

std::uint32_t Dictionaries::givenCount() const
{
    const std::shared_lock lock(m_mutex);
    return static_cast<std::uint32_t>(std::ranges::count_if(
        m_given.agents, [](const GivenName& given) { return !given.name.empty(); }));
}

AgentEntry Dictionaries::agentEntry(AgentId id) const
{
    const std::shared_lock lock(m_mutex);
    if (index(id) >= m_agents.size())
        return {};
    AgentEntry entry = m_agents[index(id)];
    if (index(id) < m_given.agents.size()) {
        const GivenName& given = m_given.agents[index(id)];
        if (!given.name.empty() && given.name != entry.name)
            entry.was = std::exchange(entry.name, given.name);
        for (std::size_t label = 0; label < kLabelCount; ++label) {
            if (!given.labels[label].empty())
                entry.labels[label] = given.labels[label];
        }
        entry.inGroup = given.group;
        if (index(entry.sameAs) == 0)
            entry.sameAs = given.sameAs;
    }
    if (!entry.inGroup && m_given.hasNoGroups)
        entry.inGroup.emplace();
    else if (!entry.inGroup && m_given.groupBy)
        entry.inGroup = entry.labels[static_cast<std::size_t>(*m_given.groupBy)];
    return entry;
}

std::string Dictionaries::agentName(AgentId id) const
{
    const std::shared_lock lock(m_mutex);
    if (index(id) < m_given.agents.size() && !m_given.agents[index(id)].name.empty())
        return m_given.agents[index(id)].name;
    return index(id) < m_agents.size() ? m_agents[index(id)].name : std::string();
}

AgentEntry Dictionaries::recordedAgent(AgentId id) const
{
    const std::shared_lock lock(m_mutex);
    return index(id) < m_agents.size() ? m_agents[index(id)] : AgentEntry{};
}

std::string Dictionaries::topicName(TopicId id) const
{
    const std::shared_lock lock(m_mutex);
    return index(id) < m_topics.names.size() ? m_topics.names[index(id)] : std::string();
}

std::string Dictionaries::typeName(TypeId id) const
{
    const std::shared_lock lock(m_mutex);
    return index(id) < m_types.names.size() ? m_types.names[index(id)] : std::string();
}

std::string Dictionaries::stateKeyName(StateKeyId id) const
{
    const std::shared_lock lock(m_mutex);
    return index(id) < m_stateKeys.names.size() ? m_stateKeys.names[index(id)] : std::string();
}

std::vector<AgentId> Dictionaries::receivers(AudienceId id) const
{
    const std::shared_lock lock(m_mutex);
    return index(id) < m_audiences.size() ? m_audiences[index(id)] : std::vector<AgentId>();
}

ConnectionEntry Dictionaries::connectionEntry(ConnectionId id) const
{
    const std::shared_lock lock(m_mutex);
    return index(id) < m_connections.size() ? m_connections[index(id)] : ConnectionEntry{};
}

void Dictionaries::setRecordings(std::vector<std::string> labels)
{
    const std::unique_lock lock(m_mutex);
    m_recordings = std::move(labels);
}

std::string Dictionaries::recordingLabel(std::uint32_t recording) const
{
    const std::shared_lock lock(m_mutex);
    return recording < m_recordings.size() ? m_recordings[recording] : std::string();
}

TopicId Dictionaries::findTopic(std::string_view name) const
{
    if (name.size() > kLongestTopic)
        return findTopic(shortened(name, kLongestTopic));
    const std::shared_lock lock(m_mutex);
    return TopicId(m_topics.find(name));
}

AgentId Dictionaries::findAgent(std::string_view name) const
{
    if (name.size() > kLongestName)
        return findAgent(shortened(name, kLongestName));
    const std::shared_lock lock(m_mutex);
    return AgentId(m_agentNames.find(name));
}

Dictionaries::Counts Dictionaries::counts() const
{
    const std::shared_lock lock(m_mutex);
    Counts counts;
    counts.agents = static_cast<std::uint32_t>(m_agents.size());
    counts.topics = static_cast<std::uint32_t>(m_topics.names.size());
    counts.types = static_cast<std::uint32_t>(m_types.names.size());
    counts.stateKeys = static_cast<std::uint32_t>(m_stateKeys.names.size());
    counts.audiences = static_cast<std::uint32_t>(m_audiences.size());
    counts.connections = static_cast<std::uint32_t>(m_connections.size());
    counts.schemas = static_cast<std::uint32_t>(m_codecs->count());
    return counts;
}

std::uint64_t Dictionaries::labelRevision() const
{
    const std::shared_lock lock(m_mutex);
    return m_labelRevision;
}

} // namespace murmur
