// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/sequence/sequencediagram.h"
#include "views/sequence/sequencemodel.h"
#include "views/sequence/sequenceplan.h"
#include "views/sequence/sequenceview.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>
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
    return {after, "work", json.replace('\'', '"')};
}

/// `calls` calls of conversation "long", ten milliseconds each, and a short one an hour later.
std::vector<Said> talk(int calls)
{
    std::vector<Said> said;
    for (int i = 0; i < calls; ++i) {
        const QByteArray id = QByteArray::number(i);
        said.push_back(line(std::chrono::milliseconds(20 * i),
                            "{'from':'planner','to':'robot','kind':'request','id':'q" + id +
                                "','conversation_id':'long'}"));
        said.push_back(line(std::chrono::milliseconds(20 * i + 10),
                            "{'from':'robot','to':'planner','kind':'reply','correlation_id':'q" +
                                id + "','conversation_id':'long'}"));
    }
    said.push_back(line(1h, "{'from':'a','to':'b','conversation_id':'short'}"));
    said.push_back(line(1h + 5ms, "{'from':'c','to':'a'}"));
    return said;
}

SequenceMessage arrow(std::int64_t sent, std::int64_t received)
{
    SequenceMessage message;
    message.sent = sent;
    message.received = received;
    return message;
}

} // namespace

class SequenceViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(const std::vector<Said>& said)
            : recorded(said)
            , view({&shared})
            , tester(view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest)
        {
            if (!recorded.waitForAll())
                qFatal("not recorded");
            view.resize(700, 400);
            view.show();
            shared.setSession(recorded.close());
            shared.showAll();
        }
        ~Scene() { shared.setSession(nullptr); }
        Recorded recorded;
        SharedView shared;
        SequenceView view;
        QAbstractItemModelTester tester;
    };

