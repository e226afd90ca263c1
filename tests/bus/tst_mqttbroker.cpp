// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Against mosquitto, with messages of a client that others wrote.

#include "base/message.h"
#include "bus/mqtt/mqttconnection.h"
#include "bus/mqtttestbed.h"
#include "support/attached.h"
#include "support/brokers.h"
#include "support/sanitized.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <array>
#include <memory>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = ConnectionStatus::State;

namespace {

constexpr int kMany = kIsSanitized ? 20'000 : 200'000;

/// A client that others wrote; one for all tests, as it takes long to start.
class Sender
{
public:
    /// Publishes a list of messages; what went wrong, or nothing.
    QByteArray send(const Mosquitto& broker, const QByteArray& messages)
    {
        m_program.write("{\"url\": \"mqtt://127.0.0.1:" + QByteArray::number(broker.port) +
                        "\", \"messages\": " + messages.simplified() + "}\n");
        const QDeadlineTimer deadline(20s);
        while (!m_program.canReadLine() && !deadline.hasExpired())
            m_program.waitForReadyRead(100);
        const QByteArray line = m_program.readLine().trimmed();
        return line == "done" ? QByteArray() : "publisher: " + line;
    }

private:
    NodeProgram m_program{
        QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s, {u"serve"_s, QString()}};
};

QByteArray headersText(const HeardMessage& message)
{
    QByteArray text;
    for (const auto& [name, value] : headersFromBytes(message.headers.toStdString()))
        text += QByteArray::fromStdString(name) + '=' + QByteArray::fromStdString(value) + ' ';
    return text.trimmed();
}

} // namespace

class TestMqttBroker : public QObject
{
    Q_OBJECT

    std::unique_ptr<Sender> m_publisher;

    QByteArray send(const Mosquitto& broker, const QByteArray& messages)
    {
        return m_publisher->send(broker, messages);
    }

private Q_SLOTS:
    void initTestCase()
    {
        qunsetenv("MURMURSCOPE_PASSWORD");
        m_publisher = std::make_unique<Sender>();
    }
    void cleanupTestCase() { m_publisher.reset(); }

