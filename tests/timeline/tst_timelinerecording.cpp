// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "timeline/demorecording.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/replay/transportbar.h"
#include "views/timeline/overviewstrip.h"
#include "views/timeline/timelineview.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <QVBoxLayout>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The views on a real recording of the demo swarm, through the real session.
class TestTimelineRecording : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyMessageIsOnALane();
    void zoomedInMarksAreThoseOfTheRecording();
    void itLooksTheSameWithoutWaitingTwice();

private:
    void settle(TimelineView& view);
    QTemporaryDir m_directory;
    std::shared_ptr<Session> m_session;
};

namespace {

constexpr int kMessages = 60'000;

std::int64_t messagesIn(const QString& text)
{
    static const QRegularExpression count(u": ([\\d,]+) messages? between"_s);
    std::int64_t sum = 0;
    auto matches = count.globalMatch(text);
    while (matches.hasNext())
        sum += matches.next().captured(1).remove(u',').toLongLong();
    return sum;
}

} // namespace

void TestTimelineRecording::initTestCase()
{
    Theme::apply(true);
    const QString path = m_directory.filePath(u"demo.murmur"_s);
    const auto recorded = test::recordDemo(path, 60, 2000, kMessages);
    QVERIFY2(recorded.ok(), recorded.ok() ? "" : qPrintable(recorded.error().message));
    auto session = Session::open(path);
    QVERIFY2(session.ok(), session.ok() ? "" : qPrintable(session.error().message));
    m_session = std::move(session).value();
    QCOMPARE(m_session->seen().last, Seq(kMessages));
}

void TestTimelineRecording::settle(TimelineView& view)
{
    QTRY_VERIFY_WITH_TIMEOUT(view.isSettled(), 20'000);
    view.grab();
}

void TestTimelineRecording::everyMessageIsOnALane()
{
    SharedView shared;
    TimelineView view(ViewContext{&shared});
    view.resize(1200, 4000); // all lanes
    view.show();
    shared.setSession(m_session);
    settle(view);
    QVERIFY(view.layoutOfLanes().agents().size() >= 60);
    QCOMPARE(messagesIn(view.asText()), std::int64_t(kMessages));
}

void TestTimelineRecording::zoomedInMarksAreThoseOfTheRecording()
{
    SharedView shared;
    TimelineView view(ViewContext{&shared});
    view.resize(1200, 4000);
    view.show();
    shared.setSession(m_session);
    const TimeRange all = m_session->seen().time;
    const TimeRange window{all.begin + all.length() / 2, all.begin + all.length() / 2 + 200ms};
    shared.setWindow(window);
    settle(view);
    auto future = m_session->marks(window, 100'000);
    QTRY_VERIFY(future.isFinished());
    const auto marks = future.result();
    QVERIFY(marks.ok());
    QVERIFY(marks->marks.size() > 50);
    QCOMPARE(messagesIn(view.asText()), static_cast<std::int64_t>(marks->marks.size()));
    QVERIFY(view.showsMarks(marks->marks.front().sender));
    // A click on a mark finds the very message.
    const Mark& mark = marks->marks[marks->marks.size() / 2];
    const QPoint place(static_cast<int>(view.axis().xAt(fromNs(mark.time))),
                       view.laneRect(mark.sender).center().y());
    QTest::mouseClick(&view, Qt::LeftButton, {}, place);
    QVERIFY(shared.selectedMessage() != 0);
    QCOMPARE(shared.selectedAgent(), mark.sender);
    QVERIFY(std::abs((shared.playhead() - fromNs(mark.time)).count()) <
            view.axis().perPixel().count() * 8);
}

void TestTimelineRecording::itLooksTheSameWithoutWaitingTwice()
{
    SharedView shared;
    QWidget window;
    auto* layout = new QVBoxLayout(&window);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* overview = new OverviewStrip(ViewContext{&shared}, &window);
    overview->setCorner(new TransportBar(&shared));
    auto* timeline = new TimelineView(ViewContext{&shared}, &window);
    layout->addWidget(overview);
    layout->addWidget(timeline, 1);
    window.resize(1100, 640);
    window.show();
    shared.setSession(m_session);
    const TimeRange all = m_session->seen().time;
    shared.setWindow({all.begin + 10s, all.begin + 13s});
    shared.setPlayhead(all.begin + 11s);
    settle(*timeline);
    QTRY_VERIFY(overview->isSettled());
    QCOMPARE(overview->plotRect().left(), timeline->plotRect().left());
    QCOMPARE(overview->plotRect().right(), timeline->plotRect().right());
    // There and back again: the same window is the same picture. What comes from further away, such
    // as findings, may come once in between.
    QImage first = window.grab().toImage();
    const auto isTheSameAfterwards = [&] {
        shared.setWindow({all.begin + 20s, all.begin + 21s});
        settle(*timeline);
        shared.setWindow({all.begin + 10s, all.begin + 13s});
        shared.setPlayhead(all.begin + 11s);
        settle(*timeline);
        return QTest::qWaitFor([&] { return window.grab().toImage() == first; }, 3000);
    };
    for (int round = 0; round < 3; ++round) {
        if (isTheSameAfterwards())
            return;
        first = window.grab().toImage();
    }
    QFAIL("the same window is another picture each time");
}

QTEST_MAIN(TestTimelineRecording)
#include "tst_timelinerecording.moc"
