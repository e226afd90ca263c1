// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far consumer groups are behind in Kafka, with a worker that others wrote; and that no group
// is joined to know it. The mock cluster does not list groups, so they are named here.

#include "kafkamock.h"
#include "lagtestbed.h"

#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestKafkaLag : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aWorkerThatFallsBehindIsSeen()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"jobs:2"_s}), QByteArray());
        QCOMPARE(mock.produce(u"jobs"_s, 0, numbers(0, 10)), QByteArray());
        LagWorker worker({u"kafka"_s, mock.bootstrap(), u"jobs"_s, u"workers"_s});
        QCOMPARE(worker.run("read 4"), QByteArray());
        Attached attached(&createKafkaConnection,
                          mock.url(u"topic=jobs&from=start&groups=workers,nobody"_s));
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QTRY_LAGS(attached, "jobs/workers 6+- by -");
        QCOMPARE(mock.produce(u"jobs"_s, 0, numbers(10, 15)), QByteArray());
        QTRY_LAGS(attached, "jobs/workers 11+- by -");
        QCOMPARE(worker.run("read 5"), QByteArray());
        QTRY_LAGS(attached, "jobs/workers 6+- by -");
        QVERIFY(attached.waitCount(15, 30s));
        QCOMPARE(attached.sink.count(), std::size_t(15));
        attached.stop();
    }

    void noGroupIsJoinedAndNothingCommitted()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"jobs:2"_s}), QByteArray());
        Attached attached(&createKafkaConnection, mock.url(u"topic=jobs&groups=workers"_s));
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QTRY_VERIFY_WITH_TIMEOUT(mock.command("requests").contains("OffsetFetch"), 20'000);
        const QByteArray requests = mock.command("requests");
        for (const char* never : {"JoinGroup", "SyncGroup", "Heartbeat", "OffsetCommit", "Leave"})
            QVERIFY2(!requests.contains(never), requests.constData());
        QCOMPARE(lastLags(attached.sink), QByteArray());
    }

    void aGroupThatMayNotBeSeenIsLeftOut()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"jobs:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"jobs"_s, 0, numbers(0, 10)), QByteArray());
        // The next OffsetFetch fails with GROUP_AUTHORIZATION_FAILED.
        QCOMPARE(mock.command("errors 9 30 1"), QByteArray());
        Attached attached(&createKafkaConnection,
                          mock.url(u"topic=jobs&from=start&groups=secret"_s));
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QTRY_VERIFY2_WITH_TIMEOUT(attached.status().detail.contains(u"Describe on the groups"),
                                  qPrintable(attached.status().detail), 20'000);
        QVERIFY(attached.waitCount(10, 30s));
        QCOMPARE(attached.status().state, ConnectionStatus::State::Up);
        QCOMPARE(lastLags(attached.sink), QByteArray());
    }

    void groupsThatAreNotListedAreSaidOnce()
    {
        KafkaMock mock;
        QCOMPARE(mock.start({u"jobs:1"_s}), QByteArray());
        Attached attached(&createKafkaConnection, mock.url(u"topic=jobs"_s));
        QVERIFY2(attached.waitUp(), qPrintable(attached.status().detail));
        QTRY_VERIFY_WITH_TIMEOUT(attached.status().detail.contains(u"groups="), 20'000);
        QCOMPARE(attached.status().detail.count(u"groups="), 1);
        QCOMPARE(attached.status().state, ConnectionStatus::State::Up);
        // Off is off.
        Attached off(&createKafkaConnection, mock.url(u"topic=jobs&groups=workers&lag=off"_s));
        QVERIFY(off.waitUp());
        QTest::qWait(2500);
        QVERIFY(!mock.command("requests").contains("OffsetFetch"));
    }
};

QTEST_GUILESS_MAIN(TestKafkaLag)
#include "tst_kafkalag.moc"
