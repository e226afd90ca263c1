// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A trigger that sends, on real brokers: what it sends is heard, marked, and sets nothing off.

#include "livetriggers.h"
#include "support/brokers.h"

#include <QTcpSocket>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

RecorderOptions attachedTo(const QString& url)
{
    RecorderOptions options;
    options.urls = {QUrl(url)};
    return options;
}

/// Says something to a broker as a stranger would, on a socket.
bool sayTo(const Broker& broker, const QByteArray& bytes, const QByteArray& answer)
{
    QTcpSocket socket;
    socket.connectToHost(u"127.0.0.1"_s, broker.port);
    if (!socket.waitForConnected(5000))
        return false;
    socket.write(bytes);
    QByteArray heard;
    while (!heard.contains(answer) && socket.waitForReadyRead(5000))
        heard += socket.readAll();
    return heard.contains(answer);
}

bool isUp(const LiveTriggers& live)
{
    return QTest::qWaitFor(
        [&] {
            const auto connections = live.recorder->status().connections;
            return connections.size() > 0 && connections[0].state == ConnectionStatus::State::Up;
        },
        20'000);
}

TriggerRules armedFor(const QUrl& bus)
{
    Arming arming;
    if (!arming.arm(bus, Environment::Dev, steadyNow()))
        qFatal("not armed");
    TriggerRules rules;
    rules.injectTo = bus;
    rules.sources = {bus};
    rules.arming = [arming] { return arming; };
    return rules;
}

} // namespace

class TestTriggerBuses : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8()); }

#ifdef MURMUR_TEST_NATS
    void onNatsTheMarkIsAHeader()
    {
        Broker nats(u"nats-server"_s, {u"-a"_s, u"127.0.0.1"_s, u"-p"_s, u"%1"_s});
        const QByteArray trouble = nats.start();
        QVERIFY2(trouble.isEmpty(), trouble.constData());
        const QUrl bus(u"nats://127.0.0.1:%1?subject=%3E"_s.arg(nats.port));
        // It waits for just what it sends: text, which a mark does not fit into.
        LiveTriggers live(
            {trigger(u"\"look at\""_s, {u"inject:alerts look at {{message.topic}}"_s})},
            armedFor(bus), attachedTo(bus.toString(QUrl::FullyEncoded)));
        QVERIFY(isUp(live));
        const QByteArray said = "look at this";
        QVERIFY(sayTo(nats, "CONNECT {}\r\nPUB state.a 12\r\n" + said + "\r\nPING\r\n", "PONG"));
        QTRY_COMPARE_WITH_TIMEOUT(live.done.size() + live.failures.size(), 1, 20'000);
        QCOMPARE(live.failures, QStringList());
        QTRY_COMPARE(live.session->seen().last, Seq(2));
        live.said = 2;
        QVERIFY(live.waitForAll());
        QTest::qWait(300);
        QCOMPARE(live.firings.size(), std::size_t(1));
        QCOMPARE(live.session->seen().last, Seq(2));
        auto sent = live.session->message(2);
        QVERIFY(QTest::qWaitFor([&] { return sent.isFinished(); }, 10'000));
        const auto message = sent.takeResult();
        QVERIFY(message.ok());
        QCOMPARE(message->raw, QByteArray("look at state.a"));
        QVERIFY((message->row.flags & Injected) != 0);
    }
#endif

#ifdef MURMUR_TEST_REDIS
    void onRedisOnlyWhatCanBeMarkedIsSent()
    {
        Broker redis(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                         u"--save"_s, QString(), u"--dir"_s, u"%2"_s});
        const QByteArray trouble = redis.start();
        QVERIFY2(trouble.isEmpty(), trouble.constData());
        const QUrl bus(u"redis://127.0.0.1:%1?pattern=*"_s.arg(redis.port));
        Trigger text = trigger(u"payload.level == high"_s, {u"inject:alerts look at it"_s});
        Trigger json = trigger(u"payload.level == high"_s,
                               {u"inject:alerts {\"level\":\"high\",\"by\":\"us\"}"_s});
        json.name = u"json"_s;
        LiveTriggers live({text, json}, armedFor(bus), attachedTo(bus.toString()));
        QVERIFY(isUp(live));
        QVERIFY(sayTo(redis, "PUBLISH state.a \"{\\\"level\\\":\\\"high\\\"}\"\r\n", ":1\r\n"));
        QTRY_COMPARE_WITH_TIMEOUT(live.done.size() + live.failures.size(), 2, 20'000);
        QCOMPARE(live.failures.size(), 1);
        QVERIFY2(live.failures[0].contains(u"could hear itself"_s), qPrintable(live.failures[0]));
        QTRY_COMPARE(live.session->seen().last, Seq(2));
        live.said = 2;
        QVERIFY(live.waitForAll());
        QTest::qWait(300);
        QCOMPARE(live.firings.size(), std::size_t(2)); // each by the stranger's
        QCOMPARE(live.session->seen().last, Seq(2));
    }
#endif
};

QTEST_GUILESS_MAIN(TestTriggerBuses)
#include "tst_triggerbuses.moc"
