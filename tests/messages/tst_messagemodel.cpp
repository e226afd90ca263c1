// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/envelope.h"
#include "views/messages/messagemodel.h"
#include "views/messages/messagesearch.h"
#include "views/messages/messagetable.h"
#include "views/messages/messagetext.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QPromise>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "query/messagefield.h"
#include "recording/columns.h"

#include <deque>

using namespace murmur;

namespace {

/// A session's rows() whose answers come when the test says so.
class Rows
{
public:
    MessageModel::Fetch fetch()
    {
        return [this](const RowRequest& request) {
            Question& question = m_questions.emplace_back();
            question.request = request;
            question.promise.start();
            return question.promise.future();
        };
    }
    AgentId answerer{}; ///< who has answered all of them
    Flags flags = 0;    ///< of all of them; without a payload when it was withheld
    [[nodiscard]] int asked() const { return static_cast<int>(m_questions.size()); }
    [[nodiscard]] const RowRequest& last() const { return m_questions.back().request; }

    void answer(int question = -1)
    {
        Question& asked =
            question < 0 ? m_questions.back() : m_questions[static_cast<std::size_t>(question)];
        std::vector<MessageRow> rows;
        const auto add = [&](Seq seq) {
            MessageRow row;
            row.seq = seq;
            row.time = fromNs(seq * 1'000'000);
            row.answerer = answerer;
            row.flags = flags;
            if ((flags & Flag::Withheld) == 0)
                row.preview = "{\"n\":" + QByteArray::number(static_cast<qlonglong>(seq)) + "}";
            rows.push_back(row);
        };
        if (asked.request.seqs.empty()) {
            for (int i = 0; i < asked.request.count; ++i)
                add(asked.request.first + i);
        } else {
            for (const Seq seq : asked.request.seqs)
                add(seq);
        }
        asked.promise.addResult(Result<std::vector<MessageRow>>(rows));
        asked.promise.finish();
    }
    void fail(const QString& sentence)
    {
        m_questions.back().promise.addResult(
            Result<std::vector<MessageRow>>(Error{ErrorCode::Unreadable, sentence}));
        m_questions.back().promise.finish();
    }
    [[nodiscard]] bool isStopped(int question) const
    {
        return m_questions[static_cast<std::size_t>(question)].request.stop.stop_requested();
    }

private:
    struct Question
    {
        RowRequest request;
        QPromise<Result<std::vector<MessageRow>>> promise;
    };
    std::deque<Question> m_questions;
};

QString cell(const MessageModel& model, int row, MessageModel::Column column)
{
    return model.index(row, column).data().toString();
}

} // namespace

class MessageModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void zeroOneAndManyRowsAreAModel()
    {
        Rows rows;
        MessageModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 0);
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(rows.asked(), 0);
        model.grow(1);
        QCOMPARE(model.rowCount(), 1);
        model.setVisible(0, 0);
        rows.answer();
        QTRY_COMPARE(cell(model, 0, MessageModel::Payload), QStringLiteral("{\"n\":1}"));
        model.grow(1'000);
        QCOMPARE(model.rowCount(), 1'000);
        model.setVisible(0, 20);
        rows.answer();
        QTRY_COMPARE(cell(model, 20, MessageModel::Payload), QStringLiteral("{\"n\":21}"));
        model.showMatches();
        QCOMPARE(model.rowCount(), 0);
        model.appendMatches(std::vector<Seq>{3, 5, 900});
        QCOMPARE(model.rowCount(), 3);
        model.showAll();
        QCOMPARE(model.rowCount(), 1'000);
        model.open({}, nullptr, 0);
        QCOMPARE(model.rowCount(), 0);
    }

    void whoAnsweredWhatNamesNobodyIsMarkedAsInferred()
    {
        const auto names = std::make_shared<Dictionaries>();
        Rows rows;
        MessageModel model;
        rows.answerer = names->agent("worker");
        model.open(rows.fetch(), names, 1);
        model.setVisible(0, 0);
        rows.answer();
        QTRY_COMPARE(cell(model, 0, MessageModel::To), QStringLiteral("worker (inferred)"));
    }

    void whatWasNotKeptIsSaidWithItsReason()
    {
        Rows rows;
        MessageModel model;
        rows.flags = Flag::Withheld;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1);
        model.setVisible(0, 0);
        rows.answer();
        QTRY_COMPARE(cell(model, 0, MessageModel::Payload), QStringLiteral("left out by choice"));

        MessageDetail detail;
        QCOMPARE(omissionText(detail), QString());
        detail.row.flags = Flag::Redacted;
        QVERIFY(omissionText(detail).contains(QLatin1String("overwritten")));
        detail.row.flags = Flag::Withheld | Flag::Redacted;
        detail.headers = {{"murmur-withheld", "exclude camera/#"}, {"murmur-length", "3072"}};
        QCOMPARE(omissionText(detail), QStringLiteral("▲ The content, 3.0 KiB, was left out by "
                                                      "choice: exclude camera/#."));
    }

    void addedColumnsAreFilledForThePagesInView()
    {
        Rows rows;
        MessageModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1'000);
        std::vector<CellRequest> asked;
        model.setCellFetch([&](CellRequest request) {
            QPromise<Result<std::vector<CellRow>>> promise;
            promise.start();
            std::vector<CellRow> cells;
            for (const Seq seq : request.seqs)
                cells.push_back(
                    {seq,
                     {QStringLiteral("%1 of %2").arg(request.fields.front().name()).arg(seq)}});
            asked.push_back(std::move(request));
            promise.addResult(Result<std::vector<CellRow>>(cells));
            promise.finish();
            return promise.future();
        });
        model.setVisible(0, 20);
        rows.answer();
        QTRY_COMPARE(cell(model, 0, MessageModel::Payload), QStringLiteral("{\"n\":1}"));
        QVERIFY(asked.empty()); // nobody has added a column
        const auto field = MessageField::named(QStringLiteral("payload.task.id"));
        QVERIFY(field);
        QVERIFY(model.addColumn(*field));
        QVERIFY(!model.addColumn(*field));
        const int column = model.columnCount() - 1;
        QCOMPARE(column, int(MessageModel::ColumnCount));
        QCOMPARE(model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QStringLiteral("payload.task.id"));
        QTRY_COMPARE(model.index(4, column).data().toString(),
                     QStringLiteral("payload.task.id of 5"));
        QCOMPARE(asked.front().seqs.size(), std::size_t(256)); // one page
        QCOMPARE(model.conditionOf(4, column),
                 QStringLiteral("payload.task.id == \"payload.task.id of 5\""));
        QCOMPARE(model.index(900, column).data().toString(), QStringLiteral("…"));
        model.removeColumn(column);
        QCOMPARE(model.columnCount(), int(MessageModel::ColumnCount));
        QCOMPARE(cell(model, 0, MessageModel::Payload), QStringLiteral("{\"n\":1}"));
    }

    void whatARingLetsGoDisappears()
    {
        Rows rows;
        MessageModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        // Opened when the first hundred were gone already.
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1'000, 101);
        QCOMPARE(model.rowCount(), 900);
        QCOMPARE(model.seqAt(0), 101);
        QCOMPARE(model.rowOf(101), 0);
        QCOMPARE(model.rowOf(1'000), 899);
        QCOMPARE(model.rowOf(50), 0);
        model.setVisible(0, 20);
        QCOMPARE(rows.last().first, 101);
        rows.answer();
        QTRY_COMPARE(cell(model, 0, MessageModel::Payload), QStringLiteral("{\"n\":101}"));
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        model.letGo(301);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(model.rowCount(), 700);
        QCOMPARE(model.seqAt(0), 301);
        model.setVisible(0, 20);
        QVERIFY(rows.last().first >= 300);
        rows.answer();
        QTRY_COMPARE(cell(model, 0, MessageModel::Payload), QStringLiteral("{\"n\":301}"));
        model.grow(1'200);
        QCOMPARE(model.rowCount(), 900);
        model.showMatches();
        model.appendMatches(std::vector<Seq>{310, 320, 900});
        model.letGo(321);
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.seqAt(0), 900);
        model.letGo(2'000);
        QCOMPARE(model.rowCount(), 0);
    }

    void othersAreDimmed()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1'000);
        model.setVisible(0, 20);
        rows.answer();
        QTRY_VERIFY(model.message(0) != nullptr);
        QVERIFY(!model.isDimmed(5));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.dimOthers();
        QCOMPARE(model.rowCount(), 1'000);
        QVERIFY(!model.isDimmed(5)); // nothing was looked at yet
        model.appendMatches(std::vector<Seq>{3, 7, 400});
        model.setLookedAt(500);
        QVERIFY(!changed.isEmpty());
        QVERIFY(model.isDimmed(5) && !model.isDimmed(7) && !model.isDimmed(501));
        const QModelIndex dim = model.index(4, MessageModel::From);
        const QModelIndex bright = model.index(6, MessageModel::From);
        QVERIFY(model.data(dim, Qt::ForegroundRole) != model.data(bright, Qt::ForegroundRole));
        // Not by colour alone.
        QVERIFY(!model.data(dim, Qt::AccessibleDescriptionRole).toString().isEmpty());
        QVERIFY(model.data(bright, Qt::AccessibleDescriptionRole).toString().isEmpty());
        QCOMPARE(model.matchCount(), 3);
        QCOMPARE(model.matchFrom(3, 1), 7);
        QCOMPARE(model.matchFrom(3, -1), 0);
        QCOMPARE(model.matchFrom(1'000, -1), 400);
        QCOMPARE(model.matchFrom(400, 1), 0);
        model.letGo(5);
        QCOMPARE(model.matchCount(), 2);
        model.showAll();
        QVERIFY(!model.isDimmed(5));
        QCOMPARE(model.rowCount(), 996);
    }

    void growthIsOneBlock()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 10);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.grow(50'000);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(inserted[0][1].toInt(), 10);
        QCOMPARE(inserted[0][2].toInt(), 49'999);
    }

    void whatIsNotFetchedShowsDots()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 10);
        QCOMPARE(cell(model, 3, MessageModel::Time), QStringLiteral("…"));
        QCOMPARE(model.message(3), nullptr);
    }

    void anOvertakenPageIsNotFetched()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1'000'000);
        model.setVisible(0, 20);
        QCOMPARE(rows.asked(), 1);
        model.setVisible(500'000, 500'020);
        QCOMPARE(rows.asked(), 2);
        QVERIFY(rows.isStopped(0));
        rows.answer(0);
        rows.answer(1);
        QTRY_VERIFY(model.message(500'000) != nullptr);
        QCOMPARE(model.message(0), nullptr);
        QCOMPARE(model.message(500'000)->seq, Seq(500'001));
    }

    void theDifferenceToTheRowAboveIsKnownAtTheTopOfAPage()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1'000);
        model.setVisible(256, 270);
        rows.answer();
        QTRY_COMPARE(cell(model, 256, MessageModel::Delta), QStringLiteral("+1 ms"));
        QCOMPARE(cell(model, 257, MessageModel::Delta), QStringLiteral("+1 ms"));
        model.setVisible(0, 10);
        rows.answer();
        QTRY_COMPARE(cell(model, 1, MessageModel::Delta), QStringLiteral("+1 ms"));
        QCOMPARE(cell(model, 0, MessageModel::Delta), QString());
    }

    void aPageThatHasGrownIsFetchedAgain()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 10);
        model.setVisible(0, 9);
        rows.answer();
        QTRY_VERIFY(model.message(9) != nullptr);
        const int before = rows.asked();
        model.grow(12);
        model.setVisible(0, 11);
        QCOMPARE(rows.asked(), before + 1);
        QVERIFY(model.message(9) != nullptr); // what is there stays while more is read
        rows.answer();
        QTRY_VERIFY(model.message(11) != nullptr);
    }

    void aFailureIsToldOnceAndNotAskedForAgain()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 10);
        QSignalSpy failed(&model, &MessageModel::fetchFailed);
        model.setVisible(0, 9);
        rows.fail(QStringLiteral("The disk is gone."));
        QTRY_COMPARE(failed.size(), 1);
        model.setVisible(0, 9);
        QCOMPARE(rows.asked(), 1);
    }

    void matchesKnowTheirMessages()
    {
        Rows rows;
        MessageModel model;
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 1'000);
        model.showMatches();
        model.appendMatches(std::vector<Seq>{7, 70, 700});
        QCOMPARE(model.seqAt(1), Seq(70));
        QCOMPARE(model.seqAt(3), Seq(0));
        QCOMPARE(model.rowOf(70), 1);
        QCOMPARE(model.rowOf(8), 1); // the next that is shown
        QCOMPARE(model.rowOf(701), -1);
        model.setVisible(0, 2);
        rows.answer();
        QTRY_COMPARE(cell(model, 2, MessageModel::Payload), QStringLiteral("{\"n\":700}"));
        QCOMPARE(cell(model, 2, MessageModel::Delta), QStringLiteral("+630 ms"));
    }

    void aHundredMillionRowsScrollAndStaySmall()
    {
        constexpr int kRows = 100'000'000;
        Rows rows;
        MessageModel model;
        MessageTable table(&model);
        connect(&table, &MessageTable::visibleRowsChanged, &model, &MessageModel::setVisible);
        table.resize(800, 400);
        table.show();
        QElapsedTimer clock;
        clock.start();
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), kRows);
        QCOMPARE(model.rowCount(), kRows);
        // The view holds what it shows, not a header section per message.
        QVERIFY(table.view()->model()->rowCount() < 100);
        table.scrollToEnd();
        QVERIFY(table.isAtEnd());
        QCOMPARE(table.topRow() + table.fullRows(), kRows);
        rows.answer();
        QTRY_COMPARE(model.message(kRows - 1) != nullptr, true);
        QCOMPARE(model.message(kRows - 1)->seq, Seq(kRows));
        const QModelIndex bottom =
            table.view()->model()->index(table.fullRows() - 1, MessageModel::Payload);
        QCOMPARE(bottom.data().toString(), QStringLiteral("{\"n\":100000000}"));
        for (int row = 0; row < kRows; row += 5'000'000) {
            table.setTopRow(row);
            QCOMPARE(table.topRow(), std::min(row, kRows - table.fullRows()));
        }
        QVERIFY(model.cachedRows() < 20'000);
        QVERIFY2(clock.elapsed() < 5'000, "opening and scrolling must not cost anything per row");
    }

    void keysMoveThroughTheWhole()
    {
        Rows rows;
        MessageModel model;
        MessageTable table(&model);
        table.resize(800, 400);
        table.show();
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 10'000);
        QSignalSpy picked(&table, &MessageTable::currentRowPicked);
        QTest::keyClick(table.view(), Qt::Key_Down);
        QCOMPARE(table.currentRow(), 0);
        QTest::keyClick(table.view(), Qt::Key_Down);
        QCOMPARE(table.currentRow(), 1);
        QTest::keyClick(table.view(), Qt::Key_PageDown);
        QCOMPARE(table.currentRow(), 1 + table.fullRows());
        QTest::keyClick(table.view(), Qt::Key_End);
        QCOMPARE(table.currentRow(), 9'999);
        QVERIFY(table.isAtEnd());
        QTest::keyClick(table.view(), Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(table.selectedRows(), std::pair(9'998, 9'999));
        QTest::keyClick(table.view(), Qt::Key_Home);
        QCOMPARE(table.currentRow(), 0);
        QCOMPARE(table.topRow(), 0);
        QCOMPARE(picked.size(), 6);
        QTest::keyClick(table.view(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(table.selectedRows(), std::pair(0, 9'999));
    }

    void aClickPicksTheRowUnderThePointer()
    {
        Rows rows;
        MessageModel model;
        MessageTable table(&model);
        table.resize(800, 400);
        table.show();
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 10'000);
        table.setTopRow(5'000);
        const QPoint third = table.view()->visualRect(table.view()->model()->index(2, 0)).center();
        QTest::mouseClick(table.view()->viewport(), Qt::LeftButton, {}, third);
        QCOMPARE(table.currentRow(), 5'002);
        QCOMPARE(table.view()->currentIndex().row(), 2);
        // The selection stays with its message while the rows move under the view.
        table.setTopRow(5'001);
        const auto selected = table.view()->selectionModel()->selectedRows();
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected.first().row(), 1);
        table.setTopRow(9'000);
        QVERIFY(table.view()->selectionModel()->selectedRows().isEmpty());
        QCOMPARE(table.currentRow(), 5'002);
    }

    void theWindowOfRowsIsAModel()
    {
        Rows rows;
        MessageModel model;
        MessageTable table(&model);
        QAbstractItemModelTester tester(table.view()->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        table.resize(800, 400);
        table.show();
        model.open(rows.fetch(), std::make_shared<Dictionaries>(), 3);
        QCOMPARE(table.view()->model()->rowCount(), 3);
        model.grow(10'000);
        QCOMPARE(table.view()->model()->rowCount(), table.fullRows() + 1);
        table.scrollToEnd();
        table.resize(800, 200);
        table.setTopRow(10);
        model.showMatches();
        QCOMPARE(table.view()->model()->rowCount(), 0);
        model.appendMatches(std::vector<Seq>{1, 2});
        QCOMPARE(table.view()->model()->rowCount(), 2);
    }

    void aSearchGoesStretchByStretchAndOn()
    {
        const auto filter = parseFilter(u"kind == event", {});
        QVERIFY(filter.ok());
        std::vector<std::pair<Seq, Seq>> asked;
        const auto find = [&](const MatchRequest& request) {
            asked.emplace_back(request.first, request.last);
            MatchList list;
            list.seqs = {request.last};
            list.through = request.last;
            QPromise<Result<MatchList>> promise;
            promise.start();
            promise.addResult(Result<MatchList>(list));
            promise.finish();
            return promise.future();
        };
        MessageSearch search;
        std::vector<Seq> found;
        connect(&search, &MessageSearch::found, this, [&](const std::vector<Seq>& seqs) {
            found.insert(found.end(), seqs.begin(), seqs.end());
        });
        search.start(find, *filter, 200'000);
        QTRY_COMPARE(search.through(), Seq(200'000));
        QVERIFY(asked.size() >= 2);
        Seq next = 1;
        for (const auto& [first, last] : asked) {
            QCOMPARE(first, next);
            next = last + 1;
        }
        QCOMPARE(found.size(), asked.size());
        search.extend(200'500);
        QTRY_COMPARE(found.back(), Seq(200'500));
        search.stop();
        search.extend(300'000);
        QVERIFY(!search.isBusy());
    }

    void previewsAreOneLineOfText()
    {
        QCOMPARE(previewText("a\nb\tc"), QStringLiteral("a b c"));
        QCOMPARE(previewText("gr\xc3\xbc\xc3"),
                 QStringLiteral("gr\u00fc")); // cut inside a character
        QCOMPARE(previewText(QByteArray("\x00\xff\x10", 3)), QStringLiteral("00 ff 10"));
        QCOMPARE(previewText({}), QString());
    }

    void aRowIsTheJsonOfTheCommandLine()
    {
        Dictionaries names;
        MessageRow row;
        row.seq = 7;
        row.time = fromNs(1'779'337'020'000'000'000);
        row.received = row.time;
        row.sender = names.agent("ro\"bot");
        row.topic = names.topic("t");
        row.kind = Kind::Reply;
        row.latency = 1'500'000;
        row.preview = "{ \"a b\": [1, 2.50] }";
        const QString json = rowAsJson(names, row, 1'000);
        QVERIFY2(json.contains(QStringLiteral("\"from\":\"ro\\\"bot\"")), qPrintable(json));
        QVERIFY2(json.contains(QStringLiteral("\"payload\":{\"a b\":[1,2.50]}")), qPrintable(json));
        QVERIFY2(json.contains(QStringLiteral("\"latency_ms\":1.5")), qPrintable(json));
        QVERIFY(!json.contains(QStringLiteral("payload_cut")));
        row.preview = "plain";
        QVERIFY(rowAsJson(names, row, 5)
                    .contains(QStringLiteral("\"payload\":\"plain\",\"payload_cut\":true")));
    }

    void quotedNamesAreNoWildcards()
    {
        Dictionaries names;
        const AgentId star = names.agent("a*");
        const AgentId other = names.agent("ab");
        const auto filter =
            parseFilter(QStringLiteral("from == %1").arg(filterText(QStringLiteral("a*"))), {});
        QVERIFY(filter.ok());
        Columns columns;
        columns.first = 1;
        columns.time = {0, 0};
        columns.sender = {index(star), index(other)};
        std::vector<std::uint8_t> keep(2, 1);
        (*filter)->evaluate(columns, names, nullptr, keep);
        QCOMPARE(int(keep[0]), 1);
        QCOMPARE(int(keep[1]), 0);
    }
};

QTEST_MAIN(MessageModelTest)
#include "tst_messagemodel.moc"
