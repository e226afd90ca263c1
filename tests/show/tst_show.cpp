// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "show/show.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

class TestShow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anActSetsWhatItNames()
    {
        const auto show = showFromJson(
            R"({"show": "Warehouse", "acts": [
                {"say": "All is well.", "layout": "live-demo", "view": "topology", "live": true},
                {"at": "+13s", "window": "20s", "filter": "kind == error", "dims": true,
                 "select": 12, "agent": "planner-1", "speed": 0.5, "play": true},
                {"filter": "", "play": false, "fault": "retry-storm"}]})");
        QVERIFY2(show, show ? "" : qPrintable(show.error().message));
        QCOMPARE(show->title, u"Warehouse"_s);
        QCOMPARE(show->acts.size(), 3);
        const Act& first = show->acts[0];
        QVERIFY(first.isLive && !first.filter && !first.plays && first.speed == 0);
        QCOMPARE(first.say, u"All is well."_s);
        const Act& second = show->acts[1];
        QCOMPARE(second.window, nanoseconds(20s));
        QCOMPARE(second.select, 12);
        QVERIFY(second.dims && *second.plays && *second.filter == u"kind == error"_s);
        const Act& third = show->acts[2];
        QVERIFY(third.filter && third.filter->isEmpty() && !*third.plays);
        QCOMPARE(third.fault, u"retry-storm"_s);
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("empty") << QByteArray() << u"no JSON"_s;
        QTest::newRow("no acts") << QByteArray("{}") << u"acts"_s;
        QTest::newRow("none") << QByteArray("{\"acts\":[]}") << u"acts"_s;
        QTest::newRow("no object") << QByteArray("{\"acts\":[1]}") << u"Act 1"_s;
        QTest::newRow("unknown") << QByteArray("{\"acts\":[{},{\"spede\":1}]}")
                                 << u"Act 2: \"spede\" is not known"_s;
        QTest::newRow("window") << QByteArray("{\"acts\":[{\"window\":\"-5s\"}]}")
                                << u"\"window\""_s;
        QTest::newRow("speed") << QByteArray("{\"acts\":[{\"speed\":1e9}]}") << u"0.01 to 100"_s;
        QTest::newRow("select") << QByteArray("{\"acts\":[{\"select\":1e300}]}") << u"\"select\""_s;
        QTest::newRow("filter") << QByteArray("{\"acts\":[{\"filter\":\"kind ==\"}]}")
                                << u"column"_s;
        QTest::newRow("both") << QByteArray("{\"acts\":[{\"live\":true,\"play\":true}]}")
                              << u"\"live\""_s;
        QTest::newRow("type") << QByteArray("{\"acts\":[{\"say\":5}]}") << u"a sentence"_s;
    }
    void whatIsWrongIsNamed()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto show = showFromJson(json);
        QVERIFY(!show);
        QVERIFY2(show.error().message.contains(says), qPrintable(show.error().message));
    }

    void aFileIsNamed()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(u"a.json"_s);
        QVERIFY(!loadShow(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"acts\":[{\"say\":\"x\"}]}");
        file.close();
        const auto show = loadShow(path);
        QVERIFY(show);
        QCOMPARE(show->title, u"a.json"_s);
    }

    void nonsenseDoesNoHarm()
    {
        const QByteArray good = R"({"acts":[{"at":"+1s","filter":"a ~ b","select":3,"speed":2}]})";
        QRandomGenerator random(11);
        for (int round = 0; round < 5'000; ++round) {
            QByteArray bytes = good;
            for (int i = random.bounded(1, 5); i > 0; --i)
                bytes[random.bounded(static_cast<int>(bytes.size()))] =
                    static_cast<char>(random.bounded(256));
            if (const auto show = showFromJson(bytes))
                QVERIFY(!show->acts.empty());
        }
    }
};

} // namespace murmur

QTEST_GUILESS_MAIN(murmur::TestShow)
#include "tst_show.moc"
