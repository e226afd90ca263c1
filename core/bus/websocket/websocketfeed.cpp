// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/websocket/websocketfeed.h"

#include "base/clock.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSslConfiguration>
#include <QSslSocket>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kReadSize = std::size_t(128) * 1024;
static_assert(kReadSize > ServerFrames::kGatherFrom + 16 && kReadSize > kMaxUpgradeHead);
// What we say to somebody who does not read it is not piled up.
constexpr qint64 kMaxUnsent = qint64(8) << 20;
// A stop takes what has arrived, but not for ever from somebody who goes on sending.
constexpr qint64 kMaxDrain = 500;
constexpr int kGoodbyePatience = 200;
constexpr int kGoodbyeStep = 20; // ms
// What is kept of bytes that are no WebSocket frames.
constexpr std::size_t kMaxBrokenBytes = 4096;

// The server sees no text that could be mistaken for something else on the way: RFC 6455, 10.3.
QByteArray maskedFrame(WebSocketOp op, std::string_view payload)
{
    const WebSocketHeader header = webSocketHeader(op, payload.size());
    QByteArray frame(header.data.data(), static_cast<qsizetype>(header.size));
    frame[1] = static_cast<char>(static_cast<unsigned char>(frame[1]) | 0x80);
    std::array<char, 4> mask{};
    const quint32 random = QRandomGenerator::global()->generate();
    std::memcpy(mask.data(), &random, mask.size());
    frame.append(mask.data(), 4);
    frame.reserve(frame.size() + static_cast<qsizetype>(payload.size()));
    for (std::size_t i = 0; i < payload.size(); ++i)
        frame.append(static_cast<char>(payload[i] ^ mask[i % 4]));
    return frame;
}

QByteArray requestKey()
{
    std::array<quint32, 4> random{};
    QRandomGenerator::global()->fillRange(random.data(), random.size());
    return QByteArray(reinterpret_cast<const char*>(random.data()), sizeof random).toBase64();
}

QByteArray hostField(const QUrl& url)
{
    const QString host = url.host(QUrl::FullyEncoded);
    const bool isIpv6 = host.contains(u':') && !host.startsWith(u'[');
    QByteArray field = (isIpv6 ? u'[' + host + u']' : host).toUtf8();
    const int usual = url.scheme() == "wss"_L1 ? 443 : 80;
    if (url.port(usual) != usual)
        field += ':' + QByteArray::number(url.port());
    return field;
}

QByteArray upgradeRequest(const FeedOptions& options, const QByteArray& key)
{
    QByteArray target = options.target.path(QUrl::FullyEncoded).toUtf8();
    if (!target.startsWith('/'))
        target.prepend('/');
    if (options.target.hasQuery())
        target += '?' + options.target.query(QUrl::FullyEncoded).toUtf8();
    QByteArray request =
        "GET " + target + " HTTP/1.1\r\nHost: " + hostField(options.target) +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
        "\r\nSec-WebSocket-Version: 13\r\n";
    if (!options.protocols.isEmpty())
        request += "Sec-WebSocket-Protocol: " + options.protocols.join(", ") + "\r\n";
    const auto has = [&](const char* name) {
        return std::ranges::any_of(options.headers, [&](const auto& header) {
            return header.first.compare(name, Qt::CaseInsensitive) == 0;
        });
    };
    if (!has("User-Agent"))
        request += "User-Agent: murmurscope\r\n";
    for (const auto& [name, value] : options.headers)
        request += name + ": " + value + "\r\n";
    return request + "\r\n";
}

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

bool isUtf8(std::string_view text)
{
    return QUtf8StringView(text.data(), static_cast<qsizetype>(text.size())).isValidUtf8();
}

// The answer's own words against what we asked; empty: it is right.
QString wrongAnswer(const UpgradeAnswer& answer, const QByteArray& key, const FeedOptions& options)
{
    if (answer.field("sec-websocket-accept") != webSocketAccept(key.toStdString()))
        return u"its handshake does not belong to ours; is there a proxy between?"_s;
    if (!answer.field("sec-websocket-extensions").empty())
        return u"it uses an extension that nobody asked for"_s;
    const std::string_view protocol = answer.field("sec-websocket-protocol");
    if (!protocol.empty() && !options.protocols.contains(bytesOf(protocol)))
        return u"it speaks a subprotocol that nobody asked for"_s;
    if (protocol.empty() && options.needsProtocol) {
        return u"it speaks none of the subprotocols %1"_s.arg(
            QString::fromUtf8(options.protocols.join(", ")));
    }
    return {};
}

} // namespace

