// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttconnection.h"
#include "support/attached.h"
#include "support/brokers.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <functional>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = ConnectionStatus::State;

namespace {

/// Says to clients what a test wants, whole packets of MQTT or not.
class FakeBroker : public QTcpServer
{
public:
    /// What to answer to a packet of this client. Empty: nothing. "close": hangs up.
    using Answer = std::function<QByteArray(const QByteArray& packet, int version)>;

    explicit FakeBroker(Answer answer)
        : m_answer(std::move(answer))
    {
        listen(QHostAddress::LocalHost, 0);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket* const socket = nextPendingConnection())
                serve(socket);
        });
    }
    [[nodiscard]] QString url(const QString& items = {}) const
    {
        return u"mqtt://127.0.0.1:%1?sys=0%2"_s.arg(serverPort()).arg(items);
    }

    QList<int> versions;    ///< of each CONNECT
    QByteArrayList packets; ///< all that came, but CONNECT

private:
    void serve(QTcpSocket* socket)
    {
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        auto* const rest = new QByteArray;
        auto* const version = new int(0);
        connect(socket, &QObject::destroyed, [rest, version] {
            delete rest;
            delete version;
        });
        connect(socket, &QTcpSocket::readyRead, this, [this, socket, rest, version] {
            *rest += socket->readAll();
            // What our client sends is short: one byte of length.
            while (rest->size() >= 2 && rest->size() >= 2 + int(rest->at(1))) {
                const QByteArray packet = rest->first(2 + int(rest->at(1)));
                rest->remove(0, packet.size());
                if (packet[0] == 0x10) {
                    *version = packet[8];
                    versions << *version;
                } else {
                    packets << packet;
                }
                const QByteArray answer = m_answer(packet, *version);
                if (answer == "close") {
                    socket->disconnectFromHost();
                    return;
                }
                socket->write(answer);
            }
        });
    }

    Answer m_answer;
};

QByteArray bytes(const char* hex)
{
    return QByteArray::fromHex(hex);
}

QByteArray accepted(int version)
{
    return version == 5 ? bytes("2003000000") : bytes("20020000");
}

QByteArray granted(const QByteArray& subscribe, int version, const char* reason = "00")
{
    const QByteArray id = subscribe.mid(2, 2);
    return version == 5 ? bytes("9004") + id + bytes("00") + bytes(reason)
                        : bytes("9003") + id + bytes(reason);
}

bool isSubscribe(const QByteArray& packet)
{
    return packet[0] == char(0x82);
}

/// A message at QoS 0, short.
QByteArray publish(int version, const QByteArray& topic, const QByteArray& payload)
{
    QByteArray body = bytes("00") + char(topic.size()) + topic;
    if (version == 5)
        body += char(0);
    body += payload;
    return bytes("30") + char(body.size()) + body;
}

/// Accepts and grants everything; `then` is sent behind the first grant.
FakeBroker::Answer friendly(const std::function<QByteArray(int version)>& then = {})
{
    return [then](const QByteArray& packet, int version) {
        if (packet[0] == 0x10)
            return accepted(version);
        if (isSubscribe(packet))
            return granted(packet, version) + (then ? then(version) : QByteArray());
        return QByteArray();
    };
}

} // namespace

