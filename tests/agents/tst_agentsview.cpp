// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/agents/agentmodel.h"
#include "views/agents/agentsview.h"
#include "views/agents/statemodel.h"
#include "views/agents/stateview.h"
#include "views/agents/statusband.h"
#include "views/base/agentnaming.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"

#include <QLineEdit>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QTreeView>
#include <QUndoStack>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

Said state(std::chrono::milliseconds after, const QByteArray& from, const QByteArray& payload)
{
    return said(after, "state",
                "{\"from\":\"" + from +
                    "\",\"kind\":\"state\",\"site\":\"berlin\",\"payload\":" + payload + "}");
}

std::vector<Said> warehouse()
{
    std::vector<Said> all{
        state(0ms, "robot-1", "{\"battery\":0.9,\"owner\":\"a\"}"),
        state(10ms, "robot-2", "{\"battery\":0.5}"), state(1000ms, "robot-1", "{\"owner\":\"b\"}"),
        said(1500ms, "calls",
             "{\"from\":\"robot-1\",\"to\":\"vision\",\"kind\":\"request\",\"id\":\"q1\"}")};
    // Somebody goes on speaking, so that the recording is a minute long and robot-1 is silent.
    for (int s = 2; s < 60; ++s)
        all.push_back(state(std::chrono::seconds(s), "robot-2", "{\"battery\":0.4}"));
    return all;
}

} // namespace

class AgentsViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : list({&shared})
            , state({&shared})
        {
            list.resize(300, 400);
            state.resize(400, 400);
            list.show();
            state.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        [[nodiscard]] bool settle() const
        {
            return QTest::qWaitFor([this] { return list.isSettled() && state.isSettled(); },
                                   10'000);
        }
        [[nodiscard]] QString value(const QString& key) const
        {
            for (const StateRow& row : state.model()->rows()) {
                if (row.key == key)
                    return row.value +
                           (row.was.isEmpty() ? QString() : QStringLiteral(" was ") + row.was);
            }
            return {};
        }
        SharedView shared;
        AgentsView list;
        StateView state;
    };

private Q_SLOTS:
    void emptyPanesSayHowToFillThem()
    {
        Scene scene;
        QVERIFY(!scene.list.findChild<EmptyNote*>()->sentence().isEmpty());
        QVERIFY(!scene.state.findChild<EmptyNote*>()->sentence().isEmpty());
        Recorded recorded;
        scene.shared.setSession(recorded.close());
        QCOMPARE(scene.list.findChild<EmptyNote*>()->title(), QStringLiteral("No agent yet"));
        QCOMPARE(scene.state.findChild<EmptyNote*>()->title(), QStringLiteral("No agent selected"));
    }

    void theListSaysWhoIsSilent()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.list.model()->agents(), 3);
        const QString text = scene.list.asText();
        QVERIFY2(text.contains(QStringLiteral("berlin\trobot-1\tsilent")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("berlin\trobot-2\twell")), qPrintable(text));
    }

    void pickingAnAgentSelectsItEverywhere()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.list.model()->agents(), 3);
        QTreeView* tree = scene.list.tree();
        const QModelIndex group = tree->model()->index(0, 0);
        QVERIFY(tree->isExpanded(group));
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {},
                          tree->visualRect(tree->model()->index(0, 0, group)).center());
        const AgentId robot = scene.shared.session()->dictionaries()->findAgent("robot-1");
        QCOMPARE(scene.shared.selectedAgent(), robot);
        QCOMPARE(scene.state.agent(), robot);
        scene.shared.selectAgent(scene.shared.session()->dictionaries()->findAgent("robot-2"));
        QCOMPARE(tree->currentIndex().data().toString(), QStringLiteral("robot-2"));
    }

    void typingFiltersAndFoldsAreKept()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.list.model()->agents(), 3);
        QTreeView* tree = scene.list.tree();
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {},
                          tree->visualRect(tree->model()->index(0, 0)).center());
        QVERIFY(!tree->isExpanded(tree->model()->index(0, 0)));
        QTest::keyClicks(scene.list.filterEdit(), QStringLiteral("robot-2"));
        QCOMPARE(tree->model()->rowCount(tree->model()->index(0, 0)), 1);
        QVERIFY(tree->isExpanded(tree->model()->index(0, 0)));
        scene.list.filterEdit()->setText(QStringLiteral("nobody"));
        QCOMPARE(scene.list.findChild<EmptyNote*>()->title(), QStringLiteral("No agent matches"));
        scene.list.filterEdit()->clear();
        QVERIFY(!tree->isExpanded(tree->model()->index(0, 0)));

        scene.list.setOrder(AgentOrder::By::Errors);
        Scene other;
        other.list.restoreState(scene.list.saveState());
        QCOMPARE(other.list.model()->metric(), AgentModel::Metric::Errors);
        other.shared.setSession(scene.shared.session() ? recorded.session() : nullptr);
        QTRY_COMPARE(other.list.model()->agents(), 3);
        QVERIFY(!other.list.tree()->isExpanded(other.list.tree()->model()->index(0, 0)));
    }

    void stateIsThatOfThePlayhead()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectAgent(scene.shared.session()->dictionaries()->findAgent("robot-1"));
        scene.shared.setPlayhead(kStart + 500ms);
        QTRY_COMPARE(scene.value(QStringLiteral("owner")), QStringLiteral("a"));
        scene.shared.setPlayhead(kStart + 2s);
        QTRY_COMPARE(scene.value(QStringLiteral("owner")), QStringLiteral("b was a"));
        QCOMPARE(scene.value(QStringLiteral("battery")), QStringLiteral("0.9"));
        QVERIFY(scene.settle());
        QVERIFY2(scene.state.asText().contains(
                     QStringLiteral("open calls\t1, oldest 500 ms, to vision")),
                 qPrintable(scene.state.asText()));
        scene.shared.setPlayhead(kStart + 50s);
        QTRY_VERIFY2(scene.state.asText().contains(QStringLiteral("silent")),
                     qPrintable(scene.state.asText()));
        QTRY_VERIFY(
            std::ranges::any_of(scene.state.band()->segments(), [](const BandSegment& segment) {
                return segment.what == BandSegment::What::Silent;
            }));
    }

    void aMailboxHoldsWhatIsOwed()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectAgent(scene.shared.session()->dictionaries()->findAgent("vision"));
        scene.shared.setPlayhead(kStart + 2s);
        QTRY_VERIFY2(scene.state.asText().contains(
                         QStringLiteral("mailbox\t1 unanswered, oldest 500 ms, from robot-1")),
                     qPrintable(scene.state.asText()));
    }

    void aValueLeadsToTheMessageThatSetIt()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectAgent(scene.shared.session()->dictionaries()->findAgent("robot-1"));
        scene.shared.setPlayhead(kStart + 2s);
        QTRY_COMPARE(scene.state.model()->rowCount(), 2);
        auto* table = scene.state.findChild<QTableView*>();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(1, 1)).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(3));
    }

    void withoutAnAgentTheReceiverOfTheMessageIsShown()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(4);
        QTRY_COMPARE(scene.state.agent(),
                     scene.shared.session()->dictionaries()->findAgent("vision"));
        scene.state.pin()->setChecked(true);
        scene.shared.selectMessage(1);
        QVERIFY(scene.settle());
        QCOMPARE(scene.state.agent(), scene.shared.session()->dictionaries()->findAgent("vision"));
        scene.state.pin()->setChecked(false);
        QTRY_COMPARE(scene.state.agent(),
                     scene.shared.session()->dictionaries()->findAgent("robot-1"));
    }

    void agentsAreMergedAndFoundByTheirOldNames()
    {
        Recorded recorded(warehouse());
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.list.model()->agents(), 3);
        QTreeView* tree = scene.list.tree();
        const QModelIndex berlin = tree->model()->index(0, 0);
        QCOMPARE(tree->model()->rowCount(berlin), 2);
        tree->setCurrentIndex(tree->model()->index(0, 0, berlin));
        tree->selectionModel()->select(tree->model()->index(1, 0, berlin),
                                       QItemSelectionModel::Select);
        QTest::keyClick(tree, Qt::Key_F2);
        auto* dialog = scene.list.findChild<NameDialog*>();
        QVERIFY(dialog);
        dialog->edit()->setText(QStringLiteral("twins"));
        QTest::keyClick(dialog->edit(), Qt::Key_Return);
        QTRY_COMPARE(scene.list.model()->agents(), 2);
        QTRY_VERIFY(scene.list.asText().contains(QStringLiteral("twins")));
        scene.list.filterEdit()->setText(QStringLiteral("robot-2"));
        QVERIFY(scene.list.asText().contains(QStringLiteral("twins")));
        QVERIFY(!scene.list.asText().contains(QStringLiteral("\tvision\t")));
        scene.list.filterEdit()->clear();
        scene.shared.undoStack()->undo();
        QTRY_COMPARE(scene.list.model()->agents(), 3);
    }

    void agentsThatAppearLiveAreListed()
    {
        Recorded recorded({state(0ms, "robot-1", "{}")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        QTRY_COMPARE(scene.list.model()->agents(), 1);
        recorded.say({state(10ms, "robot-2", "{}")});
        QTRY_COMPARE(scene.list.model()->agents(), 2);
    }
};

QTEST_MAIN(AgentsViewTest)
#include "tst_agentsview.moc"