QString FeedOptions::where() const
{
    return target.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment |
                           QUrl::FullyEncoded);
}

WebSocketFeed::WebSocketFeed(FeedOptions options, FeedListener& listener)
    : m_options(std::move(options))
    , m_listener(listener)
    , m_frames(m_options.maxMessage)
    , m_key(requestKey())
{
    connect(&m_ticker, &QTimer::timeout, this, &WebSocketFeed::tick);
}

WebSocketFeed::~WebSocketFeed()
{
    if (m_socket)
        m_socket->disconnect(this);
}

void WebSocketFeed::open()
{
    const bool isTls = m_options.tls.isOn;
    m_socket = isTls ? std::make_unique<QSslSocket>() : std::make_unique<QTcpSocket>();
    m_buffer.assign(kReadSize + ServerFrames::kPadding, '\0');
    m_begun = processClock().nowNs();
    connect(m_socket.get(), &QAbstractSocket::errorOccurred, this, &WebSocketFeed::socketFailed);
    connect(m_socket.get(), &QIODevice::readyRead, this, &WebSocketFeed::read);
    connect(m_socket.get(), &QIODevice::bytesWritten, this, [this] {
        if (m_isOpen && !m_isOver && m_socket->bytesToWrite() == 0)
            m_listener.feedWrote();
    });
    m_ticker.start(std::clamp<std::chrono::milliseconds>(
        m_options.ping > 0ms ? std::min(m_options.ping, m_options.patience) / 4
                             : m_options.patience / 4,
        20ms, 1s));
    const QString host = m_options.target.host();
    const auto port = static_cast<quint16>(m_options.target.port(isTls ? 443 : 80));
    if (isTls) {
        openTls(host, port);
        return;
    }
    connect(m_socket.get(), &QAbstractSocket::connected, this, &WebSocketFeed::greet);
    m_socket->connectToHost(host, port);
}

void WebSocketFeed::openTls(const QString& host, quint16 port)
{
    auto& socket = static_cast<QSslSocket&>(*m_socket);
    const auto ssl = sslConfiguration(m_options.tls);
    if (!ssl) {
        abandon(withItems({ssl.error().message, Again::No}));
        return;
    }
    socket.setSslConfiguration(*ssl);
    connect(&socket, &QSslSocket::sslErrors, this, [this, &socket](const QList<QSslError>& errors) {
        if (m_options.tls.insecure)
            socket.ignoreSslErrors();
        else
            m_tlsErrors = errors;
    });
    connect(&socket, &QSslSocket::encrypted, this, &WebSocketFeed::greet);
    const QString name = m_options.tls.serverName;
    socket.connectToHostEncrypted(host, port, name.isEmpty() ? host : name);
}

FeedEnd WebSocketFeed::withItems(FeedEnd end) const
{
    for (const auto item : {"ca="_L1, "cert="_L1, "key="_L1, "server-name="_L1, "insecure="_L1})
        end.sentence.replace(u' ' + item, u' ' + m_options.itemPrefix + item);
    return end;
}

void WebSocketFeed::greet()
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    m_socket->write(upgradeRequest(m_options, m_key));
}

bool WebSocketFeed::send(WebSocketOp op, std::string_view payload)
{
    if (!m_isOpen || m_isOver || m_socket->bytesToWrite() > kMaxUnsent)
        return false;
    m_socket->write(maskedFrame(op, payload));
    return true;
}

