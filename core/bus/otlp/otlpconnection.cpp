// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlpconnection.h"

#include "bus/otlp/otlppeer.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTimer>

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

// Exporters beyond the limit that are still told so; more are dropped without a word.
constexpr int kMaxSurplus = 64;
// stop() takes what has arrived, but not for ever from somebody who goes on sending.
constexpr std::chrono::milliseconds kMaxDrain = 1s;
constexpr int kAcceptBacklog = 512;

// Many exporters need more descriptors than a process has by default.
void raiseDescriptorLimit(int clients)
{
    rlimit limit{};
    const auto wanted = static_cast<rlim_t>(clients + kMaxSurplus + 256);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

QString endpointText(const QHostAddress& address, quint16 port)
{
    const bool isIpv6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isIpv6 ? u"[%1]:%2"_s : u"%1:%2"_s).arg(address.toString()).arg(port);
}

Error whyNot(const QTcpServer& server, const QHostAddress& address, quint16 port)
{
    const QString where = endpointText(address, port);
    switch (server.serverError()) {
    case QAbstractSocket::AddressInUseError:
        return Error{ErrorCode::PortInUse,
                     u"Another program already listens on %1, perhaps a collector. End it (“ss "
                     "-ltnp sport = :%2” shows which one it is) or listen on another port; port 0 "
                     "takes a free one."_s.arg(where)
                         .arg(port)};
    case QAbstractSocket::SocketAddressNotAvailableError:
        return Error{ErrorCode::WrongUse,
                     u"Cannot listen on %1: that is not an address of this machine."_s.arg(where)};
    case QAbstractSocket::SocketAccessError:
        return Error{
            ErrorCode::WrongUse,
            u"Not permitted to listen on %1; ports from 1024 on are free for everybody."_s.arg(
                where)};
    default:
        return Error{ErrorCode::Unreachable,
                     u"Cannot listen on %1: %2."_s.arg(where, server.errorString())};
    }
}

class OtlpConnection final : public Connection
{
public:
    OtlpConnection(QUrl url, OtlpSettings settings, const ConnectionContext& context)
        : m_url(std::move(url))
        , m_intake(context.id, context.sink, settings.hub.maxFrame)
    {
        m_commons.settings = std::move(settings);
        m_commons.intake = &m_intake;
        m_ticker.setInterval(250ms);
        connect(&m_ticker, &QTimer::timeout, this, &OtlpConnection::tick);
    }
    ~OtlpConnection() override { stop(); }

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    void attach(std::unique_ptr<QTcpServer> server);
    void acceptFrom(QTcpServer& server);
    bool acceptAll();
    void forget(OtlpPeer* peer);
    void tick();
    [[nodiscard]] QString detail() const;

    const QUrl m_url;
    OtlpIntake m_intake;
    OtlpCommons m_commons;
    std::vector<std::unique_ptr<QTcpServer>> m_servers;
    std::vector<std::unique_ptr<OtlpPeer>> m_peers;
    std::vector<std::unique_ptr<OtlpPeer>> m_left; // deleted at the next turn of the event loop
    QTimer m_ticker;
    ConnectionStatus::State m_state = ConnectionStatus::State::Starting;
    QString m_failure;
    quint16 m_port = 0;
    int m_clients = 0;
    int m_surplus = 0;
    std::pair<int, std::uint64_t> m_told;
};

Status OtlpConnection::start()
{
    if (m_state == ConnectionStatus::State::Up)
        return Done{};
    const HubSettings& settings = m_commons.settings.hub;
    raiseDescriptorLimit(settings.maxClients);
    auto server = std::make_unique<QTcpServer>();
    server->setListenBacklogSize(kAcceptBacklog);
    if (!server->listen(settings.address, settings.port)) {
        const Error error = whyNot(*server, settings.address, settings.port);
        m_state = ConnectionStatus::State::Failed;
        m_failure = error.message;
        Q_EMIT statusChanged();
        return error;
    }
    m_port = server->serverPort();
    attach(std::move(server));
    if (settings.bothLoopbacks) {
        // Some clients try only the first address that "localhost" has. A machine without IPv6 is
        // no reason to fail.
        auto second = std::make_unique<QTcpServer>();
        second->setListenBacklogSize(kAcceptBacklog);
        if (second->listen(QHostAddress(QHostAddress::LocalHostIPv6), m_port))
            attach(std::move(second));
    }
    m_ticker.start();
    m_state = ConnectionStatus::State::Up;
    Q_EMIT statusChanged();
    return Done{};
}

void OtlpConnection::attach(std::unique_ptr<QTcpServer> server)
{
    QTcpServer* const raw = server.get();
    connect(raw, &QTcpServer::newConnection, this, [this, raw] { acceptFrom(*raw); });
    m_servers.push_back(std::move(server));
}

