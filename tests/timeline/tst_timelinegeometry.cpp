// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/markindex.h"
#include "views/timeline/timelinegeometry.h"

#include <QTest>

#include <numeric>

using namespace murmur;
using namespace std::chrono_literals;

class TestTimelineGeometry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSpikeOfOneMessageSurvivesEveryZoom_data();
    void aSpikeOfOneMessageSurvivesEveryZoom();
    void columnsAddUpWhatLiesUnderOnePixel();
    void aCoarseAnswerIsDrawnStretched();
    void boxesOfOneHeightMerge();
    void oneErrorAmongManyIsSeen();
    void marksUnderOnePixelAreOneAndErrorsStay();
    void crowdingDoesNotChangeWhilePanning();
    void callsReachFromRequestToReply();
    void callsAtTheSameTimeShareTheLane();
    void aMarkIsHitNearIt();
    void aCallIsHitWithinIt();
    void arrowsJoinSenderAndReceivers();
    void tooManyArrowsAreNone();
    void denseArrowsAreBundled();
    void aColumnHasTheColourOfItsCommonestKind();
    void theIndexFindsLanesAndMessages();
    void whoAsksWaitsUntilTheAnswer();
};

namespace {

constexpr std::int64_t kStart = 1'779'358'620'000'000'000;

TimePoint at(nanoseconds offset)
{
    return fromNs(kStart) + offset;
}

Mark mark(Seq seq, nanoseconds offset, std::uint32_t sender = 1, Kind kind = Kind::Event)
{
    Mark made;
    made.seq = seq;
    made.time = toNs(at(offset));
    made.sender = AgentId(sender);
    made.kind = kind;
    return made;
}

Mark reply(Seq seq, nanoseconds end, nanoseconds latency)
{
    Mark made = mark(seq, end, 1, Kind::Reply);
    made.closes = seq - 1;
    made.latency = latency.count();
    return made;
}

DensitySlice slice(nanoseconds width, std::vector<std::uint32_t> sent)
{
    DensitySlice made;
    made.begin = at(0s);
    made.bucketWidth = width;
    made.buckets = sent.size();
    made.range = {made.begin, made.begin + width * static_cast<std::int64_t>(sent.size())};
    made.lanes.push_back({AgentId(1), std::move(sent), {}});
    return made;
}

ColumnCounts columns(int width)
{
    return ColumnCounts(width);
}

std::uint64_t sum(const std::vector<std::uint32_t>& values)
{
    return std::accumulate(values.begin(), values.end(), std::uint64_t(0));
}

} // namespace

void TestTimelineGeometry::aSpikeOfOneMessageSurvivesEveryZoom_data()
{
    QTest::addColumn<qint64>("window");
    for (qint64 window = 1'000'000; window < 400'000'000'000'000; window *= 7)
        QTest::addRow("%lld ns", window) << window;
}

void TestTimelineGeometry::aSpikeOfOneMessageSurvivesEveryZoom()
{
    QFETCH(qint64, window);
    // One message in a silent session; the reader answers with about two buckets per pixel.
    const nanoseconds length(window);
    const nanoseconds bucket = length / 1600;
    std::vector<std::uint32_t> sent(1600, 0);
    sent[731] = 1;
    const DensitySlice spike = slice(bucket, sent);
    for (const int width : {1, 7, 333, 800, 1900}) {
        const TimeAxis axis({at(0s), at(0s) + length}, 40, width);
        ColumnCounts found = columns(width);
        addToColumns(spike, spike.lanes.front(), axis, found);
        QVERIFY(found.highest() >= 1);
        DensityBoxes boxes;
        addDensityBoxes(found, 40, QRect(40, 100, width, 25), 1'000'000, boxes);
        QCOMPARE(boxes.traffic.size(), std::size_t(1));
        QVERIFY(boxes.traffic.front().height() >= DensityBoxes::kFloor);
        QVERIFY(boxes.traffic.front().width() >= 1);
        QCOMPARE(boxes.traffic.front().bottom(), 124);

        const std::vector<Mark> marks{mark(1, bucket * 731)};
        ColumnCounts exact = columns(width);
        addToColumns(marks, axis, exact);
        QCOMPARE(sum(exact.sent), 1u);
        QCOMPARE(placeMarks(marks, axis, 7).size(), std::size_t(1));
    }
}

void TestTimelineGeometry::columnsAddUpWhatLiesUnderOnePixel()
{
    const DensitySlice fine = slice(1ms, std::vector<std::uint32_t>(4000, 1));
    const TimeAxis axis({at(0s), at(4s)}, 0, 400);
    ColumnCounts found = columns(400);
    addToColumns(fine, fine.lanes.front(), axis, found);
    QCOMPARE(sum(found.sent), 4000u);
    for (const std::uint32_t n : found.sent)
        QCOMPARE(n, 10u);
}

