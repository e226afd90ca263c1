// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/namemap.h"

#include "codec/codecbook.h"

namespace murmur {

namespace {

const std::string& tenantOf(const AgentEntry& entry)
{
    return entry.labels[static_cast<std::size_t>(Label::Tenant)];
}

} // namespace

NameMerger::NameMerger(const std::vector<NamedRecording>& recordings, bool keepApart)
    : m_keepApart(keepApart)
{
    for (const NamedRecording& recording : recordings) {
        const std::uint32_t agents = recording.names->counts().agents;
        for (std::uint32_t id = 1; id < agents; ++id) {
            const AgentEntry entry = recording.names->agentEntry(AgentId(id));
            if (!tenantOf(entry).empty())
                m_tenants[entry.name].insert(tenantOf(entry));
        }
    }
}

std::string NameMerger::agentName(const NamedRecording& recording, const AgentEntry& entry) const
{
    if (m_keepApart || entry.provisional)
        return recording.label + '/' + entry.name;
    const auto tenants = m_tenants.find(entry.name);
    const bool isShared = tenants != m_tenants.end() && tenants->second.size() > 1;
    return isShared && !tenantOf(entry).empty() ? tenantOf(entry) + '/' + entry.name : entry.name;
}

NameMap NameMerger::add(const NamedRecording& recording, Dictionaries& merged) const
{
    NameMap map;
    const Dictionaries& own = *recording.names;
    const Dictionaries::Counts counts = own.counts();
    for (std::vector<std::uint32_t>* ids :
         {&map.agents, &map.topics, &map.types, &map.stateKeys, &map.audiences, &map.connections})
        ids->push_back(0);
    for (std::uint32_t id = 1; id < counts.agents; ++id) {
        const AgentEntry entry = own.agentEntry(own.resolved(AgentId(id)));
        const AgentId agent = merged.agent(agentName(recording, entry), entry.provisional);
        for (std::size_t label = 0; label < kLabelCount; ++label) {
            if (!entry.labels[label].empty())
                merged.setLabel(agent, static_cast<Label>(label), entry.labels[label]);
        }
        map.agents.push_back(index(agent));
    }
    for (Schema& schema : own.codecs().schemas()) {
        if (m_keepApart && !schema.topic.empty())
            schema.topic.insert(0, recording.label + '/');
        merged.codecs().add(std::move(schema));
    }
    for (std::uint32_t id = 1; id < counts.topics; ++id) {
        const std::string name = own.topicName(TopicId(id));
        map.topics.push_back(
            index(merged.topic(m_keepApart ? recording.label + '/' + name : name)));
    }
    for (std::uint32_t id = 1; id < counts.types; ++id)
        map.types.push_back(index(merged.type(own.typeName(TypeId(id)))));
    for (std::uint32_t id = 1; id < counts.stateKeys; ++id)
        map.stateKeys.push_back(index(merged.stateKey(own.stateKeyName(StateKeyId(id)))));
    for (std::uint32_t id = 1; id < counts.audiences; ++id) {
        std::vector<AgentId> receivers = own.receivers(AudienceId(id));
        for (AgentId& receiver : receivers)
            receiver = AgentId(NameMap::at(map.agents, index(receiver)));
        map.audiences.push_back(index(merged.audience(std::move(receivers))));
    }
    for (std::uint32_t id = 1; id < counts.connections; ++id) {
        const ConnectionEntry entry = own.connectionEntry(ConnectionId(id));
        map.connections.push_back(
            index(merged.connection(entry.url, recording.label + '/' + entry.name)));
    }
    return map;
}

} // namespace murmur
