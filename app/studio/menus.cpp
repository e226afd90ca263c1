// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "menus.h"

#include "addressing.h"
#include "bookmarkmenu.h"
#include "commanding.h"
#include "connecting.h"
#include "demomenu.h"
#include "dialecting.h"
#include "dialogs.h"
#include "exchanging.h"
#include "filteredit.h"
#include "helpbrowser.h"
#include "helppages.h"
#include "injecting.h"
#include "longwork.h"
#include "mainwindow.h"
#include "marking.h"
#include "palettesources.h"
#include "playbacksetup.h"
#include "presenting.h"
#include "programrun.h"
#include "resuming.h"
#include "settings.h"
#include "studiosession.h"
#include "triggering.h"
#include "views/base/picks.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/connect/banner.h"
#include "views/connect/connecttext.h"
#include "views/replay/playbackmenu.h"
#include "windowgroup.h"
#include "workspace.h"

#include <QAction>
#include <QActionGroup>
#include <QClipboard>
#include <QDesktopServices>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QUndoStack>
#include <QUrl>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// How the replay in the window goes, for the next start.
void rememberPlayback(MainWindow& window)
{
    const QString key = u"replay/playback"_s;
    Playback* playback = window.shared()->playback();
    playback->restoreState(window.settings().bytes(key));
    const auto keep = [&window, playback, key] {
        window.settings().setBytes(key, playback->saveState());
    };
    QObject::connect(playback, &Playback::changed, &window, keep);
    QObject::connect(window.shared(), &SharedView::modeChanged, &window, keep);
}

} // namespace

Menus::Menus(MainWindow& window)
    : QObject(&window)
    , m_window(window)
    , m_addressing(new Addressing(window, this))
    , m_commanding(new Commanding(window, this))
    , m_connecting(new Connecting(window, this))
    , m_dialects(new Dialecting(window, this))
    , m_exchanging(new Exchanging(window, window.recordingsFolder(), this))
    , m_injecting(new Injecting(window))
    , m_marking(new Marking(window, this))
    , m_programs(new ProgramRun(window, this))
    , m_presenting(new Presenting(
          window, [this](const QString& fault) { return m_demo->breakIt(fault); }, this))
    , m_resuming(new Resuming(window, this))
{
    buildFile();
    buildSession();
    buildView();
    buildConnect();
    buildReplay();
    buildDemo();
    buildHelp();
    update();
}

QAction* Menus::add(QMenu* menu, const QString& text, const QKeySequence& keys,
                    std::function<void()> run)
{
    auto* action = menu->addAction(text);
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, std::move(run));
    m_actions.push_back(action);
    return action;
}

void Menus::buildFile()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&File"));
    add(menu, tr("Co&nnect…"), QKeySequence(u"Ctrl+Shift+O"_s), [this] { m_connecting->open(); });
    add(menu, tr("R&un a program…"), QKeySequence(u"Ctrl+R"_s), [this] { m_programs->ask(); });
    add(menu, tr("&Open…"), QKeySequence::Open, [this] { m_window.openDialog(); });
    m_recent = menu->addMenu(tr("Open &recent"));
    m_recent->setProperty(kNotInPalette, true); // which has them as recordings
    connect(m_recent, &QMenu::aboutToShow, this, &Menus::fillRecent);
    m_needSession.push_back(
        add(menu, tr("Save &as…"), QKeySequence(u"Ctrl+Shift+S"_s), [this] { saveAs(); }));
    new LongWork(m_window, this);
    menu->addSeparator();
    add(menu, tr("&Import…"), QKeySequence(u"Ctrl+I"_s), [this] { m_exchanging->askForImport(); });
    m_needSession.push_back(add(menu, tr("&Export…"), QKeySequence(u"Ctrl+E"_s),
                                [this] { m_exchanging->askForExport(); }));
    menu->addSeparator();
    m_needSession.push_back(add(menu, tr("&Close the recording"), QKeySequence(u"Ctrl+W"_s),
                                [this] { m_window.closeRecording(); }));
    menu->addSeparator();
    m_needSession.push_back(add(menu, tr("&New window on this session"),
                                QKeySequence(u"Ctrl+Shift+N"_s),
                                [this] { m_window.group()->openAnother(&m_window); }));
    QAction* linked = add(menu, tr("&Linked: one time and selection with the other windows"),
                          QKeySequence(u"Ctrl+Alt+N"_s), [] {});
    linked->setCheckable(true);
    connect(linked, &QAction::triggered, this,
            [this](bool isOn) { m_window.group()->setLinked(&m_window, isOn); });
    const auto showLink = [window = QPointer(&m_window), linked] {
        if (!window) // it is on its way out
            return;
        linked->setChecked(window->group()->isLinked(window));
        linked->setEnabled(window->group()->windows().size() > 1);
    };
    connect(m_window.group(), &WindowGroup::changed, linked, showLink);
    linked->setChecked(true);
    linked->setEnabled(!m_window.isFirst());
    menu->addSeparator();
    add(menu, tr("&Quit"), QKeySequence(u"Ctrl+Q"_s), [this] { m_window.quit(); });
}

