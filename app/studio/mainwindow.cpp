// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "mainwindow.h"

#include "addressing.h"
#include "dialecting.h"
#include "dialogs.h"
#include "exchanging.h"
#include "filteredit.h"
#include "firstlook.h"
#include "historygate.h"
#include "incidentguide.h"
#include "injecting.h"
#include "menus.h"
#include "recentbuses.h"
#include "resuming.h"
#include "screenfit.h"
#include "settings.h"
#include "startplan.h"
#include "statusline.h"
#include "studiosession.h"
#include "topbar.h"
#include "viewhistory.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/connect/banner.h"
#include "views/connect/firstpage.h"
#include "views/findings/incidentbanner.h"
#include "views/replay/legend.h"
#include "waitingnote.h"
#include "windowgroup.h"
#include "workspace.h"

#include <QCloseEvent>
#include <QCoreApplication>
#include <QFileInfo>
#include <QMimeData>
#include <QPointer>
#include <QScreen>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

const QString kGeometryKey = u"window/geometry"_s;
const QString kOtherGeometryKey = u"beside/geometry"_s;

} // namespace

MainWindow::MainWindow(StudioSettings& settings, Options options, QWidget* parent)
    : QMainWindow(parent)
    , m_settings(settings)
    , m_options(std::move(options))
    , m_shared(std::make_unique<SharedView>())
    , m_session(m_options.first
                    ? m_options.first->m_session
                    : std::make_shared<StudioSession>(m_shared.get(), m_options.recordingsFolder))
{
    setAcceptDrops(true);
    setMinimumSize(480, 320); // a small screen with large letters
    build();
    if (isFirst())
        new ScreenFit(this);
    m_history = new ViewHistory(m_shared.get(), m_workspace, this);
    if (isFirst())
        m_group = std::make_unique<WindowGroup>(this);
    m_menus = new Menus(*this);
    connectSession();
    placeWindow();
    m_firstPage->setRecentUrls(m_settings.recentUrls());
    m_firstPage->setRecentFiles(m_settings.recentFiles());
    showPage();
    showTitle();
}

void MainWindow::placeWindow()
{
    constexpr QSize usual(1680, 1020);
    // The last line says what can be sent: it must not lie below the screen. How thick the frame
    // will be is not known yet.
    constexpr QSize frame(8, 40);
    const QSize room = screen()->availableSize() - frame;
    if (m_options.isUnattended)
        resize(usual);
    else if (!restoreGeometry(m_settings.bytes(isFirst() ? kGeometryKey : kOtherGeometryKey)))
        resize(usual.boundedTo(room));
    else if (!isMaximized() && !isFullScreen()) // it was another screen, perhaps
        resize(size().boundedTo(room));
    if (!isFirst())
        m_workspace->restoreBeside(*m_options.first->m_workspace, m_settings);
    else if (!m_options.isUnattended)
        m_workspace->restore(m_settings);
}

void MainWindow::keepPlace()
{
    if (m_options.isUnattended)
        return;
    m_settings.setBytes(isFirst() ? kGeometryKey : kOtherGeometryKey, saveGeometry());
    if (isFirst())
        m_workspace->save(m_settings);
    else
        m_workspace->saveBeside(m_settings);
}

WindowGroup* MainWindow::group() const
{
    return isFirst() ? m_group.get() : m_options.first->group();
}

MainWindow* MainWindow::makeAnother()
{
    Options options = m_options;
    options.first = m_options.first ? m_options.first : this;
    auto* window = new MainWindow(m_settings, options);
    window->setAttribute(Qt::WA_DeleteOnClose);
    return window;
}

MainWindow::~MainWindow()
{
    if (m_group)
        m_group->closeOthers(); // they ask us for the group until then
    delete m_history;           // it looks at views as long as anything can be taken back
    // The views go first: they use what they share until their end.
    delete m_waiting;
    delete m_gate;
    m_session->disconnect(this);
    m_shared->disconnect(this);
    delete m_menus;
    delete takeCentralWidget();
}

