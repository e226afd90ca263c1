// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How a replay in the window goes through a recording: backwards, over silences, in a loop, up to
// what is looked for; and where steps stop.

#include "views/base/playback.h"

#include "support/recorded.h"
#include "views/base/sharedview.h"
#include "views/replay/playbackmenu.h"
#include "views/replay/transportbar.h"

#include <QAction>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPromise>
#include <QSignalSpy>
#include <QToolButton>

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Mode = SharedView::Mode;
using Unit = Playback::Unit;

namespace {

TimePoint at(double seconds)
{
    return kStart + nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

Said numbered(std::chrono::milliseconds after, int n)
{
    return said(after, "talk",
                "{\"from\":\"a\",\"payload\":{\"n\":" + QByteArray::number(n) + "}}");
}

/// Eleven messages, one a second; an hour later eleven more.
std::vector<Said> withASilence()
{
    std::vector<Said> all;
    for (int i = 0; i <= 10; ++i)
        all.push_back(numbered(i * 1000ms, i));
    for (int i = 0; i <= 10; ++i)
        all.push_back(numbered(1h + i * 1000ms, 100 + i));
    return all;
}

} // namespace

class TestPlayback : public QObject
{
    Q_OBJECT

    /// A window's worth of a recording, with a clock of its own.
    struct Scene
    {
        explicit Scene(const std::vector<Said>& all)
            : recorded(all)
        {
            shared.setSession(recorded.waitForAll() ? recorded.close() : nullptr);
        }
        ~Scene() { shared.setSession(nullptr); }
        /// Time goes by in frames of that length until `done` or nothing plays.
        bool play(nanoseconds frame, const std::function<bool()>& done)
        {
            QElapsedTimer patience;
            patience.start();
            while (!done() && shared.mode() == Mode::Replay) {
                if (patience.hasExpired(20'000))
                    return false;
                const TimePoint before = shared.playhead();
                now += frame;
                QTest::qWait(17);
                farthest = std::max(farthest, shared.playhead());
                nearest = std::min(nearest, shared.playhead());
                if (patience.elapsed() > 200 && shared.playhead() == before)
                    QTest::qWait(5); // it looks ahead
            }
            return true;
        }
        bool playToItsEnd(nanoseconds frame)
        {
            return play(frame, [] { return false; });
        }
        Playback& way() { return *shared.playback(); }

        nanoseconds now{0};
        SharedView shared{[this] { return now; }};
        Recorded recorded;
        TimePoint farthest = TimePoint::min();
        TimePoint nearest = TimePoint::max();
    };

private Q_SLOTS:
    void backwardsItEndsAtTheStart()
    {
        Scene scene(withASilence());
        scene.way().setBackwards(true);
        scene.shared.setPlayhead(at(10));
        scene.shared.play();
        const TimePoint before = scene.shared.playhead();
        QVERIFY(scene.play(500ms, [&] { return scene.shared.playhead() < before; }));
        QCOMPARE(scene.shared.mode(), Mode::Replay);
        QVERIFY(scene.playToItsEnd(2s));
        QCOMPARE(scene.shared.mode(), Mode::Paused);
        QCOMPARE(scene.shared.playhead(), at(0));
        // From the start there is nothing behind: it begins at the end.
        scene.shared.play();
        QCOMPARE(scene.shared.playhead(), at(3610));
    }

    void aLongSilenceIsAsLongAsOneLikes()
    {
        Scene scene(withASilence());
        TransportBar bar(&scene.shared);
        scene.way().setLongestIdle(5s);
        scene.shared.setPlayhead(at(8));
        QSignalSpy skips(&scene.way(), &Playback::skipped);
        scene.shared.play();
        QVERIFY(scene.play(200ms, [&] { return scene.shared.playhead() > at(1000); }));
        // The last five seconds of it are played.
        QVERIFY2(scene.shared.playhead() >= at(3595) && scene.shared.playhead() < at(3597),
                 qPrintable(clockTime(scene.shared.playhead())));
        QCOMPARE(skips.count(), 1);
        const auto skipped = qvariant_cast<nanoseconds>(skips.front().front());
        QVERIFY2(skipped > 3580s && skipped < 3590s, qPrintable(durationText(skipped)));
        const auto labels = bar.findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(
            labels, [](const QLabel* label) { return label->text().startsWith(u"» "_s); }));
        QVERIFY(scene.playToItsEnd(500ms));
        QCOMPARE(scene.shared.playhead(), at(3610));
        QCOMPARE(skips.count(), 1);
    }

    void aSilenceIsSkippedBackwardsToo()
    {
        Scene scene(withASilence());
        scene.way().setLongestIdle(5s);
        scene.way().setBackwards(true);
        scene.shared.setPlayhead(at(3602));
        scene.shared.play();
        QVERIFY(scene.play(200ms, [&] { return scene.shared.playhead() < at(3000); }));
        QVERIFY2(scene.shared.playhead() <= at(15) && scene.shared.playhead() > at(13),
                 qPrintable(clockTime(scene.shared.playhead())));
    }

