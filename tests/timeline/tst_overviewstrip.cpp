// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/overviewstrip.h"
#include "views_base/fakesession.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestOverviewStrip : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init();
    void cleanup();

    void itSaysTheSpanAndTheFacts();
    void aNumberThatIsUnknownIsSaidToBe();
    void aClickMovesThePlayhead();
    void draggingBesideTheWindowMakesANewOne();
    void draggingTheBodyMovesTheWindow();
    void theBodyStopsAtTheEndsOfTheSession();
    void draggingAnEdgeResizes();
    void theSmallestWindowIsStillSeen();
    void anErrorIsSeenFromFarAway();
    void theCornerStandsUnderTheHeader();
    void itGrowsWithALiveSession();
    void aFindingHasAPin();

private:
    void drag(QPoint from, QPoint to);
    [[nodiscard]] int x(double seconds) const;
    [[nodiscard]] bool isNear(TimePoint t, double seconds) const;

    std::shared_ptr<FakeRecording> m_recording;
    std::shared_ptr<Session> m_session;
    std::unique_ptr<SharedView> m_shared;
    std::unique_ptr<OverviewStrip> m_strip;
};

namespace {

constexpr std::int64_t kStart = 1'779'357'720'000'000'000; // 10:02:00
constexpr std::int64_t kSecond = 1'000'000'000;

TimePoint at(double seconds)
{
    return fromNs(kStart + static_cast<std::int64_t>(seconds * 1e9));
}

} // namespace

void TestOverviewStrip::init()
{
    m_recording = std::make_shared<FakeRecording>();
    const AgentId agent = m_recording->agent("coder");
    for (int i = 0; i <= 1000; ++i)
        m_recording->say(kStart + i * kSecond, agent, i == 700 ? Kind::Error : Kind::Event);
    Gap gap;
    gap.count = 17;
    gap.from = kStart + 500 * kSecond;
    gap.to = kStart + 510 * kSecond;
    m_recording->gaps.push_back(gap);
    m_session = sessionOf(m_recording);
    m_shared = std::make_unique<SharedView>();
    m_strip = std::make_unique<OverviewStrip>(ViewContext{m_shared.get()});
    m_strip->resize(1012, 76); // the plot is 1000 wide
    m_strip->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_strip.get()));
    m_shared->setSession(m_session);
    QTRY_VERIFY(m_strip->isSettled());
}

void TestOverviewStrip::cleanup()
{
    m_strip.reset();
    m_shared.reset();
}

