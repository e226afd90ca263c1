// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending to MQTT, through mosquitto; a client that others wrote listens.

#include "bus/mqtt/mqttpublisher.h"
#include "bus/mqtttestbed.h"
#include "bus/publisherbed.h"

#include <QDeadlineTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kLot = 6000;
using Sent = PublisherStatus::State;

/// What a client that others wrote hears.
class Listener : public NodeProgram
{
public:
    Listener(const Mosquitto& broker, const QString& filter, int answers = 0)
        : NodeProgram(QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s,
                      {u"listen"_s, u"mqtt://127.0.0.1:%1"_s.arg(broker.port), filter,
                       QString::number(answers)})
    {
        first = line();
    }
    ~Listener() override { closeWriteChannel(); }
    QByteArray line()
    {
        const QDeadlineTimer deadline(20s);
        while (!canReadLine() && !deadline.hasExpired() && state() != NotRunning)
            waitForReadyRead(100);
        return canReadLine() ? readLine().trimmed() : "listener: " + readAll();
    }
    QJsonObject next() { return QJsonDocument::fromJson(line()).object(); }

    QByteArray first; ///< "ready", or what went wrong
};

QByteArray payloadOf(const QJsonObject& message)
{
    return QByteArray::fromBase64(message["payload"_L1].toString().toLatin1());
}

} // namespace

class TestMqttPublisher : public QObject
{
    Q_OBJECT

    Mosquitto m_broker;

private Q_SLOTS:
    void initTestCase()
    {
        qunsetenv("MURMURSCOPE_PASSWORD");
        QCOMPARE(m_broker.start(), QByteArray());
    }

