// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "causality/clockjudge.h"
#include "causality/delayhull.h"
#include "demo/demorandom.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t kSecond = ClockVerdict::kSecond;
constexpr std::int64_t kMillisecond = ClockVerdict::kMillisecond;
constexpr std::int64_t kEpoch = 1'779'358'620 * kSecond;

/// One agent that speaks at a steady pace over a way as within one machine.
class Speaker
{
public:
    explicit Speaker(std::uint64_t seed)
        : m_random(seed)
    {
    }
    /// `offset(t)`: by how much its clock is ahead at t since the start.
    template<typename Offset>
    void speak(std::int64_t from, std::int64_t to, std::int64_t every, const Offset& offset)
    {
        for (std::int64_t t = from; t < to; t += every) {
            const std::int64_t way =
                80'000 + m_random.delay({200'000, 120, 0}) + (t >= jamFrom && t < jamTo ? jam : 0);
            hear(t + way, t + offset(t));
        }
    }
    void hear(std::int64_t heard, std::int64_t sent)
    {
        ClockEstimator::Message message;
        message.seq = ++m_seq;
        message.sender = AgentId(1);
        message.heard = kEpoch + heard;
        message.sent = kEpoch + sent;
        message.sequence = kNoTime;
        estimator.hear(message);
    }
    [[nodiscard]] AgentClock clock() const { return estimator.clocks()->agents.front(); }

    ClockEstimator estimator;
    std::int64_t jamFrom = 0, jamTo = 0, jam = 0; ///< the way takes longer then

private:
    DemoRandom m_random;
    Seq m_seq = 0;
};

std::int64_t wrongBy(const AgentClock& clock, std::int64_t at, std::int64_t truth)
{
    return std::abs(clock.at(kEpoch + at).offsetAt(kEpoch + at) - truth);
}

} // namespace

