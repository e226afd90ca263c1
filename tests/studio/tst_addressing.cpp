// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "addressing.h"
#include "filteredit.h"
#include "mainwindow.h"
#include "menus.h"
#include "placechooser.h"
#include "recordings.h"
#include "settings.h"
#include "statusline.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/base/view.h"
#include "views/base/zonebutton.h"
#include "views/connect/attachedit.h"
#include "views/connect/firstpage.h"
#include "workspace.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kFirst = 1'768'000'000'000'000'000; // 2026-01-09 23:06:40 UTC

/// A window of its own on a recording of 500 messages, one every 10 ms.
struct Desk
{
    QTemporaryDir dir;
    StudioSettings settings{dir.filePath(u"settings.ini"_s)};
    QString recordings = dir.filePath(u"recordings"_s);
    QString file = dir.filePath(u"night.murmur"_s);
    std::unique_ptr<MainWindow> window;

    Desk()
    {
        if (!test::makeRecording(file, 500))
            qFatal("no recording");
        reopen();
    }
    void reopen()
    {
        window.reset();
        window =
            std::make_unique<MainWindow>(settings, MainWindow::Options{recordings, false, true});
        window->resize(1680, 1020);
        window->show();
    }
    [[nodiscard]] bool open(const QString& path)
    {
        window->openFile(path);
        // It begins at its first incident, which is looked for.
        return QTest::qWaitFor(
            [this] {
                return last() == 500 && !uuid().isEmpty() && shared().selectedMessage() != 0;
            },
            20'000);
    }
    [[nodiscard]] SharedView& shared() const { return *window->shared(); }
    [[nodiscard]] Addressing& addressing() const { return *window->menus()->addressing(); }
    [[nodiscard]] Seq last() const
    {
        return shared().session() ? shared().session()->seen().last : 0;
    }
    [[nodiscard]] QString uuid() const { return window->session()->info().uuid; }
    [[nodiscard]] QString said() const { return window->statusLine()->text(); }
    [[nodiscard]] QString filter() const
    {
        return shared().filter() ? shared().filter()->text() : QString();
    }
    void trigger(const QKeySequence& keys) const
    {
        for (QAction* action : window->menus()->actions()) {
            if (action->shortcut() == keys)
                action->trigger();
        }
    }
    /// Sets everything that an address has, and gives the address.
    QString wander() const
    {
        shared().setWindow({fromNs(kFirst) + 1s, fromNs(kFirst) + 3s});
        shared().setPlayhead(fromNs(kFirst) + 2s);
        shared().selectMessage(201);
        shared().selectAgent(shared().session()->dictionaries()->findAgent("planner"));
        window->filterEdit()->setText(u"from == \"planner\" and kind != state"_s);
        window->filterEdit()->apply();
        window->workspace()->bringToFront(u"matrix");
        trigger(QKeySequence(u"Ctrl+Shift+C"_s));
        return QGuiApplication::clipboard()->text();
    }
    void leave() const
    {
        shared().showAll();
        shared().setPlayhead(fromNs(kFirst));
        shared().selectMessage(0);
        shared().selectAgent({});
        window->filterEdit()->clear();
        window->workspace()->bringToFront(u"messages");
    }
    [[nodiscard]] QString whereItStands() const
    {
        return u"%1 %2 %3 %4 %5 %6 %7"_s.arg(
            isoTime(shared().playhead()), isoTime(shared().window().begin),
            isoTime(shared().window().end), QString::number(shared().selectedMessage()),
            QString::number(index(shared().selectedAgent())), filter(),
            window->workspace()->view(u"matrix")->isVisible() ? u"matrix"_s : u"-"_s);
    }
    [[nodiscard]] QString whereItStandsIfOpen() const
    {
        return last() == 0 ? QString() : whereItStands();
    }
    [[nodiscard]] PlaceChooser* chooser() const { return window->findChild<PlaceChooser*>(); }
};

} // namespace

