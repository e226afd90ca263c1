// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Connections of a recording that runs: detached, attached again, made wider and narrower, with a
// real Redis.

#include "session/recorder.h"
#include "session/session.h"
#include "support/brokers.h"
#include "support/traffic.h"

#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

using State = ConnectionStatus::State;
using What = ConnectionWish::What;

class Redis : public Broker
{
public:
    Redis()
        : Broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s,
                                     u"%2"_s, u"--save"_s, u""_s})
    {
    }
    [[nodiscard]] QUrl url(const QString& query) const
    {
        return QUrl(u"redis://127.0.0.1:%1"_s.arg(port) + query);
    }
    /// One command, and the first line of its answer.
    [[nodiscard]] QByteArray ask(const QByteArray& command) const
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, port);
        socket.waitForConnected(5000);
        socket.write(command + "\r\n");
        while (!socket.canReadLine() && socket.waitForReadyRead(5000)) {
        }
        return socket.readLine().trimmed();
    }
};

} // namespace

class TestConnections : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    Redis m_redis;
    int m_number = 0;
    std::unique_ptr<Recorder> m_recorder;

    void record(const QString& query)
    {
        RecorderOptions options;
        options.path = m_directory.filePath(u"c%1.murmur"_s.arg(++m_number));
        options.urls = {m_redis.url(query)};
        m_recorder = std::make_unique<Recorder>(options);
        QVERIFY(m_recorder->start().ok());
        QVERIFY(reaches(State::Up));
    }
    ConnectionInfo shown(std::size_t i = 0) { return m_recorder->status().connections.at(i); }
    bool reaches(State state, std::size_t i = 0)
    {
        return QTest::qWaitFor([&] { return shown(i).state == state; }, 10'000);
    }
    bool hears(std::int64_t count, std::size_t i = 0)
    {
        return QTest::qWaitFor([&] { return shown(i).received == count; }, 10'000);
    }
    QString apply(What what, const QStringList& names = {})
    {
        const Status status = m_recorder->apply({what, shown().id, names});
        return status ? QString() : status.error().message;
    }

private Q_SLOTS:
    void initTestCase() { QCOMPARE(m_redis.start(), QByteArray()); }
    void cleanup() { m_recorder.reset(); }

    void whatIsMissedWhileDetachedIsAGapOfUnknownSize()
    {
        record(u"?channel=a"_s);
        QCOMPARE(m_redis.ask("PUBLISH a 1"), ":1");
        QVERIFY(hears(1));
        QCOMPARE(apply(What::Detach), QString());
        QCOMPARE(shown().state, State::Stopped);
        QVERIFY(shown().isDetached);
        QVERIFY(shown().detail.contains(u"is kept"));
        QCOMPARE(m_redis.ask("PUBLISH a 2"), ":0");
        QVERIFY(shown().lostBy.empty());
        QCOMPARE(apply(What::AttachAgain), QString());
        QVERIFY(reaches(State::Up));
        QVERIFY(!shown().isDetached);
        QCOMPARE(m_redis.ask("PUBLISH a 3"), ":1");
        QVERIFY(hears(2));
        QCOMPARE(shown().lostBy, (std::vector{LostBy{"reconnect", 0, LostIs::Unknown}}));
        const QString path = m_recorder->path();
        QVERIFY(m_recorder->stop().ok());
        const auto session = Session::open(path);
        QVERIFY(session.ok());
        const auto info = waitFor((*session)->info());
        QCOMPARE(info->connections.size(), std::size_t(1));
        QCOMPARE(info->connections[0].recorded, 2);
        QCOMPARE(info->connections[0].lostBy,
                 (std::vector{LostBy{"reconnect", 0, LostIs::Unknown}}));
    }

    void whoIsTurnedAwayComesWithTheSecretOfToday()
    {
        const QString secret = m_directory.filePath(u"secret"_s);
        const auto write = [&](const QByteArray& line) {
            QFile file(secret);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(line + '\n');
        };
        write("one");
        QCOMPARE(m_redis.ask("CONFIG SET requirepass one"), "+OK");
        RecorderOptions options;
        options.path = m_directory.filePath(u"c%1.murmur"_s.arg(++m_number));
        options.urls = {m_redis.url(u"?channel=a"_s)};
        options.connectionOptions.password = "one";
        options.connectionOptions.files.password = secret;
        m_recorder = std::make_unique<Recorder>(options);
        QVERIFY(m_recorder->start().ok());
        QVERIFY(reaches(State::Up));
        // The server has another one from now on, and lets everybody go.
        QCOMPARE(m_redis.ask("AUTH one\r\nCONFIG SET requirepass two\r\nCLIENT KILL TYPE pubsub"),
                 "+OK");
        QVERIFY(reaches(State::Failed));
        write("two");
        QVERIFY(reaches(State::Up));
        QCOMPARE(m_redis.ask("AUTH two\r\nPUBLISH a 1"), "+OK");
        QVERIFY(hears(1));
        QVERIFY(!shown().lostBy.empty()); // what was said meanwhile is not known
        QCOMPARE(m_redis.ask("AUTH two\r\nCONFIG SET requirepass \"\""), "+OK");
    }

    void whatDoesNotMatchIsNamedAndOneCallAway()
    {
        record(u"?channel=nobody"_s);
        QTcpSocket other;
        other.connectToHost(u"127.0.0.1"_s, m_redis.port);
        QVERIFY(other.waitForConnected(5000));
        other.write("SUBSCRIBE there\r\n");
        QVERIFY(other.waitForReadyRead(5000));
        QVERIFY(
            QTest::qWaitFor([&] { return shown().unmatched == QStringList{u"there"_s}; }, 20'000));
        QCOMPARE(apply(What::Widen, {u"there"_s}), QString());
        QVERIFY(reaches(State::Up));
        QCOMPARE(m_redis.ask("PUBLISH there x"), ":2");
        QVERIFY(hears(1));
        QCOMPARE(shown().subscribed, (QStringList{u"nobody"_s, u"there"_s}));
        QVERIFY(shown().url.endsWith(u"?channel=nobody&channel=there"_s));
        QVERIFY(!apply(What::Widen, {u"a,b"_s}).isEmpty());
        QStringList tooMany;
        for (int i = 0; i < 10'001; ++i)
            tooMany << QString::number(i);
        QVERIFY(!apply(What::Widen, tooMany).isEmpty());
        QCOMPARE(shown().state, State::Up);
        QCOMPARE(m_recorder->status().connections.size(), std::size_t(1));
    }

    void narrowerPatternsTakeThePlaceOfAll()
    {
        record({});
        QCOMPARE(m_redis.ask("PUBLISH a.1 x"), ":1");
        QVERIFY(hears(1));
        QCOMPARE(apply(What::Narrow, {u"a.*"_s}), QString());
        QVERIFY(reaches(State::Up));
        QCOMPARE(m_redis.ask("PUBLISH b.1 x"), ":0");
        QCOMPARE(m_redis.ask("PUBLISH a.1 x"), ":1");
        QVERIFY(hears(2));
    }

    /// What the bus keeps is neither read twice nor missed.
    void aStreamIsWidenedByAConnectionBeside()
    {
        QVERIFY(m_redis.ask("XADD s 1-1 f v").startsWith('$'));
        QVERIFY(m_redis.ask("XADD t 1-1 f v").startsWith('$'));
        record(u"?stream=s&from=start"_s);
        QVERIFY(hears(1));
        QCOMPARE(shown().expectedMessages, 1);
        QVERIFY(!shown().isWindow);
        QCOMPARE(apply(What::Widen, {u"stream t"_s}), QString());
        QVERIFY(reaches(State::Up, 1));
        QVERIFY(hears(1, 1));
        QVERIFY(shown(0).lostBy.empty() && shown(1).lostBy.empty());
    }

    void aWindowThatIsCancelledKeepsWhatWasRead()
    {
        record(u"?channel=a"_s);
        const auto added = m_recorder->attach(m_redis.url(u"?stream=s&from=start&to=now"_s));
        QVERIFY(added.ok());
        QVERIFY(reaches(State::Stopped, 1));
        QVERIFY(shown(1).isWindow && !shown(1).isDetached);
        QCOMPARE(shown(1).received, 1);
        QCOMPARE(shown(1).expectedMessages, 1);
        // Its end lies in the future, so it is still read.
        const auto open =
            m_recorder->attach(m_redis.url(u"?stream=s&from=start&to=2199-01-01T00:00:00Z"_s));
        QVERIFY(open.ok());
        QVERIFY(hears(1, 2));
        QVERIFY(m_recorder->apply({What::Detach, *open, {}}).ok());
        QVERIFY2(shown(2).detail.startsWith(u"Cancelled after 1 of about 1 messages"_s),
                 qPrintable(shown(2).detail));
    }

    /// Whether the broker comes back or not, what was missed is told.
    void anOutageThatDoesNotEndIsAGapToo_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("url");
        QTest::newRow("redis") << u"redis-server"_s
                               << QStringList{u"--port"_s, u"%1"_s,     u"--dir"_s,
                                              u"%2"_s,     u"--save"_s, u""_s}
                               << u"redis://127.0.0.1:%1?pattern=a"_s;
#if MURMUR_TEST_MQTT
        QTest::newRow("mqtt") << u"mosquitto"_s << QStringList{u"-p"_s, u"%1"_s}
                              << u"mqtt://127.0.0.1:%1?topic=a"_s;
#endif
#if MURMUR_TEST_NATS
        QTest::newRow("nats") << u"nats-server"_s
                              << QStringList{u"-p"_s, u"%1"_s, u"-a"_s, u"127.0.0.1"_s}
                              << u"nats://127.0.0.1:%1?subject=a"_s;
#endif
    }
    void anOutageThatDoesNotEndIsAGapToo()
    {
        QFETCH(const QString, program);
        QFETCH(const QStringList, arguments);
        QFETCH(const QString, url);
        Broker broker(program, arguments);
        QCOMPARE(broker.start(), QByteArray());
        RecorderOptions options;
        options.path = m_directory.filePath(u"c%1.murmur"_s.arg(++m_number));
        options.urls = {QUrl(broker.with(url))};
        m_recorder = std::make_unique<Recorder>(options);
        QVERIFY(m_recorder->start().ok());
        QVERIFY(reaches(State::Up));
        QVERIFY(shown().lostBy.empty());
        broker.kill();
        QVERIFY(reaches(State::Retrying));
        QVERIFY(shown().lostBy.empty());
        QVERIFY(m_recorder->stop().ok());
        QCOMPARE(shown().lostBy, (std::vector{LostBy{"reconnect", 0, LostIs::Unknown}}));
    }

    void thereIsNoSuchConnection()
    {
        record(u"?channel=a"_s);
        const Status status = m_recorder->apply({What::Detach, ConnectionId{77}, {}});
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestConnections)
#include "tst_connections.moc"
