// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// ROS topics through the server's side of rosbridge, published by a client that others wrote.

#include "base/message.h"
#include "base/transport.h"
#include "bus/robots/rosbridgeconnection.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

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

// A node program, and all that it said.
class Talker
{
public:
    Talker(const QString& script, const QStringList& arguments)
        : m_program(QStringLiteral(NODE_DIRECTORY), script, arguments)
    {
    }
    [[nodiscard]] bool waitFor(const QByteArray& words)
    {
        return Attached::waitUntil([&] { return said().contains(words); }, 60s);
    }
    QByteArray said()
    {
        m_said += m_program.readAll();
        return m_said;
    }
    void go() { m_program.write("go\n"); }
    void kill()
    {
        m_program.kill();
        m_program.waitForFinished(10'000);
    }

private:
    NodeProgram m_program;
    QByteArray m_said;
};

std::unique_ptr<Talker> bridge(std::uint16_t port, const QString& mode = {})
{
    auto talker = std::make_unique<Talker>(
        u"robots_rosbridge.mjs"_s,
        QStringList{QString::number(port)} + (mode.isEmpty() ? QStringList() : QStringList{mode}));
    if (!talker->waitFor("ready"))
        qWarning("%s", talker->said().constData());
    return talker;
}

QString urlOf(std::uint16_t port, const QString& query)
{
    return u"rosbridge://127.0.0.1:%1?refresh=200ms&%2"_s.arg(port).arg(query);
}

std::string headerOf(const HeardMessage& message, std::string_view name)
{
    for (const auto& [key, value] : headersFromBytes(message.headers.toStdString())) {
        if (key == name)
            return value;
    }
    return {};
}

} // namespace

