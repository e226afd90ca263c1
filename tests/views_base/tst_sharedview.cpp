// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/sharedview.h"
#include "views_base/fakesession.h"

#include <QSignalSpy>
#include <QTest>

using namespace murmur;
using namespace std::chrono_literals;

class TestSharedView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aClosedRecordingIsShownWhole();
    void liveFollowsTheNewestMessageAndKeepsItsLength();
    void settingTheWindowStopsFollowing();
    void theWindowKeepsThePlayheadInside();
    void thePlayheadStaysInTheSession();
    void movingThePlayheadScrollsTheWindow();
    void replayMovesWithTheClockTimesSpeed();
    void replayScrollsTheWindow();
    void replayEndsPausedAtTheEnd();
    void playAtTheEndBeginsAtTheStart();
    void speedIsBounded();
    void stepGoesToTheNextMessage();
    void fastStepsAddUp();
    void growthIsTold20TimesASecondAtMost();
    void aSessionThatBeginsEmptyFindsItsFirstMessages();
    void aRecordingThatEndsIsPaused();
    void goLiveOnAClosedRecordingShowsItsEnd();
    void selectionAndFilterAreTold();
    void noSessionIsDefined();
};

namespace {

constexpr std::int64_t kStart = 1'779'358'620'000'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

/// One message a second.
std::shared_ptr<FakeRecording> everySecond(int seconds)
{
    auto recording = std::make_shared<FakeRecording>();
    const AgentId agent = recording->agent("coder");
    for (int i = 0; i < seconds; ++i)
        recording->say(kStart + i * kSecond, agent);
    return recording;
}

TimePoint at(double seconds)
{
    return fromNs(kStart + static_cast<std::int64_t>(seconds * 1e9));
}

} // namespace

void TestSharedView::aClosedRecordingIsShownWhole()
{
    SharedView shared;
    QSignalSpy sessions(&shared, &SharedView::sessionChanged);
    shared.setSession(sessionOf(everySecond(100)));
    QCOMPARE(sessions.count(), 1);
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    QCOMPARE(shared.window(), (TimeRange{at(0), at(99) + 1ns}));
    QCOMPARE(shared.playhead(), at(99));
    QCOMPARE(shared.behindLive(), 0ns);
}

void TestSharedView::liveFollowsTheNewestMessageAndKeepsItsLength()
{
    auto recording = everySecond(100);
    recording->isLive = true;
    SharedView shared;
    const auto session = sessionOf(recording);
    shared.setSession(session);
    QCOMPARE(shared.mode(), SharedView::Mode::Live);
    QCOMPARE(shared.window().length(), nanoseconds(15s));
    QCOMPARE(shared.window().end, at(99) + 1ns);
    recording->say(kStart + 104 * kSecond, AgentId(1));
    announce(*session);
    QTRY_COMPARE(shared.window().end, at(104) + 1ns);
    QCOMPARE(shared.window().length(), nanoseconds(15s));
    QCOMPARE(shared.playhead(), at(104));
}

void TestSharedView::settingTheWindowStopsFollowing()
{
    auto recording = everySecond(100);
    recording->isLive = true;
    SharedView shared;
    const auto session = sessionOf(recording);
    shared.setSession(session);
    shared.setWindow({at(10), at(20)});
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    recording->say(kStart + 104 * kSecond, AgentId(1));
    QSignalSpy grew(&shared, &SharedView::dataGrew);
    announce(*session);
    QVERIFY(grew.wait(1000));
    QCOMPARE(shared.window(), (TimeRange{at(10), at(20)}));
    QCOMPARE(shared.behindLive(), at(104) - (at(20) - 1ns));
    shared.goLive();
    QCOMPARE(shared.mode(), SharedView::Mode::Live);
    QCOMPARE(shared.window().end, at(104) + 1ns);
    QCOMPARE(shared.window().length(), nanoseconds(10s));
}

void TestSharedView::theWindowKeepsThePlayheadInside()
{
    SharedView shared;
    shared.setSession(sessionOf(everySecond(100)));
    shared.setPlayhead(at(50));
    shared.setWindow({at(40), at(60)});
    QCOMPARE(shared.playhead(), at(50));
    shared.setWindow({at(55), at(60)});
    QCOMPARE(shared.playhead(), at(55));
    shared.setWindow({at(20), at(30)});
    QCOMPARE(shared.playhead(), at(30) - 1ns);
    // Nonsense becomes the narrowest window.
    shared.setWindow({at(20), at(10)});
    QVERIFY(shared.window().length() > 0ns);
}

