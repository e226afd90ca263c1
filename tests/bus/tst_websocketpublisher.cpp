// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending to WebSocket servers that others wrote.

#include "bus/websocket/websocketconnection.h"
#include "bus/websocket/websocketpublisher.h"
#include "hubtestbed.h"
#include "publishbed.h"
#include "support/attached.h"
#include "support/brokers.h"

#include <QTcpServer>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using State = PublisherStatus::State;

namespace {

OutgoingMessage message(const QByteArray& raw, bool isBinary = false)
{
    OutgoingMessage message;
    message.topic = "goes nowhere";
    message.raw = raw;
    message.isBinary = isBinary;
    return message;
}

/// node websocket_server.mjs: prints what it gets.
class Server
{
public:
    explicit Server(const QString& folder = {})
        : m_node(QStringLiteral(NODE_DIRECTORY), u"websocket_server.mjs"_s,
                 QStringList{QString::number(port)} +
                     (folder.isEmpty() ? QStringList() : QStringList{folder}))
    {
    }
    /// The next line; empty when none comes.
    QByteArray line()
    {
        runUntil([this] { return m_node.canReadLine(); }, 20'000);
        return m_node.readLine().trimmed();
    }
    [[nodiscard]] QString url(const QString& rest = u"/talk"_s,
                              const QString& scheme = u"ws"_s) const
    {
        return u"%1://127.0.0.1:%2%3"_s.arg(scheme).arg(port).arg(rest);
    }
    void kill() { m_node.kill(); }
    [[nodiscard]] qint64 processId() const { return m_node.processId(); }

    const std::uint16_t port = freePort();

private:
    NodeProgram m_node;
};

} // namespace

class TestWebSocketPublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServerGetsTheFramesAsTheyWere()
    {
        Server server;
        QVERIFY(server.line().startsWith("ready"));
        ConnectionOptions options;
        options.token = "sesame";
        Publishing told(&createWebSocketPublisher,
                        server.url(u"/talk?room=5&murmur.hello=first&murmur.hello={token}"
                                   "&murmur.header=X-Room:blue&murmur.reply=^first$=>heard"_s),
                        options);
        QVERIFY2(told.waitUp(), told.detail().constData());
        const PublisherTraits traits = told.publisher->traits();
        QVERIFY(traits.confirms && !traits.hasTopics && !traits.hasHeaders && !traits.hasReplies);
        QCOMPARE(server.line(), "upgrade /talk?room=5 - blue");
        QCOMPARE(server.line(), "text first");
        QCOMPARE(server.line(), "text sesame");
        QCOMPARE(server.line(), "text heard"); // it said “first” back
        for (int i = 0; i < 2000; ++i)
            QVERIFY(told.publish(message("{ \"n\":" + QByteArray::number(i) + '}', i % 5 == 0)));
        QVERIFY(told.publish(message(QByteArray("\x01\xff\xfe", 3), true)));
        QVERIFY(told.publish(message(QByteArray("\xff", 1))));
        QVERIFY(told.publish(message({})));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(2002));
        QVERIFY2(told.failed[2002].contains(u"UTF-8"), qPrintable(told.failed[2002]));
        int next = 0;
        while (next < 2000) {
            const QByteArray line = server.line();
            if (line.startsWith("ping "))
                continue;
            QCOMPARE(line, (next % 5 == 0 ? "binary { \"n\":" : "text { \"n\":") +
                               QByteArray::number(next) + '}');
            ++next;
        }
        told.publisher->stop();
        QVERIFY(told.waitFor(State::Stopped));
        QByteArray line;
        while (!(line = server.line()).startsWith("close")) {
            QVERIFY(!line.isEmpty());
        }
        QCOMPARE(line, "close 1000");
    }

    void encryptedToo()
    {
        QTemporaryDir folder;
        QCOMPARE(makeCertificates(folder.path()), "");
        Server server(folder.path());
        QVERIFY(server.line().startsWith("ready"));
        Publishing stranger(&createWebSocketPublisher, server.url(u"/talk"_s, u"wss"_s));
        QVERIFY(stranger.waitFor(State::Failed));
        Publishing told(&createWebSocketPublisher,
                        server.url(u"/talk?murmur.ca=%1/ca.pem"_s.arg(folder.path()), u"wss"_s));
        QVERIFY2(told.waitUp(), told.detail().constData());
        QVERIFY(told.publish(message(QByteArray(3'000'000, 'x'))));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.sent.size(), std::size_t(1));
    }

    void whyItIsNotPossibleIsSaid()
    {
        Server server;
        QVERIFY(server.line().startsWith("ready"));
        Publishing refused(&createWebSocketPublisher, server.url(u"/401"_s));
        QVERIFY(refused.waitFor(State::Failed));
        QVERIFY2(refused.detail().contains("401"), refused.detail().constData());
        QVERIFY(!Publishing(&createWebSocketPublisher, server.url(u"/?murmur.nothing=1"_s))
                     .error.isEmpty());
    }

    void withoutPingsSentIsLess()
    {
        Server server;
        QVERIFY(server.line().startsWith("ready"));
        Publishing told(&createWebSocketPublisher, server.url(u"/talk?murmur.ping=0"_s));
        QVERIFY(told.waitUp());
        QVERIFY(!told.publisher->traits().confirms);
        for (int i = 0; i < 100; ++i)
            QVERIFY(told.publish(message("x")));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.sent.size(), std::size_t(100));
        server.line();
        for (int i = 0; i < 100; ++i)
            QCOMPARE(server.line(), "text x");
    }

    void aServerThatIsKilledIsLost()
    {
        Server server;
        QVERIFY(server.line().startsWith("ready"));
        Publishing told(&createWebSocketPublisher, server.url());
        QVERIFY(told.waitUp());
        QVERIFY(told.publish(message("first")));
        QVERIFY(told.waitSettled());
        ::kill(static_cast<pid_t>(server.processId()), SIGSTOP);
        // What it does not read is bounded, too.
        OutgoingMessage large = message(QByteArray(100'000, 'x'));
        do {
            large.number = told.accepted + 1;
        } while (told.publisher->publish(large) && ++told.accepted > 0);
        QVERIFY(told.publisher->pending() > 50 && told.publisher->pending() < 70);
        server.kill();
        QVERIFY(told.waitFor(State::Lost));
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(1));
        QVERIFY(!told.publisher->publish(message("x")));
        QTcpServer again;
        QVERIFY(runUntil(
            [&] {
                return again.isListening() || again.listen(QHostAddress::LocalHost, server.port);
            },
            10'000));
        QVERIFY(!again.waitForNewConnection(300));
    }

    void aHubIsSentToByTopic()
    {
        HubHost hub;
        const QString url = u"ws://127.0.0.1:%1/"_s.arg(hub.port);
        Publishing unaware(&createWebSocketPublisher, url);
        QVERIFY(unaware.waitFor(State::Failed));
        QVERIFY2(unaware.detail().contains(
                     "Send to listen://127.0.0.1:" + QByteArray::number(hub.port) + ", or"),
                 unaware.detail().constData());
        QCOMPARE(hub.sink.count(), std::size_t(0));
        Attached ear(&createWebSocketConnection, url + u"?murmur.hub=1"_s);
        QVERIFY(ear.waitUp());
        Publishing told(&createWebSocketPublisher, url + u"?murmur.hub=1"_s);
        QVERIFY(told.waitUp());
        QVERIFY(told.publisher->traits().hasTopics);
        OutgoingMessage named = message(R"({"topic":"a","n":1})");
        named.topic = "replay.a";
        QVERIFY(told.publish(named));
        QVERIFY(told.waitSettled());
        QCOMPARE(hub.sink.dump(), R"(replay.a|{"topic":"replay.a","n":1})");
        // The same URL listens.
        QVERIFY(Attached::waitUntil(
            [&] { return ear.sink.dump().contains(R"({"topic":"replay.a","n":1})"); },
            std::chrono::seconds(10)));
        QVERIFY(!Publishing(&createWebSocketPublisher,
                            u"wss://127.0.0.1/?murmur.hub=1&murmur.insecure=1"_s)
                     .error.isEmpty());
    }

    void aHostileServerConfirmsNothingThatItDidNotRead()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost, 0));
        QTcpSocket* socket = nullptr;
        connect(&server, &QTcpServer::newConnection, &server, [&] {
            socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                const QByteArray got = socket->readAll();
                const qsizetype at = got.indexOf("Sec-WebSocket-Key: ") + 19;
                if (at < 19)
                    return;
                const QByteArray key = got.mid(at, got.indexOf("\r\n", at) - at);
                socket->write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
                              QByteArray::fromStdString(webSocketAccept(key.toStdString())) +
                              "\r\n\r\n");
            });
        });
        Publishing told(&createWebSocketPublisher, u"ws://127.0.0.1:%1"_s.arg(server.serverPort()));
        QVERIFY(told.waitUp());
        QVERIFY(told.publish(message("one")));
        for (const char* pong : {"", "murmurscope", "murmurscope-", "murmurscope-2",
                                 "murmurscope-18446744073709551616", "murmurscope-0"})
            socket->write(QByteArray::fromStdString(RawClient::frame(pong, 10, true, false)));
        socket->write(QByteArray::fromStdString(RawClient::frame("{oops", 1, true, false)));
        QVERIFY(!told.waitSettled(200));
        socket->write(
            QByteArray::fromStdString(RawClient::frame("murmurscope-1", 10, true, false)));
        QVERIFY(told.waitSettled());
        QVERIFY(told.publish(message("two")));
        socket->write("\xff\xff\xff");
        QVERIFY(told.waitFor(State::Lost));
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent, std::vector<quint64>{1});
    }
};

QTEST_GUILESS_MAIN(TestWebSocketPublisher)
#include "tst_websocketpublisher.moc"
