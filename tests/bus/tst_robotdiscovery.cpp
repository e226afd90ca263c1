// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Robots and receivers of traces are found on this machine, and what flows on a rosbridge is known
// before it is attached to; with clients and servers that others wrote.

#include "bus/discovery.h"
#include "bus/otlp/otlpconnection.h"
#include "session/topicsurvey.h"
#include "support/attached.h"
#include "support/brokers.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <memory>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A node program that says when it is ready.
class Server
{
public:
    Server(const QString& script, const QStringList& arguments, const QByteArray& ready = "ready")
        : m_program(QStringLiteral(NODE_DIRECTORY), script, arguments)
    {
        m_isReady = Attached::waitUntil(
            [&] {
                m_said += m_program.readAll();
                return m_said.contains(ready);
            },
            60s);
    }
    [[nodiscard]] bool isReady() const { return m_isReady; }
    void go() { m_program.write("go\n"); }
    QByteArray said()
    {
        m_said += m_program.readAll();
        return m_said;
    }

private:
    NodeProgram m_program;
    QByteArray m_said;
    bool m_isReady = false;
};

/// What the probe of `scheme` finds on a port.
std::vector<FoundBus> foundBy(const char* scheme, std::uint16_t port)
{
    std::vector<BusProbe> probes = Discovery::usualProbes();
    std::erase_if(probes, [scheme](const BusProbe& probe) {
        return std::string_view(probe.scheme) != scheme;
    });
    if (probes.empty())
        qFatal("no probe for %s", scheme);
    probes.resize(1);
    probes[0].port = port;
    Discovery discovery;
    QSignalSpy finished(&discovery, &Discovery::finished);
    discovery.start(probes);
    finished.wait(10'000);
    return discovery.found();
}

const SurveyedTopic* find(const SurveyResult& result, const QString& topic)
{
    const auto found = std::ranges::find(result.topics, topic, &SurveyedTopic::topic);
    return found == result.topics.end() ? nullptr : &*found;
}

} // namespace

class TestRobotDiscovery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRosbridgeIsFound()
    {
        const std::uint16_t port = freePort();
        Server server(u"robots_rosbridge.mjs"_s, {QString::number(port)});
        QVERIFY(server.isReady());
        const auto found = foundBy("rosbridge", port);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].url, QUrl(u"rosbridge://127.0.0.1:%1"_s.arg(port)));
        // Nobody's topics are asked for.
        QVERIFY2(!server.said().contains("subscribe"), server.said().constData());
    }

    void aFoxgloveServerIsFoundWithItsChannels_data()
    {
        QTest::addColumn<QString>("protocol");
        QTest::newRow("v1") << u"foxglove.websocket.v1"_s;
        QTest::newRow("sdk") << u"foxglove.sdk.v1"_s;
    }
    void aFoxgloveServerIsFoundWithItsChannels()
    {
        QFETCH(QString, protocol);
        const std::uint16_t port = freePort();
        Server server(u"robots_foxglove.mjs"_s,
                      {QString::number(port), protocol, u"1"_s, u"robot"_s});
        QVERIFY(server.isReady());
        const auto found = foundBy("foxglove", port);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].url, QUrl(u"foxglove://127.0.0.1:%1"_s.arg(port)));
        QVERIFY(!found[0].version.isEmpty());
        QCOMPARE(found[0].topics.value_or(0), 3);
        QVERIFY2(!server.said().contains("subscribe"), server.said().constData());
    }

    void aReceiverOfTracesIsFoundAndNotOffered()
    {
        Attached receiver(&createOtlpConnection, u"otlp://127.0.0.1:0"_s);
        QVERIFY(receiver.waitUp());
        const auto port = static_cast<std::uint16_t>(receiver.status().effectiveUrl.port());
        const auto found = foundBy("otlp", port);
        QCOMPARE(found.size(), std::size_t(1));
        QVERIFY(found[0].url.isEmpty()); // exporters send there; nobody listens to it
        QVERIFY(found[0].detail.contains(u"listen on another port"_s));
        QCOMPARE(receiver.sink.count(), std::size_t(0));
    }

    void whatIsSomethingElseIsNotFound()
    {
        Attached receiver(&createOtlpConnection, u"otlp://127.0.0.1:0"_s);
        QVERIFY(receiver.waitUp());
        const auto port = static_cast<std::uint16_t>(receiver.status().effectiveUrl.port());
        QVERIFY(foundBy("rosbridge", port).empty());
        QVERIFY(foundBy("foxglove", port).empty());
        QVERIFY(foundBy("otlp", freePort()).empty());
    }

    void whatFlowsOnARosbridgeIsKnownBeforeItIsAttached()
    {
        const std::uint16_t port = freePort();
        Server bridge(u"robots_rosbridge.mjs"_s, {QString::number(port)});
        QVERIFY(bridge.isReady());
        // No more than a bridge on a busy machine is done with when the survey says good-bye.
        Server robot(u"robots_roslib.mjs"_s,
                     {u"ws://127.0.0.1:%1"_s.arg(port), u"/fleet/pose"_s, u"5000"_s}, "advertised");
        QVERIFY(robot.isReady());
        SurveyOptions how;
        how.length = 800ms;
        TopicSurvey survey(QUrl(u"rosbridge://127.0.0.1:%1?refresh=200ms"_s.arg(port)), {}, how);
        QSignalSpy finished(&survey, &TopicSurvey::finished);
        QVERIFY(survey.start());
        // It talks while the survey listens.
        QVERIFY(QTest::qWaitFor([&] { return bridge.said().contains("subscribed /fleet/pose"); },
                                20'000));
        robot.go();
        QVERIFY(finished.wait(30'000));
        const SurveyResult& result = survey.result();
        QVERIFY2(result.state == SurveyResult::State::Done, qPrintable(result.error.message));
        const SurveyedTopic* pose = find(result, u"/fleet/pose"_s);
        QVERIFY2(pose != nullptr, qPrintable(result.notes.join(u' ')));
        QVERIFY(pose->perSecond.value_or(0) > 0);
        // What is large is named and not subscribed to.
        QVERIFY(find(result, u"/camera/image"_s) != nullptr);
        QVERIFY2(!bridge.said().contains("subscribe /camera/image"), bridge.said().constData());
        QTRY_VERIFY2(bridge.said().contains("gone 1000"), bridge.said().right(400).constData());
    }
};

QTEST_GUILESS_MAIN(TestRobotDiscovery)
#include "tst_robotdiscovery.moc"
