// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/theme.h"
#include "views/filter/completionmodel.h"
#include "views/filter/completionpopup.h"
#include "views/filter/filterline.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QSignalSpy>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestFilterLine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init()
    {
        m_window = std::make_unique<QWidget>();
        m_window->resize(800, 400);
        m_line = new FilterLine(m_window.get());
        m_line->resize(600, 30);
        m_line->setSource([] {
            return CompletionSource{[](Field field) {
                                        return field == Field::Sender
                                                   ? QStringList{u"planner-1"_s, u"robot 7"_s}
                                                   : QStringList();
                                    },
                                    {{u"slow"_s, u"latency > 200ms"_s}}};
        });
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_line->setFocus();
    }

    void typingOffersAndTabTakesTheFirst()
    {
        QTest::keyClicks(m_line, u"fro"_s);
        QVERIFY(m_line->isChoosing());
        QCOMPARE(m_line->offered(), QStringList{u"from"_s});
        QTest::keyClick(m_line, Qt::Key_Tab);
        QCOMPARE(m_line->text(), u"from "_s);
        QVERIFY(m_line->offered().contains(u"=="_s)); // and what comes next
        QTest::keyClicks(m_line, u"== rob"_s);
        QCOMPARE(m_line->offered(), QStringList{u"\"robot 7\""_s});
        QTest::keyClick(m_line, Qt::Key_Tab);
        QCOMPARE(m_line->text(), u"from == \"robot 7\" "_s);
        QVERIFY(!m_line->isChoosing());
        m_line->undo();
        QVERIFY(m_line->text().startsWith(u"from == rob"_s));
    }

    void returnBelongsToTheLineUntilSomethingIsChosen()
    {
        QSignalSpy returned(m_line, &QLineEdit::returnPressed);
        QTest::keyClicks(m_line, u"kin"_s);
        QVERIFY(m_line->isChoosing());
        QTest::keyClick(m_line, Qt::Key_Return);
        QCOMPARE(returned.count(), 1);
        QCOMPARE(m_line->text(), u"kin"_s);
        QVERIFY(!m_line->isChoosing());

        QTest::keyClicks(m_line, u"d"_s);
        QTest::keyClick(m_line, Qt::Key_Space, Qt::ControlModifier);
        m_line->setText(u"ki"_s);
        QTest::keyClicks(m_line, u"n"_s);
        QTest::keyClick(m_line, Qt::Key_Down);
        QTest::keyClick(m_line, Qt::Key_Return);
        QCOMPARE(returned.count(), 1);
        QCOMPARE(m_line->text(), u"kind "_s);
    }

    void escapeClosesTheListAndKeepsTheText()
    {
        QTest::keyClicks(m_line, u"lat"_s);
        QVERIFY(m_line->isChoosing());
        QTest::keyClick(m_line, Qt::Key_Escape);
        QVERIFY(!m_line->isChoosing());
        QCOMPARE(m_line->text(), u"lat"_s);
    }

    void anEmptyLineOffersWhatWasAndWhatIsKept()
    {
        m_line->setHistory({u"kind == error"_s, u"from == planner-1"_s});
        QVERIFY(!m_line->isChoosing());
        QTest::keyClick(m_line, Qt::Key_Down);
        QCOMPARE(m_line->offered(),
                 (QStringList{u"@slow"_s, u"kind == error"_s, u"from == planner-1"_s}));
        QTest::keyClick(m_line, Qt::Key_Down);
        QTest::keyClick(m_line, Qt::Key_Down);
        QTest::keyClick(m_line, Qt::Key_Return);
        QCOMPARE(m_line->text(), u"kind == error"_s);
    }

    void aClickTakes()
    {
        QTest::keyClicks(m_line, u"from == "_s);
        auto* list = m_window->findChild<QListView*>(u"completions"_s);
        QVERIFY(list && list->isVisible());
        const QRect second = list->visualRect(list->model()->index(1, 0));
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, second.center());
        QCOMPARE(m_line->text(), u"from == \"robot 7\" "_s);
        QVERIFY(m_line->hasFocus());
    }

    /// The colours are no change of the text: undo, cursor and signals stay as they are.
    void coloursChangeNothing()
    {
        QSignalSpy changed(m_line, &QLineEdit::textChanged);
        QTest::keyClicks(m_line, u"from"_s);
        QCOMPARE(changed.count(), 4);
        QTest::keyClick(m_line, Qt::Key_Escape);
        QTest::keyClick(m_line, Qt::Key_Home);
        QTest::keyClicks(m_line, u"x"_s);
        QCOMPARE(m_line->text(), u"xfrom"_s);
        QCOMPARE(m_line->cursorPosition(), 1);
        m_line->undo();
        m_line->undo();
        QVERIFY(!m_line->text().contains(u"xfrom"_s));
        // Fields are seen to be fields.
        m_line->setText(u"from == a"_s);
        m_line->deselect();
        m_line->clearFocus();
        const QImage picture = m_line->grab().toImage();
        const QColor blue = Theme::current().interaction;
        int found = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < 80; ++x)
                found += QColor(picture.pixel(x, y)).blue() > 200 &&
                                 QColor(picture.pixel(x, y)).red() < blue.red() + 40
                             ? 1
                             : 0;
        QVERIFY2(found > 5, qPrintable(QString::number(found)));
        // Also where the change told nobody.
        const QSignalBlocker blocker(m_line);
        m_line->setText(u"timeout"_s); // no field
        const QImage plain = m_line->grab().toImage();
        m_line->colour();
        QVERIFY(m_line->grab().toImage() != plain);
    }

    /// Ctrl+Z is the window's where the line has nothing to take back.
    void undoGoesOn()
    {
        QAction undo(m_window.get());
        undo.setShortcut(QKeySequence::Undo);
        m_window->addAction(&undo);
        QSignalSpy taken(&undo, &QAction::triggered);
        m_line->setText({});
        QTest::keyClick(m_line, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(taken.count(), 1);
        QTest::keyClicks(m_line, u"ab"_s);
        QTest::keyClick(m_line, Qt::Key_Escape);
        QTest::keyClick(m_line, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(taken.count(), 1);
        QVERIFY(m_line->text() != u"ab"_s);
    }

    void theModelIsOne()
    {
        CompletionModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setEntries({{u"a"_s, u"first"_s}, {u"b"_s, {}}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.data(model.index(0), Qt::AccessibleTextRole).toString(), u"a, first"_s);
        model.setEntries({});
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!model.entry(0));
    }

private:
    std::unique_ptr<QWidget> m_window;
    FilterLine* m_line = nullptr;
};

QTEST_MAIN(TestFilterLine)
#include "tst_filterline.moc"