void TestTimelineGeometry::aCoarseAnswerIsDrawnStretched()
{
    const DensitySlice coarse = slice(1s, {0, 5, 0, 0});
    const TimeAxis axis({at(0s), at(4s)}, 0, 400);
    ColumnCounts found = columns(400);
    addToColumns(coarse, coarse.lanes.front(), axis, found);
    QCOMPARE(found.sent[99], 0u);
    QCOMPARE(found.sent[100], 5u);
    QCOMPARE(found.sent[199], 5u);
    QCOMPARE(found.sent[200], 0u);
    // Zoomed into the middle of the one bucket, all of it is there.
    const TimeAxis inside({at(1200ms), at(1300ms)}, 0, 400);
    ColumnCounts within = columns(400);
    addToColumns(coarse, coarse.lanes.front(), inside, within);
    QCOMPARE(within.sent.front(), 5u);
    QCOMPARE(within.sent.back(), 5u);
}

void TestTimelineGeometry::boxesOfOneHeightMerge()
{
    ColumnCounts found = columns(100);
    std::fill(found.sent.begin() + 10, found.sent.begin() + 60, 9u);
    DensityBoxes boxes;
    addDensityBoxes(found, 200, QRect(200, 0, 100, 24), 9, boxes);
    QCOMPARE(boxes.traffic.size(), std::size_t(1));
    QCOMPARE(boxes.traffic.front(), QRect(210, 0, 50, 24));
}

void TestTimelineGeometry::oneErrorAmongManyIsSeen()
{
    ColumnCounts found = columns(10);
    found.sent[4] = 1'000'000;
    found.errors[4] = 1;
    DensityBoxes boxes;
    addDensityBoxes(found, 0, QRect(0, 0, 10, 24), 1'000'000, boxes);
    QCOMPARE(boxes.errors.size(), std::size_t(1));
    QVERIFY(boxes.errors.front().height() >= DensityBoxes::kFloor);
    QVERIFY(boxes.errors.front().height() < boxes.traffic.front().height());
}

void TestTimelineGeometry::marksUnderOnePixelAreOneAndErrorsStay()
{
    const TimeAxis axis({at(0s), at(10s)}, 0, 1000);
    const std::vector<Mark> marks{mark(1, 1000ms), mark(2, 1001ms), mark(3, 1002ms),
                                  mark(4, 1003ms, 1, Kind::Error), mark(5, 5s)};
    const auto placed = placeMarks(marks, axis, 7);
    QCOMPARE(placed.size(), std::size_t(3));
    QCOMPARE(placed[0].folded, 2);
    QCOMPARE(placed[1].mark->kind, Kind::Error);
    QCOMPARE(placed[2].mark->seq, Seq(5));
    QVERIFY(placed[1].isCrowded);
    QVERIFY(!placed[2].isCrowded);
}

void TestTimelineGeometry::crowdingDoesNotChangeWhilePanning()
{
    std::vector<Mark> marks;
    for (int i = 0; i < 200; ++i)
        marks.push_back(mark(i + 1, i * 37ms + (i % 3) * 11ms));
    const auto pattern = [&](nanoseconds shift) {
        std::vector<bool> crowded;
        for (const PlacedMark& placed :
             placeMarks(marks, TimeAxis({at(shift), at(shift + 8s)}, 0, 800), 7))
            crowded.push_back(placed.isCrowded);
        return crowded;
    };
    QCOMPARE(pattern(0ms), pattern(170ms));
    QCOMPARE(pattern(0ms), pattern(-1230ms));
}

void TestTimelineGeometry::callsReachFromRequestToReply()
{
    const TimeAxis axis({at(0s), at(10s)}, 100, 1000);
    const std::vector<Mark> marks{mark(1, 1s), reply(3, 3s, 1s), reply(5, 4s, 1ms),
                                  reply(7, 14s, 6s), reply(9, 30s, 1s)};
    const auto calls = placeCalls(marks, axis, 2);
    QCOMPARE(calls.size(), std::size_t(2)); // too narrow, and after the window, are left out
    QCOMPARE(calls[0].from, 300.0);
    QCOMPARE(calls[0].to, 400.0);
    QCOMPARE(calls[1].mark->seq, Seq(7)); // still open at the window's end
    QCOMPARE(calls[1].from, 900.0);
}

void TestTimelineGeometry::callsAtTheSameTimeShareTheLane()
{
    const TimeAxis axis({at(0s), at(10s)}, 0, 1000);
    const std::vector<Mark> marks{reply(2, 4s, 3s), reply(4, 5s, 3s), reply(6, 9s, 1s)};
    const auto calls = placeCalls(marks, axis, 2);
    QCOMPARE(calls.size(), std::size_t(3));
    QCOMPARE(calls[0].rows, 2);
    QCOMPARE(calls[0].row, 0);
    QCOMPARE(calls[1].row, 1);
    QCOMPARE(calls[2].rows, 1);
}

