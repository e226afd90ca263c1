// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/heatmap/heatkey.h"
#include "views/heatmap/latencyplot.h"
#include "views/heatmap/latencyview.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

/// 40 calls of 30 ms, one every 50 ms, and one of 800 ms in the middle, whose cell reaches from
/// 738 to 805 ms.
std::vector<Said> calls()
{
    std::vector<Said> all;
    const auto add = [&](std::vector<Said> call) {
        all.insert(all.end(), call.begin(), call.end());
    };
    for (int i = 0; i < 40; ++i)
        add(call(std::chrono::milliseconds(i * 50), 30ms, "robot", "vision", i));
    add(call(1000ms, 800ms, "planner", "vision", 99));
    std::ranges::stable_sort(all, {}, &Said::after);
    return all;
}

void wheel(QWidget* widget, QPointF at, QPoint turn)
{
    QWheelEvent event(at, widget->mapToGlobal(at), {}, turn, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(widget, &event);
}

/// Whether a widget was painted.
class PaintWatch : public QObject
{
public:
    bool eventFilter(QObject*, QEvent* event) override
    {
        isPainted = isPainted || event->type() == QEvent::Paint;
        return false;
    }
    bool isPainted = false;
};

} // namespace

class LatencyViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(std::shared_ptr<Session> session)
            : view({&shared})
        {
            view.setGutter(80);
            view.resize(700, 300);
            view.show();
            shared.setSession(std::move(session));
        }
        [[nodiscard]] bool settle() const
        {
            return QTest::qWaitFor([this] { return view.isSettled(); }, 10'000);
        }
        [[nodiscard]] QPoint at(TimePoint time, nanoseconds latency) const
        {
            return {qRound(view.plot()->timeAxis().xAt(time)), qRound(view.plot()->yOf(latency))};
        }
        SharedView shared;
        LatencyView view;
    };

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void anEmptyPaneSaysHowToFillIt()
    {
        Scene scene(nullptr);
        const auto* note = scene.view.findChild<EmptyNote*>();
        QVERIFY(!note->isHidden());
        QVERIFY(!note->sentence().isEmpty());

        Recorded recorded;
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.settle());
        QVERIFY(!note->isHidden());
    }

    void aWindowWithoutCallsSaysWhatACallIs()
    {
        Recorded recorded({said(0ms, "news", R"({"from":"a","kind":"event","payload":1})")});
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_VERIFY(
            scene.view.isSettled() &&
            scene.view.findChild<EmptyNote*>()->sentence().contains(QStringLiteral("request")));
    }

    void oneCallIsOneCell()
    {
        Recorded recorded(call(0ms, 30ms, "a", "b", 1));
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(1));
        QTRY_VERIFY(scene.view.facts().contains(QStringLiteral("1 call in view")));
        QVERIFY(scene.view.findChild<EmptyNote*>()->isHidden());
    }

    void theWordsAtTheLimitAreNotUnderTheKey()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_VERIFY(!scene.view.plot()->sloNameRect().isEmpty());
        const auto* key = scene.view.findChild<HeatKey*>();
        QVERIFY(key);
        // In a low pane the line comes near to the key.
        for (int height = 300; height > 90; height -= 10) {
            scene.view.resize(700, height);
            QTRY_VERIFY(!scene.view.plot()->sloNameRect().intersects(key->geometry()));
        }
    }

    void aNewPictureDoesNotForceTheWindowToBePainted()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QVERIFY(scene.settle());
        // It is drawn, and waits for the paint event that all views share.
        LatencyPlot* plot = scene.view.plot();
        PaintWatch watch;
        plot->installEventFilter(&watch);
        plot->replot();
        QVERIFY(!watch.isPainted);
        QTRY_VERIFY(watch.isPainted);
    }

    void theHeaderSumsUpWhatIsInView()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_VERIFY(scene.view.facts().contains(QStringLiteral("41 calls in view")));
        QVERIFY(scene.view.facts().contains(QStringLiteral("max 800 ms")));
        QVERIFY(scene.view.asText().contains(QStringLiteral("41 calls")));
    }

    void unansweredRequestsAreCounted()
    {
        auto all = calls();
        all.push_back(said(1900ms, "calls",
                           R"({"from":"robot","to":"vision","kind":"request","id":"never"})"));
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_VERIFY2(scene.view.facts().contains(QStringLiteral("1 unanswered")),
                     qPrintable(scene.view.facts()));
    }

    void columnsBeginAtTheGutter()
    {
        Scene scene(nullptr);
        QCOMPARE(scene.view.plot()->cellArea().left(), 80);
        scene.view.setGutter(123);
        QCOMPARE(scene.view.plot()->cellArea().left(), 123);
        scene.shared.setWindow({kStart, kStart + 10s});
        QCOMPARE(scene.view.plot()->timeAxis().xAt(kStart), 123.0);
    }

    void theWheelKeepsTheTimeUnderThePointer()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        const QPointF at(300, 100);
        const TimeRange before = scene.shared.window();
        const TimePoint under = scene.view.plot()->timeAxis().timeAt(at.x());
        wheel(scene.view.plot(), at, {0, 120});
        QVERIFY(scene.shared.window().length() < before.length());
        const TimePoint now = scene.view.plot()->timeAxis().timeAt(at.x());
        QVERIFY(std::chrono::abs(now - under) <= 2 * scene.view.plot()->timeAxis().perPixel());
    }

    void draggingPansTheSharedWindow()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        const TimeRange before = scene.shared.window();
        QTest::mousePress(scene.view.plot(), Qt::LeftButton, {}, {400, 100});
        QTest::mouseMove(scene.view.plot(), {300, 100});
        QTest::mouseRelease(scene.view.plot(), Qt::LeftButton, {}, {300, 100});
        QCOMPARE(scene.shared.window().length(), before.length());
        QVERIFY(scene.shared.window().begin > before.begin);
    }

    void thePlayheadLineStandsWhereTheTimelineHasIt()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QVERIFY(scene.settle());
        const TimeRange whole = scene.shared.window();
        scene.shared.setPlayhead(whole.begin + whole.length() / 3);
        const auto isThere = [&] {
            const auto x = scene.view.plot()->playheadX();
            return x &&
                   std::abs(*x - scene.view.plot()->timeAxis().xAt(scene.shared.playhead())) < 1.5;
        };
        QVERIFY(isThere());
        for (int i = 0; i < 3; ++i) {
            wheel(scene.view.plot(), {300, 100}, {0, 120});
            QVERIFY(isThere());
            QVERIFY(scene.settle());
            QVERIFY(isThere()); // the answer has moved the origin of the cells
        }
        QTest::keyClick(&scene.view, Qt::Key_Left);
        QVERIFY(scene.settle());
        QVERIFY(isThere());
    }

    void aClickSetsThePlayheadAndSelectsTheSlowestOfTheCell()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(41));
        QSignalSpy selected(&scene.shared, &SharedView::messageSelected);
        QTest::mouseClick(scene.view.plot(), Qt::LeftButton, {}, scene.at(kStart + 1800ms, 770ms));
        QTRY_COMPARE(selected.size(), 1);
        QVERIFY(scene.settle());
        QCOMPARE(scene.shared.playhead(), kStart + 1800ms);
    }

    void shiftDragPicksWhatOneMayAskAbout()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(41));
        const TimeRange before = scene.shared.window();
        const QPoint from = scene.at(kStart + 500ms, 2s);
        const QPoint to = scene.at(kStart + 1950ms, 300ms);
        QTest::mousePress(scene.view.plot(), Qt::LeftButton, Qt::ShiftModifier, from);
        QTest::mouseMove(scene.view.plot(), to);
        QTest::mouseRelease(scene.view.plot(), Qt::LeftButton, Qt::ShiftModifier, to);
        QCOMPARE(scene.shared.window(), before);
        QTRY_VERIFY(scene.shared.selectedMessage() != 0); // the slowest of them
        const auto region = scene.shared.region();
        QVERIFY(region);
        QVERIFY(std::chrono::abs(region->time.begin - (kStart + 500ms)) < 20ms);
        QVERIFY(std::chrono::abs(region->time.end - (kStart + 1950ms)) < 20ms);
        // The messages behind it: the one answer that took so long.
        MatchRequest behind;
        const auto filter = parseFilter(region->filterText(), scene.shared.session()->seen().time);
        QVERIFY2(filter, qPrintable(region->filterText()));
        behind.filter = *filter;
        QCOMPARE(scene.shared.session()->search(behind).result()->seqs,
                 std::vector<Seq>{scene.shared.selectedMessage()});
        auto buttons = scene.view.plot()->findChildren<QToolButton*>();
        QCOMPARE(buttons.size(), 4);
        QSignalSpy wanted(&scene.shared, &SharedView::differencesWanted);
        buttons[1]->click();
        QCOMPARE(wanted.size(), 1);
        buttons[2]->click();
        QCOMPARE(scene.shared.window(), region->time);
        QTest::keyClick(&scene.view, Qt::Key_Return);
        QVERIFY(scene.shared.filter());
        QTest::keyClick(&scene.view, Qt::Key_Escape);
        QVERIFY(!scene.shared.region());
        QVERIFY(scene.view.plot()->boxRect().isEmpty());
    }

    void theCallsOfOneLaneAreShownAlone()
    {
        auto all = calls();
        const auto more = call(100ms, 60ms, "robot", "router", 200);
        all.insert(all.end(), more.begin(), more.end());
        std::ranges::stable_sort(all, {}, &Said::after);
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(42));
        scene.view.setOnly(QStringLiteral("from == router"), QStringLiteral("router"));
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(1));
        scene.view.setOnly({}, {});
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(42));
    }

    void theSloLineCanBeDragged()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        scene.shared.setSlo(200ms);
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(41));
        const TimeRange before = scene.shared.window();
        const QPoint from(300, qRound(scene.view.plot()->yOf(200ms)));
        const QPoint to(300, qRound(scene.view.plot()->yOf(1s)));
        QTest::mousePress(scene.view.plot(), Qt::LeftButton, {}, from);
        QTest::mouseMove(scene.view.plot(), to);
        QTest::mouseRelease(scene.view.plot(), Qt::LeftButton, {}, to);
        QVERIFY(scene.shared.slo() > 900ms && scene.shared.slo() < 1100ms);
        QCOMPARE(scene.shared.window(), before);
    }

    void keysMoveTheWindowAndTheSlo()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        const TimeRange before = scene.shared.window();
        QTest::keyClick(&scene.view, Qt::Key_Plus);
        QVERIFY(scene.shared.window().length() < before.length());
        const TimeRange zoomed = scene.shared.window();
        QTest::keyClick(&scene.view, Qt::Key_Right);
        QVERIFY(scene.shared.window().begin > zoomed.begin);
        QTest::keyClick(&scene.view, Qt::Key_Home);
        QCOMPARE(scene.shared.window(), before);
        const nanoseconds slo = scene.shared.slo();
        QTest::keyClick(&scene.view, Qt::Key_PageUp);
        QVERIFY(scene.shared.slo() > slo);
    }

    void theToolTipNamesTimeLatencyAndCount()
    {
        Recorded recorded(call(0ms, 30ms, "a", "b", 1));
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(1));
        const QString text =
            scene.view.plot()->describe(scene.at(kStart + 30ms, 30ms) - QPoint(3, 0));
        QVERIFY2(text.startsWith(QStringLiteral("2026-05-21 04:1")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("ms: 1 call")), qPrintable(text));
        QVERIFY(scene.view.plot()->describe({5, 5}).isEmpty());
    }

    void aCallThatIsHeardLiveAppears()
    {
        Recorded recorded(call(0ms, 30ms, "a", "b", 1));
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.session());
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(1));
        recorded.say(call(100ms, 40ms, "a", "b", 2));
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(2));
        scene.shared.setSession(nullptr);
    }

    void theSloAndTheColoursAreSaved()
    {
        SharedView first;
        LatencyView saved({&first});
        first.setSlo(350ms);
        QTest::keyClick(&saved, Qt::Key_C);
        QVERIFY(saved.plot()->isLinear());
        SharedView second;
        LatencyView restored({&second});
        restored.restoreState(saved.saveState());
        QCOMPARE(second.slo(), nanoseconds(350ms));
        QVERIFY(restored.plot()->isLinear());
        restored.restoreState("nonsense");
        QCOMPARE(second.slo(), nanoseconds(350ms));
    }

    void cellsAboveTheSloAreWarm()
    {
        Recorded recorded(calls());
        QVERIFY(recorded.waitForAll());
        Scene scene(recorded.close());
        scene.shared.setSlo(200ms);
        QTRY_COMPARE(scene.view.plot()->grid().calls, std::uint64_t(41));
        const auto colorAt = [&](TimePoint time, nanoseconds latency) {
            scene.view.plot()->replot();
            const QPixmap picture = scene.view.plot()->toPixmap();
            return QColor(picture.toImage().pixel(scene.at(time, latency) + QPoint(2, 0)));
        };
        const HeatGrid& grid = scene.view.plot()->grid();
        const auto column = grid.columnAt(kStart + 1800ms);
        QVERIFY(column);
        const QColor slow = colorAt(grid.rangeOf(*column).begin, 770ms);
        QVERIFY2(slow.red() > slow.blue(), qPrintable(slow.name()));
    }
};

QTEST_MAIN(LatencyViewTest)
#include "tst_latencyview.moc"
