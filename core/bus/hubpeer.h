// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/httpreader.h"
#include "bus/hubexchange.h"
#include "bus/huboutbox.h"
#include "bus/hubsettings.h"
#include "bus/jsonframe.h"
#include "bus/topicpattern.h"
#include "bus/websocketreader.h"

#include <QObject>
#include <QTcpSocket>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// What all peers of one hub share. Outlives them; one thread.
struct HubCommons
{
    static constexpr std::size_t kScratch = std::size_t(256) * 1024;

    HubSettings settings;
    HubExchange* exchange = nullptr;
    JsonFrames json;
    /// Bytes are read into here, so that a thousand idle clients hold no buffers.
    std::vector<char> scratch = std::vector<char>(kScratch + WebSocketReader::kPadding);
    std::size_t unfinished = 0; ///< bytes of messages that have begun, of all peers
    int clients = 0;
};

/// One socket of the hub: HTTP first, WebSocket after an upgrade.
class HubPeer : public QObject, public HubSubscriber
{
    Q_OBJECT
public:
    using Clock = std::chrono::steady_clock;

    /// Takes the socket over. A surplus peer is told that the hub is full.
    HubPeer(QTcpSocket* socket, HubCommons& commons, bool isSurplus);
    ~HubPeer() override;

    /// Called a few times a second: ends what stalls.
    void checkPatience(Clock::time_point now);
    /// Reads what the operating system holds; false when there was nothing.
    bool drain();
    /// The hub stops: says good-bye.
    void dismiss();
    [[nodiscard]] bool isWebSocket() const noexcept { return m_webSocket.has_value(); }

    [[nodiscard]] bool wants(std::string_view topic) const override;
    void deliver(const QByteArray& frame) override;

Q_SIGNALS:
    /// The socket is gone; nothing will come from here.
    void left();

private:
    enum class Phase {
        Http,
        Open,       ///< WebSocket
        Closing,    ///< our Close is sent; what still comes is recorded
        Discarding, ///< an answer is sent; what still comes is not wanted
        Gone,
    };

    void readAvailable();
    void readWhatIsThere();
    void consume(std::span<char>& bytes);
    void keepRest(std::span<char> bytes);
    void accountUnfinished();
    void onWritten();
    void resume();
    void onDisconnected();
    void recordUnfinished(std::string_view why);

    // HTTP (hubpeer_http.cpp)
    bool consumeHttp(std::span<char>& bytes);
    void takeHead();
    void takeRequest();
    void takePost();
    void takeEvent();
    void openWebSocket();
    void refuse(int status, std::string_view reason, std::size_t line = 0,
                const QByteArray& moreFields = {});
    void respond(int status, const QByteArray& body, const QByteArray& moreFields = {});
    void discard();

    // WebSocket (hubpeer_websocket.cpp)
    bool consumeFrames(std::span<char>& bytes);
    void takeText(std::string_view text);
    void takeBinary(std::string_view bytes);
    void changeSubscriptions(const JsonPart& part);
    void refuseFrame(std::string_view raw, const std::string& reason, std::size_t line,
                     bool record = true);
    void answer(const QByteArray& json);
    void sendControl(WebSocketOp op, std::string_view payload);
    void closeWebSocket(int code, std::string_view reason);
    void takeClose(std::string_view payload);
    void cut(std::int64_t missed);

    [[nodiscard]] HubExchange::Said said(std::string_view raw, std::string_view topic) const;
    [[nodiscard]] bool isBacklogged() const;

    QTcpSocket* const m_socket; // child
    HubCommons& m_commons;
    const QByteArray m_host;
    QByteArray m_peer; ///< of the messages; see sharedPeer
    const bool m_isSurplus;
    Phase m_phase = Phase::Http;
    HttpReader m_http;
    std::optional<WebSocketReader> m_webSocket;
    HubOutbox m_outbox;
    std::string m_rest; ///< read, but not yet a whole head or frame
    std::size_t m_unfinished = 0;
    QByteArray m_headers; ///< of the request, what is recorded of them
    QByteArray m_origin;  ///< that the answer allows
    std::string m_path;   ///< topic of what names none; empty for "/"
    std::string m_binaryTopic;
    std::vector<TopicPattern> m_patterns;
    bool m_isAnswered = false;
    bool m_isWaitingForWriter = false;
    bool m_hasServed = false;
    bool m_isEnding = false;      ///< everything that was read counts, whatever waits to be sent
    Clock::time_point m_begun;    ///< of the connection or of the current request
    Clock::time_point m_progress; ///< bytes came
};

} // namespace murmur