void TestSharedView::thePlayheadStaysInTheSession()
{
    SharedView shared;
    shared.setSession(sessionOf(everySecond(100)));
    shared.setPlayhead(at(-500));
    QCOMPARE(shared.playhead(), at(0));
    shared.setPlayhead(at(5000));
    QCOMPARE(shared.playhead(), at(99));
}

void TestSharedView::movingThePlayheadScrollsTheWindow()
{
    SharedView shared;
    shared.setSession(sessionOf(everySecond(100)));
    shared.setWindow({at(40), at(50)});
    QSignalSpy windows(&shared, &SharedView::windowChanged);
    shared.setPlayhead(at(45));
    QCOMPARE(windows.count(), 0);
    shared.setPlayhead(at(52));
    QCOMPARE(windows.count(), 1);
    QVERIFY(shared.window().contains(at(52)));
    QCOMPARE(shared.window().length(), nanoseconds(10s));
    shared.setPlayhead(at(5));
    QVERIFY(shared.window().contains(at(5)));
}

void TestSharedView::replayMovesWithTheClockTimesSpeed()
{
    nanoseconds now{0};
    SharedView shared([&now] { return now; });
    shared.setSession(sessionOf(everySecond(100)));
    shared.setPlayhead(at(10));
    shared.setSpeed(4);
    shared.play();
    QCOMPARE(shared.mode(), SharedView::Mode::Replay);
    now += 500ms;
    QTRY_COMPARE(shared.playhead(), at(12));
    // The clock stands still, so does the playhead.
    QTest::qWait(40);
    QCOMPARE(shared.playhead(), at(12));
    shared.setSpeed(0.5);
    now += 1s;
    QTRY_COMPARE(shared.playhead(), at(12.5));
    shared.pause();
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
}

void TestSharedView::replayScrollsTheWindow()
{
    nanoseconds now{0};
    SharedView shared([&now] { return now; });
    shared.setSession(sessionOf(everySecond(100)));
    shared.setWindow({at(10), at(20)});
    shared.setPlayhead(at(11));
    shared.play();
    now += 15s;
    QTRY_COMPARE(shared.playhead(), at(26));
    QVERIFY(shared.window().contains(at(26)));
    QCOMPARE(shared.window().length(), nanoseconds(10s));
    // Zooming in while it plays does not stop it.
    shared.setWindow({at(25), at(27)});
    QCOMPARE(shared.mode(), SharedView::Mode::Replay);
    // Looking elsewhere does.
    shared.setWindow({at(60), at(70)});
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
}

void TestSharedView::replayEndsPausedAtTheEnd()
{
    nanoseconds now{0};
    SharedView shared([&now] { return now; });
    shared.setSession(sessionOf(everySecond(100)));
    shared.setPlayhead(at(98));
    shared.play();
    now += 60s;
    QTRY_COMPARE(shared.mode(), SharedView::Mode::Paused);
    QCOMPARE(shared.playhead(), at(99));
}

void TestSharedView::playAtTheEndBeginsAtTheStart()
{
    nanoseconds now{0};
    SharedView shared([&now] { return now; });
    shared.setSession(sessionOf(everySecond(100)));
    shared.play();
    QCOMPARE(shared.mode(), SharedView::Mode::Replay);
    QCOMPARE(shared.playhead(), at(0));
}

void TestSharedView::speedIsBounded()
{
    SharedView shared;
    shared.setSpeed(1e9);
    QCOMPARE(shared.speed(), 100.0);
    shared.setSpeed(0);
    QCOMPARE(shared.speed(), 0.01);
}

