// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Streams of a Redis cluster whose slots move, and whose nodes die.

#include "redistestbed.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using State = ConnectionStatus::State;

namespace {

/// The slot of "foo".
const QByteArray kSlot = "12182";

struct Node
{
    Node()
        : busPort(freePort())
        , broker({u"--cluster-enabled"_s, u"yes"_s, u"--cluster-port"_s, QString::number(busPort)})
    {
    }
    QByteArray start()
    {
        const QByteArray wrong = broker.start();
        if (wrong.isEmpty())
            asker.emplace(broker.port);
        return wrong;
    }
    RespValue ask(const QByteArrayList& words) { return asker->ask(words); }
    QByteArray id() { return ask({"CLUSTER", "MYID"}).text; }
    [[nodiscard]] QByteArray port() const { return QByteArray::number(broker.port); }
    void meet(const Node& other)
    {
        ask({"CLUSTER", "MEET", "127.0.0.1", other.port(), QByteArray::number(other.busPort)});
    }
    bool isWhole()
    {
        const QByteArray info = ask({"CLUSTER", "INFO"}).text;
        return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384");
    }

    std::uint16_t busPort;
    RedisBroker broker;
    std::optional<Asker> asker;
};

/// Two nodes with half of the slots each.
struct Cluster
{
    QByteArray start()
    {
        for (Node* node : {&first, &second}) {
            if (const QByteArray wrong = node->start(); !wrong.isEmpty())
                return wrong;
        }
        first.ask({"CLUSTER", "ADDSLOTSRANGE", "0", "8191"});
        second.ask({"CLUSTER", "ADDSLOTSRANGE", "8192", "16383"});
        second.meet(first);
        return Attached::waitUntil([this] { return first.isWhole() && second.isWhole(); }, kLong)
                   ? QByteArray()
                   : "the cluster does not come together";
    }
    Node first;
    Node second;
};

QByteArray lost(const CollectingSink& sink)
{
    QByteArray text;
    for (const Gap& gap : sink.gaps()) {
        text += QByteArray::fromStdString(gap.topic + ' ' + gap.cause) + ' ' +
                QByteArray::number(qlonglong(gap.count)) + '\n';
    }
    return text;
}

QByteArrayList said(const CollectingSink& sink)
{
    QByteArrayList words;
    for (const HeardMessage& message : sink.messages())
        words << message.raw;
    return words;
}

} // namespace

class TestRedisCluster : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// While a slot moves, its old node answers ASK.
    void aStreamThatMovesIsFollowed()
    {
        Cluster cluster;
        QCOMPARE(cluster.start(), QByteArray());
        Node& to = cluster.first;
        Node& from = cluster.second;
        Attached attached(&createRedisConnection, to.broker.url(u"?stream=foo"_s));
        QVERIFY2(attached.waitUp(kLong), qPrintable(attached.status().detail));
        from.ask({"XADD", "foo", "*", "data", "1"});
        QVERIFY(attached.waitCount(1, kLong));

        to.ask({"CLUSTER", "SETSLOT", kSlot, "IMPORTING", from.id()});
        from.ask({"CLUSTER", "SETSLOT", kSlot, "MIGRATING", to.id()});
        QCOMPARE(from.ask({"MIGRATE", "127.0.0.1", to.port(), "foo", "0", "5000"}).text,
                 QByteArray("OK"));
        QVERIFY(from.ask({"XLEN", "foo"}).text.startsWith("ASK " + kSlot));
        QVERIFY2(
            Attached::waitUntil(
                [&] { return attached.status().detail.contains(u"moves foo to another node"); },
                kLong),
            qPrintable(attached.status().detail));
        to.ask({"ASKING"});
        to.ask({"XADD", "foo", "*", "data", "2"});
        for (Node* node : {&to, &from})
            QCOMPARE(node->ask({"CLUSTER", "SETSLOT", kSlot, "NODE", to.id()}).text,
                     QByteArray("OK"));
        QVERIFY2(attached.waitCount(2, kLong), qPrintable(attached.status().detail));
        QVERIFY(attached.waitUp(kLong));
        to.ask({"XADD", "foo", "*", "data", "3"});
        QVERIFY(attached.waitCount(3, kLong));
        attached.stop();
        QCOMPARE(said(attached.sink), QByteArrayList({"1", "2", "3"}));
        QCOMPARE(lost(attached.sink), QByteArray());
    }

    void aReplicaThatTakesOverIsFound()
    {
        Cluster cluster;
        QCOMPARE(cluster.start(), QByteArray());
        Node replica;
        QCOMPARE(replica.start(), QByteArray());
        replica.meet(cluster.first);
        const QByteArray master = cluster.second.id();
        QVERIFY(Attached::waitUntil(
            [&] {
                return replica.isWhole() &&
                       replica.ask({"CLUSTER", "REPLICATE", master}).text == "OK";
            },
            kLong));
        QVERIFY(Attached::waitUntil(
            [&] {
                return replica.ask({"INFO", "replication"}).text.contains("master_link_status:up");
            },
            kLong));
        Attached attached(&createRedisConnection, cluster.first.broker.url(u"?stream=foo"_s));
        QVERIFY2(attached.waitUp(kLong), qPrintable(attached.status().detail));
        cluster.second.ask({"XADD", "foo", "*", "data", "1"});
        QCOMPARE(cluster.second.ask({"WAIT", "1", "10000"}).integer, 1);
        QVERIFY(attached.waitCount(1, kLong));

        cluster.second.broker.kill();
        QVERIFY(attached.waitFor(State::Retrying, kLong));
        QCOMPARE(replica.ask({"CLUSTER", "FAILOVER", "TAKEOVER"}).text, QByteArray("OK"));
        QVERIFY(Attached::waitUntil([&] { return replica.isWhole(); }, kLong));
        replica.ask({"XADD", "foo", "*", "data", "2"});
        QVERIFY2(attached.waitCount(2, kLong), qPrintable(attached.status().detail));
        attached.stop();
        QCOMPARE(said(attached.sink), QByteArrayList({"1", "2"}));
        QCOMPARE(lost(attached.sink), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestRedisCluster)
#include "tst_rediscluster.moc"