void MainWindow::build()
{
    auto* middle = new QWidget(this);
    m_top = new TopBar(m_shared.get(), m_session.get(), middle);
    m_banner = new Banner(middle);
    m_firstPage = new FirstPage(middle);
    m_workspace = new Workspace({m_shared.get()}, middle);
    m_incidents = new IncidentGuide(m_shared.get(), m_session.get(), m_workspace, this);
    m_pages = new QStackedWidget(middle);
    m_welcome = new QScrollArea(middle); // on a small screen it is longer than the window
    m_welcome->setFrameShape(QFrame::NoFrame);
    m_welcome->setWidgetResizable(true);
    m_welcome->setWidget(m_firstPage);
    m_welcome->setFocusPolicy(Qt::NoFocus);
    m_pages->addWidget(m_welcome);
    m_pages->addWidget(m_workspace);
    m_status = new StatusLine(m_session.get(), middle);
    m_buses = new RecentBuses(m_settings, m_session.get(), this);
    m_waiting = new WaitingNote(m_shared.get(), m_session.get(), m_banner, this);
    m_gate = new HistoryGate(this);
    m_plan = new StartPlan(m_shared.get(), m_workspace, m_top->filterEdit(), this);
    m_firstLook = new FirstLook(m_shared.get(), m_session.get(), m_plan, this);

    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_top);
    column->addWidget(m_incidents->banner());
    column->addWidget(m_banner);
    column->addWidget(m_pages, 1);
    column->addWidget(m_status);
    setCentralWidget(middle);

    connect(m_firstPage, &FirstPage::demoRequested, this, [this] { startDemo(); });
    connect(m_firstPage, &FirstPage::attachRequested, this,
            [this](const AttachWish& wish) { attach(wish); });
    connect(m_firstPage, &FirstPage::openRequested, this, &MainWindow::openFile);
    connect(m_firstPage, &FirstPage::linkRequested, this,
            [this](const QString& link) { m_menus->addressing()->goTo(link); });
    connect(m_firstPage, &FirstPage::browseRequested, this, &MainWindow::openDialog);
    connect(m_buses, &RecentBuses::changed, this,
            [this] { m_firstPage->setRecentUrls(m_settings.recentUrls()); });
    connect(m_banner, &Banner::chosen, this, [this](qsizetype) {
        if (const auto wayOut = m_wayOut;
            wayOut && m_lastError && m_banner->sentence() == m_lastError->message) {
            m_banner->clear();
            wayOut();
        }
    });
    connect(m_plan, &StartPlan::failed, this, &MainWindow::showFailure);
    connect(m_incidents, &IncidentGuide::noted, m_status, &StatusLine::say);
    connect(m_incidents, &IncidentGuide::failed, this, &MainWindow::showFailure);
    connect(m_gate, &HistoryGate::noted, m_status, &StatusLine::say);
    connect(m_gate, &HistoryGate::narrowRequested, this, &MainWindow::narrowDialog);
}

void MainWindow::connectSession()
{
    StudioSession* session = m_session.get();
    connect(session, &StudioSession::stateChanged, this, [this] {
        showPage();
        showTitle();
        m_waiting->update();
        // Queued: the signal that says what was kept comes after the state.
        if (!m_session->isRecording() && !m_session->isBusy())
            QMetaObject::invokeMethod(this, &MainWindow::runAfterStop, Qt::QueuedConnection);
    });
    connect(session, &StudioSession::connectionsChanged, m_waiting, &WaitingNote::update);
    connect(session, &StudioSession::opened, this, [this](const QString& path) {
        if (!m_options.isUnattended) {
            // Also what is being recorded: should this program not live to its end, it is found.
            const QStringList paths = m_session->paths();
            for (qsizetype i = paths.size() - 1; i > 0; --i)
                m_settings.addRecentFile(paths[i]);
            m_settings.addRecentFile(path);
            m_recorded = m_session->isRecording() ? path : QString();
        }
        showPage();
        m_waiting->update();
    });
    connect(session, &StudioSession::failed, this, &MainWindow::showFailure);
    connect(session, &StudioSession::noted, m_status, &StatusLine::say);
    connect(session, &StudioSession::stopped, this, &MainWindow::showKept);
    if (!isFirst())
        connect(m_shared.get(), &SharedView::sessionChanged, this, &MainWindow::showPage);
    connect(m_shared.get(), &SharedView::dataGrew, m_waiting, &WaitingNote::update);
}

FilterEdit* MainWindow::filterEdit() const
{
    return m_top->filterEdit();
}

void MainWindow::start(const StudioArguments& arguments)
{
    m_plan->set(arguments);
    if (m_options.isUnattended || !arguments.at.isEmpty() || !arguments.select.isEmpty())
        m_incidents->stayAway();
    if (arguments.link)
        m_menus->addressing()->open(*arguments.link);
    else if (!arguments.files.isEmpty())
        openFiles(arguments.files, arguments.session);
    else if (!arguments.urls.empty())
        attach({arguments.urls, {}}, arguments.record);
    if (!arguments.link && arguments.files.isEmpty() && arguments.urls.empty())
        m_menus->resuming()->offer();
    if (!arguments.note.isEmpty())
        showFailure({ErrorCode::WrongUse, arguments.note});
}

bool MainWindow::isSettled() const
{
    if (m_session->isBusy() || m_plan->isPending() || m_firstLook->isPending() ||
        m_menus->exchanging()->isRunning() || m_menus->addressing()->isBusy())
        return false;
    // What follows a bus never stands still; once there is something to see, it may be taken.
    if (m_shared->mode() == SharedView::Mode::Live && m_shared->session()->seen().last > 0)
        return true;
    return m_pages->currentWidget() != m_workspace || m_workspace->isSettled();
}

