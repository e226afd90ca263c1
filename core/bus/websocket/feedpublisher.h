// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/queuedpublisher.h"
#include "bus/websocket/websocketfeed.h"

#include <memory>

namespace murmur {

/// A publisher whose bus is a WebSocket server. What the server has read it confirms by pongs: one
/// ping at a time goes behind what was sent. Where pings are switched off, `sent` means no more
/// than that the operating system has it. What the frames mean is said by who derives from it.
class FeedPublisher : public QueuedPublisher, private FeedListener
{
public:
    ~FeedPublisher() override;

protected:
    explicit FeedPublisher(FeedOptions options);

    /// The server speaks WebSocket: say what is to be said, and call `setUp()`.
    virtual void opened() = 0;
    virtual void heard(const FeedMessage& /*message*/) {}
    /// A last word before the connection is closed.
    virtual void leaving() {}
    /// Why what was sent as `place` failed although the server has it; empty: it did not.
    virtual QString refusalOf(std::uint64_t /*place*/) { return {}; }

    bool say(std::string_view text) { return m_feed && m_feed->send(WebSocketOp::Text, text); }
    /// Sends the frame that is the message of `place`.
    void write(std::uint64_t place, WebSocketOp op, std::string_view payload);
    /// Nothing is sent for `place`; it fails in its turn by what refusalOf() says.
    void skip(std::uint64_t place);
    [[nodiscard]] const FeedOptions& options() const { return m_options; }
    [[nodiscard]] bool pings() const { return m_options.ping > std::chrono::milliseconds(0); }
    [[nodiscard]] bool isHub() const { return m_feed && m_feed->isHub(); }

private:
    void attach() final;
    void leave() final;
    void feedOpened(const QByteArray& protocol) final;
    void feedTook(const FeedMessage& message) final;
    void feedPaused() final {}
    void feedPonged(std::string_view mark) final;
    void feedWrote() final;
    void feedEnded(const FeedEnd& end, std::int64_t lastRead) final;
    void ask();
    void confirm(std::uint64_t place);

    const FeedOptions m_options;
    std::unique_ptr<WebSocketFeed> m_feed;
    std::uint64_t m_written = 0;
    std::uint64_t m_confirmed = 0;
    bool m_isAsked = false;
};

} // namespace murmur
