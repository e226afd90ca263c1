// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/timeaxis.h"

#include <QTest>

#include <cmath>

using namespace murmur;
using namespace std::chrono_literals;

class TestTimeAxis : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void timesAndPixelsAreInverse();
    void widthZeroIsDefined();
    void anEmptyWindowIsDefined();
    void aCenturyIsDefined();
    void nanosecondsAreToldApart();
    void zoomKeepsTheTimeUnderTheCursor_data();
    void zoomKeepsTheTimeUnderTheCursor();
    void zoomIsBounded();
    void panKeepsTheLength();
    void ticksAreRoundAndApart_data();
    void ticksAreRoundAndApart();
};

namespace {
const TimePoint kStart = fromNs(1'779'358'620'000'000'000); // 2026-05-21T10:17:00Z
}

void TestTimeAxis::timesAndPixelsAreInverse()
{
    const TimeAxis axis({kStart, kStart + 10s}, 100, 1000);
    QCOMPARE(axis.xAt(kStart), 100.0);
    QCOMPARE(axis.xAt(kStart + 5s), 600.0);
    QCOMPARE(axis.timeAt(600), kStart + 5s);
    QCOMPARE(axis.perPixel(), nanoseconds(10ms));
    QCOMPARE(axis.xAt(kStart - 10s), -900.0);
}

void TestTimeAxis::widthZeroIsDefined()
{
    const TimeAxis axis({kStart, kStart + 10s}, 5, 0);
    QCOMPARE(axis.xAt(kStart + 3s), 5.0);
    QCOMPARE(axis.timeAt(77), kStart);
    QVERIFY(axis.ticks(50).empty());
    QVERIFY(axis.perPixel() >= 1ns);
    QCOMPARE(axis.panned(10), axis.window());
    QVERIFY(!axis.zoomed(5, 0.5).isEmpty());
    QCOMPARE(TimeAxis({kStart, kStart + 1s}, 0, -4).width(), 0.0);
}

void TestTimeAxis::anEmptyWindowIsDefined()
{
    const TimeAxis axis({kStart, kStart}, 0, 800);
    QCOMPARE(axis.xAt(kStart + 1s), 0.0);
    QCOMPARE(axis.timeAt(400), kStart);
    QVERIFY(axis.ticks(50).empty());
    QCOMPARE(axis.perPixel(), 1ns);
    const TimeAxis backwards({kStart, kStart - 1s}, 0, 800);
    QVERIFY(backwards.window().isEmpty());
    QCOMPARE(TimeAxis().xAt(kStart), 0.0);
}

void TestTimeAxis::aCenturyIsDefined()
{
    const nanoseconds century = std::chrono::hours(24) * 36525;
    const TimeRange window{fromNs(-1'000'000'000'000'000'000),
                           fromNs(-1'000'000'000'000'000'000) + century};
    const TimeAxis axis(window, 0, 1000);
    QVERIFY(std::abs(axis.xAt(window.end) - 1000) < 0.01);
    const auto ticks = axis.ticks(80);
    QVERIFY(ticks.size() >= 3);
    QVERIFY(ticks.size() <= 13);
    QVERIFY(ticks.front().label.endsWith(QLatin1String("-01-01")));
    const TimeRange out = axis.zoomed(500, 10);
    QVERIFY(out.length() <= century);
}

void TestTimeAxis::nanosecondsAreToldApart()
{
    const TimeAxis axis({kStart, kStart + 1us}, 0, 1000);
    QCOMPARE(axis.xAt(kStart + 7ns), 7.0);
    QCOMPARE(axis.timeAt(7), kStart + 7ns);
    QVERIFY(!axis.ticks(100).empty());
}

void TestTimeAxis::zoomKeepsTheTimeUnderTheCursor_data()
{
    QTest::addColumn<qint64>("length");
    QTest::addColumn<double>("x");
    QTest::addColumn<double>("factor");
    for (const qint64 length : {10'000LL, 30'000'000'000LL, 86'400'000'000'000LL}) {
        for (const double x : {100.0, 333.0, 1100.0}) {
            for (const double factor : {0.5, 0.77, 1.3, 3.0}) {
                QTest::addRow("%lld ns at %g by %g", length, x, factor) << length << x << factor;
            }
        }
    }
}

void TestTimeAxis::zoomKeepsTheTimeUnderTheCursor()
{
    QFETCH(qint64, length);
    QFETCH(double, x);
    QFETCH(double, factor);
    const TimeAxis axis({kStart, kStart + nanoseconds(length)}, 100, 1000);
    const TimePoint under = axis.timeAt(x);
    const TimeRange zoomed = axis.zoomed(x, factor);
    const TimeAxis after(zoomed, 100, 1000);
    QVERIFY2(std::abs(after.xAt(under) - x) < 0.5, qPrintable(QString::number(after.xAt(under))));
    QVERIFY(std::abs(double(zoomed.length().count()) / double(length) - factor) < 0.001);
}

void TestTimeAxis::zoomIsBounded()
{
    TimeRange window{kStart, kStart + 1s};
    for (int i = 0; i < 100; ++i)
        window = TimeAxis(window, 0, 1000).zoomed(300, 0.1);
    QCOMPARE(window.length(), nanoseconds(1us));
    for (int i = 0; i < 100; ++i)
        window = TimeAxis(window, 0, 1000).zoomed(300, 10);
    QCOMPARE(std::chrono::duration_cast<std::chrono::days>(window.length()).count(), 36525);
    QVERIFY(window.begin < window.end);
}

void TestTimeAxis::panKeepsTheLength()
{
    const TimeAxis axis({kStart, kStart + 10s}, 0, 1000);
    const TimeRange later = axis.panned(250);
    QCOMPARE(later.begin, kStart + 2500ms);
    QCOMPARE(later.length(), nanoseconds(10s));
}

void TestTimeAxis::ticksAreRoundAndApart_data()
{
    QTest::addColumn<qint64>("length");
    QTest::addColumn<QString>("label");
    QTest::newRow("microseconds") << 50'000LL << QStringLiteral("10:17:00.000010");
    QTest::newRow("milliseconds") << 50'000'000LL << QStringLiteral("10:17:00.010");
    QTest::newRow("seconds") << 20'000'000'000LL << QStringLiteral("10:17:04");
    QTest::newRow("minutes") << 1'800'000'000'000LL << QStringLiteral("10:30");
    QTest::newRow("days") << 864'000'000'000'000LL << QStringLiteral("2026-05-23");
}

void TestTimeAxis::ticksAreRoundAndApart()
{
    QFETCH(qint64, length);
    QFETCH(QString, label);
    const TimeAxis axis({kStart, kStart + nanoseconds(length)}, 0, 1000);
    QStringList labels;
    double last = -1e9;
    for (const TimeAxis::Tick& tick : axis.ticks(100)) {
        QVERIFY(tick.x >= 0 && tick.x < 1000);
        if (tick.label.isEmpty())
            continue;
        QVERIFY2(tick.x - last >= 99.9, qPrintable(QString::number(tick.x - last)));
        last = tick.x;
        labels << tick.label;
    }
    QVERIFY2(labels.contains(label), qPrintable(labels.join(u' ')));
    QVERIFY(labels.size() <= 10);
}

QTEST_APPLESS_MAIN(TestTimeAxis)
#include "tst_timeaxis.moc"
