// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "topology/traffic.h"

#include "session/rangescan.h"
#include "topology/trafficgraph.h"

#include <QtConcurrent>

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace murmur {

namespace {

constexpr std::size_t kFewReceivers = 8;
constexpr std::size_t kMostEdges = 60'000;
constexpr std::size_t kMostOpenRequests = 65'536;

enum class Way : std::uint64_t { ToAgent, ToAudience, ToTopic, FromTopic };

class TrafficCounter
{
public:
    explicit TrafficCounter(const Dictionaries& names)
        : m_names(names)
        , m_aliases(names.aliases())
    {
    }

    void add(const Columns& columns, std::size_t row)
    {
        const AgentId sender = named(columns.sender[row]);
        const auto audience = static_cast<AudienceId>(columns.audience[row]);
        const auto kind =
            columns.kind[row] < kKindCount ? static_cast<Kind>(columns.kind[row]) : Kind::Event;
        const Seq seq = columns.first + static_cast<Seq>(row);
        const std::vector<AgentId>& receivers = receiversOf(audience);
        const Seq closes = columns.closes[row];
        ++m_messages;
        if (receivers.empty()) {
            const TopicId topic = familyOf(static_cast<TopicId>(columns.topic[row]));
            if (index(topic) != 0)
                note(edge(sender, Way::ToTopic, index(topic)), kind, seq, columns.time[row]);
            if (kind == Kind::Request)
                remember(seq, topic, sender);
        } else if (receivers.size() > kFewReceivers) {
            note(edge(sender, Way::ToAudience, index(audience)), kind, seq, columns.time[row]);
        } else {
            for (const AgentId receiver : receivers)
                note(edge(sender, Way::ToAgent, index(receiver)), kind, seq, columns.time[row]);
        }
        if (closes != 0 && columns.latency[row] >= 0)
            answer(closes, sender, receivers, columns, row);
    }

    Traffic traffic(std::int64_t step)
    {
        Traffic out;
        out.step = step;
        out.messages = m_messages * step;
        out.isBounded = m_isBounded;
        out.families = std::move(m_families);
        for (TrafficEdge& one : m_edges) {
            if (one.messages == 0 && one.latency.count() == 0)
                continue;
            one.messages *= step;
            one.errors *= step;
            out.edges.push_back(std::move(one));
        }
        return out;
    }

private:
    struct OpenRequest
    {
        TopicId topic{};
        AgentId sender{};
    };

    [[nodiscard]] AgentId named(std::uint32_t agent) const
    {
        return agent < m_aliases.size() ? m_aliases[agent] : AgentId(agent);
    }

    TopicId familyOf(TopicId topic)
    {
        const auto [known, isNew] = m_topics.try_emplace(index(topic), topic);
        if (isNew) {
            const QString name = nameFamily(QString::fromStdString(m_names.topicName(topic)));
            known->second = m_firsts.try_emplace(name, topic).first->second;
            m_families[known->second].push_back(topic);
        }
        return known->second;
    }

    const std::vector<AgentId>& receiversOf(AudienceId audience)
    {
        const auto [known, isNew] = m_audiences.try_emplace(index(audience));
        if (isNew) {
            for (const AgentId agent : m_names.receivers(audience))
                known->second.push_back(named(index(agent)));
            std::ranges::sort(known->second);
            known->second.erase(std::unique(known->second.begin(), known->second.end()),
                                known->second.end());
        }
        return known->second;
    }

    /// Null where there are too many.
    TrafficEdge* edge(AgentId agent, Way way, std::uint32_t other)
    {
        const std::uint64_t key =
            std::uint64_t(index(agent)) << 34 | static_cast<std::uint64_t>(way) << 32 | other;
        const auto known = m_places.find(key);
        if (known != m_places.end())
            return &m_edges[known->second];
        if (m_edges.size() >= kMostEdges) {
            m_isBounded = true;
            return nullptr;
        }
        m_places.emplace(key, m_edges.size());
        TrafficEdge& one = m_edges.emplace_back();
        one.isFromTopic = way == Way::FromTopic;
        (one.isFromTopic ? one.to : one.from) = agent;
        if (way == Way::ToAgent)
            one.to = AgentId(other);
        else if (way == Way::ToAudience)
            one.audience = AudienceId(other);
        else
            one.topic = TopicId(other);
        return &one;
    }

    static void note(TrafficEdge* edge, Kind kind, Seq seq, std::int64_t time)
    {
        if (edge == nullptr)
            return;
        ++edge->messages;
        edge->lastTime = std::max(edge->lastTime, time);
        if (kind == Kind::Error)
            ++edge->errors;
        if (kind == Kind::Error || edge->errors == 0)
            edge->last = seq;
    }

    void remember(Seq seq, TopicId topic, AgentId sender)
    {
        if (m_open.size() >= kMostOpenRequests) {
            m_open.erase(m_openOrder.front());
            m_openOrder.pop_front();
        }
        m_open.emplace(seq, OpenRequest{topic, sender});
        m_openOrder.push_back(seq);
    }

    void answer(Seq closes, AgentId replier, const std::vector<AgentId>& receivers,
                const Columns& columns, std::size_t row)
    {
        const auto latency = static_cast<std::uint64_t>(columns.latency[row]);
        if (const auto open = m_open.find(closes); open != m_open.end()) {
            // Nobody was named; who answered has heard it.
            if (TrafficEdge* one = edge(replier, Way::FromTopic, index(open->second.topic))) {
                ++one->messages;
                one->latency.add(latency);
                one->last = closes;
                one->lastTime = std::max(one->lastTime, columns.time[row]);
            }
            return;
        }
        if (receivers.size() == 1) {
            if (TrafficEdge* one = edge(receivers.front(), Way::ToAgent, index(replier)))
                one->latency.add(latency);
        }
    }

    const Dictionaries& m_names;
    const std::vector<AgentId> m_aliases;
    std::unordered_map<std::uint32_t, std::vector<AgentId>> m_audiences;
    std::unordered_map<std::uint64_t, std::size_t> m_places;
    std::deque<TrafficEdge> m_edges; // its elements stay where they are
    std::unordered_map<std::uint32_t, TopicId> m_topics;
    std::map<QString, TopicId> m_firsts; ///< by the name of their family
    std::map<TopicId, std::vector<TopicId>> m_families;
    std::unordered_map<Seq, OpenRequest> m_open;
    std::deque<Seq> m_openOrder;
    std::int64_t m_messages = 0;
    bool m_isBounded = false;
};

} // namespace

Result<Traffic> trafficJob(const Source& source, const TrafficRequest& request)
{
    const auto there = messagesIn(source, request.range);
    if (!there)
        return there.error();
    RangeScan scan;
    scan.range = request.range;
    scan.columns = ActorColumns | CallColumns | PlaceColumns;
    scan.filter = request.filter;
    scan.step = 1 + (*there - 1) / std::max<std::int64_t>(1, request.mostMessages);
    scan.stop = request.stop;
    TrafficCounter counter(*source.names);
    const auto done = scanRange(
        source, scan,
        [&](const Columns& columns, const std::vector<std::uint8_t>& keep, PayloadSource*) {
            for (std::size_t row = 0; row < columns.size(); ++row) {
                if (keep[row] != 0)
                    counter.add(columns, row);
            }
            return true;
        });
    if (!done)
        return done.error();
    Traffic traffic = counter.traffic(scan.step);
    traffic.range = request.range;
    return traffic;
}

QFuture<Result<Traffic>> trafficOf(Session& session, TrafficRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return trafficJob(*source, request);
    });
}

} // namespace murmur