void Menus::saveAs()
{
    StudioSession* session = m_window.session();
    if (session->path().isEmpty())
        return;
    askWhereToSave(&m_window, m_window.settings().lastFolder(),
                   QFileInfo(session->path()).fileName(), [this, session](const QString& path) {
                       m_window.settings().setLastFolder(QFileInfo(path).path());
                       session->saveAs(path);
                   });
}

void Menus::askWhatDiffers()
{
    if (const View* view = viewWithKeyboard(&m_window))
        askWhatDiffersIn(*view);
    else
        m_window.shared()->askWhatDiffers();
}

void Menus::fillRecent()
{
    m_recent->clear();
    if (m_window.hidesNames()) {
        m_recent->addAction(tr("Not shown while names are hidden"))->setEnabled(false);
        return;
    }
    for (const QString& path : m_window.settings().recentFiles()) {
        QAction* action = m_recent->addAction(shownPath(path));
        connect(action, &QAction::triggered, this, [this, path] { m_window.openFile(path); });
    }
    if (m_recent->isEmpty())
        m_recent->addAction(tr("No recording was opened yet"))->setEnabled(false);
}

void Menus::buildSession()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Session"));
    SharedView* shared = m_window.shared();
    for (QAction* action : {shared->undoStack()->createUndoAction(this, tr("&Undo")),
                            shared->undoStack()->createRedoAction(this, tr("&Redo"))}) {
        menu->addAction(action);
        m_actions.push_back(action);
    }
    // As in a browser, too: what was looked at before.
    m_actions[m_actions.size() - 2]->setShortcuts(
        {QKeySequence(QKeySequence::Undo), QKeySequence(u"Alt+Left"_s)});
    m_actions.back()->setShortcuts(
        {QKeySequence(QKeySequence::Redo), QKeySequence(u"Alt+Right"_s)});
    connect(shared, &SharedView::namesNotKept, this,
            [this](const Error& error) { m_window.showFailure(error); });
    menu->addSeparator();
    m_needRecording.push_back(add(menu, tr("&Stop recording"), QKeySequence(u"Ctrl+."_s),
                                  [this] { m_window.session()->stop(); }));
    m_needSession.push_back(add(menu, tr("&Find: go to the filter"), QKeySequence::Find,
                                [this] { m_window.filterEdit()->focusText(); }));
    m_needSession.push_back(add(menu, tr("C&lear the filter"), QKeySequence(u"Ctrl+Shift+F"_s),
                                [this] { m_window.filterEdit()->clear(); }));
    for (QAction* action : m_commanding->addToSession(menu))
        m_needSession.push_back(action);
    menu->addSeparator();
    m_needSession.push_back(add(menu, tr("&Mark this moment…"), QKeySequence(u"Ctrl+M"_s),
                                [this] { m_marking->markHere(); }));
    m_marking->follow(menu->addMenu(tr("Mar&kers")));
    new BookmarkMenu(shared, menu->addMenu(tr("&Bookmarks")));
    auto* triggering = new Triggering(m_window, this);
    m_needSession.push_back(add(menu, tr("&Triggers"), QKeySequence(u"Ctrl+Shift+T"_s),
                                [triggering] { triggering->open(); }));
    m_needSession.push_back(add(menu, tr("Make a trigger of the filter"), {},
                                [triggering] { triggering->makeOfFilter(); }));
    menu->addSeparator();
    add(menu, tr("&Who is talking? Edit the dialect…"), QKeySequence(u"Ctrl+Shift+D"_s),
        [this] { m_dialects->edit(); });
    m_needClosed.push_back(
        add(menu, tr("Read the recording &again"), {}, [this] { m_dialects->readAgain(); }));
    menu->addSeparator();
    m_needSession.push_back(add(menu, tr("Copy &link to this moment"),
                                QKeySequence(u"Ctrl+Shift+C"_s),
                                [this] { m_addressing->copyLink(); }));
    add(menu, tr("Go to what is in the clip&board"), QKeySequence::Paste,
        [this] { m_addressing->paste(); });
    menu->addSeparator();
    m_needSession.push_back(add(menu, tr("Copy the &path of the recording"), {}, [this] {
        QGuiApplication::clipboard()->setText(m_window.session()->path());
    }));
    m_needSession.push_back(add(menu, tr("Show in &folder"), {}, [this] {
        const QString folder = QFileInfo(m_window.session()->path()).path();
        QDesktopServices::openUrl(QUrl::fromLocalFile(folder));
    }));
}