void MainWindow::attachDialog()
{
    if (m_pages->currentWidget() == m_welcome) {
        m_firstPage->focusUrl();
        return;
    }
    auto* dialog = new AttachDialog(m_settings.recentUrls(), m_session->isRecording(), this);
    connect(dialog, &AttachDialog::linkRequested, this,
            [this](const QString& link) { m_menus->addressing()->goTo(link); });
    connect(dialog, &AttachDialog::attachRequested, this,
            [this](const AttachWish& wish) { attach(wish); });
    dialog->open();
    // What did not work is mended, not typed again.
    if (const QString text = m_buses->notAttached(); !text.isEmpty())
        dialog->setText(text);
}

void MainWindow::narrowDialog(const QStringList& urls)
{
    if (urls.size() != 1)
        return; // several are described in the dialog of connections
    attachDialog();
    for (AttachEdit* const edit : findChildren<AttachEdit*>()) {
        if (edit->isVisible()) {
            edit->setText(urls.front());
            edit->focusText();
        }
    }
}

void MainWindow::attach(const AttachWish& wish, const QString& file)
{
    if (!m_options.isUnattended) {
        m_buses->tryThem(wish.urls);
    }
    forgetFailure();
    const auto go = [this, wish, file] {
        m_menus->injecting()->keepSecrets(wish.urls, wish.options);
        m_session->attach(wish.urls, file, wish.options, wish.rules);
    };
    if (m_options.isUnattended)
        go();
    else
        m_gate->pass(wish, go);
}

void MainWindow::startDemo(const QString& query)
{
    whenFree(tr("Keep and start the demo"), [this, query] {
        attach({{QUrl(u"demo://"_s + query)}, {}});
    });
}

void MainWindow::closeRecording()
{
    whenFree(tr("Keep and close"), [this] { m_session->close(); });
}

void MainWindow::setTheme(ThemeChoice theme)
{
    if (!m_options.isUnattended)
        m_settings.setTheme(theme);
    const bool isDark =
        theme == ThemeChoice::Dark || (theme == ThemeChoice::System && m_options.systemIsDark);
    if (isDark == Theme::current().isDark)
        return;
    for (const MainWindow* window : group()->windows())
        window->workspace()->holdShares();
    Theme::apply(isDark);
}

void MainWindow::setSize(Theme::Size size)
{
    if (!m_options.isUnattended)
        m_settings.setSize(size);
    Theme::setSize(size);
    Theme::apply(Theme::current().isDark);
    // What is painted by hand asks for the theme again when its palette changes.
    std::vector<QPointer<QWidget>> widgets; // one that is told may replace others
    for (const MainWindow* window : group()->windows()) {
        const auto children = window->findChildren<QWidget*>();
        widgets.insert(widgets.end(), children.begin(), children.end());
    }
    for (const QPointer<QWidget>& widget : widgets) {
        QEvent changed(QEvent::PaletteChange);
        if (widget)
            QCoreApplication::sendEvent(widget, &changed);
    }
}

void MainWindow::setFullScreen(bool isFull)
{
    setWindowState(windowState().setFlag(Qt::WindowFullScreen, isFull));
}

void MainWindow::setHidesNames(bool hides)
{
    m_hidesNames = hides;
    showTitle();
    m_status->setHidesFigures(hides);
    m_banner->setHidesEarlier(hides);
    if (!hides && !m_withheld.isEmpty())
        m_banner->say(Banner::Tone::Bad, std::exchange(m_withheld, QString()));
}

void MainWindow::toggleLegend()
{
    if (!m_legend)
        m_legend = new Legend(m_workspace);
    if (m_legend->isVisible())
        m_legend->hide();
    else
        m_legend->showOver(m_workspace->view(u"timeline"));
}

void MainWindow::whenFree(const QString& keepText, std::function<void()> then)
{
    if (m_session->isRecording() && (m_options.isUnattended || m_quitWhenDone)) {
        m_afterStop = std::move(then);
        m_session->stop();
    } else if (m_session->isRecording()) {
        auto* question =
            new StopQuestion(m_session->recorderStatus(), m_session->path(), keepText, this);
        connect(question, &StopQuestion::keepChosen, this, [this, then] {
            m_afterStop = then;
            m_session->stop();
        });
        connect(question, &StopQuestion::discardChosen, this, [this, then] {
            m_afterStop = then;
            m_session->discard();
        });
        question->open();
    } else if (m_session->isBusy() && m_session->state() != StudioSession::State::Opening) {
        m_afterStop = std::move(then);
    } else {
        then();
    }
}

