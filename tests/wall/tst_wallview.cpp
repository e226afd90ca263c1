// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/agentfigures.h"
#include "views/base/agenttable.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/viewwishes.h"
#include "views/wall/wallcanvas.h"
#include "views/wall/wallview.h"

#include <QAbstractItemModelTester>
#include <QHelpEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolTip>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said line(std::chrono::milliseconds after, QByteArray json)
{
    return {after, "t", json.replace('\'', '"')};
}

/// robot-1 falls silent, vision answers with errors, planner and robot-2 are well.
std::vector<Said> warehouse()
{
    std::vector<Said> said{line(0ms, "{'from':'robot-1','kind':'state','site':'berlin',"
                                     "'payload':{'battery':0.5}}")};
    for (int s = 1; s < 60; ++s) {
        const QByteArray id = QByteArray::number(s);
        const std::chrono::milliseconds at(1000 * s);
        said.push_back(line(at, "{'from':'planner','to':'vision','site':'berlin',"
                                "'kind':'request','id':'" +
                                    id + "'}"));
        said.push_back(line(at + 20ms, "{'from':'vision','to':'planner','site':'hall',"
                                       "'kind':'error','correlation_id':'" +
                                           id + "'}"));
        said.push_back(line(at + 30ms, "{'from':'robot-2','site':'berlin','kind':'heartbeat'}"));
    }
    return said;
}

} // namespace

class WallViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(const std::vector<Said>& said, bool isLive = false)
            : recorded(said)
            , view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            if (!recorded.waitForAll())
                qFatal("not recorded");
            view.resize(800, 400);
            view.show();
            shared.setSession(isLive ? recorded.session() : recorded.close());
            if (!isLive)
                shared.showAll();
        }
        ~Scene() { shared.setSession(nullptr); }
        [[nodiscard]] AgentId agent(const char* name) const
        {
            return shared.session()->dictionaries()->findAgent(name);
        }
        [[nodiscard]] QPoint middleOf(const char* name) const
        {
            return view.canvas()->rectOf(view.canvas()->tileOf(agent(name))).center();
        }
        Recorded recorded;
        SharedView shared;
        WallView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void anEmptyWallSaysHowToFillIt()
    {
        SharedView shared;
        WallView view({&shared});
        view.show();
        QCOMPARE(view.findChild<EmptyNote*>()->title(), u"No recording"_s);
        Recorded recorded;
        shared.setSession(recorded.close());
        QCOMPARE(view.findChild<EmptyNote*>()->title(), u"No agent yet"_s);
        QVERIFY(view.asText().startsWith(u"No agent yet"_s));
        shared.setSession(nullptr);
    }

    void theWorstGroupAndTheWorstAgentStandFirst()
    {
        Scene scene(warehouse());
        QTRY_COMPARE(scene.view.canvas()->plan().tiles().size(), std::size_t(4));
        QTRY_VERIFY2(scene.view.asText().contains(u"berlin\trobot-1\tsilent\tsilent for 59"_s) ||
                         scene.view.asText().contains(u"berlin\trobot-1\tsilent\tdead for 59"_s),
                     qPrintable(scene.view.asText()));
        const QStringList lines = scene.view.asText().split(u'\n');
        QVERIFY(lines[0].contains(u"1 silent"_s) && lines[0].contains(u"S 1"_s));
        QVERIFY(lines[2].startsWith(u"berlin\trobot-1\tsilent"_s));
        QVERIFY(lines.last().startsWith(u"hall\tvision\t59 errors"_s));
    }

    void aFilterHidesTrafficAndNotHowAgentsDo()
    {
        Scene scene(warehouse());
        QTRY_VERIFY(scene.view.asText().contains(u"hall\tvision\t59 errors"_s));
        const AgentFigures* figures = AgentFigures::of(&scene.shared);
        for (const auto& condition : {u"kind == heartbeat"_s, u"topic == \"nowhere\""_s}) {
            scene.shared.setFilter(*parseFilter(condition, scene.shared.session()->seen().time));
            QTRY_COMPARE(figures->row(scene.agent("planner"))->rate, 0.0);
            QTRY_VERIFY(figures->isSettled());
            QCOMPARE(figures->row(scene.agent("vision"))->health, Health::Erring);
            QCOMPARE(figures->row(scene.agent("vision"))->errors, std::int64_t(59));
        }
    }

    void clicksArrowsAndReturnSelect()
    {
        Scene scene(warehouse());
        WallCanvas* canvas = scene.view.canvas();
        QTRY_COMPARE(canvas->plan().tiles().size(), std::size_t(4));
        QSignalSpy wishes(ViewWishes::of(&scene.shared), &ViewWishes::wanted);
        QTest::mouseClick(canvas->viewport(), Qt::LeftButton, {}, scene.middleOf("vision"));
        QCOMPARE(scene.shared.selectedAgent(), scene.agent("vision"));
        QVERIFY(canvas->accessibleDescription().contains(u"vision: 59 errors"_s));
        QTest::keyClick(canvas, Qt::Key_Home);
        QCOMPARE(scene.shared.selectedAgent(), scene.agent("robot-1"));
        QTest::keyClick(canvas, Qt::Key_Right);
        QVERIFY(scene.shared.selectedAgent() != scene.agent("robot-1"));
        QVERIFY(wishes.isEmpty());
        QTest::keyClick(canvas, Qt::Key_Return);
        QCOMPARE(wishes.size(), 1);
        QCOMPARE(wishes[0][0].toString(), u"timeline"_s);
        QTest::mouseDClick(canvas->viewport(), Qt::LeftButton, {}, scene.middleOf("planner"));
        QCOMPARE(wishes.size(), 2);
        QCOMPARE(scene.shared.selectedAgent(), scene.agent("planner"));
        // Who is selected elsewhere is selected here.
        scene.shared.selectAgent(scene.agent("robot-2"));
        QCOMPARE(canvas->selectedAgent(), scene.agent("robot-2"));
    }

    void hoveringSaysWhyAndWhatWasSaidLast()
    {
        Scene scene(warehouse());
        WallCanvas* canvas = scene.view.canvas();
        QTRY_COMPARE(canvas->plan().tiles().size(), std::size_t(4));
        const QPointF over(scene.middleOf("robot-1"));
        QMouseEvent move(QEvent::MouseMove, over, canvas->viewport()->mapToGlobal(over),
                         Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QCoreApplication::sendEvent(canvas->viewport(), &move);
        const int tile = canvas->tileOf(scene.agent("robot-1"));
        QTRY_VERIFY2(canvas->sentenceOf(tile).contains(u"last: state on t, 04:17:00.000"_s),
                     qPrintable(canvas->sentenceOf(tile)));
        QVERIFY(canvas->sentenceOf(tile).startsWith(u"robot-1: silent"_s));
        QVERIFY(canvas->sentenceOf(tile).contains(u"battery"_s));
        // Before people nothing of what was said is shown.
        scene.view.setHidesPayloads(true);
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(canvas->viewport(), &leave);
        QCoreApplication::sendEvent(canvas->viewport(), &move);
        QTRY_VERIFY(!canvas->sentenceOf(tile).contains(u"battery"_s));
        QVERIFY(canvas->sentenceOf(tile).contains(u"last: state"_s));
    }

    void itFollowsThePlayhead()
    {
        Scene scene(warehouse());
        QTRY_VERIFY(scene.view.asText().contains(u"robot-1\tsilent"_s));
        scene.shared.setPlayhead(kStart + 2s);
        QTRY_VERIFY2(scene.view.asText().contains(u"robot-1\twell"_s),
                     qPrintable(scene.view.asText()));
    }

    void itGrowsWhileItIsLive()
    {
        Scene scene(warehouse(), true);
        scene.shared.goLive();
        QTRY_COMPARE(scene.view.canvas()->plan().tiles().size(), std::size_t(4));
        scene.recorded.say({line(61s, "{'from':'robot-3','kind':'heartbeat'}")});
        QTRY_COMPARE(scene.view.canvas()->plan().tiles().size(), std::size_t(5));
    }

    void typingFiltersAndTheTableSaysTheSame()
    {
        Scene scene(warehouse());
        QTRY_COMPARE(scene.view.canvas()->plan().tiles().size(), std::size_t(4));
        QTest::keyClick(scene.view.canvas(), Qt::Key_T);
        QTRY_VERIFY(scene.view.table()->isVisible());
        QCOMPARE(scene.view.model()->rowCount(), 4);
        scene.view.filterEdit()->setText(u"robot"_s);
        QCOMPARE(scene.view.model()->rowCount(), 2);
        scene.view.table()->selectRow(1);
        QCOMPARE(scene.shared.selectedAgent(), scene.agent("robot-2"));
        scene.view.filterEdit()->setText(u"nobody"_s);
        QCOMPARE(scene.view.model()->rowCount(), 0);
        QCOMPARE(scene.view.findChild<EmptyNote*>()->title(), u"No agent matches"_s);
        scene.view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&scene.view));
        scene.view.table()->setFocus();
        QTest::keyClick(scene.view.table(), Qt::Key_T);
        QTRY_VERIFY(scene.view.canvas()->isVisible());
    }

    void aSizeThatWasChosenIsKept()
    {
        Scene scene(warehouse());
        WallCanvas* canvas = scene.view.canvas();
        QTRY_COMPARE(canvas->plan().size(), TileSize::Full);
        QTest::keyClick(canvas, Qt::Key_Minus);
        QCOMPARE(canvas->plan().size(), TileSize::Brief);
        Scene other(warehouse());
        other.view.restoreState(scene.view.saveState());
        QTRY_COMPARE(other.view.canvas()->plan().size(), TileSize::Brief);
        QTest::keyClick(canvas, Qt::Key_0);
        QCOMPARE(canvas->plan().size(), TileSize::Full);
        other.view.restoreState("garbage");
        QCOMPARE(other.view.canvas()->plan().size(), TileSize::Brief);
    }

    void manyScrollToTheSelected()
    {
        std::vector<Said> said;
        for (int i = 0; i < 700; ++i)
            said.push_back(line(std::chrono::milliseconds(i),
                                "{'from':'robot-" + QByteArray::number(i) + "'}"));
        Scene scene(said);
        scene.view.resize(300, 200);
        WallCanvas* canvas = scene.view.canvas();
        QTRY_COMPARE(canvas->plan().tiles().size(), std::size_t(700));
        QCOMPARE(canvas->plan().size(), TileSize::Letter);
        QTest::keyClick(canvas, Qt::Key_End);
        QVERIFY(canvas->verticalScrollBar()->value() > 0);
        const QRect last = canvas->rectOf(699);
        QVERIFY(canvas->viewport()->rect().contains(last));
        QTest::mouseClick(canvas->viewport(), Qt::LeftButton, {}, last.center());
        QCOMPARE(scene.shared.selectedAgent(), canvas->rowOf(699)->agent);
    }

    void aHiddenWallAsksForNothing()
    {
        Scene scene(warehouse());
        QTRY_COMPARE(scene.view.canvas()->plan().tiles().size(), std::size_t(4));
        scene.view.hide();
        const AgentFigures* figures = AgentFigures::of(&scene.shared);
        QTRY_VERIFY(figures->isSettled());
        scene.shared.setPlayhead(kStart + 2s);
        QTest::qWait(300);
        QVERIFY(figures->isSettled());
        QCOMPARE(figures->row(scene.agent("robot-1"))->health, Health::Silent);
        QVERIFY(scene.view.asText().contains(u"robot-1\tsilent"_s));
        scene.view.show();
        QTRY_VERIFY(scene.view.asText().contains(u"robot-1\twell"_s));
    }
};

QTEST_MAIN(WallViewTest)
#include "tst_wallview.moc"
