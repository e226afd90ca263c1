// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A Kafka cluster does not notice a recorder whose disk stands still.

#include "kafkamock.h"
#include "passivebed.h"

using namespace murmur;
using namespace murmur::test;

class TestPassiveKafka : public QObject
{
    Q_OBJECT

    /// What a worker of the group gets next: five messages, which it commits.
    static QByteArray work(const KafkaMock& mock)
    {
        ChildProgram kcat;
        kcat.setProcessChannelMode(QProcess::SeparateChannels);
        kcat.start(u"kcat"_s,
                   {u"-q"_s, u"-b"_s, mock.bootstrap(), u"-X"_s, u"auto.offset.reset=earliest"_s,
                    u"-X"_s, u"session.timeout.ms=6000"_s, u"-X"_s, u"heartbeat.interval.ms=500"_s,
                    u"-c"_s, u"5"_s, u"-G"_s, u"workers"_s, u"jobs"_s});
        if (!kcat.waitForFinished(60'000))
            return "kcat does not end";
        return kcat.readAllStandardOutput().simplified();
    }

private Q_SLOTS:
    void aStalledRecorderHarmsNobody()
    {
        const QTemporaryDir directory;
        KafkaMock mock;
        QCOMPARE(mock.start({u"flood:4"_s, u"jobs:1"_s}), QByteArray());
        QCOMPARE(mock.produce(u"jobs"_s, 0, numbers(0, 100)), QByteArray());
        QCOMPARE(work(mock), QByteArray("0 1 2 3 4"));
        Others others(u"kafka"_s, mock.bootstrap());
        Rounds rounds(0.9);
        while (rounds.goOn()) {
            bare(mock, others, rounds);
            stalled(mock, directory.filePath(u"%1.murmur"_s.arg(rounds.number())), others, rounds);
            if (QTest::currentTestFailed())
                return;
        }
        // The group goes on where it was.
        QCOMPARE(work(mock), QByteArray("5 6 7 8 9"));
        rounds.judge("Kafka");
    }

private:
    static void bare(const KafkaMock& mock, Others& others, Rounds& rounds)
    {
        ChildProgram kcat;
        kcat.setStandardOutputFile(QProcess::nullDevice());
        kcat.start(u"kcat"_s, {u"-C"_s, u"-q"_s, u"-b"_s, mock.bootstrap(), u"-t"_s, u"flood"_s,
                               u"-o"_s, u"end"_s});
        QVERIFY(kcat.waitForStarted());
        const Others::Flood flood = others.flood(stallSeconds(), kFloodBytes);
        QCOMPARE(flood.wrong, QByteArray());
        rounds.addBare(flood.rate);
    }
    /// The cluster keeps what is not fetched: a recorder that cannot write waits, and loses only
    /// what is trimmed meanwhile. The mock keeps 5 MiB of each partition.
    static void stalled(KafkaMock& mock, const QString& path, Others& others, Rounds& rounds)
    {
        StalledRecorder recorder(mock.url(u"topic=flood,jobs&from=now"_s), path);
        QCOMPARE(recorder.error, QString());
        QVERIFY2(recorder.waitUp(), qPrintable(recorder.connection().detail));
        QVERIFY(recorder.stall());
        const Others::Flood flood = others.flood(stallSeconds(), 2 * kFloodBytes);
        QCOMPARE(flood.wrong, QByteArray());
        rounds.addWatched(flood.rate);
        QVERIFY(recorder.disk.isWaitedFor());
        // What librdkafka fetches ahead is bounded too.
        if (!kIsSanitized)
            QVERIFY2(recorder.grown() < std::int64_t(320) << 20,
                     qPrintable(QString::number(recorder.grown() >> 20)));
        const ConnectionInfo before = recorder.connection();
        QCOMPARE(before.lost, 0);
        QVERIFY(before.received < flood.count);
        QCOMPARE(before.reconnects, 0);
        recorder.disk.goOn();
        const auto all = [&] {
            const ConnectionInfo connection = recorder.connection();
            return connection.received + connection.lost == flood.count;
        };
        QVERIFY2(Attached::waitUntil(all, std::chrono::seconds(30)),
                 qPrintable(u"%1 + %2 of %3"_s.arg(recorder.connection().received)
                                .arg(recorder.connection().lost)
                                .arg(flood.count)));
        recorder.settleTrimmed();
    }
};

QTEST_GUILESS_MAIN(TestPassiveKafka)
#include "tst_passivekafka.moc"
