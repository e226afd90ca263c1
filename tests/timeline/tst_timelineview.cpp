// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/findingboard.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/timelineview.h"
#include "views_base/fakesession.h"

#include <QApplication>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTimelineView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init();
    void cleanup();

    void itSaysWhatEachLaneHolds();
    void anEmptyPaneSaysHowToFillIt();
    void theWheelZoomsAboutTheCursor();
    void theWheelWithShiftPans();
    void theWheelOverNamesScrollsLanes();
    void draggingPans();
    void shiftDragZoomsToTheBand();
    void keysMoveTheSharedWindow();
    void clickingAMarkSelectsMessageAgentAndMoment();
    void clickingAGroupFoldsIt();
    void clickingDensitySelectsTheMessageUnderIt();
    void doubleClickZoomsIn();
    void upAndDownMoveTheSelectedLane();
    void onlyVisibleLanesAreAskedFor();
    void anAnswerOnItsWayNeverEmptiesThePicture();
    void panningWithinThePaddingAsksForNothing();
    void manyMessagesBecomeDensityAndBack();
    void itFollowsALiveSession();
    void foldsAndGroupingAreKept();
    void lanesAreSortedPinnedAndFiltered();
    void whatLiesBetweenTwoCursorsIsMeasured();
    void zoomGoesToWhatIsSelected();
    void theSelectedMessageIsDrawn();
    void ourGapsAreDrawn();
    void silenceIsDrawn();
    void aFindingStandsOnTheLaneOfItsAgent();

private:
    void settle();
    [[nodiscard]] QPoint pointOf(AgentId agent, TimePoint time) const;
    void wheel(QPointF position, QPoint angle, Qt::KeyboardModifiers modifiers = {});
    [[nodiscard]] int pixelsLike(QRect rect, const QColor& color) const;

    std::shared_ptr<FakeRecording> m_recording;
    std::shared_ptr<Session> m_session;
    std::unique_ptr<SharedView> m_shared;
    std::unique_ptr<TimelineView> m_view;
    AgentId m_coder{}, m_critic{}, m_router{};
};

namespace {

constexpr std::int64_t kStart = 1'779'357'720'000'000'000; // 10:02:00
constexpr std::int64_t kSecond = 1'000'000'000;

TimePoint at(double seconds)
{
    return fromNs(kStart + static_cast<std::int64_t>(seconds * 1e9));
}

} // namespace

void TestTimelineView::init()
{
    m_recording = std::make_shared<FakeRecording>();
    m_coder = m_recording->agent("coder", "berlin");
    m_critic = m_recording->agent("critic", "berlin");
    m_router = m_recording->agent("router");
    for (int i = 0; i < 60; i += 5)
        m_recording->say(kStart + i * kSecond, m_coder, i == 20 ? Kind::Error : Kind::Event,
                         {m_critic});
    const Seq request =
        m_recording->say(kStart + 56 * kSecond, m_router, Kind::Request, {m_critic});
    m_recording->say(kStart + 60 * kSecond, m_critic, Kind::Reply, {m_router}, request);
    m_session = sessionOf(m_recording);
    m_shared = std::make_unique<SharedView>();
    m_view = std::make_unique<TimelineView>(ViewContext{m_shared.get()});
    m_view->resize(1148, 400); // the plot is 1000 wide
    m_view->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    m_shared->setSession(m_session);
    m_shared->setWindow({at(0), at(60) + 1ns});
    settle();
}

void TestTimelineView::cleanup()
{
    m_view.reset();
    m_shared.reset();
}

void TestTimelineView::settle()
{
    QTRY_VERIFY(m_view->isSettled());
    m_view->grab();
}

QPoint TestTimelineView::pointOf(AgentId agent, TimePoint time) const
{
    return QPoint(static_cast<int>(std::lround(m_view->axis().xAt(time))),
                  m_view->laneRect(agent).center().y());
}