void TestTimelineGeometry::aMarkIsHitNearIt()
{
    const TimeAxis axis({at(0s), at(10s)}, 0, 1000);
    const std::vector<Mark> marks{mark(1, 1s), mark(2, 1100ms), mark(3, 5s)};
    const auto placed = placeMarks(marks, axis, 7);
    QCOMPARE(markAt(placed, 101, 7)->seq, Seq(1));
    QCOMPARE(markAt(placed, 107, 7)->seq, Seq(2));
    QVERIFY(!markAt(placed, 300, 7));
    QVERIFY(!markAt({}, 300, 7));
}

void TestTimelineGeometry::aCallIsHitWithinIt()
{
    const TimeAxis axis({at(0s), at(10s)}, 0, 1000);
    const std::vector<Mark> marks{reply(2, 4s, 3s), reply(4, 5s, 3s)};
    const auto calls = placeCalls(marks, axis, 2);
    QCOMPARE(callAt(calls, 250, 0.2)->seq, Seq(2));
    QCOMPARE(callAt(calls, 250, 0.8)->seq, Seq(4));
    QVERIFY(!callAt(calls, 800, 0.2));
}

void TestTimelineGeometry::arrowsJoinSenderAndReceivers()
{
    LaneLayout layout;
    layout.build({{AgentId(1), QStringLiteral("a"), {}},
                  {AgentId(2), QStringLiteral("b"), {}},
                  {AgentId(3), QStringLiteral("c"), {}}},
                 {}, 20, 10);
    const TimeAxis axis({at(0s), at(10s)}, 0, 1000);
    std::vector<Mark> marks{mark(1, 1s)};
    marks[0].audience = AudienceId(1);
    const std::vector<AgentId> all{AgentId(1), AgentId(2), AgentId(3), AgentId(99)};
    const auto arrows = placeArrows(
        marks, axis, layout, [&](AudienceId) { return std::span<const AgentId>(all); }, 10);
    QCOMPARE(arrows.size(), std::size_t(2)); // none to itself, none to whom has no lane
    QCOMPARE(arrows[0], (PlacedArrow{100, 10, 30}));
    QCOMPARE(arrows[1], (PlacedArrow{100, 10, 50}));
}

void TestTimelineGeometry::tooManyArrowsAreNone()
{
    LaneLayout layout;
    layout.build({{AgentId(1), QStringLiteral("a"), {}}, {AgentId(2), QStringLiteral("b"), {}}}, {},
                 20, 10);
    std::vector<Mark> marks;
    for (int i = 0; i < 11; ++i)
        marks.push_back(mark(i + 1, i * 1s));
    const std::vector<AgentId> to{AgentId(2)};
    const auto receivers = [&](AudienceId) { return std::span<const AgentId>(to); };
    const TimeAxis axis({at(0s), at(20s)}, 0, 1000);
    QCOMPARE(placeArrows(marks, axis, layout, receivers, 11).size(), std::size_t(11));
    QVERIFY(placeArrows(marks, axis, layout, receivers, 10).empty());
}

void TestTimelineGeometry::denseArrowsAreBundled()
{
    std::vector<PlacedArrow> arrows;
    for (int x = 0; x < 64; ++x)
        arrows.push_back({x, 10, 30});
    arrows.push_back({9, 30, 10}); // the other way round
    const auto counted = [](const std::vector<PlacedArrow>& some) {
        int n = 0;
        for (const PlacedArrow& arrow : some)
            n += arrow.count;
        return n;
    };
    // Few enough are left alone.
    QCOMPARE(bundleArrows(arrows, 65, 0).size(), std::size_t(65));
    const auto bundled = bundleArrows(arrows, 20, 0);
    QCOMPARE(bundled.size(), std::size_t(17)); // four pixels each, and the one back
    QCOMPARE(counted(bundled), 65);            // nothing is lost
    QCOMPARE(bundled.front(), (PlacedArrow{1, 10, 30, 4}));
    QCOMPARE(bundled.back(), (PlacedArrow{9, 30, 10, 1}));
    // Panned by three pixels it is the same picture, three pixels farther.
    auto moved = arrows;
    for (PlacedArrow& arrow : moved)
        arrow.x += 3;
    const auto there = bundleArrows(moved, 20, 3);
    QCOMPARE(there.size(), bundled.size());
    QCOMPARE(there.front(), (PlacedArrow{4, 10, 30, 4}));
    // Of pairs that are too many the busiest stay.
    const auto few = bundleArrows(arrows, 1, 0);
    QCOMPARE(few.size(), std::size_t(1));
    QCOMPARE(few.front().count, 64);
}