void MainWindow::showKept(const Kept& kept)
{
    const QString sentence = keptSentence(kept);
    m_status->say(sentence);
    if (m_options.isUnattended || m_quitWhenDone)
        qInfo("%s", qUtf8Printable(sentence));
    else if (m_afterStop)
        m_kept = kept;
    else
        m_banner->say(Banner::Tone::Good, tr("The recording has ended: %1").arg(sentence));
    if (!m_options.isUnattended) {
        if (const QString before = std::exchange(m_recorded, {}); before != kept.path)
            m_settings.removeRecentFile(before);
        if (!kept.path.isEmpty())
            m_settings.addRecentFile(kept.path);
    }
    m_firstPage->setRecentFiles(m_settings.recentFiles());
}

void MainWindow::runAfterStop()
{
    if (!m_afterStop || m_session->isRecording() || m_session->isBusy())
        return;
    const auto then = std::exchange(m_afterStop, nullptr);
    const auto kept = std::exchange(m_kept, std::nullopt);
    if (!kept) {
        then();
        return;
    }
    auto* note = new KeptNote(*kept, m_lastError ? m_lastError->message : QString(), this);
    connect(note, &QDialog::finished, this, then);
    note->open();
}

void MainWindow::forgetFailure()
{
    m_lastError.reset();
    m_waiting->leave();
    m_banner->clear();
}

void MainWindow::showFailure(const Error& error)
{
    m_lastError = error;
    m_waiting->leave();
    // Sentences name files and buses.
    if (m_hidesNames)
        m_withheld = error.message;
    m_banner->say(Banner::Tone::Bad,
                  m_hidesNames ? tr("Something failed. What it was is said once names may be seen.")
                               : error.message);
    if (m_options.isUnattended)
        qWarning("%s", qUtf8Printable(error.message));
    else
        offerWayOut(error);
}

/// What can be done about it is one click away.
void MainWindow::offerWayOut(const Error& error)
{
    m_wayOut = nullptr;
    if (m_hidesNames)
        return;
    if (error.code == ErrorCode::Unreadable && !m_session->isRecording()) {
        m_wayOut = [this] { openDialog(); };
        m_banner->offer({tr("Open another…")});
    } else if (!m_buses->notAttached().isEmpty()) {
        m_wayOut = [this] { attachDialog(); };
        m_banner->offer({tr("Change the address…")});
    }
}

void MainWindow::showPage()
{
    const bool isOpen = m_shared->session() != nullptr ||
                        m_session->state() == StudioSession::State::Attaching ||
                        m_session->state() == StudioSession::State::Moving;
    QWidget* page = isOpen ? static_cast<QWidget*>(m_workspace) : m_welcome;
    if (page != m_pages->currentWidget() || !focusWidget())
        (isOpen ? page : m_firstPage)->setFocus(Qt::OtherFocusReason);
    m_pages->setCurrentWidget(page);
    m_top->setVisible(isOpen);
    m_menus->update();
}

void MainWindow::showTitle()
{
    QString name = QFileInfo(m_session->path()).fileName();
    if (const auto count = m_session->paths().size(); count > 1)
        name = tr("%1 recordings").arg(count);
    if (m_hidesNames)
        name.clear();
    else if (!name.isEmpty() && m_session->isRecording())
        name = tr("● recording %1").arg(name);
    if (!isFirst())
        name = name.isEmpty() ? tr("One more window") : tr("%1 (one more window)").arg(name);
    // The program's name comes last: Qt would add it once more.
    setWindowTitle(name.isEmpty() ? u"Murmurscope"_s : tr("%1 — Murmurscope").arg(name));
}

void MainWindow::keepAndQuit()
{
    m_quitWhenDone = true;
    quit();
}

void MainWindow::quit()
{
    MainWindow* first = group()->first();
    first->m_closesAll = true;
    if (first->isHidden())
        first->show(); // so that the last window is seen to close
    first->close();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!m_quitWhenDone && m_menus->dialects()->holdsBack([this] { close(); })) {
        event->ignore();
        return;
    }
    // The session goes on as long as anybody looks at it.
    const bool closesAll = std::exchange(m_closesAll, false);
    if (!closesAll && group()->hasOthersSeen(this)) {
        keepPlace();
        m_menus->injecting()->stop();
        event->setAccepted(!isFirst());
        hide();
        return;
    }
    const bool isOpening = m_session->state() == StudioSession::State::Opening;
    if (m_session->isRecording() || (m_session->isBusy() && !isOpening)) {
        event->ignore();
        whenFree(tr("Keep and close"), [this, closesAll] {
            m_closesAll = closesAll;
            close();
        });
        return;
    }
    for (MainWindow* other : group()->windows())
        if (closesAll && other != this)
            other->hide();
    keepPlace();
    event->accept();
    Q_EMIT finished();
    if (!isFirst())
        Q_EMIT m_options.first->finished();
}

} // namespace murmur
