// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crewtalk.h"

#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/llm/calllist.h"
#include "views/llm/pricesdialog.h"
#include "views/llm/transcriptview.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QTableWidget>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>

using namespace murmur;
using namespace murmur::tests;

class TranscriptViewTest : public QObject
{
    Q_OBJECT

    struct Scene
    {
        explicit Scene(std::vector<Said> said = crewTalk())
            : recorded(said)
            , view({&shared})
        {
            view.resize(900, 500);
            view.show();
            if (!recorded.waitForAll())
                qFatal("nothing was recorded");
            shared.setSession(recorded.close());
        }
        ~Scene() { shared.setSession(nullptr); }
        bool select(Seq seq)
        {
            shared.selectMessage(seq);
            return QTest::qWaitFor([this] { return view.isSettled(); }, 10'000);
        }
        [[nodiscard]] QString page() const { return view.page()->toPlainText(); }
        SharedView shared;
        Recorded recorded;
        TranscriptView view;
    };

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void anEmptyPaneSaysHowToFillIt()
    {
        Scene scene;
        auto* note = scene.view.findChild<EmptyNote*>();
        QVERIFY(note->sentence().contains(QStringLiteral("model exists")));
        QVERIFY(scene.select(8));
        QTRY_COMPARE(note->title(), QStringLiteral("No call to a model"));
    }

    void theCallOfTheSelectedMessageIsShown()
    {
        Scene scene;
        QVERIFY(scene.select(2));
        QTRY_COMPARE(scene.view.current(), 0);
        QVERIFY(scene.page().contains(QStringLiteral("Where is order 8812?")));
        QVERIFY(scene.page().contains(QStringLiteral("calls lookup")));
        QVERIFY(scene.page().contains(QStringLiteral("5,000 tokens in")));
        QVERIFY(scene.view.findChild<EmptyNote*>()->title().isEmpty());
    }

    void whatIsNewIsMarkedAndTheRestIsFolded()
    {
        Scene scene;
        QVERIFY(scene.select(5));
        QTRY_COMPARE(scene.view.current(), 1);
        QVERIFY2(scene.page().contains(QStringLiteral("2 message(s) as in message 1")) ||
                     scene.page().contains(QStringLiteral("2 messages as in message 1")),
                 qPrintable(scene.page()));
        QVERIFY(!scene.page().contains(QStringLiteral("Be brief.")));
        QVERIFY(scene.page().contains(QStringLiteral("+ new")));
        QVERIFY(scene.page().contains(QStringLiteral("It is in Berlin.")));
        // The fold opens where it is clicked.
        Q_EMIT scene.view.page()->anchorClicked(QUrl(QStringLiteral("expand:same0")));
        QVERIFY(scene.page().contains(QStringLiteral("Be brief.")));
        // Without marks all of it is there.
        QVERIFY(scene.select(2));
        QVERIFY(scene.select(5));
        QVERIFY(!scene.page().contains(QStringLiteral("Be brief.")));
        for (auto* button : scene.view.findChildren<QToolButton*>()) {
            if (button->isCheckable())
                button->click();
        }
        QVERIFY(scene.page().contains(QStringLiteral("Be brief.")));
        QVERIFY(!scene.page().contains(QStringLiteral("+ new")));
    }

