// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What panes can do is found: in the palette, in menus, on the page of keys.

#include "mainwindow.h"
#include "menus.h"
#include "palettemodel.h"
#include "palettesources.h"
#include "panekeys.h"
#include "recordings.h"
#include "settings.h"
#include "studiosession.h"
#include "viewregistry.h"
#include "views/base/bookmarkboard.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/messages/messagesview.h"
#include "views/messages/messagetable.h"
#include "windowgroup.h"
#include "workspace.h"

#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <memory>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// The keys of one character among those that the page names for a pane.
QSet<QChar> keysOfPage(QLatin1StringView view)
{
    QSet<QChar> keys;
    for (const PaneKey& key : paneKeys()) {
        if (key.view != nullptr && view != QLatin1StringView(key.view))
            continue;
        const QString text = QString::fromUtf8(key.keys).replace(u" and "_s, u"  "_s);
        for (const QString& word : text.split(text.startsWith(u", "_s) ? u"  "_s : u", "_s))
            if (word.trimmed().size() == 1)
                keys.insert(word.trimmed().front() == u'−' ? u'-' : word.trimmed().front());
    }
    return keys;
}

void closeWhatOpened()
{
    for (QWidget* widget : QApplication::topLevelWidgets()) {
        if (auto* dialog = qobject_cast<QDialog*>(widget); dialog && dialog->isVisible())
            dialog->reject();
        else if (auto* menu = qobject_cast<QMenu*>(widget); menu && menu->isVisible())
            menu->close();
    }
}

bool takes(QWidget* widget, QChar key)
{
    QKeyEvent event(QEvent::KeyPress, key.unicode(), Qt::NoModifier, key.toLower());
    QCoreApplication::sendEvent(widget, &event);
    closeWhatOpened();
    return event.isAccepted();
}

} // namespace