void TestTimelineView::wheel(QPointF position, QPoint angle, Qt::KeyboardModifiers modifiers)
{
    QWheelEvent event(position, m_view->mapToGlobal(position), {}, angle, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(m_view.get(), &event);
}

int TestTimelineView::pixelsLike(QRect rect, const QColor& color) const
{
    const QImage image = m_view->grab(rect).toImage();
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            count += std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) +
                         std::abs(pixel.blue() - color.blue()) <
                     24;
        }
    }
    return count;
}

void TestTimelineView::itSaysWhatEachLaneHolds()
{
    QCOMPARE(m_view->asText(), u"router: 1 message between 10:02:00 and 10:03:00\n"
                               u"coder: 12 messages between 10:02:00 and 10:03:00, 1 error\n"
                               u"critic: 1 message between 10:02:00 and 10:03:00"_s);
    m_shared->setWindow({at(18), at(32)});
    settle();
    QCOMPARE(m_view->asText(), u"router: silent between 10:02:18 and 10:02:32\n"
                               u"coder: 3 messages between 10:02:18 and 10:02:32, 1 error\n"
                               u"critic: silent between 10:02:18 and 10:02:32"_s);
    QCOMPARE(m_view->accessibleName(), u"Timeline"_s);
    QTRY_VERIFY(m_view->accessibleDescription().contains(u"3 messages"_s));
}

void TestTimelineView::anEmptyPaneSaysHowToFillIt()
{
    const auto shows = [this](QStringView words) {
        for (const QWidget* child : m_view->findChildren<QWidget*>()) {
            if (child->isVisible() && child->accessibleName().contains(words))
                return !child->accessibleDescription().isEmpty();
        }
        return false;
    };
    m_shared->setSession({});
    QVERIFY(shows(u"No recording"));
    auto empty = std::make_shared<FakeRecording>();
    empty->isLive = true;
    const auto session = sessionOf(empty);
    m_shared->setSession(session);
    QVERIFY(shows(u"No message yet"));
    empty->say(kStart, empty->agent("first"));
    announce(*session);
    QTRY_VERIFY(!shows(u"No message yet"));
    QTRY_VERIFY(m_view->asText().startsWith(u"first: 1 message"_s));
}

void TestTimelineView::theWheelZoomsAboutTheCursor()
{
    const QPointF position(m_view->plotRect().left() + 300, 200);
    const TimePoint under = m_view->axis().timeAt(position.x());
    const nanoseconds before = m_shared->window().length();
    wheel(position, {0, 120});
    QVERIFY(m_shared->window().length() < before);
    QVERIFY(std::abs(m_view->axis().xAt(under) - position.x()) < 0.5);
    wheel(position, {0, -120});
    QVERIFY(std::abs((m_shared->window().length() - before).count()) < 1000);
}

void TestTimelineView::theWheelWithShiftPans()
{
    m_shared->setWindow({at(20), at(40)});
    const QPointF position(m_view->plotRect().left() + 300, 200);
    wheel(position, {0, -120}, Qt::ShiftModifier);
    QVERIFY(m_shared->window().begin > at(20));
    QCOMPARE(m_shared->window().length(), nanoseconds(20s));
    wheel(position, {120, 0});
    QCOMPARE(m_shared->window().begin, at(20));
}

void TestTimelineView::theWheelOverNamesScrollsLanes()
{
    for (int i = 0; i < 40; ++i)
        m_recording->say(kStart + 61 * kSecond + i,
                         m_recording->agent("robot-" + std::to_string(i)));
    announce(*m_session);
    QTRY_COMPARE(m_view->layoutOfLanes().agents().size(), std::size_t(43));
    auto* scroll = m_view->findChild<QScrollBar*>();
    const TimeRange window = m_shared->window();
    wheel({30, 200}, {0, -120});
    QVERIFY(scroll->value() > 0);
    QCOMPARE(m_shared->window(), window);
}

void TestTimelineView::draggingPans()
{
    m_shared->setWindow({at(20), at(40)});
    const QPoint from(m_view->plotRect().left() + 500, 300);
    QTest::mousePress(m_view.get(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_view.get(), from - QPoint(50, 0));
    QTest::mouseMove(m_view.get(), from - QPoint(100, 0));
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, from - QPoint(100, 0));
    QCOMPARE(m_shared->window(), (TimeRange{at(22), at(42)}));
    QCOMPARE(m_shared->selectedMessage(), Seq(0)); // a drag is not a click
}

