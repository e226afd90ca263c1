// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/tlsoptions.h"
#include "bus/websocket/feedwords.h"
#include "bus/websocket/serverframes.h"
#include "bus/websocketreader.h"

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QSslError>
#include <QTimer>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

QT_FORWARD_DECLARE_CLASS(QTcpSocket)

namespace murmur {

struct FeedOptions
{
    QUrl target; ///< ws or wss, host, port, and what the server gets as path and query
    TlsOptions tls;
    QList<std::pair<QByteArray, QByteArray>> headers; ///< of the request, with the secrets
    QList<QByteArray> protocols;
    bool needsProtocol = false; ///< the server must agree to one of them
    std::size_t maxMessage = std::size_t(64) << 20;
    /// After so long a silence we ping, and after as long again the server counts as gone; 0:
    /// never.
    std::chrono::milliseconds ping{20'000};
    QString itemPrefix;                         ///< what stands before ca=, cert=, … in the URL
    std::chrono::milliseconds patience{15'000}; ///< for connecting, TLS and handshake together

    /// "ws://host:port/path": of sentences. No query, which may hold secrets.
    [[nodiscard]] QString where() const;
};

/// One message of a server. Views hold until the call in which it is handed over returns, and are
/// followed by ServerFrames::kPadding readable bytes.
struct FeedMessage
{
    std::string_view payload;
    std::int64_t received = 0; ///< ns, when the bytes were read
    bool isBinary = false;
    std::string_view undecodable; ///< why it is not whole or not right; empty: it is
    bool isTruncated = false;
};

class FeedListener
{
public:
    virtual ~FeedListener() = default;
    /// The server speaks WebSocket; `protocol` is the one it agreed to, if any.
    virtual void feedOpened(const QByteArray& protocol) = 0;
    virtual void feedTook(const FeedMessage& message) = 0;
    /// All that could be read at once was handed over.
    virtual void feedPaused() = 0;
    /// The server has read all that was sent before the ping with this `mark`.
    virtual void feedPonged(std::string_view /*mark*/) {}
    /// All that was sent is with the operating system.
    virtual void feedWrote() {}
    /// Once, and nothing comes after it. `lastRead` in ns; 0: never.
    virtual void feedEnded(const FeedEnd& end, std::int64_t lastRead) = 0;
};

/// One try to listen to a WebSocket server. Sends nothing by itself but the handshake, pings, pongs
/// and the closing frame. Lives in the thread of its listener and needs its event loop; the
/// listener may not delete it while it is called.
///
/// Why not QWebSocket: see WebSocketReader. It also ends the connection for a message over its
/// limit, and tells a refusal as text.
class WebSocketFeed : public QObject
{
    Q_OBJECT
public:
    WebSocketFeed(FeedOptions options, FeedListener& listener);
    ~WebSocketFeed() override;

    /// Begins; the listener is told how it went.
    void open();
    /// Once open. False: the server does not read what we send, and this is left out.
    bool send(WebSocketOp op, std::string_view payload);
    /// Once open: the server calls itself a hub of ours.
    [[nodiscard]] bool isHub() const { return m_isHub; }
    /// Takes what has arrived, for a short while, says good-bye and ends. The listener is not told.
    void close();
    /// From inside the listener too: ends, and tells the listener at the next turn of the event
    /// loop.
    void abandon(const FeedEnd& end);

private:
    void openTls(const QString& host, quint16 port);
    [[nodiscard]] FeedEnd withItems(FeedEnd end) const;
    /// What to do when it encrypts and we do not; else empty.
    [[nodiscard]] QString encryptedWords() const;
    void greet();
    void read();
    bool readAnswer(std::string_view& bytes);
    void readMessages(std::string_view& bytes);
    void take(const FeedMessage& message);
    /// Reads what waits in the socket; false: nothing does.
    bool readWaiting();
    void tick();
    void socketFailed(QAbstractSocket::SocketError error);
    void end(const FeedEnd& end);

    const FeedOptions m_options;
    FeedListener& m_listener;
    std::unique_ptr<QTcpSocket> m_socket;
    QTimer m_ticker;
    ServerFrames m_frames;
    std::vector<char> m_buffer; ///< with padding; m_held bytes of it wait for what follows them
    std::size_t m_held = 0;
    QByteArray m_key;
    QList<QSslError> m_tlsErrors;
    std::int64_t m_lastRead = 0;
    std::int64_t m_begun = 0;
    std::int64_t m_pinged = 0; ///< and nothing came since; 0: not
    bool m_isOpen = false;
    bool m_isHub = false;
    bool m_isOver = false;
    bool m_isReading = false;
    bool m_isLooking = false; ///< whether something waits: then that nothing does is no error
};

} // namespace murmur
