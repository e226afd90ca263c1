// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubclient.h"

#include "bus/connection.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QNetworkRequest>
#include <QWebSocket>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// What a hub sends to a client is as large as what others publish at most.
constexpr quint64 kMaxHeard = quint64(64) << 20;

QUrl webSocketUrl(QUrl url)
{
    if (url.scheme() != "listen"_L1)
        return url;
    url.setScheme(u"ws"_s);
    // What follows are the options of the hub, not of its clients.
    url.setQuery(QString());
    const QHostAddress address(url.host());
    if (url.host().isEmpty() || address == QHostAddress(QHostAddress::AnyIPv4))
        url.setHost(u"127.0.0.1"_s);
    else if (address == QHostAddress(QHostAddress::AnyIPv6) ||
             address == QHostAddress(QHostAddress::Any))
        url.setHost(u"::1"_s);
    if (url.port() < 0)
        url.setPort(7777);
    return url;
}

} // namespace

struct HubClient::Private
{
    QUrl url;
    QByteArray token;
    QWebSocket socket;
    qint64 maxPending = kDefaultMaxPending;
    quint64 published = 0;
    bool isOpen = false;
    bool isWanted = false;
    bool isDrained = true;

    [[nodiscard]] bool hasRoom(qint64 size) const
    {
        return isOpen && (socket.bytesToWrite() == 0 || socket.bytesToWrite() + size <= maxPending);
    }
};

HubClient::HubClient(QUrl hub, QByteArray token, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    d->url = webSocketUrl(std::move(hub));
    d->token = std::move(token);
    // A proxy of the desktop has no business between two programs of one machine.
    d->socket.setProxy(QNetworkProxy::NoProxy);
    connect(&d->socket, &QWebSocket::connected, this, [this] {
        // Or a message waits 40 ms for the receipt of the one before it.
        for (QAbstractSocket* socket : d->socket.findChildren<QAbstractSocket*>())
            socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        d->isOpen = true;
        Q_EMIT opened();
    });
    connect(&d->socket, &QWebSocket::disconnected, this, [this] {
        const bool wasOpen = std::exchange(d->isOpen, false);
        if (!std::exchange(d->isWanted, false)) {
            Q_EMIT closed();
        } else {
            const QString why = d->socket.closeReason().isEmpty() ? d->socket.errorString()
                                                                  : d->socket.closeReason();
            if (!wasOpen && why.contains("401"_L1)) {
                Q_EMIT failed((d->token.isEmpty() ? u"The hub at %1 needs its token."_s
                                                  : u"The hub at %1 has another token."_s)
                                  .arg(shownUrl(d->url)) +
                              u" Give it with --token-file or in MURMURSCOPE_TOKEN."_s);
                return;
            }
            Q_EMIT failed((wasOpen ? u"The hub at %1 ended the connection: %2."_s
                                   : u"Cannot reach a hub at %1: %2. Is it running?"_s)
                              .arg(shownUrl(d->url), why));
        }
    });
    connect(&d->socket, &QWebSocket::bytesWritten, this, [this] {
        if (!d->isDrained && d->socket.bytesToWrite() == 0) {
            d->isDrained = true;
            Q_EMIT drained();
        }
    });
    connect(&d->socket, &QWebSocket::textMessageReceived, this,
            [this](const QString& text) { Q_EMIT heard(text.toUtf8()); });
    connect(&d->socket, &QWebSocket::pong, this,
            [this](quint64 /*elapsed*/, const QByteArray& mark) { Q_EMIT ponged(mark); });
    d->socket.setMaxAllowedIncomingFrameSize(kMaxHeard);
    d->socket.setMaxAllowedIncomingMessageSize(kMaxHeard);
}

HubClient::~HubClient()
{
    d->socket.disconnect(this);
}

QUrl HubClient::url() const
{
    return d->url;
}

void HubClient::setMaxPendingBytes(qint64 bytes)
{
    d->maxPending = bytes;
}

void HubClient::open()
{
    // The socket class says nothing at all about a URL that is not its own.
    if ((d->url.scheme() != "ws"_L1 && d->url.scheme() != "wss"_L1) || d->url.host().isEmpty()) {
        QMetaObject::invokeMethod(
            this,
            [this] {
                Q_EMIT failed(u"“%1” is not the URL of a hub, like ws://127.0.0.1:7777."_s.arg(
                    shownUrl(d->url)));
            },
            Qt::QueuedConnection);
        return;
    }
    d->isWanted = true;
    QNetworkRequest request(d->url);
    if (!d->token.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + d->token);
    d->socket.open(request);
}

void HubClient::close()
{
    d->isWanted = false;
    d->socket.close();
}

bool HubClient::isOpen() const
{
    return d->isOpen;
}

bool HubClient::publish(const QByteArray& jsonObjectOrArray)
{
    if (!d->hasRoom(jsonObjectOrArray.size()))
        return false;
    d->isDrained = false;
    d->socket.sendTextMessage(QString::fromUtf8(jsonObjectOrArray));
    ++d->published;
    return true;
}

bool HubClient::publishBinary(const QByteArray& bytes)
{
    if (!d->hasRoom(bytes.size()))
        return false;
    d->isDrained = false;
    d->socket.sendBinaryMessage(bytes);
    ++d->published;
    return true;
}

void HubClient::ping(const QByteArray& mark)
{
    if (d->isOpen)
        d->socket.ping(mark);
}

qint64 HubClient::pendingBytes() const
{
    return d->socket.bytesToWrite();
}

quint64 HubClient::published() const
{
    return d->published;
}

} // namespace murmur
