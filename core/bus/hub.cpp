// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hub.h"

#include "base/clock.h"
#include "bus/hubexchange.h"
#include "bus/hubpeer.h"
#include "bus/hubsettings.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

// Clients beyond the limit that are still told so; more are dropped without a word.
constexpr int kMaxSurplus = 64;
// stop() takes what has arrived, but not for ever from somebody who goes on sending.
constexpr std::chrono::milliseconds kMaxDrain = 1s;
constexpr int kAcceptBacklog = 512;

// A thousand clients need more descriptors than a process has by default.
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

class Hub final : public Connection
{
public:
    Hub(QUrl url, HubSettings settings, const ConnectionContext& context);
    ~Hub() override;

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    Status listen(QTcpServer& server, const QHostAddress& address, quint16 port);
    void acceptFrom(QTcpServer& server);
    bool acceptAll();
    void forget(HubPeer* peer);
    void tick();
    void setState(ConnectionStatus::State state, const QString& detail);

    const QUrl m_url;
    HubExchange m_exchange;
    HubCommons m_commons;
    std::vector<std::unique_ptr<QTcpServer>> m_servers;
    std::vector<std::unique_ptr<HubPeer>> m_peers;
    std::vector<std::unique_ptr<HubPeer>> m_left; // deleted at the next turn of the event loop
    QTimer m_ticker;
    ConnectionStatus::State m_state = ConnectionStatus::State::Starting;
    QString m_detail;
    quint16 m_port = 0;
    int m_surplus = 0;
    int m_toldClients = 0;
};

Hub::Hub(QUrl url, HubSettings settings, const ConnectionContext& context)
    : m_url(std::move(url))
    , m_exchange(context.id, context.sink)
{
    m_commons.settings = std::move(settings);
    m_commons.exchange = &m_exchange;
    connect(&m_ticker, &QTimer::timeout, this, &Hub::tick);
    m_ticker.setInterval(std::min(250ms, m_commons.settings.patience / 4));
}

Hub::~Hub()
{
    stop();
}

Status Hub::listen(QTcpServer& server, const QHostAddress& address, quint16 port)
{
    server.setListenBacklogSize(kAcceptBacklog);
    if (server.listen(address, port))
        return Done{};
    const QString where = endpointText(address, port);
    switch (server.serverError()) {
    case QAbstractSocket::AddressInUseError:
        return Error{ErrorCode::PortInUse,
                     u"Another program already listens on %1. End it (“ss -ltnp sport = :%2” shows "
                     "which one it is) or listen on another port; listen://%3:0 takes a free one."_s
                         .arg(where)
                         .arg(port)
                         .arg(endpointText(address, 0).chopped(2))};
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

Status Hub::start()
{
    if (m_state == ConnectionStatus::State::Up)
        return Done{};
    const HubSettings& settings = m_commons.settings;
    raiseDescriptorLimit(settings.maxClients);
    const auto attach = [this](std::unique_ptr<QTcpServer> server) {
        QTcpServer* const raw = server.get();
        connect(raw, &QTcpServer::newConnection, this, [this, raw] { acceptFrom(*raw); });
        m_servers.push_back(std::move(server));
    };
    auto server = std::make_unique<QTcpServer>();
    if (Status listening = listen(*server, settings.address, settings.port); !listening) {
        setState(ConnectionStatus::State::Failed, listening.error().message);
        return listening;
    }
    m_port = server->serverPort();
    attach(std::move(server));
    if (settings.bothLoopbacks) {
        // Some clients try only the first address that "localhost" has. A machine without IPv6 is
        // no reason to fail.
        auto second = std::make_unique<QTcpServer>();
        if (listen(*second, QHostAddress(QHostAddress::LocalHostIPv6), m_port))
            attach(std::move(second));
    }
    m_ticker.start();
    setState(ConnectionStatus::State::Up, u"Listening on %1: WebSocket and HTTP POST."_s.arg(
                                              endpointText(settings.address, m_port)));
    return Done{};
}

void Hub::acceptFrom(QTcpServer& server)
{
    while (QTcpSocket* const socket = server.nextPendingConnection()) {
        const bool isSurplus = m_commons.clients >= m_commons.settings.maxClients;
        if (isSurplus && m_surplus >= kMaxSurplus) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        m_peers.push_back(std::make_unique<HubPeer>(socket, m_commons, isSurplus));
        HubPeer* const peer = m_peers.back().get();
        ++(isSurplus ? m_surplus : m_commons.clients);
        connect(peer, &HubPeer::left, this, [this, peer, isSurplus] {
            --(isSurplus ? m_surplus : m_commons.clients);
            forget(peer);
        });
    }
}

void Hub::forget(HubPeer* peer)
{
    const auto found = std::ranges::find(m_peers, peer, &std::unique_ptr<HubPeer>::get);
    if (found == m_peers.end())
        return;
    // It is in the middle of telling us, so it goes later; but not after us, whom it needs.
    m_left.push_back(std::move(*found));
    QMetaObject::invokeMethod(
        this, [this] { m_left.clear(); }, Qt::QueuedConnection);
    std::iter_swap(found, m_peers.end() - 1);
    m_peers.pop_back();
}

void Hub::tick()
{
    const HubPeer::Clock::time_point now = HubPeer::Clock::now();
    // Backwards: a peer that leaves is replaced by the last one, which was already looked at.
    for (std::size_t i = m_peers.size(); i-- > 0;) {
        if (i < m_peers.size())
            m_peers[i]->checkPatience(now);
    }
    // After an error such as “too many open files” Qt no longer accepts by itself.
    for (const auto& server : m_servers)
        server->resumeAccepting();
    if (m_toldClients != m_commons.clients) {
        m_toldClients = m_commons.clients;
        Q_EMIT statusChanged();
    }
}

bool Hub::acceptAll()
{
    bool any = false;
    for (const auto& server : m_servers) {
        any = server->waitForNewConnection(0) || any;
        acceptFrom(*server);
    }
    return any;
}

void Hub::stop()
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
    std::vector<std::unique_ptr<HubPeer>> peers = std::move(m_peers);
    m_peers.clear();
    for (const auto& peer : peers) {
        peer->disconnect(this);
        peer->dismiss();
    }
    peers.clear();
    m_commons.clients = 0;
    m_surplus = 0;
    m_servers.clear();
    m_exchange.flush();
    setState(ConnectionStatus::State::Stopped, u"Stopped."_s);
}

ConnectionStatus Hub::status() const
{
    ConnectionStatus status;
    status.state = m_state;
    status.detail = m_detail;
    status.effectiveUrl = m_url;
    if (m_port != 0) {
        if (m_url.host().isEmpty())
            status.effectiveUrl.setHost(m_commons.settings.address.toString());
        status.effectiveUrl.setPort(m_port);
    }
    status.received = m_exchange.received();
    status.clients = m_commons.clients;
    return status;
}

void Hub::setState(ConnectionStatus::State state, const QString& detail)
{
    m_state = state;
    m_detail = detail;
    Q_EMIT statusChanged();
}

} // namespace

Result<std::unique_ptr<Connection>> createHubConnection(const QUrl& url,
                                                        const ConnectionContext& context)
{
    Result<HubSettings> settings = hubSettingsFromUrl(url, context.options.token);
    if (!settings)
        return settings.error();
    return std::unique_ptr<Connection>(std::make_unique<Hub>(url, std::move(*settings), context));
}

} // namespace murmur