void TestOverviewStrip::drag(QPoint from, QPoint to)
{
    QTest::mousePress(m_strip.get(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_strip.get(), (from + to) / 2);
    QTest::mouseMove(m_strip.get(), to);
    QTest::mouseRelease(m_strip.get(), Qt::LeftButton, {}, to);
}

int TestOverviewStrip::x(double seconds) const
{
    return static_cast<int>(std::lround(m_strip->axis().xAt(at(seconds))));
}

bool TestOverviewStrip::isNear(TimePoint t, double seconds) const
{
    return std::abs((t - at(seconds)).count()) <= m_strip->axis().perPixel().count() * 3 / 2;
}

void TestOverviewStrip::itSaysTheSpanAndTheFacts()
{
    QCOMPARE(m_strip->facts(), u"1,001 messages · 17 lost by us · 1.2 KiB"_s);
    QVERIFY(m_strip->asText().startsWith(u"2026-05-21  10:02:00 – 10:18:40 UTC"_s));
    QVERIFY(m_strip->accessibleDescription().contains(u"17 lost by us"_s));
}

void TestOverviewStrip::aNumberThatIsUnknownIsSaidToBe()
{
    m_recording->gaps.front().count = 0;
    m_recording->gaps.front().lostIs = LostIs::Unknown;
    m_shared->setSession(nullptr);
    m_shared->setSession(sessionOf(m_recording));
    QTRY_VERIFY2(m_strip->facts().contains(u" · an unknown number lost by us · "_s),
                 qPrintable(m_strip->facts()));
}

void TestOverviewStrip::aClickMovesThePlayhead()
{
    const TimeRange window = m_shared->window();
    QTest::mouseClick(m_strip.get(), Qt::LeftButton, {}, QPoint(x(300), 40));
    QVERIFY(isNear(m_shared->playhead(), 300));
    QCOMPARE(m_shared->window(), window);
    m_shared->setWindow({at(100), at(120)});
    QTest::mouseClick(m_strip.get(), Qt::LeftButton, {}, QPoint(x(800), 40));
    QVERIFY(isNear(m_shared->playhead(), 800));
    QVERIFY(m_shared->window().contains(m_shared->playhead()));
}

void TestOverviewStrip::draggingBesideTheWindowMakesANewOne()
{
    drag(QPoint(x(200), 40), QPoint(x(400), 40)); // the window is the whole session
    QVERIFY(isNear(m_shared->window().begin, 200));
    QVERIFY(isNear(m_shared->window().end, 400));
    drag(QPoint(x(900), 40), QPoint(x(600), 40)); // beside it, backwards
    QVERIFY(isNear(m_shared->window().begin, 600));
    QVERIFY(isNear(m_shared->window().end, 900));
}

void TestOverviewStrip::draggingTheBodyMovesTheWindow()
{
    m_shared->setWindow({at(200), at(400)});
    drag(QPoint(x(300), 40), QPoint(x(350), 40));
    QVERIFY(isNear(m_shared->window().begin, 250));
    QCOMPARE(m_shared->window().length(), nanoseconds(200s));
}

void TestOverviewStrip::theBodyStopsAtTheEndsOfTheSession()
{
    m_shared->setWindow({at(200), at(400)});
    drag(QPoint(x(300), 40), QPoint(x(10), 40));
    QCOMPARE(m_shared->window().begin, at(0));
    QCOMPARE(m_shared->window().length(), nanoseconds(200s));
}

void TestOverviewStrip::draggingAnEdgeResizes()
{
    m_shared->setWindow({at(200), at(400)});
    drag(QPoint(m_strip->windowRect().right(), 40), QPoint(x(500), 40));
    QCOMPARE(m_shared->window().begin, at(200));
    QVERIFY(isNear(m_shared->window().end, 500));
    drag(QPoint(m_strip->windowRect().left(), 40), QPoint(x(100), 40));
    QVERIFY(isNear(m_shared->window().begin, 100));
    QVERIFY(isNear(m_shared->window().end, 500));
}

void TestOverviewStrip::theSmallestWindowIsStillSeen()
{
    m_shared->setWindow({at(999.999), at(999.999) + 5us});
    QVERIFY(m_strip->windowRect().width() >= 6);
    QVERIFY(m_strip->plotRect().contains(m_strip->windowRect()));
}

void TestOverviewStrip::anErrorIsSeenFromFarAway()
{
    const QImage image = m_strip->grab().toImage();
    const QRect plot = m_strip->plotRect();
    bool found = false;
    for (int dx = -2; dx <= 2; ++dx)
        found = found || image.pixelColor(x(700) + dx, plot.bottom() - 1) == Theme::current().bad;
    QVERIFY(found);
}

void TestOverviewStrip::theCornerStandsUnderTheHeader()
{
    const int left = m_strip->plotRect().left();
    auto* corner = new QWidget;
    m_strip->setCorner(corner);
    QCOMPARE(m_strip->plotRect().left(), left + Theme::current().axisLeft);
    QCOMPARE(corner->width(), Theme::current().axisLeft);
    QVERIFY(corner->geometry().right() < m_strip->plotRect().left());
}

void TestOverviewStrip::itGrowsWithALiveSession()
{
    m_recording->say(kStart + 2000 * kSecond, AgentId(1));
    announce(*m_session);
    QTRY_COMPARE(m_strip->axis().window().end, at(2000) + 1ns);
    QTRY_VERIFY(m_strip->facts().startsWith(u"1,002"_s));
}

void TestOverviewStrip::aFindingHasAPin()
{
    FindingBoard* board = FindingBoard::of(m_shared.get());
    board->set({{7, Severity::Warning, toNs(at(300)), toNs(at(320)), AgentId(1), false,
                 u"Slow agent"_s, u"coder needs 2 s"_s},
                {8, Severity::Critical, toNs(at(302)), toNs(at(350)), AgentId(1), false, u"Loop"_s,
                 u"coder repeats itself"_s}});
    QVERIFY(m_strip->asText().contains(u"10:07:00.000\tSlow agent\tcoder needs 2 s"_s));
    const QRect plot = m_strip->plotRect();
    const QImage image = m_strip->grab().toImage();
    // As long as it lasted.
    QCOMPARE(image.pixelColor(x(340), plot.top()), Theme::current().bad);
    QVERIFY(image.pixelColor(x(370), plot.top()) != Theme::current().bad);
    QSignalSpy picked(board, &FindingBoard::picked);
    const TimePoint playhead = m_shared->playhead();
    for (int i = 0; i < 2; ++i)
        QTest::mouseClick(m_strip.get(), Qt::LeftButton, {}, QPoint(x(300), plot.top() + 2));
    QCOMPARE(picked.size(), 2); // one pin for both, the worst first
    QCOMPARE(picked[0].front().toULongLong(), 8ULL);
    QCOMPARE(picked[1].front().toULongLong(), 7ULL);
    QCOMPARE(m_shared->playhead(), playhead); // who listens decides
}

QTEST_MAIN(TestOverviewStrip)
#include "tst_overviewstrip.moc"
