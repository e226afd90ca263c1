// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending to a hub: what was recorded from it comes out as it was.

#include "bus/hubframe.h"
#include "bus/hubpublisher.h"
#include "bus/queuedpublisher.h"
#include "hubtestbed.h"
#include "publishbed.h"
#include "support/brokers.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using State = PublisherStatus::State;

namespace {

OutgoingMessage message(const QByteArray& topic, const QByteArray& raw)
{
    OutgoingMessage message;
    message.topic = topic;
    message.raw = raw;
    return message;
}

/// Path, kind and bytes of the frame, as text.
QByteArray framed(const OutgoingMessage& message)
{
    const auto frame = hubFrame(message);
    if (!frame)
        return "!" + frame.error().message.toUtf8();
    return frame->path + (frame->isBinary ? "|b|" : "|t|") + frame->bytes;
}

/// Confirms when told to.
class Slow final : public QueuedPublisher
{
public:
    explicit Slow(const Bounds& bounds)
        : QueuedPublisher(u"slow"_s, bounds)
    {
    }
    [[nodiscard]] PublisherTraits traits() const override { return {.mostBytes = 1000}; }
    using QueuedPublisher::lose;
    using QueuedPublisher::refuse;
    using QueuedPublisher::settle;

    std::uint64_t last = 0;
    bool dooms = false;

protected:
    void attach() override { setUp(u"up"_s); }
    void send(std::uint64_t place, const OutgoingMessage& /*message*/) override
    {
        last = place;
        if (dooms)
            doom(u"no"_s);
    }
    void leave() override {}
};

Publishing::Create slow(QueuedPublisher::Bounds bounds)
{
    static QueuedPublisher::Bounds given;
    given = bounds;
    return [](const QUrl&, const ConnectionOptions&) {
        return Result<std::unique_ptr<Publisher>>(std::make_unique<Slow>(given));
    };
}

QString urlOf(const HubHost& hub)
{
    return u"listen://127.0.0.1:%1"_s.arg(hub.port);
}

/// Speaks WebSocket, reads, and says nothing; or what the test gives it.
class Mute : public QObject
{
public:
    Mute()
    {
        m_server.listen(QHostAddress::LocalHost, 0);
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            socket = m_server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this] {
                read += socket->readAll();
                const qsizetype end = read.indexOf("\r\n\r\n");
                if (m_isOpen || end < 0)
                    return;
                m_isOpen = true;
                const qsizetype at = read.indexOf("Sec-WebSocket-Key: ") + 19;
                const QByteArray key = read.mid(at, read.indexOf("\r\n", at) - at);
                socket->write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
                              QByteArray::fromStdString(webSocketAccept(key.toStdString())) +
                              "\r\n\r\n");
                read.remove(0, end + 4);
            });
        });
    }
    [[nodiscard]] QString url() const
    {
        return u"listen://127.0.0.1:%1"_s.arg(m_server.serverPort());
    }

    QTcpSocket* socket = nullptr;
    QByteArray read;

private:
    QTcpServer m_server;
    bool m_isOpen = false;
};

