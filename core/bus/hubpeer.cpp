// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubpeer.h"

#include "base/clock.h"

#include <QHostAddress>

#include <algorithm>
#include <cstring>

namespace murmur {

namespace {

// More than this is not read for a client that does not take its answers.
constexpr std::size_t kMaxAnswers = std::size_t(256) * 1024;
// A share of the unfinished bytes that nobody is refused.
constexpr std::size_t kSmall = std::size_t(64) * 1024;

/// Without the port, which is another for each request.
QByteArray peerHost(const QTcpSocket& socket)
{
    QHostAddress address = socket.peerAddress();
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        address = QHostAddress(ipv4);
    const QByteArray host = address.toString().toLatin1();
    return isIpv4 ? host : '[' + host + ']';
}

} // namespace

HubPeer::HubPeer(QTcpSocket* socket, HubCommons& commons, bool isSurplus)
    : m_socket(socket)
    , m_commons(commons)
    , m_host(peerHost(*socket))
    , m_isSurplus(isSurplus)
    , m_http(commons.settings.maxFrame)
    , m_outbox(socket)
    , m_begun(Clock::now())
    , m_progress(m_begun)
{
    socket->setParent(this);
    socket->setReadBufferSize(HubCommons::kScratch);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    // Hosts that vanish without a word are noticed by the operating system.
    socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    connect(socket, &QTcpSocket::readyRead, this, &HubPeer::readAvailable);
    connect(socket, &QTcpSocket::disconnected, this, &HubPeer::onDisconnected);
    connect(socket, &QTcpSocket::bytesWritten, this, [this](qint64 bytes) {
        m_outbox.pump(bytes);
        onWritten();
    });
}

HubPeer::~HubPeer()
{
    m_commons.unfinished -= m_unfinished;
    m_commons.exchange->removeSubscriber(this);
    // The socket's own end must not call back into a half destroyed peer.
    m_socket->disconnect(this);
}

HubExchange::Said HubPeer::said(std::string_view raw, std::string_view topic) const
{
    return {raw, topic.empty() ? std::string_view(m_path) : topic, m_headers, m_peer};
}

bool HubPeer::isBacklogged() const
{
    return !m_isEnding && m_outbox.bytes() > kMaxAnswers;
}

void HubPeer::readAvailable()
{
    readWhatIsThere();
    // An answer goes out before we look whether the client has closed its half: the socket class
    // takes that for the end of both.
    if (m_phase == Phase::Http || m_phase == Phase::Discarding)
        m_socket->flush();
}

void HubPeer::readWhatIsThere()
{
    std::vector<char>& scratch = m_commons.scratch;
    while (m_phase != Phase::Gone) {
        // Answers to pipelined requests are not piled up; subscribers have bounds of their own.
        m_isWaitingForWriter = m_phase == Phase::Http && isBacklogged();
        if (m_isWaitingForWriter || m_socket->bytesAvailable() == 0)
            return;
        const std::size_t kept = m_rest.size();
        std::memcpy(scratch.data(), m_rest.data(), kept);
        const qint64 count =
            m_socket->read(scratch.data() + kept, static_cast<qint64>(HubCommons::kScratch - kept));
        if (count <= 0)
            return;
        m_commons.exchange->stamp(processClock().nowNs());
        m_progress = Clock::now();
        if (kept == 0 && m_phase == Phase::Http && !m_http.isInsideBody())
            m_begun = m_progress;
        std::span<char> bytes(scratch.data(), kept + static_cast<std::size_t>(count));
        consume(bytes);
        keepRest(bytes);
        accountUnfinished();
    }
}

void HubPeer::consume(std::span<char>& bytes)
{
    bool goesOn = true;
    while (goesOn) {
        switch (m_phase) {
        case Phase::Http:
            goesOn = consumeHttp(bytes);
            break;
        case Phase::Open:
        case Phase::Closing:
            goesOn = consumeFrames(bytes);
            break;
        case Phase::Discarding:
        case Phase::Gone:
            bytes = {};
            goesOn = false;
            break;
        }
    }
}

void HubPeer::keepRest(std::span<char> bytes)
{
    m_rest.assign(bytes.data(), bytes.size());
    if (m_rest.empty() && m_rest.capacity() > kSmall)
        m_rest = {};
}

void HubPeer::accountUnfinished()
{
    const std::size_t begun = m_webSocket ? m_webSocket->unfinished().size() : m_http.body().size();
    const std::size_t unfinished = m_rest.size() + begun;
    m_commons.unfinished += unfinished - m_unfinished;
    m_unfinished = unfinished;
    if (unfinished <= kSmall || m_commons.unfinished <= m_commons.settings.maxUnfinished())
        return;
    static constexpr std::string_view kFull =
        "too many large messages are under way at once; try again";
    recordUnfinished(kFull);
    if (m_webSocket) {
        closeWebSocket(1013, kFull);
        discard();
    } else {
        refuse(503, kFull);
    }
}

void HubPeer::onWritten()
{
    if (m_phase == Phase::Discarding && m_socket->bytesToWrite() == 0)
        discard();
    if (!m_isWaitingForWriter || isBacklogged())
        return;
    resume();
}

void HubPeer::resume()
{
    m_isWaitingForWriter = false;
    // What was read before the pause comes first.
    std::string rest = std::move(m_rest);
    m_rest.clear();
    const std::size_t size = rest.size();
    rest.append(WebSocketReader::kPadding, '\0');
    std::span<char> bytes(rest.data(), size);
    consume(bytes);
    keepRest(bytes);
    accountUnfinished();
    readAvailable();
}

void HubPeer::recordUnfinished(std::string_view why)
{
    if (m_webSocket && (m_phase == Phase::Open || m_phase == Phase::Closing) &&
        (m_webSocket->isInsideMessage() || !m_rest.empty())) {
        const std::string message = m_webSocket->abandon(m_rest);
        m_commons.exchange->recordUndecodable(said(message, {}),
                                              "cut inside a message: " + std::string(why));
    } else if (!m_webSocket && m_phase == Phase::Http && m_http.isInsideBody() &&
               !m_http.body().empty() && !m_isAnswered) {
        m_commons.exchange->recordUndecodable(
            said(m_http.body(), {}), "cut inside the body of a request: " + std::string(why));
    }
}

void HubPeer::onDisconnected()
{
    if (m_phase == Phase::Gone)
        return;
    m_isEnding = true;
    resume();
    recordUnfinished("the connection ended");
    m_phase = Phase::Gone;
    m_commons.exchange->removeSubscriber(this);
    Q_EMIT left();
}

void HubPeer::checkPatience(Clock::time_point now)
{
    const std::chrono::milliseconds patience = m_commons.settings.patience;
    const auto idle = now - m_progress;
    switch (m_phase) {
    case Phase::Http:
        if (m_isWaitingForWriter) {
            if (idle > 6 * patience)
                m_socket->abort();
        } else if (m_http.isInsideBody()) {
            // A body may be long, but not for ever, and it has to move.
            if (idle > patience || now - m_begun > 30 * patience) {
                recordUnfinished("it came too slowly");
                refuse(408, "the body of the request came too slowly");
            }
        } else if (!m_rest.empty()) {
            if (now - m_begun > patience)
                refuse(408, "the head of the request came too slowly");
        } else if (idle > (m_hasServed ? 6 * patience : patience)) {
            m_socket->abort();
        }
        return;
    case Phase::Open:
        if (!m_rest.empty() || m_webSocket->isInsideMessage()) {
            if (idle > 6 * patience) {
                recordUnfinished("the rest did not come");
                closeWebSocket(1008, "the rest of a message did not come");
                discard();
            }
        }
        return;
    case Phase::Closing:
    case Phase::Discarding:
        if (now - m_begun > patience) {
            if (const std::int64_t lost = m_outbox.messagesInSocket();
                lost > 0 && !m_patterns.empty())
                m_commons.exchange->noteCut(m_patterns.front().text(), lost);
            m_patterns.clear();
            m_socket->abort();
        }
        return;
    case Phase::Gone:
        return;
    }
}

bool HubPeer::drain()
{
    if (m_phase == Phase::Gone)
        return false;
    readAvailable();
    return m_phase != Phase::Gone && m_socket->waitForReadyRead(0);
}

void HubPeer::dismiss()
{
    if (m_phase == Phase::Gone)
        return;
    m_isEnding = true;
    resume();
    recordUnfinished("the hub was stopped");
    if (m_phase == Phase::Open)
        closeWebSocket(1001, "the hub was stopped");
    m_phase = Phase::Gone;
    m_commons.exchange->removeSubscriber(this);
    m_socket->flush();
    m_socket->disconnectFromHost();
}

} // namespace murmur