class TestPanes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        m_file = m_dir.filePath(u"a.murmur"_s);
        QVERIFY(test::makeRecording(m_file, 1000));
    }
    void init()
    {
        m_settings = std::make_unique<StudioSettings>(m_dir.filePath(u"settings.ini"_s));
        m_window = std::make_unique<MainWindow>(
            *m_settings, MainWindow::Options{m_dir.filePath(u"recordings"_s), false, true});
        m_window->resize(1680, 1020);
        m_window->show();
        m_window->openFile(m_file);
        QTRY_VERIFY(m_window->shared()->selectedMessage() != 0); // the first look
    }
    void cleanup() { m_window.reset(); }

    void theirMenusAreInThePalette()
    {
        const QStringList texts = paletteTexts();
        for (const QString& text :
             {u"Latency: Linear colours  (off)"_s, u"Latency: SLO: 200 ms"_s,
              u"Messages: Columns: size  (off)"_s, u"Messages: Copy rows as CSV"_s,
              u"Timeline: Pin to the top"_s, u"Overview: Speed: 2×"_s, u"State: "_s, u"Matrix: "_s,
              u"View: Time zone: Europe: Berlin"_s})
            QVERIFY2(std::ranges::any_of(texts,
                                         [&](const QString& one) { return one.startsWith(text); }),
                     qPrintable(text + u'\n' + texts.filter(text.section(u':', 0, 0)).join(u'\n')));
        // What is chosen there happens.
        for (const PaletteEntry& entry : paletteEntries(*m_window)) {
            if (entry.text == u"Latency: Linear colours  (off)"_s)
                entry.run();
        }
        QVERIFY(paletteTexts().contains(u"Latency: Linear colours  (on)"_s));
    }

    void whatIsFoldedAwayIsFoundByItsName()
    {
        m_window->workspace()->bringToFront(u"replay"_s);
        PaletteModel model;
        model.setEntries(paletteEntries(*m_window), {});
        model.setQuery(u"more options"_s);
        QVERIFY(model.rowCount() > 0);
        const PaletteEntry* entry = model.entry(0);
        QVERIFY(entry->text.startsWith(u"Replay onto a bus: More options"_s));
        entry->run();
        model.setEntries(paletteEntries(*m_window), {});
        model.setQuery(u"catches up what is late"_s);
        QVERIFY(model.rowCount() > 0);
    }

    /// The page of keys stands apart from the code: they must agree.
    void theirKeysAreThoseOfThePage()
    {
        const QString all = u"ABCDEFGHIJKLMNOPQRSTUVWXYZ0+-=/,."_s;
        QStringList inMenus;
        for (const QAction* action : m_window->menus()->actions())
            for (const QKeySequence& keys : action->shortcuts())
                inMenus << keys.toString();
        QStringList missing;
        QStringList unreached;
        for (const ViewEntry& entry : viewEntries()) {
            const QString id = QLatin1StringView(entry.id);
            m_window->workspace()->bringToFront(id);
            View* view = m_window->workspace()->view(id);
            view->setFocus();
            QWidget* focus = m_window->focusWidget();
            // Of some nothing can be done before something is selected.
            if (focus == nullptr || (focus != view && !view->isAncestorOf(focus))) {
                unreached << id;
                continue;
            }
            const QSet<QChar> listed = keysOfPage(QLatin1StringView(entry.id));
            if (takes(focus, u'Q'))
                continue; // a list or a field, in which letters are typed
            for (const QChar key : all) {
                m_window->workspace()->bringToFront(id);
                view->setFocus();
                QWidget* now = m_window->focusWidget();
                // A key before may have put a list in its place; and + without Shift does the same.
                if (key == u'=' || inMenus.contains(QString(key)) || takes(now, u'Q'))
                    continue;
                if (takes(now, key) && !listed.contains(key))
                    missing << u"%1 takes %2"_s.arg(id, key);
            }
        }
        QVERIFY2(unreached.size() < 3, qPrintable(unreached.join(u", "_s)));
        QVERIFY2(missing.isEmpty(), qPrintable(u"The page does not say: "_s + missing.join(u", ")));
    }

    void bookmarksAreListed()
    {
        SharedView* shared = m_window->shared();
        BookmarkBoard* board = BookmarkBoard::of(shared);
        QTRY_VERIFY(board->isSettled());
        QMenu* menu = nullptr;
        for (QMenu* one : m_window->findChildren<QMenu*>())
            if (one->title() == u"&Bookmarks"_s)
                menu = one;
        QVERIFY(menu != nullptr);
        shared->selectMessage(42);
        Q_EMIT menu->aboutToShow();
        QVERIFY(!menu->actions().isEmpty());
        menu->actions().front()->trigger();
        QTRY_VERIFY(board->has(42) && board->isSettled());
        shared->selectMessage(7);
        const auto entryOf42 = [&]() -> QAction* {
            Q_EMIT menu->aboutToShow();
            for (QAction* action : menu->actions())
                if (action->text().contains(u"robot-07  swarm.test"_s))
                    return action;
            return nullptr;
        };
        QTRY_VERIFY(entryOf42() != nullptr);
        const TimePoint before = shared->playhead();
        entryOf42()->trigger();
        QCOMPARE(shared->selectedMessage(), Seq(42));
        QTRY_VERIFY(shared->playhead() != before);
        board->toggle(42);
        QTRY_VERIFY(board->isSettled());
    }

    /// What was written in faint letters on a dark ground is read on paper, too.
    void wordsCanBeReadInTheOtherTheme()
    {
        for (const bool isDark : {false, true}) {
            Theme::apply(isDark);
            const double ground = Theme::current().pane.lightnessF();
            int seen = 0;
            for (const QLabel* label : m_window->findChildren<QLabel*>()) {
                if (!label->isVisible() || label->text().isEmpty() || label->text().contains(u'<'))
                    continue;
                ++seen;
                const double ink = label->palette().color(QPalette::WindowText).lightnessF();
                QVERIFY2(std::abs(ink - ground) > 0.35, qPrintable(label->text()));
            }
            QVERIFY(seen > 3);
        }
    }

    void oneMoreWindowShowsWhatIsSelected()
    {
        SharedView* shared = m_window->shared();
        shared->selectMessage(500);
        QTest::qWait(50);
        MainWindow* other = m_window->group()->openAnother(m_window.get());
        other->workspace()->bringToFront(u"messages"_s);
        const auto* table = other->workspace()->view(u"messages"_s)->findChild<MessageTable*>();
        QVERIFY(table != nullptr);
        QTRY_COMPARE(table->currentRow(), 499);
        // Also once it is known where the playhead lies, which is far from it.
        QTRY_VERIFY(other->workspace()->view(u"messages"_s)->isSettled());
        QTRY_VERIFY(table->topRow() <= 499 && 499 < table->topRow() + table->fullRows());
        QVERIFY(table->fullRows() > 3);
    }

private:
    QStringList paletteTexts()
    {
        QStringList texts;
        for (const PaletteEntry& entry : paletteEntries(*m_window))
            texts << entry.text;
        return texts;
    }

    QTemporaryDir m_dir;
    QString m_file;
    std::unique_ptr<StudioSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestPanes)
#include "tst_panes.moc"