void TestTimelineGeometry::aColumnHasTheColourOfItsCommonestKind()
{
    const TimeAxis axis({at(0s), at(10s)}, 0, 10);
    std::vector<Mark> marks{mark(1, 1100ms), mark(2, 1200ms), mark(3, 1300ms), mark(4, 5s)};
    marks[0].kind = Kind::State;
    marks[1].kind = Kind::Command;
    marks[2].kind = Kind::State;
    marks[3].kind = Kind::Request;
    ColumnCounts found(10, true);
    addToColumns(marks, axis, found);
    DensityBoxes boxes;
    addDensityBoxes(found, 0, QRect(0, 0, 10, 24), 4, boxes);
    QCOMPARE(boxes.traffic.size(), std::size_t(2));
    QCOMPARE(boxes.kinds, (std::vector<std::uint8_t>{static_cast<std::uint8_t>(Kind::State),
                                                     static_cast<std::uint8_t>(Kind::Request)}));

    TileSlice tiles;
    tiles.begin = at(0s);
    tiles.bucketWidth = 1s;
    tiles.bucketCount = 2;
    TileLane lane;
    lane.agent = AgentId(1);
    lane.sent[static_cast<std::size_t>(Kind::Event)] = {1, 5};
    lane.sent[static_cast<std::size_t>(Kind::Command)] = {3, 4};
    tiles.lanes.push_back(lane);
    const DensityPtr density = densityFrom(tiles, {at(0s), at(2s)}, {});
    // Hundreds of lanes have all columns; of thousands each has fewer, but not too few.
    QCOMPARE(columnsFor(500, 1600, 401), 1600);
    QCOMPARE(columnsFor(2000, 1600, 401), 1000);
    QCOMPARE(columnsFor(50'000, 1600, 401), 401);
    QCOMPARE(columnsFor(0, 300, 401), 300);
    QCOMPARE(density->lanes.front().kinds,
             (std::vector<std::uint8_t>{static_cast<std::uint8_t>(Kind::Command),
                                        static_cast<std::uint8_t>(Kind::Event)}));
}

void TestTimelineGeometry::theIndexFindsLanesAndMessages()
{
    MarkSlice slice;
    slice.range = {at(0s), at(10s)};
    // Not by time: stated times may arrive in any order.
    slice.marks = {mark(3, 5s, 2), mark(1, 1s, 1), mark(2, 3s, 1), mark(4, 6s, 1)};
    const MarkIndex index(slice);
    QCOMPARE(index.lane(AgentId(1)).size(), std::size_t(3));
    QCOMPARE(index.lane(AgentId(1), {at(2s), at(6s)}).size(), std::size_t(1));
    QCOMPARE(index.lane(AgentId(1), {at(2s), at(6s)}).front().seq, Seq(2));
    QCOMPARE(index.all({at(0s), at(10s)}).front().seq, Seq(1));
    QVERIFY(index.lane(AgentId(7)).empty());
    QCOMPARE(toNs(at(5s)), index.find(3)->time);
    QVERIFY(!index.find(9));
    QCOMPARE(index.lowest(), Seq(1));
    QCOMPARE(index.highest(), Seq(4));
    QVERIFY(index.covers({at(1s), at(9s)}));
    QVERIFY(!index.covers({at(1s), at(11s)}));
}

void TestTimelineGeometry::whoAsksWaitsUntilTheAnswer()
{
    const auto request = [](Seq seq, nanoseconds time, std::uint32_t sender) {
        Mark one = mark(seq, time, sender);
        one.kind = Kind::Request;
        return one;
    };
    const auto reply = [](Seq seq, nanoseconds time, Seq closes, nanoseconds latency) {
        Mark one = mark(seq, time, 9);
        one.kind = Kind::Reply;
        one.closes = closes;
        one.latency = latency.count();
        return one;
    };
    MarkSlice slice;
    slice.range = {at(0s), at(20s)};
    slice.marks = {request(2, 1s, 1),    request(3, 2s, 1),     reply(4, 3s, 2, 2s),
                   reply(5, 5s, 3, 3s),  request(6, 8s, 1),     reply(7, 9s, 6, 1s),
                   request(8, 10s, 2),   reply(9, 11s, 1, 11s), // who asked 1 is not known
                   reply(10, 12s, 8, 2s)};
    const MarkIndex index(slice);
    const auto waits = index.waits(AgentId(1));
    QCOMPARE(std::vector<TimeRange>(waits.begin(), waits.end()),
             (std::vector<TimeRange>{{at(1s), at(5s)}, {at(8s), at(9s)}}));
    QCOMPARE(index.waits(AgentId(2)).size(), std::size_t(1));
    QVERIFY(index.waits(AgentId(9)).empty());
}

QTEST_APPLESS_MAIN(TestTimelineGeometry)
#include "tst_timelinegeometry.moc"
