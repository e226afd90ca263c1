// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending through rosbridge, heard by roslib.

#include "base/transport.h"
#include "bus/robots/rosbridgepublisher.h"
#include "publishbed.h"
#include "support/brokers.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using State = PublisherStatus::State;

namespace {

OutgoingMessage message(const QByteArray& topic, const QByteArray& raw, const char* type = nullptr)
{
    OutgoingMessage message;
    message.topic = topic;
    message.raw = raw;
    if (type != nullptr)
        message.headers.emplace_back(std::string(transport::kType), type);
    return message;
}

QByteArray lineOf(NodeProgram& node)
{
    runUntil([&] { return node.canReadLine(); }, 20'000);
    return node.readLine().trimmed();
}

/// node robots_rosbridge.mjs
struct Bridge
{
    explicit Bridge(const QString& mode = u"sent"_s)
        : node(QStringLiteral(NODE_DIRECTORY), u"robots_rosbridge.mjs"_s,
               {QString::number(port), mode})
    {
    }
    [[nodiscard]] QString url(const QString& scheme = u"rosbridge"_s) const
    {
        return u"%1://127.0.0.1:%2"_s.arg(scheme).arg(port);
    }
    const std::uint16_t port = freePort();
    NodeProgram node;
};

} // namespace

class TestRosbridgePublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void othersHearIt()
    {
        Bridge bridge;
        QCOMPARE(lineOf(bridge.node), "ready");
        NodeProgram ear(
            QStringLiteral(NODE_DIRECTORY), u"sent_ros.mjs"_s,
            {bridge.url(u"ws"_s), u"/pose"_s, u"geometry_msgs/msg/Pose2D"_s, u"1001"_s});
        QByteArray greeting = lineOf(ear);
        if (greeting.startsWith("ROSLib"))
            greeting = lineOf(ear);
        QCOMPARE(greeting, "ready");
        QVERIFY(lineOf(bridge.node).startsWith("subscribe /pose"));
        QCOMPARE(lineOf(bridge.node), "subscribed /pose");
        Publishing told(&createRosbridgePublisher, bridge.url() + u"?topic=/other&throttle=1s"_s);
        QVERIFY2(told.waitUp(), told.detail().constData());
        const PublisherTraits traits = told.publisher->traits();
        QVERIFY(traits.confirms && traits.hasTopics && !traits.hasHeaders && !traits.hasReplies);
        QVERIFY(!traits.takesMembers);
        QByteArray expected;
        for (int i = 0; i < 1000; ++i) {
            const QByteArray n = QByteArray::number(i);
            // As it was recorded, under another topic; then as somebody writes it.
            QVERIFY(told.publish(
                i % 2 == 0
                    ? message("/pose", R"({"op":"publish","topic":"/old","msg": {"seq":)" + n +
                                           R"(}, "x":1})")
                    : message("/pose", R"({"x-murmurscope-inject":"job","seq":)" + n + '}')));
            expected += "{\"seq\":" + n + "}\n";
        }
        QVERIFY(told.publish(message("/pose", R"({"bad":1})")));
        QVERIFY(told.publish(message("/pose", "[1]")));
        QVERIFY(told.publish(message("/pose", R"({"op":"publish","topic":"/pose"})")));
        QVERIFY(told.publish(message("/pose", R"({"seq":"last"})")));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(1001));
        QVERIFY2(told.failed[1001].contains(u"does not have a field bad"),
                 qPrintable(told.failed[1001]));
        QVERIFY(told.failed.contains(1002) && told.failed.contains(1003));
        QCOMPARE(ear.outcome(), "");
        QCOMPARE(ear.readAll(), expected + "{\"seq\":\"last\"}\n");
        // Its type was asked for, once, and it was given up at the end.
        QCOMPARE(lineOf(bridge.node), "type /pose");
        QCOMPARE(lineOf(bridge.node), "advertise /pose geometry_msgs/msg/Pose2D");
        told.publisher->stop();
        QVERIFY(told.waitFor(State::Stopped));
        QByteArray line = lineOf(bridge.node);
        while (line.startsWith("gone") || line.startsWith("unsubscribe"))
            line = lineOf(bridge.node);
        QCOMPARE(line, "unadvertise /pose -");
    }

    void theRecordingOrRosapiKnowsTheType()
    {
        Bridge bridge;
        QCOMPARE(lineOf(bridge.node), "ready");
        Publishing told(&createRosbridgePublisher, bridge.url());
        QVERIFY(told.waitUp());
        QVERIFY(told.publish(message("/new", "{}", "std_msgs/msg/Empty")));
        QVERIFY(told.publish(message("/nobody", "{}")));
        QVERIFY(told.publish(message("/nobody", "{}")));
        QVERIFY(told.publish(message("/new", "{}")));
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent, (std::vector<quint64>{1, 4}));
        QVERIFY2(told.failed[2].contains(u"knows the type of the topic /nobody"),
                 qPrintable(told.failed[2]));
        QCOMPARE(lineOf(bridge.node), "advertise /new std_msgs/msg/Empty");
        QCOMPARE(lineOf(bridge.node), "type /nobody");
        Bridge poor(u"no-rosapi"_s);
        QCOMPARE(lineOf(poor.node), "ready");
        Publishing asking(&createRosbridgePublisher, poor.url());
        QVERIFY(asking.waitUp());
        QVERIFY(asking.publish(message("/both", "{}")));
        QVERIFY(asking.waitSettled());
        QCOMPARE(asking.failed.size(), std::size_t(1));
    }

    void aBridgeThatIsKilledIsLost()
    {
        Bridge bridge;
        QCOMPARE(lineOf(bridge.node), "ready");
        Publishing told(&createRosbridgePublisher, bridge.url());
        QVERIFY(told.waitUp());
        QVERIFY(told.publish(message("/both", "{}")));
        QVERIFY(told.waitSettled());
        ::kill(static_cast<pid_t>(bridge.node.processId()), SIGSTOP);
        for (int i = 0; i < 100; ++i)
            QVERIFY(told.publish(message(i % 2 == 0 ? "/both" : "/unknown", "{}")));
        bridge.node.kill();
        QVERIFY(told.waitFor(State::Lost));
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(1));
        Publishing nobody(&createRosbridgePublisher, u"rosbridge://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(nobody.waitFor(State::Failed));
        QVERIFY(!Publishing(&createRosbridgePublisher, u"rosbridge://127.0.0.1?nothing=1"_s)
                     .error.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestRosbridgePublisher)
#include "tst_rosbridgepublisher.moc"
