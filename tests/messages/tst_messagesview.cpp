// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/bookmarks.h"
#include "support/recorded.h"
#include "views/base/bookmarkboard.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/messages/diffpane.h"
#include "views/messages/hexview.h"
#include "views/messages/inspectorview.h"
#include "views/messages/jsonmodel.h"
#include "views/messages/messagemodel.h"
#include "views/messages/messagesview.h"
#include "views/messages/messagetable.h"
#include "views/messages/messagetext.h"
#include "views/messages/payloadpane.h"
#include "views/messages/whylist.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;

namespace {

std::vector<Said> events(int count, int first = 0)
{
    std::vector<Said> all;
    for (int i = first; i < first + count; ++i)
        all.push_back(said(std::chrono::milliseconds(i * 10), i % 10 == 0 ? "rare" : "often",
                           "{\"from\":\"agent-" + QByteArray::number(i % 3) +
                               "\",\"kind\":\"event\",\"payload\":{\"n\":" + QByteArray::number(i) +
                               "}}"));
    return all;
}

FilterPtr filterOf(const QString& text)
{
    const auto filter = parseFilter(text, {});
    return filter ? *filter : nullptr;
}

} // namespace

class MessagesViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        Scene()
            : table({&shared})
            , inspector({&shared})
        {
            table.resize(900, 400);
            inspector.resize(380, 600);
            table.show();
            inspector.show();
        }
        ~Scene() { shared.setSession(nullptr); }
        [[nodiscard]] bool settle() const
        {
            return QTest::qWaitFor([this] { return table.isSettled() && inspector.isSettled(); },
                                   10'000);
        }
        SharedView shared;
        MessagesView table;
        InspectorView inspector;
    };

