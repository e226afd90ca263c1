// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The pane of triggers, by what a person does: types, presses, looks, is told.

#include "views/triggers/triggersview.h"

#include "support/recorded.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/triggers/triggersmodel.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace murmur;
using namespace murmur::tests;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

Said heard(int n, std::chrono::milliseconds after)
{
    return said(after, "t", "{\"from\":\"a\",\"payload\":{\"n\":" + QByteArray::number(n) + "}}");
}

} // namespace

class TestTriggersView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void whatIsTypedIsJudgedAndTriedOut()
    {
        Recorded recorded({heard(1, 1ms), heard(2, 2ms), heard(3, 3ms)});
        QVERIFY(recorded.waitForAll());
        SharedView shared;
        shared.setSession(recorded.session());
        TriggersView view({&shared});
        view.show();
        QVERIFY(!view.addButton()->isEnabled());
        QTest::keyClicks(view.when(), u"payload.n >="_s);
        QVERIFY(!view.addButton()->isEnabled());
        QVERIFY2(view.verdict()->text().contains(u"olumn"_s), qPrintable(view.verdict()->text()));
        QTest::keyClicks(view.when(), u" 2"_s);
        QVERIFY(view.addButton()->isEnabled());
        QTRY_VERIFY2(view.verdict()->text().startsWith(u"It would have fired once here"_s),
                     qPrintable(view.verdict()->text()));
        QVERIFY(view.verdict()->text().contains(u"1 held back"_s));
        view.actions()->setPlainText(u"run:ls"_s);
        QVERIFY(!view.addButton()->isEnabled());
        view.runBox()->setChecked(true);
        QVERIFY(view.addButton()->isEnabled());
        view.actions()->setPlainText(u"sing"_s);
        QVERIFY(view.verdict()->text().contains(u"sing"_s));
    }

    void aTriggerIsMadeFiresIsFoundAgainAndRemoved()
    {
        Recorded recorded({heard(1, 1ms)});
        QVERIFY(recorded.waitForAll());
        SharedView shared;
        shared.setSession(recorded.session());
        TriggersView view({&shared});
        const QAbstractItemModelTester tester(
            view.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        view.show();
        shared.goLive();
        QTRY_COMPARE(shared.mode(), SharedView::Mode::Live);
        view.compose(u"payload.n == 7"_s);
        view.actions()->setPlainText(u"freeze\nmark:seven"_s);
        QTest::keyClick(view.when(), Qt::Key_Return);
        QCOMPARE(view.model()->rowCount(), 1);
        QCOMPARE(view.model()->text(0, TriggersModel::FiredColumn), u"not yet"_s);
        QVERIFY(view.when()->text().isEmpty());

        QSignalSpy notes(&view, &TriggersView::noted);
        recorded.say({heard(6, 10ms), heard(7, 11ms), heard(8, 12ms), heard(7, 13ms)});
        QTRY_COMPARE(view.model()->text(0, TriggersModel::FiredColumn), u"1, 1 held back"_s);
        QVERIFY(!notes.isEmpty());
        // It stands still there, and recording goes on.
        QTRY_COMPARE(shared.mode(), SharedView::Mode::Paused);
        QCOMPARE(shared.playhead(), kStart + 11ms);
        QCOMPARE(shared.selectedMessage(), Seq(3));

        shared.setPlayhead(kStart + 1ms);
        shared.selectMessage(1);
        view.activateWindow();
        view.table()->setFocus();
        QTRY_VERIFY(view.table()->hasFocus());
        view.table()->setCurrentIndex(view.model()->index(0, 0));
        QTest::keyClick(view.table(), Qt::Key_Return);
        QCOMPARE(shared.playhead(), kStart + 11ms);
        QCOMPARE(shared.selectedMessage(), Seq(3));
        QVERIFY(view.asText().contains(u"payload.n == 7"_s));

        // Off: what comes is nothing to it.
        QTest::keyClick(view.table(), Qt::Key_Space);
        QCOMPARE(view.model()->data(view.model()->index(0, 0), Qt::CheckStateRole).toInt(),
                 int(Qt::Unchecked));
        recorded.say({heard(7, 20s)});
        QVERIFY(recorded.waitForAll());
        QTest::qWait(300);
        QCOMPARE(view.model()->text(0, TriggersModel::FiredColumn), u"1, 1 held back"_s);

        QTest::keyClick(view.table(), Qt::Key_Delete);
        QCOMPARE(view.model()->rowCount(), 0);
    }

    void whatIsChangedReplacesAndTwoOfOneNameAreNotTaken()
    {
        SharedView shared;
        TriggersView view({&shared});
        view.show();
        view.compose(u"kind == error"_s);
        QTest::keyClick(view.when(), Qt::Key_Return);
        view.compose(u"kind == error"_s);
        QTest::keyClick(view.when(), Qt::Key_Return);
        QCOMPARE(view.model()->rowCount(), 1);
        QVERIFY(view.verdict()->text().contains(u"name"_s));
        view.activateWindow();
        view.table()->setFocus();
        QTRY_VERIFY(view.table()->hasFocus());
        view.table()->setCurrentIndex(view.model()->index(0, 0));
        QTest::keyClick(view.table(), Qt::Key_F2);
        QCOMPARE(view.actions()->toPlainText(), u"keep:30s,10s"_s);
        view.often()->setCurrentText(u"once"_s);
        QTest::keyClick(view.when(), Qt::Key_Return);
        QCOMPARE(view.model()->rowCount(), 1);
        QCOMPARE(view.model()->text(0, TriggersModel::OftenColumn), u"once"_s);
    }

    void whatAgentsSayIsShownAsItIs()
    {
        Trigger hostile{u"<b>x</b>"_s, u"topic == \"<img src=a>\""_s, {}, {}, true};
        SharedView shared;
        TriggersView view({&shared});
        view.restoreState(triggersToJson({hostile}));
        const QString tip =
            view.model()
                ->data(view.model()->index(0, TriggersModel::WhenColumn), Qt::ToolTipRole)
                .toString();
        QVERIFY2(tip.contains(u"&lt;img src=a&gt;"_s), qPrintable(tip));
    }

    void theyAreRememberedButWhatTheyMayDoIsNot()
    {
        SharedView shared;
        QByteArray state;
        {
            TriggersView view({&shared});
            view.runBox()->setChecked(true);
            view.compose(u"finding:retry-storm"_s);
            view.actions()->setPlainText(u"run:ls -l\nnotify"_s);
            QTest::keyClick(view.when(), Qt::Key_Return);
            QCOMPARE(view.model()->rowCount(), 1);
            state = view.saveState();
        }
        TriggersView again({&shared});
        again.restoreState(state);
        QCOMPARE(again.model()->rowCount(), 1);
        QCOMPARE(again.model()->text(0, TriggersModel::WhenColumn), u"finding:retry-storm"_s);
        QVERIFY(!again.runBox()->isChecked());
        QVERIFY(
            again.model()->text(0, TriggersModel::OutcomeColumn).contains(u"programs are off"_s));
        again.runBox()->setChecked(true);
        QCOMPARE(again.model()->text(0, TriggersModel::OutcomeColumn), QString());
        again.restoreState("nonsense");
        QCOMPARE(again.model()->rowCount(), 0);
    }

    void aClosedRecordingSetsNothingOff()
    {
        Recorded recorded({heard(7, 1ms)});
        QVERIFY(recorded.waitForAll());
        SharedView shared;
        TriggersView view({&shared});
        view.compose(u"payload.n == 7"_s);
        QTest::keyClick(view.when(), Qt::Key_Return);
        shared.setSession(recorded.close());
        QTest::qWait(300);
        QCOMPARE(view.model()->text(0, TriggersModel::FiredColumn), u"not yet"_s);
    }
};

QTEST_MAIN(TestTriggersView)
#include "tst_triggersview.moc"
