// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Core NATS, against a real server and the project's own client.

#include "bus/natstestbed.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <thread>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Server = NatsServer;
using Client = NatsClient;

namespace {

/// Holds whoever brings something, as no real sink does, until it is opened.
class HoldingSink final : public MessageSink
{
public:
    void hear(std::vector<HeardMessage>&& batch) override
    {
        while (!isOpen)
            std::this_thread::sleep_for(1ms);
        heard += std::int64_t(batch.size());
    }
    void note(Gap gap) override
    {
        if (gap.cause == "client-drop" && gap.lostIs == LostIs::Exact)
            dropped += gap.count;
    }
    std::atomic<bool> isOpen = false;
    std::atomic<std::int64_t> heard = 0;
    std::atomic<std::int64_t> dropped = 0;
};

} // namespace

class TestNats : public QObject
{
    Q_OBJECT

private:
    Server m_server;
    std::optional<Client> m_client;

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_server.run(), QByteArray());
        m_client.emplace(m_server.url());
    }

    void everythingIsHeardOnceAndInOrder()
    {
        Attached murmur(&createNatsConnection,
                        m_server.url(u"?subject=swarm.*.pose,swarm.>,swarm.a.*,*.*.task"_s));
        QCOMPARE(murmur.error, QString());
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QCOMPARE(m_client->run({u"numbered"_s, QString::number(kMany), u"0"_s, u"swarm.a.pose"_s,
                                u"swarm.b.task"_s, u"swarm.c"_s}),
                 QByteArray("ok"));
        QVERIFY(murmur.waitCount(kMany, 30s));
        murmur.stop();
        QCOMPARE(flaws(murmur.sink.messages(), kMany), QByteArray());
        QVERIFY(murmur.sink.gaps().empty());
        const ConnectionStatus status = murmur.status();
        QCOMPARE(status.received, std::uint64_t(kMany));
        QVERIFY2(status.subscribed == QStringList({u"swarm.>"_s, u"*.*.task"_s}),
                 qPrintable(status.subscribed.join(u' ')));
        QVERIFY(status.presence.join(u' ').contains(u"inbox=1"));
    }

    void subjectsShareOneOrder()
    {
        Attached murmur(&createNatsConnection, m_server.url(u"?subject=one,two,three"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(m_client->run({u"numbered"_s, u"3000"_s, u"0"_s, u"one"_s, u"two"_s, u"three"_s}),
                 QByteArray("ok"));
        QVERIFY(murmur.waitCount(3000, 15s));
        for (int i = 0; i < 3000; ++i)
            QCOMPARE(murmur.sink.messages()[std::size_t(i)].raw.toInt(), i);
    }

    void aRequestKnowsWhereItsAnswerGoes()
    {
        Attached murmur(&createNatsConnection, m_server.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.status().presence.join(u' ').contains(u"no responders"));
        QCOMPARE(m_client->run({u"ask"_s, u"oracle.ask"_s}), QByteArray("ok forty-two"));
        QVERIFY(murmur.waitCount(2, 15s));
        const auto messages = murmur.sink.messages();
        QCOMPARE(messages[0].topic, QByteArray("oracle.ask"));
        QCOMPARE(messages[0].raw, QByteArray("what?"));
        QCOMPARE(headerOf(messages[0], "X-Robot"), std::string("r2,d2"));
        QCOMPARE(headerOf(messages[0], "x-robot"), std::string("lower"));
        QCOMPARE(messages[1].raw, QByteArray("forty-two"));
        QVERIFY(messages[1].topic.startsWith("_INBOX."));
        QCOMPARE(headerOf(messages[0], transport::kReplyTo), messages[1].topic.toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(murmur.status().presence.join(u' ').contains(u"under: oracle.>"),
                                 5000);
    }

    void answersAreHeardWhenAskedFor()
    {
        Attached murmur(&createNatsConnection, m_server.url(u"?subject=oracle.>&inbox=1"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(m_client->run({u"ask"_s, u"oracle.ask"_s}), QByteArray("ok forty-two"));
        QVERIFY(murmur.waitCount(2, 15s));
        QCOMPARE(murmur.sink.messages()[1].raw, QByteArray("forty-two"));
        QVERIFY(!murmur.status().presence.join(u' ').contains(u"inbox=1"));
    }

    void workersLoseNothingToUs()
    {
        Attached murmur(&createNatsConnection, m_server.url(u"?subject=jobs.>"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(m_client->run({u"queue"_s, u"jobs.one"_s, u"2000"_s}), QByteArray("ok 2000"));
        QVERIFY(murmur.waitCount(2000, 15s));
        murmur.stop();
        QCOMPARE(flaws(murmur.sink.messages(), 2000), QByteArray());
    }

    void aServerThatDiesIsAwaited()
    {
        Server server;
        QCOMPARE(server.run(), QByteArray());
        Attached murmur(&createNatsConnection, server.url(u"?subject=swarm.>"_s));
        QVERIFY(murmur.waitUp());
        QCOMPARE(Client(server.url()).run({u"numbered"_s, u"500"_s, u"0"_s, u"swarm.a"_s}),
                 QByteArray("ok"));
        QVERIFY(murmur.waitCount(500, 15s));
        server.kill();
        QVERIFY(murmur.waitFor(State::Retrying, 15s));
        QVERIFY2(murmur.status().detail.contains(u"was cut"), qPrintable(murmur.status().detail));
        QCOMPARE(server.run(), QByteArray());
        QVERIFY2(murmur.waitUp(30s), qPrintable(murmur.status().detail));
        QCOMPARE(Client(server.url()).run({u"numbered"_s, u"500"_s, u"500"_s, u"swarm.a"_s}),
                 QByteArray("ok"));
        QVERIFY(murmur.waitCount(1000, 15s));
        murmur.stop();
        QCOMPARE(flaws(murmur.sink.messages(), 1000), QByteArray());
        const auto gaps = murmur.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown && gaps[0].from < gaps[0].to);
        QCOMPARE(murmur.status().reconnects, std::uint64_t(1));
    }

    void nobodyThereIsTriedAgain()
    {
        Server server;
        Attached murmur(&createNatsConnection, server.url());
        QVERIFY(murmur.waitFor(State::Retrying, 15s));
        QVERIFY2(murmur.status().detail.contains(u"Nobody answers at 127.0.0.1"),
                 qPrintable(murmur.status().detail));
        QCOMPARE(server.run(), QByteArray());
        QVERIFY2(murmur.waitUp(30s), qPrintable(murmur.status().detail));
        QVERIFY(murmur.sink.gaps().empty());
    }

    void encrypted()
    {
        Server server("tls { cert_file: \"%2/server.pem\", key_file: \"%2/server.key\", ca_file: "
                      "\"%2/ca.pem\", verify: true }\n");
        QCOMPARE(makeCertificates(server.directory.path()), QByteArray());
        QCOMPARE(server.run(), QByteArray());
        const QString ours = server.with(u"&cert=%2/client.pem&key=%2/client.key"_s);
        Attached murmur(&createNatsConnection,
                        server.url(server.with(u"?ca=%2/ca.pem"_s) + ours, u"tls"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        Attached unverified(&createNatsConnection, server.url(u"?insecure=1"_s + ours, u"tls"_s));
        QVERIFY2(unverified.waitUp(), qPrintable(unverified.status().detail));

        Attached unknown(&createNatsConnection, server.url(u"?subject=a"_s + ours, u"tls"_s));
        QVERIFY(unknown.waitFor(State::Failed, 15s));
        QVERIFY2(unknown.status().detail.contains(u"has signed its certificate"),
                 qPrintable(unknown.status().detail));
        Attached other(
            &createNatsConnection,
            server.url(server.with(u"?ca=%2/ca.pem&server-name=other"_s) + ours, u"tls"_s));
        QVERIFY(other.waitFor(State::Failed, 15s));
        QVERIFY2(other.status().detail.contains(u"for another name"),
                 qPrintable(other.status().detail));
        Attached plain(&createNatsConnection, server.url());
        QVERIFY(plain.waitFor(State::Failed, 15s));
        QVERIFY2(plain.status().detail.contains(u"Write tls://"),
                 qPrintable(plain.status().detail));
        Attached reversed(&createNatsConnection, m_server.url({}, u"tls"_s));
        QVERIFY(reversed.waitFor(State::Failed, 15s));
        QVERIFY2(reversed.status().detail.contains(u"Write nats://"),
                 qPrintable(reversed.status().detail));
    }

    void logins()
    {
        Server server("authorization { users = [ { user: robot, password: secret, permissions: { "
                      "subscribe: { allow: [\"swarm.>\", \"_INBOX.>\"] } } }, { nkey: "
                      "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4 } ] }\n");
        QCOMPARE(server.run(), QByteArray());
        const auto robot = [&](const QString& rest) {
            return server.with(u"nats://robot@127.0.0.1:%1"_s) + rest;
        };
        ConnectionOptions options;
        options.password = "wrong";
        Attached wrong(&createNatsConnection, robot({}), options);
        QVERIFY(wrong.waitFor(State::Failed, 15s));
        QVERIFY2(wrong.status().detail.contains(u"refuses the user “robot”") &&
                     !wrong.status().detail.contains(u"wrong"),
                 qPrintable(wrong.status().detail));
        Attached nobody(&createNatsConnection, server.url());
        QVERIFY(nobody.waitFor(State::Failed, 15s));

        options.password = "secret";
        Attached everything(&createNatsConnection, robot({}), options);
        QVERIFY(everything.waitFor(State::Failed, 15s));
        QVERIFY2(everything.status().detail.contains(u"does not permit") &&
                     everything.status().detail.contains(u"“>”"),
                 qPrintable(everything.status().detail));
        Attached some(&createNatsConnection, robot(u"?subject=swarm.a,>,secret.x"_s), options);
        QVERIFY2(some.waitUp(), qPrintable(some.status().detail));
        QVERIFY(some.status().subscribed == QStringList({u"swarm.a"_s}));
        QVERIFY2(some.status().detail.contains(u"Not permitted to listen to “>”, “secret.x”"),
                 qPrintable(some.status().detail));

        const QString seed = server.file(
            u"user.nk"_s, "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n");
        Attached key(&createNatsConnection, server.url(u"?nkey="_s + seed));
        QVERIFY2(key.waitUp(), qPrintable(key.status().detail));

        Server tokens("authorization { token: \"sesame\" }\n");
        QCOMPARE(tokens.run(), QByteArray());
        ConnectionOptions token;
        token.token = "sesame";
        Attached open(&createNatsConnection, tokens.url(), token);
        QVERIFY2(open.waitUp(), qPrintable(open.status().detail));
    }

    void credentialsOfAFile()
    {
        Server server("include accounts.conf\n");
        NodeProgram maker(QStringLiteral(NODE_DIRECTORY), u"natscreds.mjs"_s,
                          {server.directory.path()});
        QCOMPARE(maker.outcome(), QByteArray());
        QCOMPARE(server.run(), QByteArray());
        Attached murmur(
            &createNatsConnection,
            server.url(u"?subject=a&creds="_s + server.directory.filePath(u"user.creds"_s)));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        Attached stranger(&createNatsConnection, server.url());
        QVERIFY(stranger.waitFor(State::Failed, 15s));
        QVERIFY2(stranger.status().detail.contains(u"a client without a login"),
                 qPrintable(stranger.status().detail));
    }

    void hostileServers_data()
    {
        QTest::addColumn<QByteArray>("hello");
        QTest::addColumn<QByteArray>("then");
        const QByteArray info = "INFO {\"server_id\":\"x\",\"version\":\"2.9.0\",\"proto\":1,"
                                "\"headers\":true,\"max_payload\":1048576}\r\n";
        QTest::newRow("another protocol")
            << QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n") << QByteArray();
        QTest::newRow("no JSON") << QByteArray("INFO {bad\r\n") << QByteArray();
        QTest::newRow("bytes") << QByteArray(70'000, '\xff') << QByteArray();
        QTest::newRow("garbage later")
            << info << "PONG\r\nPONG\r\n" + QByteArray(3, '\0') + "\xff\x01MSG\r\n";
        QTest::newRow("sizes") << info << QByteArray("PONG\r\nPONG\r\nHMSG a 1 99 3\r\nabc\r\n");
        QTest::newRow("negative") << info << QByteArray("PONG\r\nPONG\r\nMSG a 1 -5\r\n\r\n");
        QTest::newRow("silence") << info << QByteArray("P");
        QTest::newRow("headers") << info
                                 << QByteArray(
                                        "PONG\r\nPONG\r\nHMSG a 1 14 16\r\nNATS/9 x:y\r\n\r\nhi"
                                        "\r\nGARBAGE\r\n");
    }
    void hostileServers()
    {
        QFETCH(QByteArray, hello);
        QFETCH(QByteArray, then);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        int connections = 0;
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            ++connections;
            QTcpSocket* const socket = server.nextPendingConnection();
            socket->write(hello);
            connect(socket, &QTcpSocket::readyRead, socket,
                    [socket, then, isTold = false]() mutable {
                        if (!socket->readAll().contains("PING") || isTold)
                            return;
                        isTold = true;
                        socket->write(then);
                    });
        });
        Attached murmur(&createNatsConnection, u"nats://127.0.0.1:%1"_s.arg(server.serverPort()));
        if (then.isEmpty()) {
            QVERIFY2(murmur.waitFor(State::Failed, 15s), qPrintable(murmur.status().detail));
            QVERIFY2(murmur.status().detail.contains(u"does not speak NATS"),
                     qPrintable(murmur.status().detail));
            return;
        }
        // It said hello; it is tried again, and nothing breaks or spins.
        QTRY_VERIFY_WITH_TIMEOUT(connections >= 2 || murmur.status().state != State::Starting,
                                 20'000);
        murmur.stop();
        QVERIFY(murmur.status().state == State::Stopped);
    }

    void whatDoesNotFitIsCounted()
    {
        HoldingSink sink; // the library must drop, and count
        auto made = createNatsConnection(QUrl(m_server.url(u"?subject=flood"_s)),
                                         ConnectionContext{ConnectionId{1}, &sink, {}});
        QVERIFY(made.ok());
        QVERIFY((*made)->start());
        QTRY_VERIFY_WITH_TIMEOUT((*made)->status().state == State::Up, 15'000);
        constexpr int kFlood = 300'000;
        QByteArray outcome = "not run";
        std::thread publisher([&] {
            Client client(m_server.url());
            outcome = client.run({u"numbered"_s, QString::number(kFlood), u"0"_s, u"flood"_s});
            sink.isOpen = true;
        });
        // status() waits for the sink, as nothing does that is not a test.
        publisher.join();
        QCOMPARE(outcome, QByteArray("ok"));
        QTRY_COMPARE_WITH_TIMEOUT(sink.heard + sink.dropped, kFlood, 30'000);
        QVERIFY(sink.dropped > 0);
        (*made)->stop();
        QCOMPARE(sink.heard + sink.dropped, kFlood);
    }

    void whatHadComeBeforeACutIsHeardOrCounted()
    {
        Server server;
        QCOMPARE(server.run(), QByteArray());
        HoldingSink sink;
        auto made = createNatsConnection(QUrl(server.url(u"?subject=flood"_s)),
                                         ConnectionContext{ConnectionId{1}, &sink, {}});
        QVERIFY(made.ok());
        QVERIFY((*made)->start());
        QTRY_VERIFY_WITH_TIMEOUT((*made)->status().state == State::Up, 15'000);
        constexpr int kSome = 20'000;
        QByteArray outcome = "not run";
        const auto process = static_cast<pid_t>(server.processId());
        std::thread publisher([&] {
            outcome = Client(server.url())
                          .run({u"numbered"_s, QString::number(kSome), u"0"_s, u"flood"_s});
            ::kill(process, SIGKILL);
            std::this_thread::sleep_for(300ms); // longer only makes the test stricter
            sink.isOpen = true;
        });
        publisher.join();
        QCOMPARE(outcome, QByteArray("ok"));
        QTRY_COMPARE_WITH_TIMEOUT(sink.heard + sink.dropped, kSome, 10'000);
        (*made)->stop();
        QCOMPARE(sink.heard + sink.dropped, kSome);
    }
};

QTEST_GUILESS_MAIN(TestNats)
#include "tst_nats.moc"
