// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sending to Kafka, to librdkafka's mock cluster; a client that others wrote listens.

#include "bus/kafka/kafkapublisher.h"
#include "bus/kafkamock.h"
#include "bus/publisherbed.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>

#include <set>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kLot = 20'000;
using Sent = PublisherStatus::State;

/// The messages of a topic, as a client that others wrote reads them; empty when it cannot.
std::vector<QJsonObject> heardFrom(const KafkaMock& mock, const QString& topic, int count)
{
    NodeProgram node(QStringLiteral(NODE_DIRECTORY), u"kafkalisten.mjs"_s,
                     {mock.bootstrap(), topic, QString::number(count)});
    if (!node.waitForFinished(60'000))
        return {};
    std::vector<QJsonObject> messages;
    for (const QByteArray& line : node.readAll().split('\n')) {
        if (line.startsWith('{'))
            messages.push_back(QJsonDocument::fromJson(line).object());
    }
    return messages;
}

QByteArray bytesOf(const QJsonObject& message, QLatin1StringView field)
{
    return QByteArray::fromBase64(message[field].toString().toLatin1());
}

OutgoingMessage keyed(const QByteArray& topic, const QByteArray& key, const QByteArray& raw)
{
    OutgoingMessage message;
    message.topic = topic;
    message.key = key;
    message.raw = raw;
    return message;
}

} // namespace

class TestKafkaPublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasSentArrivesAsItIs()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"tasks:1"_s}), QByteArray());
        Sending murmur(&createKafkaPublisher, mock.url(u"topic=other&from=start"_s));
        QVERIFY2(murmur.waitUp(), qPrintable(murmur.status().detail));
        QVERIFY(murmur.publisher->traits().hasHeaders && murmur.publisher->traits().confirms);
        QVERIFY(!murmur.publisher->traits().hasReplies);
        QByteArray bytes;
        for (int i = 0; i < 256; ++i)
            bytes += char(i);
        OutgoingMessage message = keyed("tasks", QByteArray("k\0\xff", 3), bytes);
        message.headers = {{"zeta", "1"},
                           {"alpha", std::string("\0\xff", 2)},
                           {"zeta", "2"},
                           {"murmur-partition", "7"}};
        message.stated = 1'779'337'020'123'000'000;
        QVERIFY(murmur.publish(message));
        QVERIFY(murmur.publish("tasks", "no key"));
        QVERIFY(murmur.publish(keyed("tasks", "", "")));
        OutgoingMessage tombstone = keyed("tasks", "gone", "ignored");
        tombstone.isTombstone = true;
        QVERIFY(murmur.publish(tombstone));
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.failed.empty());
        QCOMPARE(murmur.receivers[1], qint64(-1));
        const auto heard = heardFrom(mock, u"tasks"_s, 4);
        QCOMPARE(heard.size(), std::size_t(4));
        QCOMPARE(bytesOf(heard[0], "key"_L1), message.key);
        QCOMPARE(bytesOf(heard[0], "value"_L1), bytes);
        QCOMPARE(heard[0]["timestamp"_L1].toInteger(), 1'779'337'020'123);
        // That client groups repeated ones; its order of names is that of the wire.
        QCOMPARE(QJsonDocument(heard[0]["headers"_L1].toArray()).toJson(QJsonDocument::Compact),
                 QByteArray(R"([["zeta","31"],["zeta","32"],["alpha","00ff"]])"));
        QVERIFY(heard[1]["key"_L1].isNull());
        const qint64 age =
            QDateTime::currentMSecsSinceEpoch() - heard[1]["timestamp"_L1].toInteger();
        QVERIFY2(age >= 0 && age < 600'000, qPrintable(QString::number(age)));
        QVERIFY(heard[2]["key"_L1].isString() && heard[2]["value"_L1].isString());
        QCOMPARE(bytesOf(heard[2], "key"_L1), QByteArray());
        QCOMPARE(bytesOf(heard[2], "value"_L1), QByteArray());
        QCOMPARE(bytesOf(heard[3], "key"_L1), QByteArray("gone"));
        QVERIFY(heard[3]["value"_L1].isNull());
        // No transaction and no group.
        const QByteArray requests = mock.command("requests");
        QVERIFY2(!requests.contains("Txn") && !requests.contains("InitProducerId"),
                 requests.constData());
    }

    void manyArriveInOrderAndThereIsABound()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"many:1"_s}), QByteArray());
        Sending murmur(&createKafkaPublisher, mock.url());
        QVERIFY(murmur.waitUp());
        int taken = 0;
        while (taken < kLot && murmur.publish("many", QByteArray::number(taken)))
            ++taken;
        QVERIFY2(taken > 0 && taken < kLot, qPrintable(QString::number(taken)));
        QTRY_COMPARE_WITH_TIMEOUT(murmur.drained, 1, 15'000);
        QVERIFY(murmur.publishMany("many", kLot - taken, taken));
        QVERIFY(murmur.waitEnds(60s));
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY2(murmur.failed.empty(),
                 qPrintable(murmur.failed.empty() ? QString() : murmur.failed.begin()->second));
        const auto heard = heardFrom(mock, u"many"_s, kLot);
        QCOMPARE(heard.size(), std::size_t(kLot));
        for (int i = 0; i < kLot; ++i)
            QCOMPARE(bytesOf(heard[std::size_t(i)], "value"_L1), QByteArray::number(i));
    }

    void theKeyChoosesThePartitionOrTheHeaderDoes()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"byKey:6"_s, u"kept:6"_s}), QByteArray());
        Sending byKey(&createKafkaPublisher, mock.url());
        QVERIFY(byKey.waitUp());
        // Where the Java clients put them: murmur2, and not the header.
        for (const char* key : {"a", "b", "c", "d", "a", "b"}) {
            OutgoingMessage message = keyed("byKey", key, key);
            message.headers = {{"murmur-partition", "5"}};
            QVERIFY(byKey.publish(message));
        }
        QVERIFY(byKey.waitEnds());
        std::map<QByteArray, std::set<int>> places;
        std::set<int> used;
        for (const QJsonObject& message : heardFrom(mock, u"byKey"_s, 6)) {
            places[bytesOf(message, "key"_L1)].insert(message["partition"_L1].toInt());
            used.insert(message["partition"_L1].toInt());
        }
        QCOMPARE(places.size(), std::size_t(4));
        for (const auto& [key, partitions] : places)
            QVERIFY2(partitions.size() == 1, key.constData());
        QVERIFY(used.size() > 1);

        Sending kept(&createKafkaPublisher, mock.url(u"partition=keep"_s));
        QVERIFY(kept.waitUp());
        for (int i = 0; i < 6; ++i) {
            OutgoingMessage message = keyed("kept", "same", QByteArray::number(i));
            message.headers = {{"murmur-partition", std::to_string(i)}};
            QVERIFY(kept.publish(message));
        }
        OutgoingMessage beyond = keyed("kept", "same", "x");
        beyond.headers = {{"murmur-partition", "6"}};
        QVERIFY(kept.publish(beyond));
        beyond.headers = {{"murmur-partition", "-1"}};
        QVERIFY(kept.publish(beyond));
        QVERIFY(kept.waitEnds());
        QCOMPARE(kept.failed.size(), std::size_t(2));
        QVERIFY2(kept.reason(7).contains(u"has no partition 6"), qPrintable(kept.reason(7)));
        for (const QJsonObject& message : heardFrom(mock, u"kept"_s, 6)) {
            QCOMPARE(message["partition"_L1].toInt(), bytesOf(message, "value"_L1).toInt());
            QCOMPARE(message["headers"_L1].toArray().size(), 0);
        }
    }

    void noTopicIsMade()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"there:1"_s}), QByteArray());
        Sending murmur(&createKafkaPublisher, mock.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publish("there", "1"));
        QVERIFY(murmur.publish("missing", "2"));
        QVERIFY(murmur.publish("there", "3"));
        QVERIFY(murmur.publish("no topic", "4"));
        QVERIFY(murmur.publish("", "5"));
        QVERIFY(murmur.publish("there", "6", {{std::string("a\0b", 3), "x"}}));
        QVERIFY(murmur.ends.empty());
        QVERIFY(murmur.waitEnds());
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(murmur.sent == std::vector<quint64>({1, 3}));
        QVERIFY2(murmur.reason(2).contains(u"has no topic “missing”"),
                 qPrintable(murmur.reason(2)));
        // It was not made by asking; once somebody makes it, it is found.
        QVERIFY(murmur.publish("missing", "7"));
        QVERIFY(murmur.waitEnds());
        QVERIFY(murmur.failed.contains(7));
        QCOMPARE(mock.command("topic missing:1"), QByteArray());
        QVERIFY(murmur.publish("missing", "8"));
        QVERIFY(murmur.waitEnds());
        QVERIFY2(murmur.reason(8).isEmpty(), qPrintable(murmur.reason(8)));
        QVERIFY(murmur.status().state == Sent::Up);
    }

    void whatABrokerRefusesIsNamed()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"t:1"_s}), QByteArray());
        Sending murmur(&createKafkaPublisher, mock.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publish("t", "fine"));
        QVERIFY(murmur.waitEnds());
        const auto refused = [&](const QByteArray& code) {
            if (mock.command("errors 0 " + code + " 1") != QByteArray() || // 0 is Produce
                !murmur.publish("t", code) || !murmur.waitEnds())
                return u"not run"_s;
            return murmur.reason(murmur.accepted);
        };
        // None is tried again.
        QString why = refused("10");
        QVERIFY2(why.contains(u"is larger than"), qPrintable(why));
        why = refused("7");
        QVERIFY2(why.contains(u"whether it has it is not known"), qPrintable(why));
        QVERIFY(murmur.publish("t", "fine again"));
        QVERIFY(murmur.waitEnds());
        why = refused("29");
        QVERIFY2(why.contains(u"may not write to “t”"), qPrintable(why));
        QCOMPARE(murmur.flaws(), QByteArray());
        const auto heard = heardFrom(mock, u"t"_s, 2);
        QCOMPARE(heard.size(), std::size_t(2));
        QCOMPARE(bytesOf(heard[1], "value"_L1), QByteArray("fine again"));
    }

    void aClusterThatDiesEndsItForGood()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        Sending murmur(&createKafkaPublisher, mock.url());
        QVERIFY(murmur.waitUp());
        QVERIFY(murmur.publishMany("a", 5000));
        while (murmur.publish("a", "last")) {
        }
        mock.kill();
        QVERIFY2(murmur.waitFor(Sent::Lost, 30s), qPrintable(murmur.status().detail));
        QCOMPARE(murmur.flaws(), QByteArray());
        QVERIFY(!murmur.failed.empty() && murmur.publisher->pending() == 0);
        QVERIFY(!murmur.publish("a", "b"));
    }

    void whoDoesNotAnswerIsNamed()
    {
        Sending nobody(&createKafkaPublisher, u"kafka://127.0.0.1:%1"_s.arg(freePort()));
        QVERIFY(nobody.waitFor(Sent::Failed));
        QVERIFY2(nobody.status().detail.contains(u"Nobody listens") &&
                     !nobody.status().detail.contains(u"rying again"),
                 qPrintable(nobody.status().detail));
        QVERIFY(!nobody.publish("a", "b"));
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        Sending encrypted(&createKafkaPublisher, mock.url(u"security=ssl"_s));
        QVERIFY(encrypted.waitFor(Sent::Failed, 20s));
        QVERIFY2(encrypted.status().detail.contains(u"does not speak TLS"),
                 qPrintable(encrypted.status().detail));
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        connect(&server, &QTcpServer::newConnection, &server,
                [&] { server.nextPendingConnection()->write(QByteArray(1000, '\xff')); });
        Sending stranger(&createKafkaPublisher, u"kafka://127.0.0.1:%1"_s.arg(server.serverPort()));
        QVERIFY2(stranger.waitFor(Sent::Failed, 20s), qPrintable(stranger.status().detail));
        QVERIFY(!stranger.status().detail.isEmpty());
        // One that is attaching can be let go.
        Sending early(&createKafkaPublisher, mock.url());
        early.publisher->stop();
        QVERIFY(early.waitFor(Sent::Stopped));
    }

    void stoppingWaitsForWhatWasAccepted()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"a:1"_s}), QByteArray());
        Sending murmur(&createKafkaPublisher, mock.url());
        QVERIFY(murmur.waitUp());
        for (int i = 0; i < 100; ++i)
            QVERIFY(murmur.publish("a", "b"));
        murmur.publisher->stop();
        QVERIFY(!murmur.publish("a", "too late"));
        QVERIFY(murmur.waitFor(Sent::Stopped));
        QCOMPARE(murmur.sent.size(), std::size_t(100));
        QCOMPARE(murmur.flaws(), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestKafkaPublisher)
#include "tst_kafkapublisher.moc"