void WebSocketFeed::read()
{
    // Whoever is called in here may let events in, or end us.
    if (m_isReading || m_isOver)
        return;
    m_isReading = true;
    while (!m_isOver) {
        const qint64 count =
            m_socket->read(m_buffer.data() + m_held, static_cast<qint64>(kReadSize - m_held));
        if (count <= 0)
            break;
        m_lastRead = processClock().nowNs();
        m_pinged = 0;
        const std::size_t size = m_held + static_cast<std::size_t>(count);
        std::string_view bytes(m_buffer.data(), size);
        if (m_isOpen || readAnswer(bytes))
            readMessages(bytes);
        m_held = bytes.size();
        std::memmove(m_buffer.data(), bytes.data(), m_held);
    }
    m_isReading = false;
    if (!m_isOver)
        m_listener.feedPaused();
}

bool WebSocketFeed::readAnswer(std::string_view& bytes)
{
    UpgradeAnswer answer;
    switch (readUpgrade(bytes, answer)) {
    case UpgradeRead::NeedMore:
        return false;
    case UpgradeRead::NotHttp:
        abandon({u"%1 does not speak WebSocket: its answer is no HTTP.%2"_s.arg(m_options.where(),
                                                                                encryptedWords()),
                 Again::IfItWasRight});
        return false;
    case UpgradeRead::Answered:
        break;
    }
    if (answer.status != 101) {
        abandon(refusalWords(m_options.where(), answer, bytes));
        return false;
    }
    if (const QString wrong = wrongAnswer(answer, m_key, m_options); !wrong.isEmpty()) {
        abandon({m_options.where() + ": "_L1 + wrong + u'.', Again::IfItWasRight});
        return false;
    }
    m_isOpen = true;
    m_isHub = !answer.field("murmurscope").empty();
    m_listener.feedOpened(bytesOf(answer.field("sec-websocket-protocol")));
    return !m_isOver;
}

void WebSocketFeed::readMessages(std::string_view& bytes)
{
    while (!m_isOver) {
        const std::string_view before = bytes;
        switch (m_frames.next(bytes)) {
        case ServerFrames::Event::NeedMore:
            return;
        case ServerFrames::Event::Text:
            take({m_frames.payload(), m_lastRead, false,
                  isUtf8(m_frames.payload()) ? "" : "a text message that is not UTF-8", false});
            break;
        case ServerFrames::Event::Binary:
            take({m_frames.payload(), m_lastRead, true, {}, false});
            break;
        case ServerFrames::Event::TooLarge: {
            const std::string reason = "a message of " + std::to_string(m_frames.size()) +
                                       " bytes is larger than the limit of " +
                                       std::to_string(m_options.maxMessage) +
                                       "; its beginning is kept";
            take({m_frames.payload(), m_lastRead, m_frames.isBinary(), reason, true});
            break;
        }
        case ServerFrames::Event::Ping:
            send(WebSocketOp::Pong, m_frames.payload());
            break;
        case ServerFrames::Event::Pong:
            m_listener.feedPonged(m_frames.payload());
            break;
        case ServerFrames::Event::Close: {
            const FeedEnd end = closeWords(m_options.where(), m_frames.payload());
            send(WebSocketOp::Close, m_frames.payload().substr(0, 2));
            m_socket->flush();
            abandon(end);
            return;
        }
        case ServerFrames::Event::Broken: {
            const std::string reason = "no WebSocket frame: " + m_frames.reason();
            const bool isCut = before.size() > kMaxBrokenBytes;
            take({before.substr(0, kMaxBrokenBytes), m_lastRead, true, reason, isCut});
            send(WebSocketOp::Close, std::string_view("\x03\xea", 2)); // 1002
            m_socket->flush();
            abandon({u"%1 broke the WebSocket protocol: %2."_s.arg(
                         m_options.where(), QString::fromStdString(m_frames.reason())),
                     Again::Yes});
            return;
        }
        }
    }
}

void WebSocketFeed::take(const FeedMessage& message)
{
    m_listener.feedTook(message);
}

bool WebSocketFeed::readWaiting()
{
    m_isLooking = true;
    const bool isThere = m_socket->bytesAvailable() > 0 || m_socket->waitForReadyRead(0);
    m_isLooking = false;
    if (isThere)
        read();
    return isThere;
}

