// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending to a real Redis server, heard by a client that others wrote.

#include "base/message.h"
#include "bus/redis/redispublisher.h"
#include "bus/redis/streamentry.h"
#include "publishbed.h"
#include "redistestbed.h"

#include <QTcpServer>

#include <csignal>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using State = PublisherStatus::State;

namespace {

OutgoingMessage message(const QByteArray& topic, const QByteArray& raw, HeaderList headers = {})
{
    OutgoingMessage message;
    message.topic = topic;
    message.raw = raw;
    message.headers = std::move(headers);
    return message;
}

/// The fields of the entries of a stream, without their ids: "a=1 b=2", a line each.
QByteArray entriesOf(Asker& asker, const QByteArray& stream)
{
    QByteArray text;
    for (const RespValue& entry : asker.ask({"XRANGE", stream, "-", "+"}).elements) {
        const std::vector<RespValue>& fields = entry.elements[1].elements;
        for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
            text += fields[i].text + '=' + fields[i + 1].text + ' ';
        text += '\n';
    }
    return text;
}

QByteArray joined(const QByteArrayList& fields)
{
    return fields.join('|');
}

} // namespace

class TestRedisPublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsAreThoseOfTheRecording()
    {
        QCOMPARE(joined(entryFields("x", {})), "data|x");
        QCOMPARE(joined(entryFields("x", {{"murmur-id", "1-1"}, {"redis-field", "body"}})),
                 "body|x|redis-old-id|1-1");
        const QByteArray fields =
            "{\"a\":\"1\",\"b\\n\":\"\xc3\xa9\",\"a\":\"2\",\"n\":1.50,\"o\":{}}";
        QCOMPARE(joined(entryFields(fields, {{"redis-fields", "json"}})),
                 "a|1|b\n|\xc3\xa9|a|2|n|1.50|o|{}");
        QCOMPARE(joined(entryFields(R"({"a":"/w=="})",
                                    {{"redis-fields", "json"}, {"redis-base64", "a"}})),
                 "a|\xff");
        // What marks it goes behind all else, wherever it stood.
        QCOMPARE(joined(entryFields(R"({"x-murmurscope-inject":"7","a":"1"})",
                                    {{"redis-fields", "json"}, {"murmur-id", "1-1"}})),
                 "a|1|redis-old-id|1-1|x-murmurscope-inject|7");
        // Edited so that it is no such object any more.
        QCOMPARE(joined(entryFields("[1]", {{"redis-fields", "json"}})), "data|[1]");
        QCOMPARE(joined(entryFields("{}", {{"redis-fields", "json"}})), "data|{}");
        QCOMPARE(joined(entryFields("x", {{"x-murmurscope-replay", "7"},
                                          {"traceparent", "t"},
                                          {"redis-entry-time", "then"}})),
                 "data|x|traceparent|t|x-murmurscope-replay|7");
    }

    void othersHearIt()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), "");
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"sent_redis.mjs"_s,
                         {QString::number(broker.port), u"3000"_s, u"swarm.*"_s, u"tasks"_s});
        QVERIFY(runUntil([&] { return node.canReadLine(); }, 20'000));
        QCOMPARE(node.readLine(), "ready\n");
        Publishing told(&createRedisPublisher, broker.url(u"?stream=tasks"_s));
        QVERIFY2(told.waitUp(), told.detail().constData());
        QVERIFY(told.publisher->traits().confirms && told.publisher->traits().hasHeaders);
        QByteArray expected;
        for (int i = 0; i < 3000; ++i) {
            const QByteArray topic = "swarm." + QByteArray::number(i % 3);
            const QByteArray raw = QByteArray("\0\xff\r\n", 4) + QByteArray::number(i);
            QVERIFY(told.publish(topic, raw));
            expected += topic + ' ' + raw.toHex() + '\n';
        }
        QVERIFY(told.publish(message("tasks", "x", {{"redis-field", "body"}, {"trace", "t"}})));
        QVERIFY(told.publish("swarm.nobody.else", "x"));
        QVERIFY(told.publish("nobody", "x"));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(3003));
        QCOMPARE(told.receivers[0], 1);
        QCOMPARE(told.receivers[3000], -1);
        QCOMPARE(told.receivers[3002], 0); // nobody got it
        QCOMPARE(node.outcome(), "");
        const QByteArray heard = node.readAll();
        QVERIFY2(heard.startsWith(expected), heard.left(300).constData());
        QVERIFY2(heard.endsWith("626f6479 78 7472616365 74\n"), heard.right(300).constData());
        Asker asker(broker.port);
        told.publisher->stop();
        QVERIFY(told.waitFor(State::Stopped));
        QVERIFY(runUntil([&] { return asker.ours() == 0; }, 10'000));
    }

    void whatWasRecordedFromAStreamIsRecordedAgain()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), "");
        Asker asker(broker.port);
        asker.ask({"XADD", "from", "5-1", "data", "{\"n\":1}"});
        asker.ask({"XADD", "from", "5-2", "a", "1", "b", "\xff\xfe", "a", "3"});
        asker.ask({"XADD", "from", "5-3", "other", "x", "x-murmurscope", "y"});
        Attached first(&createRedisConnection, broker.url(u"?stream=from&from=start"_s));
        QVERIFY(first.waitCount(3, kLong));
        Publishing told(&createRedisPublisher, broker.url({}));
        QVERIFY(told.waitUp());
        for (const HeardMessage& heard : first.sink.messages()) {
            HeaderList headers = headersFromBytes(
                {heard.headers.constData(), static_cast<std::size_t>(heard.headers.size())});
            headers.emplace_back("x-murmurscope-replay", "job");
            QVERIFY(told.publish(message("to", heard.raw, headers)));
        }
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(entriesOf(asker, "to"),
                 "data={\"n\":1} redis-old-id=5-1 x-murmurscope-replay=job \n"
                 "a=1 b=\xff\xfe a=3 redis-old-id=5-2 x-murmurscope-replay=job \n"
                 "other=x x-murmurscope=y redis-old-id=5-3 x-murmurscope-replay=job \n");
        // Read again it is what it was: what we added is beside the message, not in it.
        Attached second(&createRedisConnection, broker.url(u"?stream=to&from=start"_s));
        QVERIFY(second.waitCount(3, kLong));
        for (std::size_t i = 0; i < 3; ++i) {
            const HeardMessage again = second.sink.messages()[i];
            QCOMPARE(again.raw, first.sink.messages()[i].raw);
            const HeaderList headers = headersFromBytes(
                {again.headers.constData(), static_cast<std::size_t>(again.headers.size())});
            QVERIFY(std::ranges::count(headers, std::pair<std::string, std::string>(
                                                    "x-murmurscope-replay", "job")) == 1);
        }
        // Nothing was cut away, and a smaller id was no trouble.
        QCOMPARE(asker.ask({"XLEN", "to"}).integer, 3);
    }

    void theServerSaysWhatATopicIs()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), "");
        Asker asker(broker.port);
        asker.ask({"XADD", "stream", "*", "data", "0"});
        asker.ask({"SET", "text", "0"});
        Publishing told(&createRedisPublisher, broker.url(u"?stream=text&channel=said"_s));
        QVERIFY(told.waitUp());
        QVERIFY(!told.publisher->traits().hasHeaders);
        for (int i = 1; i <= 3; ++i) {
            for (const char* topic : {"stream", "unknown", "text", "said"})
                QVERIFY(told.publish(topic, QByteArray::number(i)));
        }
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(entriesOf(asker, "stream"), "data=0 \ndata=1 \ndata=2 \ndata=3 \n");
        // The URL's word goes before the server's.
        QCOMPARE(told.failed.size(), std::size_t(3));
        QVERIFY2(told.failed[3].contains(u"“text”"), qPrintable(told.failed[3]));
        QCOMPARE(asker.ask({"GET", "text"}).text, "0");
    }

    void whatIsNotPermittedIsSaidInWords()
    {
        RedisBroker broker({u"--requirepass"_s, u"main"_s});
        QCOMPARE(broker.start(), "");
        Publishing without(&createRedisPublisher, broker.url({}));
        QVERIFY(without.waitFor(State::Failed));
        QVERIFY2(without.detail().contains("asks for a password"), without.detail().constData());
        ConnectionOptions wrong;
        wrong.password = "wrong";
        Publishing refused(&createRedisPublisher, broker.url({}), wrong);
        QVERIFY(refused.waitFor(State::Failed));
        QVERIFY2(refused.detail().contains("refused the password"), refused.detail().constData());
        Asker asker(broker.port);
        asker.ask({"AUTH", "main"});
        asker.ask({"ACL", "SETUSER", "ada", "on", ">pass", "~open", "&open", "+publish", "+xadd"});
        ConnectionOptions ada;
        ada.password = "pass";
        Publishing told(&createRedisPublisher, broker.url(u"?stream=open,closed"_s, u"ada@"_s),
                        ada);
        QVERIFY2(told.waitUp(), told.detail().constData());
        for (const char* topic : {"open", "closed", "elsewhere"})
            QVERIFY(told.publish(topic, "x"));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.sent, std::vector<quint64>{1});
        QVERIFY2(told.failed[2].contains(u"“ada” may not add to the stream “closed”"),
                 qPrintable(told.failed[2]));
        QVERIFY2(told.failed[3].contains(u"“ada” may not publish to the channel “elsewhere”"),
                 qPrintable(told.failed[3]));
        QCOMPARE(told.state(), State::Up);
        Publishing nobody(&createRedisPublisher, u"redis://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(nobody.waitFor(State::Failed));
        QVERIFY2(nobody.detail().contains("Nobody listens"), nobody.detail().constData());
    }

    void encryptedToo()
    {
        QTemporaryDir folder;
        QCOMPARE(makeCertificates(folder.path()), "");
        const QString at = folder.path();
        RedisBroker broker({u"--port"_s, u"0"_s, u"--tls-port"_s, u"%1"_s, u"--tls-cert-file"_s,
                            at + u"/server.pem"_s, u"--tls-key-file"_s, at + u"/server.key"_s,
                            u"--tls-ca-cert-file"_s, at + u"/ca.pem"_s, u"--tls-auth-clients"_s,
                            u"no"_s});
        QCOMPARE(broker.start(), "");
        Publishing told(&createRedisPublisher,
                        u"rediss://127.0.0.1:%1?ca=%2/ca.pem"_s.arg(broker.port).arg(at));
        QVERIFY2(told.waitUp(), told.detail().constData());
        QVERIFY(told.publish("a", "b"));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.receivers, std::vector<qint64>{0});
    }

    void aServerThatIsKilledIsLostAndNotSoughtAgain()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), "");
        Publishing told(&createRedisPublisher, broker.url(u"?stream=s"_s));
        QVERIFY(told.waitUp());
        QVERIFY(told.publish("s", "first"));
        QVERIFY(told.waitSettled());
        // In the middle: it takes bytes and answers none.
        ::kill(static_cast<pid_t>(broker.processId()), SIGSTOP);
        for (int i = 0; i < 2000; ++i)
            QVERIFY(told.publish("s", QByteArray(1000, 'x')));
        broker.kill();
        QVERIFY(told.waitFor(State::Lost));
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(1));
        QCOMPARE(broker.start(), "");
        Asker asker(broker.port);
        QVERIFY(!runUntil([&] { return asker.ours() > 0; }, 1500));
        QCOMPARE(told.state(), State::Lost);
        QVERIFY(!told.publisher->publish(message("s", "x")));
    }

    void tooMuchIsRefusedUntilThereIsRoom()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), "");
        Publishing told(&createRedisPublisher, broker.url(u"?channel=c"_s));
        QVERIFY(told.waitUp());
        const auto pid = static_cast<pid_t>(broker.processId());
        ::kill(pid, SIGSTOP);
        OutgoingMessage large = message("c", QByteArray(1'000'000, 'x'));
        do {
            large.number = told.accepted + 1;
        } while (told.publisher->publish(large) && ++told.accepted > 0);
        QCOMPARE(told.publisher->pending(), 16);
        QVERIFY(!told.publisher->publish(large));
        QCOMPARE(told.drained, 0);
        ::kill(pid, SIGCONT);
        QVERIFY(told.waitSettled());
        QCOMPARE(told.drained, 1);
        QVERIFY(told.publish("c", "x"));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
    }

    void aHostileServerIsLeft_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("another kind") << QByteArray("$2\r\nno\r\n");
        QTest::newRow("an array") << QByteArray("*1\r\n:1\r\n");
        QTest::newRow("too many") << QByteArray(":1\r\n:1\r\n");
        QTest::newRow("garbage") << QByteArray(":1x\r\nfoo\r\n");
        QTest::newRow("a large promise") << QByteArray("$2000000000\r\n");
    }
    void aHostileServerIsLeft()
    {
        QFETCH(QByteArray, answer);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost, 0));
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            QTcpSocket* const socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket, answer] {
                const QByteArray got = socket->readAll();
                if (got.contains("SETNAME"))
                    socket->write("+OK\r\n+OK\r\n");
                if (got.contains("PUBLISH"))
                    socket->write(answer);
            });
        });
        Publishing told(&createRedisPublisher,
                        u"redis://127.0.0.1:%1?channel=c"_s.arg(server.serverPort()));
        QVERIFY2(told.waitUp(), told.detail().constData());
        QVERIFY(told.publish("c", "x"));
        QVERIFY(told.waitFor(State::Lost));
        QVERIFY(!told.detail().isEmpty());
        QCOMPARE(told.accounted(), "");
    }
};

QTEST_GUILESS_MAIN(TestRedisPublisher)
#include "tst_redispublisher.moc"
