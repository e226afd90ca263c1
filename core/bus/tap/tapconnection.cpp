// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapconnection.h"

#include "bus/tap/tapcopy.h"
#include "bus/tap/tappair.h"
#include "bus/tap/tapsettings.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTimer>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

// Clients beyond the limit that are still told so; more are dropped without a word.
constexpr int kMaxSurplus = 64;
// stop() relays what has arrived, but not for ever for somebody who goes on sending.
constexpr std::chrono::milliseconds kMaxDrain = 500ms;
constexpr int kAcceptBacklog = 512;

// Each client has a descriptor, and its connection to the server another.
void raiseDescriptorLimit(int clients)
{
    rlimit limit{};
    const auto wanted = static_cast<rlim_t>(2 * clients + kMaxSurplus + 256);
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

QByteArray clientName(qintptr descriptor)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    if (getpeername(static_cast<int>(descriptor), address, &size) != 0)
        return "client";
    quint16 port = 0;
    if (storage.ss_family == AF_INET)
        port = ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
    else if (storage.ss_family == AF_INET6)
        port = ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    return "client " + endpointText(QHostAddress(address), port).toUtf8();
}

class Listener final : public QTcpServer
{
public:
    explicit Listener(std::function<void(qintptr)> accepted)
        : m_accepted(std::move(accepted))
    {
        setListenBacklogSize(kAcceptBacklog);
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_accepted(descriptor); }

private:
    const std::function<void(qintptr)> m_accepted;
};

class Tap final : public Connection
{
public:
    Tap(QUrl url, TapSettings settings, QSslConfiguration ssl, const ConnectionContext& context);
    ~Tap() override { Tap::stop(); }

    Status start() override;
    void stop() override;
    [[nodiscard]] ConnectionStatus status() const override;

private:
    Status listen(const QHostAddress& address, quint16 port);
    void accept(qintptr descriptor);
    void forget(TapPair* pair);
    void tick();
    void setState(ConnectionStatus::State state, const QString& detail = {});
    [[nodiscard]] QString detail() const;

    const QUrl m_url;
    TapCopy m_copy;
    TapCommons m_commons;
    std::vector<std::unique_ptr<Listener>> m_listeners;
    std::vector<std::unique_ptr<TapPair>> m_pairs;
    std::vector<std::unique_ptr<TapPair>> m_left; // deleted at the next turn of the event loop
    QTimer m_ticker;
    ConnectionStatus::State m_state = ConnectionStatus::State::Starting;
    QString m_failure; ///< instead of the detail
    quint16 m_port = 0;
    int m_clients = 0;
    int m_surplus = 0;
    struct Told
    {
        QString detail;
        std::uint64_t received = 0;
        int clients = 0;

        friend bool operator==(const Told&, const Told&) = default;
    };
    Told m_told;
};

Tap::Tap(QUrl url, TapSettings settings, QSslConfiguration ssl, const ConnectionContext& context)
    : m_url(std::move(url))
    , m_copy(context.id, context.sink, settings.maxMessage)
{
    m_commons.settings = std::move(settings);
    m_commons.ssl = std::move(ssl);
    m_commons.copy = &m_copy;
    m_ticker.setInterval(250ms);
    connect(&m_ticker, &QTimer::timeout, this, &Tap::tick);
}

Status Tap::listen(const QHostAddress& address, quint16 port)
{
    auto listener = std::make_unique<Listener>([this](qintptr descriptor) { accept(descriptor); });
    if (listener->listen(address, port)) {
        m_port = listener->serverPort();
        m_listeners.push_back(std::move(listener));
        return Done{};
    }
    const QString where = endpointText(address, port);
    switch (listener->serverError()) {
    case QAbstractSocket::AddressInUseError:
        return Error{
            ErrorCode::PortInUse,
            u"Another program already listens on %1. End it (“ss -ltnp sport = :%2” shows "
            "which one it is) or listen on another port; port 0 takes a free one."_s.arg(where)
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
                     u"Cannot listen on %1: %2."_s.arg(where, listener->errorString())};
    }
}

Status Tap::start()
{
    if (!m_listeners.empty())
        return Done{};
    const TapSettings& settings = m_commons.settings;
    raiseDescriptorLimit(settings.maxClients);
    if (Status listening = listen(settings.address, settings.port); !listening) {
        setState(ConnectionStatus::State::Failed, listening.error().message);
        return listening;
    }
    if (settings.bothLoopbacks) {
        // Some clients try only the first address that "localhost" has. A machine without IPv6 is
        // no reason to fail.
        const Status second = listen(QHostAddress(QHostAddress::LocalHostIPv6), m_port);
        static_cast<void>(second.ok());
    }
    m_copy.start();
    m_ticker.start();
    setState(ConnectionStatus::State::Up);
    return Done{};
}

void Tap::accept(qintptr descriptor)
{
    const bool isSurplus = m_clients >= m_commons.settings.maxClients;
    if (isSurplus && m_surplus >= kMaxSurplus) {
        ::close(static_cast<int>(descriptor));
        return;
    }
    const QByteArray name = clientName(descriptor);
    m_pairs.push_back(
        std::make_unique<TapPair>(acceptedEnd(descriptor), name, m_commons, isSurplus));
    TapPair* const pair = m_pairs.back().get();
    ++(isSurplus ? m_surplus : m_clients);
    connect(pair, &TapPair::left, this, [this, pair, isSurplus] {
        --(isSurplus ? m_surplus : m_clients);
        forget(pair);
    });
}