void Menus::buildView()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&View"));
    int number = 1;
    for (QAction* pane : m_window.workspace()->paneActions()) {
        if (number < 10)
            pane->setShortcut(QKeySequence(u"Alt+%1"_s.arg(number++)));
        menu->addAction(pane);
        m_actions.push_back(pane);
    }
    m_needSession.push_back(
        add(menu, tr("Le&gend"), QKeySequence(Qt::Key_L), [this] { m_window.toggleLegend(); }));
    m_needSession.push_back(add(menu, tr("What differs &here?"), QKeySequence(u"Ctrl+Shift+H"_s),
                                [this] { askWhatDiffers(); }));
    for (QAction* action : m_commanding->addToView(menu))
        m_needSession.push_back(action);
    m_actions.insert(m_actions.end(), m_commanding->actions().begin(),
                     m_commanding->actions().end());
    menu->addSeparator();

    QMenu* zones = menu->addMenu(tr("Time &zone"));
    connect(zones, &QMenu::aboutToShow, zones, [zones] { fillZoneMenu(*zones); });
    QMenu* themes = menu->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(themes);
    const std::pair<ThemeChoice, QString> choices[] = {{ThemeChoice::Dark, tr("&Dark")},
                                                       {ThemeChoice::Light, tr("&Light")},
                                                       {ThemeChoice::System, tr("&System")}};
    for (const auto& [choice, text] : choices) {
        QAction* action = themes->addAction(text);
        action->setCheckable(true);
        action->setChecked(choice == m_window.settings().theme());
        group->addAction(action);
        connect(action, &QAction::triggered, this,
                [this, chosen = choice] { m_window.setTheme(chosen); });
    }
    QMenu* sizes = menu->addMenu(tr("Te&xt and rows"));
    connect(sizes, &QMenu::aboutToShow, this, [this, sizes] { fillSizes(sizes); });
    fillSizes(sizes);
    m_presenting->addTo(menu);
    m_actions.insert(m_actions.end(), m_presenting->actions().begin(),
                     m_presenting->actions().end());
    QAction* full = add(menu, tr("&Full screen"), QKeySequence(Qt::Key_F11), [] {});
    full->setCheckable(true);
    connect(full, &QAction::toggled, this, [this](bool on) { m_window.setFullScreen(on); });
}

void Menus::fillSizes(QMenu* menu)
{
    menu->clear();
    const Theme::Size now = Theme::size();
    for (const int percent : {90, 100, 115, 130, 150, 200}) {
        QAction* action = menu->addAction(tr("Text %1 %").arg(percent), this, [this, percent] {
            m_window.setSize({percent, Theme::size().isComfortable});
        });
        action->setCheckable(true);
        action->setChecked(percent == now.textPercent);
    }
    menu->addSeparator();
    QAction* rows = menu->addAction(tr("&Comfortable rows"), this, [this] {
        m_window.setSize({Theme::size().textPercent, !Theme::size().isComfortable});
    });
    rows->setCheckable(true);
    rows->setChecked(now.isComfortable);
}

void Menus::buildConnect()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Connect"));
    add(menu, tr("&Profiles and test…"), {}, [this] { m_connecting->open(); });
    add(menu, tr("&Attach to a bus…"), QKeySequence(u"Ctrl+B"_s),
        [this] { m_window.attachDialog(); });
    m_needRecording.push_back(add(menu, tr("Copy the command that &sends here"), {}, [this] {
        for (const ConnectionInfo& connection : m_window.session()->connections()) {
            const QString curl = hubCurlLine(QUrl(connection.url));
            if (!curl.isEmpty()) {
                QGuiApplication::clipboard()->setText(curl);
                return;
            }
        }
    }));
}

