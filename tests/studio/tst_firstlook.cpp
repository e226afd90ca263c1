// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is selected when a recording is opened, before a person selects anything.

#include "firstlook.h"
#include "mainwindow.h"
#include "recordings.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

TileLane lane(std::uint32_t agent, std::uint32_t events, std::uint32_t errors)
{
    TileLane lane;
    lane.agent = AgentId(agent);
    lane.sent[static_cast<std::size_t>(Kind::Event)] = {events, 1};
    lane.sent[static_cast<std::size_t>(Kind::Error)] = {errors};
    return lane;
}

MessageRow row(Seq seq, std::uint32_t sender, Kind kind)
{
    MessageRow row;
    row.seq = seq;
    row.sender = AgentId(sender);
    row.kind = kind;
    return row;
}

} // namespace

class TestFirstLook : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_dir;

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        QVERIFY(test::makeRecording(m_dir.filePath(u"a.murmur"_s), 200));
    }

    void theOneWithTheMostErrorsIsLookedAt()
    {
        TileSlice slice;
        QCOMPARE(worthALook(slice), AgentId{});
        slice.lanes = {lane(0, 900, 900), lane(1, 500, 0), lane(2, 700, 0)};
        QCOMPARE(worthALook(slice), AgentId(2));
        slice.lanes.push_back(lane(3, 10, 2));
        QCOMPARE(worthALook(slice), AgentId(3));
    }

    void itsLastErrorIsReadElseItsLastWord()
    {
        QCOMPARE(worthReading({}, AgentId(1)), Seq(0));
        std::vector<MessageRow> rows{row(1, 1, Kind::Error), row(2, 1, Kind::Event),
                                     row(3, 2, Kind::Error), row(4, 3, Kind::Event)};
        QCOMPARE(worthReading(rows, AgentId(1)), Seq(1));
        QCOMPARE(worthReading(rows, AgentId(3)), Seq(4));
        QCOMPARE(worthReading(rows, AgentId(9)), Seq(4));
    }

    void anOpenedRecordingShowsAnAgentAndAMessage()
    {
        StudioSettings settings(m_dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {m_dir.path(), false, true});
        window.show();
        const TimePoint before = window.shared()->playhead();
        window.openFile(m_dir.filePath(u"a.murmur"_s));
        QTRY_VERIFY(window.shared()->selectedMessage() != 0);
        QCOMPARE(QString::fromStdString(window.shared()->session()->dictionaries()->agentName(
                     window.shared()->selectedAgent())),
                 u"robot-07"_s); // all errors are its
        QCOMPARE(window.shared()->selectedMessage(), Seq(198));
        QVERIFY(window.shared()->playhead() != before);
    }

    void aRecordingThatRunsShowsSomethingToo()
    {
        StudioSettings settings(m_dir.filePath(u"live.ini"_s));
        MainWindow window(settings, {m_dir.path(), false, true});
        window.show();
        window.startDemo(u"?agents=20&rate=200"_s);
        QTRY_VERIFY_WITH_TIMEOUT(window.shared()->selectedMessage() != 0, 30'000);
        QVERIFY(index(window.shared()->selectedAgent()) != 0);
        QCOMPARE(window.shared()->mode(), SharedView::Mode::Live);
        const Seq chosen = window.shared()->selectedMessage();
        window.shared()->selectMessage(chosen + 1); // the person's choice stays
        QSignalSpy grew(window.shared(), &SharedView::dataGrew);
        QTRY_VERIFY_WITH_TIMEOUT(grew.size() > 20, 30'000);
        QCOMPARE(window.shared()->selectedMessage(), chosen + 1);
        window.session()->discard();
        QTRY_VERIFY_WITH_TIMEOUT(!window.session()->isRecording(), 30'000);
    }

    void whatTheCommandLineSelectsStays()
    {
        StudioSettings settings(m_dir.filePath(u"settings.ini"_s));
        MainWindow window(settings, {m_dir.path(), false, true});
        window.show();
        StudioArguments start;
        start.files << m_dir.filePath(u"a.murmur"_s);
        start.select = u"7"_s;
        window.start(start);
        QTRY_COMPARE(window.shared()->selectedMessage(), Seq(7));
        QTest::qWait(100);
        QCOMPARE(window.shared()->selectedMessage(), Seq(7));
    }
};

QTEST_MAIN(TestFirstLook)
#include "tst_firstlook.moc"
