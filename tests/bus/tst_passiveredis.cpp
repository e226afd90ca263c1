// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Redis does not notice a recorder whose disk stands still.

#include "passivebed.h"
#include "redistestbed.h"

using namespace murmur;
using namespace murmur::test;

class TestPassiveRedis : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStalledRecorderHarmsNobody()
    {
        const QTemporaryDir directory;
        RedisBroker broker;
        QCOMPARE(broker.start(), QByteArray());
        const QString server = u"redis://127.0.0.1:%1"_s.arg(broker.port);
        Others others(u"redis"_s, server);
        QCOMPARE(others.ask("prepare"), QByteArray());
        const QByteArray before = others.ask("state");
        QVERIFY2(before.contains("\"pending\",3"), before.constData());
        Rounds rounds(0.9);
        while (rounds.goOn()) {
            watchBare(u"redis"_s, server, others, rounds);
            watchStalled(broker.url(u"?pattern=flood.*&stream=tasks&from=start"_s),
                         directory.filePath(u"%1.murmur"_s.arg(rounds.number())), broker.port,
                         others, true, 5, rounds);
            if (QTest::currentTestFailed())
                return;
        }
        // Groups, consumers, pending entries, keys, subscriptions, settings.
        QTRY_COMPARE_WITH_TIMEOUT(others.ask("state"), before, 10'000);
        rounds.judge("Redis");
    }
};

QTEST_GUILESS_MAIN(TestPassiveRedis)
#include "tst_passiveredis.moc"
