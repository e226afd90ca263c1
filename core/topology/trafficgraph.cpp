// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "topology/trafficgraph.h"

#include <algorithm>
#include <map>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Speaker
{
    AgentId agent{};
    QString name;
    QString group;
    std::int64_t messages = 0;
};

class GraphMaker
{
public:
    GraphMaker(const Traffic& traffic, const Dictionaries& names, const GraphWish& wish)
        : m_traffic(traffic)
        , m_names(names)
        , m_wish(wish)
    {
    }

    TrafficGraph make()
    {
        m_out.messages = m_traffic.messages;
        findSpeakers();
        fold();
        for (const Speaker& speaker : m_speakers)
            place(speaker);
        if (m_wish.hasTopics)
            placeTopics();
        for (const TrafficEdge& edge : m_traffic.edges)
            addEdge(edge);
        std::ranges::sort(m_out.edges, [](const GraphEdge& a, const GraphEdge& b) {
            return std::tuple(-a.messages, a.from, a.to) < std::tuple(-b.messages, b.from, b.to);
        });
        return std::move(m_out);
    }

private:
    [[nodiscard]] const std::vector<AgentId>& receiversOf(AudienceId audience)
    {
        const auto [known, isNew] = m_audiences.try_emplace(audience);
        if (isNew) {
            for (const AgentId agent : m_names.receivers(audience))
                known->second.push_back(m_names.resolved(agent));
        }
        return known->second;
    }

    void findSpeakers()
    {
        std::map<AgentId, std::int64_t> counts;
        for (const TrafficEdge& edge : m_traffic.edges) {
            if (index(edge.topic) == 0 || !edge.isFromTopic)
                counts[edge.from] += edge.messages;
            if (index(edge.audience) != 0) {
                for (const AgentId agent : receiversOf(edge.audience))
                    counts[agent] += edge.messages;
            } else if (index(edge.topic) == 0 || edge.isFromTopic) {
                counts[edge.to] += edge.messages;
            }
        }
        for (const auto& [agent, messages] : counts) {
            const AgentEntry entry = m_names.agentEntry(agent);
            Speaker speaker;
            speaker.agent = agent;
            speaker.name = entry.name.empty() ? u"unknown"_s : QString::fromStdString(entry.name);
            speaker.group = entry.group().empty() ? nameFamily(speaker.name)
                                                  : QString::fromStdString(entry.group());
            speaker.messages = messages;
            m_speakers.push_back(std::move(speaker));
        }
    }

    /// Which groups are one node each.
    void fold()
    {
        std::map<QString, std::size_t> sizes;
        for (const Speaker& speaker : m_speakers)
            ++sizes[speaker.group];
        // What a person opened is not held against the others.
        auto nodes = static_cast<std::size_t>(
            std::ranges::count_if(m_speakers, [this](const Speaker& speaker) {
                return !m_wish.unfolded.contains(speaker.group);
            }));
        const auto close = [&](const QString& group, std::size_t size) {
            if (size > 1 && m_folded.insert(group).second)
                nodes -= size - 1;
        };
        for (const QString& group : m_wish.folded) {
            if (const auto known = sizes.find(group); known != sizes.end())
                close(group, known->second);
        }
        // All of them or none: one group as a node beside another as forty says nothing.
        const bool isTooMuch = nodes > m_wish.mostNodes;
        for (const auto& [group, size] : sizes) {
            if (isTooMuch && !m_wish.unfolded.contains(group))
                close(group, size);
        }
        if (nodes <= m_wish.mostNodes)
            return;
        // Groups of one, or opened by hand: the quietest stand together.
        std::vector<const Speaker*> quietest;
        for (const Speaker& speaker : m_speakers) {
            if (!m_folded.contains(speaker.group) && !m_wish.unfolded.contains(speaker.group))
                quietest.push_back(&speaker);
        }
        std::ranges::sort(quietest, {}, [](const Speaker* one) { return one->messages; });
        for (const Speaker* speaker : quietest) {
            if (nodes <= m_wish.mostNodes)
                break;
            m_others.insert(speaker->agent);
            nodes -= m_others.size() > 1 ? 1 : 0;
        }
    }

    int nodeFor(const QString& id)
    {
        const auto [known, isNew] = m_places.try_emplace(id, static_cast<int>(m_out.nodes.size()));
        if (isNew) {
            m_out.nodes.emplace_back();
            m_out.nodes.back().id = id;
        }
        return known->second;
    }

    void place(const Speaker& speaker)
    {
        const bool isOther = m_others.contains(speaker.agent);
        const bool isFolded = m_folded.contains(speaker.group);
        const int at = nodeFor(isOther    ? u"others"_s
                               : isFolded ? u"group "_s + speaker.group
                                          : u"agent "_s + speaker.name);
        GraphNode& node = m_out.nodes[static_cast<std::size_t>(at)];
        node.is = isOther || isFolded ? GraphNode::Is::Group : GraphNode::Is::Agent;
        node.group = isOther ? QString() : speaker.group;
        node.agents.push_back(speaker.agent);
        node.label = isOther    ? u"%1 others"_s.arg(node.agents.size())
                     : isFolded ? speaker.group
                                : speaker.name;
        m_out.folded += isOther || isFolded ? 1 : 0;
        m_nodes.emplace(speaker.agent, at);
    }