void TestTimelineView::shiftDragZoomsToTheBand()
{
    const QPoint from(m_view->plotRect().left() + 250, 300);
    QTest::mousePress(m_view.get(), Qt::LeftButton, Qt::ShiftModifier, from);
    QTest::mouseMove(m_view.get(), from + QPoint(250, 0));
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, Qt::ShiftModifier, from + QPoint(250, 0));
    QVERIFY(std::abs((m_shared->window().begin - at(15)).count()) < 1000);
    QVERIFY(std::abs((m_shared->window().end - at(30)).count()) < 1000);
}

void TestTimelineView::keysMoveTheSharedWindow()
{
    m_shared->setWindow({at(20), at(40)});
    QTest::keyClick(m_view.get(), Qt::Key_Right);
    QCOMPARE(m_shared->window(), (TimeRange{at(22), at(42)}));
    QTest::keyClick(m_view.get(), Qt::Key_Left);
    QCOMPARE(m_shared->window(), (TimeRange{at(20), at(40)}));
    QTest::keyClick(m_view.get(), Qt::Key_Plus);
    QCOMPARE(m_shared->window().length(), nanoseconds(10s));
    QTest::keyClick(m_view.get(), Qt::Key_Minus);
    QCOMPARE(m_shared->window().length(), nanoseconds(20s));
    QTest::keyClick(m_view.get(), Qt::Key_Home);
    QCOMPARE(m_shared->window().begin, at(0));
    QTest::keyClick(m_view.get(), Qt::Key_End);
    QCOMPARE(m_shared->window().end, at(60) + 1ns);
    QTest::keyClick(m_view.get(), Qt::Key_F);
    QCOMPARE(m_shared->window(), (TimeRange{at(0), at(60) + 1ns}));
    m_shared->setPlayhead(at(10));
    QTest::keyClick(m_view.get(), Qt::Key_Space);
    QCOMPARE(m_shared->mode(), SharedView::Mode::Replay);
    QTest::keyClick(m_view.get(), Qt::Key_Space);
    QCOMPARE(m_shared->mode(), SharedView::Mode::Paused);
    m_recording->isLive = true;
    QTest::keyClick(m_view.get(), Qt::Key_G);
    QCOMPARE(m_shared->mode(), SharedView::Mode::Live);
}

void TestTimelineView::clickingAMarkSelectsMessageAgentAndMoment()
{
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, pointOf(m_coder, at(25)) + QPoint(3, 2));
    QCOMPARE(m_shared->selectedMessage(), Seq(6));
    QCOMPARE(m_shared->selectedAgent(), m_coder);
    QCOMPARE(m_shared->playhead(), at(25));
    // In the middle of a call's bar: the reply that closed it.
    settle();
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, pointOf(m_critic, at(58)));
    QCOMPARE(m_shared->selectedMessage(), Seq(14));
    QCOMPARE(m_shared->selectedAgent(), m_critic);
    // Beside any mark: the moment and the lane only.
    settle();
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, pointOf(m_router, at(33)));
    QCOMPARE(m_shared->selectedMessage(), Seq(14));
    QCOMPARE(m_shared->selectedAgent(), m_router);
    QVERIFY(std::abs((m_shared->playhead() - at(33)).count()) < 60'000'000);
}

void TestTimelineView::clickingAGroupFoldsIt()
{
    const LaneRow header = m_view->layoutOfLanes().rows()[1];
    QCOMPARE(header.label, u"berlin"_s);
    const QPoint onHeader(20, m_view->plotRect().top() + header.y + 8);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, onHeader);
    QVERIFY(m_view->layoutOfLanes().rows()[1].isFolded);
    settle();
    QCOMPARE(m_view->asText(), u"router: 1 message between 10:02:00 and 10:03:00\n"
                               u"berlin (2 agents): 13 messages between 10:02:00 and 10:03:00, "
                               u"1 error"_s);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, onHeader);
    QVERIFY(!m_view->layoutOfLanes().rows()[1].isFolded);
}

