// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// NATS and JetStream do not notice a recorder whose disk stands still.

#include "natstestbed.h"
#include "passivebed.h"

using namespace murmur;
using namespace murmur::test;

class TestPassiveNats : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStalledRecorderHarmsNobody_data()
    {
        QTest::addColumn<QString>("bus");
        QTest::addColumn<QString>("items");
        QTest::addColumn<int>("size");
        QTest::newRow("NATS") << u"nats"_s << u"?subject=flood.>"_s << 1000;
        // Smaller: the server keeps many of them.
        QTest::newRow("JetStream")
            << u"stream"_s << u"?stream=EVENTS&subject=flood.>&from=now"_s << 700;
    }
    void aStalledRecorderHarmsNobody()
    {
        QFETCH(QString, bus);
        QFETCH(QString, items);
        QFETCH(int, size);
        const QTemporaryDir directory;
        const std::uint16_t monitor = freePort();
        NatsServer server("http: \"127.0.0.1:" + QByteArray::number(monitor) +
                          "\"\njetstream { store_dir: \"%2/store\", max_mem: 1GB }\n");
        QCOMPARE(server.run(), QByteArray());
        const QString url = server.url() + u",http://127.0.0.1:%1"_s.arg(monitor);
        Others others(bus, url, size);
        QCOMPARE(others.ask("prepare"), QByteArray());
        const QByteArray before = others.ask("state");
        QVERIFY2(before.contains("\"ours\":0,\"slow\":0"), before.constData());
        Rounds rounds(0.9);
        while (rounds.goOn()) {
            watchBare(bus, url, others, rounds);
            watchStalled(server.url(items), directory.filePath(u"%1.murmur"_s.arg(rounds.number())),
                         server.port, others, true, 0, rounds);
            if (QTest::currentTestFailed())
                return;
        }
        // Streams, consumers, what is pending and acknowledged; and nobody was called slow.
        QTRY_COMPARE_WITH_TIMEOUT(others.ask("state"), before, 10'000);
        rounds.judge(qPrintable(bus));
    }
};

QTEST_GUILESS_MAIN(TestPassiveNats)
#include "tst_passivenats.moc"
