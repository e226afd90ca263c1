// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What goes wrong on the way to a cluster of Kafka, and what is said of it.

#include "bus/kafkamock.h"
#include "bus/kafkarelay.h"
#include "bus/kafkasasl.h"

#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 30s;
using State = ConnectionStatus::State;

bool waitForWords(Attached& kafka, State state, const QString& words)
{
    return Attached::waitUntil(
        [&] {
            const ConnectionStatus status = kafka.status();
            return status.state == state && status.detail.contains(words);
        },
        kPatience);
}

/// TLS in front of a mock cluster, which speaks none; names itself in place of its brokers.
class TlsRelay : public QSslServer
{
public:
    TlsRelay(const QString& folder, std::uint16_t behind)
        : m_behind(behind)
    {
        QSslConfiguration ssl = QSslConfiguration::defaultConfiguration();
        ssl.setLocalCertificate(QSslCertificate::fromPath(folder + u"/server.pem"_s).value(0));
        QFile key(folder + u"/server.key"_s);
        if (key.open(QIODevice::ReadOnly))
            ssl.setPrivateKey(QSslKey(&key, QSsl::Ec));
        setSslConfiguration(ssl);
        connect(this, &QSslServer::pendingConnectionAvailable, this, &TlsRelay::relay);
        listen(QHostAddress::LocalHost);
    }

private:
    void relay()
    {
        while (QTcpSocket* const client = nextPendingConnection()) {
            auto* const broker = new QTcpSocket(client);
            broker->connectToHost(QHostAddress::LocalHost, m_behind);
            const auto forward = [client, broker] { broker->write(client->readAll()); };
            connect(client, &QTcpSocket::readyRead, broker, forward);
            connect(broker, &QTcpSocket::connected, client, forward);
            connect(broker, &QTcpSocket::readyRead, client,
                    [this, client, broker, buffer = QByteArray()]() mutable {
                        buffer += broker->readAll();
                        eachFrame(buffer, [&](QByteArray frame) {
                            frame.replace(endpointBytes(m_behind), endpointBytes(serverPort()));
                            client->write(framed(frame));
                        });
                    });
            connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
            forward();
        }
    }

    std::uint16_t m_behind;
};

/// Answers as much of the protocol as it takes to refuse a login or to name a broker elsewhere.
class FakeBroker : public QTcpServer
{
public:
    QByteArray login; ///< the request with user and password
    QByteArray mechanism = "PLAIN";
    QByteArray elsewhere; ///< where its only partition is said to be

    FakeBroker()
    {
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket* const socket = nextPendingConnection()) {
                connect(socket, &QTcpSocket::readyRead, this,
                        [this, socket, buffer = QByteArray()]() mutable {
                            buffer += socket->readAll();
                            eachFrame(buffer, [&](const QByteArray& request) {
                                socket->write(framed(answer(request)));
                            });
                        });
                connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            }
        });
        listen(QHostAddress::LocalHost);
    }
    [[nodiscard]] QString url(const QString& user = {}, const QString& query = {}) const
    {
        return u"kafka://"_s + user + u"127.0.0.1:%1?"_s.arg(serverPort()) + query;
    }

private:
    static void text(QDataStream& out, const QByteArray& value)
    {
        out << qint16(value.size());
        out.writeRawData(value.constData(), int(value.size()));
    }
    QByteArray answer(const QByteArray& request)
    {
        QDataStream in(request);
        qint16 api = 0;
        qint16 version = 0;
        qint32 correlation = 0;
        in >> api >> version >> correlation;
        QByteArray reply;
        QDataStream out(&reply, QIODevice::WriteOnly);
        out << correlation;
        if (api == 18) { // ApiVersions; a newer form than it knows is asked again in the oldest
            out << qint16(version == 0 ? 0 : 35) << qint32(4);
            for (const qint16 known : {3, 17, 18, 36})
                out << known << qint16(0) << qint16(known == 3 || known == 17 ? 1 : 0);
        } else if (api == 17) { // SaslHandshake
            const bool isKnown = request.contains("PLAIN") == (mechanism == "PLAIN");
            out << qint16(isKnown ? 0 : 33) << qint32(1);
            text(out, mechanism);
        } else if (api == 36) { // SaslAuthenticate
            login = request;
            out << qint16(58);
            text(out, "Authentication failed: Invalid username or password");
            out << qint32(0);
        } else if (api == 3) { // Metadata
            out << qint32(1) << qint32(7);
            text(out, elsewhere);
            out << qint32(9092) << qint16(-1) << qint32(7);
            out << qint32(1) << qint16(0);
            text(out, "a");
            out << qint8(0) << qint32(1);
            out << qint16(0) << qint32(0) << qint32(7) << qint32(0) << qint32(0);
        }
        return reply;
    }
};