void TestTimelineView::clickingDensitySelectsTheMessageUnderIt()
{
    for (int i = 0; i < 3000; ++i)
        m_recording->say(kStart + 70 * kSecond + i * 10'000'000LL, m_coder);
    announce(*m_session);
    m_shared->setWindow({at(70), at(100)});
    settle();
    QTRY_VERIFY(m_view->layoutOfLanes().rowOf(m_coder).has_value());
    QVERIFY(!m_view->showsMarks(m_coder));
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, pointOf(m_coder, at(80)));
    QCOMPARE(m_shared->selectedAgent(), m_coder);
    QTRY_VERIFY(m_shared->selectedMessage() != 0);
    const Mark& found =
        m_recording->marks[static_cast<std::size_t>(m_shared->selectedMessage() - 1)];
    QVERIFY(std::abs(found.time - toNs(at(80))) < 100'000'000);
}

void TestTimelineView::doubleClickZoomsIn()
{
    const QPoint position(m_view->plotRect().left() + 500, 300);
    const TimePoint under = m_view->axis().timeAt(position.x());
    QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, position);
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, {}, position);
    QVERIFY(std::abs((m_shared->window().length() - 15s).count()) < 1000);
    QVERIFY(std::abs(m_view->axis().xAt(under) - position.x()) < 0.5);
}

void TestTimelineView::upAndDownMoveTheSelectedLane()
{
    QTest::keyClick(m_view.get(), Qt::Key_Down);
    QCOMPARE(m_shared->selectedAgent(), m_router);
    QTest::keyClick(m_view.get(), Qt::Key_Down); // over the group's header
    QCOMPARE(m_shared->selectedAgent(), m_coder);
    QTest::keyClick(m_view.get(), Qt::Key_Up);
    QCOMPARE(m_shared->selectedAgent(), m_router);
}

void TestTimelineView::onlyVisibleLanesAreAskedFor()
{
    for (int i = 0; i < 400; ++i)
        m_recording->say(kStart + 61 * kSecond + i,
                         m_recording->agent("robot-" + std::to_string(i)));
    announce(*m_session);
    QTRY_COMPARE(m_view->layoutOfLanes().agents().size(), std::size_t(403));
    settle();
    QVERIFY(!m_recording->lanesAsked.empty());
    QVERIFY2(m_recording->lanesAsked.size() < 40,
             qPrintable(QString::number(m_recording->lanesAsked.size())));
    m_view->findChild<QScrollBar*>()->setValue(6000);
    settle();
    QVERIFY(std::ranges::find(m_recording->lanesAsked, m_router) == m_recording->lanesAsked.end());
    QVERIFY(m_view->asText().count(u'\n') < 20);
}