void Tap::forget(TapPair* pair)
{
    const auto found = std::ranges::find(m_pairs, pair, &std::unique_ptr<TapPair>::get);
    if (found == m_pairs.end())
        return;
    // It is in the middle of telling us, so it goes later; but not after us, whom it needs.
    m_left.push_back(std::move(*found));
    QMetaObject::invokeMethod(
        this, [this] { m_left.clear(); }, Qt::QueuedConnection);
    std::iter_swap(found, m_pairs.end() - 1);
    m_pairs.pop_back();
}

void Tap::tick()
{
    const TapPair::Clock::time_point now = TapPair::Clock::now();
    // Backwards: a pair that leaves is replaced by the last one, which was already looked at.
    for (std::size_t i = m_pairs.size(); i-- > 0;) {
        if (i < m_pairs.size())
            m_pairs[i]->checkPatience(now);
        if (i < m_pairs.size())
            m_pairs[i]->tellLost();
    }
    m_copy.rest();
    // After an error such as “too many open files” Qt no longer accepts by itself.
    for (const auto& listener : m_listeners)
        listener->resumeAccepting();
    // It listens all the same; but nobody is let through.
    m_state = m_commons.trouble.isEmpty() ? ConnectionStatus::State::Up
                                          : ConnectionStatus::State::Retrying;
    if (Told told{detail(), m_copy.received(), m_clients}; told != m_told) {
        m_told = std::move(told);
        Q_EMIT statusChanged();
    }
}

void Tap::stop()
{
    if (m_listeners.empty())
        return;
    m_ticker.stop();
    for (const auto& listener : m_listeners)
        listener->close();
    QElapsedTimer time;
    time.start();
    bool any = true;
    while (any && !time.hasExpired(kMaxDrain.count())) {
        any = false;
        for (std::size_t i = m_pairs.size(); i-- > 0;) {
            if (i < m_pairs.size())
                any = m_pairs[i]->drain() || any;
        }
    }
    // They tell that they left while we go through them.
    const std::vector<std::unique_ptr<TapPair>> pairs = std::exchange(m_pairs, {});
    for (const auto& pair : pairs) {
        pair->disconnect(this);
        pair->dismiss("the tap was stopped inside this message");
    }
    m_clients = 0;
    m_surplus = 0;
    m_listeners.clear();
    m_copy.finish();
    setState(ConnectionStatus::State::Stopped, u"Stopped."_s);
}

QString Tap::detail() const
{
    if (!m_failure.isEmpty())
        return m_failure;
    const TapSettings& settings = m_commons.settings;
    QString text = u"Listening on %1 and relaying to %2."_s.arg(
        endpointText(settings.address, m_port), settings.where);
    if (!m_commons.trouble.isEmpty()) {
        text = m_commons.refused == 1
                   ? m_commons.trouble + u" (One client was told so.)"_s
                   : m_commons.trouble + u" (%1 clients were told so.)"_s.arg(m_commons.refused);
    } else if (m_commons.plainRequests > 0) {
        text += u" %1 plain HTTP requests were relayed and not recorded."_s.arg(
            m_commons.plainRequests);
    }
    return text;
}

ConnectionStatus Tap::status() const
{
    const TapSettings& settings = m_commons.settings;
    ConnectionStatus status;
    status.state = m_state;
    status.detail = detail();
    status.effectiveUrl = m_url;
    if (m_port != 0) {
        if (m_url.host().isEmpty())
            status.effectiveUrl.setHost(settings.address.toString());
        status.effectiveUrl.setPort(m_port);
    }
    status.received = m_copy.received();
    status.clients = m_clients;
    status.presence << u"Agents connect through Murmurscope: when it ends, their connections end, "
                       "and without it they do not connect."_s
                    << u"The server sees the address of this machine instead of the agents'."_s;
    if (!settings.address.isLoopback()) {
        status.presence << u"Every machine that reaches this port reaches the server through "
                           "it."_s;
    }
    if (settings.tls.insecure)
        status.presence << u"The server's certificate is not verified."_s;
    if (settings.isRecording)
        status.subscribed << u"what agents and %1 say through us"_s.arg(settings.where);
    return status;
}

void Tap::setState(ConnectionStatus::State state, const QString& detail)
{
    m_state = state;
    m_failure = detail;
    Q_EMIT statusChanged();
}

} // namespace

Result<std::unique_ptr<Connection>> createTapConnection(const QUrl& url,
                                                        const ConnectionContext& context)
{
    Result<TapSettings> settings = tapSettings(url, context.options);
    if (!settings)
        return settings.error();
    QSslConfiguration ssl;
    if (settings->tls.isOn) {
        const auto made = sslConfiguration(settings->tls);
        if (!made)
            return made.error();
        ssl = *made;
        if (settings->isHttp2)
            ssl.setAllowedNextProtocols({QSslConfiguration::ALPNProtocolHTTP2});
    }
    return std::unique_ptr<Connection>(
        std::make_unique<Tap>(url, std::move(*settings), std::move(ssl), context));
}

} // namespace murmur