class TestClocks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theHullIsWhatNoPointLiesBelow()
    {
        DemoRandom random(5);
        DelayHull hull;
        std::vector<DelayPoint> points;
        for (std::int64_t x = 0; x < 400; ++x) {
            points.push_back({x * kSecond, random.between(0, 1000) + x * 3});
            hull.add(points.back());
        }
        for (std::size_t i = 0; i + 1 < hull.corners().size(); ++i)
            QVERIFY(hull.corners()[i].heard < hull.corners()[i + 1].heard);
        for (const DelayPoint& point : points)
            QVERIFY(point.delay >= hull.edgeAt(point.heard, 1).delayAt(point.heard) - 1);
        QVERIFY(hull.corners().size() <= 33);
    }

    void anOffsetAndADriftAreFound_data()
    {
        QTest::addColumn<qint64>("offset");
        QTest::addColumn<int>("ppm");
        QTest::addColumn<qint64>("every");
        QTest::newRow("ahead") << qint64(5 * kSecond) << 200 << qint64(20 * kMillisecond);
        QTest::newRow("behind") << qint64(-5 * kSecond) << -200 << qint64(20 * kMillisecond);
        QTest::newRow("right") << qint64(0) << 0 << qint64(97'123'456);
        QTest::newRow("rare") << qint64(kSecond) << 50 << qint64(2 * kSecond);
    }
    void anOffsetAndADriftAreFound()
    {
        QFETCH(qint64, offset);
        QFETCH(int, ppm);
        QFETCH(qint64, every);
        const auto truth = [&](std::int64_t t) { return offset + t / 1'000'000 * ppm; };
        Speaker speaker(3);
        speaker.speak(0, 600 * kSecond, every, truth);
        const AgentClock clock = speaker.clock();
        QCOMPARE(clock.segments.size(), std::size_t(1));
        for (std::int64_t t = 0; t < 600 * kSecond; t += 7 * kSecond) {
            QVERIFY2(wrongBy(clock, t, truth(t)) <= clock.last().error,
                     qPrintable(QString::number(wrongBy(clock, t, truth(t)))));
            QVERIFY(wrongBy(clock, t, truth(t)) < kMillisecond);
        }
        QVERIFY(std::abs(clock.last().drift * 1e6 - ppm) < 2);
        QVERIFY2(clock.last().error < 5 * kMillisecond,
                 qPrintable(QString::number(clock.last().error)));
        QCOMPARE(clock.basis(), ClockBasis::OneWay);
    }

    void stepsAreCut_data()
    {
        QTest::addColumn<qint64>("step");
        QTest::newRow("forward") << qint64(kSecond);
        QTest::newRow("back") << qint64(-kSecond);
        QTest::newRow("20 ms forward") << qint64(20 * kMillisecond);
        QTest::newRow("20 ms back") << qint64(-20 * kMillisecond);
    }
    void stepsAreCut()
    {
        QFETCH(qint64, step);
        Speaker speaker(4);
        constexpr std::int64_t kAt = 33 * kSecond + 400 * kMillisecond;
        const auto truth = [&](std::int64_t t) {
            return kSecond + t / 1'000'000 * 30 + (t >= kAt ? step : 0);
        };
        speaker.speak(0, 90 * kSecond, 50 * kMillisecond, truth);
        const AgentClock clock = speaker.clock();
        QCOMPARE(clock.segments.size(), std::size_t(2));
        QVERIFY(std::abs(clock.last().step - step) < kMillisecond);
        QVERIFY(std::abs(clock.last().from - kEpoch - kAt) < 200 * kMillisecond);
        for (std::int64_t t = kSecond; t < 90 * kSecond; t += kSecond)
            QVERIFY2(wrongBy(clock, t, truth(t)) < kMillisecond,
                     qPrintable(u"%1 s: %2"_s.arg(t / kSecond).arg(wrongBy(clock, t, truth(t)))));
    }

    /// It is silent while its clock is set: between its two words either side may hold.
    void betweenTwoWordsNobodyKnowsWhenAClockWasSet()
    {
        Speaker speaker(4);
        constexpr std::int64_t kAt = 36 * kSecond;
        const auto truth = [&](std::int64_t t) {
            return t / 1'000'000 * 30 + (t >= kAt ? kSecond : 0);
        };
        speaker.speak(0, 30 * kSecond, 50 * kMillisecond, truth);
        speaker.speak(40 * kSecond, 90 * kSecond, 50 * kMillisecond, truth);
        const AgentClock clock = speaker.clock();
        QCOMPARE(clock.segments.size(), std::size_t(2));
        for (const int second : {32, 34, 37, 39}) {
            const std::int64_t t = second * kSecond;
            QVERIFY(wrongBy(clock, t, truth(t)) <= clock.errorAt(kEpoch + t));
            QVERIFY(clock.errorAt(kEpoch + t) >= kSecond - kMillisecond);
        }
        for (const int second : {10, 29, 41, 89, 100})
            QVERIFY2(clock.errorAt(kEpoch + second * kSecond) < 5 * kMillisecond,
                     qPrintable(
                         u"%1 s: %2"_s.arg(second).arg(clock.errorAt(kEpoch + second * kSecond))));
    }

    void aQueueIsNoStep()
    {
        Speaker speaker(5);
        speaker.jamFrom = 40 * kSecond;
        speaker.jamTo = 65 * kSecond;
        speaker.jam = 80 * kMillisecond;
        const auto truth = [](std::int64_t) { return 2 * kSecond; };
        speaker.speak(0, 120 * kSecond, 50 * kMillisecond, truth);
        const AgentClock clock = speaker.clock();
        QCOMPARE(clock.segments.size(), std::size_t(1));
        for (std::int64_t t = 0; t < 120 * kSecond; t += kSecond)
            QVERIFY(wrongBy(clock, t, 2 * kSecond) < kMillisecond);
    }

    void aWrongTimeIsNoStep()
    {
        Speaker speaker(6);
        const auto truth = [](std::int64_t) { return -kSecond; };
        speaker.speak(0, 30 * kSecond, 50 * kMillisecond, truth);
        speaker.hear(30 * kSecond, 900 * kSecond);
        speaker.speak(30 * kSecond, 60 * kSecond, 50 * kMillisecond, truth);
        const AgentClock clock = speaker.clock();
        QCOMPARE(clock.segments.size(), std::size_t(1));
        QCOMPARE(clock.strays, 1);
        QVERIFY(wrongBy(clock, 30 * kSecond, -kSecond) < kMillisecond);
    }

    void answersProveTheWay()
    {
        // The way takes 5 ms at least, so one direction alone would be wrong by as much.
        ClockEstimator estimator;
        DemoRandom random(7);
        Seq seq = 0;
        for (std::int64_t t = 0; t < 60 * kSecond; t += 100 * kMillisecond) {
            const std::int64_t asked = t + 1'000 * random.between(0, 300);
            const Seq request = ++seq;
            estimator.hear({request, AgentId(1), kEpoch + asked, kEpoch + t, kNoTime, {}});
            const std::int64_t answered = asked + random.between(100'000, 400'000);
            const std::vector<Seq> causes{request};
            estimator.hear({++seq, AgentId(2), kEpoch + answered + 5 * kMillisecond,
                            kEpoch + answered + kSecond, kNoTime, causes});
        }
        const AgentClock* clock = estimator.clocks()->of(AgentId(2));
        QVERIFY(clock != nullptr);
        const ClockSegment told = estimator.clocks()->of(AgentId(2))->last();
        const std::int64_t wrong = std::abs(told.offsetAt(kEpoch + 30 * kSecond) - kSecond);
        QVERIFY2(told.bound >= 5 * kMillisecond - kMillisecond / 4 && told.bound < 6 * kMillisecond,
                 qPrintable(QString::number(told.bound)));
        QVERIFY(wrong <= std::max(told.error, told.bound));
    }

    void whatAnswersProveIsTheErrorBar()
    {
        // Every answer is sent 50 us after its request was heard, and is heard 300 us later.
        ClockEstimator estimator;
        Seq seq = 0;
        for (std::int64_t t = 0; t < 60 * kSecond; t += 100 * kMillisecond) {
            const Seq request = ++seq;
            estimator.hear({request, AgentId(1), kEpoch + t, kEpoch + t - 100'000, kNoTime, {}});
            const std::vector<Seq> causes{request};
            estimator.hear({++seq, AgentId(2), kEpoch + t + 350'000, kEpoch + t + 50'000 + kSecond,
                            kNoTime, causes});
        }
        const ClocksPtr clocks = estimator.clocks();
        const ClockSegment& told = clocks->of(AgentId(2))->last();
        QCOMPARE(told.basis, ClockBasis::TwoWay);
        QVERIFY(told.bound >= 350'000 && told.bound < 370'000);
        QVERIFY(told.error < 190'000);
        const std::int64_t wrong = std::abs(told.offsetAt(kEpoch + 30 * kSecond) - kSecond);
        QVERIFY2(wrong <= told.error, qPrintable(QString::number(wrong)));
    }

    void timesOfTheAxisAreNotCompared()
    {
        Speaker speaker(8);
        for (std::int64_t t = 0; t < 20 * kSecond; t += kSecond / 10)
            speaker.hear(t, t);
        QCOMPARE(speaker.clock().basis(), ClockBasis::Axis);
        QCOMPARE(speaker.clock().last().error, 0);
    }

    void closerThanTheErrorIsConcurrent()
    {
        QCOMPARE(clockOrder({100, 5}, {120, 5}), ClockOrder::Before);
        QCOMPARE(clockOrder({120, 5}, {100, 5}), ClockOrder::After);
        QCOMPARE(clockOrder({100, 15}, {120, 5}), ClockOrder::Concurrent);
    }

    void inPiecesAsAtOnce()
    {
        const auto truth = [](std::int64_t t) { return t >= 40 * kSecond ? kSecond : 0; };
        Speaker once(9);
        once.speak(0, 80 * kSecond, 50 * kMillisecond, truth);
        Speaker pieces(9);
        for (std::int64_t t = 0; t < 80 * kSecond; t += 2 * kSecond) {
            pieces.speak(t, t + 2 * kSecond, 50 * kMillisecond, truth);
            (void)pieces.clock(); // looking changes nothing
        }
        QCOMPARE(pieces.clock().segments.size(), once.clock().segments.size());
        QCOMPARE(pieces.clock().last().offsetAt(kEpoch), once.clock().last().offsetAt(kEpoch));
        QCOMPARE(pieces.clock().last().error, once.clock().last().error);
    }

    void aWildClockIsBounded()
    {
        ClockTrack track;
        DemoRandom random(10);
        for (int i = 0; i < 200'000; ++i)
            track.hear({i * kMillisecond * 10, random.between(-kSecond, kSecond) * 1000});
        QVERIFY(track.describe().segments.size() <= 64);
    }

    void theDemosClocksAreWithinTheirErrors_data()
    {
        QTest::addColumn<QByteArray>("scenario");
        QTest::addColumn<quint64>("seed");
        QTest::addColumn<int>("rate");
        QTest::newRow("warehouse") << QByteArray("warehouse") << quint64(7) << 600;
        QTest::newRow("warehouse, slow") << QByteArray("warehouse") << quint64(8) << 150;
        QTest::newRow("crew") << QByteArray("crew") << quint64(9) << 400;
        QTest::newRow("crew, slow") << QByteArray("crew") << quint64(5001) << 150;
    }
    void theDemosClocksAreWithinTheirErrors()
    {
        QFETCH(QByteArray, scenario);
        QFETCH(quint64, seed);
        QFETCH(int, rate);
        SwarmOptions options;
        options.scenario = scenario.toStdString();
        options.seed = seed;
        options.rate = rate;
        options.clocks = {std::chrono::seconds(5), 200, std::chrono::seconds(1)};
        const ClockVerdict verdict = judgeClocks(options, 90 * kSecond);
        const std::int64_t median = verdict.median();
        for (const std::string& line : verdict.wrong)
            qDebug() << line.c_str();
        qDebug() << verdict.agents << "agents," << verdict.right << "right, median error" << median
                 << "ns, steps" << verdict.stepsFound << "of" << verdict.steps << "and"
                 << verdict.falseSteps << "false";
        QVERIFY(verdict.agents >= 115);
        QVERIFY(verdict.right * 100 >= verdict.agents * 99);
        QVERIFY(median < kMillisecond);
        QCOMPARE(verdict.stepsFound, verdict.steps);
        QCOMPARE(verdict.falseSteps, 0);
    }
};

QTEST_GUILESS_MAIN(TestClocks)
#include "tst_clocks.moc"