void TestTimelineView::anAnswerOnItsWayNeverEmptiesThePicture()
{
    // One minute of many messages, of which everything is known coarsely.
    for (int i = 0; i < 30'000; ++i)
        m_recording->say(kStart + 60 * kSecond + i * 2'000'000LL, m_coder);
    announce(*m_session);
    m_shared->setWindow({at(0), at(120)});
    settle();
    QTRY_VERIFY(m_view->isSettled());
    const Theme& theme = Theme::current();
    const auto painted = [&] {
        const QRect lane = m_view->laneRect(m_coder);
        const QImage image = m_view->grab(lane).toImage();
        int count = 0;
        for (int x = 0; x < image.width(); x += 3)
            count += image.pixelColor(x, image.height() - 4) != theme.ground;
        return count;
    };
    m_recording->holdsAnswers = true;
    for (const TimeRange window :
         {TimeRange{at(70), at(80)}, TimeRange{at(61), at(100)}, TimeRange{at(90), at(91)}}) {
        m_shared->setWindow(window);
        QVERIFY2(painted() > 200, qPrintable(QString::number(painted())));
    }
    QVERIFY(!m_view->isSettled());
    m_recording->holdsAnswers = false;
    m_recording->release();
    settle();
    QVERIFY(painted() > 100);
}

void TestTimelineView::panningWithinThePaddingAsksForNothing()
{
    m_shared->setWindow({at(20), at(40)});
    settle();
    const int marks = m_recording->marksAsked;
    const int tiles = m_recording->tilesAsked;
    for (double d = 0; d < 9; d += 0.25)
        m_shared->setWindow({at(20 + d), at(40 + d)});
    settle();
    QCOMPARE(m_recording->marksAsked, marks);
    QCOMPARE(m_recording->tilesAsked, tiles);
    // The first window was a minute, so its padding ends half a minute after it.
    m_shared->setWindow({at(85), at(105)});
    settle();
    QVERIFY(m_recording->marksAsked > marks);
}

void TestTimelineView::manyMessagesBecomeDensityAndBack()
{
    QVERIFY(m_view->showsMarks(m_coder));
    for (int i = 0; i < 60'000; ++i)
        m_recording->say(kStart + 60 * kSecond + i * 1'000'000LL, m_coder);
    announce(*m_session);
    m_shared->setWindow({at(0), at(120)});
    settle();
    QTRY_VERIFY((m_view->grab(), !m_view->showsMarks(m_coder)));
    // All of them are counted, whatever the way.
    QTRY_VERIFY(m_view->asText().contains(u"60,012 messages"_s));
    m_shared->setWindow({at(70), at(70.05)});
    settle();
    QTRY_VERIFY((m_view->grab(), m_view->showsMarks(m_coder)));
}

void TestTimelineView::itFollowsALiveSession()
{
    auto live = std::make_shared<FakeRecording>();
    live->isLive = true;
    const AgentId agent = live->agent("coder");
    live->say(kStart, agent);
    const auto session = sessionOf(live);
    m_shared->setSession(session);
    settle();
    QVERIFY(m_view->asText().startsWith(u"coder: 1 message"_s));
    live->say(kStart + kSecond, live->agent("writer"));
    live->say(kStart + 2 * kSecond, agent);
    announce(*session);
    QTRY_VERIFY(m_view->asText().contains(u"coder: 2 messages"_s));
    QVERIFY(m_view->asText().contains(u"writer: 1 message"_s));
    // A session shorter than the window fills it from the left…
    QCOMPARE(m_shared->window().begin, at(0));
    live->say(kStart + 100 * kSecond, agent);
    announce(*session);
    // …and then the window's end follows.
    QTRY_COMPARE(m_shared->window().end, at(100) + 1ns);
}

void TestTimelineView::lanesAreSortedPinnedAndFiltered()
{
    const auto lanes = [this] {
        QStringList names;
        for (const LaneRow& row : m_view->layoutOfLanes().rows())
            if (row.what == LaneRow::What::Agent)
                names << row.label;
        return names;
    };
    m_view->setGrouping(TimelineView::Grouping::None);
    QCOMPARE(lanes(), (QStringList{u"coder"_s, u"critic"_s, u"router"_s}));
    m_view->setSort(LaneSort::Messages);
    QTRY_COMPARE(lanes().first(), u"coder"_s);
    m_view->setSort(LaneSort::Name);
    m_view->setPinned({m_router}, true);
    QCOMPARE(lanes(), (QStringList{u"router"_s, u"coder"_s, u"critic"_s}));
    // In groups, too: above all of them.
    m_view->setGrouping(TimelineView::Grouping::Automatic);
    m_view->setPinned({m_critic}, true);
    QCOMPARE(lanes(), (QStringList{u"critic"_s, u"router"_s, u"coder"_s}));
    m_view->setSort(LaneSort::Errors);
    TimelineView other(ViewContext{m_shared.get()});
    other.restoreState(m_view->saveState());
    QCOMPARE(other.order().pinned, (QSet<QString>{u"critic"_s, u"router"_s}));
    QVERIFY(other.order().sort == LaneSort::Errors);

    QTest::keyClick(m_view.get(), Qt::Key_Slash);
    auto* line = m_view->findChild<QLineEdit*>();
    QVERIFY(line->isVisible());
    QTest::keyClicks(line, u"CRI"_s);
    QCOMPARE(lanes(), QStringList{u"critic"_s});
    QTest::keyClicks(line, u"xx"_s);
    QVERIFY(lanes().isEmpty());
    QTest::keyClick(line, Qt::Key_Escape);
    QCOMPARE(lanes().size(), 3);
    QVERIFY(!line->isVisible());
}

void TestTimelineView::whatLiesBetweenTwoCursorsIsMeasured()
{
    m_shared->setPlayhead(at(10));
    QVERIFY(m_view->measureText().isEmpty());
    QTest::keyClick(m_view.get(), Qt::Key_C);
    m_shared->setPlayhead(at(12.5));
    QCOMPARE(m_view->measureText(), u"Δ 2.5 s"_s);
    m_shared->setPlayhead(at(9));
    QVERIFY(m_view->measureText().startsWith(u"Δ 1 s"_s));
    QTest::keyClick(m_view.get(), Qt::Key_Escape);
    QVERIFY(!m_view->cursorTime());
    // With the mouse, both at once.
    const QRect plot = m_view->plotRect();
    const QPoint from(plot.left() + 200, plot.center().y());
    QTest::mousePress(m_view.get(), Qt::LeftButton, Qt::ControlModifier, from);
    QTest::mouseMove(m_view.get(), from + QPoint(300, 5));
    QTest::mouseRelease(m_view.get(), Qt::LeftButton, Qt::ControlModifier, from + QPoint(300, 5));
    QVERIFY(m_view->cursorTime());
    const double seconds =
        static_cast<double>((m_shared->playhead() - *m_view->cursorTime()).count()) / 1e9;
    QVERIFY2(std::abs(seconds - 18) < 0.3, qPrintable(QString::number(seconds)));
    QCOMPARE(m_shared->window(), (TimeRange{at(0), at(60) + 1ns})); // nothing was panned
}

void TestTimelineView::zoomGoesToWhatIsSelected()
{
    m_shared->selectMessage(14); // the reply, four seconds after its request
    settle();
    QTest::keyClick(m_view.get(), Qt::Key_Z);
    QVERIFY(m_shared->window().contains(at(56)) && m_shared->window().contains(at(60)));
    QVERIFY(m_shared->window().length() < 8s);
    m_shared->setRegion(Region{{at(20), at(30)}, {}, {}, u"x"_s});
    QTest::keyClick(m_view.get(), Qt::Key_Z);
    QVERIFY(m_shared->window().contains(at(20)) && m_shared->window().contains(at(30)));
    QVERIFY(m_shared->window().length() < 15s);
}

void TestTimelineView::foldsAndGroupingAreKept()
{
    m_view->setFolded(u"berlin"_s, true);
    const QByteArray state = m_view->saveState();
    TimelineView other(ViewContext{m_shared.get()});
    other.resize(1148, 400);
    other.restoreState(state);
    QCOMPARE(other.layoutOfLanes().rows().size(), std::size_t(2));
    other.setGrouping(TimelineView::Grouping::None);
    QCOMPARE(other.layoutOfLanes().rows().size(), std::size_t(3));
    TimelineView third(ViewContext{m_shared.get()});
    third.restoreState(other.saveState());
    QCOMPARE(third.layoutOfLanes().rows().size(), std::size_t(3));
    third.restoreState("not json at all");
}

void TestTimelineView::theSelectedMessageIsDrawn()
{
    const Theme& theme = Theme::current();
    const QRect around(pointOf(m_coder, at(30)) - QPoint(12, 12), QSize(24, 24));
    m_shared->setPlayhead(at(5));
    QCOMPARE(pixelsLike(around, theme.interaction), 0);
    m_shared->selectMessage(7);
    QTRY_VERIFY(pixelsLike(around, theme.interaction) > 10);
}

void TestTimelineView::ourGapsAreDrawn()
{
    Gap gap;
    gap.from = kStart + 40 * kSecond;
    gap.to = kStart + 42 * kSecond;
    gap.count = 17;
    m_recording->gaps.push_back(gap);
    m_shared->setSession(sessionOf(m_recording));
    settle();
    const QRect plot = m_view->plotRect();
    const int x = static_cast<int>(m_view->axis().xAt(at(41)));
    const QRect band(x - 10, plot.top() + 200, 20, 40);
    QTRY_VERIFY(pixelsLike(band, QColor(0xb0, 0x89, 0x24)) > 20);
    // It tells what it is.
    const QRect below(x, plot.top() + 60, 300, 60);
    QTest::mouseMove(m_view.get(), QPoint(plot.left() + 400, plot.bottom()));
    const QImage before = m_view->grab(below).toImage();
    QTest::mouseMove(m_view.get(), QPoint(x, plot.top() + 60));
    QTRY_VERIFY(m_view->grab(below).toImage() != before);
    QTest::mouseMove(m_view.get(), QPoint(m_view->plotRect().left() + 400, plot.bottom()));
    QTRY_COMPARE(m_view->grab(below).toImage(), before);
}

void TestTimelineView::silenceIsDrawn()
{
    AgentState state;
    state.agent = m_coder;
    state.liveness = Liveness::Silent;
    state.lastSent = kStart + 20 * kSecond;
    state.usualGap = kSecond;
    state.sent = 4; // too few for a rhythm that could stop
    const QRect plot = m_view->plotRect();
    const QRect lane(plot.left() + 600, m_view->laneRect(m_coder).top(), 300, 29);
    const int before = pixelsLike(lane, Theme::current().bad);
    m_recording->state.agents.push_back(state);
    m_shared->setSession(sessionOf(m_recording));
    settle();
    const int sound = pixelsLike(m_view->laneRect(m_coder), Theme::current().bad);
    QVERIFY(sound < before + 50);
    m_recording->state.agents.back().sent = 5;
    m_shared->setSession(sessionOf(m_recording));
    settle();
    QTRY_VERIFY((pixelsLike(m_view->laneRect(m_coder), Theme::current().bad) > before + 50));
}

void TestTimelineView::aFindingStandsOnTheLaneOfItsAgent()
{
    FindingBoard* board = FindingBoard::of(m_shared.get());
    const QRect lane = m_view->laneRect(m_coder);
    const int before = pixelsLike(lane, Theme::current().bad);
    board->set({{7, Severity::Warning, toNs(at(30)), toNs(at(50)), m_coder, false, u"Slow agent"_s,
                 u"coder needs 2 s"_s},
                {8, Severity::Critical, toNs(at(30)), toNs(at(40)), m_coder, false, u"Loop"_s,
                 u"coder repeats itself"_s},
                {9, Severity::Critical, toNs(at(500)), toNs(at(600)), m_critic, false, u"Loop"_s,
                 u"that is later"_s}});
    QTRY_VERIFY(pixelsLike(lane, Theme::current().bad) > before + 20);
    const QString text = m_view->asText();
    QVERIFY(text.contains(u"coder needs 2 s"_s));
    QVERIFY(text.indexOf(u"coder repeats itself"_s) < text.indexOf(u"coder needs 2 s"_s));
    QVERIFY(!text.contains(u"that is later"_s));

    // Both stand at one place: the worst first, then the other.
    QSignalSpy picked(board, &FindingBoard::picked);
    const QPoint sign(static_cast<int>(m_view->axis().xAt(at(30))) + 4, lane.top() + 7);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, sign);
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, sign);
    QCOMPARE(picked.size(), 2);
    QCOMPARE(picked[0].front().toULongLong(), 8ULL);
    QCOMPARE(picked[1].front().toULongLong(), 7ULL);
    QSignalSpy shown(board, &FindingBoard::shown);
    QTest::mouseDClick(m_view.get(), Qt::LeftButton, {}, sign);
    QCOMPARE(shown.size(), 1);
    QCOMPARE(m_shared->window(), (TimeRange{at(0), at(60) + 1ns}));
    // Beside it the lane is as ever.
    QTest::mouseClick(m_view.get(), Qt::LeftButton, {}, sign + QPoint(80, 8));
    QCOMPARE(picked.size(), 2);
    board->set({});
    QTRY_VERIFY(pixelsLike(lane, Theme::current().bad) < before + 20);
}

QTEST_MAIN(TestTimelineView)
#include "tst_timelineview.moc"
