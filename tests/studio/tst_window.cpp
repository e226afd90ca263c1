// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialogs.h"
#include "exchanging.h"
#include "filteredit.h"
#include "mainwindow.h"
#include "menus.h"
#include "recordings.h"
#include "session/markers.h"
#include "session/source.h"
#include "settings.h"
#include "statusline.h"
#include "studiosession.h"
#include "viewregistry.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/view.h"
#include "views/connect/banner.h"
#include "views/connect/firstpage.h"
#include "workspace.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kPatience = 20'000;

/// A window with settings and recordings of its own.
struct Studio
{
    QTemporaryDir dir;
    StudioSettings settings{dir.filePath(u"settings.ini"_s)};
    QString recordings = dir.filePath(u"recordings"_s);
    std::unique_ptr<MainWindow> window;

    explicit Studio(bool isUnattended = false) { reopen(isUnattended); }
    void reopen(bool isUnattended = false)
    {
        window.reset();
        window = std::make_unique<MainWindow>(settings,
                                              MainWindow::Options{recordings, isUnattended, true});
        window->resize(1680, 1020);
        window->show();
    }
    QString path(const QString& name) const { return dir.filePath(name); }
    QString write(const QString& name, const QByteArray& bytes) const
    {
        QFile file(path(name));
        if (file.open(QFile::WriteOnly))
            file.write(bytes);
        return path(name);
    }
    Seq last() const
    {
        const Session* session = window->shared()->session();
        return session ? session->seen().last : 0;
    }
    QStringList files() const { return QDir(recordings).entryList({u"*.murmur"_s}); }
    QPushButton* dialogButton(const QString& text) const
    {
        for (QDialog* dialog : window->findChildren<QDialog*>())
            for (QPushButton* button : dialog->findChildren<QPushButton*>())
                if (dialog->isVisible() && button->text().remove(u'&') == text)
                    return button;
        return nullptr;
    }
};

} // namespace

namespace {

/// What can be focused below `widget` and has no name or no role.
void hear(QWidget* widget, const QString& where, QStringList& wrong)
{
    std::vector<QAccessibleInterface*> left{QAccessible::queryAccessibleInterface(widget)};
    while (!left.empty()) {
        QAccessibleInterface* next = left.back();
        left.pop_back();
        if (!next || !next->isValid() || next->state().invisible)
            continue;
        // A scroll area is a frame around what is heard anyway.
        const bool isReached = next->state().focusable && next->object() != nullptr &&
                               !qobject_cast<QScrollArea*>(next->object());
        const auto name = next->text(QAccessible::Name) + next->text(QAccessible::Description) +
                          next->text(QAccessible::Value);
        if (next->role() == QAccessible::NoRole || (isReached && name.trimmed().isEmpty()))
            wrong << u"%1: %2 %3"_s.arg(
                where,
                QLatin1StringView(next->object() ? next->object()->metaObject()->className() : "?"),
                next->object() ? next->object()->objectName() : QString());
        // Rows are too many, and have no names of their own.
        const bool isTable = next->tableInterface() != nullptr;
        for (int i = 0; !isTable && i < next->childCount(); ++i)
            left.push_back(next->child(i));
    }
}

} // namespace

class TestWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void whatIsNoRecordingGetsASentenceThatNamesIt_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<bool>("exists");
        QTest::newRow("missing") << QByteArray() << false;
        QTest::newRow("empty") << QByteArray() << true;
        QTest::newRow("foreign") << QByteArray("this is a shopping list\n").repeated(200) << true;
        QTest::newRow("torn") << QByteArray("SQLite format 3\0 and then nothing", 34) << true;
    }
    void whatIsNoRecordingGetsASentenceThatNamesIt()
    {
        QFETCH(QByteArray, content);
        QFETCH(bool, exists);
        Studio studio;
        const QString path =
            exists ? studio.write(u"x.murmur"_s, content) : studio.path(u"x.murmur"_s);
        studio.window->openFile(path);
        QTRY_VERIFY(studio.window->lastError().has_value());
        QVERIFY(studio.window->banner()->isVisible());
        QVERIFY2(studio.window->banner()->sentence().contains(u"x.murmur"_s),
                 qPrintable(studio.window->banner()->sentence()));
        QCOMPARE(exitCodeOf(studio.window->lastError()->code), 3);
        QVERIFY(studio.window->firstPage()->isVisible());
        if (exists) {
            QFile file(path);
            QVERIFY(file.open(QFile::ReadOnly));
            QCOMPARE(file.readAll(), content); // looked at, not touched
        }
    }

    void aWrongFileDoesNotCostTheRightOne()
    {
        Studio studio;
        const QString good = studio.path(u"good.murmur"_s);
        QVERIFY(test::makeRecording(good, 500));
        studio.window->openFile(good);
        QTRY_COMPARE(studio.last(), Seq(500));
        studio.window->openFile(studio.write(u"bad.murmur"_s, "no"));
        QTRY_VERIFY(studio.window->lastError().has_value());
        QCOMPARE(studio.last(), Seq(500));
        QVERIFY(studio.window->workspace()->isVisible());
    }

    void aFileThatIsDraggedInIsOpened()
    {
        Studio studio;
        const QString path = studio.path(u"dragged.murmur"_s);
        QVERIFY(test::makeRecording(path, 200));
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(studio.window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(studio.window.get(), &drop);
        QTRY_COMPARE(studio.last(), Seq(200));
        QVERIFY(studio.window->windowTitle().contains(u"dragged.murmur"_s));
        QCOMPARE(studio.settings.recentFiles().value(0), path);
        QTRY_VERIFY(studio.window->statusLine()->text().contains(u"200 messages"_s));
    }

    void linesThatAreDraggedInBecomeARecordingAndLinesAgain()
    {
        Studio studio;
        const QString lines =
            studio.write(u"events.jsonl"_s, "{\"from\":\"b\",\"received\":1767225602}\n"
                                            "{\"from\":\"a\",\"received\":1767225601}\n"_ba);
        studio.window->openFiles({lines});
        QTRY_COMPARE(studio.last(), Seq(2));
        QVERIFY(studio.window->windowTitle().contains(u"events.murmur"_s));
        QCOMPARE(studio.files(), QStringList{u"events.murmur"_s});
        studio.window->openFiles({lines}); // the name is taken
        QTRY_COMPARE(studio.files().size(), 2);
        auto* exchanging = studio.window->findChild<Exchanging*>();
        QTRY_VERIFY(studio.window->isSettled());
        exchanging->exportTo(studio.path(u"out.csv"_s), false);
        QTRY_VERIFY(QFile::exists(studio.path(u"out.csv"_s)));
        QFile csv(studio.path(u"out.csv"_s));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count('\n'), 3);
        QTRY_VERIFY(!exchanging->isRunning());
        studio.window->openFiles({studio.path(u"gone.jsonl"_s)});
        QTRY_VERIFY(studio.window->banner()->sentence().contains(u"gone.jsonl cannot be read"_s));
    }

    void severalRecordingsAreOneSession()
    {
        Studio studio;
        const QString north = studio.path(u"north.murmur"_s);
        const QString south = studio.path(u"south.murmur"_s);
        QVERIFY(test::makeRecording(north, 300));
        QVERIFY(test::makeRecording(south, 200, 1'768'000'000'005'000'000));
        StudioArguments start;
        start.files << north << south;
        start.select = u"south:58"_s;
        start.session.offsets = {{u"south"_s, 1s, 20ms}};
        studio.window->start(start);
        QTRY_COMPARE(studio.last(), Seq(500));
        QVERIFY(!studio.window->lastError());
        QVERIFY(studio.window->windowTitle().contains(u"2 recordings"_s));
        QTRY_VERIFY(studio.window->statusLine()->text().contains(u"2 recordings · 500 messages"_s));
        QTRY_VERIFY(studio.window->shared()->selectedMessage() != 0);
        View* inspector = studio.window->workspace()->view(u"inspector");
        QTRY_VERIFY2(inspector->asText().contains(u"south:58"_s), qPrintable(inspector->asText()));
        bool isListed = false;
        for (const QLabel* label : studio.window->statusLine()->findChildren<QLabel*>())
            isListed = isListed || (label->toolTip().contains(u"south: up to message 200, moved by "
                                                              "+1 s ± 20 ms (given)"_s) &&
                                    label->toolTip().contains(u"north: up to message 300"_s));
        QVERIFY(isListed);
        QCOMPARE(studio.settings.recentFiles(), (QStringList{north, south}));

        // Dragged in together, and one of them gone: the other is shown and the loss is told.
        studio.reopen();
        QMimeData data;
        data.setUrls(
            {QUrl::fromLocalFile(north), QUrl::fromLocalFile(studio.path(u"gone.murmur"_s))});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(studio.window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(studio.window.get(), &drop);
        QTRY_COMPARE(studio.last(), Seq(300));
        QTRY_VERIFY(studio.window->banner()->sentence().contains(u"gone.murmur"_s));

        // Saved as one recording they are merged.
        studio.window->openFiles({north, south});
        QTRY_COMPARE(studio.last(), Seq(500));
        const QString both = studio.path(u"both.murmur"_s);
        studio.window->session()->saveAs(both);
        QTRY_VERIFY(studio.window->statusLine()->text().contains(u"Merged into"_s));
        studio.window->openFile(both);
        QTRY_VERIFY(studio.window->windowTitle().contains(u"both.murmur"_s));
        QCOMPARE(studio.last(), Seq(500));
    }

    void theCommandLineNamesThePlace()
    {
        Studio studio;
        const QString path = studio.path(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 1000));
        StudioArguments start;
        start.files << path;
        start.where = u"kind == error"_s;
        start.select = u"58"_s;
        studio.window->start(start);
        QTRY_COMPARE(studio.window->shared()->selectedMessage(), Seq(58));
        QVERIFY(studio.window->shared()->filter());
        QCOMPARE(studio.window->filterEdit()->text(), u"kind == error"_s);
        const TimeRange all = studio.window->shared()->session()->seen().time;
        QCOMPARE(toNs(studio.window->shared()->playhead()), toNs(all.begin) + 57 * 10'000'000LL);

        studio.reopen(true);
        start.select = u"5000"_s;
        start.where = u"kind =="_s;
        start.at = u"+2s"_s;
        studio.window->start(start);
        QTRY_VERIFY(studio.window->lastError().has_value());
        QTRY_VERIFY(studio.window->banner()->isVisible());
        QCOMPARE(toNs(studio.window->shared()->playhead()), toNs(all.begin) + 2'000'000'000LL);
    }

    void theDemoFillsTheWindowAndIsKeptWhenAsked()
    {
        Studio studio;
        Q_EMIT studio.window->firstPage()->demoRequested();
        QTRY_VERIFY_WITH_TIMEOUT(studio.last() > 50, kPatience);
        QVERIFY(studio.window->workspace()->isVisible());
        QVERIFY(studio.window->shared()->mode() == SharedView::Mode::Live);
        QTRY_VERIFY_WITH_TIMEOUT(studio.window->statusLine()->text().contains(u"recorded"_s),
                                 kPatience);

        QSignalSpy finished(studio.window.get(), &MainWindow::finished);
        studio.window->close();
        QVERIFY(studio.window->isVisible()); // it asks first
        QTRY_VERIFY(studio.dialogButton(u"Keep and close"_s));
        QVERIFY(studio.dialogButton(u"Discard"_s));
        QTest::mouseClick(studio.dialogButton(u"Keep and close"_s), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(studio.dialogButton(u"OK"_s), kPatience);
        const Seq kept = studio.last();
        QTest::mouseClick(studio.dialogButton(u"OK"_s), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
        QVERIFY(!studio.window->isVisible());
        QCOMPARE(studio.files().size(), 1);

        // What was seen is what the file says.
        const QString path = studio.recordings + u'/' + studio.files().front();
        QCOMPARE(studio.settings.recentFiles().value(0), path);
        studio.reopen();
        studio.window->openFile(path);
        QTRY_COMPARE_WITH_TIMEOUT(studio.last(), kept, kPatience);
    }

    void aFastBusLeavesRowsThatCanBeRead()
    {
        Studio studio;
        studio.window->startDemo(u"?agents=120&rate=4000"_s);
        QTRY_VERIFY_WITH_TIMEOUT(studio.last() > 4000, kPatience);
        const View* messages = studio.window->workspace()->view(u"messages");
        constexpr int kLooks = 40;
        int readable = 0;
        for (int look = 0; look < kLooks; ++look) {
            QTest::qWait(25);
            const QStringList lines = messages->asText().split(u'\n');
            // A row that has not arrived yet has no topic and no time.
            readable += lines.size() > 3 && lines.last().count(u':') >= 2 ? 1 : 0;
        }
        QVERIFY2(readable > kLooks / 2, qPrintable(QString::number(readable)));
        studio.window->session()->discard();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->session()->state(), StudioSession::State::Empty,
                                  kPatience);
    }

    void cancelGoesOnAndDiscardLeavesNothing()
    {
        Studio studio;
        studio.window->startDemo(u"?agents=20&rate=100"_s);
        QTRY_VERIFY_WITH_TIMEOUT(studio.last() > 5, kPatience);
        studio.window->close();
        QTRY_VERIFY(studio.dialogButton(u"Cancel"_s));
        QTest::mouseClick(studio.dialogButton(u"Cancel"_s), Qt::LeftButton);
        QVERIFY(studio.window->isVisible());
        QVERIFY(studio.window->session()->isRecording());
        const Seq before = studio.last();
        QTRY_VERIFY_WITH_TIMEOUT(studio.last() > before, kPatience);

        QSignalSpy finished(studio.window.get(), &MainWindow::finished);
        studio.window->close();
        QTRY_VERIFY(studio.dialogButton(u"Discard"_s));
        QTest::mouseClick(studio.dialogButton(u"Discard"_s), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(studio.dialogButton(u"OK"_s), kPatience);
        QTest::mouseClick(studio.dialogButton(u"OK"_s), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatience);
        QVERIFY(QDir(studio.recordings).entryList(QDir::Files).isEmpty());
    }

    /// The menu says it to the demo's hub, and the demo answers there.
    void aRunningDemoBreaksFromTheMenu()
    {
        Studio studio;
        QAction* storm = nullptr;
        for (QAction* action : studio.window->findChildren<QAction*>()) {
            if (action->text().startsWith(u"A planner asks for one route again"))
                storm = action;
        }
        QVERIFY(storm != nullptr);
        QVERIFY(!storm->shortcut().isEmpty());
        QVERIFY(!storm->isEnabled());
        studio.window->startDemo(u"?agents=20&rate=100"_s);
        QTRY_VERIFY_WITH_TIMEOUT(studio.last() > 5, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(storm->isEnabled(), kPatience);
        storm->trigger();
        const auto isSaid = [&studio](const std::string& topic) {
            const auto names = studio.window->shared()->session()->dictionaries();
            for (std::uint32_t id = 1; id < 200; ++id) {
                if (names->topicName(TopicId(id)) == topic)
                    return true;
            }
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isSaid("demo.break"), kPatience);
        studio.window->session()->discard();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->session()->state(), StudioSession::State::Empty,
                                  kPatience);
        QVERIFY(!storm->isEnabled());
    }

    void aRunningRecordingThatIsSavedAsGoesThereWhenItEnds()
    {
        Studio studio;
        studio.window->startDemo(u"?agents=20&rate=100"_s);
        QTRY_VERIFY_WITH_TIMEOUT(studio.last() > 5, kPatience);
        const QString chosen = studio.path(u"chosen.murmur"_s);
        const auto source = [&] { return studio.window->shared()->session()->source(); };
        const Marker marker{toNs(studio.window->shared()->playhead()), u"a deployment"_s, 0};
        QVERIFY(noteMarkers(*source(), {marker}));
        studio.window->session()->saveAs(chosen);
        QVERIFY(studio.window->session()->isRecording());
        QSignalSpy stopped(studio.window->session(), &StudioSession::stopped);
        studio.window->session()->stop();
        QTRY_COMPARE_WITH_TIMEOUT(stopped.size(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->session()->state(), StudioSession::State::Reading,
                                  kPatience);
        QCOMPARE(studio.window->session()->path(), chosen);
        QVERIFY(studio.files().isEmpty());
        // What was said of it has gone along.
        QCOMPARE(*notedMarkers(*source()), std::vector{marker});
        QTRY_VERIFY(studio.last() > 5);

        // Of a file that the person named a copy is made; the old one stays.
        const QString copy = studio.path(u"copy.murmur"_s);
        const Seq last = studio.last();
        studio.window->session()->saveAs(copy);
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->session()->path(), copy, kPatience);
        QVERIFY(QFile::exists(chosen));
        QCOMPARE(studio.last(), last);
    }

    void whileNothingIsHeardTheWindowSaysWhereToSend()
    {
        Studio studio;
        studio.window->attach({{QUrl(u"listen://127.0.0.1:0"_s)}, {}});
        QTRY_VERIFY_WITH_TIMEOUT(studio.window->banner()->sentence().contains(u"No message"_s),
                                 kPatience);
        const auto offersCurl = [&] {
            bool offers = false;
            for (const QPushButton* button : studio.window->banner()->findChildren<QPushButton*>())
                offers |= button->text().startsWith(u"curl"_s) && !button->text().endsWith(u":0"_s);
            return offers;
        };
        QTRY_VERIFY(offersCurl());
        studio.window->session()->discard();
        QTRY_COMPARE_WITH_TIMEOUT(studio.window->session()->state(), StudioSession::State::Empty,
                                  kPatience);
    }

    void aBusThatCannotBeAttachedIsSaidOnTheFirstPage()
    {
        Studio studio;
        studio.window->attach({{QUrl(u"nosuchbus://x"_s)}, {}});
        QTRY_VERIFY_WITH_TIMEOUT(studio.window->lastError().has_value(), kPatience);
        QVERIFY(studio.window->firstPage()->isVisible());
        QVERIFY2(studio.window->banner()->sentence().contains(u"nosuchbus"_s),
                 qPrintable(studio.window->banner()->sentence()));
        QVERIFY(studio.files().isEmpty());
    }

    void panesAreHiddenAndStayHidden()
    {
        Studio studio;
        const QString path = studio.path(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 100));
        studio.window->openFile(path);
        QTRY_COMPARE(studio.last(), Seq(100));
        QWidget* heatmap = studio.window->workspace()->view(u"heatmap");
        QVERIFY(heatmap->isVisible());
        for (QAction* pane : studio.window->workspace()->paneActions())
            if (pane->text() == u"Latency"_s)
                pane->trigger();
        QVERIFY(!heatmap->isVisible());
        studio.window->close();
        studio.reopen();
        studio.window->openFile(path);
        QTRY_COMPARE(studio.last(), Seq(100));
        QVERIFY(!studio.window->workspace()->view(u"heatmap")->isVisible());
        QVERIFY(studio.window->workspace()->view(u"timeline")->isVisible());
        studio.window->workspace()->resetLayout();
        QVERIFY(studio.window->workspace()->view(u"heatmap")->isVisible());
    }

    /// Without a window manager nobody else keeps it on the screen.
    void theFirstWindowFitsTheScreen()
    {
        QTemporaryDir dir;
        StudioSettings settings(dir.filePath(u"settings.ini"_s));
        const MainWindow usual(settings, {dir.path(), false, true});
        const QSize room =
            usual.screen()->availableSize().expandedTo(usual.minimumSize()); // 800 × 800 offscreen
        QVERIFY(usual.width() <= room.width() && usual.height() <= room.height());
        // A picture has its size whatever the screen.
        const MainWindow unattended(settings, {dir.path(), true, true});
        QCOMPARE(unattended.size(), QSize(1680, 1020));
    }

    void aNarrowWindowFoldsTheRightPaneIntoTabs()
    {
        Studio studio;
        const QString path = studio.path(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 100));
        studio.window->openFile(path);
        QTRY_COMPARE(studio.last(), Seq(100));
        Workspace* workspace = studio.window->workspace();
        QVERIFY(workspace->view(u"inspector")->isVisible());
        QVERIFY(workspace->view(u"messages")->isVisible());
        studio.window->resize(1366, 768);
        QTRY_VERIFY(!workspace->view(u"inspector")->isVisible());
        QVERIFY(workspace->bringToFront(u"inspector"));
        QVERIFY(workspace->view(u"inspector")->isVisible());
        QVERIFY(!workspace->view(u"messages")->isVisible());
        studio.window->resize(1680, 1020);
        QTRY_VERIFY(workspace->view(u"messages")->isVisible());
        QVERIFY(workspace->view(u"inspector")->isVisible());
    }

    void shortcutsDoNotCollide()
    {
        Studio studio;
        QSet<QString> seen;
        QSet<const QAction*> looked; // some stand in two lists
        for (const QAction* action : studio.window->findChild<Menus*>()->actions()) {
            if (looked.contains(action))
                continue;
            looked.insert(action);
            for (const QKeySequence& keys : action->shortcuts()) {
                QVERIFY2(!seen.contains(keys.toString()), qPrintable(keys.toString()));
                seen.insert(keys.toString());
            }
        }
        QVERIFY(seen.contains(u"F5"_s));
        QVERIFY(seen.contains(u"F11"_s));
    }

    /// As a screen reader hears them: what can be reached has a name and is something.
    void panesAndDialogsCanBeHeard()
    {
        Studio studio;
        const QString path = studio.path(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 100));
        studio.window->openFile(path);
        QTRY_COMPARE(studio.last(), Seq(100));
        QStringList wrong;
        for (const ViewEntry& entry : viewEntries()) {
            QVERIFY(studio.window->workspace()->bringToFront(QString::fromLatin1(entry.id)));
            hear(studio.window->workspace()->view(QString::fromLatin1(entry.id)),
                 QString::fromLatin1(entry.id), wrong);
        }
        int dialogs = 0;
        for (const char* opens :
             {"Connect", "Run a program", "Attach to a bus", "Mark this moment", "Keep this filter",
              "Keep this layout", "Go to", "Shortcuts", "About Murmurscope", "Pages and search",
              "Notices so far", "Sending to the hub", "Who is talking? Edit the dialect"}) {
            for (QAction* action : studio.window->findChildren<QAction*>()) {
                const QString text = QString(action->text()).remove(u'&').remove(u'…');
                if (text != QLatin1StringView(opens) || !action->isEnabled())
                    continue;
                action->trigger();
                break;
            }
            QTest::qWait(0);
            for (QWidget* widget : QApplication::topLevelWidgets()) {
                if (!widget->isVisible() || widget == studio.window.get())
                    continue;
                ++dialogs;
                hear(widget, QString::fromLatin1(opens), wrong);
                widget->close();
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
        QVERIFY2(dialogs >= 11, qPrintable(QString::number(dialogs)));
    }

    /// On a small screen with large letters, too, each pane can be reached and has room.
    void aSmallWindowWithLargeLettersCanBeUsed()
    {
        Studio studio;
        const QString path = studio.path(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 100));
        studio.window->openFile(path);
        QTRY_COMPARE(studio.last(), Seq(100));
        Workspace* workspace = studio.window->workspace();
        studio.window->setSize({200, false});
        studio.window->resize(1358, 728);
        QTest::qWait(0);
        QVERIFY(studio.window->width() <= 1358 && studio.window->height() <= 728);
        QVERIFY(workspace->view(u"overview")->isVisible());
        QVERIFY(workspace->view(u"timeline")->isVisible());
        for (const ViewEntry& entry : viewEntries()) {
            QVERIFY(workspace->bringToFront(QString::fromLatin1(entry.id)));
            const View* view = workspace->view(QString::fromLatin1(entry.id));
            QVERIFY2(view->isVisible(), entry.id);
            const bool isStrip = std::string_view(entry.id) == "overview";
            QVERIFY2(view->width() > 600 && view->height() > (isStrip ? 80 : 240), entry.id);
        }
        studio.window->setSize({});
        studio.window->resize(1680, 1020);
        QTRY_VERIFY(workspace->view(u"heatmap")->isVisible());
        QVERIFY(workspace->view(u"findings")->isVisible());
        QVERIFY(workspace->view(u"inspector")->isVisible());
    }

    void everythingThatCanBeFocusedHasAName()
    {
        Studio studio;
        const QString path = studio.path(u"a.murmur"_s);
        QVERIFY(test::makeRecording(path, 100));
        studio.window->openFile(path);
        QTRY_COMPARE(studio.last(), Seq(100));
        QStringList nameless;
        for (const QWidget* widget : studio.window->findChildren<QWidget*>()) {
            if (!widget->isVisible() || !(widget->focusPolicy() & Qt::TabFocus))
                continue;
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            const auto* label = qobject_cast<const QLabel*>(widget);
            const bool hasText =
                (button && !button->text().isEmpty()) || (label && !label->text().isEmpty());
            if (widget->accessibleName().isEmpty() && !hasText && widget->toolTip().isEmpty())
                nameless << QLatin1StringView(widget->metaObject()->className()) + u' ' +
                                widget->objectName() + u" in "_s +
                                QLatin1StringView(widget->parent()->metaObject()->className());
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u'\n')));
    }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