/// Every moment has an address, and whatever is pasted leads somewhere or says why not.
class TestAddressing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void cleanup() { setShownZone(QTimeZone::utc()); }

    void aLinkKeepsTheLowerView()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        Workspace* workspace = desk.window->workspace();
        workspace->bringToFront(u"matrix");
        // A click above or the filter that is being written chooses no other view.
        for (QWidget* widget : {static_cast<QWidget*>(workspace->view(u"timeline")),
                                static_cast<QWidget*>(desk.window->filterEdit())}) {
            widget->setFocus();
            QCOMPARE(desk.addressing().moment().view, u"matrix"_s);
        }
        workspace->bringToFront(u"timeline");
        QCOMPARE(desk.addressing().moment().view, u"timeline"_s);
        workspace->bringToFront(u"messages");
        QCOMPARE(desk.addressing().moment().view, u"messages"_s);
    }

    void aLinkLeadsBackToWhereItWasCopied()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const QString link = desk.wander();
        QVERIFY2(link.startsWith(u"murmur://open?recording="_s), qPrintable(link));
        const QString before = desk.whereItStands();
        desk.leave();
        QVERIFY(desk.whereItStands() != before);
        desk.trigger(QKeySequence::Paste);
        QTRY_COMPARE_WITH_TIMEOUT(desk.whereItStands(), before, 20'000);
    }

    void aLinkOpensItsRecording()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const QString link = desk.wander();
        const QString before = desk.whereItStands();
        desk.reopen();
        QCOMPARE(desk.last(), Seq(0));
        StudioArguments arguments;
        arguments.link = *momentFromLink(link);
        desk.window->start(arguments);
        QTRY_COMPARE_WITH_TIMEOUT(desk.whereItStandsIfOpen(), before, 20'000);
    }

    void aRecordingThatWasMovedIsFoundByItsName()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        QString link = desk.wander();
        const QString before = desk.whereItStands();
        link.replace(desk.dir.path(), u"/elsewhere"_s);
        desk.reopen(); // the folder is that of a recent file
        QGuiApplication::clipboard()->setText(link);
        desk.trigger(QKeySequence::Paste);
        QTRY_COMPARE_WITH_TIMEOUT(desk.whereItStandsIfOpen(), before, 20'000);
    }

    void theFirstPageTakesALinkWhereItTakesUrls()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const QString link = desk.wander();
        const QString before = desk.whereItStands();
        desk.reopen();
        auto* edit = desk.window->firstPage()->findChild<AttachEdit*>();
        QVERIFY(edit);
        edit->setText(link);
        QTest::keyClick(edit->findChild<QLineEdit*>(), Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(desk.whereItStandsIfOpen(), before, 20'000);
    }

    void severalRecordingsNameTheirMessage()
    {
        Desk desk;
        const QString south = desk.dir.filePath(u"south.murmur"_s);
        QVERIFY(test::makeRecording(south, 300, kFirst + 5'000'000));
        desk.window->openFiles({desk.file, south});
        QTRY_COMPARE_WITH_TIMEOUT(desk.last(), Seq(800), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(desk.window->session()->info().recordings.size(), std::size_t(2),
                                  20'000);
        desk.shared().selectMessage(100);
        desk.shared().setPlayhead(fromNs(kFirst) + 500ms);
        QGuiApplication::clipboard()->clear();
        desk.addressing().copyLink();
        QTRY_VERIFY_WITH_TIMEOUT(!QGuiApplication::clipboard()->text().isEmpty(), 20'000);
        const auto moment = momentFromLink(QGuiApplication::clipboard()->text());
        QVERIFY(moment);
        QCOMPARE(moment->recordings.size(), std::size_t(2));
        QVERIFY(!moment->recordings.back().uuid.isEmpty());
        QVERIFY2(moment->select.startsWith(u"night:"_s) || moment->select.startsWith(u"south:"_s),
                 qPrintable(moment->select));
        desk.shared().selectMessage(7);
        desk.addressing().open(*moment);
        QTRY_COMPARE_WITH_TIMEOUT(desk.shared().selectedMessage(), Seq(100), 20'000);
    }

    void anotherRecordingOfThatNameIsToldApart()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const QString link = desk.wander();
        desk.window.reset();
        QVERIFY(QFile::remove(desk.file));
        QVERIFY(test::makeRecording(desk.file, 500));
        desk.reopen();
        desk.addressing().goTo(link);
        QTRY_VERIFY2_WITH_TIMEOUT(desk.said().contains(u"night.murmur is another recording"_s),
                                  qPrintable(desk.said()), 20'000);
    }

    void aRecordingThatIsNotHereIsNamed()
    {
        Desk desk;
        desk.addressing().goTo(u"murmur://open?recording=/nowhere/gone.murmur"_s);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window->lastError().has_value(), 20'000);
        QVERIFY(desk.window->lastError()->message.contains(u"/nowhere/gone.murmur"_s));
    }

    void aLinkThatIsNoneIsRefused()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const QString before = desk.whereItStands();
        desk.addressing().goTo(u"murmur://open?recording=nats://prod&exec=1"_s);
        QVERIFY(desk.window->lastError().has_value());
        QCOMPARE(desk.whereItStands(), before);
    }

    void whatIsPastedIsGoneTo_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<Seq>("message");
        QTest::addColumn<QString>("time");
        QTest::addColumn<QString>("said");
        QTest::newRow("id") << u"c12"_s << Seq(121) << u"23:06:41.200"_s << u"2 messages"_s;
        QTest::newRow("number") << u"301"_s << Seq(301) << u"23:06:43.000"_s << u"message 301"_s;
        QTest::newRow("time") << u"23:06:42.5"_s << Seq(0) << u"23:06:42.500"_s
                              << u"went to 2026-01-09 23:06:42.500 UTC"_s;
        QTest::newRow("zone") << u"00:06:42.5 CET"_s << Seq(0) << u"23:06:42.500"_s
                              << u"00:06:42.5 CET"_s;
        QTest::newRow("JSON") << u"{\"correlation_id\": \"c7\", \"n\": 3}"_s << Seq(71)
                              << u"23:06:40.700"_s << u"correlation c7"_s;
        QTest::newRow("log") << u"2026-01-09T23:06:43.130Z robot-99 lost correlation=c30"_s
                             << Seq(304) << u"23:06:43.030"_s << u"c30"_s;
    }
    void whatIsPastedIsGoneTo()
    {
        QFETCH(QString, text);
        QFETCH(Seq, message);
        QFETCH(QString, time);
        QFETCH(QString, said);
        Desk desk;
        QVERIFY(desk.open(desk.file));
        desk.leave();
        QGuiApplication::clipboard()->setText(text);
        desk.trigger(QKeySequence::Paste);
        QVERIFY(desk.addressing().isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(!desk.addressing().isBusy(), 20'000);
        // Of several places the first is the most exact.
        if (PlaceChooser* chooser = desk.chooser())
            chooser->accept();
        QTRY_VERIFY2_WITH_TIMEOUT(desk.said().contains(said), qPrintable(desk.said()), 20'000);
        QCOMPARE(clockTime(desk.shared().playhead()), time);
        if (message != 0)
            QCOMPARE(desk.shared().selectedMessage(), message);
    }

    void severalPlacesAreListed()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        desk.addressing().goTo(u"either c7 or c30"_s);
        QTRY_VERIFY_WITH_TIMEOUT(desk.chooser(), 20'000);
        QListWidget* list = desk.chooser()->list();
        QCOMPARE(list->count(), 2);
        QVERIFY2(list->item(1)->text().contains(u"c30"_s), qPrintable(list->item(1)->text()));
        list->setCurrentRow(1);
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(desk.shared().selectedMessage(), Seq(301), 20'000);
    }

    void whatIsNotFoundSaysWhatWasTried()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const QString before = desk.whereItStands();
        desk.addressing().goTo(u"trace_id=4711-none"_s);
        QTRY_VERIFY2_WITH_TIMEOUT(
            desk.said().contains(u"Nothing found. Tried: trace_id 4711-none"_s),
            qPrintable(desk.said()), 20'000);
        QCOMPARE(desk.whereItStands(), before);
    }

    void anEditFieldKeepsItsPaste()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        desk.leave();
        auto* edit = desk.window->filterEdit()->findChild<QLineEdit*>();
        QVERIFY(edit);
        desk.window->activateWindow();
        desk.window->filterEdit()->focusText();
        QTRY_VERIFY_WITH_TIMEOUT(edit->hasFocus(), 20'000);
        QGuiApplication::clipboard()->setText(u"c12"_s);
        QTest::keyClick(edit, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(edit->text(), u"c12"_s);
        QCOMPARE(desk.shared().selectedMessage(), Seq(0));
    }

    void theDialogTakesTheSame()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        desk.trigger(QKeySequence(u"Ctrl+G"_s));
        auto* dialog = desk.window->findChild<GoToDialog*>();
        QVERIFY(dialog);
        dialog->edit()->setText(u"301"_s);
        QTest::keyClick(dialog->edit(), Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(desk.shared().selectedMessage(), Seq(301), 20'000);
    }

    void anotherZoneIsShownAndRemembered()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        const auto buttons = desk.window->findChildren<ZoneButton*>();
        QVERIFY(buttons.size() >= 2);
        for (const ZoneButton* button : buttons)
            QVERIFY(button->text().startsWith(u"UTC"_s));
        const QString before = desk.window->workspace()->view(u"overview")->asText();
        QVERIFY2(before.contains(u"23:06:40"_s) && before.contains(u"UTC"_s), qPrintable(before));
        View* inspector = desk.window->workspace()->view(u"inspector");
        const auto words = [inspector] {
            QString all;
            for (const QLabel* label : inspector->findChildren<QLabel*>())
                all += label->text() + u'\n';
            return all;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(words().contains(u"23:06:4"_s), qPrintable(words()), 20'000);
        setShownZone(QTimeZone("Asia/Kathmandu"));
        for (const ZoneButton* button : buttons)
            QVERIFY2(button->text().startsWith(u"UTC+05:45"_s), qPrintable(button->text()));
        const QString after = desk.window->workspace()->view(u"overview")->asText();
        QVERIFY2(after.contains(u"2026-01-10  04:51:40"_s), qPrintable(after));
        // What names a time in words is written anew.
        QVERIFY2(words().contains(u"04:51:4"_s), qPrintable(words()));
        // It follows the theme, too.
        const QString dark = buttons.front()->styleSheet();
        Theme::apply(false);
        QVERIFY(buttons.front()->styleSheet() != dark);
        Theme::apply(true);
        QCOMPARE(buttons.front()->styleSheet(), dark);
        // A time that names no zone is read in the one that is shown.
        desk.addressing().goTo(u"04:51:42"_s);
        QTRY_COMPARE_WITH_TIMEOUT(clockTime(desk.shared().playhead(), 0), u"23:06:42"_s, 20'000);
        setShownZone(QTimeZone::utc());
        QTRY_COMPARE_WITH_TIMEOUT(desk.settings.bytes(u"window/zone"_s), "UTC"_ba, 20'000);
        setShownZone(QTimeZone("Asia/Kathmandu"));
        desk.window.reset();
        setShownZone(QTimeZone::utc());
        desk.reopen();
        QCOMPARE(shownZone().id(), "Asia/Kathmandu"_ba);
    }

    void whatDiffersIsAskedOfWhatIsSelected()
    {
        Desk desk;
        QVERIFY(desk.open(desk.file));
        desk.window->activateWindow();
        desk.shared().selectAgent(desk.shared().session()->dictionaries()->findAgent("robot-07"));
        View* agents = desk.window->workspace()->view(u"agents");
        QTRY_VERIFY_WITH_TIMEOUT(agents->picked().has_value(), 20'000);
        QVERIFY(desk.window->workspace()->bringToFront(u"agents"));
        QTRY_VERIFY_WITH_TIMEOUT(agents->isAncestorOf(desk.window->focusWidget()), 20'000);
        desk.trigger(QKeySequence(u"Ctrl+Shift+H"_s));
        QVERIFY(desk.shared().region().has_value());
        QCOMPARE(desk.shared().region()->condition, u"agent == \"robot-07\""_s);
        View* differs = desk.window->workspace()->view(u"differences");
        QTRY_VERIFY_WITH_TIMEOUT(differs->isVisible(), 20'000);
        QTRY_VERIFY2_WITH_TIMEOUT(differs->asText().contains(u"What differs: robot-07"_s),
                                  qPrintable(differs->asText()), 20'000);
    }
};

QTEST_MAIN(TestAddressing)
#include "tst_addressing.moc"
