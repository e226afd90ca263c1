// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending to NATS and JetStream; the project's own client listens.

#include "bus/nats/natspublisher.h"
#include "bus/natstestbed.h"
#include "bus/publisherbed.h"

#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kLot = kIsSanitized ? 3000 : 30'000;
using Sent = PublisherStatus::State;

QJsonArray listFrom(const QByteArray& answer)
{
    return QJsonDocument::fromJson(answer.mid(answer.indexOf(' ') + 1)).array();
}

QByteArray payloadOf(const QJsonValue& message)
{
    return QByteArray::fromBase64(message["data"_L1].toString().toLatin1());
}

/// "name=value|…", in the order of the wire.
QString headersOf(const QJsonValue& message)
{
    QStringList list;
    for (const QJsonValue& pair : message["headers"_L1].toArray())
        list << pair[0].toString() + u'=' + pair[1].toString();
    return list.join(u'|');
}

} // namespace

class TestNatsPublisher : public QObject
{
    Q_OBJECT

private:
    NatsServer m_server{"jetstream { store_dir: \"%2/js\" }\n"};
    std::optional<NatsClient> m_client;

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_server.run(), QByteArray());
        m_client.emplace(m_server.url());
    }

    void whatWasSentArrivesAsItIs()
    {
        QCOMPARE(m_client->run({u"gather"_s, u"swarm.>"_s}), QByteArray("ok"));
        Sending murmur(&createNatsPublisher, m_server.url(u"?subject=ignored.*"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(murmur.publisher->traits().hasHeaders && murmur.publisher->traits().confirms);
        QCOMPARE(murmur.publisher->traits().mostBytes, qint64(8 << 20));
        QByteArray bytes;
        for (int i = 0; i < 256; ++i)
            bytes += char(i);
        const HeaderList headers{{"zeta", "1"},
                                 {"Alpha", "two words"},
                                 {"zeta", "3"},
                                 {"empty", ""},
                                 {"umlaut", "Grüße"}};
        QVERIFY(murmur.publish("swarm.a", bytes, headers));
        QVERIFY(murmur.publish("swarm.b", {}));
        QVERIFY(murmur.publish("swarm.c", "\r\nPUB swarm.evil 1\r\nx\r\n"));
        QVERIFY(murmur.publish("swarm.d", QByteArray(3 << 20, '\n')));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.sent == std::vector<quint64>({1, 2, 3, 4}));
        QCOMPARE(murmur.receivers[1], qint64(-1));
        const QJsonArray heard = listFrom(m_client->run({u"gathered"_s, u"swarm.>"_s, u"4"_s}));
        QCOMPARE(heard.size(), 4);
        QCOMPARE(heard[0]["subject"_L1].toString(), u"swarm.a"_s);
        QCOMPARE(payloadOf(heard[0]), bytes);
        // The client that hears them groups repeated ones; its order of names is that of the wire.
        QCOMPARE(headersOf(heard[0]), u"zeta=1|zeta=3|Alpha=two words|empty=|umlaut=Grüße"_s);
        QCOMPARE(heard[0]["reply"_L1].toString(), QString());
        QCOMPARE(payloadOf(heard[1]), QByteArray());
        QCOMPARE(payloadOf(heard[2]), QByteArray("\r\nPUB swarm.evil 1\r\nx\r\n"));
        QCOMPARE(payloadOf(heard[3]), QByteArray(3 << 20, '\n'));
    }

    void manyArriveInOrderAndThereIsABound()
    {
        QCOMPARE(m_client->run({u"gather"_s, u"many"_s}), QByteArray("ok"));
        Sending murmur(&createNatsPublisher, m_server.url());
        QVERIFY(murmur.waitUp());
        int taken = 0;
        while (taken < kLot && murmur.publish("many", QByteArray::number(taken)))
            ++taken;
        QVERIFY2(taken > 0 && taken < kLot, qPrintable(QString::number(taken)));
        QCOMPARE(murmur.publisher->pending(), std::int64_t(taken));
        QTRY_COMPARE_WITH_TIMEOUT(murmur.drained, 1, 15'000);
        QVERIFY(murmur.publishMany("many", kLot - taken, taken));
        QVERIFY(murmur.waitEnds(60s));
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.failed.empty());
        const QJsonArray heard =
            listFrom(m_client->run({u"gathered"_s, u"many"_s, QString::number(kLot)}));
        QCOMPARE(heard.size(), kLot);
        for (int i = 0; i < kLot; ++i)
            QCOMPARE(payloadOf(heard[i]), QByteArray::number(i));
    }

    void anAnswerComesToAFreshInbox()
    {
        QCOMPARE(m_client->run({u"serve"_s, u"oracle"_s, u"2"_s}), QByteArray("ok"));
        Sending murmur(&createNatsPublisher, m_server.url());
        QVERIFY(murmur.waitUp());
        OutgoingMessage question;
        question.topic = "oracle";
        question.wantsReply = true;
        for (const char* raw : {"one", "two"}) {
            question.raw = raw;
            QVERIFY(murmur.publish(question));
        }
        QTRY_COMPARE_WITH_TIMEOUT(murmur.answers.size(), std::size_t(4), 15'000);
        QVERIFY(murmur.sent == std::vector<quint64>({1, 2}));
        QCOMPARE(murmur.answers[0].raw, QByteArray("one!0"));
        QCOMPARE(murmur.answers[1].raw, QByteArray("one!1"));
        QCOMPARE(murmur.answers[1].number, quint64(1));
        QCOMPARE(murmur.answers[3].number, quint64(2));
        QVERIFY(murmur.answers[0].topic.startsWith("_INBOX."));
        QVERIFY(murmur.answers[0].topic != murmur.answers[2].topic);
        QVERIFY(murmur.answers[0].headers == HeaderList({{"X-Answer", "yes"}}));
        QVERIFY(murmur.answers[0].received > 0);
        // Where nobody serves, the server says so; that is no answer.
        question.topic = "nobody.serves";
        QVERIFY(murmur.publish(question));
        question.topic = "oracle";
        QVERIFY(murmur.publish(question));
        QTRY_COMPARE_WITH_TIMEOUT(murmur.answers.size(), std::size_t(6), 15'000);
        QCOMPARE(murmur.answers[4].number, quint64(4));
        QCOMPARE(murmur.answers[5].number, quint64(4));
    }

    void aStreamConfirms()
    {
        QCOMPARE(m_client->run({u"stream"_s, u"EVENTS"_s, u"limits"_s, u"events.>"_s}),
                 QByteArray("ok"));
        QCOMPARE(m_client->run({u"gather"_s, u"beside"_s}), QByteArray("ok"));
        Sending murmur(&createNatsPublisher, m_server.url(u"?stream=EVENTS&from=start"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(murmur.status().detail.contains(u"“events.>”"));
        QVERIFY(murmur.publish("events.a", "1", {{"Nats-Msg-Id", "x"}, {"b", "2"}}));
        QVERIFY(murmur.publish("events.a", "again", {{"Nats-Msg-Id", "x"}}));
        QVERIFY(murmur.publish("events.b", "late", {{"Nats-Expected-Last-Sequence", "7"}}));
        QVERIFY(murmur.publish("events.c", QByteArray("\0\1", 2)));
        QVERIFY(murmur.publish("beside", "core"));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QCOMPARE(murmur.failed.size(), std::size_t(2));
        QVERIFY2(murmur.reason(2).contains(u"as its duplicate"), qPrintable(murmur.reason(2)));
        QVERIFY2(murmur.reason(3).contains(u"wrong last sequence"), qPrintable(murmur.reason(3)));
        const QJsonArray stored = listFrom(m_client->run({u"stored"_s, u"EVENTS"_s}));
        QCOMPARE(stored.size(), 2);
        QCOMPARE(payloadOf(stored[0]), QByteArray("1"));
        QCOMPARE(headersOf(stored[0]), u"Nats-Msg-Id=x|b=2"_s);
        QCOMPARE(payloadOf(stored[1]), QByteArray("\0\1", 2));
        QCOMPARE(listFrom(m_client->run({u"gathered"_s, u"beside"_s, u"1"_s})).size(), 1);
        // Somebody who answers a stored message is heard beside the confirmation.
        QCOMPARE(m_client->run({u"serve"_s, u"events.ask"_s, u"1"_s}), QByteArray("ok"));
        OutgoingMessage question;
        question.topic = "events.ask";
        question.raw = "who";
        question.wantsReply = true;
        QVERIFY(murmur.publish(question));
        QTRY_COMPARE_WITH_TIMEOUT(murmur.answers.size(), std::size_t(1), 15'000);
        QCOMPARE(murmur.answers[0].raw, QByteArray("who!0"));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.reason(6), QString());

        Sending missing(&createNatsPublisher, m_server.url(u"?stream=NOWHERE"_s));
        QVERIFY(missing.waitFor(Sent::Failed));
        QVERIFY2(missing.status().detail.contains(u"“NOWHERE”: stream not found"),
                 qPrintable(missing.status().detail));
        NatsServer plain;
        QCOMPARE(plain.run(), QByteArray());
        Sending none(&createNatsPublisher, plain.url(u"?stream=EVENTS"_s));
        QVERIFY(none.waitFor(Sent::Failed));
        QVERIFY2(none.status().detail.contains(u"has no JetStream"),
                 qPrintable(none.status().detail));
    }

    void whatCannotBeSentIsNamedAndNothingElse()
    {
        NatsServer server("max_payload: 1000\nauthorization { users = [ { user: robot, password: "
                          "secret, permissions: { publish: { deny: [\"forbidden.>\"] } } } ] }\n");
        QCOMPARE(server.run(), QByteArray());
        ConnectionOptions options;
        options.password = "secret";
        Sending murmur(&createNatsPublisher, server.with(u"nats://robot@127.0.0.1:%1"_s), options);
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        const std::vector<std::pair<QByteArray, HeaderList>> bad{
            {"", {}},
            {"two words", {}},
            {"line\r\nPUB x 0", {}},
            {"wild.*", {}},
            {"wild.>", {}},
            {"a..b", {}},
            {"fine", {{"name", "value\r\nNats-Rollup: all"}}},
            {"fine", {{"na:me", "value"}}},
            {"fine", {{"", "value"}}},
            {"forbidden.a", {}},
            {QByteArray(5000, 'x'), {}},
        };
        for (const auto& [topic, headers] : bad) {
            QVERIFY(murmur.publish("fine", "before"));
            QVERIFY(murmur.publish(topic, "bad", headers));
        }
        QVERIFY(murmur.publish("fine", QByteArray(1001, 'x')));
        QVERIFY(murmur.publish("fine", QByteArray(995, 'x'), {{"with", "headers"}}));
        QVERIFY(murmur.publish("fine", QByteArray(1000, 'x')));
        // Not in the middle of the call.
        QVERIFY(murmur.ends.empty());
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.status().state == Sent::Up);
        QCOMPARE(murmur.failed.size(), bad.size() + 2);
        for (quint64 i = 0; i < bad.size(); ++i)
            QVERIFY2(!murmur.reason(2 * i + 2).isEmpty(), qPrintable(QString::number(i)));
        QVERIFY2(murmur.reason(20).contains(u"does not permit this login to send there"),
                 qPrintable(murmur.reason(20)));
        QVERIFY2(murmur.reason(23).contains(u"at most 1000 bytes"), qPrintable(murmur.reason(23)));
    }

    void logins()
    {
        NatsServer server("authorization { users = [ { user: robot, password: secret, permissions: "
                          "{ subscribe: { deny: [\"_INBOX.>\"] } } }, { nkey: "
                          "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4 } ] }\n");
        QCOMPARE(server.run(), QByteArray());
        const QString robot = server.with(u"nats://robot@127.0.0.1:%1"_s);
        ConnectionOptions options;
        options.password = "wrong";
        Sending wrong(&createNatsPublisher, robot, options);
        QVERIFY(wrong.waitFor(Sent::Failed));
        QVERIFY2(wrong.status().detail.contains(u"refuses the user “robot”") &&
                     !wrong.status().detail.contains(u"rying again"),
                 qPrintable(wrong.status().detail));
        QVERIFY(!wrong.publish("a", "b"));

        options.password = "secret";
        Sending right(&createNatsPublisher, robot, options);
        QVERIFY2(right.waitUp(), qPrintable(right.status().detail));
        OutgoingMessage question;
        question.topic = "a";
        QVERIFY(right.publish(question));
        question.wantsReply = true;
        QVERIFY(right.publish(question));
        QVERIFY(right.waitEnds());
        QVERIFY(right.sent == std::vector<quint64>({1}));
        QVERIFY2(right.reason(2).contains(u"_INBOX"), qPrintable(right.reason(2)));

        const QString seed = server.file(
            u"user.nk"_s, "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n");
        Sending key(&createNatsPublisher, server.url(u"?nkey="_s + seed));
        QVERIFY2(key.waitUp(), qPrintable(key.status().detail));
        Sending bad(&createNatsPublisher,
                    server.url(u"?nkey="_s + server.file(u"bad.nk"_s, "nothing\n")));
        QVERIFY2(bad.error.contains(u"holds no seed"), qPrintable(bad.error));
        QVERIFY(bad.status().state == Sent::Failed);

        NatsServer tokens("authorization { token: \"sesame\" }\n");
        QCOMPARE(tokens.run(), QByteArray());
        ConnectionOptions token;
        token.token = "sesame";
        Sending open(&createNatsPublisher, tokens.url(), token);
        QVERIFY2(open.waitUp(), qPrintable(open.status().detail));
    }

    void credentials()
    {
        NatsServer server("include accounts.conf\n");
        NodeProgram maker(QStringLiteral(NODE_DIRECTORY), u"natscreds.mjs"_s,
                          {server.directory.path()});
        QCOMPARE(maker.outcome(), QByteArray());
        QCOMPARE(server.run(), QByteArray());
        Sending murmur(&createNatsPublisher,
                       server.url(u"?creds="_s + server.directory.filePath(u"user.creds"_s)));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(murmur.publish("a", "b"));
        QVERIFY(murmur.waitEnds());
        QVERIFY(murmur.failed.empty());
        Sending stranger(&createNatsPublisher, server.url());
        QVERIFY(stranger.waitFor(Sent::Failed));
    }

    void encrypted()
    {
        NatsServer server("tls { cert_file: \"%2/server.pem\", key_file: \"%2/server.key\", "
                          "ca_file: \"%2/ca.pem\", verify: true }\n");
        QCOMPARE(makeCertificates(server.directory.path()), QByteArray());
        QCOMPARE(server.run(), QByteArray());
        const QString ours = server.with(u"&cert=%2/client.pem&key=%2/client.key"_s);
        const QString ca = server.with(u"?ca=%2/ca.pem"_s);
        Sending murmur(&createNatsPublisher, server.url(ca + ours, u"tls"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(murmur.publish("a", QByteArray(1 << 20, 'x')));
        QVERIFY(murmur.waitEnds());
        QVERIFY(murmur.failed.empty());
        Sending unverified(&createNatsPublisher, server.url(u"?insecure=1"_s + ours, u"tls"_s));
        QVERIFY2(unverified.waitUp(), qPrintable(unverified.status().detail));

        const auto fails = [&](const QString& url, QLatin1StringView words) {
            Sending one(&createNatsPublisher, url);
            const bool isRight = one.waitFor(Sent::Failed) && one.status().detail.contains(words);
            return isRight ? QString() : one.status().detail;
        };
        QCOMPARE(fails(server.url(u"?subject=a"_s + ours, u"tls"_s), "is not trusted"_L1),
                 QString());
        QCOMPARE(fails(server.url(ca + u"&server-name=other"_s + ours, u"tls"_s), "name"_L1),
                 QString());
        QCOMPARE(fails(server.url(ca, u"tls"_s), "cert=FILE"_L1), QString());
        QCOMPARE(fails(server.url(), "Write tls://"_L1), QString());
        QCOMPARE(fails(m_server.url({}, u"tls"_s), "Write nats://"_L1), QString());
    }

    void aServerThatDiesEndsItForGood()
    {
        NatsServer server;
        QCOMPARE(server.run(), QByteArray());
        Sending murmur(&createNatsPublisher, server.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publishMany("a", 5000));
        // Some are on their way when it dies: it stands still before.
        QCOMPARE(::kill(static_cast<pid_t>(server.processId()), SIGSTOP), 0);
        while (murmur.publish("a", "last")) {
        }
        server.kill();
        QVERIFY(murmur.waitFor(Sent::Lost));
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(!murmur.failed.empty() && murmur.publisher->pending() == 0);
        QVERIFY2(murmur.failed.begin()->second.startsWith(u"Whether it arrived is not known"),
                 qPrintable(murmur.failed.begin()->second));
        QVERIFY(!murmur.publish("a", "b"));
        QCOMPARE(server.run(), QByteArray());
        QTest::qWait(1000);
        QVERIFY(murmur.status().state == Sent::Lost);
        QVERIFY(!murmur.publish("a", "b"));
        Sending nobody(&createNatsPublisher, u"nats://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(nobody.waitFor(Sent::Failed));
        QVERIFY2(nobody.status().detail.contains(u"Nobody answers"),
                 qPrintable(nobody.status().detail));
    }

    void stoppingWaitsForWhatWasAccepted()
    {
        Sending murmur(&createNatsPublisher, m_server.url());
        QVERIFY(murmur.waitUp());
        for (int i = 0; i < 100; ++i)
            QVERIFY(murmur.publish("a", "b"));
        murmur.publisher->stop();
        QVERIFY(!murmur.publish("a", "too late"));
        QVERIFY(murmur.waitFor(Sent::Stopped));
        QCOMPARE(murmur.sent.size(), std::size_t(100));
        QCOMPARE(murmur.flaws(), QByteArray());
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
        QTest::newRow("bytes") << QByteArray(700'000, '\xff') << QByteArray();
        QTest::newRow("garbage") << info << QByteArray("+OK\r\n+OK\r\nPONG\r\n\xff\x01\r\n");
        QTest::newRow("sizes") << info << QByteArray("PONG\r\nHMSG a 1 99 3\r\nabc\r\n");
        QTest::newRow("negative") << info << QByteArray("PONG\r\nMSG a 1 -5\r\n\r\n");
        QTest::newRow("huge") << info << QByteArray("PONG\r\nMSG a 1 99999999999\r\n\r\n");
        QTest::newRow("words") << info << QByteArray("PONG\r\nMSG\r\nMSG a b c d e f g h\r\n");
        QTest::newRow("silence") << info << QByteArray("+OK\r\n+OK\r\nPONG\r\n");
        QTest::newRow("errors") << info
                                << QByteArray("+OK\r\n+OK\r\nPONG\r\n-ERR 'Permissions "
                                              "Violation for Subscription to x'\r\n-ERR "
                                              "'Stale'\r\n-ERR\r\n+OK\r\n");
    }
    void hostileServers()
    {
        QFETCH(QByteArray, hello);
        QFETCH(QByteArray, then);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            socket->write(hello);
            connect(socket, &QTcpSocket::readyRead, socket, [socket, then] {
                if (socket->readAll().contains("PING"))
                    socket->write(then);
            });
        });
        Sending murmur(&createNatsPublisher, u"nats://127.0.0.1:%1"_s.arg(server.serverPort()));
        if (then.isEmpty()) {
            QVERIFY(murmur.waitFor(Sent::Failed));
            QVERIFY2(murmur.status().detail.contains(u"does not speak NATS"),
                     qPrintable(murmur.status().detail));
            return;
        }
        QVERIFY(QTest::qWaitFor([&] { return murmur.status().state != Sent::Starting; }, 15'000));
        const bool isTaken = murmur.publish("a", "b");
        if (isTaken)
            murmur.publisher->stop(); // that nobody confirms it does not hold us up
        QVERIFY(QTest::qWaitFor([&] { return murmur.status().state > Sent::Up; }, 5000));
        QCOMPARE(murmur.flaws(), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestNatsPublisher)
#include "tst_natspublisher.moc"