    /// state.task.17 and state.task.18 are one node; of many such, the quietest are one, too.
    void placeTopics()
    {
        struct Family
        {
            std::int64_t messages = 0;
            std::set<TopicId> topics;
            std::set<TopicId> counted; ///< of edges; each stands for all that are named like it
            QString name;              ///< of the one that was seen first
        };
        std::map<QString, Family> families;
        for (const TrafficEdge& edge : m_traffic.edges) {
            if (index(edge.topic) == 0)
                continue;
            const QString name = QString::fromStdString(m_names.topicName(edge.topic));
            Family& family = families[nameFamily(name)];
            family.messages += edge.messages;
            if (family.name.isEmpty())
                family.name = name;
            if (!family.counted.insert(edge.topic).second)
                continue;
            family.topics.insert(edge.topic);
            if (const auto all = m_traffic.families.find(edge.topic);
                all != m_traffic.families.end())
                family.topics.insert(all->second.begin(), all->second.end());
        }
        std::vector<std::int64_t> counts;
        for (const auto& [name, family] : families)
            counts.push_back(family.messages);
        std::ranges::sort(counts, std::greater{});
        const std::int64_t least =
            counts.size() > m_wish.mostTopics ? counts[m_wish.mostTopics - 1] : 0;
        for (const auto& [name, family] : families) {
            const bool isOther = family.messages < least;
            const int at = nodeFor(isOther ? u"topics"_s : u"topic "_s + name);
            GraphNode& node = m_out.nodes[static_cast<std::size_t>(at)];
            node.is = GraphNode::Is::Topic;
            node.topics.insert(node.topics.end(), family.topics.begin(), family.topics.end());
            node.label = isOther                     ? u"%1 other topics"_s.arg(node.topics.size())
                         : family.topics.size() == 1 ? family.name
                                                     : name;
            for (const TopicId topic : family.topics)
                m_out.topics.emplace(topic, at);
        }
    }

    void addEdge(const TrafficEdge& edge)
    {
        if (index(edge.topic) != 0) {
            if (!m_wish.hasTopics)
                return;
            const int topic = m_out.topics.at(edge.topic);
            if (edge.isFromTopic)
                add(topic, m_nodes.at(edge.to), edge, true);
            else
                add(m_nodes.at(edge.from), topic, edge, false);
            return;
        }
        if (index(edge.audience) == 0) {
            add(m_nodes.at(edge.from), m_nodes.at(edge.to), edge, false);
            return;
        }
        std::set<int> to; // a message to many of one group is one on the way to it
        for (const AgentId agent : receiversOf(edge.audience))
            to.insert(m_nodes.at(agent));
        for (const int node : to)
            add(m_nodes.at(edge.from), node, edge, false);
    }

    void add(int from, int to, const TrafficEdge& edge, bool isInferred)
    {
        const std::uint64_t key =
            std::uint64_t(static_cast<std::uint32_t>(from)) << 32 | static_cast<std::uint32_t>(to);
        const auto [known, isNew] = m_edges.try_emplace(key, m_out.edges.size());
        if (isNew) {
            m_out.edges.emplace_back();
            m_out.edges.back().from = from;
            m_out.edges.back().to = to;
            m_out.edges.back().isInferred = isInferred;
        }
        GraphEdge& one = m_out.edges[known->second];
        one.messages += edge.messages;
        one.isInferred = one.isInferred && isInferred;
        if (one.last == 0 || (edge.errors > 0) > (one.errors > 0) ||
            ((edge.errors > 0) == (one.errors > 0) && edge.last > one.last))
            one.last = edge.last;
        one.errors += edge.errors;
        one.lastTime = std::max(one.lastTime, edge.lastTime);
        one.latency.merge(edge.latency);
        GraphNode& sender = m_out.nodes[static_cast<std::size_t>(from)];
        GraphNode& receiver = m_out.nodes[static_cast<std::size_t>(to)];
        sender.sent += edge.messages;
        sender.errors += edge.errors;
        receiver.received += edge.messages;
        receiver.latency.merge(edge.latency);
    }

    const Traffic& m_traffic;
    const Dictionaries& m_names;
    const GraphWish& m_wish;
    std::map<AudienceId, std::vector<AgentId>> m_audiences;
    std::vector<Speaker> m_speakers;
    std::set<QString> m_folded;
    std::set<AgentId> m_others;
    std::map<QString, int> m_places;
    std::map<AgentId, int> m_nodes;
    std::unordered_map<std::uint64_t, std::size_t> m_edges;
    TrafficGraph m_out;
};

} // namespace

int TrafficGraph::indexOf(const QString& id) const
{
    const auto found = std::ranges::find(nodes, id, &GraphNode::id);
    return found == nodes.end() ? -1 : static_cast<int>(found - nodes.begin());
}

int TrafficGraph::nodeOf(AgentId agent) const
{
    const auto found = std::ranges::find_if(nodes, [agent](const GraphNode& node) {
        return std::ranges::find(node.agents, agent) != node.agents.end();
    });
    return found == nodes.end() ? -1 : static_cast<int>(found - nodes.begin());
}

int TrafficGraph::edgeBetween(int from, int to) const
{
    const auto found = std::ranges::find_if(
        edges, [&](const GraphEdge& edge) { return edge.from == from && edge.to == to; });
    return found == edges.end() ? -1 : static_cast<int>(found - edges.begin());
}

TrafficGraph trafficGraph(const Traffic& traffic, const Dictionaries& names, const GraphWish& wish)
{
    return GraphMaker(traffic, names, wish).make();
}

QString nameFamily(const QString& name)
{
    QString family;
    for (const QChar c : name) {
        if (!c.isDigit())
            family += c;
        else if (!family.endsWith(u'#'))
            family += u'#';
    }
    return family;
}

} // namespace murmur
