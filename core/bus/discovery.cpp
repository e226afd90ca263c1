// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/discovery.h"

#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTimer>

#include <memory>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMaxAnswer = 64 << 10;

bool isRedis(const QByteArray& answer, QString& detail)
{
    if (!answer.endsWith("\r\n"))
        return false;
    if (answer.startsWith("-NOAUTH") || answer.startsWith("-NOPERM")) {
        detail = u"needs a password"_s;
        return true;
    }
    if (answer.startsWith("-DENIED"))
        return true;
    return answer.startsWith("+PONG");
}

// NATS greets: INFO {"server_id":…,"version":"2.9.10",…}
bool isNats(const QByteArray& answer, QString& detail)
{
    const qsizetype end = answer.indexOf("\r\n");
    if (!answer.startsWith("INFO {") || end < 0)
        return false;
    const QJsonObject info = QJsonDocument::fromJson(answer.mid(5, end - 5)).object();
    detail = info["version"_L1].toString();
    if (info["jetstream"_L1].toBool())
        detail += u", JetStream"_s;
    if (info["auth_required"_L1].toBool())
        detail += u", needs a login"_s;
    if (info["tls_required"_L1].toBool())
        detail += u", encrypted"_s;
    return true;
}

// CONNECT of MQTT 3.1.1: clean session, keep alive 10 s, no client id.
QByteArray mqttGreeting()
{
    return QByteArray::fromHex("100c00044d5154540402000a0000");
}

// CONNACK: type 2, length 2, flags, code.
bool isMqtt(const QByteArray& answer, QString& detail)
{
    if (answer.size() < 4 || answer[0] != 0x20 || answer[1] != 0x02)
        return false;
    if (answer[3] == 4 || answer[3] == 5)
        detail = u"needs a login"_s;
    return true;
}

// ApiVersions, version 0, correlation id "MURM", client id "murmur".
QByteArray kafkaGreeting()
{
    QByteArray request =
        QByteArray::fromHex("00120000") + "MURM" + QByteArray::fromHex("0006") + "murmur";
    return QByteArray::fromHex("000000") + static_cast<char>(request.size()) + request;
}

bool isKafka(const QByteArray& answer, QString&)
{
    return answer.size() >= 10 && answer[0] == 0 && answer.mid(4, 4) == "MURM";
}

QByteArray upgradeGreeting(const QByteArray& subprotocols)
{
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bXVybXVyc2NvcGUgcHJvYg==\r\n" +
           (subprotocols.isEmpty() ? QByteArray()
                                   : "Sec-WebSocket-Protocol: " + subprotocols + "\r\n") +
           "\r\n";
}

bool isUpgraded(const QByteArray& answer)
{
    return answer.startsWith("HTTP/1.1 101") && answer.contains("\r\n\r\n");
}

bool isRosbridge(const QByteArray& answer, QString&)
{
    return isUpgraded(answer);
}

bool isFoxglove(const QByteArray& answer, QString&)
{
    return isUpgraded(answer) && answer.toLower().contains("sec-websocket-protocol: foxglove");
}

} // namespace

std::vector<BusProbe> Discovery::usualProbes()
{
    return {
        {"redis", "Redis", 6379, "PING\r\n", &isRedis},
        {"nats", "NATS", 4222, {}, &isNats},
        {"mqtt", "MQTT", 1883, mqttGreeting(), &isMqtt},
        {"kafka", "Kafka", 9092, kafkaGreeting(), &isKafka},
        {"rosbridge", "rosbridge", 9090, upgradeGreeting({}), &isRosbridge},
        {"foxglove", "Foxglove", 8765, upgradeGreeting("foxglove.websocket.v1, foxglove.sdk.v1"),
         &isFoxglove},
    };
}

Discovery::Discovery(QObject* parent)
    : QObject(parent)
{
}

Discovery::~Discovery() = default;

void Discovery::start(const std::vector<BusProbe>& probes)
{
    for (QTcpSocket* socket : findChildren<QTcpSocket*>())
        delete socket;
    m_found.clear();
    m_open = static_cast<int>(probes.size());
    for (const BusProbe& one : probes)
        probe(one);
}

void Discovery::probe(const BusProbe& probe)
{
    auto* socket = new QTcpSocket(this);
    auto answer = std::make_shared<QByteArray>();
    connect(socket, &QTcpSocket::connected, socket, [socket, probe] {
        if (!probe.greeting.isEmpty())
            socket->write(probe.greeting);
    });
    connect(socket, &QTcpSocket::readyRead, socket, [this, socket, probe, answer] {
        *answer += socket->read(kMaxAnswer - answer->size());
        FoundBus bus;
        if (!probe.isAnswer(*answer, bus.detail)) {
            if (answer->size() >= kMaxAnswer)
                close(socket);
            return;
        }
        bus.url.setScheme(QString::fromLatin1(probe.scheme));
        bus.url.setHost(u"127.0.0.1"_s);
        bus.url.setPort(probe.port);
        bus.kind = QString::fromLatin1(probe.kind);
        m_found.push_back(bus);
        Q_EMIT busFound(bus);
        close(socket);
    });
    connect(socket, &QTcpSocket::errorOccurred, socket, [this, socket] { close(socket); });
    QTimer::singleShot(kPatience, socket, [this, socket] { close(socket); });
    socket->connectToHost(QHostAddress(QHostAddress::LocalHost), probe.port);
}

void Discovery::close(QTcpSocket* socket)
{
    socket->disconnect();
    socket->disconnectFromHost();
    socket->deleteLater();
    if (--m_open == 0)
        Q_EMIT finished();
}

} // namespace murmur
