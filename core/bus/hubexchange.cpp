// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubexchange.h"

#include "base/clock.h"

#include <functional>

namespace murmur {

HubExchange::HubExchange(ConnectionId connection, MessageSink* sink)
    : m_connection(connection)
    , m_sink(sink)
{
}

HubExchange::~HubExchange()
{
    flush();
}

QByteArray HubExchange::interned(std::string_view topic)
{
    if (topic.empty())
        return {};
    QByteArray& slot = m_topics[std::hash<std::string_view>()(topic) % m_topics.size()];
    if (std::string_view(slot.constData(), static_cast<std::size_t>(slot.size())) != topic)
        slot = QByteArray(topic.data(), static_cast<qsizetype>(topic.size()));
    return slot;
}

void HubExchange::hear(const Said& said, std::string_view reason)
{
    HeardMessage& message = m_batch.emplace_back();
    message.connection = m_connection;
    message.received = m_now;
    if (said.waited >= 0)
        message.stated = m_now - said.waited;
    message.flags = said.op == WebSocketOp::Binary ? Flags(Flag::Binary) : Flags(0);
    message.topic = interned(said.topic);
    message.raw = QByteArray(said.raw.data(), static_cast<qsizetype>(said.raw.size()));
    message.headers = said.headers;
    message.peer = said.peer;
    if (!reason.empty())
        message.undecodable = QByteArray(reason.data(), static_cast<qsizetype>(reason.size()));
    ++m_received;
    m_batchBytes += said.raw.size();
    if (m_batch.size() >= kBatch || m_batchBytes >= kBatchBytes) {
        flush();
    } else if (!m_isFlushPosted) {
        // Sockets that are ready in the same turn of the event loop share a batch.
        m_isFlushPosted = true;
        QMetaObject::invokeMethod(
            this,
            [this] {
                m_isFlushPosted = false;
                flush();
            },
            Qt::QueuedConnection);
    }
}

void HubExchange::publish(const Said& said)
{
    hear(said, {});
    if (!m_subscribers.empty())
        fanOut(said);
}

void HubExchange::recordUndecodable(const Said& said, std::string_view reason)
{
    hear(said, reason);
}

void HubExchange::fanOut(const Said& said)
{
    auto route = m_routes.find(std::string(said.topic));
    if (route == m_routes.end()) {
        if (m_routes.size() >= kMaxRoutes)
            m_routes.clear();
        std::vector<HubSubscriber*> wanting;
        for (HubSubscriber* subscriber : m_subscribers) {
            if (subscriber->wants(said.topic))
                wanting.push_back(subscriber);
        }
        route = m_routes.emplace(said.topic, std::move(wanting)).first;
    }
    if (route->second.empty())
        return;
    const WebSocketHeader header = webSocketHeader(said.op, said.raw.size());
    QByteArray frame;
    frame.reserve(static_cast<qsizetype>(header.size + said.raw.size()));
    frame.append(header.data.data(), static_cast<qsizetype>(header.size));
    frame.append(said.raw.data(), static_cast<qsizetype>(said.raw.size()));
    // A copy: a subscriber that is cut in here leaves the routes.
    const std::vector<HubSubscriber*> wanting = route->second;
    for (HubSubscriber* subscriber : wanting)
        subscriber->deliver(frame);
}

void HubExchange::addSubscriber(HubSubscriber* subscriber)
{
    if (std::ranges::find(m_subscribers, subscriber) == m_subscribers.end())
        m_subscribers.push_back(subscriber);
    m_routes.clear();
}

void HubExchange::removeSubscriber(HubSubscriber* subscriber)
{
    std::erase(m_subscribers, subscriber);
    m_routes.clear();
}

void HubExchange::noteCut(std::string_view pattern, std::int64_t count)
{
    Gap gap;
    gap.connection = m_connection;
    gap.topic = pattern;
    gap.cause = "subscriber-cut";
    gap.from = gap.to = processClock().nowNs();
    gap.count = count;
    gap.lostIs = LostIs::Exact;
    m_sink->note(std::move(gap));
}

void HubExchange::noteLeftOut(std::string_view topic, std::int64_t count)
{
    Gap gap;
    gap.connection = m_connection;
    gap.topic = topic;
    gap.cause = "sender-drop"; // not ours: we never got them
    gap.from = gap.to = processClock().nowNs();
    gap.count = count;
    gap.lostIs = LostIs::Exact;
    m_sink->note(std::move(gap));
}

void HubExchange::flush()
{
    if (m_batch.empty())
        return;
    std::vector<HeardMessage> batch;
    batch.reserve(kBatch);
    batch.swap(m_batch);
    m_batchBytes = 0;
    m_sink->hear(std::move(batch));
}

} // namespace murmur