class TestRosbridge : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRobotsFloodIsHeardWhole()
    {
        const std::uint16_t port = freePort();
        const auto server = bridge(port);
        Attached attached(&createRosbridgeConnection, urlOf(port, u"topic=/fleet/*"_s));
        QCOMPARE(attached.error, QString());
        QVERIFY(attached.waitUp());
        QVERIFY2(attached.status().detail.contains(u"no topic is there yet"),
                 qPrintable(attached.status().detail));
        Talker robot(u"robots_roslib.mjs"_s,
                     {u"ws://127.0.0.1:%1"_s.arg(port), u"/fleet/pose"_s, QString::number(kFlood)});
        QVERIFY(robot.waitFor("advertised"));
        QVERIFY2(server->waitFor("subscribe /fleet/pose geometry_msgs/msg/Pose2D 0"),
                 server->said().constData());
        QVERIFY(server->waitFor("publishers /fleet/pose"));
        robot.go();
        QElapsedTimer timer;
        timer.start();
        QVERIFY2(attached.waitCount(std::size_t(kFlood), 90s),
                 QByteArray::number(attached.sink.count()).constData());
        qInfo("%d messages in %lld ms", kFlood, timer.elapsed());
        const ConnectionStatus status = attached.status();
        attached.stop();
        const auto messages = attached.sink.messages();
        QCOMPARE(messages.size(), std::size_t(kFlood));
        for (int i = 0; i < kFlood; ++i) {
            const HeardMessage& message = messages[std::size_t(i)];
            if (!message.raw.startsWith(R"({"op":"publish","topic":"/fleet/pose","msg":{"seq":)" +
                                        QByteArray::number(i) + ','))
                QFAIL(message.raw.constData());
        }
        QCOMPARE(messages[0].topic, "/fleet/pose");
        QCOMPARE(messages[0].flags, 0u);
        QCOMPARE(headerOf(messages.back(), transport::kType),
                 std::string("geometry_msgs/msg/Pose2D"));
        QCOMPARE(headerOf(messages.back(), transport::kSender), std::string("/node_2"));
        QVERIFY(attached.sink.gaps().empty());
        QCOMPARE(status.subscribed, QStringList{u"/fleet/pose"_s});
        QVERIFY(status.unmatched.contains(u"/camera/image"_s));
        QVERIFY(server->waitFor("gone 1000"));
        QVERIFY(!server->said().contains("other")); // nothing but subscribing and asking
    }

    void withoutTopicsAllButTheLarge()
    {
        const std::uint16_t port = freePort();
        const auto server = bridge(port);
        Attached attached(&createRosbridgeConnection, urlOf(port, u"throttle=50ms"_s));
        QVERIFY(server->waitFor("subscribe /both std_msgs/msg/String 50"));
        QVERIFY(attached.waitUp());
        QCOMPARE(attached.status().subscribed, QStringList{u"/both"_s});
        QCOMPARE(attached.status().unmatched, QStringList{u"/camera/image"_s});
        QVERIFY(attached.status().presence.join(u'\n').contains(u"call_service"));
    }

    void withoutRosapiTopicsNeedNames()
    {
        const std::uint16_t port = freePort();
        const auto server = bridge(port, u"no-rosapi"_s);
        Attached all(&createRosbridgeConnection, urlOf(port, {}));
        QVERIFY(all.waitFor(State::Retrying, 20s));
        QVERIFY2(all.status().detail.contains(u"no rosapi"), qPrintable(all.status().detail));

        Attached named(&createRosbridgeConnection, urlOf(port, u"topic=/late"_s));
        QVERIFY(named.waitUp());
        QVERIFY(server->waitFor("subscribe /late - 0"));
        QVERIFY(named.waitUntil(
            [&] { return named.status().detail.contains(u"Cannot infer topic type"); }, 20s));
        Talker robot(u"robots_roslib.mjs"_s,
                     {u"ws://127.0.0.1:%1"_s.arg(port), u"/late"_s, u"3"_s});
        // Asked again until the topic is there.
        QVERIFY(robot.waitFor("advertised"));
        QVERIFY(server->waitFor("subscribed /late"));
        robot.go();
        QVERIFY(named.waitUntil(
            [&] { return named.sink.dump().contains("/late|{\"op\":\"publish\""); }, 20s));
    }

    void fragmentsAreJoined()
    {
        const std::uint16_t port = freePort();
        const auto server = bridge(port, u"fragments"_s);
        Attached attached(&createRosbridgeConnection, urlOf(port, u"topic=/parts"_s));
        Talker robot(u"robots_roslib.mjs"_s,
                     {u"ws://127.0.0.1:%1"_s.arg(port), u"/parts"_s, u"50"_s});
        QVERIFY(server->waitFor("subscribe /parts"));
        robot.go();
        QVERIFY(attached.waitCount(50, 30s));
        attached.stop();
        const auto messages = attached.sink.messages();
        for (std::size_t i = 0; i < 50; ++i) {
            QVERIFY2(
                messages[i].raw.startsWith(R"({"op":"publish","topic":"/parts","msg":{"seq":)" +
                                           QByteArray::number(i) + ','),
                messages[i].raw.constData());
            QVERIFY(messages[i].undecodable.isEmpty() && messages[i].topic == "/parts");
        }
    }

    void whatNobodyAskedForIsKeptWithItsReason()
    {
        const std::uint16_t port = freePort();
        const auto server = bridge(port, u"odd"_s);
        Attached attached(&createRosbridgeConnection, urlOf(port, u"topic=/both"_s));
        QVERIFY(attached.waitCount(4, 20s));
        attached.stop();
        const QByteArray dump = attached.sink.dump();
        QVERIFY2(dump.contains("|!a binary frame") && dump.contains("|!a frame inside a PNG") &&
                     dump.contains("{\"op\":\"publish\",\"topic\":|!no JSON object") &&
                     dump.endsWith("{\"data\":\"after\"}}"),
                 dump.constData());
    }

    void encryptedAndRefused()
    {
        QTemporaryDir folder;
        QCOMPARE(makeCertificates(folder.path()), QByteArray());
        const std::uint16_t port = freePort();
        // No rosbridge, but it says what comes to it.
        Talker server(u"websocket_server.mjs"_s, {QString::number(port), folder.path()});
        QVERIFY(server.waitFor("ready"));
        Attached known(&createRosbridgeConnection,
                       urlOf(port, u"tls=1&ca="_s + folder.filePath(u"ca.pem"_s)));
        QVERIFY(server.waitFor(
            R"({"op":"call_service","id":"murmur-topics-1","service":"/rosapi/topics")"));
        Attached unknown(&createRosbridgeConnection, urlOf(port, u"tls=1"_s));
        QVERIFY(unknown.waitFor(State::Failed, 15s));
        QVERIFY2(unknown.status().detail.contains(u" with ca=FILE; insecure=1"),
                 qPrintable(unknown.status().detail));
        ConnectionOptions options;
        options.token = "wrong-one";
        Attached stranger(&createRosbridgeConnection,
                          u"rosbridge://127.0.0.1:%1/401?tls=1&insecure=1"_s.arg(port), options);
        QVERIFY(stranger.waitFor(State::Failed, 15s));
        QVERIFY(stranger.status().detail.contains(u"wants to know who we are"));
        QVERIFY(server.waitFor("upgrade /401 Bearer wrong-one"));
        Attached plain(&createRosbridgeConnection, urlOf(port, u"ca=/x"_s));
        QVERIFY2(plain.error.contains(u"add tls=1"), qPrintable(plain.error));
    }

    void aBridgeThatStartsAgainIsSubscribedToAgain()
    {
        const std::uint16_t port = freePort();
        auto server = bridge(port);
        Attached attached(&createRosbridgeConnection, urlOf(port, u"topic=/both"_s));
        QVERIFY(server->waitFor("subscribe /both"));
        QVERIFY(attached.waitUp());
        server->kill();
        QVERIFY(attached.waitFor(State::Retrying, 20s));
        server = bridge(port);
        QVERIFY(server->waitFor("subscribe /both"));
        QVERIFY(attached.waitUp());
        QCOMPARE(attached.status().reconnects, std::uint64_t(1));
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QVERIFY(gaps[0].cause == "reconnect" && gaps[0].lostIs == LostIs::Unknown);
    }
};

QTEST_GUILESS_MAIN(TestRosbridge)
#include "tst_rosbridge.moc"
