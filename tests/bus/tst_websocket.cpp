// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The WebSocket client against a server that others wrote, and against one that means harm.

#include "bus/websocket/websocketconnection.h"
#include "bus/websocketreader.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = ConnectionStatus::State;

namespace {

constexpr int kFlood = kIsSanitized ? 20'000 : 200'000;

// The npm server, on a port that stays its own.
class Server
{
public:
    explicit Server(QString tlsFolder = {})
        : m_tlsFolder(std::move(tlsFolder))
    {
    }

    // What went wrong, or nothing.
    QByteArray start()
    {
        m_program = std::make_unique<NodeProgram>(
            QStringLiteral(NODE_DIRECTORY), u"websocket_server.mjs"_s,
            QStringList{QString::number(port)} +
                (m_tlsFolder.isEmpty() ? QStringList() : QStringList{m_tlsFolder}));
        return waitFor("ready") ? QByteArray() : "no server: " + m_said;
    }
    void kill()
    {
        m_program->kill();
        m_program->waitForFinished(10'000);
        m_program.reset();
    }
    [[nodiscard]] bool waitFor(const QByteArray& words)
    {
        return Attached::waitUntil([&] { return said().contains(words); }, 20s);
    }
    QByteArray said()
    {
        m_said += m_program->readAll();
        return m_said;
    }
    [[nodiscard]] QString url(const QString& pathAndQuery) const
    {
        return u"%1://127.0.0.1:%2%3"_s.arg(m_tlsFolder.isEmpty() ? u"ws"_s : u"wss"_s)
            .arg(port)
            .arg(pathAndQuery);
    }

    std::uint16_t port = freePort();

private:
    QString m_tlsFolder;
    QByteArray m_said;
    std::unique_ptr<NodeProgram> m_program;
};

// Says the same bytes to everybody who comes; with `upgrades` behind a proper handshake.
class HostileServer
{
public:
    HostileServer(QByteArray bytes, bool upgrades)
        : m_bytes(std::move(bytes))
        , m_upgrades(upgrades)
    {
        m_server.listen(QHostAddress::LocalHost, 0);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            QTcpSocket* const socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                const QByteArray request = socket->readAll();
                static const QRegularExpression key(u"Sec-WebSocket-Key: (\\S+)"_s);
                const auto match = key.match(QString::fromLatin1(request));
                if (!match.hasMatch())
                    return;
                if (m_upgrades) {
                    const std::string accept = webSocketAccept(match.captured(1).toStdString());
                    socket->write("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Accept: " +
                                  QByteArray::fromStdString(accept) + "\r\n\r\n");
                }
                socket->write(m_bytes);
                socket->disconnectFromHost();
            });
        });
    }
    [[nodiscard]] QString url() const
    {
        return u"ws://127.0.0.1:%1/feed"_s.arg(m_server.serverPort());
    }

private:
    QByteArray m_bytes;
    bool m_upgrades;
    QTcpServer m_server;
};

} // namespace

class TestWebSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_server.start(), QByteArray());
        QCOMPARE(makeCertificates(m_certificates.path()), QByteArray());
    }

    void aFloodIsHeardWhole()
    {
        Attached attached(&createWebSocketConnection,
                          m_server.url(u"/flood?count=%1"_s.arg(kFlood)));
        QCOMPARE(attached.error, QString());
        QElapsedTimer timer;
        timer.start();
        QVERIFY(attached.waitCount(std::size_t(kFlood), 60s));
        qInfo("%d messages in %lld ms", kFlood, timer.elapsed());
        attached.stop();
        const auto messages = attached.sink.messages();
        QCOMPARE(messages.size(), std::size_t(kFlood));
        for (int i = 0; i < kFlood; ++i) {
            const HeardMessage& message = messages[std::size_t(i)];
            if (message.raw !=
                "{\"seq\":" + QByteArray::number(i) + ",\"from\":\"node\",\"topic\":\"flood\"}")
                QFAIL(message.raw.constData());
        }
        QCOMPARE(messages[0].topic, "/flood");
        QVERIFY(attached.sink.gaps().empty());
        QCOMPARE(attached.status().received, std::uint64_t(kFlood));
        QVERIFY(m_server.waitFor("close 1000"));
    }

    void allKindsOfMessages()
    {
        Attached attached(&createWebSocketConnection,
                          m_server.url(u"/kinds?murmur.topic=t&murmur.max-message=64KiB"
                                       "&murmur.subprotocol=other,feed.v1"_s));
        QVERIFY(attached.waitCount(6, 20s));
        const ConnectionStatus status = attached.status();
        QVERIFY2(status.detail.contains(u"subprotocol feed.v1"), qPrintable(status.detail));
        attached.stop();
        const auto messages = attached.sink.messages();
        QCOMPARE(messages.size(), std::size_t(6));
        QCOMPARE(messages[0].raw, "plain \u20ac");
        QCOMPARE(messages[0].flags, 0u);
        QVERIFY(messages[1].flags == Flag::Binary && messages[1].raw == QByteArray("\0\xff\1", 3));
        QCOMPARE(messages[2].raw, "{\"half\":true}");
        QVERIFY(messages[3].raw.isEmpty() && messages[3].undecodable.isEmpty());
        QVERIFY(messages[4].flags & Flag::Truncated);
        QVERIFY2(messages[4].undecodable.contains("100000 bytes is larger than the limit of 65536"),
                 messages[4].undecodable.constData());
        QCOMPARE(messages[4].raw, QByteArray(65536, 'L'));
        QCOMPARE(messages[5].raw, "after");
        for (const HeardMessage& message : messages)
            QVERIFY(message.topic == "t" && message.peer.isEmpty());
    }

    void whatTheUrlSaysIsSaid()
    {
        ConnectionOptions options;
        options.token = "s3cret";
        Attached attached(
            &createWebSocketConnection,
            m_server.url(
                u"/ask?room=5&murmur.header=X-Room: blue&murmur.hello={\"op\":\"sub\",\"a\":[1,2]}"
                "&murmur.hello=second&murmur.reply=who are=>it is me&murmur.reply=^2$=>3"_s),
            options);
        // Three of the server's, and its echo of our four.
        QVERIFY(attached.waitCount(7, 20s));
        QVERIFY(m_server.waitFor("upgrade /ask?room=5 Bearer s3cret blue"));
        QVERIFY(m_server.waitFor("text {\"op\":\"sub\",\"a\":[1,2]}\ntext second\n"));
        QVERIFY(m_server.waitFor("text it is me\ntext 3\n"));
        QCOMPARE(m_server.said().count("text 3"), 1);
        const ConnectionStatus status = attached.status();
        QVERIFY2(status.presence.join(u'\n').contains(u"2 hello messages"),
                 qPrintable(status.presence.join(u'\n')));
        QVERIFY(!status.detail.contains(u"s3cret"));
    }

    void whoIsCutComesBackAndSaysSo()
    {
        Attached attached(&createWebSocketConnection, m_server.url(u"/cut"_s));
        // Cut, closed with a reason, and attached again.
        QVERIFY(attached.waitUntil([&] { return attached.status().reconnects == 2; }, 30s));
        QVERIFY(attached.waitUp());
        attached.stop();
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(2));
        for (const Gap& gap : gaps) {
            QCOMPARE(gap.cause, std::string("reconnect"));
            QVERIFY(gap.lostIs == LostIs::Unknown && gap.from < gap.to);
        }
    }

    void aServerThatStartsAgainIsFound()
    {
        Server server;
        Attached attached(&createWebSocketConnection, server.url(u"/echo?murmur.hello=hi"_s));
        QVERIFY(attached.waitFor(State::Retrying, 15s));
        QVERIFY2(attached.status().detail.contains(u"Nobody listens at"),
                 qPrintable(attached.status().detail));
        QCOMPARE(server.start(), QByteArray());
        QVERIFY(attached.waitCount(1, 60s));
        QVERIFY(attached.sink.gaps().empty()); // never attached, so nothing is missing
        server.kill();
        QVERIFY(attached.waitFor(State::Retrying, 15s));
        QCOMPARE(server.start(), QByteArray());
        QVERIFY(attached.waitCount(2, 60s));
        QVERIFY(attached.waitUp());
        QCOMPARE(attached.sink.gaps().size(), std::size_t(1));
    }

    void aServerThatIsSilentIsPingedAndLeft()
    {
        Attached attached(&createWebSocketConnection, m_server.url(u"/mute?murmur.ping=200ms"_s));
        QVERIFY(attached.waitFor(State::Retrying, 20s));
        QVERIFY2(attached.status().detail.contains(u"did not answer a ping"),
                 qPrintable(attached.status().detail));
        Attached lively(&createWebSocketConnection, m_server.url(u"/quiet?murmur.ping=100ms"_s));
        QVERIFY(lively.waitUp());
        QVERIFY(m_server.waitFor("ping murmurscope"));
        QVERIFY(lively.status().state == State::Up);
    }

    void refusalsAreFinal_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("words");
        QTest::newRow("401") << u"/401"_s << u"wants to know who we are"_s;
        QTest::newRow("403") << u"/403"_s << u"does not let us in"_s;
        QTest::newRow("404") << u"/404"_s << u"nothing at this path"_s;
    }
    void refusalsAreFinal()
    {
        QFETCH(QString, path);
        QFETCH(QString, words);
        ConnectionOptions options;
        options.token = "wrong-one";
        Attached attached(&createWebSocketConnection, m_server.url(path), options);
        QVERIFY(attached.waitFor(State::Failed, 15s));
        const QString detail = attached.status().detail;
        QVERIFY2(detail.contains(words) && detail.contains(u"not you"), qPrintable(detail));
        QVERIFY(!detail.contains(u"wrong-one"));
    }

    void aBusyServerIsTriedAgain()
    {
        Attached attached(&createWebSocketConnection, m_server.url(u"/503"_s));
        QVERIFY(attached.waitFor(State::Retrying, 15s));
        QVERIFY(attached.status().detail.contains(u"problem of its own"));
    }

    void encrypted()
    {
        Server server(m_certificates.path());
        QCOMPARE(server.start(), QByteArray());
        const QString ca = m_certificates.filePath(u"ca.pem"_s);
        {
            Attached attached(&createWebSocketConnection,
                              server.url(u"/flood?count=1000&murmur.ca="_s + ca));
            QVERIFY(attached.waitCount(1000, 20s));
        }
        Attached unknown(&createWebSocketConnection, server.url(u"/flood?count=1"_s));
        QVERIFY(unknown.waitFor(State::Failed, 15s));
        QString plainUrl = server.url(u"/flood"_s);
        Attached plain(&createWebSocketConnection, plainUrl.replace(u"wss://"_s, u"ws://"_s));
        QVERIFY(Attached::waitUntil(
            [&] { return plain.status().detail.contains(u"the URL begins with wss://"); }, 15s));
        const QString detail = unknown.status().detail;
        QVERIFY2(detail.contains(u"is not trusted") && detail.contains(u"murmur.ca=FILE") &&
                     detail.contains(u"murmur.insecure=1"),
                 qPrintable(detail));
        Attached insecure(&createWebSocketConnection,
                          server.url(u"/flood?count=5&murmur.insecure=1"_s));
        QVERIFY(insecure.waitCount(5, 20s));
        Attached otherName(
            &createWebSocketConnection,
            server.url(u"/flood?count=1&murmur.server-name=elsewhere&murmur.ca="_s + ca));
        QVERIFY(otherName.waitFor(State::Failed, 15s));
        QVERIFY2(otherName.status().detail.contains(u"for another name"),
                 qPrintable(otherName.status().detail));
    }

    void tlsToAServerWithoutIt()
    {
        QString url = m_server.url(u"/"_s);
        url.replace(u"ws://"_s, u"wss://"_s);
        Attached attached(&createWebSocketConnection, url);
        QVERIFY(
            attached.waitUntil([&] { return attached.status().state != State::Starting; }, 20s));
        QVERIFY2(attached.status().state == State::Failed, qPrintable(attached.status().detail));
    }

    void nonsenseIsKeptAndHarmsNobody_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("upgrades");
        QTest::addColumn<QByteArray>("dump");
        QTest::addColumn<QString>("words");
        QTest::newRow("not http") << QByteArray("220 mail.example ESMTP\r\n") << false
                                  << QByteArray() << u"does not speak WebSocket"_s;
        QTest::newRow("wrong accept")
            << QByteArray("HTTP/1.1 101 X\r\nSec-WebSocket-Accept: nonsense\r\n\r\n") << false
            << QByteArray() << u"does not belong to ours"_s;
        QTest::newRow("nothing") << QByteArray() << false << QByteArray() << u"hung up"_s;
        QTest::newRow("reserved bits") << QByteArray("\x81\x02ok\xf1\x03"
                                                     "bad")
                                       << true
                                       << QByteArray("/feed|ok\n/feed|\xf1\x03"
                                                     "bad|!no WebSocket frame: a frame uses an "
                                                     "extension that was not agreed on")
                                       << u"broke the WebSocket protocol"_s;
        QTest::newRow("not utf-8") << QByteArray("\x81\x02\xff\xfe\x81\x01k") << true
                                   << QByteArray("/feed|\xff\xfe|!a text message that is not "
                                                 "UTF-8\n/feed|k")
                                   << u"without a word"_s;
        QTest::newRow("cut inside") << QByteArray("\x82\x7f\0\0\0\0\x10\0\0\0abc", 13) << true
                                    << QByteArray("/feed|abc|!the connection ended inside this "
                                                  "message")
                                    << u"without a word"_s;
        QTest::newRow("close code") << QByteArray("\x88\x06\x0f\xa1"
                                                  "auth")
                                    << true << QByteArray() << u"number 4001, “auth”"_s;
    }
    void nonsenseIsKeptAndHarmsNobody()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, upgrades);
        QFETCH(QByteArray, dump);
        QFETCH(QString, words);
        HostileServer server(bytes, upgrades);
        Attached attached(&createWebSocketConnection, server.url());
        QString detail;
        QVERIFY2(attached.waitUntil(
                     [&] {
                         detail = attached.status().detail;
                         return detail.contains(words);
                     },
                     15s),
                 qPrintable(detail));
        attached.stop();
        const QByteArray heard = attached.sink.dump();
        QVERIFY2(dump.isEmpty() ? heard.isEmpty() : heard.startsWith(dump), heard.constData());
    }

private:
    Server m_server;
    QTemporaryDir m_certificates;
};

QTEST_GUILESS_MAIN(TestWebSocket)
#include "tst_websocket.moc"
