// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commanding.h"
#include "commandpalette.h"
#include "filteredit.h"
#include "floatingpane.h"
#include "helpbrowser.h"
#include "helppages.h"
#include "layoutpresets.h"
#include "mainwindow.h"
#include "menus.h"
#include "palettesources.h"
#include "panekeys.h"
#include "query/filterbook.h"
#include "recordings.h"
#include "resuming.h"
#include "screenshot.h"
#include "settings.h"
#include "studiosession.h"
#include "viewhistory.h"
#include "viewregistry.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/view.h"
#include "views/connect/banner.h"
#include "views/timeline/timelineview.h"
#include "windowgroup.h"
#include "workspace.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QAction>
#include <QClipboard>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QPointer>
#include <QPushButton>
#include <QSet>
#include <QTabBar>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

PaletteEntry entryOf(const QString& text, const QString& kind = u"command"_s)
{
    return {text, kind, {}, text, [] {}};
}

QStringList textsOf(const PaletteModel& model)
{
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts << model.entry(row)->text;
    return texts;
}

} // namespace

class TestCommanding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        qputenv("MURMURSCOPE_FILTERS", QFile::encodeName(m_dir->filePath(u"filters.json"_s)));
        m_settings = std::make_unique<StudioSettings>(m_dir->filePath(u"settings.ini"_s));
        m_window = std::make_unique<MainWindow>(
            *m_settings, MainWindow::Options{m_dir->filePath(u"recordings"_s), false, true});
        m_window->resize(1680, 1020);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup()
    {
        m_window.reset();
        m_settings.reset();
        m_dir.reset();
        qunsetenv("MURMURSCOPE_FILTERS");
    }

    void theModelFindsAndRemembers()
    {
        PaletteModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setEntries({entryOf(u"File: Open"_s), entryOf(u"Replay: Play or pause"_s),
                          entryOf(u"planner-1"_s, u"agent"_s),
                          entryOf(u"plan.tasks"_s, u"topic"_s)},
                         {u"Replay: Play or pause"_s});
        QCOMPARE(model.entry(0)->text, u"Replay: Play or pause"_s); // used last
        QCOMPARE(model.rowCount(), 4);
        model.setQuery(u"open"_s);
        QCOMPARE(textsOf(model), QStringList{u"File: Open"_s});
        model.setQuery(u"rpp"_s); // beginnings of words
        QCOMPARE(textsOf(model), QStringList{u"Replay: Play or pause"_s});
        model.setQuery(u"@pl"_s);
        QCOMPARE(textsOf(model), QStringList{u"planner-1"_s});
        model.setQuery(u"#"_s);
        QCOMPARE(textsOf(model), QStringList{u"plan.tasks"_s});
        model.setQuery(u"pause play"_s); // words in any order
        QCOMPARE(textsOf(model), QStringList{u"Replay: Play or pause"_s});
        model.setQuery(u"fle pen"_s); // letters that stand anywhere
        QCOMPARE(model.rowCount(), 0);
        model.setQuery(u"xyz"_s);
        QCOMPARE(model.rowCount(), 0);
    }

    void thePaletteRunsWhatIsChosen()
    {
        open();
        QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QPointer<CommandPalette> palette = m_window->findChild<CommandPalette*>();
        QVERIFY(palette);
        QTest::keyClicks(palette->edit(), u"clear filter"_s);
        QCOMPARE(palette->model()->entry(0)->text, u"Session: Clear the filter"_s);
        palette->edit()->setText(u"go to conversations"_s);
        QTest::keyClick(palette->edit(), Qt::Key_Return);
        QTRY_VERIFY(m_window->workspace()->view(u"conversations")->isVisible());
        QTRY_VERIFY(!palette);
        // It comes first the next time.
        m_window->menus()->commanding()->openPalette();
        palette = m_window->findChild<CommandPalette*>();
        QCOMPARE(palette->model()->entry(0)->text, u"Go to Conversations"_s);
        QTest::keyClick(palette->edit(), Qt::Key_Escape);
        QTRY_VERIFY(!palette);
    }

    void everythingEnabledIsThereAndNothingElse()
    {
        const auto texts = [this] {
            QStringList all;
            for (const PaletteEntry& entry : paletteEntries(*m_window))
                all << entry.text;
            return all;
        };
        QVERIFY(texts().contains(u"File: Open"_s));
        QVERIFY(!texts().contains(u"Session: Clear the filter"_s)); // no recording
        open();
        const QStringList now = texts();
        QVERIFY(now.contains(u"Session: Clear the filter"_s));
        QVERIFY(now.contains(u"View: Layouts: Post-mortem"_s));
        QVERIFY(!now.filter(u"Timeline: Sort lanes by: "_s).isEmpty());
        PaletteModel model;
        model.setEntries(paletteEntries(*m_window), {});
        model.setQuery(u"inspector"_s); // as --view calls it
        QCOMPARE(model.entry(0)->text, u"Go to Message"_s);
        QVERIFY(now.filter(u"agent"_s, Qt::CaseInsensitive).size() > 1);
    }

    void aFilterIsKeptAndUsedByItsName()
    {
        open();
        FilterEdit* filter = m_window->filterEdit();
        filter->setText(u"kind == error"_s);
        QVERIFY(filter->apply());
        QCOMPARE(filter->history(), QStringList{u"kind == error"_s});
        QCOMPARE(m_settings->strings(u"filter/history"_s), filter->history());
        filter->keep();
        QLineEdit* name = nullptr;
        for (QDialog* dialog : m_window->findChildren<QDialog*>())
            if (dialog->isVisible())
                name = dialog->findChild<QLineEdit*>();
        QVERIFY(name);
        name->setText(u"bad"_s);
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_VERIFY(FilterBook::load(FilterBook::usualPath())->find(u"bad"));
        filter->clear();
        filter->setText(u"@bad"_s);
        QVERIFY(filter->apply());
        QTRY_COMPARE(filter->countText(), u"100 match"_s);
    }

    void theFilterHidesOrDims()
    {
        open();
        FilterEdit* filter = m_window->filterEdit();
        auto* effect = filter->findChild<QToolButton*>(u"filterEffect"_s);
        QVERIFY(!effect->isVisible());
        filter->setText(u"kind == error"_s);
        QVERIFY(filter->apply());
        QVERIFY(effect->isVisible());
        QCOMPARE(effect->text(), u"hides"_s);
        effect->click();
        QCOMPARE(effect->text(), u"dims"_s);
        QVERIFY(m_window->shared()->filterDims());
        // From match to match.
        m_window->shared()->selectMessage(1);
        const auto press = [this](Qt::KeyboardModifiers modifiers) {
            QTest::keyClick(m_window.get(), Qt::Key_F3, modifiers);
            return m_window->shared()->selectedMessage();
        };
        Seq first = 0;
        QTRY_VERIFY((first = press({})) > 1);
        const Seq second = press({});
        QVERIFY(second > first);
        QCOMPARE(press(Qt::ShiftModifier), first);
    }

    void layoutsCanBeTakenBackAndKept()
    {
        open();
        Workspace* workspace = m_window->workspace();
        QVERIFY(workspace->view(u"agents")->isVisible());
        for (const LayoutPreset& preset : layoutPresets()) {
            workspace->usePreset(preset);
            QVERIFY2(workspace->view(QString::fromLatin1(preset.front))->isVisible(), preset.id);
            for (const std::string_view hidden : preset.hidden) {
                const QString id = QString::fromLatin1(hidden.data(), qsizetype(hidden.size()));
                if (const View* view = workspace->view(id)) // a build may lack one
                    QVERIFY2(!view->isVisible(), qPrintable(id));
            }
        }
        workspace->resetLayout();
        trigger(u"Live demo"_s);
        QVERIFY(!workspace->view(u"agents")->isVisible());
        m_window->shared()->undoStack()->undo();
        QVERIFY(workspace->view(u"agents")->isVisible());
        m_window->shared()->undoStack()->redo();
        QVERIFY(!workspace->view(u"agents")->isVisible());

        const QByteArray demo = workspace->layoutState();
        m_settings->setBytes(u"layouts/night"_s, demo);
        workspace->resetLayout();
        trigger(u"night"_s);
        QVERIFY(!workspace->view(u"agents")->isVisible());
        QVERIFY(!workspace->setLayoutState("nonsense"));
    }

    void theHelpIsInTheWindow()
    {
        QTest::keyClick(m_window.get(), Qt::Key_F1);
        auto* help = m_window->findChild<HelpBrowser*>();
        QVERIFY(help);
        QVERIFY(help->shownPages().size() > 20);
        help->search(u"rosbridge"_s);
        QVERIFY(help->shownPages().contains(u"robots"_s));
        QVERIFY(help->shownPages().size() < 20);
        QVERIFY(help->shownPages().contains(help->currentPage()));
        QVERIFY(help->showPage(u"sql"_s));
        QVERIFY(!help->showPage(u"nothing"_s));
        QCOMPARE(help->currentPage(), u"sql"_s);
        help->search(u"no page says this"_s);
        QVERIFY(help->shownPages().isEmpty());
    }

    void whatWasOpenIsOfferedAfterACrash()
    {
        open();
        m_window->shared()->setPlayhead(m_window->shared()->session()->seen().time.begin +
                                        std::chrono::milliseconds(1500));
        const TimePoint playhead = m_window->shared()->playhead();
        m_window->menus()->resuming()->note();
        const QStringList noted = m_settings->namesBelow(u"open"_s);
        QCOMPARE(noted.size(), 1);
        const QStringList link = m_settings->strings(u"open/"_s + noted.front());
        // Another process of that kind that is no more; this one ends in order.
        m_settings->setStrings(u"open/999999999"_s, link);
        const MainWindow::Options options{m_dir->filePath(u"recordings"_s), false, true};
        m_window.reset();
        QCOMPARE(m_settings->namesBelow(u"open"_s), QStringList{u"999999999"_s});
        m_window = std::make_unique<MainWindow>(*m_settings, options);
        m_window->show();
        m_window->start({});
        QVERIFY(m_window->banner()->isVisible());
        QCOMPARE(m_window->banner()->offered().size(), 1);
        Q_EMIT m_window->banner()->chosen(0);
        QTRY_VERIFY(m_window->shared()->session() != nullptr);
        QTRY_COMPARE(m_window->shared()->playhead(), playhead);
        // Offered once.
        QVERIFY(!m_settings->namesBelow(u"open"_s).contains(u"999999999"_s));
        m_window.reset();
        m_window = std::make_unique<MainWindow>(*m_settings, options);
        m_window->start({});
        QVERIFY(m_window->banner()->offered().isEmpty());
    }

    void lettersAndRowsGrow()
    {
        open();
        const View* timeline = m_window->workspace()->view(u"timeline");
        const QImage before = timeline->window()->grab().toImage();
        const int lane = Theme::current().laneHeight;
        m_window->setSize({150, true});
        QVERIFY(Theme::current().laneHeight > lane * 3 / 2);
        QCOMPARE(Theme::current().interfaceFont(10).pointSizeF(), 15.0);
        QVERIFY(m_settings->size() == (Theme::Size{150, true}));
        QVERIFY(timeline->window()->grab().toImage() != before);
        m_window->setSize({});
        QCOMPARE(Theme::current().laneHeight, lane);
        // What cannot be read is made to fit.
        Theme::setSize({5, false});
        QVERIFY(Theme::size().textPercent >= 75);
        Theme::setSize({});
    }

    /// Each view has a name, a role that is not "nothing", a text, and pictures of each kind.
    void everyViewCanBeReadAndKept()
    {
        open();
        for (const ViewEntry& entry : viewEntries()) {
            const QString id = QLatin1StringView(entry.id);
            QVERIFY(m_window->workspace()->bringToFront(id));
            View* view = m_window->workspace()->view(id);
            QTRY_VERIFY2(view->isSettled(), entry.id);
            QVERIFY2(!view->asText().trimmed().isEmpty(), entry.id);
            QAccessibleInterface* readable = QAccessible::queryAccessibleInterface(view);
            QVERIFY2(readable && readable->isValid(), entry.id);
            QVERIFY2(!readable->text(QAccessible::Name).isEmpty(), entry.id);
            QVERIFY2(readable->role() != QAccessible::NoRole, entry.id);
            for (const QString& ending : {u".png"_s, u".svg"_s, u".pdf"_s}) {
                const QString path = m_dir->filePath(id + ending);
                const Status written = writePicture(view, path);
                QVERIFY2(written && QFileInfo(path).size() > 200, qPrintable(path));
            }
        }
    }

    void thePaneInFrontIsCopied()
    {
        open();
        m_window->workspace()->bringToFront(u"messages");
        QTRY_VERIFY(m_window->workspace()->view(u"messages")->isSettled());
        QGuiApplication::clipboard()->clear();
        QTest::keyClick(m_window.get(), Qt::Key_T, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(QGuiApplication::clipboard()->text().contains(u"kind"_s));
        QTest::keyClick(m_window.get(), Qt::Key_C, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(!QGuiApplication::clipboard()->pixmap().isNull());
    }

    /// A window that was closed before anything was open leaves no layout behind.
    void whatWasNeverSeenIsNotKept()
    {
        m_window->workspace()->save(*m_settings);
        QVERIFY(m_settings->bytes(u"window/layout"_s).isEmpty());
        open();
        QTest::qWait(0);
        const Workspace* workspace = m_window->workspace();
        QVERIFY(workspace->view(u"timeline")->height() > workspace->view(u"heatmap")->height());
        m_window->workspace()->save(*m_settings);
        QVERIFY(!m_settings->bytes(u"window/layout"_s).isEmpty());
    }

    void aPaneHasAWindowOfItsOwn()
    {
        open();
        Workspace* workspace = m_window->workspace();
        View* timeline = workspace->view(u"timeline");
        workspace->toggleFloating(u"timeline");
        QVERIFY(workspace->isFloating(u"timeline"));
        QVERIFY(timeline->isVisible());
        QVERIFY(timeline->window() != m_window.get());
        // The keys of the menus hold there, and the selection is the same.
        QPointer<QWidget> pane = timeline->window();
        pane->close();
        QVERIFY(!workspace->isFloating(u"timeline"));
        QCOMPARE(timeline->window(), m_window.get());
        QVERIFY(timeline->isVisible());
        QTRY_VERIFY(!pane);
        // The order of the middle is that of before.
        QVERIFY(timeline->mapTo(m_window.get(), QPoint()).y() <
                workspace->view(u"heatmap")->mapTo(m_window.get(), QPoint()).y());
        // A layout brings everything home, and a window that goes takes its panes along.
        workspace->toggleFloating(u"messages");
        workspace->resetLayout();
        QVERIFY(!workspace->isFloating(u"messages"));
        workspace->toggleFloating(u"state");
        m_window.reset();
    }

    void aPaneIsMovedByMenuKeysAndMouse()
    {
        open();
        Workspace* workspace = m_window->workspace();
        const auto view = [workspace](const char* id) {
            return workspace->view(QString::fromLatin1(id));
        };
        const auto at = [this](const QWidget* widget) {
            return QRect(widget->mapTo(m_window.get(), QPoint()), widget->size());
        };
        const QByteArray usual = workspace->layoutState();
        workspace->bringToFront(u"topology");
        QTest::keyClick(m_window.get(), Qt::Key_Right, Qt::AltModifier | Qt::ShiftModifier);
        QCOMPARE(workspace->dock(u"topology"), Dock::RightTabs);
        QVERIFY(view("topology")->isVisible());
        QVERIFY(at(view("topology")).left() > at(view("timeline")).right());
        QVERIFY(at(view("topology")).top() > at(view("state")).bottom());
        QTest::keyClick(m_window.get(), Qt::Key_Up, Qt::AltModifier | Qt::ShiftModifier);
        QCOMPARE(workspace->dock(u"topology"), Dock::RightTop);
        QTest::keyClick(m_window.get(), Qt::Key_Up, Qt::AltModifier | Qt::ShiftModifier);
        QTest::qWait(0);
        QVERIFY(at(view("topology")).top() < at(view("state")).top());
        QCOMPARE(workspace->currentView(), u"topology"_s); // the keyboard came along

        // Kept in layouts, taken back step by step.
        const QByteArray moved = workspace->layoutState();
        for (int i = 0; i < 3; ++i)
            m_window->shared()->undoStack()->undo();
        QCOMPARE(workspace->dock(u"topology"), Dock::MiddleTabs);
        QVERIFY(workspace->setLayoutState(moved));
        QCOMPARE(workspace->dock(u"topology"), Dock::RightTop);
        QVERIFY(at(view("topology")).top() < at(view("state")).top());
        QVERIFY(workspace->setLayoutState(usual));
        QCOMPARE(workspace->dock(u"topology"), Dock::MiddleTabs);

        // By its tab to the left, and by its header back; Esc leaves it where it was.
        QWidget* mark = workspace->findChild<QWidget*>(u"dropMark"_s);
        QVERIFY(mark);
        drag(tabOf("wall"), tabPlace("wall"), view("findings"), false);
        QTRY_COMPARE(workspace->dock(u"wall"), Dock::LeftTop);
        QVERIFY(view("wall")->isVisible());
        QVERIFY(!mark->isVisible());
        QTest::qWait(0);
        drag(tabOf("messages"), tabPlace("messages"), view("findings"), true);
        QTest::qWait(0);
        QCOMPARE(workspace->dock(u"messages"), Dock::MiddleTabs);
        QWidget* header = view("wall")->findChild<PaneHeader*>();
        drag(header, {40, 10}, tabOf("messages"), false);
        QTRY_COMPARE(workspace->dock(u"wall"), Dock::MiddleTabs);

        // What stands in a window of its own does so in the layout, too.
        workspace->toggleFloating(u"state");
        const QByteArray out = workspace->layoutState();
        workspace->resetLayout();
        QVERIFY(!workspace->isFloating(u"state"));
        QVERIFY(workspace->setLayoutState(out));
        QVERIFY(workspace->isFloating(u"state"));
        QVERIFY(view("state")->isVisible());
        m_window->closeRecording(); // it has nothing to show, and comes back with the next
        QTRY_VERIFY(!view("state")->isVisible());
    }

    void whatWasLookedAtComesBack()
    {
        open();
        SharedView* shared = m_window->shared();
        QTRY_VERIFY(shared->selectedMessage() != 0); // the first look
        m_window->history()->settle();
        const TimeRange all = shared->window();
        QWidget* timeline = m_window->workspace()->view(u"timeline");
        timeline->setFocus();
        const auto press = [this](QWidget* widget, Qt::Key key, Qt::KeyboardModifiers with = {}) {
            QTest::keyClick(widget, key, with);
            m_window->history()->settle();
        };
        press(timeline, Qt::Key_Plus);
        const TimeRange near = shared->window();
        QVERIFY(near.length() < all.length());
        press(timeline, Qt::Key_Right);
        QVERIFY(shared->window() != near);
        QTest::keyClick(timeline, Qt::Key_Shift);
        m_window->filterEdit()->setText(u"kind == error"_s);
        QVERIFY(m_window->filterEdit()->apply());
        QTRY_VERIFY(shared->filter() != nullptr);
        m_window->history()->settle();
        QVERIFY(shared->undoStack()->undoText().contains(u"kind == error"_s));
        const TimelineView* lanes = qobject_cast<TimelineView*>(timeline);
        const QByteArray folds = lanes->saveState();

        // As in a browser, and by the key of every other program.
        timeline->setFocus();
        press(timeline, Qt::Key_Left, Qt::AltModifier);
        QVERIFY(!shared->filter());
        press(timeline, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(shared->window(), near);
        press(timeline, Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(shared->window(), all);
        QVERIFY(!shared->undoStack()->canUndo());
        press(timeline, Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(shared->window(), near);

        // What moves by itself is no step, and what a view is arranged by is one.
        shared->setWindow(all);
        m_window->history()->settle();
        QCOMPARE(shared->undoStack()->index(), 1);
        QByteArray byErrors = folds;
        byErrors.replace("\"sort\":\"name\"", "\"sort\":\"errors\"");
        QVERIFY(byErrors != folds);
        QTest::keyClick(timeline, Qt::Key_Shift); // a person is there
        m_window->workspace()->view(u"timeline")->restoreState(byErrors);
        m_window->history()->settle();
        QVERIFY(lanes->saveState() != folds);
        m_window->shared()->undoStack()->undo();
        QCOMPARE(lanes->saveState(), folds);
    }

    void severalWindowsShowOneSession()
    {
        open();
        QTRY_VERIFY(m_window->shared()->selectedMessage() != 0);
        QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(m_window->group()->windows().size(), std::size_t(2));
        QPointer<MainWindow> second = m_window->group()->windows().back();
        QVERIFY(second->isVisible());
        SharedView* here = m_window->shared();
        SharedView* there = second->shared();
        QCOMPARE(there->session(), here->session());
        QCOMPARE(there->selectedMessage(), here->selectedMessage());
        const TimeRange all = here->window();
        const TimeRange half{all.begin, all.begin + all.length() / 2};

        // One time and one selection, each its own filter and panes.
        there->setWindow(half);
        QCOMPARE(here->window(), half);
        here->selectMessage(7);
        QCOMPARE(there->selectedMessage(), Seq(7));
        QVERIFY(here->narrow(u"kind == error"_s));
        QVERIFY(!there->filter());
        second->workspace()->usePreset(layoutPresets().back());
        QVERIFY(m_window->workspace()->view(u"agents")->isVisible());
        m_window->group()->setLinked(second, false);
        there->setWindow(all);
        QCOMPARE(here->window(), half);
        m_window->group()->setLinked(second, true);
        QCOMPARE(there->window(), half);

        // Whichever is closed, the session stays until the last one.
        m_window->close();
        QVERIFY(!m_window->isVisible());
        QVERIFY(second->isVisible());
        QVERIFY(there->session() != nullptr);
        MainWindow* again = m_window->group()->openAnother(second);
        QCOMPARE(again, m_window.get());
        QVERIFY(m_window->isVisible());
        second->close();
        QTRY_VERIFY(!second);
        QVERIFY(here->session() != nullptr);
        QCOMPARE(m_window->group()->windows().size(), std::size_t(1));

        // What is opened next is opened in all of them, and all end with the first.
        second = m_window->group()->openAnother(m_window.get());
        const QString path = m_dir->filePath(u"b.murmur"_s);
        QVERIFY(test::makeRecording(path, 50));
        second->openFile(path);
        QTRY_VERIFY(here->session() && here->session()->seen().last == Seq(50));
        QCOMPARE(second->shared()->session(), here->session());
        m_window->keepAndQuit();
        QVERIFY(!second->isVisible() && !m_window->isVisible());
        m_window.reset();
        QVERIFY(!second);
    }

    void panesOfferWhatTheyCanDo()
    {
        open();
        m_window->workspace()->bringToFront(u"messages");
        // Before a message is shown there are no tabs of it.
        QTRY_VERIFY(std::ranges::any_of(paletteEntries(*m_window), [](const PaletteEntry& entry) {
            return entry.text == "Message: Hex"_L1;
        }));
        QStringList texts;
        QStringList ids;
        std::function<void()> asTable;
        for (const PaletteEntry& entry : paletteEntries(*m_window)) {
            texts << entry.text;
            ids << entry.id;
            if (entry.text.startsWith("Wall: "_L1) &&
                entry.text.contains("table"_L1, Qt::CaseInsensitive))
                asTable = entry.run;
        }
        for (const QString& pane :
             {u"Latency"_s, u"Topology"_s, u"Wall"_s, u"Map"_s, u"Sequence"_s, u"Message"_s,
              u"Messages"_s, u"Matrix"_s, u"State"_s, u"Findings"_s, u"Agents"_s, u"Facets"_s})
            QVERIFY2(!texts.filter(pane + u": "_s).isEmpty(), qPrintable(pane));
        QVERIFY2(texts.contains(u"Message: Hex"_s),
                 qPrintable(texts.filter(u"Message: "_s).join(u'\n')));
        QCOMPARE(QSet<QString>(ids.begin(), ids.end()).size(), ids.size());
        QVERIFY(asTable);
        const QByteArray before = m_window->workspace()->view(u"wall")->saveState();
        asTable();
        QVERIFY(m_window->workspace()->view(u"wall")->isVisible());
        QVERIFY(m_window->workspace()->view(u"wall")->saveState() != before);
        // The page of keys knows panes, and each key of the menus once.
        const QString keys = shortcutHelp(m_window->menus()->actions()).html;
        QVERIFY(keys.contains(u"Alt+Left"_s));
        QVERIFY(keys.contains(u"Copy as Mermaid"_s));
        QCOMPARE(keys.count(u">Copy as text<"_s), 1);
        for (const PaneKey& key : paneKeys())
            QVERIFY2(!key.view || viewEntry(QString::fromLatin1(key.view)), key.view);
    }

    /// A sentence that was read goes; what was covered by another is found again.
    void noticesAgeAndAreListed()
    {
        Banner* banner = m_window->banner();
        m_window->showFailure({ErrorCode::Unreadable, u"The first did not work."_s});
        m_window->showFailure({ErrorCode::Unreadable, u"The second did not work."_s});
        QCOMPARE(banner->earlier().size(), std::size_t(1));
        QVERIFY(banner->earlierLines().front().endsWith(u"The first did not work."_s));
        QPushButton* older = nullptr;
        for (QPushButton* button : banner->findChildren<QPushButton*>())
            if (button->text().contains(u"earlier"_s))
                older = button;
        QVERIFY(older && older->isVisible());
        banner->setHidesEarlier(true);
        QVERIFY(!older->isVisible());
        banner->setHidesEarlier(false);
        banner->setPatience(std::chrono::milliseconds(1), std::chrono::milliseconds(1));
        QTRY_VERIFY(!banner->isVisible());
        QCOMPARE(banner->earlier().size(), std::size_t(2));
        // What asks for something stays.
        banner->say(Banner::Tone::Neutral, u"Open it again?"_s);
        banner->offer({u"Yes"_s});
        QTest::qWait(1200);
        QVERIFY(banner->isVisible());
    }

    /// What is hidden by hand can be taken back.
    void aPaneThatWasHiddenComesBack()
    {
        open();
        Workspace* workspace = m_window->workspace();
        QTest::keyClick(m_window.get(), Qt::Key_2, Qt::AltModifier);
        QVERIFY(!workspace->view(u"agents")->isVisible());
        m_window->shared()->undoStack()->undo();
        QVERIFY(workspace->view(u"facets")->parentWidget() != nullptr);
        workspace->bringToFront(u"agents");
        QVERIFY(workspace->view(u"agents")->isVisible());
    }

private:
    QTabBar* tabOf(const char* id)
    {
        for (QTabWidget* tabs : m_window->workspace()->findChildren<QTabWidget*>())
            if (tabs->indexOf(m_window->workspace()->view(QString::fromLatin1(id))) >= 0)
                return tabs->tabBar();
        return nullptr;
    }
    QPoint tabPlace(const char* id)
    {
        auto* tabs = qobject_cast<QTabWidget*>(tabOf(id)->parentWidget());
        return tabOf(id)
            ->tabRect(tabs->indexOf(m_window->workspace()->view(QString::fromLatin1(id))))
            .center();
    }
    static void drag(QWidget* from, const QPoint& at, const QWidget* to, bool changesItsMind)
    {
        QTest::mousePress(from, Qt::LeftButton, {}, at);
        const QPoint goal = from->mapFromGlobal(to->mapToGlobal(QPoint(to->width() / 2, 6)));
        for (const QPoint& point : {(at + goal) / 2, goal}) {
            QMouseEvent move(QEvent::MouseMove, QPointF(point), from->mapToGlobal(QPointF(point)),
                             Qt::NoButton, Qt::LeftButton, {});
            QCoreApplication::sendEvent(from, &move);
        }
        if (changesItsMind)
            QTest::keyClick(from, Qt::Key_Escape);
        QTest::mouseRelease(from, Qt::LeftButton, {}, goal);
    }
    void open()
    {
        const QString path = m_dir->filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 1000));
        m_window->openFile(path);
        QTRY_VERIFY(m_window->shared()->session() != nullptr);
        QTRY_COMPARE(m_window->shared()->session()->seen().last, Seq(1000));
    }
    void trigger(const QString& text)
    {
        for (QMenu* menu : m_window->findChildren<QMenu*>()) {
            if (QString(menu->title()).remove(u'&') != "Layouts"_L1)
                continue;
            Q_EMIT menu->aboutToShow();
            for (QAction* action : menu->actions()) {
                if (QString(action->text()).remove(u'&') == text) {
                    action->trigger();
                    return;
                }
            }
        }
        QFAIL(qPrintable(u"no layout "_s + text));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<StudioSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestCommanding)
#include "tst_commanding.moc"