    void ofManyMessagesNoneIsLostOrDoubled()
    {
        constexpr int kTopics = 4;
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection, broker.url(u"&topic=n/+,n/0,flood/#"_s));
        QVERIFY2(attached.waitUp(), qPrintable(attached.error + attached.status().detail));
        NodeProgram flood(QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s,
                          {u"flood"_s, u"mqtt://127.0.0.1:%1"_s.arg(broker.port),
                           QString::number(kMany), QString::number(kTopics)});
        QCOMPARE(flood.outcome(90'000), QByteArray());
        QVERIFY(attached.waitCount(kMany + 1, 60s));
        attached.stop();
        const auto messages = attached.sink.messages();
        QCOMPARE(messages.size(), std::size_t(kMany + 1));
        std::array<int, kTopics> next{0, 1, 2, 3};
        for (const HeardMessage& message : messages) {
            if (message.topic == "flood/end")
                continue;
            int& expected = next.at(std::size_t(message.topic.mid(2).toInt()));
            if (message.raw.toInt() != expected)
                QCOMPARE(message.raw.toInt(), expected);
            expected += kTopics;
        }
        QVERIFY(attached.sink.gaps().empty());
        QCOMPARE(attached.status().received, std::uint64_t(kMany + 1));
    }

    void propertiesBecomeHeaders()
    {
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection, broker.url(u"&qos=1"_s));
        QVERIFY(attached.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "task", "payload": "{}", "properties": {
            "contentType": "application/json", "responseTopic": "answers/7",
            "correlationData": "00ff07", "messageExpiryInterval": 1000,
            "payloadFormatIndicator": true,
            "userProperties": {"b": "2", "a": ["1", "3"], "traceparent": "00-x"}}},
            {"topic": "plain", "payload": "", "qos": 0}])"),
                 QByteArray());
        QVERIFY(attached.waitCount(2, 15s));
        const auto messages = attached.sink.messages();
        QCOMPARE(attached.sink.dump(), "task|{}\nplain|");
        QByteArray headers = headersText(messages[0]);
        QVERIFY2(headers.contains(QByteArray("murmur-correlation=\x00\xff\x07 ", 23)),
                 headers.constData());
        QVERIFY(headers.contains("content-type=application/json "));
        QVERIFY(headers.contains("murmur-reply-to=answers/7 "));
        QVERIFY(headers.contains("murmur-expires="));
        QVERIFY(headers.contains("murmur-format=utf-8 "));
        QVERIFY(headers.contains("murmur-qos=1 "));
        QVERIFY2(headers.endsWith("b=2 a=1 a=3 traceparent=00-x"), headers.constData());
        QCOMPARE(messages[1].headers, QByteArray());
        // MQTT 3.1.1 has none of that.
        Attached old(&createMqttConnection, broker.url(u"&version=3.1.1"_s));
        QVERIFY(old.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "t", "payload": "x",
                                   "properties": {"contentType": "text/plain"}}])"),
                 QByteArray());
        QVERIFY(old.waitCount(1, 15s));
        QCOMPARE(old.sink.messages()[0].headers, QByteArray());
    }

    void whatTheBrokerKeepsIsToldFromWhatIsSentNow_data()
    {
        QTest::addColumn<QString>("items");
        QTest::addColumn<QString>("first"); // what comes, with flags
        QTest::addColumn<QString>("after"); // and after a restart of the broker
        QTest::newRow("all") << u""_s << u"k:old:R:state k:new::"_s << u"k:last::"_s;
        QTest::newRow("all, 3.1.1")
            << u"&version=3.1.1"_s << u"k:old:R:state k:new::"_s << u"k:last::"_s;
        QTest::newRow("new") << u"&retained=new"_s << u"k:old:R:state k:new::"_s
                             << u"k:new:R:state k:last::"_s;
        QTest::newRow("never") << u"&retained=never"_s << u"k:new::state+"_s << u"k:last::state+"_s;
        QTest::newRow("never, 3.1.1")
            << u"&retained=never&version=3.1.1"_s << u"k:new::"_s << u"k:last::"_s;
    }
    void whatTheBrokerKeepsIsToldFromWhatIsSentNow()
    {
        QFETCH(QString, items);
        QFETCH(QString, first);
        QFETCH(QString, after);
        Mosquitto broker("allow_anonymous true\npersistence true\npersistence_location %2/\n"
                         "autosave_on_changes true\nautosave_interval 1\n");
        QCOMPARE(broker.start(), QByteArray());
        QCOMPARE(send(broker, R"([{"topic": "k", "payload": "old", "retain": true}])"),
                 QByteArray());
        Attached attached(&createMqttConnection, broker.url(items));
        QVERIFY(attached.waitUp());
        const auto told = [&] {
            QStringList all;
            for (const HeardMessage& message : attached.sink.messages()) {
                const QByteArray headers = headersText(message);
                all << QString::fromUtf8(message.topic + ':' + message.raw + ':' +
                                         ((message.flags & Flag::Retained) != 0 ? "R" : "") + ':' +
                                         (headers.contains("murmur-kind=state") ? "state" : "") +
                                         (headers.contains("murmur-retain=1") ? "+" : ""));
            }
            return all.join(u' ');
        };
        const auto comes = [&](const QString& what) {
            return Attached::waitUntil([&] { return told() == what; }, 15s);
        };
        QCOMPARE(send(broker, R"([{"topic": "k", "payload": "new", "retain": true}])"),
                 QByteArray());
        QVERIFY2(comes(first), qPrintable(told()));
        broker.kill();
        QVERIFY(attached.waitFor(State::Retrying, 15s));
        QCOMPARE(broker.start(), QByteArray());
        QVERIFY(attached.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "k", "payload": "last", "retain": true}])"),
                 QByteArray());
        QVERIFY2(comes(first + u' ' + after), qPrintable(told()));
    }

    void filtersThatOverlapDeliverOnce_data()
    {
        QTest::addColumn<QString>("items");
        QTest::addColumn<QString>("topics");
        for (const char* version : {"5", "3.1.1"}) {
            const QString chosen = u"&version=%1&topic="_s.arg(QLatin1StringView(version));
            QTest::addRow("covered %s", version) << chosen + u"a/#,a/b,a/+"_s << u"a/b a/c"_s;
            QTest::addRow("crossing %s", version) << chosen + u"a/+,+/b"_s << u"a/b a/c x/b"_s;
        }
    }
    void filtersThatOverlapDeliverOnce()
    {
        QFETCH(QString, items);
        QFETCH(QString, topics);
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection, broker.url(items + u",end"_s));
        QVERIFY(attached.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "a/b", "payload": ""}, {"topic": "a/c", "payload": ""},
            {"topic": "x/b", "payload": ""}, {"topic": "x/y", "payload": ""},
            {"topic": "end", "payload": ""}])"),
                 QByteArray());
        QVERIFY(Attached::waitUntil([&] { return attached.sink.dump().contains("end|"); }, 15s));
        attached.stop();
        QStringList heard;
        for (const HeardMessage& message : attached.sink.messages())
            heard << QString::fromUtf8(message.topic);
        QCOMPARE(heard.join(u' '), topics + u" end"_s);
    }

    void aBrokerThatComesBackIsAttachedToAgain()
    {
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection, broker.url(u"&topic=t"_s));
        QVERIFY(attached.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "t", "payload": "1"}])"), QByteArray());
        QVERIFY(attached.waitCount(1, 15s));
        broker.kill();
        QVERIFY(attached.waitFor(State::Retrying, 15s));
        QVERIFY2(!attached.status().detail.isEmpty(), "");
        QVERIFY(attached.sink.gaps().empty());
        QCOMPARE(broker.start(), QByteArray());
        QVERIFY(attached.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "t", "payload": "2"}])"), QByteArray());
        QVERIFY(attached.waitCount(2, 15s));
        QCOMPARE(attached.sink.dump(), "t|1\nt|2");
        const auto gaps = attached.sink.gaps();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown);
        QVERIFY(gaps[0].from > attached.sink.messages()[0].received);
        QVERIFY(gaps[0].to < attached.sink.messages()[1].received);
        QCOMPARE(attached.status().reconnects, std::uint64_t(1));
    }

    void encryptedOnlyWithACertificateThatIsTrusted()
    {
        Mosquitto broker("allow_anonymous true\ncafile %2/ca.pem\ncertfile %2/server.pem\n"
                         "keyfile %2/server.key\n");
        const QString folder = broker.directory.path();
        QCOMPARE(makeCertificates(folder), QByteArray());
        QCOMPARE(broker.start(), QByteArray());
        const QString url = u"mqtts://127.0.0.1:%1?topic=$SYS/broker/uptime"_s.arg(broker.port);
        Attached attached(&createMqttConnection, url + u"&ca="_s + folder + u"/ca.pem"_s);
        QVERIFY2(attached.waitUp(), qPrintable(attached.error + attached.status().detail));
        QVERIFY(attached.waitCount(1, 15s));
        Attached named(&createMqttConnection,
                       url + u"&server-name=localhost&ca="_s + folder + u"/ca.pem"_s);
        QVERIFY2(named.waitUp(), qPrintable(named.status().detail));
        Attached wrong(&createMqttConnection,
                       url + u"&server-name=example.org&ca="_s + folder + u"/ca.pem"_s);
        QVERIFY(wrong.waitFor(State::Failed, 15s));
        QVERIFY2(wrong.status().detail.contains(u"for another name"),
                 qPrintable(wrong.status().detail));
        Attached stranger(&createMqttConnection, url);
        QVERIFY(stranger.waitFor(State::Failed, 15s));
        QVERIFY2(stranger.status().detail.contains(u"ca=FILE"),
                 qPrintable(stranger.status().detail));
        Attached insecure(&createMqttConnection, url + u"&insecure=1"_s);
        QVERIFY2(insecure.waitUp(), qPrintable(insecure.status().detail));
        Attached plain(&createMqttConnection, u"mqtt://127.0.0.1:%1"_s.arg(broker.port));
        QVERIFY(plain.waitFor(State::Retrying, 15s));
        QVERIFY2(plain.status().detail.contains(u"mqtts://"), qPrintable(plain.status().detail));
    }

    void encryptedToABrokerThatDoesNot()
    {
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection, u"mqtts://127.0.0.1:%1"_s.arg(broker.port));
        QVERIFY(Attached::waitUntil(
            [&] {
                const State state = attached.status().state;
                return state == State::Retrying || state == State::Failed;
            },
            15s));
        QVERIFY2(attached.status().detail.contains(u"encrypt"),
                 qPrintable(attached.status().detail));
    }

    void aClientCertificateIsShown()
    {
        Mosquitto broker("allow_anonymous true\ncafile %2/ca.pem\ncertfile %2/server.pem\n"
                         "keyfile %2/server.key\nrequire_certificate true\n");
        const QString folder = broker.directory.path();
        QCOMPARE(makeCertificates(folder), QByteArray());
        QCOMPARE(broker.start(), QByteArray());
        const QString url = u"mqtts://127.0.0.1:%1?ca=%2/ca.pem"_s.arg(broker.port).arg(folder);
        Attached with(&createMqttConnection,
                      url + u"&cert=%1/client.pem&key=%1/client.key"_s.arg(folder));
        QVERIFY2(with.waitUp(), qPrintable(with.error + with.status().detail));
        Attached without(&createMqttConnection, url);
        QVERIFY2(without.waitFor(State::Failed, 15s), qPrintable(without.status().detail));
        QVERIFY2(without.status().detail.contains(u"cert=FILE"),
                 qPrintable(without.status().detail));
    }

    void aWrongPasswordIsToldAndNotTriedAgain()
    {
        Mosquitto broker("allow_anonymous false\npassword_file %2/users\n");
        QCOMPARE(QProcess::execute(u"mosquitto_passwd"_s,
                                   {u"-b"_s, u"-c"_s, broker.directory.filePath(u"users"_s),
                                    u"ann"_s, u"right"_s}),
                 0);
        QCOMPARE(broker.start(), QByteArray());
        const QString url = u"mqtt://ann@127.0.0.1:%1?sys=0"_s.arg(broker.port);
        ConnectionOptions options;
        options.password = "wrong-one";
        for (const QString& version : {u""_s, u"&version=3.1.1"_s}) {
            Attached attached(&createMqttConnection, url + version, options);
            QVERIFY(attached.waitFor(State::Failed, 15s));
            const QString detail = attached.status().detail;
            QVERIFY2(detail.contains(u"“ann”") && detail.contains(u"password"), qPrintable(detail));
            QVERIFY(!detail.contains(u"wrong-one"));
        }
        Attached nobody(&createMqttConnection, u"mqtt://127.0.0.1:%1"_s.arg(broker.port));
        QVERIFY(nobody.waitFor(State::Failed, 15s));
        QVERIFY2(nobody.status().detail.contains(u"mqtt://user@host"),
                 qPrintable(nobody.status().detail));
        qputenv("MURMURSCOPE_PASSWORD", "right");
        Attached right(&createMqttConnection, url);
        qunsetenv("MURMURSCOPE_PASSWORD");
        QVERIFY2(right.waitUp(), qPrintable(right.status().detail));
    }

    void whoTakesOurClientIdIsNotFought_data()
    {
        QTest::addColumn<QString>("version");
        QTest::newRow("5") << u"5"_s;
        QTest::newRow("3.1.1") << u"3.1.1"_s;
    }
    void whoTakesOurClientIdIsNotFought()
    {
        QFETCH(QString, version);
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection,
                          broker.url(u"&client-id=robot-7&version="_s + version));
        QVERIFY(attached.waitUp());
        QVERIFY(attached.status().presence.join(u' ').contains(u"robot-7"));
        // In MQTT 3.1.1 nobody tells us, so the other one must come back until we see it.
        QElapsedTimer timer;
        timer.start();
        while (attached.status().state != State::Failed) {
            QVERIFY2(timer.elapsed() < 40'000, qPrintable(attached.status().detail));
            QVERIFY(Attached::waitUntil(
                [&] {
                    const State state = attached.status().state;
                    return state == State::Up || state == State::Failed;
                },
                15s));
            if (attached.status().state == State::Failed)
                break;
            const auto before = attached.status().reconnects;
            NodeProgram other(QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s,
                              {u"hold"_s, u"mqtt://127.0.0.1:%1"_s.arg(broker.port), u"robot-7"_s,
                               version == u"5"_s ? u"5"_s : u"4"_s});
            QVERIFY(Attached::waitUntil(
                [&] {
                    const auto status = attached.status();
                    return status.state == State::Failed || status.reconnects > before;
                },
                20s));
        }
        QVERIFY2(attached.status().detail.contains(u"“robot-7”"),
                 qPrintable(attached.status().detail));
    }

    void whoIsSilentDoesNotSpeakMqtt()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        Attached attached(&createMqttConnection, u"mqtt://127.0.0.1:%1"_s.arg(silent.serverPort()));
        QVERIFY(attached.waitFor(ConnectionStatus::State::Retrying, 14s));
        QVERIFY2(attached.status().detail.contains(u"does not speak MQTT"),
                 qPrintable(attached.status().detail));
    }

    void theBrokersCountersAreEvidenceAndNotRecorded()
    {
        Mosquitto broker("allow_anonymous true\nmax_queued_messages 5\n");
        QCOMPARE(broker.start(), QByteArray());
        const QString url = u"mqtt://127.0.0.1:%1"_s.arg(broker.port);
        Attached attached(&createMqttConnection, url + u"?topic=#"_s);
        Attached asking(&createMqttConnection, url + u"?topic=$SYS/%23,x"_s);
        QVERIFY(Attached::waitUntil(
            [&] { return attached.status().detail.contains(u"mosquitto version"); }, 15s));
        QVERIFY(asking.waitUp());
        QVERIFY(asking.waitCount(10, 15s));
        // What we listen to for ourselves is nobody's business.
        QCOMPARE(attached.status().subscribed, QStringList{u"#"_s});
        QCOMPARE(asking.status().subscribed.size(), 2);
        // A client that is away and whose messages nobody can keep.
        QCOMPARE(NodeProgram(QStringLiteral(NODE_DIRECTORY), u"mqttclient.mjs"_s,
                             {u"sleep"_s, url, u"sleeper"_s, u"x"_s})
                     .outcome(),
                 QByteArray());
        // The counter is told only when it changes.
        QVERIFY(Attached::waitUntil(
            [&] { return asking.sink.dump().contains("$SYS/broker/publish/messages/dropped|0"); },
            15s));
        QByteArrayList messages;
        for (int i = 0; i < 50; ++i)
            messages << R"({"topic": "x", "payload": "y"})";
        QCOMPARE(send(broker, '[' + messages.join(',') + ']'), QByteArray());
        QVERIFY2(Attached::waitUntil(
                     [&] { return attached.status().detail.contains(u"has dropped"); }, 20s),
                 qPrintable(attached.status().detail));
        QVERIFY(attached.waitCount(50, 15s));
        QVERIFY(!attached.sink.dump().contains("$SYS"));
        QVERIFY(!attached.sink.gaps().empty());
        for (const Gap& gap : attached.sink.gaps()) {
            QCOMPARE(gap.cause, std::string("server-cut"));
            QVERIFY(gap.lostIs == LostIs::Unknown);
            QVERIFY(gap.from > 0 && gap.to >= gap.from);
        }
    }

    void nothingOfUsIsLeftOnTheBroker()
    {
        Mosquitto broker;
        QCOMPARE(broker.start(), QByteArray());
        Attached attached(&createMqttConnection, broker.url(u"&qos=2"_s));
        QVERIFY(attached.waitUp());
        QCOMPARE(send(broker, R"([{"topic": "t", "payload": "1", "qos": 2}])"), QByteArray());
        QVERIFY(attached.waitCount(1, 15s));
        attached.stop();
        // Clean start, keep alive of 30 s; and a goodbye, not a line that went dead.
        QVERIFY2(Attached::waitUntil([&] { return broker.log().contains(" disconnected."); }, 15s),
                 broker.log().constData());
        const QByteArray log = broker.log();
        const qsizetype at = log.indexOf(" as murmurscope-");
        QVERIFY2(at > 0, log.constData());
        const QByteArray id = log.mid(at + 4, 23);
        QVERIFY2(log.contains(id + " (p5, c1, k30)"), log.constData());
        QVERIFY2(Attached::waitUntil(
                     [&] { return broker.log().contains("Client " + id + " disconnected."); }, 15s),
                 broker.log().constData());
    }
};

QTEST_GUILESS_MAIN(TestMqttBroker)
#include "tst_mqttbroker.moc"
