// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heatmap/heatgrid.h"

#include <QTest>

#include <cmath>

using namespace murmur;
using namespace std::chrono_literals;

namespace {

TileSlice slice(nanoseconds width,
                std::vector<std::vector<std::pair<nanoseconds, std::uint32_t>>> columns,
                TimePoint begin = fromNs(0))
{
    TileSlice made;
    made.begin = begin;
    made.bucketWidth = width;
    made.bucketCount = columns.size();
    for (const auto& column : columns) {
        std::vector<BucketCount> buckets;
        for (const auto& [latency, count] : column)
            buckets.push_back(
                {logLinearBucket(static_cast<std::uint64_t>(latency.count()), kCoarseBits), count});
        made.latency.push_back(std::move(buckets));
    }
    return made;
}

HeatLayout layout(nanoseconds perPixel, double perDecade = 400, nanoseconds slo = 200ms)
{
    return {LatencySpan(), perPixel, perDecade, slo};
}

std::uint64_t sum(const HeatGrid& grid)
{
    std::uint64_t total = 0;
    for (const std::uint32_t count : grid.counts)
        total += count;
    return total;
}

} // namespace

class HeatGridTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingGivesNoCells()
    {
        const HeatGrid grid = heatGrid(TileSlice(), layout(1ms));
        QCOMPARE(grid.columns, std::size_t(0));
        QVERIFY(!grid.columnAt(fromNs(0)));
        QVERIFY(latencyLines(TileSlice(), grid, 2).p50.empty());
    }

    void aCallStandsInTheCellOfItsTimeAndLatency()
    {
        const HeatGrid grid = heatGrid(slice(10ms, {{}, {}, {{105ms, 1}}}), layout(1ms));
        const auto column = grid.columnAt(fromNs(25'000'000));
        const auto row = grid.rowAt(105e6);
        QVERIFY(column && row);
        QCOMPARE(grid.at(*column, *row), 1u);
        QCOMPARE(grid.calls, std::uint64_t(1));
        QVERIFY(grid.lowOf(*row) <= 105'000'000 && 105'000'000 < grid.highOf(*row));
        QVERIFY(grid.rangeOf(*column).contains(fromNs(25'000'000)));
    }

    void noCallIsLostByMergingOrAtTheEdges()
    {
        const auto input =
            slice(1ms, {{{50us, 3}, {2ms, 5}}, {{30s, 7}}, {{200s, 11}}, {{1ms, 1}}});
        for (const nanoseconds perPixel :
             {nanoseconds(10us), nanoseconds(1ms), nanoseconds(100ms)}) {
            for (const double perDecade : {400.0, 20.0, 1.0})
                QCOMPARE(sum(heatGrid(input, layout(perPixel, perDecade))), std::uint64_t(27));
        }
    }

    void cellsAreAtLeastFivePixelsWide()
    {
        const auto input =
            slice(1ms, std::vector<std::vector<std::pair<nanoseconds, std::uint32_t>>>(64));
        QCOMPARE(heatGrid(input, layout(1ms)).columnWidth, nanoseconds(8ms));
        QCOMPARE(heatGrid(input, layout(100us)).columnWidth, nanoseconds(1ms));
    }

    void cellsStandStillWhileTheWindowMoves()
    {
        const std::vector<std::vector<std::pair<nanoseconds, std::uint32_t>>> empty(16);
        const HeatGrid a = heatGrid(slice(1ms, empty, fromNs(3'000'000)), layout(1ms));
        const HeatGrid b = heatGrid(slice(1ms, empty, fromNs(6'000'000)), layout(1ms));
        QCOMPARE(toNs(a.begin) % a.columnWidth.count(), std::int64_t(0));
        QCOMPARE(toNs(b.begin) % a.columnWidth.count(), std::int64_t(0));
        const HeatGrid before1970 = heatGrid(slice(1ms, empty, fromNs(-3'000'000)), layout(1ms));
        QCOMPARE(before1970.begin, fromNs(-8'000'000));
    }

    void noCellLiesOnBothSidesOfTheSlo()
    {
        for (const double perDecade : {400.0, 20.0, 2.0}) {
            const HeatGrid grid =
                heatGrid(slice(10ms, {{{190ms, 4}, {230ms, 9}}}), layout(1ms, perDecade, 200ms));
            std::uint64_t kept = 0;
            std::uint64_t above = 0;
            for (std::size_t row = 0; row < grid.rows(); ++row)
                (row >= grid.firstAboveSlo ? above : kept) += grid.at(0, row);
            QCOMPARE(kept, std::uint64_t(4));
            QCOMPARE(above, std::uint64_t(9));
        }
    }

    void theAxisWidensForWhatItHolds()
    {
        QCOMPARE(LatencySpan().widened(slice(1ms, {{{5ms, 1}}})), LatencySpan());
        QCOMPARE(LatencySpan().widened(slice(1ms, {{{300us, 1}}})).low, 5);
        QCOMPARE(LatencySpan().widened(slice(1ms, {{{1us, 1}}})).low, 5);
        QCOMPARE(LatencySpan().widened(slice(1ms, {{{40s, 1}}})).high, 11);
        QCOMPARE(LatencySpan().widened(slice(1ms, {{{4000s, 1}}})).high, 11);
    }

    void oneCallIsVisibleAndTheFullestCellIsTheBrightest()
    {
        QCOMPARE(heatStep(0, 1000), 0);
        QCOMPARE(heatStep(1, 1000), 1);
        QCOMPARE(heatStep(1000, 1000), 255);
        QVERIFY(heatStep(10, 1000) > heatStep(9, 1000));
        QVERIFY(heatStep(1, 1) > 0 && heatStep(1, 1) < 255);
        // Linear: the same ends, half of it in the middle.
        QCOMPARE(heatStep(1, 1000, true), 1);
        QCOMPARE(heatStep(1000, 1000, true), 255);
        QCOMPARE(heatStep(500, 1000, true), 128);
    }

    void percentileLinesBreakWhereThereIsNoCall()
    {
        const auto input = slice(8ms, {{{10ms, 99}, {1s, 1}}, {}, {}, {}, {{50ms, 1}}});
        const HeatGrid grid = heatGrid(input, layout(1ms));
        const LatencyLines lines = latencyLines(input, grid, 1);
        QCOMPARE(lines.p50.size(), grid.columns);
        QVERIFY(std::abs(lines.p50[0] - 10e6) < 1.3e6);
        QVERIFY(lines.p99[0] >= 9e6);
        QVERIFY(std::isnan(lines.p50[2]));
        QVERIFY(std::isnan(lines.p50[1])); // beside a call, but nothing follows within reach
        const auto hole = slice(8ms, {{{10ms, 1}}, {}, {{10ms, 1}}});
        const HeatGrid bridged = heatGrid(hole, layout(1ms));
        QVERIFY(!std::isnan(latencyLines(hole, bridged, 1).p50[1]));
        QVERIFY(std::abs(lines.p50[4] - 50e6) < 6.5e6);
    }
};

QTEST_APPLESS_MAIN(HeatGridTest)
#include "tst_heatgrid.moc"
