// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Channels of a Foxglove server that others wrote.

#include "base/message.h"
#include "base/transport.h"
#include "bus/robots/foxgloveconnection.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QTest>

#include <memory>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = ConnectionStatus::State;

namespace {

constexpr int kFlood = kIsSanitized ? 20'000 : 200'000;

class Robot
{
public:
    // What went wrong, or nothing.
    QByteArray start(const QString& protocol, int count, const QString& mode = u"robot"_s)
    {
        m_said.clear();
        m_program = std::make_unique<NodeProgram>(
            QStringLiteral(NODE_DIRECTORY), u"robots_foxglove.mjs"_s,
            QStringList{QString::number(port), protocol, QString::number(count), mode});
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
    [[nodiscard]] QString url(const QString& query = {}) const
    {
        return u"foxglove://127.0.0.1:%1?%2"_s.arg(port).arg(query);
    }
    std::uint16_t port = freePort();

private:
    std::unique_ptr<NodeProgram> m_program;
    QByteArray m_said;
};

std::string headerOf(const HeardMessage& message, std::string_view name)
{
    for (const auto& [key, value] : headersFromBytes(message.headers.toStdString())) {
        if (key == name)
            return value;
    }
    return {};
}

std::vector<HeardMessage> ofTopic(const std::vector<HeardMessage>& messages,
                                  const QByteArray& topic)
{
    std::vector<HeardMessage> found;
    for (const HeardMessage& message : messages) {
        if (message.topic == topic)
            found.push_back(message);
    }
    return found;
}

} // namespace

class TestFoxglove : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFloodIsHeardWhole_data()
    {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<int>("count");
        QTest::newRow("old") << u"foxglove.websocket.v1"_s << kFlood;
        QTest::newRow("new") << u"foxglove.sdk.v1"_s << 1000;
    }
    void aFloodIsHeardWhole()
    {
        QFETCH(QString, protocol);
        QFETCH(int, count);
        Robot robot;
        QCOMPARE(robot.start(protocol, count), QByteArray());
        Attached attached(&createFoxgloveConnection, robot.url(u"topic=/flood,/cloud,/late"_s));
        QCOMPARE(attached.error, QString());
        QElapsedTimer timer;
        timer.start();
        // Beside the flood: three channels, a cloud, what comes late, and a complaint.
        const auto expected = static_cast<std::size_t>(count) + 6;
        QVERIFY2(attached.waitCount(expected, 90s),
                 QByteArray::number(attached.sink.count()).constData());
        qInfo("%d messages in %lld ms", count, timer.elapsed());
        const ConnectionStatus status = attached.status();
        attached.stop();
        QCOMPARE(attached.sink.count(), expected);
        QVERIFY(attached.sink.gaps().empty());

        const auto messages = attached.sink.messages();
        const auto flood = ofTopic(messages, "/flood");
        QCOMPARE(flood.size(), static_cast<std::size_t>(count) + 1);
        const HeardMessage& channel = flood[0];
        QCOMPARE(headerOf(channel, transport::kKind), std::string("control"));
        QCOMPARE(headerOf(channel, transport::kType), std::string("foxglove.channel"));
        QVERIFY2(channel.raw.contains("\"schemaName\":\"test.Flood\"") &&
                     channel.raw.contains("\"schemaEncoding\":\"jsonschema\""),
                 channel.raw.constData());
        const auto schemas = attached.sink.schemas();
        const auto described = std::ranges::find(schemas, "/flood", &Schema::topic);
        QVERIFY(described != schemas.end());
        QCOMPARE(described->codec, std::string("json"));
        QCOMPARE(described->name, std::string("test.Flood"));
        QVERIFY(described->data.find("\"seq\"") != std::string::npos);
        for (int i = 0; i < count; ++i) {
            const HeardMessage& message = flood[std::size_t(i) + 1];
            if (message.raw != "{\"seq\":" + QByteArray::number(i) + '}' || message.flags != 0)
                QFAIL(message.raw.constData());
        }
        const HeardMessage& last = flood.back();
        QCOMPARE(headerOf(last, transport::kType), std::string("test.Flood"));
        QCOMPARE(headerOf(last, "murmur-encoding"), std::string("json"));
        QCOMPARE(headerOf(last, transport::kSender), std::string("/mill"));
        QCOMPARE(headerOf(last, transport::kSent), std::to_string(1780000000123456789 + count - 1));

        const auto cloud = ofTopic(messages, "/cloud");
        QCOMPARE(cloud.size(), std::size_t(2));
        QCOMPARE(cloud[1].raw, QByteArray("\1\xff\0", 3));
        QVERIFY(cloud[1].flags == Flag::Binary);
        QCOMPARE(headerOf(cloud[1], transport::kSent), std::string());
        QCOMPARE(headerOf(cloud[1], "murmur-log-time"), std::string("12"));
        QCOMPARE(headerOf(cloud[1], transport::kSender), std::string()); // it has two publishers

        QCOMPARE(ofTopic(messages, "/late").size(), std::size_t(2));
        QVERIFY(ofTopic(messages, "/other").empty());
        QCOMPARE(status.unmatched, QStringList{u"/other"_s});
        QVERIFY2(status.detail.contains(u"the gripper is hot"), qPrintable(status.detail));
        QVERIFY(robot.waitFor("gone"));
        QVERIFY(robot.said().contains("graph"));
        QVERIFY(robot.said().contains("offered foxglove.sdk.v1, foxglove.websocket.v1"));
    }

