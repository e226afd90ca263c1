// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/topology/topologycanvas.h"
#include "views/topology/topologymodel.h"
#include "views/topology/topologyview.h"

#include <QAbstractItemModelTester>
#include <QTableView>
#include <QTest>
#include <QWheelEvent>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Said line(std::chrono::milliseconds after, QByteArray json)
{
    return {after, "t", json.replace('\'', '"')};
}

std::vector<Said> talk()
{
    std::vector<Said> said;
    for (int i = 0; i < 10; ++i) {
        const QByteArray id = QByteArray::number(i);
        const std::chrono::milliseconds at(100 * i);
        said.push_back(
            line(at, "{'from':'planner','to':'vision','kind':'request','id':'" + id + "'}"));
        said.push_back(line(at + 50ms, "{'from':'vision','to':'planner','kind':'" +
                                           QByteArray(i % 2 == 0 ? "reply" : "error") +
                                           "','correlation_id':'" + id + "'}"));
        said.push_back(line(at + 60ms, "{'from':'planner','to':'robot-1'}"));
    }
    return said;
}

} // namespace

class TopologyViewTest : public QObject
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
            view.resize(800, 500);
            view.show();
            shared.setSession(isLive ? recorded.session() : recorded.close());
            if (!isLive)
                shared.showAll();
        }
        ~Scene() { shared.setSession(nullptr); }
        int node(const QString& id) const { return view.canvas()->graph()->indexOf(id); }
        bool isReady() const
        {
            return view.canvas()->graph() != nullptr && view.isSettled() &&
                   !view.canvas()->places().isEmpty();
        }
        Recorded recorded;
        SharedView shared;
        TopologyView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void whoTalksToWhomIsAGraphAndATable()
    {
        Scene scene(talk());
        QTRY_VERIFY(scene.isReady());
        QCOMPARE(scene.view.canvas()->graph()->nodes.size(), std::size_t(3));
        QCOMPARE(scene.view.model()->rowCount(), 3);
        QVERIFY(scene.view.asText().contains(u"3 agents · 30 messages"_s));
        const int vision = scene.node(u"agent vision"_s);
        QTRY_VERIFY(scene.view.canvas()->sentenceOfNode(vision).contains(u"50 % errors"_s));
        const int row =
            scene.view.canvas()->graph()->edgeBetween(scene.node(u"agent planner"_s), vision);
        QCOMPARE(scene.view.model()->text(row, TopologyModel::CallsColumn), u"10"_s);
        QVERIFY(scene.view.model()->text(row, TopologyModel::LatencyColumn).endsWith(u" ms"_s));
        QTest::keyClick(scene.view.canvas(), Qt::Key_T);
        QTRY_VERIFY(scene.view.table()->isVisible());
    }

    void clicksAndKeysSelectAgentsAndMessages()
    {
        Scene scene(talk());
        QTRY_VERIFY(scene.isReady());
        TopologyCanvas* canvas = scene.view.canvas();
        const int planner = scene.node(u"agent planner"_s);
        const int vision = scene.node(u"agent vision"_s);
        QTest::mouseClick(canvas, Qt::LeftButton, {}, canvas->centerOf(planner).toPoint());
        const auto names = scene.shared.session()->dictionaries();
        QCOMPARE(names->agentName(scene.shared.selectedAgent()), std::string("planner"));
        QCOMPARE(canvas->selectedNode(), planner);
        // An edge leads to its last message, or to the last error.
        const int edge = canvas->graph()->edgeBetween(vision, planner);
        QTest::mouseClick(canvas, Qt::LeftButton, {}, canvas->middleOf(edge).toPoint());
        QCOMPARE(scene.shared.selectedMessage(), Seq(29));
        // Who is selected elsewhere is selected here.
        scene.shared.selectAgent(names->findAgent("robot-1"));
        QCOMPARE(canvas->selectedNode(), scene.node(u"agent robot-1"_s));
        canvas->select(-1, -1);
        QTest::keyClick(canvas, Qt::Key_Right);
        QVERIFY(canvas->selectedNode() >= 0);
        QVERIFY(!canvas->accessibleDescription().isEmpty());
    }

    void aLowPaneIsFilledAndNoHeap()
    {
        std::vector<Said> said;
        for (int i = 0; i < 24; ++i)
            said.push_back(line(10ms * i, "{'from':'robot-" + QByteArray::number(i % 12) +
                                              "','to':'robot-" + QByteArray::number((i + 5) % 12) +
                                              "'}"));
        Scene scene(said);
        scene.view.resize(1200, 240);
        QTRY_VERIFY(scene.isReady());
        TopologyCanvas* canvas = scene.view.canvas();
        canvas->fit();
        QRectF all;
        const int count = static_cast<int>(canvas->graph()->nodes.size());
        for (int i = 0; i < count; ++i)
            all = all.united(QRectF(canvas->centerOf(i), QSizeF(1, 1)));
        QVERIFY(all.width() > 0.5 * canvas->width());
        QVERIFY(canvas->rect().contains(all.toAlignedRect()));
        // Whatever is stretched is hit and dragged where it is seen.
        const QPointF from = canvas->centerOf(0);
        const QPoint to = from.toPoint() + QPoint(40, 10);
        QTest::mousePress(canvas, Qt::LeftButton, {}, from.toPoint());
        QTest::mouseMove(canvas, from.toPoint() + QPoint(20, 5));
        QTest::mouseMove(canvas, to);
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, to);
        QVERIFY((canvas->centerOf(0) - from - QPointF(40, 10)).manhattanLength() < 3);
    }

    void theWheelZoomsAroundWhatIsUnderItAndZeroShowsAll()
    {
        Scene scene(talk());
        QTRY_VERIFY(scene.isReady());
        TopologyCanvas* canvas = scene.view.canvas();
        const double fitted = canvas->zoom();
        const QPointF at = canvas->centerOf(0);
        QWheelEvent wheel(at, canvas->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas, &wheel);
        QVERIFY(canvas->zoom() > fitted * 1.2);
        QVERIFY((canvas->centerOf(0) - at).manhattanLength() < 1);
        QTest::keyClick(canvas, Qt::Key_0);
        QCOMPARE(canvas->zoom(), fitted);
    }

    void anotherWindowMovesNobody()
    {
        Scene scene(talk());
        QTRY_VERIFY(scene.isReady());
        const QPointF before = scene.view.canvas()->places().value(u"agent vision"_s);
        scene.shared.setWindow({kStart, kStart + 155ms});
        QTRY_COMPARE(scene.view.model()->text(0, TopologyModel::MessagesColumn), u"2"_s);
        QCOMPARE(scene.view.canvas()->places().value(u"agent vision"_s), before);
        scene.view.arrangeAnew();
        QTRY_VERIFY(scene.isReady());
        QCOMPARE(scene.view.canvas()->graph()->nodes.size(), std::size_t(3));
    }

    void manyFoldAndReturnUnfoldsThem()
    {
        std::vector<Said> said;
        for (int i = 0; i < 70; ++i)
            said.push_back(line(std::chrono::milliseconds(i),
                                "{'from':'robot-" + QByteArray::number(i) + "','to':'planner'}"));
        Scene scene(said);
        QTRY_VERIFY(scene.isReady());
        TopologyCanvas* canvas = scene.view.canvas();
        QCOMPARE(canvas->graph()->nodes.size(), std::size_t(2));
        canvas->select(scene.node(u"group robot-#"_s), -1);
        QTest::keyClick(canvas, Qt::Key_Return);
        QTRY_VERIFY(scene.isReady() && canvas->graph()->nodes.size() == 71);
        canvas->select(scene.node(u"agent robot-5"_s), -1);
        QTest::keyClick(canvas, Qt::Key_F);
        QTRY_VERIFY(scene.isReady() && canvas->graph()->nodes.size() == 2);
    }

    void groupsThatWereUnfoldedStaySo()
    {
        std::vector<Said> said;
        for (int i = 0; i < 70; ++i)
            said.push_back(line(std::chrono::milliseconds(i),
                                "{'from':'robot-" + QByteArray::number(i) + "','to':'planner'}"));
        QByteArray state;
        {
            Scene scene(said);
            QTRY_VERIFY(scene.isReady());
            scene.view.canvas()->select(scene.node(u"group robot-#"_s), -1);
            QTest::keyClick(scene.view.canvas(), Qt::Key_Return);
            state = scene.view.saveState();
        }
        Scene scene(said);
        scene.view.restoreState(state);
        QTRY_VERIFY(scene.isReady() && scene.view.canvas()->graph()->nodes.size() == 71);
        scene.view.canvas()->select(scene.node(u"agent robot-5"_s), -1);
        QTest::keyClick(scene.view.canvas(), Qt::Key_F);
        scene.view.restoreState(scene.view.saveState());
        QTRY_VERIFY(scene.isReady() && scene.view.canvas()->graph()->nodes.size() == 2);
    }

    void whatFlowsMovesAndNothingElseDoes()
    {
        Scene scene(talk(), true);
        scene.shared.goLive();
        QTRY_VERIFY(scene.isReady());
        QTRY_COMPARE(scene.view.canvas()->pulses(), std::size_t(0));
        scene.recorded.say({line(1200ms, "{'from':'planner','to':'vision'}")});
        QTRY_VERIFY(scene.view.canvas()->pulses() > 0);
        QTRY_COMPARE(scene.view.canvas()->pulses(), std::size_t(0));
        // Paused, the same says nothing.
        scene.shared.pause();
        scene.recorded.say({line(1300ms, "{'from':'planner','to':'vision'}")});
        QTRY_COMPARE(scene.shared.session()->seen().last, Seq(32));
        QTest::qWait(200);
        QCOMPARE(scene.view.canvas()->pulses(), std::size_t(0));
    }

    void anEmptyWindowSaysSo()
    {
        Scene scene(talk());
        QTRY_VERIFY(scene.isReady());
        scene.shared.setWindow({kStart + 10min, kStart + 11min});
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), u"Nobody talks here"_s);
    }
};

QTEST_MAIN(TopologyViewTest)
#include "tst_topologyview.moc"