void OtlpConnection::acceptFrom(QTcpServer& server)
{
    while (QTcpSocket* const socket = server.nextPendingConnection()) {
        const bool isSurplus = m_clients >= m_commons.settings.hub.maxClients;
        if (isSurplus && m_surplus >= kMaxSurplus) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        m_peers.push_back(std::make_unique<OtlpPeer>(socket, m_commons, isSurplus));
        OtlpPeer* const peer = m_peers.back().get();
        ++(isSurplus ? m_surplus : m_clients);
        connect(peer, &OtlpPeer::left, this, [this, peer, isSurplus] {
            --(isSurplus ? m_surplus : m_clients);
            forget(peer);
        });
    }
}

void OtlpConnection::forget(OtlpPeer* peer)
{
    const auto found = std::ranges::find(m_peers, peer, &std::unique_ptr<OtlpPeer>::get);
    if (found == m_peers.end())
        return;
    // It is in the middle of telling us, so it goes later; but not after us, whom it needs.
    m_left.push_back(std::move(*found));
    QMetaObject::invokeMethod(
        this, [this] { m_left.clear(); }, Qt::QueuedConnection);
    std::iter_swap(found, m_peers.end() - 1);
    m_peers.pop_back();
}

void OtlpConnection::tick()
{
    const OtlpPeer::Clock::time_point now = OtlpPeer::Clock::now();
    // Backwards: a peer that leaves is replaced by the last one, which was already looked at.
    for (std::size_t i = m_peers.size(); i-- > 0;) {
        if (i < m_peers.size())
            m_peers[i]->checkPatience(now);
    }
    // After an error such as “too many open files” Qt no longer accepts by itself.
    for (const auto& server : m_servers)
        server->resumeAccepting();
    const std::pair told{m_clients, m_intake.received() + m_intake.metricExports()};
    if (m_told != told) {
        m_told = told;
        Q_EMIT statusChanged();
    }
}

bool OtlpConnection::acceptAll()
{
    bool any = false;
    for (const auto& server : m_servers) {
        any = server->waitForNewConnection(0) || any;
        acceptFrom(*server);
    }
    return any;
}

void OtlpConnection::stop()
{
    if (m_servers.empty())
        return;
    m_ticker.stop();
    QElapsedTimer time;
    time.start();
    bool any = true;
    while (any && !time.hasExpired(kMaxDrain.count())) {
        any = acceptAll();
        for (std::size_t i = m_peers.size(); i-- > 0;) {
            if (i < m_peers.size())
                any = m_peers[i]->drain() || any;
        }
    }
    for (const auto& server : m_servers)
        server->close();
    // They tell that they left while we go through them.
    std::vector<std::unique_ptr<OtlpPeer>> peers = std::move(m_peers);
    m_peers.clear();
    for (const auto& peer : peers) {
        peer->disconnect(this);
        peer->dismiss();
    }
    peers.clear();
    m_left.clear();
    m_clients = 0;
    m_surplus = 0;
    m_servers.clear();
    m_state = ConnectionStatus::State::Stopped;
    Q_EMIT statusChanged();
}

QString OtlpConnection::detail() const
{
    if (!m_failure.isEmpty())
        return m_failure;
    if (m_state != ConnectionStatus::State::Up)
        return m_state == ConnectionStatus::State::Stopped ? u"Stopped."_s : QString();
    QString text = u"Listening on %1: OTLP over HTTP, traces and logs."_s.arg(
        endpointText(m_commons.settings.hub.address, m_port));
    if (m_intake.metricExports() > 0) {
        text += u" Metrics came %1 times; they are answered and not recorded."_s.arg(
            m_intake.metricExports());
    }
    if (m_intake.refused() > 0) {
        text +=
            u" %1 times there was no room, and the exporter was asked to come again later."_s.arg(
                m_intake.refused());
    }
    return text;
}

ConnectionStatus OtlpConnection::status() const
{
    ConnectionStatus status;
    status.state = m_state;
    status.detail = detail();
    status.effectiveUrl = m_url;
    if (m_port != 0) {
        if (m_url.host().isEmpty())
            status.effectiveUrl.setHost(m_commons.settings.hub.address.toString());
        status.effectiveUrl.setPort(m_port);
    }
    status.received = m_intake.received();
    status.clients = m_clients;
    status.presence << u"Programs that export here send to Murmurscope and to nobody else; a "
                       "collector in front that sends on to both keeps what they had."_s;
    status.subscribed = QStringList{u"/v1/traces"_s, u"/v1/logs"_s};
    return status;
}

} // namespace

Result<std::unique_ptr<Connection>> createOtlpConnection(const QUrl& url,
                                                         const ConnectionContext& context)
{
    Result<OtlpSettings> settings = otlpSettingsFromUrl(url, context.options);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(
        std::make_unique<OtlpConnection>(url, std::move(*settings), context));
}

} // namespace murmur
