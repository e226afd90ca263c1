// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Channels of a real Redis server, with a publisher that others wrote.

#include "bus/redis/redisconnection.h"
#include "bus/redis/redisglob.h"
#include "redistestbed.h"

#include <QHash>
#include <QRandomGenerator>
#include <QTcpServer>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using State = ConnectionStatus::State;

/// What is wrong with numbered messages, of which channel i of `channels` has each i-th.
QByteArray faultsIn(const std::vector<HeardMessage>& messages, int count, int channels)
{
    if (messages.size() != std::size_t(count))
        return QByteArray::number(qlonglong(messages.size())) + " messages";
    QHash<QByteArray, int> last;
    for (const HeardMessage& message : messages) {
        const int number = message.raw.toInt();
        const auto before = last.find(message.topic);
        if (before != last.end() && number != *before + channels)
            return message.topic + ": " + message.raw + " after " + QByteArray::number(*before);
        if (message.received == 0 || message.connection != ConnectionId{1})
            return "not stamped";
        last[message.topic] = number;
    }
    return last.size() == channels ? QByteArray() : QByteArray("not all channels");
}

/// Answers with the same bytes to everybody who says something.
class RudeServer
{
public:
    explicit RudeServer(const QByteArray& bytes, bool logsIn = true)
    {
        m_server.listen(QHostAddress::LocalHost, 0);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this, bytes, logsIn] {
            ++visits;
            QTcpSocket* const socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket, bytes, logsIn] {
                const QByteArray got = socket->readAll();
                if (!logsIn) {
                    socket->write(bytes);
                    return;
                }
                if (got.contains("SETNAME"))
                    socket->write("+OK\r\n-ERR unknown\r\n");
                if (got.contains("SUBSCRIBE"))
                    socket->write("-ERR no\r\n*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n" +
                                  bytes);
            });
        });
    }
    [[nodiscard]] QString url() const
    {
        return u"redis://127.0.0.1:%1"_s.arg(m_server.serverPort());
    }
    int visits = 0;

private:
    QTcpServer m_server;
};

} // namespace

