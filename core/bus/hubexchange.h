// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/topicpattern.h"
#include "bus/websocketreader.h"

#include <QByteArray>
#include <QObject>

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace murmur {

/// Who gets messages from the hub.
class HubSubscriber
{
public:
    virtual ~HubSubscriber() = default;
    [[nodiscard]] virtual bool wants(std::string_view topic) const = 0;
    /// A whole WebSocket frame. Never waits: a subscriber that does not keep up is cut.
    virtual void deliver(const QByteArray& frame) = 0;
};

/// The middle of the hub: hands what was published to the sink, in batches, and to subscribers.
/// Lives in the hub's thread.
class HubExchange : public QObject
{
    Q_OBJECT
public:
    HubExchange(ConnectionId connection, MessageSink* sink);
    ~HubExchange() override;

    /// The bytes that are dealt with from now on were read at this moment.
    void stamp(std::int64_t now) noexcept { m_now = now; }

    struct Said
    {
        std::string_view raw;
        std::string_view topic;
        QByteArray headers;
        QByteArray peer;
        WebSocketOp op = WebSocketOp::Text; ///< or Binary
        std::int64_t waited = -1; ///< ns, with its sender before it was sent; negative: not known
    };
    void publish(const Said& said);
    void recordUndecodable(const Said& said, std::string_view reason);

    void addSubscriber(HubSubscriber* subscriber);
    void removeSubscriber(HubSubscriber* subscriber);
    /// Its subscriptions changed.
    void forgetRoutes() { m_routes.clear(); }
    /// `count` messages that match `pattern` did not reach a subscriber.
    void noteCut(std::string_view pattern, std::int64_t count);
    /// A sender says that it had to leave so many messages out.
    void noteLeftOut(std::string_view topic, std::int64_t count);

    /// Everything so far to the sink, now.
    [[nodiscard]] bool isTaking() const { return m_sink->isTaking(); }
    void flush();
    /// Messages framed so far, undecodable ones included.
    [[nodiscard]] std::uint64_t received() const noexcept { return m_received; }

private:
    static constexpr std::size_t kBatch = 256;
    static constexpr std::size_t kBatchBytes = std::size_t(1) * 1024 * 1024;
    static constexpr std::size_t kMaxRoutes = 4096;

    void hear(const Said& said, std::string_view reason);
    void fanOut(const Said& said);
    QByteArray interned(std::string_view topic);

    const ConnectionId m_connection;
    MessageSink* const m_sink;
    std::int64_t m_now = 0;
    std::uint64_t m_received = 0;
    std::vector<HeardMessage> m_batch;
    std::size_t m_batchBytes = 0;
    bool m_isFlushPosted = false;
    /// Topics repeat: those seen lately share their bytes.
    std::array<QByteArray, 256> m_topics;
    std::vector<HubSubscriber*> m_subscribers;
    std::unordered_map<std::string, std::vector<HubSubscriber*>> m_routes;
};

} // namespace murmur