private Q_SLOTS:
    void emptyPanesSayHowToFillThem()
    {
        Scene scene;
        QVERIFY(!scene.table.findChild<EmptyNote*>()->sentence().isEmpty());
        QVERIFY(!scene.inspector.findChild<EmptyNote*>()->title().isEmpty());
        Recorded recorded;
        scene.shared.setSession(recorded.session());
        QVERIFY(
            scene.table.findChild<EmptyNote*>()->sentence().contains(QStringLiteral("Listening")));
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.table.findChild<EmptyNote*>()->sentence().contains(QStringLiteral("empty")));
    }

    void theRowsInViewAreTheText()
    {
        Recorded recorded(events(3));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY2(scene.table.asText().contains(QStringLiteral("agent-2\t\toften\t\t{\"n\":2}")),
                     qPrintable(scene.table.asText()));
        QCOMPARE(scene.table.facts(), QStringLiteral("3 messages"));
    }

    void pickingARowSelectsTheMessageAndMovesThePlayhead()
    {
        Recorded recorded(events(200));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.settle());
        scene.table.table()->setTopRow(0);
        QTRY_VERIFY(scene.table.model()->message(3) != nullptr);
        QTableView* view = scene.table.table()->view();
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                          view->visualRect(view->model()->index(3, 0)).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(4));
        QCOMPARE(scene.shared.playhead(), kStart + 30ms);
        QTRY_VERIFY(scene.inspector.detail() != nullptr);
        QCOMPARE(scene.inspector.detail()->row.seq, Seq(4));
    }

    void theSelectedRowsAreWhatDiffersIsAskedOf()
    {
        Recorded recorded(events(200));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.settle());
        scene.table.table()->setCurrentRow(20);
        QVERIFY(!scene.table.picked()); // one has nothing in common
        scene.shared.setFilter(filterOf(QStringLiteral("topic == \"rare\"")));
        QTRY_COMPARE(scene.table.model()->rowCount(), 20);
        QVERIFY(scene.settle());
        scene.table.table()->setCurrentRow(2);
        QTest::keyClick(scene.table.table()->view(), Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(scene.table.table()->view(), Qt::Key_Down, Qt::ShiftModifier);
        const auto picked = scene.table.picked();
        QVERIFY(picked);
        QCOMPARE(picked->condition, QStringLiteral("seq >= 21 and seq <= 41"));
        QCOMPARE(picked->title, QStringLiteral("3 selected messages"));
    }

    void theSelectionOfOthersIsShown()
    {
        Recorded recorded(events(5'000));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.settle());
        scene.shared.selectMessage(2'500);
        QCOMPARE(scene.table.table()->currentRow(), 2'499);
        const int top = scene.table.table()->topRow();
        QVERIFY(top <= 2'499 && 2'499 < top + scene.table.table()->fullRows());
    }

    void thePlayheadOfOthersScrollsTheTable()
    {
        Recorded recorded(events(5'000));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.settle());
        scene.shared.setPlayhead(kStart + 10s);
        QTRY_VERIFY(scene.table.table()->topRow() <= 1'000 &&
                    1'000 < scene.table.table()->topRow() + scene.table.table()->fullRows());
    }

    void aLiveTableFollowsTheEndUntilItIsScrolled()
    {
        Recorded recorded(events(100));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        QCOMPARE(scene.shared.mode(), SharedView::Mode::Live);
        recorded.say(events(100, 100));
        QTRY_COMPARE(scene.table.model()->rowCount(), 200);
        QVERIFY(scene.table.table()->isAtEnd());
        QTRY_VERIFY(scene.table.model()->message(199) != nullptr);

        scene.table.table()->setTopRow(10);
        Q_EMIT scene.table.table()->scrolledByHand();
        recorded.say(events(100, 200));
        QTRY_COMPARE(scene.table.model()->rowCount(), 300);
        QCOMPARE(scene.table.table()->topRow(), 10);
        QVERIFY2(scene.table.facts().contains(QStringLiteral("newer below")),
                 qPrintable(scene.table.facts()));
    }

    void aFilterShowsItsMatchesAndGrowsWithThem()
    {
        Recorded recorded(events(1'000));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        scene.shared.setFilter(filterOf(QStringLiteral("topic == \"rare\"")));
        QTRY_COMPARE(scene.table.model()->rowCount(), 100);
        QCOMPARE(scene.table.model()->seqAt(1), Seq(11));
        QVERIFY(scene.table.facts().startsWith(QStringLiteral("100 of 1,000 match")));
        recorded.say(events(10, 1'000));
        QTRY_COMPARE(scene.table.model()->rowCount(), 101);
        scene.shared.setFilter(filterOf(QStringLiteral("topic == \"never\"")));
        QTRY_COMPARE(scene.table.findChild<EmptyNote*>()->title(),
                     QStringLiteral("No message matches"));
        scene.shared.setFilter(nullptr);
        QCOMPARE(scene.table.model()->rowCount(), 1'010);
        QVERIFY(scene.table.findChild<EmptyNote*>()->isHidden());
    }

    void rowsAreCopiedAsTextAndAsJson()
    {
        Recorded recorded(events(20));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QVERIFY(scene.settle());
        scene.table.table()->setCurrentRow(1);
        scene.table.table()->setCurrentRow(2, true);
        QApplication::clipboard()->clear();
        QTest::keyClick(scene.table.table()->view(), Qt::Key_C, Qt::ControlModifier);
        QTRY_COMPARE(QApplication::clipboard()->text(),
                     QStringLiteral(
                         "2026-05-21T04:17:00.010000000Z\tevent\tagent-1\t\toften\t\t{\"n\":1}\n"
                         "2026-05-21T04:17:00.020000000Z\tevent\tagent-2\t\toften\t\t{\"n\":2}\n"));
        scene.table.copyRowsAsJson();
        QTRY_VERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("{\"seq\":2,")));
        QCOMPARE(QApplication::clipboard()->text().count(QLatin1Char('\n')), 2);
        QVERIFY(
            QApplication::clipboard()->text().contains(QStringLiteral("\"payload\":{\"n\":2}}")));
        const std::vector<MessageRow> rows{*scene.table.model()->message(1)};
        QCOMPARE(rowsAsCsv(*scene.table.model(), rows),
                 QStringLiteral("time,kind,from,to,topic,latency,payload\r\n"
                                "2026-05-21T04:17:00.010000000Z,event,agent-1,,often,,"
                                "\"{\"\"n\"\":1}\"\r\n"));
        QCOMPARE(rowsAsMarkdown(*scene.table.model(), rows).section(QLatin1Char('\n'), 2, 2),
                 QStringLiteral("| 2026-05-21T04:17:00.010000000Z | event | agent-1 |  | often |  "
                                "| `{\"n\":1}` |"));
    }

    void columnsAreSaved()
    {
        Scene scene;
        QHeaderView* header = scene.table.table()->view()->horizontalHeader();
        header->setSectionHidden(MessageModel::Size, false);
        header->setSectionHidden(MessageModel::To, true);
        Scene other;
        other.table.restoreState(scene.table.saveState());
        const QHeaderView* restored = other.table.table()->view()->horizontalHeader();
        QVERIFY(!restored->isSectionHidden(MessageModel::Size));
        QVERIFY(restored->isSectionHidden(MessageModel::To));
        other.table.restoreState("nonsense");
    }

    void columnsOfAnyFieldAreAddedAndSaved()
    {
        Recorded recorded({said(0ms, "often", R"({"from":"a","payload":{"task":{"id":7}}})"),
                           said(10ms, "often", R"({"from":"b","payload":{"task":{"id":8}}})")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        Scene scene;
        scene.shared.setSession(session);
        QVERIFY(scene.table.model()->addColumn(
            *MessageField::named(QStringLiteral("payload.task.id"))));
        const int column = scene.table.model()->columnCount() - 1;
        QTRY_COMPARE(scene.table.model()->index(1, column).data().toString(), QStringLiteral("8"));
        QVERIFY(scene.table.asText().contains(QStringLiteral("payload.task.id")));
        scene.table.table()->view()->horizontalHeader()->resizeSection(column, 177);
        Scene other;
        other.shared.setSession(session);
        other.table.restoreState(scene.table.saveState());
        QCOMPARE(other.table.model()->added().size(), std::size_t(1));
        QCOMPARE(other.table.table()->view()->horizontalHeader()->sectionSize(column), 177);
        QTRY_COMPARE(other.table.model()->index(0, column).data().toString(), QStringLiteral("7"));
        // A cell is a filter.
        QVERIFY(other.shared.narrow(other.table.model()->conditionOf(0, column)).ok());
        QTRY_COMPARE(other.table.model()->rowCount(), 1);
        QTRY_COMPARE(other.table.model()->conditionOf(0, MessageModel::From),
                     QStringLiteral("from == \"a\""));
    }

    void theInspectorSaysWhyAReplyExists()
    {
        Recorded recorded(call(0ms, 30ms, "planner", "vision", 1));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(2);
        QTRY_VERIFY(scene.inspector.detail() != nullptr);
        QVERIFY(scene.settle());
        const auto& rows = scene.inspector.why()->rows()->rows();
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].relation, WhyRow::Relation::Cause);
        QCOMPARE(rows[0].who, QStringLiteral("planner → vision"));
        QCOMPARE(rows[0].offset, nanoseconds(-30ms));
        QCOMPARE(rows[1].relation, WhyRow::Relation::This);
        // The cause can be followed, and its effect is the way back.
        WhyList* why = scene.inspector.why();
        QTest::mouseClick(why->viewport(), Qt::LeftButton, {},
                          why->visualRect(why->rows()->index(0)).center());
        QCOMPARE(scene.shared.selectedMessage(), Seq(1));
        QTRY_COMPARE(scene.inspector.detail()->row.seq, Seq(1));
        QCOMPARE(why->rows()->rows().back().relation, WhyRow::Relation::Effect);
    }

    void theInspectorShowsPayloadEnvelopeRawAndHex()
    {
        Recorded recorded(
            {said(0ms, "news",
                  R"({"from":"a","kind":"event","payload":{"task":{"owner":"r7"},"n":1.50}})")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(1);
        QTRY_VERIFY(scene.inspector.payload()->model()->rowCount() == 2);
        scene.inspector.payload()->search()->setText(QStringLiteral("r7"));
        QCOMPARE(scene.inspector.payload()->model()->rowCount(), 1);
        scene.inspector.tabs()->setCurrentIndex(1);
        QVERIFY(scene.inspector.asText().contains(QStringLiteral("topic\tnews")));
        scene.inspector.tabs()->setCurrentIndex(3);
        QVERIFY(scene.inspector.findChild<HexView*>()->asText().startsWith(
            QStringLiteral("000000  7b 22 66")));
    }

    void aMessageIsComparedWithThePreviousOfItsTopic()
    {
        Recorded recorded(
            {said(0ms, "task", R"({"from":"a","payload":{"owner":"r7","n":1,"list":[1,2]}})"),
             said(10ms, "news", R"({"from":"b","payload":{"owner":"other"}})"),
             said(20ms, "task", R"({"from":"b","payload":{"owner":"r9","list":[1],"x":true}})")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        DiffPane* diff = scene.inspector.diff();
        scene.inspector.tabs()->setCurrentIndex(4);
        scene.shared.selectMessage(3);
        QTRY_COMPARE(diff->other(), Seq(1));
        QTRY_VERIFY(diff->isSettled());
        QCOMPARE(diff->asText(),
                 QStringLiteral("message 1, 20 ms before: 2 changed, 1 added, 2 removed\n"
                                "△ from\ta\tb\n"
                                "△ payload.owner\t\"r7\"\t\"r9\"\n"
                                "− payload.n\t1\t\n"
                                "− payload.list[1]\t2\t\n"
                                "+ payload.x\t\ttrue"));
        QVERIFY(scene.inspector.asText().contains(QStringLiteral("△ payload.owner")));
        diff->setAgainst(DiffPane::Against::Agent);
        QTRY_COMPARE(diff->other(), Seq(2));
        diff->setAgainst(DiffPane::Against::AgentOnTopic);
        QTRY_COMPARE(diff->note(), QStringLiteral("There is none before it."));
        diff->setAgainst(DiffPane::Against::Call);
        QTRY_COMPARE(diff->note(), QStringLiteral("This message is no end of a call."));
    }

    void anyTwoMessagesAreCompared()
    {
        Recorded recorded(events(20));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        QTRY_VERIFY(scene.table.isSettled());
        scene.table.table()->setCurrentRow(3);
        scene.table.compareRows(); // one alone is held
        scene.shared.selectMessage(9);
        QVERIFY(scene.settle());
        QTest::keyClick(scene.table.table()->view(), Qt::Key_Equal);
        QCOMPARE(scene.inspector.tabs()->currentIndex(), 4);
        QTRY_COMPARE(scene.inspector.diff()->other(), Seq(4));
        QTRY_VERIFY(scene.inspector.diff()->asText().contains(QStringLiteral("payload.n\t3\t8")));
        // Two that are selected need no holding; the earlier one stands on the left.
        scene.table.table()->setCurrentRow(12);
        scene.table.table()->setCurrentRow(14, true);
        scene.table.compareRows();
        QCOMPARE(scene.shared.selectedMessage(), Seq(15));
        QTRY_COMPARE(scene.inspector.diff()->other(), Seq(13));
        QTRY_VERIFY(scene.inspector.diff()->asText().contains(QStringLiteral("payload.n\t12\t14")));
        // What is compared with is kept with the window.
        Scene other;
        other.inspector.restoreState(scene.inspector.saveState());
        QCOMPARE(other.inspector.diff()->against(), DiffPane::Against::Held);
    }

    void messagesAreBookmarkedAndGoneBackTo()
    {
        Recorded recorded(events(20));
        QVERIFY(recorded.waitForAll());
        const std::shared_ptr<Session> session = recorded.close();
        Scene scene;
        scene.shared.setSession(session);
        const BookmarkBoard* board = BookmarkBoard::of(&scene.shared);
        QTRY_VERIFY(scene.settle() && board->isSettled());
        QWidget* body = scene.table.table()->view();
        const auto bookmark = [&](Seq seq) {
            scene.shared.selectMessage(seq);
            QTest::keyClick(body, Qt::Key_B);
            return QTest::qWaitFor([&] { return board->isSettled(); });
        };
        QVERIFY(bookmark(5));
        QVERIFY(bookmark(10));
        QCOMPARE(board->messages(), (std::vector<Seq>{5, 10}));
        const MessageModel* model = scene.table.model();
        QVERIFY(model->index(4, 0).data(MessageModel::IsBookmarkedRole).toBool());
        QVERIFY(!model->index(5, 0).data(MessageModel::IsBookmarkedRole).toBool());
        scene.shared.selectMessage(1);
        QTest::keyClick(body, Qt::Key_N);
        QCOMPARE(scene.shared.selectedMessage(), Seq(5));
        QTRY_COMPARE(scene.shared.playhead(), kStart + 40ms);
        QTest::keyClick(body, Qt::Key_N);
        QTest::keyClick(body, Qt::Key_N); // there is no other
        QCOMPARE(scene.shared.selectedMessage(), Seq(10));
        QTest::keyClick(body, Qt::Key_N, Qt::ShiftModifier);
        QCOMPARE(scene.shared.selectedMessage(), Seq(5));
        // Kept beside the recording, and taken away the same way.
        scene.shared.setSession(nullptr);
        QVERIFY(board->messages().empty());
        scene.shared.setSession(session);
        QTRY_COMPARE(board->messages(), (std::vector<Seq>{5, 10}));
        QVERIFY(bookmark(5));
        QCOMPARE(board->messages(), (std::vector<Seq>{10}));
        const auto kept = bookmarksOf(*session->source());
        QCOMPARE(kept->size(), std::size_t(1));
    }

    void textIsComparedByLine()
    {
        const QString before = QStringLiteral("one\ntwo\nthree\nfour");
        const QString after = QStringLiteral("one\nthree\nand a half\nfour");
        const auto rows = lineDifferences(before, after, 10);
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0], (DiffRow{DiffRow::Is::Removed, QStringLiteral("line 2"),
                                   QStringLiteral("two"), QString(), false}));
        QCOMPARE(rows[1], (DiffRow{DiffRow::Is::Added, QStringLiteral("line 3"), QString(),
                                   QStringLiteral("and a half"), false}));
        QVERIFY(lineDifferences(before, before, 10).empty());
        QCOMPARE(lineDifferences(before, QString(), 3).size(), std::size_t(3));
    }

    void whatCannotBeDecodedSaysWhyAndKeepsItsBytes()
    {
        Recorded recorded({said(0ms, "news", "{\"from\": oops")});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(1);
        QTRY_VERIFY(scene.inspector.detail() != nullptr);
        bool isSaid = false;
        for (const QLabel* label : scene.inspector.findChildren<QLabel*>())
            isSaid = isSaid || label->text().contains(QStringLiteral("Could not be decoded: "));
        QVERIFY(isSaid);
        QVERIFY(scene.inspector.payload()->asText().contains(QStringLiteral("oops")));
        QVERIFY(scene.inspector.payload()->note().contains(QStringLiteral("at byte")));
    }

    void anAnswerThatComesLaterIsAdded()
    {
        const auto all = call(0ms, 30ms, "planner", "vision", 1);
        Recorded recorded({all[0]});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.session());
        scene.shared.selectMessage(1);
        QTRY_VERIFY(scene.inspector.detail() != nullptr);
        QVERIFY(scene.inspector.detail()->effects.empty());
        recorded.say({all[1]});
        // Growth after the reply is what makes it look again, at most twice a second.
        int more = 0;
        QVERIFY(QTest::qWaitFor(
            [&] {
                recorded.say(events(1, 100 + more++));
                QTest::qWait(50);
                return !scene.inspector.detail()->effects.empty();
            },
            10'000));
        QCOMPARE(scene.inspector.detail()->effects.front().row.seq, Seq(2));
    }

    void aPinnedInspectorStays()
    {
        Recorded recorded(events(3));
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(1);
        QTRY_VERIFY(scene.inspector.detail() != nullptr);
        QToolButton* pin = nullptr;
        for (QToolButton* button : scene.inspector.findChildren<QToolButton*>())
            pin = button->text() == QStringLiteral("Pin") ? button : pin;
        QVERIFY(pin != nullptr);
        pin->setChecked(true);
        scene.shared.selectMessage(2);
        QVERIFY(scene.settle());
        QCOMPARE(scene.inspector.detail()->row.seq, Seq(1));
        pin->setChecked(false);
        QTRY_COMPARE(scene.inspector.detail()->row.seq, Seq(2));
    }

    void aLargePayloadIsReadInTheBackground()
    {
        QByteArray payload = "{\"from\":\"a\",\"kind\":\"event\",\"payload\":[";
        for (int i = 0; i < 300'000; ++i)
            payload += QByteArray::number(i) + ',';
        payload += "0]}";
        Recorded recorded({said(0ms, "big", payload)});
        QVERIFY(recorded.waitForAll());
        Scene scene;
        scene.shared.setSession(recorded.close());
        scene.shared.selectMessage(1);
        QTRY_COMPARE(scene.inspector.payload()->model()->rowCount(), 300'001);
        QVERIFY(scene.settle());
        scene.shared.selectMessage(0);
        QVERIFY(scene.inspector.detail() == nullptr);
    }
};

QTEST_MAIN(MessagesViewTest)
#include "tst_messagesview.moc"
