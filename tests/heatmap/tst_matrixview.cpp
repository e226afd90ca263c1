// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/recorded.h"
#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/heatmap/differencemodel.h"
#include "views/heatmap/differencesview.h"
#include "views/heatmap/matrixgrid.h"
#include "views/heatmap/matrixview.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// 200 messages of three agents on two topics; those of "bad" are errors of version 2.
std::vector<Said> traffic()
{
    std::vector<Said> all;
    for (int i = 0; i < 200; ++i) {
        const bool isBad = i % 10 == 3;
        const QByteArray from = isBad ? "bad" : i % 2 == 0 ? "good" : "fair";
        all.push_back({std::chrono::milliseconds(i * 10), i % 3 == 0 ? "orders" : "stock",
                       "{\"from\":\"" + from + "\",\"to\":\"hub\",\"kind\":\"" +
                           (isBad ? "error" : "event") +
                           "\",\"payload\":{\"version\":" + (isBad ? "2" : "1") + "}}"});
    }
    return all;
}

} // namespace

class MatrixViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(std::shared_ptr<Session> session)
            : matrix({&shared})
            , differences({&shared})
        {
            matrix.resize(800, 320);
            differences.resize(800, 320);
            matrix.show();
            differences.show();
            shared.setSession(std::move(session));
        }
        [[nodiscard]] bool settle() const
        {
            return QTest::qWaitFor([this] { return matrix.isSettled() && differences.isSettled(); },
                                   10'000);
        }
        [[nodiscard]] int rowOf(const QString& name) const
        {
            const Matrix* shown = matrix.grid()->matrix();
            for (std::size_t i = 0; shown != nullptr && i < shown->rows.size(); ++i) {
                if (shown->rows[i].name == name)
                    return static_cast<int>(i);
            }
            return -1;
        }
        void click(int row, int column, Qt::KeyboardModifiers modifiers = {}) const
        {
            QTest::mouseClick(matrix.grid(), Qt::LeftButton, modifiers,
                              matrix.grid()->cellRect(row, column).center());
        }
        [[nodiscard]] std::int64_t passing() const
        {
            MatchRequest request;
            request.filter = shared.filter();
            return static_cast<std::int64_t>(
                shared.session()->search(request).result()->seqs.size());
        }
        SharedView shared;
        MatrixView matrix;
        DifferencesView differences;
    };

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init()
    {
        m_recorded = std::make_unique<Recorded>(traffic());
        QVERIFY(m_recorded->waitForAll());
        m_session = m_recorded->close();
    }

    void withoutARecordingItSaysHowToGetOne()
    {
        Scene scene(nullptr);
        QVERIFY(!scene.matrix.findChild<EmptyNote*>()->title().isEmpty());
        QVERIFY(!scene.differences.findChild<EmptyNote*>()->title().isEmpty());
    }

    void rowsAreByWhatLanesAreBy()
    {
        Scene scene(m_session);
        QVERIFY(scene.settle());
        QCOMPARE(scene.matrix.rows(), u"agent"_s);
        QCOMPARE(scene.matrix.grid()->matrix()->rows.size(), std::size_t(3));
        scene.shared.setLaneKey({LaneKey::What::Topic, {}});
        QTRY_COMPARE(scene.matrix.grid()->matrix()->rows.size(), std::size_t(2));
        QVERIFY(scene.rowOf(u"orders"_s) >= 0);
        // Its own key wins, and is remembered.
        scene.matrix.setRows(u"kind"_s);
        scene.matrix.setColumns(u"from"_s);
        QVERIFY(scene.settle());
        QVERIFY(scene.rowOf(u"error"_s) >= 0);
        Scene other(m_session);
        other.matrix.restoreState(scene.matrix.saveState());
        QVERIFY(other.settle());
        QCOMPARE(other.matrix.rows(), u"kind"_s);
        QCOMPARE(other.matrix.columns(), u"from"_s);
        other.matrix.restoreState("nonsense");
        QCOMPARE(other.matrix.rows(), u"kind"_s);
    }

    void aCellIsTheMessagesBehindIt()
    {
        Scene scene(m_session);
        scene.matrix.setRows(u"topic"_s);
        scene.matrix.setColumns(u"from"_s);
        QVERIFY(scene.settle());
        const int row = scene.rowOf(u"orders"_s);
        QVERIFY(row >= 0);
        scene.click(row, 0);
        QVERIFY(scene.shared.region());
        const std::int64_t messages =
            scene.matrix.grid()->matrix()->at(static_cast<std::size_t>(row), 0).messages;
        QTest::keyClick(scene.matrix.grid(), Qt::Key_Return);
        QVERIFY(scene.shared.filter());
        QCOMPARE(scene.passing(), messages);
        // Escape lets go of it.
        scene.click(0, 0);
        QTest::keyClick(scene.matrix.grid(), Qt::Key_Escape);
        QVERIFY(!scene.shared.region());
    }

    void severalCellsAreOneRegion()
    {
        Scene scene(m_session);
        scene.matrix.setRows(u"from"_s);
        QVERIFY(scene.settle());
        const Matrix* shown = scene.matrix.grid()->matrix();
        QVERIFY(shown->columns.size() > 4);
        scene.click(0, 1);
        scene.click(1, 3, Qt::ShiftModifier);
        QVERIFY(scene.shared.region());
        std::int64_t messages = 0;
        for (std::size_t row = 0; row < 2; ++row) {
            for (std::size_t column = 1; column <= 3; ++column)
                messages += shown->at(row, column).messages;
        }
        QVERIFY(messages > 0);
        QVERIFY(scene.shared.narrow(scene.shared.region()->filterText()).ok());
        QCOMPARE(scene.passing(), messages);
    }

    void arrowsGoFromCellToCell()
    {
        Scene scene(m_session);
        QVERIFY(scene.settle());
        QTest::keyClick(scene.matrix.grid(), Qt::Key_Right);
        QCOMPARE(*scene.matrix.grid()->selection(), (CellRange{0, 0, 0, 0}));
        QTest::keyClick(scene.matrix.grid(), Qt::Key_Right);
        QTest::keyClick(scene.matrix.grid(), Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(*scene.matrix.grid()->selection(), (CellRange{0, 1, 1, 1}));
        QVERIFY(scene.matrix.grid()->accessibleDescription().contains(u"message"_s));
    }

    void onlyWhatPassesTheFilterIsCounted()
    {
        Scene scene(m_session);
        QVERIFY(scene.settle());
        QVERIFY(scene.shared.narrow(u"kind == error"_s).ok());
        QTRY_COMPARE(scene.matrix.grid()->matrix()->total.messages, 20);
        QVERIFY(scene.settle());
        scene.matrix.setMeasure(MatrixMeasure::Cost);
        QVERIFY(scene.settle());
        QTRY_VERIFY(!scene.matrix.findChild<EmptyNote*>()->title().isEmpty());
    }

    void whatDiffersIsAskedOfTheRegion()
    {
        Scene scene(m_session);
        const QAbstractItemModelTester tester(
            scene.differences.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        scene.matrix.setRows(u"from"_s);
        QVERIFY(scene.settle());
        const int row = scene.rowOf(u"bad"_s);
        QVERIFY(row >= 0);
        // A name stands for its whole row.
        QTest::mouseClick(scene.matrix.grid(), Qt::LeftButton, {},
                          QPoint(20, scene.matrix.grid()->cellRect(row, 0).center().y()));
        QSignalSpy wanted(&scene.shared, &SharedView::differencesWanted);
        QTest::keyClick(&scene.matrix, Qt::Key_D);
        QCOMPARE(wanted.size(), 1);
        QVERIFY(scene.settle());
        const QString text = scene.differences.asText();
        QVERIFY2(text.contains(u"payload.version"_s), qPrintable(text));
        QVERIFY2(text.contains(u"20 messages here, 180 others"_s), qPrintable(text));
        // Return shows only what has the value.
        auto* table = scene.differences.findChild<QTableView*>();
        int version = -1;
        for (int i = 0; i < scene.differences.model()->rowCount(); ++i) {
            const Difference* one = scene.differences.model()->at(i);
            if (one->field == u"payload.version"_s && one->is == Difference::Is::Value &&
                one->value == u"2"_s)
                version = i;
        }
        QVERIFY(version >= 0);
        table->setCurrentIndex(scene.differences.model()->index(version, 0));
        QTest::keyClick(&scene.differences, Qt::Key_Return);
        QCOMPARE(scene.passing(), 20);
    }

    void aWindowIsHeldAgainstTheRest()
    {
        Scene scene(m_session);
        QVERIFY(scene.settle());
        QCOMPARE(scene.differences.model()->rowCount(), 0);
        QVERIFY(!scene.differences.findChild<EmptyNote*>()->title().isEmpty());
        scene.shared.setWindow({kStart, kStart + 1s});
        QTRY_VERIFY(scene.differences.facts().contains(u"100 messages here"_s));
    }

private:
    std::unique_ptr<Recorded> m_recorded;
    std::shared_ptr<Session> m_session;
};

QTEST_MAIN(MatrixViewTest)
#include "tst_matrixview.moc"
