// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/markers.h"
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/markerboard.h"
#include "views/base/sharedview.h"
#include "views/conversations/comparisonmodel.h"
#include "views/conversations/conversationmodel.h"
#include "views/conversations/conversationpage.h"
#include "views/conversations/conversationsview.h"
#include "views/conversations/stepbars.h"
#include "views/conversations/stepmodel.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QTableView>
#include <QTest>
#include <QTreeView>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kTesting = QAbstractItemModelTester::FailureReportingMode::QtTest;

Said message(std::chrono::milliseconds after, QByteArray json)
{
    json.replace('\'', '"');
    return {after, "t", json};
}

/// A call that took so long, with another one within.
std::vector<Said> task(const QByteArray& name, std::chrono::milliseconds from,
                       std::chrono::milliseconds length)
{
    return {
        message(from, "{'kind':'request','type':'plan','from':'gateway','to':'planner','id':'a" +
                          name + "','conversation_id':'" + name + "'}"),
        message(from + 5ms,
                "{'kind':'request','type':'see','from':'planner','to':'vision','id':'b" + name +
                    "','conversation_id':'" + name + "'}"),
        message(from + length - 5ms, "{'kind':'reply','from':'vision','to':'planner',"
                                     "'correlation_id':'b" +
                                         name + "','conversation_id':'" + name + "'}"),
        message(from + length,
                "{'kind':'reply','from':'planner','to':'gateway','correlation_id':'a" + name +
                    "','conversation_id':'" + name + "'}"),
    };
}

} // namespace

class ConversationsViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : view({&shared})
            , rows(view.model(), kTesting)
            , steps(view.page()->steps(), kTesting)
            , comparison(view.page()->comparison(), kTesting)
        {
            view.resize(1100, 400);
            view.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        void pick(const QString& name, Qt::KeyboardModifiers modifiers = {})
        {
            QTableView* list = view.list();
            const QModelIndex index = view.model()->index(view.model()->rowNamed(name), 0);
            QTest::mouseClick(list->viewport(), Qt::LeftButton, modifiers,
                              list->visualRect(index).center());
        }
        SharedView shared;
        ConversationsView view;
        QAbstractItemModelTester rows, steps, comparison;
    };

    static void sayAll(Recorded& recorded, std::initializer_list<std::vector<Said>> tasks)
    {
        for (const std::vector<Said>& one : tasks)
            recorded.say(one);
    }