void WebSocketFeed::tick()
{
    const std::int64_t now = processClock().nowNs();
    if (!m_isOpen) {
        if (nanoseconds(now - m_begun) > m_options.patience) {
            abandon({m_socket->state() == QAbstractSocket::ConnectedState
                         ? u"%1 does not answer: the connection stands, but nothing comes."_s.arg(
                               m_options.where())
                         : u"%1 does not answer."_s.arg(m_options.where()),
                     Again::Yes});
        }
        return;
    }
    if (m_options.ping <= 0ms)
        return;
    if (m_pinged == 0 && nanoseconds(now - m_lastRead) > m_options.ping) {
        m_pinged = now;
        send(WebSocketOp::Ping, "murmurscope");
    } else if (m_pinged != 0 && nanoseconds(now - m_pinged) > m_options.ping) {
        // What waits in the socket while this thread was busy counts as life.
        if (readWaiting() || m_isOver)
            return;
        abandon({u"%1 did not answer a ping within %2: it counts as gone."_s.arg(
                     m_options.where(), durationText(m_options.ping)),
                 Again::Yes});
    }
}

void WebSocketFeed::socketFailed(QAbstractSocket::SocketError error)
{
    if (m_isOver || (m_isLooking && error == QAbstractSocket::SocketTimeoutError))
        return;
    // What came before the end counts.
    if (m_socket->bytesAvailable() > 0)
        read();
    if (m_isOver)
        return;
    const QString where = m_options.where();
    if (!m_isOpen && !m_tlsErrors.isEmpty()) {
        abandon(withItems({tlsFailure(m_options.target.host(), m_tlsErrors), Again::No}));
        return;
    }
    FeedEnd end = socketWords(where, error, m_socket->errorString(), m_isOpen);
    if (!m_isOpen && error == QAbstractSocket::RemoteHostClosedError)
        end.sentence += encryptedWords();
    abandon(withItems(end));
}

QString WebSocketFeed::encryptedWords() const
{
    if (m_options.tls.isOn)
        return {};
    // Only WebSocket URLs have their items behind a prefix.
    return m_options.itemPrefix.isEmpty() ? u" If it encrypts, add tls=1 to the URL."_s
                                          : u" If it encrypts, the URL begins with wss://."_s;
}

void WebSocketFeed::close()
{
    m_ticker.stop();
    if (!m_socket || m_isOver)
        return;
    QElapsedTimer time;
    time.start();
    while (m_isOpen && !m_isOver && !time.hasExpired(kMaxDrain) && readWaiting()) {
    }
    const bool isSaidAlready = std::exchange(m_isOver, true);
    m_socket->disconnect(this);
    if (m_isOpen && !isSaidAlready && m_socket->state() == QAbstractSocket::ConnectedState) {
        m_socket->write(maskedFrame(WebSocketOp::Close, std::string_view("\x03\xe8", 2))); // 1000
        m_socket->flush();
        // Who closes a socket with bytes that nobody read resets it, and the other side may lose
        // our good-bye with it: so they are read until it closes.
        QElapsedTimer goodbye;
        goodbye.start();
        while (m_socket->state() == QAbstractSocket::ConnectedState &&
               !goodbye.hasExpired(kGoodbyePatience)) {
            m_socket->waitForReadyRead(kGoodbyeStep);
            m_socket->readAll();
        }
        m_socket->disconnectFromHost();
        if (m_socket->state() != QAbstractSocket::UnconnectedState)
            m_socket->waitForDisconnected(kGoodbyePatience);
    }
    m_socket->abort();
}

void WebSocketFeed::abandon(const FeedEnd& end)
{
    if (m_isOver)
        return;
    m_isOver = true;
    m_ticker.stop();
    QMetaObject::invokeMethod(
        this, [this, end] { this->end(end); }, Qt::QueuedConnection);
}

void WebSocketFeed::end(const FeedEnd& end)
{
    m_socket->disconnect(this);
    // Closed and not aborted: a closing frame of ours is still on its way.
    m_socket->disconnectFromHost();
    if (m_isOpen) {
        const std::string rest = m_frames.abandon({m_buffer.data(), m_held});
        if (!rest.empty())
            take({rest, m_lastRead, true, "the connection ended inside this message", true});
    }
    m_listener.feedEnded(end, m_lastRead);
}

} // namespace murmur