/// Says the same to everybody.
class RudeServer : public QTcpServer
{
public:
    explicit RudeServer(const QByteArray& words, bool hangsUp)
    {
        connect(this, &QTcpServer::newConnection, this, [this, words, hangsUp] {
            while (QTcpSocket* const socket = nextPendingConnection()) {
                ++callers;
                socket->write(words);
                if (hangsUp)
                    socket->disconnectFromHost();
                connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            }
        });
        listen(QHostAddress::LocalHost);
    }
    int callers = 0;
};

ConnectionOptions withPassword(const QByteArray& password)
{
    ConnectionOptions options;
    options.password = password;
    return options;
}

} // namespace

class TestKafkaFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QCOMPARE(makeCertificates(m_folder.path()), QByteArray()); }

    void aBrokerThatGoesAndComesBackCostsNothing()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:2"_s}), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url());
        QVERIFY2(kafka.waitUp(), qPrintable(kafka.status().detail));
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 5000)), QByteArray());
        QCOMPARE(mock.command("down 1"), QByteArray());
        QVERIFY(kafka.waitFor(State::Retrying, kPatience));
        const QString sentence = kafka.status().detail;
        QVERIFY2(sentence.contains(mock.bootstrap()) && sentence.contains(u"Trying again"),
                 qPrintable(sentence));
        QCOMPARE(mock.command("up 1"), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 1, numbers(5000, 10'000)), QByteArray());
        QVERIFY2(kafka.waitUp(kPatience), qPrintable(kafka.status().detail));
        QVERIFY2(kafka.waitCount(10'000, kPatience), qPrintable(kafka.status().detail));
        QCOMPARE(disorderOf(kafka.sink.messages(), 10'000), QByteArray());
        QCOMPARE(kafka.sink.gaps().size(), std::size_t(0));
        QVERIFY(kafka.status().reconnects >= 1);
    }

    void aPartitionThatAppearsLaterIsReadFromItsBeginning()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:2"_s}), QByteArray());
        HidingRelay relay(mock.port());
        Attached kafka(&createKafkaConnection,
                       u"kafka://127.0.0.1:%1?topic=a&refresh=1s"_s.arg(relay.serverPort()));
        QVERIFY2(kafka.waitUp(kPatience), qPrintable(kafka.status().detail));
        QVERIFY2(kafka.status().detail.contains(u"Reading 1 partitions of 1 topics"),
                 qPrintable(kafka.status().detail));
        QCOMPARE(mock.produce(u"a"_s, 1, "early\n"), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, "one\n"), QByteArray());
        QVERIFY(kafka.waitCount(1, kPatience));
        QCOMPARE(kafka.sink.dump(), "a|one");
        relay.shown = 2;
        QVERIFY(kafka.waitCount(2, kPatience));
        QCOMPARE(kafka.sink.dump(), "a|one\na|early");
        QCOMPARE(mock.produce(u"a"_s, 1, "late\n"), QByteArray());
        QVERIFY(kafka.waitCount(3, kPatience));
        QCOMPARE(kafka.sink.gaps().size(), std::size_t(0));
    }

    void faultsOfRequestsAreTriedAgain()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 100)), QByteArray());
        // ListOffsets: NOT_LEADER_FOR_PARTITION; Fetch: UNKNOWN.
        QCOMPARE(mock.command("errors 2 6 2"), QByteArray());
        QCOMPARE(mock.command("errors 1 -1 3"), QByteArray());
        Attached kafka(&createKafkaConnection, mock.url(u"from=start"_s));
        QVERIFY2(kafka.waitCount(100, kPatience), qPrintable(kafka.status().detail));
        QCOMPARE(disorderOf(kafka.sink.messages(), 100), QByteArray());
    }

    void nobodyAtTheAddress()
    {
        Attached kafka(&createKafkaConnection, u"kafka://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY2(waitForWords(kafka, State::Retrying, u"Nobody listens at 127.0.0.1:"_s),
                 qPrintable(kafka.status().detail));
        QElapsedTimer timer;
        timer.start();
        kafka.stop();
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(kafka.status().state == State::Stopped);
    }

    void aHostThatIsNotThere()
    {
        Attached kafka(&createKafkaConnection, u"kafka://nowhere.invalid"_s);
        QVERIFY2(waitForWords(kafka, State::Retrying, u"no host of the name in nowhere.invalid"_s),
                 qPrintable(kafka.status().detail));
    }

    void aBrokerThatNamesItselfWrongly()
    {
        FakeBroker broker;
        broker.elsewhere = "inside.invalid";
        Attached kafka(&createKafkaConnection, broker.url());
        QVERIFY2(waitForWords(kafka, State::Retrying, u"advertised.listeners"_s),
                 qPrintable(kafka.status().detail));
        QVERIFY(kafka.status().detail.contains(u"inside.invalid:9092"));
    }

    void aWrongPassword()
    {
        FakeBroker broker;
        Attached kafka(&createKafkaConnection, broker.url(u"me@"_s), withPassword("hunter2"));
        QVERIFY2(waitForWords(kafka, State::Failed, u"refused the user “me”"_s),
                 qPrintable(kafka.status().detail));
        QVERIFY(!kafka.status().detail.contains(u"hunter2"));
        QVERIFY(broker.login.endsWith(QByteArray("\0me\0hunter2", 11)));
    }

    void aMechanismThatTheBrokerDoesNotKnow()
    {
        FakeBroker broker;
        broker.mechanism = "SCRAM-SHA-256";
        Attached kafka(&createKafkaConnection, broker.url(u"me@"_s), withPassword("hunter2"));
        QVERIFY2(waitForWords(kafka, State::Failed, u"does not let us log in by PLAIN"_s),
                 qPrintable(kafka.status().detail));
        QVERIFY(kafka.status().detail.contains(u"SCRAM-SHA-256"));
    }

    void aLoginThatSucceeds_data()
    {
        QTest::addColumn<QByteArray>("mechanism");
        QTest::newRow("plain") << QByteArray("PLAIN");
        QTest::newRow("scram") << QByteArray("SCRAM-SHA-256");
        QTest::newRow("scram, long") << QByteArray("SCRAM-SHA-512");
    }
    void aLoginThatSucceeds()
    {
        QFETCH(QByteArray, mechanism);
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:2"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 100)), QByteArray());
        SaslRelay relay(mock.port(), mechanism, "me", "hunter2");
        const QString address = u"127.0.0.1:%1?topic=a&from=start"_s.arg(relay.serverPort());
        const QString sasl = u"&sasl="_s + QString::fromLatin1(mechanism);
        Attached kafka(&createKafkaConnection, u"kafka://me@"_s + address + sasl,
                       withPassword("hunter2"));
        QVERIFY2(kafka.waitCount(100, kPatience), qPrintable(kafka.status().detail));
        QVERIFY(kafka.waitUp(kPatience));
        QCOMPARE(mock.produce(u"a"_s, 1, numbers(100, 200)), QByteArray());
        QVERIFY2(kafka.waitCount(200, kPatience), qPrintable(kafka.status().detail));
        QCOMPARE(disorderOf(kafka.sink.messages(), 200), QByteArray());
        QVERIFY(relay.loggedIn > 0);
        QCOMPARE(relay.refused, 0);

        Attached wrong(&createKafkaConnection, u"kafka://me@"_s + address + sasl,
                       withPassword("hunter3"));
        QVERIFY2(waitForWords(wrong, State::Failed, u"refused the user “me”"_s),
                 qPrintable(wrong.status().detail));
        QVERIFY(!wrong.status().detail.contains(u"hunter3"));
        QCOMPARE(wrong.sink.count(), std::size_t(0));
        QVERIFY(relay.refused > 0);
        // Who does not log in is not let through.
        Attached nobody(&createKafkaConnection, u"kafka://"_s + address);
        QVERIFY2(nobody.waitFor(State::Retrying, kPatience), qPrintable(nobody.status().detail));
        QCOMPARE(nobody.sink.count(), std::size_t(0));
    }

    void anEncryptedConnection()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 100)), QByteArray());
        TlsRelay relay(m_folder.path(), mock.port());
        const QString url =
            u"kafka://127.0.0.1:%1?from=start&security=ssl"_s.arg(relay.serverPort());
        Attached trusting(&createKafkaConnection, url + u"&ca="_s + m_folder.filePath(u"ca.pem"_s));
        QVERIFY2(trusting.waitCount(100, kPatience), qPrintable(trusting.status().detail));
        Attached careless(&createKafkaConnection, url + u"&insecure=1"_s);
        QVERIFY2(careless.waitCount(100, kPatience), qPrintable(careless.status().detail));
        Attached careful(&createKafkaConnection, url);
        QVERIFY2(waitForWords(careful, State::Failed, u"nobody whom this machine trusts"_s),
                 qPrintable(careful.status().detail));
        QCOMPARE(careful.sink.count(), std::size_t(0));
        Attached plain(&createKafkaConnection, u"kafka://127.0.0.1:%1"_s.arg(relay.serverPort()));
        QVERIFY2(waitForWords(plain, State::Retrying, u"security=ssl"_s),
                 qPrintable(plain.status().detail));
        Attached wrong(&createKafkaConnection, mock.url(u"security=ssl"_s));
        QVERIFY2(waitForWords(wrong, State::Failed, u"does not speak TLS"_s),
                 qPrintable(wrong.status().detail));
    }

    void aFileThatIsNoCertificate()
    {
        QFile file(m_folder.filePath(u"none.pem"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("nothing");
        file.close();
        Attached kafka(&createKafkaConnection, u"kafka://box?security=ssl&ca="_s + file.fileName());
        QVERIFY2(!kafka.error.isEmpty(), qPrintable(kafka.status().detail));
    }

    void whoIsNoBroker_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<bool>("hangsUp");
        QTest::newRow("garbage") << QByteArray(100'000, '\xa5') << false;
        QTest::newRow("http") << QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n") << true;
        QTest::newRow("huge") << QByteArray("\x7f\xff\xff\xff\0\0\0\1", 8) << false;
        QTest::newRow("negative") << QByteArray("\x80\0\0\1\0\0\0\1", 8) << false;
        QTest::newRow("answers") << framed(QByteArray("\0\0\0\1", 4) + QByteArray(40, '\xff'))
                                 << false;
        QTest::newRow("hangs up") << QByteArray() << true;
    }
    void whoIsNoBroker()
    {
        QFETCH(QByteArray, words);
        QFETCH(bool, hangsUp);
        RudeServer server(words, hangsUp);
        Attached kafka(&createKafkaConnection, u"kafka://127.0.0.1:%1"_s.arg(server.serverPort()));
        QVERIFY2(waitForWords(kafka, State::Retrying, u"127.0.0.1:"_s),
                 qPrintable(kafka.status().detail));
        QVERIFY(Attached::waitUntil([&] { return server.callers > 1; }, kPatience));
        QCOMPARE(kafka.sink.count(), std::size_t(0));
        QVERIFY2(kafka.status().detail.endsWith(u"Trying again."),
                 qPrintable(kafka.status().detail));
    }

    void itCanGoAtAnyTime()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:3"_s}), QByteArray());
        QCOMPARE(mock.produce(u"a"_s, 0, numbers(0, 5000)), QByteArray());
        for (int wait = 0; wait < 60; wait += 10) {
            auto made = createKafkaConnection(QUrl(mock.url(u"from=start"_s)),
                                              ConnectionContext{ConnectionId{1}, &m_sink, {}});
            QVERIFY(made.ok());
            QVERIFY((*made)->start().ok());
            QTest::qWait(wait);
            made->reset();
        }
        // Attached, and then the whole cluster is gone.
        Attached kafka(&createKafkaConnection, mock.url());
        QVERIFY(kafka.waitUp());
        mock.kill();
        QVERIFY2(waitForWords(kafka, State::Retrying, u"Nobody listens"_s),
                 qPrintable(kafka.status().detail));
    }

private:
    QTemporaryDir m_folder;
    CollectingSink m_sink;
};

QTEST_GUILESS_MAIN(TestKafkaFaults)
#include "tst_kafkafaults.moc"