private Q_SLOTS:
    void timeNeverRunsBackAndAQuietStretchIsFolded()
    {
        Sequence sequence;
        sequence.start = 0;
        for (const std::int64_t at : {10, 11, 11, 30, 5'000, 5'010})
            sequence.messages.push_back(arrow(at - 10, at));
        sequence.end = 5'020;
        const SequencePlan plan(sequence, 1);
        for (int i = 0; i < 6; ++i) {
            QVERIFY(plan.sent(i) <= plan.received(i));
            if (i > 0)
                QVERIFY(plan.received(i) >= plan.received(i - 1) + SequencePlan::kRow);
        }
        QCOMPARE(plan.folds().size(), std::size_t(1));
        QCOMPARE(plan.folds().front().end - plan.folds().front().begin, 4'970);
        QVERIFY(plan.received(4) - plan.received(3) < SequencePlan::kFold + 1);
        for (std::int64_t time = 0; time < 5'000; time += 7)
            QVERIFY(plan.yAt(time) <= plan.yAt(time + 7));
        QCOMPARE(plan.timeAt(plan.yAt(30)), 30);
        QCOMPARE(plan.nearest(plan.received(3) + 2), 3);
        const auto [first, last] = plan.visible(plan.received(2) - 1, plan.received(3) + 1);
        QVERIFY(first <= 2 && last >= 4);
        QCOMPARE(SequencePlan(Sequence(), 1).nearest(10), -1);
    }

    void withoutASelectionTheBusiestOfTheWindowIsShown()
    {
        Scene scene(talk(10));
        QTRY_COMPARE(scene.view.model()->rowCount(), 20);
        QVERIFY(scene.view.asText().contains(u"Sequence of long, the busiest in view"_s));
        scene.shared.setWindow({kStart + 50min, kStart + 70min});
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        QVERIFY(scene.view.asText().contains(u"Sequence of short"_s));
    }

    void theConversationOfTheSelectedMessageIsShown()
    {
        Scene scene(talk(10));
        scene.shared.selectMessage(21);
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        scene.shared.selectMessage(3);
        QTRY_COMPARE(scene.view.model()->rowCount(), 20);
        QTRY_COMPARE(scene.view.diagram()->selected(), 2);
        // A message of none leaves what is shown, and nothing is marked in it.
        scene.shared.selectMessage(22);
        QTRY_VERIFY(scene.view.isSettled());
        QCOMPARE(scene.view.model()->rowCount(), 20);
        QCOMPARE(scene.view.diagram()->selected(), -1);
    }

    void clicksAndKeysSelectMessagesForAll()
    {
        Scene scene(talk(10));
        QTRY_COMPARE(scene.view.model()->rowCount(), 20);
        SequenceDiagram* diagram = scene.view.diagram();
        QTest::mouseClick(diagram->viewport(), Qt::LeftButton, {},
                          diagram->endOf(2) - QPoint(40, 0));
        QCOMPARE(scene.shared.selectedMessage(), Seq(3));
        QTest::keyClick(diagram, Qt::Key_Down);
        QCOMPARE(scene.shared.selectedMessage(), Seq(4));
        QTest::keyClick(diagram, Qt::Key_Left); // what it answers
        QCOMPARE(scene.shared.selectedMessage(), Seq(3));
        QTest::keyClick(diagram, Qt::Key_Right); // what answers it
        QCOMPARE(scene.shared.selectedMessage(), Seq(4));
        QTest::keyClick(diagram, Qt::Key_End);
        QCOMPARE(scene.shared.selectedMessage(), Seq(20));
        QTest::keyClick(diagram, Qt::Key_Home);
        QCOMPARE(scene.shared.selectedMessage(), Seq(1));
        QTest::mouseClick(diagram->viewport(), Qt::LeftButton, {}, diagram->headOf(1));
        QVERIFY(index(scene.shared.selectedAgent()) != 0);
        QVERIFY(diagram->accessibleDescription().startsWith(u"Message 1"_s));
    }

    void hundredsScrollAndTheSelectedOneIsRevealed()
    {
        Scene scene(talk(400));
        QTRY_COMPARE(scene.view.model()->rowCount(), 800);
        SequenceDiagram* diagram = scene.view.diagram();
        QVERIFY(diagram->verticalScrollBar()->maximum() > 10'000);
        scene.shared.selectMessage(700);
        QTRY_COMPARE(diagram->selected(), 699);
        const QPoint end = diagram->endOf(699);
        QVERIFY(diagram->viewport()->rect().contains(end));
    }

    void theWheelZoomsAroundWhatIsUnderIt()
    {
        Scene scene(talk(100));
        QTRY_COMPARE(scene.view.model()->rowCount(), 200);
        SequenceDiagram* diagram = scene.view.diagram();
        scene.shared.selectMessage(101);
        QTRY_COMPARE(diagram->selected(), 100);
        const QPoint before = diagram->endOf(100);
        QWheelEvent wheel(before, diagram->viewport()->mapToGlobal(before), {}, {0, 240},
                          Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(diagram->viewport(), &wheel);
        QVERIFY(diagram->zoom() > 1.5);
        QVERIFY(std::abs(diagram->endOf(100).y() - before.y()) <= 2);
        QTest::keyClick(diagram, Qt::Key_0);
        QCOMPARE(diagram->zoom(), 1.0);
    }

    void theTableSaysTheSameAndSelectsToo()
    {
        Scene scene(talk(10));
        QTRY_COMPARE(scene.view.model()->rowCount(), 20);
        QTest::keyClick(scene.view.diagram(), Qt::Key_T);
        QTRY_VERIFY(scene.view.table()->isVisible());
        scene.view.table()->setCurrentIndex(scene.view.model()->index(6, 0));
        QCOMPARE(scene.shared.selectedMessage(), Seq(7));
        QCOMPARE(scene.view.model()->text(1, SequenceModel::TookColumn), u"10 ms"_s);
        QVERIFY(!scene.view.table()->accessibleName().isEmpty());
        SequenceView other({&scene.shared});
        other.restoreState(scene.view.saveState());
        QCOMPARE(other.saveState(), scene.view.saveState());
    }

    void mermaidIsCopied()
    {
        Scene scene(talk(2));
        QTRY_COMPARE(scene.view.model()->rowCount(), 4);
        QTest::keyClick(scene.view.diagram(), Qt::Key_M);
        QCOMPARE(QGuiApplication::clipboard()->text(), scene.view.mermaid());
        QVERIFY(scene.view.mermaid().startsWith(u"sequenceDiagram"_s));
    }

    void withoutConversationsItSaysSo()
    {
        Scene scene({line(0ms, "{'from':'x','to':'y'}")});
        QTRY_COMPARE(scene.view.findChild<EmptyNote*>()->title(), u"No conversation here"_s);
    }
};

QTEST_MAIN(SequenceViewTest)
#include "tst_sequenceview.moc"