struct FrameRow
{
    const char* name;
    const char* topic;
    const char* raw;
    const char* frame;
};
// Out here, where moc does not stumble over quotes.
const FrameRow kFrameRows[] = {
    {"its own topic", "a.b", " { \"topic\" : \"a.b\" , \"n\":1.10}\n",
     "|t| { \"topic\" : \"a.b\" , \"n\":1.10}\n"},
    {"its own by another name", "a", R"({"Channel":"a"})", R"(|t|{"Channel":"a"})"},
    {"no topic at all", "", R"({"x":1})", R"(|t|{"x":1})"},
    {"no topic asked for", "", R"({"topic":"a"})", R"(|t|{"topic":"a"})"},
    {"another topic", "replay.a", R"({"payload":{"topic":"a"},"topic":"a","n":1.50e3})",
     R"(|t|{"payload":{"topic":"a"},"topic":"replay.a","n":1.50e3})"},
    {"another topic, two names", "b", R"({"channel":"x","topic":"a"})",
     R"(|t|{"channel":"x","topic":"b"})"},
    {"a topic that is quoted", "a\"b\\", R"({"topic":"a"})", "|t|{\"topic\":\"a\\\"b\\\\\"}"},
    {"a hidden name", "b", "{\"t\\u006fpic\":\"a\"}",
     "|t|{\"topic\":\"b\",\"payload\":{\"t\\u006fpic\":\"a\"}}"},
    {"the topic of a path", "/cam/front", R"({"x":1})", R"(/cam/front|t|{"x":1})"},
    {"a subject of another bus", "swarm.a", R"({"x":1})",
     R"(|t|{"topic":"swarm.a","payload":{"x":1}})"},
    {"an order to the hub", "a", R"({"op":"subscribe","topic":"a"})",
     R"(|t|{"topic":"a","payload":{"op":"subscribe","topic":"a"}})"},
    {"an array", "a", "[1,2]", R"(|t|{"topic":"a","payload":[1,2]})"},
    {"text", "a", "say \"hi\"\n", "|t|{\"topic\":\"a\",\"payload\":\"say \\\"hi\\\"\\u000a\"}"},
    {"nothing", "a", "", R"(|t|{"topic":"a","payload":""})"},
    {"broken JSON", "a", R"({"x":)", "|t|{\"topic\":\"a\",\"payload\":\"{\\\"x\\\":\"}"},
    {"bytes", "a.b", "\xff\x01", "/a.b|b|\xff\x01"},
    {"bytes without a topic", "", "\xff", "|b|\xff"},
    {"a topic that is no text", "\xff", "{}", "!A hub has no topics that are not UTF-8."},
};

} // namespace

class TestHubPublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesKeepTopicAndPayload_data()
    {
        QTest::addColumn<QByteArray>("topic");
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QByteArray>("frame");
        for (const FrameRow& row : kFrameRows)
            QTest::newRow(row.name)
                << QByteArray(row.topic) << QByteArray(row.raw) << QByteArray(row.frame);
    }
    void framesKeepTopicAndPayload()
    {
        QFETCH(QByteArray, topic);
        QFETCH(QByteArray, raw);
        QFETCH(QByteArray, frame);
        QCOMPARE(framed(message(topic, raw)), frame);
    }

    void whatIsBinaryStaysBinary()
    {
        OutgoingMessage bytes = message("/cam", "{}");
        bytes.isBinary = true;
        QCOMPARE(framed(bytes), "/cam|b|{}");
        bytes.wantsReply = true;
        QVERIFY(framed(bytes).startsWith("!Bytes that are not JSON"));
    }

    void anInboxIsWrittenIntoTheObject()
    {
        QCOMPARE(withInbox("{}", "in.1", {}, "f"), R"({"reply_to":"in.1","correlation_id":"f"})");
        QCOMPARE(withInbox(R"({"replyTo": "old","correlationId":"c"} )", "in.1", {}, "f"),
                 R"({"replyTo": "in.1","correlationId":"c"} )");
        QCOMPARE(withInbox(R"({"id":"m","payload":{"id":"n"}})", "in", {}, "f"),
                 R"({"id":"m","payload":{"id":"n"},"reply_to":"in","correlation_id":"m"})");
        QCOMPARE(withInbox(R"({"id":7})", "in", {}, "f"),
                 R"({"id":7,"reply_to":"in","correlation_id":"f"})");
        QCOMPARE(withInbox(R"({"correlation-id":7,"x":{"reply_to":1}})", "in", "given", "f"),
                 R"({"correlation-id":"given","x":{"reply_to":1},"reply_to":"in"})");
    }

    void eachIsToldOfOnceAndInOrder()
    {
        Publishing told(slow({.messages = 4}), u"x:"_s);
        auto& publisher = static_cast<Slow&>(*told.publisher);
        for (int i = 0; i < 4; ++i)
            QVERIFY(told.publish("a", "b"));
        QVERIFY(!publisher.publish(message("a", "b")));
        QCOMPARE(publisher.pending(), 4);
        publisher.settle(1, 3);
        QCOMPARE(told.drained, 0);
        publisher.refuse(3, u"why"_s);
        QCOMPARE(told.drained, 1);
        QCOMPARE(told.sent, (std::vector<quint64>{1, 2}));
        QCOMPARE(told.receivers, (std::vector<qint64>{3, -1}));
        QCOMPARE(told.failed[3], u"why"_s);
        // What is too large, or cannot be sent, fails in its turn.
        QVERIFY(told.publish("a", QByteArray(1001, 'x')));
        publisher.dooms = true;
        QVERIFY(told.publish("a", "b"));
        publisher.dooms = false;
        QVERIFY(told.publish("a", "b"));
        QCoreApplication::processEvents();
        QCOMPARE(publisher.pending(), 4);
        publisher.settle(4);
        QCOMPARE(told.failed[6], u"no"_s);
        QCOMPARE(publisher.pending(), 1);
        publisher.lose(u"gone"_s);
        QCOMPARE(told.failed[7], u"gone"_s);
        QCOMPARE(told.state(), State::Lost);
        QVERIFY(!publisher.publish(message("a", "b")));
        publisher.stop();
        QVERIFY(told.waitFor(State::Stopped));
        QCOMPARE(told.accounted(), "");
    }

    void aStopWaitsForWhatWasAcceptedButNotForEver()
    {
        Publishing told(slow({.farewell = std::chrono::milliseconds(50)}), u"x:"_s);
        auto& publisher = static_cast<Slow&>(*told.publisher);
        QVERIFY(told.publish("a", "b") && told.publish("a", "b") && told.publish("a", "b"));
        publisher.stop();
        QVERIFY(!publisher.publish(message("a", "b")));
        publisher.settle(1);
        QVERIFY(told.waitFor(State::Stopped));
        QCOMPARE(told.sent, std::vector<quint64>{1});
        QCOMPARE(told.failed.size(), std::size_t(2));
        QCOMPARE(told.accounted(), "");
    }

    void whoSaysNothingIsGone()
    {
        Publishing told(slow({.patience = std::chrono::milliseconds(30)}), u"x:"_s);
        QVERIFY(told.publish("a", "b"));
        QVERIFY(told.waitFor(State::Lost));
        QVERIFY2(told.detail().contains("30 ms"), told.detail().constData());
        QCOMPARE(told.accounted(), "");
    }

    void whatWasRecordedComesOutAsItWas()
    {
        HubHost hub;
        Publishing told(&createHubPublisher, urlOf(hub));
        QVERIFY2(told.waitUp(), told.detail().constData());
        QVERIFY(told.publisher->traits().confirms && told.publisher->traits().hasTopics);
        QByteArray expected;
        for (int i = 0; i < 5000; ++i) {
            const QByteArray n = QByteArray::number(i);
            const QByteArray raw = "{ \"topic\":\"swarm.a\",\"n\":" + n + ",\"é\":1.0e0}";
            QVERIFY(told.publish("swarm.a", raw));
            expected += "swarm.a|" + raw + '\n';
        }
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(5000));
        // Sent is heard: nothing is waited for here.
        QCOMPARE(hub.sink.dump(), expected.trimmed());
    }

    void pathsAndBytesKeepTheirOrder()
    {
        HubHost hub;
        Publishing told(&createHubPublisher, urlOf(hub));
        QVERIFY(told.waitUp());
        QByteArray expected;
        for (int i = 0; i < 60; ++i) {
            const QByteArray n = QByteArray::number(i);
            const QByteArray path = "/robot " + QByteArray::number(i % 20) + "/pose%41?#";
            OutgoingMessage bytes = message(path, "\xff\x00" + n);
            bytes.isBinary = true;
            QVERIFY(told.publish(path, "{\"n\":" + n + "}"));
            QVERIFY(told.publish(bytes));
            QVERIFY(told.publish("", "{\"topic\":\"a\",\"n\":" + n + "}"));
            expected += path + "|{\"n\":" + n + "}\n" + path + "|\xff\x00" + n +
                        "\na|{\"topic\":" + "\"a\",\"n\":" + n + "}\n";
        }
        QVERIFY(told.waitSettled());
        QCOMPARE(told.accounted(), "");
        QCOMPARE(told.sent.size(), std::size_t(180));
        QCOMPARE(hub.sink.dump(), expected.trimmed());
        QVERIFY(hub.sink.messages()[1].flags & Flag::Binary);
    }

    void clientsOfOthersGetItByteForByte()
    {
        HubHost hub;
        NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"sent_ws.mjs"_s,
                         {u"ws://127.0.0.1:%1"_s.arg(hub.port),
                          u"{\"op\":\"subscribe\",\"topics\":[\"#\"]}"_s, u"4"_s});
        QVERIFY(QTest::qWaitFor([&] { return node.canReadLine(); }, 20'000));
        QCOMPARE(node.readLine(), "ready\n");
        QVERIFY(node.canReadLine() || QTest::qWaitFor([&] { return node.canReadLine(); }, 20'000));
        QVERIFY(node.readLine().contains("subscribed"));
        Publishing told(&createHubPublisher, urlOf(hub));
        QVERIFY(told.waitUp());
        QVERIFY(told.publish("a", R"({"topic" : "a","n":1.50})"));
        QVERIFY(told.publish("b", "plain"));
        OutgoingMessage bytes = message("/cam", QByteArray("\0\xff", 2));
        bytes.isBinary = true;
        QVERIFY(told.publish(bytes));
        const QByteArray large = "{\"topic\":\"a\",\"pad\":\"" + QByteArray(3'000'000, 'x') + "\"}";
        QVERIFY(told.publish("a", large));
        QVERIFY(told.waitSettled());
        QCOMPARE(node.outcome(), "");
        QCOMPARE(node.readAll(), "text {\"topic\" : \"a\",\"n\":1.50}\n"
                                 "text {\"topic\":\"b\",\"payload\":\"plain\"}\nbinary 00ff\n"
                                 "text 3000022 bytes\n");
        told.publisher->stop();
        QVERIFY(told.waitFor(State::Stopped));
    }

    void answersComeToAFreshInbox()
    {
        HubHost hub;
        RawClient agent(hub.port);
        QVERIFY(agent.upgrade());
        agent.text(R"({"op":"subscribe","topics":["ask","/ask"]})");
        agent.nextFrame();
        Publishing told(&createHubPublisher, urlOf(hub));
        QVERIFY(told.waitUp());
        OutgoingMessage request =
            message("ask", R"({"topic":"ask","id":"m-1","reply_to":"old","payload":1})");
        request.wantsReply = true;
        QVERIFY(told.publish(request));
        request.raw = "{\"payload\":2}"; // on a path: another socket than that of the inbox
        request.topic = "/ask";
        request.correlation = "mine";
        QVERIFY(told.publish(request));
        QVERIFY(told.waitSettled());
        for (const char* correlation : {"m-1", "mine"}) {
            const QByteArray asked = QByteArray::fromStdString(agent.nextFrame().payload);
            const QJsonObject object = QJsonDocument::fromJson(asked).object();
            const QString inbox = object[u"reply_to"_s].toString();
            QVERIFY2(inbox.startsWith(u"murmurscope.inbox."_s), asked.constData());
            QVERIFY2(object[u"correlation_id"_s].toString().endsWith(QLatin1String(correlation)),
                     asked.constData());
            for (const char* n : {"1", "2"})
                agent.text("{\"topic\":\"" + inbox.toStdString() + "\",\"n\":" + n + "}");
        }
        agent.text(R"({"topic":"murmurscope.inbox.other.1"})");
        QVERIFY(QTest::qWaitFor([&] { return told.answers.size() == 4; }, 20'000));
        QCOMPARE(told.answers[0].number, 1u);
        QCOMPARE(told.answers[1].number, 1u);
        QCOMPARE(told.answers[2].number, 2u);
        QVERIFY(told.answers[3].raw.contains("\"n\":2") && told.answers[3].received > 0);
        QCOMPARE(told.accounted(), "");
    }

    void nobodyIsAskedBeforeTheInboxIsThere()
    {
        Mute mute;
        Publishing told(&createHubPublisher, mute.url());
        QVERIFY(told.waitUp());
        OutgoingMessage request = message("a", R"({"topic":"a"})");
        request.wantsReply = true;
        QVERIFY(told.publish(request));
        QVERIFY(runUntil([&] { return !mute.read.isEmpty(); }, 20'000));
        QVERIFY(!told.waitSettled(100));
        const qsizetype before = mute.read.size();
        mute.socket->write(QByteArray::fromStdString(
            RawClient::frame(R"({"op":"subscribed","topics":[]})", 1, true, false)));
        QVERIFY(runUntil([&] { return mute.read.size() > before + 50; }, 20'000));
    }

    void whyItCannotBeAttachedIsSaid()
    {
        HubHost hub({}, "sesame");
        Publishing without(&createHubPublisher, urlOf(hub));
        QVERIFY(without.waitFor(State::Failed));
        QVERIFY2(without.detail().contains("needs its token"), without.detail().constData());
        ConnectionOptions options;
        options.token = "sesame";
        Publishing with(&createHubPublisher, urlOf(hub), options);
        QVERIFY(with.waitUp());
        Publishing nobody(&createHubPublisher, u"listen://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(nobody.waitFor(State::Failed));
        QVERIFY2(nobody.detail().contains("Is it running?"), nobody.detail().constData());
        QVERIFY(!nobody.publisher->publish(message("a", "{}")));
        for (const auto& url : {u"listen://127.0.0.1:0"_s, u"listen://me@127.0.0.1"_s,
                                u"listen://127.0.0.1/x"_s, u"listen://127.0.0.1?token=x"_s})
            QVERIFY(!Publishing(&createHubPublisher, url).error.isEmpty());
    }

    void aHubThatStopsIsLostAndNotSoughtAgain()
    {
        auto hub = std::make_unique<HubHost>();
        const quint16 port = hub->port;
        Publishing told(&createHubPublisher, urlOf(*hub));
        QVERIFY(told.waitUp());
        for (int i = 0; i < 500; ++i)
            QVERIFY(told.publish("a", R"({"topic":"a"})"));
        hub->stop();
        QVERIFY(told.waitFor(State::Lost));
        QCOMPARE(told.accounted(), "");
        // What was called sent was heard.
        QVERIFY(hub->sink.count() >= told.sent.size());
        QVERIFY(!told.publisher->publish(message("a", "{}")));
        hub.reset();
        QTcpServer again;
        QVERIFY(again.listen(QHostAddress::LocalHost, port));
        QVERIFY(!again.waitForNewConnection(300));
        QCOMPARE(told.state(), State::Lost);
    }

    void aServerThatSaysNothingFillsUsToABound()
    {
        Mute mute;
        Publishing told(&createHubPublisher, mute.url());
        QVERIFY(told.waitUp());
        const QByteArray raw = "{\"topic\":\"a\",\"pad\":\"" + QByteArray(100'000, 'x') + "\"}";
        OutgoingMessage large = message("a", raw);
        while (told.publisher->publish(large))
            large.number = ++told.accepted + 1;
        QCOMPARE(told.publisher->pending(), qint64((16 << 20) / (raw.size() + 1)));
        told.publisher->stop();
        QVERIFY(told.waitFor(State::Stopped));
        QCOMPARE(told.failed.size(), std::size_t(told.accepted));
    }

    void aHostileServerConfirmsNothingThatItDidNotRead()
    {
        Mute mute;
        Publishing told(&createHubPublisher, mute.url());
        QVERIFY(told.waitUp());
        QVERIFY(told.publish("a", R"({"topic":"a"})"));
        const auto say = [&](std::string_view payload, int op) {
            mute.socket->write(
                QByteArray::fromStdString(RawClient::frame(payload, op, true, false)));
        };
        say("999", 10); // pongs to pings that were never sent
        say("", 10);
        say("{oops", 1);
        say(R"({"op":"subscribed"})", 1);
        say(R"({"topic":"murmurscope.inbox.x.1"})", 1);
        QVERIFY(QTest::qWaitFor([&] { return mute.socket->bytesToWrite() == 0; }));
        QTest::qWait(100);
        QCOMPARE(told.publisher->pending(), 1);
        say(R"({"op":"error","reason":"no room"})", 1);
        say("1", 10);
        QVERIFY(told.waitSettled());
        QVERIFY2(told.failed[1].contains(u"no room"), qPrintable(told.failed[1]));
        QVERIFY(told.publish("a", R"({"topic":"a"})"));
        mute.socket->write("\xff\xff not a frame");
        QVERIFY(told.waitFor(State::Lost));
        QCOMPARE(told.accounted(), "");
        QVERIFY(told.answers.empty());
    }
};

QTEST_GUILESS_MAIN(TestHubPublisher)
#include "tst_hubpublisher.moc"