private Q_SLOTS:
    void withoutConversationsItSaysWhatToDo()
    {
        Recorded recorded({message(0ms, "{'from':'a'}")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY(scene.view.isSettled());
        QCOMPARE(scene.view.findChild<EmptyNote*>()->title(), u"No conversations"_s);
    }

    void aChosenConversationShowsItsCallsAndWhatItWaitedFor()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 50ms)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        scene.pick(u"k1"_s);
        QTRY_VERIFY(scene.view.page()->detail() != nullptr);
        QCOMPARE(scene.view.page()->summary(),
                 u"100 ms = vision 90 + planner queueing 5 + service 5"_s);
        const StepModel* steps = scene.view.page()->steps();
        QCOMPARE(steps->rowCount(), 1);
        const QModelIndex plan = steps->index(0, 0);
        QCOMPARE(steps->rowCount(plan), 1);
        QVERIFY(steps->text(plan).contains(u"plan"_s));
        QVERIFY(steps->data(plan, Qt::AccessibleTextRole).toString().contains(u"critical path"_s));
        QVERIFY(scene.view.asText().contains(u"planner → vision"_s));
    }

    void runsBeginAnewWhenAMarkerIsSet()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 50ms)});
        QVERIFY(recorded.waitForAll());
        const std::shared_ptr<Session> session = recorded.close();
        Scene scene;
        scene.shared.setSession(session);
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        Q_EMIT scene.view.rule()->textActivated(u"marker"_s);
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        const Marker marker{toNs(kStart + 150ms), u"second try"_s, 0};
        QVERIFY(noteMarkers(*session->source(), {marker}));
        MarkerBoard::of(&scene.shared)->set({marker});
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        QVERIFY(scene.view.model()->rowNamed(u"1 second try"_s) >= 0);
    }

    void aConversationCanBeHeldAgainstTheRest()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 50ms)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        scene.pick(u"k1"_s);
        QTRY_VERIFY(scene.view.picked().has_value());
        const Region picked = *scene.view.picked();
        QCOMPARE(picked.title, u"k1"_s);
        MatchRequest request;
        request.filter = *parseFilter(picked.filterText(), scene.shared.session()->seen().time);
        QVERIFY(request.filter);
        QCOMPARE(scene.shared.session()->search(request).result()->seqs.size(), std::size_t(4));
    }

    void aStepSelectsItsMessageAndReturnShowsItsStretch()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 50ms)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        scene.pick(u"k1"_s);
        QTRY_VERIFY(scene.view.page()->detail() != nullptr);
        QTreeView* tree = scene.view.page()->tree();
        const QModelIndex see = scene.view.page()->steps()->indexOf(1);
        QTest::mouseClick(tree->viewport(), Qt::LeftButton, {}, tree->visualRect(see).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(2));
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(scene.shared.window().begin, kStart + 5ms - 9ms);
        QCOMPARE(scene.shared.window().end, kStart + 95ms + 9ms);
        // The list does so with the whole.
        scene.view.list()->setFocus();
        QTest::keyClick(scene.view.list(), Qt::Key_Return);
        QCOMPARE(scene.shared.window().begin, kStart - 10ms);
        QCOMPARE(scene.shared.selectedMessage(), Seq(1));
    }

    void aMessageSelectedElsewhereShowsItsConversation()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 50ms)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        scene.shared.selectMessage(6);
        QTRY_VERIFY(scene.view.page()->detail() != nullptr);
        QCOMPARE(scene.view.page()->detail()->name, u"k2"_s);
        const StepModel* steps = scene.view.page()->steps();
        QCOMPARE(steps->step(scene.view.page()->tree()->currentIndex())->seq, Seq(6));
        QTRY_VERIFY(scene.view.list()->selectionModel()->isRowSelected(
            scene.view.model()->rowNamed(u"k2"_s)));
    }

    void theListIsSortedAndFilteredAsOneTypes()
    {
        Recorded recorded;
        sayAll(recorded, {task("long", 0ms, 300ms), task("short", 1ms, 50ms)});
        recorded.say({message(500ms, "{'kind':'error','from':'x','conversation_id':'bad'}")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 3);
        scene.view.list()->horizontalHeader()->setSortIndicator(ConversationModel::DurationColumn,
                                                                Qt::DescendingOrder);
        QTRY_COMPARE(scene.view.model()->text(0, 0), u"long"_s);
        scene.view.list()->horizontalHeader()->setSortIndicator(ConversationModel::NameColumn,
                                                                Qt::AscendingOrder);
        QTRY_COMPARE(scene.view.model()->text(0, 0), u"bad"_s);
        scene.view.search()->setText(u"failed"_s);
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        scene.view.search()->setText(u"gateway"_s);
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        const auto filter = parseFilter(u"type == see and conversation == long", {});
        QVERIFY(filter);
        scene.view.search()->clear();
        scene.shared.setFilter(*filter);
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        QCOMPARE(scene.view.model()->text(0, 0), u"long"_s);
    }

    void twoChosenStandBesideEachOther()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 400ms)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        scene.pick(u"k1"_s);
        scene.pick(u"k2"_s, Qt::ControlModifier);
        QTRY_VERIFY(scene.view.page()->isComparing());
        QCOMPARE(scene.view.page()->comparison()->facts(), u"2 slower"_s);
        QCOMPARE(scene.view.page()->comparison()->messageOf(1), Seq(6));
        scene.pick(u"k1"_s);
        QTRY_VERIFY(!scene.view.page()->isComparing());
    }

    void aRunningRecordingGrowsRowsAndTheTree()
    {
        Recorded recorded(task("k1", 0ms, 100ms));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        scene.pick(u"k1"_s);
        QTRY_VERIFY(scene.view.page()->detail() != nullptr);
        sayAll(recorded, {task("k2", 200ms, 50ms)});
        recorded.say({message(300ms, "{'kind':'event','from':'a','conversation_id':'k1'}")});
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        QTRY_COMPARE(scene.view.page()->detail()->messages.size(), 5u);
        QVERIFY(scene.view.list()->selectionModel()->isRowSelected(
            scene.view.model()->rowNamed(u"k1"_s)));
    }

    void anotherRuleMakesOtherConversations()
    {
        Recorded recorded;
        sayAll(recorded, {task("k1", 0ms, 100ms), task("k2", 200ms, 50ms)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 2);
        const auto choose = [&](const QString& rule) {
            scene.view.rule()->setCurrentText(rule);
            Q_EMIT scene.view.rule()->textActivated(rule);
        };
        choose(u"run"_s);
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        QCOMPARE(scene.view.model()->conversation(0)->messages, 8);
        choose(u"mood"_s);
        QTRY_VERIFY(scene.view.findChild<EmptyNote*>()->sentence().contains(u"payload.<path>"_s));
        // It is kept.
        choose(u"payload.x"_s);
        SharedView shared;
        ConversationsView other({&shared});
        other.restoreState(scene.view.saveState());
        QCOMPARE(other.rule()->currentText(), u"payload.x"_s);
    }

    void theStripTellsWhatLiesUnderThePointer()
    {
        Recorded recorded(task("k1", 0ms, 100ms));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_COMPARE(scene.view.model()->rowCount(), 1);
        scene.pick(u"k1"_s);
        QTRY_VERIFY(scene.view.page()->detail() != nullptr);
        PathStrip* strip = scene.view.page()->strip();
        const int middle = strip->width() / 2;
        QVERIFY(strip->segmentAt(middle) >= 0);
        QCOMPARE(strip->segmentAt(0), -1);
        QTest::mouseClick(strip, Qt::LeftButton, {}, {middle, strip->height() / 2});
        QCOMPARE(scene.shared.selectedMessage(), Seq(2));
        QVERIFY(strip->accessibleDescription().contains(u"vision"_s));
    }
};

QTEST_MAIN(ConversationsViewTest)
#include "tst_conversationsview.moc"
