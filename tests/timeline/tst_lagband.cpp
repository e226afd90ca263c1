// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far consumers of others are behind, below the lanes.

#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/timeline/lagband.h"
#include "views/timeline/timelineview.h"
#include "views_base/fakesession.h"

#include <QHelpEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QToolTip>
#include <QWheelEvent>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kStart = 1'779'357'720'000'000'000; // 10:02:00
constexpr std::int64_t kSecond = 1'000'000'000;

TimePoint at(double seconds)
{
    return fromNs(kStart + static_cast<std::int64_t>(seconds * 1e9));
}

Lag lagOf(int second, const char* consumer, std::int64_t pending)
{
    Lag lag;
    lag.time = kStart + second * kSecond;
    lag.topic = "tasks";
    lag.consumer = consumer;
    lag.pending = pending;
    return lag;
}

} // namespace

class TestLagBand : public QObject
{
    Q_OBJECT

private:
    std::shared_ptr<FakeRecording> m_recording;
    std::unique_ptr<SharedView> m_shared;
    std::unique_ptr<TimelineView> m_view;

    [[nodiscard]] LagBand* band() const { return m_view->findChild<LagBand*>(); }
    void open(std::vector<Lag> lags)
    {
        m_recording->lags = std::move(lags);
        m_shared->setSession(sessionOf(m_recording));
        m_shared->setWindow({at(0), at(60) + 1ns});
        QTRY_VERIFY(m_view->isSettled());
    }
    /// Rows of pixels in this column of a row that are not the ground's.
    [[nodiscard]] int heightAt(const QRect& row, double second) const
    {
        const QImage image = band()->grab().toImage();
        const TimeAxis axis(m_shared->window(), row.left(), row.width());
        const int x = static_cast<int>(axis.xAt(at(second)));
        int pixels = 0;
        for (int y = row.top(); y < row.bottom(); ++y)
            pixels += image.pixelColor(x, y) != Theme::current().ground;
        return pixels;
    }

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init()
    {
        m_recording = std::make_shared<FakeRecording>();
        const AgentId coder = m_recording->agent("coder", "berlin");
        for (int i = 0; i <= 60; i += 5)
            m_recording->say(kStart + i * kSecond, coder);
        m_shared = std::make_unique<SharedView>();
        m_view = std::make_unique<TimelineView>(ViewContext{m_shared.get()});
        m_view->setShowsTopics(false); // what is said to nobody has rows of its own there
        m_view->resize(1148, 400);     // the plot is 1000 wide
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }
    void cleanup()
    {
        m_view.reset();
        m_shared.reset();
    }

    void withoutAnyItTakesNoRoom()
    {
        const int plot = m_view->plotRect().height();
        open({});
        QVERIFY(!band()->isVisible());
        // One that was never behind is no news.
        open({lagOf(0, "workers", 0), lagOf(30, "workers", 0)});
        QVERIFY(!band()->isVisible());
        QCOMPARE(m_view->plotRect().height(), plot);
    }

    void eachThatWasEverBehindHasARow()
    {
        const int plot = m_view->plotRect().height();
        open({lagOf(0, "audit", 0), lagOf(0, "workers", 7), lagOf(20, "mail", 3)});
        QVERIFY(band()->isVisible());
        QVERIFY(band()->rowRect(u"tasks"_s, u"audit"_s).isEmpty());
        QVERIFY(!band()->rowRect(u"tasks"_s, u"workers"_s).isEmpty());
        QVERIFY(!band()->rowRect(u"tasks"_s, u"mail"_s).isEmpty());
        QCOMPARE(m_view->plotRect().height(), plot - band()->height());
        QCOMPARE(band()->geometry().bottom(), m_view->rect().bottom());
    }

    void theNumberIsThatAtThePlayhead()
    {
        open({lagOf(0, "workers", 7), lagOf(20, "workers", 1204), lagOf(40, "workers", -1)});
        m_shared->setPlayhead(at(10));
        QTRY_COMPARE(band()->asText(), u"workers of tasks: 7 to get"_s);
        m_shared->setPlayhead(at(35));
        QCOMPARE(band()->asText(), u"workers of tasks: 1,204 to get"_s);
        // Gone, or nobody answered.
        m_shared->setPlayhead(at(50));
        QCOMPARE(band()->asText(), u"workers of tasks: not known"_s);
        QVERIFY(m_view->asText().endsWith(u"workers of tasks: not known"));
    }

