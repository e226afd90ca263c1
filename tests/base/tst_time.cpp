// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/time.h"

#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TestTime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isoHasNineDigitsAndComesBack()
    {
        const std::int64_t ns = 1'779'358'620'123'456'789;
        const std::string text = isoTimeUtf8(ns);
        QCOMPARE(QString::fromStdString(text), u"2026-05-21T10:17:00.123456789Z"_s);
        QCOMPARE(timeFromWire(std::string_view(text)), ns);
    }

    void wireTimesGoBySize()
    {
        QCOMPARE(timeFromWire(std::int64_t(1'779'358'620)), 1'779'358'620'000'000'000);
        QCOMPARE(timeFromWire(std::int64_t(1'779'358'620'123)), 1'779'358'620'123'000'000);
        QCOMPARE(timeFromWire(std::int64_t(1'779'358'620'123'456)), 1'779'358'620'123'456'000);
        QCOMPARE(timeFromWire(std::int64_t(1'779'358'620'123'456'789)), 1'779'358'620'123'456'789);
        QCOMPARE(timeFromWire(std::int64_t(-5)), kNoTime);
        QCOMPARE(timeFromWire(1'779'358'620.25), 1'779'358'620'250'000'000);
        QCOMPARE(timeFromWire(1'779'358'620.123456), 1'779'358'620'123'456'000);
        QCOMPARE(timeFromWire(1'779'358'620.1234567), 1'779'358'620'123'456'700);
        QCOMPARE(timeFromWire(1'779'358'620'123.456), 1'779'358'620'123'456'000);
        QCOMPARE(timeFromWire(1'779'358'620'123'456.5), 1'779'358'620'123'456'500);
        QCOMPARE(timeFromWire(1.5), 1'500'000'000);
        QCOMPARE(timeFromWire(1e-9), 1);
        QCOMPARE(timeFromWire(1e-300), 0);
        // Read as seconds, and too far away for nanoseconds.
        QCOMPARE(timeFromWire(17'194'000'001.3), kNoTime);
        QCOMPARE(timeFromWire(std::int64_t(17'194'000'001)), kNoTime);
        QCOMPARE(timeFromWire(std::string_view("2026-05-21T12:17:00+02:00")),
                 1'779'358'620'000'000'000);
        QCOMPARE(timeFromWire(std::string_view("2026-13-21T12:17:00Z")), kNoTime);
        QCOMPARE(timeFromWire(std::string_view("2026-05-21T12:17:00Zx")), kNoTime);
        QCOMPARE(timeFromWire(std::string_view("")), kNoTime);
    }

    void durations_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("ns");
        QTest::newRow("plain") << u"20s"_s << qint64(20'000'000'000);
        QTest::newRow("compound") << u"1m30s"_s << qint64(90'000'000'000);
        QTest::newRow("fraction") << u"1.5s"_s << qint64(1'500'000'000);
        QTest::newRow("milli") << u"250ms"_s << qint64(250'000'000);
        QTest::newRow("hours") << u"2h"_s << qint64(7'200'000'000'000);
    }
    void durations()
    {
        QFETCH(QString, text);
        QFETCH(qint64, ns);
        const auto parsed = durationFromText(text);
        QVERIFY(parsed.ok());
        QCOMPARE(parsed->count(), ns);
    }

    void aBareNumberIsNoDuration()
    {
        QVERIFY(!durationFromText(u"20"_s).ok());
        QVERIFY(!durationFromText(u""_s).ok());
        QVERIFY(!durationFromText(u"s"_s).ok());
    }

    void durationsAreReadable()
    {
        QCOMPARE(durationText(31ms), u"31 ms"_s);
        QCOMPARE(durationText(1200ms), u"1.2 s"_s);
        QCOMPARE(durationText(9800ms), u"9.8 s"_s);
        QCOMPARE(durationText(9min), u"9 min"_s);
        QCOMPARE(durationText(0ns), u"0 ns"_s);
        QCOMPARE(durationText(999'900us), u"1 s"_s);
    }

    void sizes()
    {
        QCOMPARE(*bytesFromText(u"2GiB"_s), 2LL << 30);
        QCOMPARE(*bytesFromText(u"500MB"_s), 500'000'000LL);
        QVERIFY(!bytesFromText(u"lots"_s).ok());
        QCOMPARE(bytesText(1434), u"1.4 KiB"_s);
    }

    void timesOfPeople()
    {
        const TimeRange session{fromNs(1'779'358'620'000'000'000),
                                fromNs(1'779'358'720'000'000'000)}; // 10:17:00 … 10:18:40
        QCOMPARE(toNs(*timeFromText(u"+10s", session)), 1'779'358'630'000'000'000);
        QCOMPARE(toNs(*timeFromText(u"-10s", session)), 1'779'358'710'000'000'000);
        QCOMPARE(toNs(*timeFromText(u"10:17:30", session)), 1'779'358'650'000'000'000);
        QCOMPARE(toNs(*timeFromText(u"10:18", session)), 1'779'358'680'000'000'000);
        QVERIFY(!timeFromText(u"soon", session).ok());
        const TimeRange days{session.begin, session.begin + 72h};
        QVERIFY(timeFromText(u"11:00", days).error().message.contains(u"date"));
    }
};

QTEST_GUILESS_MAIN(TestTime)
#include "tst_time.moc"