class TestRedis : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QCOMPARE(m_broker.start(), QByteArray()); }

    void overlappingPatternsBringEachMessageOnce()
    {
        Asker asker(m_broker.port);
        Attached attached(
            &createRedisConnection,
            m_broker.url(u"?pattern=agents.*,agents.1*,*.2,agents.%3F&channel=agents.3,"
                         "other"_s));
        QCOMPARE(attached.error, QString());
        QVERIFY(attached.waitUp());
        QCOMPARE(asker.ask({"PUBSUB", "NUMPAT"}).integer, 4);
        QVERIFY(attached.status().presence.join(u' ').contains(u"32.0 MiB"));
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"redis.mjs"_s,
                         {u"publish"_s, m_broker.options(), QString::number(kMany), u"agents.1"_s,
                          u"agents.2"_s, u"agents.3"_s, u"agents.12"_s, u"other"_s});
        QVERIFY2(attached.waitCount(kMany, kLong), attached.sink.dump().right(200).constData());
        QCOMPARE(node.outcome(), QByteArray());
        attached.stop();
        QCOMPARE(faultsIn(attached.sink.messages(), kMany, 5), QByteArray());
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
        QVERIFY(Attached::waitUntil([&] { return asker.ours() == 0; }, kLong));
        QCOMPARE(asker.ask({"PUBSUB", "NUMPAT"}).integer, 0);
        QCOMPARE(asker.ask({"PUBSUB", "CHANNELS"}).elements.size(), std::size_t(0));
    }

    // PUBSUB CHANNELS uses the matching of subscriptions.
    void patternsMeanWhatTheServerMeans()
    {
        Asker holder(m_broker.port);
        Asker asker(m_broker.port);
        QRandomGenerator random(7);
        const auto text = [&](int most, const QByteArray& letters) {
            QByteArray word;
            for (int n = random.bounded(most + 1); n > 0; --n)
                word += letters[random.bounded(int(letters.size()))];
            return word;
        };
        QByteArrayList channels{""};
        for (int i = 0; i < 400; ++i) {
            const QByteArray channel = text(5, "abc-]^[\\*?\xe4");
            if (!channels.contains(channel))
                channels << channel;
        }
        holder.ask(QByteArrayList{"SUBSCRIBE"} + channels);
        for (qsizetype i = 1; i < channels.size(); ++i)
            holder.answer();
        QByteArrayList patterns{"*",   "",   "**",  "[",     "[^",    "[a",
                                "[a-", "\\", "[\\", "[c-a]", "*[^a]*"};
        for (int i = 0; i < 1500; ++i)
            patterns << text(7, "aabc--]^[[\\**?\xe4");
        for (const QByteArray& pattern : patterns) {
            QByteArrayList theirs;
            for (const RespValue& one : asker.ask({"PUBSUB", "CHANNELS", pattern}).elements)
                theirs << one.text;
            QByteArrayList ours;
            for (const QByteArray& channel : channels) {
                if (redisGlobMatches(pattern.toStdString(), channel.toStdString()))
                    ours << channel;
            }
            std::ranges::sort(theirs);
            std::ranges::sort(ours);
            const QByteArray all =
                pattern + " ours: " + ours.join(' ') + " theirs: " + theirs.join(' ');
            QVERIFY2(ours == theirs, all.constData());
        }
    }

    void withoutPatternsEverythingComes()
    {
        Asker asker(m_broker.port);
        Attached attached(&createRedisConnection, m_broker.url({}));
        QVERIFY(attached.waitUp());
        QVERIFY(attached.status().presence.join(u' ').contains(u"all are subscribed"));
        QCOMPARE(attached.status().subscribed, QStringList{u"*"_s});
        QByteArray large(20 << 20, '\0');
        for (qsizetype i = 0; i < large.size(); ++i)
            large[i] = char(i * 7);
        QCOMPARE(asker.ask({"PUBLISH", "big", large}).integer, 1);
        asker.ask({"PUBLISH", "after", ""});
        QVERIFY(attached.waitCount(2, kLong));
        QVERIFY(attached.sink.messages()[0].raw == large);
        QCOMPARE(attached.sink.messages()[1].topic, QByteArray("after"));
        QCOMPARE(asker.ours(), 1);
    }

    void aMessageThatIsTooLargeIsAGap()
    {
        Asker asker(m_broker.port);
        asker.ask({"CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0"});
        Attached attached(&createRedisConnection, m_broker.url({}));
        QVERIFY(attached.waitUp());
        asker.ask({"PUBLISH", "huge", QByteArray((64 << 20) + 1, 'x')});
        QVERIFY(Attached::waitUntil([&] { return attached.sink.gaps().size() == 2; }, kLong));
        asker.ask({"CONFIG", "SET", "client-output-buffer-limit", "pubsub 33554432 8388608 60"});
        QVERIFY(attached.waitUp());
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps[0].cause, std::string("decode-error"));
        QCOMPARE(gaps[0].topic, std::string("huge"));
        QCOMPARE(gaps[0].count, 1);
        QCOMPARE(gaps[1].cause, std::string("reconnect"));
    }

    void whatElseThereIsIsTold()
    {
        Asker holder(m_broker.port);
        holder.ask({"SUBSCRIBE", "swarm.task", "agents.9"});
        Attached attached(&createRedisConnection, m_broker.url(u"?pattern=agents.*"_s));
        QVERIFY(Attached::waitUntil(
            [&] { return attached.status().unmatched == QStringList{u"swarm.task"_s}; }, kLong));
        // Streams are no channels: also who listens to all of those misses them.
        holder.ask({"UNSUBSCRIBE"});
        Asker adder(m_broker.port);
        adder.ask({"XADD", "jobs", "*", "data", "1"});
        adder.ask({"XADD", "read", "*", "data", "1"});
        Attached all(&createRedisConnection, m_broker.url(u"?pattern=*&stream=read"_s));
        QVERIFY(Attached::waitUntil(
            [&] { return all.status().unmatched == QStringList{u"stream jobs"_s}; }, kLong));
        adder.ask({"DEL", "jobs", "read"});
    }

    void aServerThatComesBackIsAttachedAgain()
    {
        RedisBroker broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createRedisConnection, broker.url(u"?pattern=a.*"_s));
        QVERIFY(attached.waitUp());
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"redis.mjs"_s,
                         {u"publish"_s, broker.options(), u"1000/1000"_s, u"a.1"_s});
        QVERIFY(attached.waitCount(1000, kLong));
        broker.kill();
        QVERIFY(attached.waitFor(State::Retrying, kLong));
        QVERIFY2(attached.status().detail.contains(u"127.0.0.1"),
                 qPrintable(attached.status().detail));
        QCOMPARE(broker.start(), QByteArray());
        QVERIFY(attached.waitUp(kLong));
        node.write("go\n");
        QVERIFY(attached.waitCount(2000, kLong));
        QCOMPARE(node.outcome(), QByteArray());
        attached.stop();
        QCOMPARE(faultsIn(attached.sink.messages(), 2000, 1), QByteArray());
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown && gaps[0].from < gaps[0].to);
        QCOMPARE(attached.status().state, State::Stopped);
    }

    void nobodyThere()
    {
        Attached attached(&createRedisConnection, u"redis://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(attached.waitFor(State::Retrying, kLong));
        QVERIFY(attached.status().detail.contains(u"Nobody listens"));
        attached.stop();
        QCOMPARE(attached.sink.gaps().size(), std::size_t(0));
    }

    void passwordsAndPermissions_data()
    {
        QTest::addColumn<QString>("user");
        QTest::addColumn<QByteArray>("password");
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("words");
        QTest::newRow("right") << u"ada@"_s << QByteArray("s3cret") << u"/2?pattern=ok.*"_s
                               << QString();
        QTest::newRow("default user") << QString() << QByteArray("main") << QString() << QString();
        QTest::newRow("wrong") << u"ada@"_s << QByteArray("wr0ng") << QString()
                               << u"refused the password of “ada”"_s;
        QTest::newRow("none") << QString() << QByteArray() << QString() << u"asks for a password"_s;
        QTest::newRow("channel") << u"ada@"_s << QByteArray("s3cret") << u"?pattern=no.*"_s
                                 << u"may not subscribe to no.*"_s;
        QTest::newRow("database") << QString() << QByteArray("main") << u"/999"_s
                                  << u"use the database 999"_s;
    }
    void passwordsAndPermissions()
    {
        QFETCH(QString, user);
        QFETCH(QByteArray, password);
        QFETCH(QString, query);
        QFETCH(QString, words);
        RedisBroker broker({u"--requirepass"_s, u"main"_s, u"--user"_s, u"ada"_s, u"on"_s,
                            u">s3cret"_s, u"resetchannels"_s, u"&ok.*"_s, u"-@all"_s,
                            u"+psubscribe"_s, u"+select"_s});
        QCOMPARE(broker.start(), QByteArray());
        ConnectionOptions options;
        options.password = password;
        Attached attached(&createRedisConnection, broker.url(query, user), options);
        if (words.isEmpty()) {
            QVERIFY(attached.waitUp());
            return;
        }
        QVERIFY(attached.waitFor(State::Failed, kLong));
        const QString detail = attached.status().detail;
        QVERIFY2(detail.contains(words), qPrintable(detail));
        QVERIFY2(!detail.contains(QString::fromUtf8(password)) || password.isEmpty(),
                 qPrintable(detail));
    }

    void whatIsPermittedIsHeardWithoutTheRest()
    {
        RedisBroker broker({u"--user"_s, u"lim"_s, u"on"_s, u">pw"_s, u"resetchannels"_s,
                            u"&ok.*"_s, u"~open*"_s, u"-@all"_s, u"+psubscribe"_s, u"+xread"_s,
                            u"+xrevrange"_s, u"+xinfo"_s, u"+time"_s});
        QCOMPARE(broker.start(), QByteArray());
        Asker asker(broker.port);
        for (const char* const key : {"open", "secret"})
            asker.ask({"XADD", key, "*", "a", "1"});
        ConnectionOptions options;
        options.password = "pw";
        Attached attached(
            &createRedisConnection,
            broker.url(u"?pattern=ok.*,no.*&stream=secret,open&from=start"_s, u"lim@"_s), options);
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QVERIFY(attached.waitCount(1, kLong));
        asker.ask({"PUBLISH", "ok.1", "x"});
        QVERIFY(attached.waitCount(2, kLong));
        QStringList denied = attached.status().denied;
        denied.sort();
        QCOMPARE(denied, (QStringList{u"no.*"_s, u"secret"_s}));
        QCOMPARE(attached.status().subscribed, (QStringList{u"ok.*"_s, u"open"_s}));
        QVERIFY(attached.status().detail.contains(u"Not permitted: "));
        // Nothing is left: that is a failure as before.
        Attached none(&createRedisConnection,
                      broker.url(u"?pattern=no.*&stream=secret"_s, u"lim@"_s), options);
        QVERIFY(none.waitFor(State::Failed, kLong));
    }

    void whatIsForbiddenLaterIsAFailure()
    {
        RedisBroker broker(
            {u"--user"_s, u"lim"_s, u"on"_s, u">pw"_s, u"allchannels"_s, u"allkeys"_s, u"+@all"_s});
        QCOMPARE(broker.start(), QByteArray());
        ConnectionOptions options;
        options.password = "pw";
        Attached attached(&createRedisConnection,
                          broker.url(u"?pattern=a&stream=open,secret"_s, u"lim@"_s), options);
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        Asker asker(broker.port);
        asker.ask({"ACL", "SETUSER", "lim", "resetkeys", "~open"});
        QVERIFY(attached.waitFor(State::Failed, kLong));
        QVERIFY2(attached.status().detail.contains(u"may not read"),
                 qPrintable(attached.status().detail));
    }

    void encryption()
    {
        RedisBroker broker({u"--port"_s, u"0"_s, u"--tls-port"_s, u"%1"_s, u"--tls-cert-file"_s,
                            u"%2/server.pem"_s, u"--tls-key-file"_s, u"%2/server.key"_s,
                            u"--tls-ca-cert-file"_s, u"%2/ca.pem"_s});
        QCOMPARE(makeCertificates(broker.directory.path()), QByteArray());
        QCOMPARE(broker.start(), QByteArray());
        const QString folder = broker.directory.path();
        const QString base = u"rediss://127.0.0.1:%1?"_s.arg(broker.port);
        const QString client = u"&cert=%1/client.pem&key=%1/client.key"_s.arg(folder);

        Attached right(&createRedisConnection, base + u"ca=%1/ca.pem"_s.arg(folder) + client);
        QVERIFY2(right.waitUp(), qPrintable(right.status().detail));
        NodeProgram node(
            QStringLiteral(NODE_DIRECTORY), u"redis.mjs"_s,
            {u"publish"_s,
             u"{\"host\":\"127.0.0.1\",\"port\":%1,\"tls\":{\"ca\":\"%2/ca.pem\","
             "\"cert\":\"%2/client.pem\",\"key\":\"%2/client.key\"}}"_s.arg(broker.port)
                 .arg(folder),
             u"5000"_s, u"a"_s});
        QVERIFY(right.waitCount(5000, kLong));
        QCOMPARE(node.outcome(), QByteArray());
        QCOMPARE(faultsIn(right.sink.messages(), 5000, 1), QByteArray());
        Attached insecure(&createRedisConnection, base + u"insecure=1"_s + client);
        QVERIFY2(insecure.waitUp(), qPrintable(insecure.status().detail));

        const auto failure = [](const QString& url) {
            Attached attached(&createRedisConnection, url);
            Attached::waitUntil(
                [&] {
                    return attached.status().state == State::Failed ||
                           attached.status().detail.contains(u"rediss://");
                },
                kLong);
            return attached.status().detail;
        };
        const QString unknown = failure(base + client.mid(1));
        QVERIFY2(unknown.contains(u"nobody whom this machine trusts"), qPrintable(unknown));
        const QString missing = failure(base + u"ca=%1/ca.pem"_s.arg(folder));
        QVERIFY2(missing.contains(u"certificate of ours"), qPrintable(missing));
        const QString plain = failure(u"redis://127.0.0.1:%1"_s.arg(broker.port));
        QVERIFY2(plain.contains(u"rediss://"), qPrintable(plain));
        RudeServer withoutEncryption("-ERR unknown command\r\n", false);
        const QString encrypted =
            failure(withoutEncryption.url().replace(u"redis:"_s, u"rediss:"_s));
        QVERIFY2(encrypted.contains(u"redis://"), qPrintable(encrypted));
    }

    void rudeServers_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("type") << QByteArray("?what\r\n");
        QTest::newRow("length") << QByteArray("$abc\r\nabc\r\n");
        QTest::newRow("negative") << QByteArray("*2\r\n$-7\r\n");
        QTest::newRow("huge") << QByteArray("*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\na\r\n"
                                            "$999999999999\r\nx");
        QTest::newRow("many") << QByteArray("*99999999999\r\n");
        QTest::newRow("deep") << QByteArray("*1\r\n").repeated(100);
        QTest::newRow("endless") << QByteArray("+") + QByteArray(1 << 20, 'x');
        QTest::newRow("integer") << QByteArray(":12x\r\n");
        QTest::newRow("error") << QByteArray("-LOADING Redis is loading\r\n");
    }
    void rudeServers()
    {
        QFETCH(QByteArray, bytes);
        RudeServer server(bytes);
        Attached attached(&createRedisConnection, server.url());
        QVERIFY(attached.waitFor(State::Retrying, kLong));
        QVERIFY(!attached.status().detail.isEmpty());
        // It is tried again.
        QVERIFY(Attached::waitUntil([&] { return server.visits >= 2; }, kLong));
    }

    void valuesThatAreNoMessagesAreCounted()
    {
        RudeServer server("*2\r\n$3\r\nodd\r\n:1\r\n:5\r\n$-1\r\n*-1\r\n*0\r\n"
                          "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\na\r\n:1\r\n"
                          "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\na\r\n$2\r\nhi\r\n");
        Attached attached(&createRedisConnection, server.url());
        QVERIFY(attached.waitCount(1, kLong));
        QCOMPARE(attached.sink.dump(), QByteArray("a|hi"));
        QCOMPARE(attached.sink.gaps().size(), std::size_t(6));
        QCOMPARE(attached.sink.gaps()[0].cause, std::string("decode-error"));
    }

    void anotherProtocolIsNoRedis()
    {
        RudeServer server("HTTP/1.1 400 Bad Request\r\n\r\n", false);
        Attached attached(&createRedisConnection, server.url());
        QVERIFY(attached.waitFor(State::Failed, kLong));
        QVERIFY(attached.status().detail.contains(u"does not speak the protocol of Redis"));
    }

    void monitorShowsWhoAndEnds()
    {
        Asker asker(m_broker.port);
        Attached attached(&createRedisConnection, m_broker.url(u"?monitor=1&monitor-max=4KiB"_s));
        QVERIFY(attached.waitUp());
        QVERIFY(attached.status().presence.join(u' ').contains(u"slows the server"));
        asker.ask({"PUBLISH", "ch \"1\"", QByteArray("a\0\r\n\xff\\", 6)});
        asker.ask({"SET", "k", "v"});
        QVERIFY(attached.waitCount(2, kLong));
        const auto messages = attached.sink.messages();
        QCOMPARE(messages[0].topic, QByteArray("ch \"1\""));
        QCOMPARE(messages[0].raw, QByteArray("a\0\r\n\xff\\", 6));
        QVERIFY(messages[0].peer.startsWith("127.0.0.1:"));
        QCOMPARE(messages[1].topic, QByteArray("monitor.set"));
        QCOMPARE(messages[1].raw, QByteArray("\"SET\" \"k\" \"v\""));
        asker.ask({"SET", "k", QByteArray(8000, 'x')});
        QVERIFY(attached.waitFor(State::Stopped, kLong));
        QVERIFY2(attached.status().detail.contains(u"4.0 KiB"),
                 qPrintable(attached.status().detail));
        QVERIFY(Attached::waitUntil([&] { return asker.ours() == 0; }, kLong));

        Attached brief(&createRedisConnection, m_broker.url(u"?monitor=1&monitor-for=1s"_s));
        QVERIFY(brief.waitFor(State::Stopped, kLong));
        QVERIFY2(brief.status().detail.contains(u"1 s"), qPrintable(brief.status().detail));
    }

private:
    RedisBroker m_broker;
};

QTEST_GUILESS_MAIN(TestRedis)
#include "tst_redis.moc"