    void theBandIsHigherTheFartherBehindAndEndsWhenNothingIsKnown()
    {
        open({lagOf(0, "workers", 0), lagOf(10, "workers", 9), lagOf(20, "workers", 999),
              lagOf(30, "workers", -1)});
        m_shared->setPlayhead(at(0));
        const QRect row = band()->rowRect(u"tasks"_s, u"workers"_s);
        const int none = heightAt(row, 5);
        const int some = heightAt(row, 15);
        const int most = heightAt(row, 25);
        QCOMPARE(none, 1);
        // A logarithm: ten is a third of a thousand.
        QVERIFY2(some > most / 4 && some < most / 2, qPrintable(QString::number(some)));
        QVERIFY(most > row.height() / 2);
        QCOMPARE(heightAt(row, 35), 0);
    }

    void aValueThatIsNotToldAgainEnds()
    {
        open({lagOf(0, "workers", 9)});
        m_shared->setPlayhead(at(0));
        const QRect row = band()->rowRect(u"tasks"_s, u"workers"_s);
        QVERIFY(heightAt(row, 39) > 1);
        QCOMPARE(heightAt(row, 45), 0);
    }

    void theBandEndsWhereTheRecordingDoes()
    {
        open({lagOf(55, "workers", 9)});
        m_shared->setWindow({at(30), at(90)});
        QTRY_VERIFY(m_view->isSettled());
        const QRect row = band()->rowRect(u"tasks"_s, u"workers"_s);
        QVERIFY(heightAt(row, 58) > 1);
        QCOMPARE(heightAt(row, 70), 0);
    }

    void whetherItGetsWorseIsSaid()
    {
        open({lagOf(0, "workers", 100), lagOf(10, "workers", 900), lagOf(20, "workers", 905),
              lagOf(30, "workers", 105)});
        m_shared->setPlayhead(at(11));
        QTRY_COMPARE(band()->asText(), u"workers of tasks: 900 to get, growing by 80/s"_s);
        m_shared->setPlayhead(at(21));
        QCOMPARE(band()->asText(), u"workers of tasks: 905 to get"_s);
        m_shared->setPlayhead(at(31));
        QCOMPARE(band()->asText(), u"workers of tasks: 105 to get, catching up by 80/s"_s);
    }

    void itFoldsAndTheLayoutRemembers()
    {
        open({lagOf(0, "workers", 9)});
        const int height = band()->height();
        auto* button = band()->findChild<QToolButton*>();
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(band()->isFolded());
        QVERIFY(band()->height() < height);
        TimelineView other(ViewContext{m_shared.get()});
        other.restoreState(m_view->saveState());
        QVERIFY(other.findChild<LagBand*>()->isFolded());
        // By keyboard too.
        button->setFocus();
        QTest::keyClick(button, Qt::Key_Space);
        QVERIFY(!band()->isFolded());
        QCOMPARE(band()->height(), height);
    }

    void theWheelZoomsAndAClickSetsThePlayhead()
    {
        open({lagOf(0, "workers", 9)});
        const QRect row = band()->rowRect(u"tasks"_s, u"workers"_s);
        const QPoint middle = row.center();
        QWheelEvent wheel(middle, band()->mapToGlobal(middle), {}, {0, 120}, {}, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(band(), &wheel);
        QVERIFY(m_shared->window().length() < 60s);
        QTest::mouseClick(band(), Qt::LeftButton, {}, middle);
        const TimeAxis axis(m_shared->window(), row.left(), row.width());
        QVERIFY(std::abs(axis.xAt(m_shared->playhead()) - middle.x()) < 2);
    }

    void hoveringSaysEverything()
    {
        Lag lag = lagOf(0, "workers", 9);
        lag.unacknowledged = 4;
        lag.members = 2;
        open({lag});
        const QPoint point = band()->rowRect(u"tasks"_s, u"workers"_s).topLeft() + QPoint(100, 10);
        QHelpEvent help(QEvent::ToolTip, point, band()->mapToGlobal(point));
        QApplication::sendEvent(band(), &help);
        QVERIFY2(QToolTip::text().startsWith(
                     u"workers of tasks: 9 to get, 4 unacknowledged, shared by 2\n10:02:06"),
                 qPrintable(QToolTip::text()));
        QToolTip::hideText();
    }

    void manyLeaveRoomForTheLanes()
    {
        std::vector<Lag> lags;
        for (int i = 0; i < 30; ++i)
            lags.push_back(lagOf(0, ("worker-" + std::to_string(i)).c_str(), 1 + i));
        open(lags);
        QVERIFY(band()->height() < m_view->height() / 2);
        // Who is farthest behind is shown.
        QVERIFY(!band()->rowRect(u"tasks"_s, u"worker-29"_s).isEmpty());
        QVERIFY(band()->rowRect(u"tasks"_s, u"worker-0"_s).isEmpty());
        QCOMPARE(band()->asText().count(u'\n'), 29);
    }
};

QTEST_MAIN(TestLagBand)
#include "tst_lagband.moc"