void TestSharedView::stepGoesToTheNextMessage()
{
    SharedView shared;
    shared.setSession(sessionOf(everySecond(100)));
    shared.setPlayhead(at(10.5));
    shared.step(1);
    QTRY_COMPARE(shared.selectedMessage(), Seq(12));
    QCOMPARE(shared.playhead(), at(11));
    shared.step(1);
    QTRY_COMPARE(shared.selectedMessage(), Seq(13));
    shared.step(-1);
    QTRY_COMPARE(shared.selectedMessage(), Seq(12));
    // Moved by hand: stepping begins at the playhead, not at the old selection.
    shared.setPlayhead(at(50.5));
    shared.step(-1);
    QTRY_COMPARE(shared.selectedMessage(), Seq(51));
    QCOMPARE(shared.playhead(), at(50));
    // Taken along by the window: the same.
    shared.setWindow({at(80), at(90)});
    shared.step(1);
    QTRY_VERIFY(shared.selectedMessage() >= Seq(81) && shared.selectedMessage() <= Seq(82));
    shared.setPlayhead(at(0));
    shared.step(-1);
    QTRY_COMPARE(shared.selectedMessage(), Seq(1));
}

void TestSharedView::fastStepsAddUp()
{
    auto recording = everySecond(100);
    SharedView shared;
    shared.setSession(sessionOf(recording));
    shared.selectMessage(20);
    recording->holdsAnswers = true;
    for (int i = 0; i < 5; ++i)
        shared.step(1);
    recording->holdsAnswers = false;
    recording->release();
    QTRY_COMPARE(shared.selectedMessage(), Seq(25));
}

void TestSharedView::growthIsTold20TimesASecondAtMost()
{
    auto recording = everySecond(10);
    SharedView shared;
    const auto session = sessionOf(recording);
    shared.setSession(session);
    QSignalSpy grew(&shared, &SharedView::dataGrew);
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 300) {
        announce(*session);
        QTest::qWait(2);
    }
    QTRY_VERIFY(grew.count() >= 2);
    const double most = static_cast<double>(clock.elapsed()) / 50 + 1;
    QVERIFY2(grew.count() <= most, qPrintable(QString::number(grew.count())));
}

void TestSharedView::aSessionThatBeginsEmptyFindsItsFirstMessages()
{
    auto recording = std::make_shared<FakeRecording>();
    recording->isLive = true;
    SharedView shared;
    const auto session = sessionOf(recording);
    shared.setSession(session);
    QCOMPARE(shared.mode(), SharedView::Mode::Live);
    recording->say(kStart, recording->agent("coder"));
    announce(*session);
    QTRY_VERIFY(shared.window().contains(at(0)));
    QCOMPARE(shared.window().length(), nanoseconds(15s));
}

void TestSharedView::aRecordingThatEndsIsPaused()
{
    auto recording = everySecond(10);
    recording->isLive = true;
    SharedView shared;
    const auto session = sessionOf(recording);
    shared.setSession(session);
    Q_EMIT session->recordingEnded(QStringLiteral("done"));
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    QCOMPARE(shared.playhead(), at(9));
}

void TestSharedView::goLiveOnAClosedRecordingShowsItsEnd()
{
    SharedView shared;
    shared.setSession(sessionOf(everySecond(100)));
    shared.setWindow({at(10), at(20)});
    shared.goLive();
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    QCOMPARE(shared.window().end, at(99) + 1ns);
    QCOMPARE(shared.window().length(), nanoseconds(10s));
    QCOMPARE(shared.playhead(), at(99));
}

void TestSharedView::selectionAndFilterAreTold()
{
    SharedView shared;
    QSignalSpy messages(&shared, &SharedView::messageSelected);
    QSignalSpy agents(&shared, &SharedView::agentSelected);
    shared.selectMessage(4);
    shared.selectMessage(4);
    shared.selectAgent(AgentId(2));
    QCOMPARE(messages.count(), 1);
    QCOMPARE(agents.count(), 1);
    // Another session knows nothing of the old selection.
    shared.setSession(sessionOf(everySecond(3)));
    QCOMPARE(shared.selectedMessage(), Seq(0));
    QCOMPARE(shared.selectedAgent(), AgentId(0));
}

void TestSharedView::noSessionIsDefined()
{
    SharedView shared;
    shared.play();
    shared.step(1);
    shared.showAll();
    shared.goLive();
    QCOMPARE(shared.mode(), SharedView::Mode::Paused);
    QCOMPARE(shared.behindLive(), 0ns);
    QVERIFY(!shared.window().isEmpty());
}

QTEST_GUILESS_MAIN(TestSharedView)
#include "tst_sharedview.moc"