    void aRobotThatStartsAgainIsSubscribedToAgain()
    {
        Robot robot;
        QCOMPARE(robot.start(u"foxglove.websocket.v1"_s, 10), QByteArray());
        Attached attached(&createFoxgloveConnection, robot.url(u"topic=/flood"_s));
        QVERIFY(attached.waitCount(11, 20s));
        robot.kill();
        QVERIFY(attached.waitFor(State::Retrying, 20s));
        QCOMPARE(robot.start(u"foxglove.websocket.v1"_s, 10), QByteArray());
        // The channel is known: only its messages come again.
        QVERIFY(attached.waitUntil(
            [&] { return ofTopic(attached.sink.messages(), "/flood").size() == 21; }, 20s));
        QVERIFY(attached.waitUp());
        QCOMPARE(attached.sink.gaps().size(), std::size_t(1));
    }

    void whoSpeaksSomethingElseIsTold()
    {
        Robot robot;
        QCOMPARE(robot.start(u"something.else"_s, 1), QByteArray());
        Attached attached(&createFoxgloveConnection, robot.url());
        QVERIFY(attached.waitFor(State::Failed, 20s));
        QVERIFY2(attached.status().detail.contains(u"none of the subprotocols"),
                 qPrintable(attached.status().detail));
    }

    void hostileFramesAreKeptAndHarmNobody()
    {
        Robot robot;
        QCOMPARE(robot.start(u"foxglove.sdk.v1"_s, 1, u"hostile"_s), QByteArray());
        Attached attached(&createFoxgloveConnection, robot.url());
        // Two texts that are no JSON object, a complaint, a channel without a topic, and the binary
        // frames: empty, cut, for nobody, a cut time, unknown.
        QVERIFY(attached.waitCount(9, 20s));
        QVERIFY(attached.waitUp());
        attached.stop();
        QCOMPARE(attached.sink.count(), std::size_t(9));
        const QByteArray dump = attached.sink.dump();
        for (const char* reason :
             {"|!no JSON object", "|!an empty binary frame", "|!a message that is shorter",
              "|!a message of a subscription", "|!a time that is shorter",
              "|!a binary frame of an unknown kind"})
            QVERIFY2(dump.contains(reason), dump.constData());
    }
};

QTEST_GUILESS_MAIN(TestFoxglove)
#include "tst_foxglove.moc"