    void aLoopGoesRoundAndStandsStill()
    {
        Scene scene(withASilence());
        scene.shared.setWindow({at(0), at(10)});
        Region region;
        region.time = {at(4), at(6)};
        scene.shared.setRegion(region);
        scene.way().toggleLoop();
        QCOMPARE(scene.way().loop(), std::optional<TimeRange>(region.time));
        int rounds = 0;
        TimePoint last = at(0);
        connect(&scene.shared, &SharedView::playheadChanged, &scene.shared, [&] {
            rounds += scene.shared.playhead() < last;
            last = scene.shared.playhead();
        });
        scene.shared.play();
        QVERIFY(scene.play(300ms, [&] { return rounds >= 3; }));
        QCOMPARE(scene.shared.mode(), Mode::Replay);
        QVERIFY(scene.farthest < at(6));
        QVERIFY(scene.nearest >= at(4));
        QCOMPARE(scene.shared.window(), (TimeRange{at(0), at(10)}));
        scene.way().toggleLoop();
        QVERIFY(!scene.way().loop());
    }

    void itPausesWhereTheFilterMatches_data()
    {
        QTest::addColumn<bool>("backwards");
        QTest::addColumn<double>("from");
        QTest::addColumn<qint64>("frame"); // ms
        QTest::addColumn<double>("to");
        QTest::newRow("forwards") << false << 2.0 << qint64(100) << 7.0;
        QTest::newRow("a frame is longer than the way") << false << 2.0 << qint64(60'000) << 7.0;
        QTest::newRow("behind a silence") << false << 8.0 << qint64(600'000) << 3607.0;
        QTest::newRow("backwards") << true << 3604.0 << qint64(500'000) << 7.0;
    }
    void itPausesWhereTheFilterMatches()
    {
        QFETCH(const bool, backwards);
        QFETCH(const double, from);
        QFETCH(const qint64, frame);
        QFETCH(const double, to);
        Scene scene(withASilence());
        QVERIFY(scene.way().setPauseAt(u"payload.n == 7 or payload.n == 107"_s));
        scene.way().setBackwards(backwards);
        scene.shared.setPlayhead(at(from));
        scene.shared.play();
        QVERIFY(scene.playToItsEnd(std::chrono::milliseconds(frame)));
        QCOMPARE(scene.shared.playhead(), at(to));
        QCOMPARE(scene.shared.selectedMessage(), Seq(to > 1000 ? 19 : 8));
        // The next time it goes on.
        scene.shared.play();
        QVERIFY(scene.play(std::chrono::milliseconds(frame),
                           [&] { return scene.shared.playhead() != at(to); }));
        QVERIFY(scene.shared.playhead() != at(to));
    }

    void aConditionThatCannotBeReadIsSaid()
    {
        Scene scene(withASilence());
        QVERIFY(!scene.way().setPauseAt(u"kind =="_s));
        QVERIFY(scene.way().pauseAt().isEmpty());
        PauseAtDialog dialog(&scene.shared, nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        dialog.edit()->setText(u"kind =="_s);
        dialog.accept();
        QVERIFY(dialog.isVisible());
        QVERIFY(!dialog.problem().isEmpty());
        dialog.edit()->setText(u"kind == error"_s);
        dialog.accept();
        QVERIFY(!dialog.isVisible());
        QCOMPARE(scene.way().pauseAt(), u"kind == error"_s);
    }

    /// A dialog of a menu, which is hidden by then, would go behind the window.
    void whereItPausesIsAskedBeforeTheWindow()
    {
        Scene scene(withASilence());
        QWidget window;
        QMenu outer(&window);
        PlaybackMenu menu(&scene.shared, false, &outer);
        window.show();
        const auto actions = menu.actions();
        const auto pauses = std::ranges::find_if(
            actions, [](const QAction* one) { return one->text().startsWith(u"&Pause where"_s); });
        QVERIFY(pauses != actions.end() && (*pauses)->isEnabled());
        (*pauses)->trigger();
        auto* dialog = window.findChild<PauseAtDialog*>();
        QVERIFY(dialog);
        QCOMPARE(dialog->parentWidget(), &window);
        QVERIFY(dialog->isVisible());
        dialog->reject();
    }

    void aSilenceIsSkippedWhileItIsLookedForSomething()
    {
        Scene scene(withASilence());
        QVERIFY(scene.way().setPauseAt(u"payload.n == 7"_s));
        scene.way().setLongestIdle(1s);
        scene.shared.setPlayhead(at(9));
        scene.shared.play();
        QVERIFY(scene.play(1s, [&] { return scene.shared.playhead() > at(3600); }));
        QCOMPARE(scene.shared.mode(), Mode::Replay);
        QVERIFY(!scene.way().isLooking());
    }

    void stepsGoFromCallToCall()
    {
        std::vector<Said> all;
        for (int i = 0; i < 6; ++i) {
            all.push_back(numbered(i * 1000ms, i));
            for (const Said& one : call(i * 1000ms + 300ms, 200ms, "a", "b", i))
                all.push_back(one);
        }
        Scene scene(all);
        TransportBar bar(&scene.shared);
        scene.way().setUnit(Unit::Call);
        const auto button = [&bar](QStringView name) -> QToolButton* {
            for (QToolButton* one : bar.findChildren<QToolButton*>())
                if (one->accessibleName() == name)
                    return one;
            return nullptr;
        };
        QVERIFY(button(u"One call on"));
        scene.shared.setPlayhead(at(0));
        QTest::mouseClick(button(u"One call on"), Qt::LeftButton);
        QTRY_COMPARE(scene.shared.playhead(), at(0.3));
        QCOMPARE(scene.shared.selectedMessage(), Seq(2));
        // Faster than answers come.
        for (int i = 0; i < 3; ++i)
            QTest::mouseClick(button(u"One call on"), Qt::LeftButton);
        QTRY_COMPARE(scene.shared.playhead(), at(3.3));
        QTest::mouseClick(button(u"One call back"), Qt::LeftButton);
        QTRY_COMPARE(scene.shared.playhead(), at(2.3));
        QSignalSpy end(&scene.way(), &Playback::nothingMore);
        for (int i = 0; i < 10; ++i)
            scene.way().step(1);
        QVERIFY(end.count() > 0 || end.wait(5000));
        QCOMPARE(scene.shared.playhead(), at(5.3));
    }

    void stepsGoWhereOthersSay()
    {
        Scene scene(withASilence());
        QVERIFY(!scene.way().has(Unit::Finding));
        scene.way().setStops(Unit::Finding, [](const std::stop_token&) {
            QPromise<Result<std::vector<Playback::Stop>>> promise;
            promise.start();
            promise.addResult(std::vector<Playback::Stop>{{at(3.5), 4}, {at(9), 0}, {at(1), 2}});
            promise.finish();
            return promise.future();
        });
        scene.way().setUnit(Unit::Finding);
        scene.shared.setPlayhead(at(2));
        scene.way().step(1);
        QTRY_COMPARE(scene.shared.playhead(), at(3.5));
        QCOMPARE(scene.shared.selectedMessage(), Seq(4));
        scene.way().step(1);
        QTRY_COMPARE(scene.shared.playhead(), at(9));
        scene.way().step(-1);
        scene.way().step(-1);
        QTRY_COMPARE(scene.shared.playhead(), at(1));
    }

    void howItGoesIsRemembered()
    {
        Scene scene(withASilence());
        scene.way().setBackwards(true);
        scene.way().setLongestIdle(30s);
        QVERIFY(scene.way().setPauseAt(u"kind == error"_s));
        scene.way().setUnit(Unit::Conversation);
        scene.shared.setSpeed(5);
        SharedView other;
        other.playback()->restoreState(scene.way().saveState());
        QVERIFY(other.playback()->isBackwards());
        QCOMPARE(other.playback()->longestIdle(), nanoseconds(30s));
        QCOMPARE(other.playback()->pauseAt(), u"kind == error"_s);
        QCOMPARE(other.playback()->unit(), Unit::Conversation);
        QCOMPARE(other.speed(), 5.0);
        QVERIFY(other.playback()->summary().contains(u"backwards"_s));
        other.playback()->restoreState("broken");
        QVERIFY(other.playback()->isBackwards());
    }

    void severalRecordingsArePlayedOnOneClock()
    {
        std::vector<Said> other;
        for (int i = 0; i <= 10; ++i)
            other.push_back(numbered(i * 1000ms + 500ms, 200 + i));
        Scene scene(withASilence());
        Recorded second(other);
        QVERIFY(second.waitForAll());
        second.close();
        auto both = Session::open(QStringList{scene.recorded.path(), second.path()});
        QVERIFY(both);
        scene.shared.setSession(std::shared_ptr<Session>(std::move(*both)));
        QCOMPARE(scene.shared.session()->seen().last, Seq(33));
        QVERIFY(scene.way().setPauseAt(u"payload.n in [4, 203, 205]"_s));
        scene.shared.setPlayhead(at(2));
        for (const double stop : {3.5, 4.0, 5.5}) {
            scene.shared.play();
            QVERIFY(scene.playToItsEnd(100ms));
            QCOMPARE(scene.shared.playhead(), at(stop));
        }
        // Silence is where both are silent.
        QVERIFY(scene.way().setPauseAt({}));
        scene.way().setLongestIdle(5s);
        QSignalSpy skips(&scene.way(), &Playback::skipped);
        scene.shared.play();
        QVERIFY(scene.play(500ms, [&] { return scene.shared.playhead() > at(1000); }));
        QCOMPARE(skips.count(), 1);
        QVERIFY(qvariant_cast<nanoseconds>(skips.front().front()) < 3585s);
    }

    void anotherRecordingIsNoLoop()
    {
        Scene scene(withASilence());
        scene.way().setLoop(TimeRange{at(1), at(2)});
        scene.shared.setSession(nullptr);
        QVERIFY(!scene.way().loop());
    }
};

QTEST_MAIN(TestPlayback)
#include "tst_playback.moc"
