// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Agents that talk through a tap, or over the hub, do not notice that the disk stands still.

#include "bus/tap/tapconnection.h"
#include "passivebed.h"

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;

class TestPassiveTap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Every message reaches the server while nothing can be recorded, as fast as with recording
    /// off.
    void aStalledRecorderDelaysNoByteOfATap()
    {
        const QTemporaryDir directory;
        Others server(u"sink"_s);
        const QString upstream = u"ws://127.0.0.1:"_s + QString::fromUtf8(server.ask("port"));
        const QString url = u"tap://127.0.0.1:0?upstream="_s + upstream;
        Rounds rounds(0.8);
        std::int64_t expected = 0;
        while (rounds.goOn()) {
            Attached relay(&createTapConnection, url + u"&record=0"_s);
            QCOMPARE(relay.error, QString());
            Others unrecorded(u"ws"_s,
                              u"ws://127.0.0.1:%1"_s.arg(relay.status().effectiveUrl.port()), 2000);
            const Others::Flood flood = unrecorded.flood(stallSeconds(), kFloodBytes);
            QCOMPARE(flood.wrong, QByteArray());
            rounds.addBare(flood.rate);
            expected += flood.count;

            StalledRecorder recorder(url, directory.filePath(u"%1.murmur"_s.arg(rounds.number())));
            QCOMPARE(recorder.error, QString());
            QVERIFY(recorder.waitUp());
            Others agents(
                u"ws"_s,
                recorder.connection().url.section(u'?', 0, 0).replace(u"tap://"_s, u"ws://"_s),
                2000);
            QVERIFY(recorder.stall());
            const Others::Flood watched = agents.flood(stallSeconds(), 2 * kFloodBytes);
            QCOMPARE(watched.wrong, QByteArray());
            rounds.addWatched(watched.rate);
            expected += watched.count;
            // It answered behind the last of them, so the server has them all.
            QVERIFY(recorder.disk.isWaitedFor());
            QCOMPARE(server.ask("count").toLongLong(), expected);
            if (!kIsSanitized)
                QVERIFY(recorder.grown() < std::int64_t(320) << 20);
            recorder.disk.goOn();
            const auto all = [&] {
                const ConnectionInfo connection = recorder.connection();
                return connection.recorded + connection.lost == watched.count;
            };
            QVERIFY2(Attached::waitUntil(all, 30s),
                     qPrintable(u"%1 + %2 of %3"_s.arg(recorder.connection().recorded)
                                    .arg(recorder.connection().lost)
                                    .arg(watched.count)));
            QVERIFY(recorder.connection().lost > 0);
            recorder.settleCopies(watched.count);
            if (QTest::currentTestFailed())
                return;
        }
        rounds.judge("tap");
    }

    /// The same recorder, healthy and stalled: agents on the hub are as fast.
    void aStalledRecorderHoldsUpNobodyOnTheHub()
    {
        const QTemporaryDir directory;
        Rounds rounds(0.9);
        while (rounds.goOn()) {
            for (const bool isStalled : {false, true}) {
                StalledRecorder recorder(
                    u"listen://127.0.0.1:0"_s,
                    directory.filePath(u"%1%2.murmur"_s.arg(rounds.number()).arg(isStalled)));
                QCOMPARE(recorder.error, QString());
                QVERIFY(recorder.waitUp());
                Others agents(u"ws"_s,
                              recorder.connection().url.replace(u"listen://"_s, u"ws://"_s), 2000);
                if (isStalled)
                    QVERIFY(recorder.stall());
                const Others::Flood flood = agents.flood(stallSeconds(), kFloodBytes);
                QCOMPARE(flood.wrong, QByteArray());
                (isStalled ? rounds.addWatched(flood.rate) : rounds.addBare(flood.rate));
                QVERIFY(recorder.waitReceived(flood.count));
                QCOMPARE(recorder.connection().received, flood.count);
                QVERIFY(!isStalled || recorder.connection().lost > 0);
                recorder.settle();
                if (QTest::currentTestFailed())
                    return;
            }
        }
        rounds.judge("hub");
    }
};

QTEST_GUILESS_MAIN(TestPassiveTap)
#include "tst_passivetap.moc"