    void whatWasSentArrivesAsItIs_data()
    {
        QTest::addColumn<QString>("items");
        QTest::addColumn<int>("qos");
        QTest::newRow("usual") << QString() << 1;
        QTest::newRow("once") << u"&qos=2"_s << 2;
        QTest::newRow("at most once") << u"&qos=0"_s << 0;
        QTest::newRow("old") << u"&version=3.1.1"_s << 1;
    }
    void whatWasSentArrivesAsItIs()
    {
        QFETCH(QString, items);
        QFETCH(int, qos);
        const bool isOld = items.contains(u"3.1.1");
        Listener listener(m_broker, u"swarm/#"_s);
        QCOMPARE(listener.first, QByteArray("ready"));
        Sending murmur(&createMqttPublisher, m_broker.url(u"&topic=else/%23"_s + items));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QCOMPARE(murmur.publisher->traits().hasHeaders, !isOld);
        QCOMPARE(murmur.publisher->traits().hasReplies, !isOld);
        QByteArray bytes;
        for (int i = 0; i < 256; ++i)
            bytes += char(i);
        QVERIFY(murmur.publish("swarm/a", bytes,
                               {{"zeta", "1"}, {"content-type", "text/x"}, {"alpha", "Grüße"}}));
        QVERIFY(murmur.publish("swarm/b", {}));
        QVERIFY(murmur.publish("swarm/c", QByteArray(3 << 20, 'x')));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.sent == std::vector<quint64>({1, 2, 3}));
        QCOMPARE(murmur.receivers[1], qint64(-1));
        const QJsonObject a = listener.next();
        QCOMPARE(a["topic"_L1].toString(), u"swarm/a"_s);
        QCOMPARE(payloadOf(a), bytes);
        QCOMPARE(a["qos"_L1].toInt(), qos);
        QCOMPARE(a["contentType"_L1].toString(), isOld ? QString() : u"text/x"_s);
        QCOMPARE(a["user"_L1].toObject().size(), isOld ? 0 : 2);
        if (!isOld) {
            QCOMPARE(a["user"_L1]["zeta"_L1].toString(), u"1"_s);
            QCOMPARE(a["user"_L1]["alpha"_L1].toString(), u"Grüße"_s);
        }
        QCOMPARE(payloadOf(listener.next()), QByteArray());
        QCOMPARE(payloadOf(listener.next()), QByteArray(3 << 20, 'x'));
    }

    void manyArriveInOrderAndThereIsABound_data()
    {
        QTest::addColumn<QString>("items");
        QTest::newRow("usual") << QString();
        QTest::newRow("once") << u"&qos=2"_s;
        QTest::newRow("at most once") << u"&qos=0"_s;
        QTest::newRow("old") << u"&version=3.1.1"_s;
    }
    void manyArriveInOrderAndThereIsABound()
    {
        QFETCH(QString, items);
        Listener listener(m_broker, u"many"_s);
        QCOMPARE(listener.first, QByteArray("ready"));
        Sending murmur(&createMqttPublisher, m_broker.url(items));
        QVERIFY(murmur.waitUp());
        int taken = 0;
        while (taken < kLot && murmur.publish("many", QByteArray::number(taken)))
            ++taken;
        QVERIFY2(taken > 0 && taken < kLot, qPrintable(QString::number(taken)));
        QTRY_COMPARE_WITH_TIMEOUT(murmur.drained, 1, 15'000);
        QVERIFY2(murmur.publishMany("many", kLot - taken, taken),
                 qPrintable(murmur.status().detail));
        QVERIFY(murmur.waitEnds(60s));
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.failed.empty());
        for (int i = 0; i < kLot; ++i)
            QCOMPARE(payloadOf(listener.next()), QByteArray::number(i));
    }

    void anAnswerComesToAFreshTopic()
    {
        Listener listener(m_broker, u"oracle"_s, 2);
        QCOMPARE(listener.first, QByteArray("ready"));
        Sending murmur(&createMqttPublisher, m_broker.url());
        QVERIFY(murmur.waitUp());
        OutgoingMessage question;
        question.topic = "oracle";
        question.raw = "one";
        question.wantsReply = true;
        QVERIFY(murmur.publish(question));
        question.raw = "two";
        question.correlation = QByteArray("\0\xff", 2);
        QVERIFY(murmur.publish(question));
        QTRY_COMPARE_WITH_TIMEOUT(murmur.answers.size(), std::size_t(4), 15'000);
        QVERIFY(murmur.sent == std::vector<quint64>({1, 2}));
        QCOMPARE(listener.next()["correlation"_L1].toString(), u"31"_s);
        QCOMPARE(listener.next()["correlation"_L1].toString(), u"00ff"_s);
        QCOMPARE(murmur.answers[0].raw, QByteArray("one!0"));
        QCOMPARE(murmur.answers[0].number, quint64(1));
        QCOMPARE(murmur.answers[3].raw, QByteArray("two!1"));
        QCOMPARE(murmur.answers[3].number, quint64(2));
        QVERIFY(murmur.answers[0].topic != murmur.answers[3].topic);
        const HeaderList& headers = murmur.answers[3].headers;
        QVERIFY(std::ranges::find(headers, HeaderList::value_type("answer", "yes")) !=
                headers.end());
    }

    void thatNobodyListensIsTold()
    {
        Sending murmur(&createMqttPublisher, m_broker.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publish("nobody/hears", "it"));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.receivers[1], qint64(0));
    }

    void nothingIsKeptUnlessAskedFor()
    {
        Sending murmur(&createMqttPublisher, m_broker.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publish("kept/not", "gone"));
        OutgoingMessage state;
        state.topic = "kept/yes";
        state.raw = "stays";
        state.retain = true;
        QVERIFY(murmur.publish(state));
        QVERIFY(murmur.waitEnds());
        Listener late(m_broker, u"kept/#"_s);
        // What is kept may come before the subscription is answered.
        QByteArray line = late.first == "ready" ? late.line() : late.first;
        QCOMPARE(payloadOf(QJsonDocument::fromJson(line).object()), QByteArray("stays"));
        QVERIFY(murmur.publish("kept/end", "end"));
        QVERIFY(murmur.waitEnds());
        do {
            line = late.line();
        } while (line == "ready");
        QVERIFY2(payloadOf(QJsonDocument::fromJson(line).object()) == "end", line.constData());
    }

    void whatIsRefusedIsNamedAndNothingElse()
    {
        // Without a bound of its queue this broker cuts whom it refuses something.
        Mosquitto broker("allow_anonymous true\nacl_file %2/acl\nmax_packet_size 3000\n"
                         "max_queued_messages 1000\n");
        (void)broker.file(u"acl"_s, "topic readwrite fine/#\ntopic write oracle\n");
        QCOMPARE(broker.start(), QByteArray());
        Sending murmur(&createMqttPublisher, broker.url());
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QCOMPARE(murmur.publisher->traits().mostBytes, qint64(3000));
        const std::vector<std::pair<QByteArray, HeaderList>> bad{
            {"", {}},
            {"wild/+", {}},
            {"wild/#", {}},
            {QByteArray("nul\0", 4), {}},
            {"\xff\xfe", {}},
            {QByteArray(70'000, 'x'), {}},
            {"fine/a", {{"name", "\xc3"}}},
            {"fine/a", {{std::string("a\0b", 3), ""}}},
            {"forbidden", {}},
        };
        for (const auto& [topic, headers] : bad) {
            QVERIFY(murmur.publish("fine/before", "x"));
            QVERIFY(murmur.publish(topic, "bad", headers));
        }
        QVERIFY(murmur.publish("fine/large", QByteArray(3000, 'x')));
        QVERIFY(murmur.publish("fine/large", QByteArray(2900, 'x')));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY2(murmur.status().state == Sent::Up, qPrintable(murmur.status().detail));
        QCOMPARE(murmur.failed.size(), bad.size() + 1);
        for (quint64 i = 0; i < bad.size(); ++i)
            QVERIFY2(!murmur.reason(2 * i + 2).isEmpty(), qPrintable(QString::number(i)));
        QVERIFY2(murmur.reason(18).contains(u"may not write to that topic"),
                 qPrintable(murmur.reason(18)));
        QVERIFY2(murmur.reason(19).contains(u"at most 3000 bytes"), qPrintable(murmur.reason(19)));
    }

    void aTombstoneDeletesTheState()
    {
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Sending murmur(&createMqttPublisher, broker.with(u"mqtt://127.0.0.1:%1"_s));
        QVERIFY(murmur.waitUp());
        OutgoingMessage state;
        state.topic = "state";
        state.raw = "kept";
        state.retain = true;
        QVERIFY(murmur.publish(state));
        const auto isKept = [&broker] {
            QProcess asker;
            asker.start(u"mosquitto_sub"_s, {u"-p"_s, broker.with(u"%1"_s), u"-t"_s, u"state"_s,
                                             u"-C"_s, u"1"_s, u"-W"_s, u"1"_s});
            return asker.waitForFinished() && asker.readAll() == "kept\n";
        };
        QVERIFY(murmur.waitEnds());
        QVERIFY(isKept());
        state.retain = false;
        state.isTombstone = true;
        QVERIFY(murmur.publish(state));
        QVERIFY(murmur.waitEnds());
        QVERIFY(!isKept());
    }

    void whereAnswersMayNotBeHeard_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("refused") << QByteArray("\x90\x04\x00\x01\x00\x87", 6);
        QTest::newRow("cut") << QByteArray();
    }
    void whereAnswersMayNotBeHeard()
    {
        QFETCH(QByteArray, answer);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        QByteArray published;
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [&, socket] {
                const QByteArray bytes = socket->readAll();
                if (bytes.startsWith('\x10'))
                    socket->write(QByteArray("\x20\x03\x00\x00\x00", 5));
                else if (bytes.startsWith('\x82') && answer.isEmpty())
                    socket->disconnectFromHost();
                else if (bytes.startsWith('\x82'))
                    socket->write(answer);
                else
                    published += bytes;
            });
        });
        Sending murmur(&createMqttPublisher, u"mqtt://127.0.0.1:%1"_s.arg(server.serverPort()));
        QVERIFY(murmur.waitUp());
        OutgoingMessage question;
        question.topic = "oracle";
        question.wantsReply = true;
        QVERIFY(murmur.publish(question));
        QVERIFY(murmur.waitEnds());
        QVERIFY2(murmur.reason(1).contains(u"answer"), qPrintable(murmur.reason(1)));
        if (answer.isEmpty()) {
            QVERIFY(murmur.status().state == Sent::Lost);
            QVERIFY2(murmur.status().detail.contains(u"where answers would come"),
                     qPrintable(murmur.status().detail));
        } else {
            QVERIFY(murmur.publish(question));
            QVERIFY(murmur.waitEnds());
            QVERIFY(murmur.status().state == Sent::Up && murmur.failed.size() == 2);
        }
        // What waits for an answer is not sent before it could be heard.
        QCOMPARE(published, QByteArray());
    }

    void logins()
    {
        Mosquitto broker("password_file %2/passwords\n");
        QProcess maker;
        maker.start(
            u"mosquitto_passwd"_s,
            {u"-b"_s, u"-c"_s, broker.directory.filePath(u"passwords"_s), u"robot"_s, u"secret"_s});
        QVERIFY(maker.waitForFinished() && maker.exitCode() == 0);
        QCOMPARE(broker.start(), QByteArray());
        const QString robot = broker.with(u"mqtt://robot@127.0.0.1:%1"_s);
        ConnectionOptions options;
        options.password = "wrong";
        Sending wrong(&createMqttPublisher, robot, options);
        QVERIFY(wrong.waitFor(Sent::Failed));
        QVERIFY2(wrong.status().detail.contains(u"does not let the user “robot” in"),
                 qPrintable(wrong.status().detail));
        QVERIFY(!wrong.publish("a", "b"));
        options.password = "secret";
        Sending right(&createMqttPublisher, robot, options);
        QVERIFY2(right.waitUp(), qPrintable(right.status().detail));
        Sending nobody(&createMqttPublisher, broker.url());
        QVERIFY(nobody.waitFor(Sent::Failed));
        Sending nowhere(&createMqttPublisher, u"mqtt://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(nowhere.waitFor(Sent::Failed));
        QVERIFY2(nowhere.status().detail.contains(u"Nobody answers"),
                 qPrintable(nowhere.status().detail));
    }

    void encrypted()
    {
        Broker broker(u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s});
        QCOMPARE(makeCertificates(broker.directory.path()), QByteArray());
        (void)broker.file(u"mosquitto.conf"_s,
                          "listener %1 127.0.0.1\nuser root\nallow_anonymous true\ncafile "
                          "%2/ca.pem\ncertfile %2/server.pem\nkeyfile %2/server.key\n"
                          "require_certificate true\n");
        QCOMPARE(broker.start(), QByteArray());
        const QString ours =
            broker.with(u"mqtts://127.0.0.1:%1?sys=0&cert=%2/client.pem&key=%2/client.key"_s);
        Sending murmur(&createMqttPublisher, ours + broker.with(u"&ca=%2/ca.pem"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(murmur.publish("a", QByteArray(1 << 20, 'x')));
        QVERIFY(murmur.waitEnds());
        QVERIFY(murmur.failed.empty());
        Sending unknown(&createMqttPublisher, ours);
        QVERIFY(unknown.waitFor(Sent::Failed));
        QVERIFY2(unknown.status().detail.contains(u"is not trusted"),
                 qPrintable(unknown.status().detail));
    }

    void itDoesNotTakeTheIdOfWhoListens()
    {
        NodeProgram held(
            QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s,
            {u"hold"_s, u"mqtt://127.0.0.1:%1"_s.arg(m_broker.port), u"one"_s, u"5"_s});
        QVERIFY(QTest::qWaitFor([&] { return held.canReadLine(); }, 15'000));
        Sending murmur(&createMqttPublisher, m_broker.url(u"&client-id=one"_s));
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publish("a", "b"));
        QVERIFY(murmur.waitEnds());
        const QByteArray log = m_broker.log();
        QVERIFY2(log.contains("as one-sends ") && !log.contains("already connected"),
                 log.constData());
        held.closeWriteChannel();
        QCOMPARE(held.outcome(), QByteArray());
    }

    void aBrokerThatDiesEndsItForGood()
    {
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Sending murmur(&createMqttPublisher, broker.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publishMany("a", 5000));
        while (murmur.publish("a", "last")) {
        }
        broker.kill();
        QVERIFY(murmur.waitFor(Sent::Lost));
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(!murmur.failed.empty() && murmur.publisher->pending() == 0);
        QCOMPARE(broker.start(), QByteArray());
        QTest::qWait(500);
        QVERIFY(murmur.status().state == Sent::Lost);
        QVERIFY(!murmur.publish("a", "b"));
    }

    void stoppingWaitsForWhatWasAccepted()
    {
        Sending murmur(&createMqttPublisher, m_broker.url());
        QVERIFY(murmur.waitUp());
        for (int i = 0; i < 100; ++i)
            QVERIFY(murmur.publish("a", "b"));
        murmur.publisher->stop();
        QVERIFY(!murmur.publish("a", "too late"));
        QVERIFY(murmur.waitFor(Sent::Stopped));
        QCOMPARE(murmur.sent.size(), std::size_t(100));
        QCOMPARE(murmur.flaws(), QByteArray());
    }

    void anOldBrokerIsSpokenToInItsWay()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        QByteArray heard;
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [&heard, socket] {
                const QByteArray bytes = socket->readAll();
                if (bytes.startsWith('\x10') && bytes.contains("MQTT\x05")) {
                    socket->write(QByteArray("\x20\x02\x00\x01", 4));
                    socket->disconnectFromHost();
                } else if (bytes.startsWith('\x10')) {
                    socket->write(QByteArray("\x20\x02\x00\x00", 4));
                } else if (bytes.startsWith('\x32')) {
                    heard = bytes;
                    socket->write(QByteArray("\x40\x02\x00\x01", 4));
                }
            });
        });
        Sending murmur(&createMqttPublisher, u"mqtt://127.0.0.1:%1"_s.arg(server.serverPort()));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(!murmur.publisher->traits().hasHeaders);
        QVERIFY(murmur.publish("t", "x", {{"dropped", "1"}}));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(heard, QByteArray("\x32\x06\x00\x01t\x00\x01x", 8));
        QVERIFY(murmur.failed.empty());
    }

    void hostileBrokers_data()
    {
        QTest::addColumn<QByteArray>("hello");
        QTest::addColumn<QByteArray>("then");
        const QByteArray fine("\x20\x03\x00\x00\x00", 5);
        QTest::newRow("another protocol") << QByteArray("HTTP/1.1 400 Bad\r\n\r\n") << QByteArray();
        QTest::newRow("bytes") << QByteArray(70'000, '\xff') << QByteArray();
        QTest::newRow("garbage") << fine << QByteArray(100, '\xff');
        QTest::newRow("strange acks") << fine
                                      << QByteArray("\x40\x02\x12\x34\x50\x01\x00\x70\x00"
                                                    "\x90\x00\xd0\x00\x30\x00",
                                                    15);
        QTest::newRow("bad properties")
            << fine << QByteArray("\x40\x06\x00\x01\x80\x02\xff\xff\x90\x03\x00\x01\x00", 13);
        QTest::newRow("silence") << fine << QByteArray();
    }
    void hostileBrokers()
    {
        QFETCH(QByteArray, hello);
        QFETCH(QByteArray, then);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket,
                    [=] { socket->write(socket->readAll().startsWith('\x10') ? hello : then); });
        });
        Sending murmur(&createMqttPublisher, u"mqtt://127.0.0.1:%1"_s.arg(server.serverPort()));
        if (!hello.startsWith('\x20')) {
            QVERIFY(murmur.waitFor(Sent::Failed));
            QVERIFY2(murmur.status().detail.contains(u"does not speak MQTT"),
                     qPrintable(murmur.status().detail));
            return;
        }
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publish("a", "b"));
        QTest::qWait(100);
        murmur.publisher->stop(); // that nobody confirms it does not hold us up
        QVERIFY(QTest::qWaitFor([&] { return murmur.status().state > Sent::Up; }, 5000));
        QCOMPARE(murmur.flaws(), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestMqttPublisher)
#include "tst_mqttpublisher.moc"