    void pickingACallSelectsItsMessage()
    {
        Scene scene;
        QVERIFY(scene.select(1));
        QTRY_COMPARE(scene.view.current(), 0);
        QAbstractItemModelTester tester(scene.view.calls()->calls());
        QTest::keyClick(scene.view.calls(), Qt::Key_Down);
        QCOMPARE(scene.view.current(), 1);
        QCOMPARE(scene.shared.selectedMessage(), Seq(4));
        QCOMPARE(scene.shared.playhead(), kStart + std::chrono::milliseconds(1000));
        QTest::keyClick(&scene.view, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(scene.shared.selectedMessage(), Seq(1));
        QVERIFY(scene.view.calls()
                    ->calls()
                    ->index(0)
                    .data(Qt::AccessibleTextRole)
                    .toString()
                    .contains(QStringLiteral("writer: gpt-4o-2024-08-06 · 5,000 tokens in")));
    }

    void aSearchLooksIntoWhatIsFolded()
    {
        Scene scene;
        QVERIFY(scene.select(5));
        QTRY_COMPARE(scene.view.current(), 1);
        scene.view.search()->setText(QStringLiteral("brief"));
        QCOMPARE(scene.view.matches(), 1);
        scene.view.search()->setText(QStringLiteral("berlin"));
        QCOMPARE(scene.view.matches(), 2);
        QTest::keyClick(&scene.view, Qt::Key_Escape);
        QVERIFY(scene.view.search()->text().isEmpty());
        QCOMPARE(scene.view.matches(), 0);
    }

    void copiesAreMarkdownAndJson()
    {
        Scene scene;
        QVERIFY(scene.select(2));
        QTRY_COMPARE(scene.view.current(), 0);
        QMenu* menu = nullptr;
        for (auto* button : scene.view.findChildren<QToolButton*>()) {
            if (button->menu() != nullptr)
                menu = button->menu();
        }
        QVERIFY(menu != nullptr);
        Q_EMIT menu->aboutToShow();
        menu->actions().front()->trigger();
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("**user**")));
        menu->actions().back()->trigger();
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("{\"conversation\"")));
        QVERIFY(scene.view.asText().contains(QStringLiteral("calls lookup")));
    }

    void nothingIsReadWhileNobodyLooks()
    {
        Scene scene;
        scene.view.hide();
        QVERIFY(scene.select(2));
        QVERIFY(scene.view.transcript() == nullptr);
        scene.view.show();
        QTRY_COMPARE(scene.view.current(), 0);
    }

    void whatAMessageSaysIsNoMarkupAndImagesAreShown()
    {
        const QByteArray png =
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNwaGA48B8ABc"
            "UCgFiWOssAAAAASUVORK5CYII=";
        std::vector<Said> talk{said(
            std::chrono::milliseconds(0), "llm",
            envelope("writer", "gpt", "request", "c1",
                     "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':"
                     "'<b>bold</b> <img src=x>'},{'type':'image_url','image_url':{'url':"
                     "'data:image/png;base64," +
                         png +
                         "'}},{'type':'image_url','image_url':{'url':'data:image/png;base64,AAAA'}}"
                         "]}]}"))};
        Scene scene(talk);
        QVERIFY(scene.select(1));
        QTRY_COMPARE(scene.view.current(), 0);
        QVERIFY(scene.page().contains(QStringLiteral("<b>bold</b> <img src=x>")));
        QCOMPARE(scene.view.page()->toHtml().count(QStringLiteral("<img ")), 1);
        QVERIFY(scene.page().contains(QStringLiteral("It cannot be shown")));
        QVERIFY(scene.page().contains(QStringLiteral("no answer yet")));
    }

    void longTextsAreFoldedAndUnfoldedInPlace()
    {
        QByteArray text;
        for (int i = 0; i < 200; ++i)
            text += "line " + QByteArray::number(i) + "\\n";
        Scene scene({said(
            std::chrono::milliseconds(0), "llm",
            envelope("writer", "gpt", "request", "c1",
                     "{'model':'m','messages':[{'role':'user','content':'" + text + "'}]}"))});
        QVERIFY(scene.select(1));
        QTRY_COMPARE(scene.view.current(), 0);
        QVERIFY(!scene.page().contains(QStringLiteral("line 150")));
        QVERIFY(scene.page().contains(QStringLiteral("Show all 201 lines")));
        Q_EMIT scene.view.page()->anchorClicked(QUrl(QStringLiteral("expand:p0.0")));
        QVERIFY(scene.page().contains(QStringLiteral("line 150")));
    }

    void aPromptOfThousandsIsShownInPart()
    {
        QByteArray many;
        for (int i = 0; i < 900; ++i)
            many += QByteArray(i > 0 ? "," : "") + "{'role':'user','content':'m" +
                    QByteArray::number(i) + "'}";
        Scene scene({said(std::chrono::milliseconds(0), "llm",
                          envelope("writer", "gpt", "request", "c1",
                                   "{'model':'m','messages':[" + many + "]}"))});
        QVERIFY(scene.select(1));
        QTRY_COMPARE(scene.view.current(), 0);
        QVERIFY(scene.page().contains(QStringLiteral("m499")));
        QVERIFY(!scene.page().contains(QStringLiteral("m500")));
        QVERIFY(scene.page().contains(QStringLiteral("400 more messages")));
    }

    void stateIsKept()
    {
        Scene scene;
        for (auto* button : scene.view.findChildren<QToolButton*>()) {
            if (button->isCheckable())
                button->setChecked(false);
        }
        TranscriptView other({&scene.shared});
        other.restoreState(scene.view.saveState());
        for (auto* button : other.findChildren<QToolButton*>()) {
            if (button->isCheckable())
                QVERIFY(!button->isChecked());
        }
        other.restoreState("nonsense");
    }

    void aPriceIsWrittenAboveTheShippedOnes()
    {
        PriceTable table = PriceTable::shipped();
        table.set({"own-model", 1, 2, {}});
        PricesDialog dialog(table);
        auto* rows = dialog.findChild<QTableWidget*>();
        QCOMPARE(rows->item(0, 0)->text(), QStringLiteral("own-model"));
        QVERIFY((rows->item(1, 0)->flags() & Qt::ItemIsEditable) == 0);
        rows->item(0, 1)->setText(QStringLiteral("cheap"));
        dialog.accept();
        QCOMPARE(dialog.result(), 0); // still open, and says why
        rows->item(0, 1)->setText(QStringLiteral("$3.5"));
        dialog.accept();
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
        QCOMPARE(*dialog.prices().own().front().in, 3.5);
        QVERIFY(!dialog.prices().own().front().cached);
    }
};

QTEST_MAIN(TranscriptViewTest)
#include "tst_transcriptview.moc"
