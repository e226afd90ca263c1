// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/retry.h"
#include "bus/websocket/websocketfeed.h"

#include <QTimer>

#include <memory>
#include <vector>

namespace murmur {

/// A connection whose bus is a WebSocket server: stays attached, keeps the state and the gaps, and
/// hands over what was heard in batches. What the messages mean is said by who derives from it.
class FeedConnection : public Connection, private FeedListener
{
public:
    /// `shown` is the URL as the user wrote it.
    FeedConnection(QUrl shown, FeedOptions options, const ConnectionContext& context);
    ~FeedConnection() override;

    Status start() final;
    void stop() final;
    [[nodiscard]] ConnectionStatus status() const final;

protected:
    /// The server speaks WebSocket: say what is to be said, and call `isUp()` once that is agreed.
    virtual void opened(const QByteArray& protocol) = 0;
    virtual void take(const FeedMessage& message) = 0;
    /// The connection is over; forget what belongs to it. It will be opened again.
    virtual void closed() {}
    /// presence, subscribed and unmatched.
    virtual void describe(ConnectionStatus& status) const = 0;
    /// The time in which the bus must call `isUp()` after `opened()`.
    virtual FeedEnd tooLate() const;

    void isUp(const QString& detail);
    /// While up or waiting: what there is to say now.
    void setDetail(const QString& detail);
    void fail(const FeedEnd& end);
    void hear(HeardMessage message);
    bool sendText(std::string_view text);
    void statusMayHaveChanged();
    [[nodiscard]] const FeedOptions& options() const { return m_options; }
    [[nodiscard]] const ConnectionContext& context() const { return m_context; }
    /// A message as the server sent it; the rest is for the bus to say. It names no peer: the
    /// server hands on what many say, and is none of them.
    [[nodiscard]] HeardMessage heardFrom(const FeedMessage& message) const;

private:
    void feedOpened(const QByteArray& protocol) final;
    void feedTook(const FeedMessage& message) final;
    void feedPaused() final;
    void feedEnded(const FeedEnd& end, std::int64_t lastRead) final;

    void open();
    void flush();
    void setState(ConnectionStatus::State state, const QString& detail);

    const QUrl m_shown;
    const FeedOptions m_options;
    const ConnectionContext m_context;
    std::unique_ptr<WebSocketFeed> m_feed;
    Backoff m_backoff;
    Outage m_outage;
    QTimer m_retry;
    QTimer m_deadline; ///< for isUp()
    QTimer m_ticker;   ///< tells of counters
    std::vector<HeardMessage> m_batch;
    std::size_t m_batchBytes = 0;
    ConnectionStatus::State m_state = ConnectionStatus::State::Starting;
    QString m_detail;
    std::uint64_t m_received = 0;
    std::uint64_t m_reconnects = 0;
    std::int64_t m_upSince = 0; ///< ns
    bool m_wasUp = false;
    bool m_isNews = false;
};

} // namespace murmur