class TestMqtt : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qunsetenv("MURMURSCOPE_PASSWORD"); }

    void aHashMayStandAsItIs_data()
    {
        QTest::addColumn<QString>("items");
        QTest::addColumn<QByteArrayList>("filters");
        QTest::newRow("last") << u"&topic=robots/+/state,fleet/#"_s
                              << QByteArrayList{"robots/+/state", "fleet/#"};
        QTest::newRow("alone") << u"&topic=#"_s << QByteArrayList{"#"};
        QTest::newRow("two") << u"&topic=a/#,b/#&qos=0"_s << QByteArrayList{"a/#", "b/#"};
        QTest::newRow("written") << u"&topic=a/%23"_s << QByteArrayList{"a/#"};
        QTest::newRow("none") << u""_s << QByteArrayList{"#"};
    }
    void aHashMayStandAsItIs()
    {
        QFETCH(QString, items);
        QFETCH(QByteArrayList, filters);
        FakeBroker broker(friendly());
        Attached attached(&createMqttConnection, broker.url(items));
        QVERIFY2(attached.waitUp(), qPrintable(attached.error + attached.status().detail));
        QByteArrayList asked;
        for (const QByteArray& packet : broker.packets)
            asked << packet.sliced(7).chopped(1);
        QCOMPARE(asked, filters);
        QStringList subscribed;
        for (const QByteArray& filter : filters)
            subscribed << QString::fromUtf8(filter);
        QCOMPARE(attached.status().subscribed, subscribed);
        QCOMPARE(attached.status().presence.join(u' ').contains(u"names no topic"),
                 items.isEmpty());
        QVERIFY(!attached.status().effectiveUrl.hasFragment());
    }

    void anOldBrokerIsSpokenToAsItLikes_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("as 3.1.1") << bytes("20020001");
        QTest::newRow("as 5") << bytes("2003008400");
        QTest::newRow("hangs up") << QByteArray("close");
        QTest::newRow("protocol error") << bytes("2003008200");
        QTest::newRow("nonsense") << bytes("ffffffff");
    }
    void anOldBrokerIsSpokenToAsItLikes()
    {
        QFETCH(QByteArray, answer);
        FakeBroker broker([&](const QByteArray& packet, int version) {
            if (packet[0] == 0x10)
                return version == 5 ? answer : accepted(version);
            if (isSubscribe(packet))
                return granted(packet, version) + publish(version, "t", "old");
            return QByteArray();
        });
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QVERIFY(attached.waitCount(1, 10s));
        QCOMPARE(attached.sink.dump(), "t|old");
        QCOMPARE(broker.versions, (QList<int>{5, 4}));
        QVERIFY(attached.status().detail.contains(u"3.1.1"));
        QVERIFY(attached.sink.gaps().empty());
    }

    void aVersionThatIsAskedForIsTheOnlyOne()
    {
        FakeBroker broker([](const QByteArray&, int version) {
            return version == 5 ? bytes("2003008400") : accepted(version);
        });
        Attached attached(&createMqttConnection, broker.url(u"&version=5"_s));
        QVERIFY(attached.waitFor(State::Failed, 15s));
        QVERIFY2(attached.status().detail.contains(u"version of MQTT"),
                 qPrintable(attached.status().detail));
        QCOMPARE(broker.versions, QList<int>{5});
    }

    void whatDoesNotSpeakMqttIsToldSo()
    {
        FakeBroker broker([](const QByteArray&, int) { return QByteArray("HTTP/1.1 400 No\r\n"); });
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY(attached.waitFor(State::Failed, 15s));
        QVERIFY2(attached.status().detail.contains(u"does not speak MQTT"),
                 qPrintable(attached.status().detail));
    }

    void refusalsAreSaidInPlainWords_data()
    {
        QTest::addColumn<QByteArray>("greeting");
        QTest::addColumn<QByteArray>("behind"); // sent once we are attached
        QTest::addColumn<bool>("isFinal");
        QTest::addColumn<QString>("says");
        const auto refusal = [](const char* code, bool isFinal, const QString& says) {
            QTest::newRow(code) << bytes("200300") + bytes(code) + bytes("00") << QByteArray()
                                << isFinal << says;
        };
        refusal("86", true, u"lets nobody in"_s);
        refusal("87", true, u"lets nobody in"_s);
        refusal("85", true, u"client id"_s);
        refusal("88", false, u"busy"_s);
        refusal("8a", true, u"banned"_s);
        refusal("97", false, u"quota"_s);
        refusal("9f", false, u"too many connections"_s);
        refusal("80", false, u"reason 128"_s);
        refusal("9d", true, u"another server"_s);
        const auto ending = [](const char* code, bool isFinal, const QString& says) {
            QTest::addRow("end %s", code)
                << accepted(5) << bytes("e002") + bytes(code) + bytes("00") << isFinal << says;
        };
        ending("8e", true, u"fight"_s);
        ending("8b", false, u"shutting down"_s);
        ending("95", false, u"larger than it allows"_s);
        ending("87", true, u"may not do"_s);
        ending("98", false, u"Whoever runs"_s);
        QTest::newRow("words") << bytes("200b0097081f0005") + "Spent" << QByteArray() << false
                               << u"“Spent”"_s;
    }
    void refusalsAreSaidInPlainWords()
    {
        QFETCH(QByteArray, greeting);
        QFETCH(QByteArray, behind);
        QFETCH(bool, isFinal);
        QFETCH(QString, says);
        FakeBroker broker([&](const QByteArray& packet, int version) {
            if (packet[0] == 0x10)
                return greeting;
            return isSubscribe(packet) ? granted(packet, version) + behind : QByteArray();
        });
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY2(attached.waitFor(isFinal ? State::Failed : State::Retrying, 15s),
                 qPrintable(attached.status().detail));
        const QString detail = attached.status().detail;
        QVERIFY2(detail.contains(says), qPrintable(detail));
        QVERIFY2(detail.contains(QString::number(broker.serverPort())) ||
                     detail.contains(u"client id"),
                 qPrintable(detail));
    }

    void aFilterThatIsRefusedIsNamed_data()
    {
        QTest::addColumn<QString>("version");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("5") << u"5"_s << QByteArray("87");
        QTest::newRow("3.1.1") << u"3.1.1"_s << QByteArray("80");
    }
    void aFilterThatIsRefusedIsNamed()
    {
        QFETCH(QString, version);
        QFETCH(QByteArray, reason);
        FakeBroker broker([&](const QByteArray& packet, int spoken) {
            if (packet[0] == 0x10)
                return accepted(spoken);
            if (!isSubscribe(packet))
                return QByteArray();
            return granted(packet, spoken, packet.contains("secret/+") ? reason.constData() : "00");
        });
        Attached attached(&createMqttConnection,
                          broker.url(u"&topic=open,secret/+&version="_s + version));
        QVERIFY(attached.waitFor(State::Failed, 15s));
        QVERIFY2(attached.status().detail.contains(u"“secret/+”"),
                 qPrintable(attached.status().detail));
        QVERIFY(attached.status().detail.contains(u"may not read"));
    }

    void messagesThatCannotBeReadAreKept_data()
    {
        QTest::addColumn<QByteArray>("packet");
        QTest::addColumn<QString>("reason");
        QTest::newRow("topic") << bytes("300300ff61") << u"the topic ends"_s;
        QTest::newRow("no topic") << bytes("3003000000") << u"no topic"_s;
        QTest::newRow("empty") << bytes("3000") << u"the topic ends"_s;
        QTest::newRow("quality") << bytes("36060001740001") + bytes("00") << u"quality"_s;
        QTest::newRow("no id") << bytes("32060001740000") + bytes("00") << u"no packet id"_s;
        QTest::newRow("unknown property") << bytes("300600017402ee00") << u"properties"_s;
        QTest::newRow("properties") << bytes("3005000174ff7f") << u"properties"_s;
        QTest::newRow("alias") << bytes("300700000323") + bytes("000178") << u"alias"_s;
        QTest::newRow("pair") << bytes("300900017405260001") + bytes("6100") << u"properties"_s;
    }
    void messagesThatCannotBeReadAreKept()
    {
        QFETCH(QByteArray, packet);
        QFETCH(QString, reason);
        FakeBroker broker(friendly([&](int version) {
            return publish(version, "t", "before") + packet + publish(version, "t", "after");
        }));
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY2(attached.waitCount(3, 15s), attached.sink.dump().constData());
        const auto messages = attached.sink.messages();
        QCOMPARE(messages[0].raw, "before");
        QCOMPARE(messages[1].raw, packet);
        QVERIFY2(QString::fromUtf8(messages[1].undecodable).contains(reason),
                 messages[1].undecodable.constData());
        QCOMPARE(messages[2].raw, "after");
        QVERIFY(attached.sink.gaps().empty());
        QVERIFY(attached.status().state == State::Up);
    }

    void whatIsNoPacketBecomesAGap_data()
    {
        QTest::addColumn<QByteArray>("packet");
        QTest::newRow("unknown type") << bytes("0000");
        QTest::newRow("authentication") << bytes("f000");
        QTest::newRow("length of five bytes") << bytes("30ffffffffff7f");
        QTest::newRow("connack again") << bytes("2003000000");
        QTest::newRow("subscribe") << bytes("8200");
        QTest::newRow("release, cut") << bytes("620100");
    }
    void whatIsNoPacketBecomesAGap()
    {
        QFETCH(QByteArray, packet);
        int times = 0;
        FakeBroker broker(friendly([&](int version) {
            return publish(version, "t", "good") +
                   (++times == 1 ? packet + "xxxxxxxxxxxxxxx" : QByteArray());
        }));
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY2(attached.waitCount(2, 15s), qPrintable(attached.status().detail));
        QVERIFY(attached.waitUp());
        QVERIFY(Attached::waitUntil([&] { return attached.sink.gaps().size() >= 2; }, 10s));
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(2));
        QCOMPARE(gaps[0].cause, std::string("decode-error"));
        QCOMPARE(gaps[1].cause, std::string("reconnect"));
        QVERIFY(gaps[1].from > 0 && gaps[1].to >= gaps[1].from);
        QCOMPARE(attached.status().reconnects, std::uint64_t(1));
    }

    void aMessageThatIsTooLargeIsCounted()
    {
        // 256 MiB less a byte, the most that MQTT has.
        const QByteArray announced = bytes("30ffffff7f");
        const QByteArray piece(1 << 20, 'x');
        FakeBroker broker(friendly([&](int) { return announced; }));
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY(attached.waitUp());
        QTcpSocket* const socket = broker.findChild<QTcpSocket*>();
        QVERIFY(socket != nullptr);
        for (int i = 0; i < 256; ++i) {
            socket->write(i < 255 ? piece : piece.chopped(1));
            QVERIFY(Attached::waitUntil([&] { return socket->bytesToWrite() < (8 << 20); }, 20s));
        }
        socket->write(publish(5, "t", "after"));
        QVERIFY(attached.waitCount(1, 20s));
        QCOMPARE(attached.sink.dump(), "t|after");
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("client-drop"));
        QCOMPARE(gaps[0].count, 1);
        QVERIFY(gaps[0].lostIs == LostIs::Exact);
        QCOMPARE(attached.status().received, std::uint64_t(2));
    }

    void aMessageAtQos2ComesOnce()
    {
        FakeBroker broker([](const QByteArray& packet, int version) {
            if (packet[0] == 0x10)
                return accepted(version);
            const QByteArray message = bytes("3407000174000700") + "x";
            if (isSubscribe(packet)) // again, as after a lost answer, then released, then new
                return granted(packet, version, "02") + message + message + bytes("62020007") +
                       message;
            return QByteArray();
        });
        Attached attached(&createMqttConnection, broker.url(u"&qos=2"_s));
        QVERIFY(attached.waitCount(2, 15s));
        QVERIFY(Attached::waitUntil([&] { return broker.packets.size() == 5; }, 10s));
        QCOMPARE(attached.sink.dump(), "t|x\nt|x");
        QCOMPARE(broker.packets.sliced(1).join().toHex(), "50020007"
                                                          "50020007"
                                                          "70020007"
                                                          "50020007");
    }

    void aGrantOfNothingIsNoGrant()
    {
        FakeBroker broker([](const QByteArray& packet, int version) {
            if (packet[0] == 0x10)
                return accepted(version);
            return isSubscribe(packet) ? bytes("9003") + packet.mid(2, 2) + bytes("00")
                                       : QByteArray();
        });
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY(Attached::waitUntil(
            [&] {
                const State state = attached.status().state;
                return state == State::Failed || state == State::Retrying;
            },
            15s));
        QVERIFY(!attached.status().detail.isEmpty());
    }

    void noiseDoesNoHarm()
    {
        QRandomGenerator random(7);
        QByteArray noise;
        int connections = 0;
        FakeBroker broker([&](const QByteArray& packet, int version) {
            noise.clear();
            for (int i = 0, size = int(random.bounded(200)); i < size; ++i)
                noise += char(random.bounded(256));
            if (packet[0] == 0x10) {
                ++connections;
                return accepted(version);
            }
            // Half of it begins like a message, so that it gets further in.
            if (random.bounded(2) == 0)
                noise.prepend(bytes("30") + char(1 + random.bounded(100)));
            return isSubscribe(packet) ? granted(packet, version) + noise : QByteArray();
        });
        // Each is a connection of its own: retrying waits longer and longer.
        for (int i = 0; i < 150; ++i) {
            Attached attached(&createMqttConnection, broker.url());
            const int before = connections;
            QVERIFY(Attached::waitUntil([&] { return connections > before; }, 15s));
            QTest::qWait(2);
        }
    }

    void aBrokerThatCutsWhoAsksForItsCountersIsNotAskedAgain()
    {
        int asked = 0;
        FakeBroker broker([&](const QByteArray& packet, int version) {
            if (packet[0] == 0x10)
                return accepted(version);
            if (!isSubscribe(packet))
                return QByteArray();
            if (packet.contains("$SYS")) {
                ++asked;
                return QByteArray("close");
            }
            return granted(packet, version);
        });
        const QString url = u"mqtt://127.0.0.1:%1?topic=a"_s.arg(broker.serverPort());
        Attached attached(&createMqttConnection, url);
        QVERIFY(Attached::waitUntil(
            [&] {
                const auto status = attached.status();
                return status.state == State::Up && status.reconnects == 1;
            },
            15s));
        QVERIFY(asked >= 1 && asked <= 2);
        QCOMPARE(attached.sink.gaps().size(), std::size_t(1));
    }

    void nobodyThereIsTriedAgain()
    {
        const std::uint16_t port = freePort();
        Attached attached(&createMqttConnection, u"mqtt://127.0.0.1:%1"_s.arg(port));
        QVERIFY(attached.waitFor(State::Retrying, 15s));
        QVERIFY2(attached.status().detail.contains(u"Nobody answers at 127.0.0.1:%1"_s.arg(port)),
                 qPrintable(attached.status().detail));
        FakeBroker broker(friendly());
        broker.close();
        QVERIFY(broker.listen(QHostAddress::LocalHost, port));
        QVERIFY(attached.waitUp());
        QVERIFY(attached.sink.gaps().empty());
        QCOMPARE(attached.status().reconnects, std::uint64_t(0));
    }

    void anyAddressOfAHostMayAnswer()
    {
        FakeBroker broker(friendly());
        Attached attached(&createMqttConnection,
                          u"mqtt://localhost:%1?sys=0"_s.arg(broker.serverPort()));
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
    }

    void aHostThatIsNotKnownIsToldSo()
    {
        Attached attached(&createMqttConnection, u"mqtt://no-such-machine.invalid"_s);
        QVERIFY(attached.waitFor(State::Retrying, 30s));
        QVERIFY2(attached.status().detail.contains(u"no-such-machine.invalid"),
                 qPrintable(attached.status().detail));
    }

    void stoppingNeverWaitsForABroker()
    {
        // Takes connections and says nothing.
        FakeBroker broker([](const QByteArray&, int) { return QByteArray(); });
        for (const QString& url :
             {broker.url(), u"mqtt://10.255.255.1"_s, u"mqtt://no-such-machine.invalid"_s}) {
            Attached attached(&createMqttConnection, url);
            QElapsedTimer timer;
            timer.start();
            attached.stop();
            QVERIFY(timer.elapsed() < 5000);
            QVERIFY(attached.status().state == State::Stopped);
        }
    }

    void afterStoppingTheBrokerIsToldGoodbye()
    {
        FakeBroker broker(friendly());
        Attached attached(&createMqttConnection, broker.url());
        QVERIFY(attached.waitUp());
        attached.stop();
        QVERIFY(
            Attached::waitUntil([&] { return broker.packets.last().startsWith(char(0xe0)); }, 10s));
    }
};

QTEST_GUILESS_MAIN(TestMqtt)
#include "tst_mqtt.moc"