void Menus::buildReplay()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Replay"));
    SharedView* shared = m_window.shared();
    const auto addForSession = [&](const QString& text, const QKeySequence& keys,
                                   std::function<void()> run) {
        m_needSession.push_back(add(menu, text, keys, std::move(run)));
    };
    addForSession(tr("&Play or pause"), QKeySequence(u"Ctrl+Space"_s), [shared] {
        if (shared->mode() == SharedView::Mode::Paused)
            shared->play();
        else
            shared->pause();
    });
    addForSession(tr("&Next step"), QKeySequence(u"Ctrl+Right"_s),
                  [shared] { shared->playback()->step(1); });
    addForSession(tr("P&revious step"), QKeySequence(u"Ctrl+Left"_s),
                  [shared] { shared->playback()->step(-1); });
    addForSession(tr("&Faster"), QKeySequence(u"Ctrl+Up"_s),
                  [shared] { shared->setSpeed(shared->speed() * 2); });
    addForSession(tr("&Slower"), QKeySequence(u"Ctrl+Down"_s),
                  [shared] { shared->setSpeed(shared->speed() / 2); });
    new PlaybackSetup(m_window, this);
    if (!m_window.isUnattended())
        rememberPlayback(m_window);
    auto* ways = new PlaybackMenu(shared, true, menu);
    menu->addMenu(ways);
    for (QAction* way : ways->actions()) {
        if (!way->shortcut().isEmpty())
            m_actions.push_back(way);
    }
    menu->addSeparator();
    addForSession(tr("&Go to…"), QKeySequence(u"Ctrl+G"_s), [this] { m_addressing->ask(); });
    addForSession(tr("Show the &whole recording"), QKeySequence(u"Ctrl+0"_s),
                  [shared] { shared->showAll(); });
    addForSession(tr("Go &live"), QKeySequence(Qt::Key_F5), [shared] { shared->goLive(); });
    menu->addSeparator();
    addForSession(tr("&Edit and send this message"), QKeySequence(Qt::Key_E),
                  [this] { m_injecting->editSelected(); });
    addForSession(tr("&Compose a message"), QKeySequence(u"Ctrl+Shift+E"_s),
                  [this] { m_injecting->compose(); });
    addForSession(tr("Replay onto a &bus…"), QKeySequence(u"Ctrl+Shift+R"_s),
                  [this] { m_injecting->replay(); });
    QAction* arm = add(menu, tr("&Arm for sending"), {}, [this] { m_injecting->toggleArmed(); });
    m_needSession.push_back(arm);
    QAction* stop = add(menu, tr("S&top sending and disarm (Esc Esc)"),
                        QKeySequence(u"Ctrl+Shift+."_s), [this] { m_injecting->stop(); });
    stop->setEnabled(false);
    connect(m_injecting, &Injecting::armingChanged, this, [arm, stop](bool isArmed) {
        arm->setText(isArmed ? tr("Dis&arm") : tr("&Arm for sending"));
        stop->setEnabled(isArmed);
    });
}

void Menus::buildDemo()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Demo"));
    add(menu, tr("Start the &demo"), QKeySequence(u"Ctrl+D"_s), [this] { m_window.startDemo(); });
    add(menu, tr("&Few agents, slow enough to read"), {},
        [this] { m_window.startDemo(u"?agents=20&rate=50"_s); });
    add(menu, tr("&Many agents, fast"), {},
        [this] { m_window.startDemo(u"?agents=500&rate=10000"_s); });
    add(menu, tr("&Sound: nothing goes wrong"), {}, [this] { m_window.startDemo({}); });
    menu->addSeparator();
    m_demo = new DemoMenu(m_window, menu, this);
    m_actions.insert(m_actions.end(), m_demo->actions().begin(), m_demo->actions().end());
}

void Menus::buildHelp()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Help"));
    add(menu, tr("&Pages and search"), QKeySequence::HelpContents,
        [this] { (new HelpBrowser(&m_window))->show(); });
    add(menu, tr("&Sending to the hub"), {},
        [this] { (new HelpPage(hubHelp(m_window.session()->connections()), &m_window))->open(); });
    add(menu, tr("S&hortcuts"), QKeySequence(u"Ctrl+?"_s),
        [this] { (new HelpPage(shortcutHelp(m_actions), &m_window))->open(); });
    add(menu, tr("&Notices so far"), {}, [this] {
        const QStringList lines =
            m_window.hidesNames() ? QStringList() : m_window.banner()->earlierLines();
        (new HelpPage(noticesHelp(lines), &m_window))->open();
    });
    menu->addSeparator();
    add(menu, tr("&About Murmurscope"), {},
        [this] { (new HelpPage(aboutHelp(), &m_window))->open(); });
}

void Menus::update()
{
    const bool hasSession = m_window.shared()->session() != nullptr;
    const bool isRecording = m_window.session()->isRecording();
    for (QAction* action : m_needSession)
        action->setEnabled(hasSession);
    for (QAction* action : m_needRecording)
        action->setEnabled(isRecording);
    for (QAction* action : m_needClosed)
        action->setEnabled(hasSession && !isRecording);
    m_demo->update();
    for (QAction* action : m_window.workspace()->paneActions())
        action->setEnabled(hasSession);
}

} // namespace murmur
