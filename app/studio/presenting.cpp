// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "presenting.h"

#include "awake.h"
#include "captionbar.h"
#include "filteredit.h"
#include "layoutpresets.h"
#include "mainwindow.h"
#include "presenterpanel.h"
#include "settings.h"
#include "startplan.h"
#include "statusline.h"
#include "studiosession.h"
#include "topbar.h"
#include "viewregistry.h"
#include "workspace.h"

#include "demo/faultorder.h"
#include "views/base/audience.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/connect/banner.h"
#include "views/messages/messagesview.h"
#include "views/wall/wallview.h"

#include <QAction>
#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>
#include <QMenuBar>
#include <QScreen>
#include <QShortcut>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 5s;
constexpr nanoseconds kBridged = 60s;
constexpr qint64 kLongestShow = 1024 * 1024;

} // namespace

Presenting::Presenting(MainWindow& window, Break breakSomething, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_break(std::move(breakSomething))
{
    m_lost.setSingleShot(true);
    m_lost.setInterval(kPatience);
    connect(&m_lost, &QTimer::timeout, this, &Presenting::bridge);
    connect(window.session(), &StudioSession::connectionsChanged, this, &Presenting::watchSource);
    connect(window.plan(), &StartPlan::presentWanted, this, [this](const QString& path) {
        if (const Status started = start(path); !started)
            m_window.showFailure(started.error());
    });
}

Presenting::~Presenting() = default;

CaptionBar* Presenting::caption() const
{
    return m_caption;
}

PresenterPanel* Presenting::panel() const
{
    return m_panel;
}

void Presenting::addTo(QMenu* menu)
{
    const auto add = [&](const QString& text, const char* keys, auto run) {
        QAction* action = menu->addAction(text, this, run);
        action->setShortcut(QKeySequence(QLatin1StringView(keys)));
        m_actions.push_back(action);
        return action;
    };
    add(tr("&Present…"), "Ctrl+Shift+F5", [this] { choose(); });
    add(tr("Present with&out a show"), "Ctrl+F5", [this] {
        if (m_isOn)
            end();
        else
            start(Show{tr("Murmurscope"), {}});
    });
    m_stageSafe = menu->addAction(tr("Sta&ge-safe: no payloads, hosts and ids"));
    m_stageSafe->setCheckable(true);
    connect(m_stageSafe, &QAction::toggled, this, &Presenting::setStageSafe);
}

bool Presenting::takes(const QStringList& files)
{
    if (files.size() != 1 || !files.front().endsWith(u".json"_s, Qt::CaseInsensitive))
        return false;
    QFile file(files.front());
    // A show is written by hand; what is longer is no show.
    if (file.size() > kLongestShow || !file.open(QIODevice::ReadOnly))
        return false;
    return QJsonDocument::fromJson(file.readAll()).object().value("acts"_L1).isArray();
}

void Presenting::choose()
{
    auto* dialog = new QFileDialog(&m_window, tr("Present a show"),
                                   m_window.settings().lastFolder(), tr("Shows (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_window.settings().setLastFolder(QFileInfo(path).path());
        if (const Status started = start(path); !started)
            m_window.showFailure(started.error());
    });
    dialog->open();
}

Status Presenting::start(const QString& path)
{
    auto show = loadShow(path);
    if (!show)
        return show.error();
    // What cannot be shown is said now, not before the audience.
    for (std::size_t i = 0; i < show->acts.size(); ++i) {
        const Act& act = show->acts[i];
        const auto wrong = [&](const QString& what) {
            return Error{ErrorCode::WrongUse, tr("%1, act %2: %3").arg(path).arg(i + 1).arg(what)};
        };
        if (!act.fault.isEmpty() && std::ranges::none_of(faults(), [&](const FaultEntry& entry) {
                return act.fault == QString::fromUtf8(entry.id);
            }))
            return wrong(tr("there is no fault \"%1\".").arg(act.fault));
        if (!act.view.isEmpty() && !viewEntry(act.view))
            return wrong(tr("there is no view \"%1\".").arg(act.view));
        if (!act.layout.isEmpty() && std::ranges::none_of(layoutPresets(), [&](const auto& preset) {
                return act.layout == QLatin1StringView(preset.id);
            }))
            return wrong(tr("there is no layout \"%1\".").arg(act.layout));
    }
    start(std::move(*show));
    return Done{};
}

void Presenting::start(Show show)
{
    if (m_isOn)
        end();
    m_show = std::move(show);
    m_isOn = true;
    m_act = -1;
    const SharedView* shared = m_window.shared();
    m_before = {shared->filter(),
                shared->filterDims(),
                shared->window(),
                shared->playhead(),
                shared->selectedMessage(),
                shared->selectedAgent(),
                shared->speed(),
                shared->mode() == SharedView::Mode::Live,
                m_window.workspace()->layoutState()};
    m_window.banner()->clear(); // what was said before is not for the audience
    m_geometry = m_window.saveGeometry();
    m_awake = std::make_unique<Awake>(tr("A swarm is being presented"), this);
    m_window.menuBar()->hide();
    m_window.statusLine()->hide();
    m_window.topBar()->setForAudience(true);
    m_caption = new CaptionBar(m_window.centralWidget());
    static_cast<QVBoxLayout*>(m_window.centralWidget()->layout())->addWidget(m_caption);
    m_caption->setVisible(!m_show.acts.empty());
    m_panel = new PresenterPanel(m_window.shared(), m_show, &m_window);
    connect(m_panel, &PresenterPanel::actWanted, this, &Presenting::goTo);
    connect(m_panel, &PresenterPanel::stepWanted, this, &Presenting::step);
    connect(m_panel, &PresenterPanel::stageSafeWanted, this, &Presenting::setStageSafe);
    connect(m_panel, &PresenterPanel::endWanted, this, &Presenting::end);
    m_panel->setStageSafe(m_isStageSafe);
    for (QWidget* place : {static_cast<QWidget*>(&m_window), static_cast<QWidget*>(m_panel)}) {
        const auto key = [&](Qt::Key code, auto run) {
            auto* shortcut = new QShortcut(QKeySequence(code), place);
            connect(shortcut, &QShortcut::activated, this, run);
            m_keys.push_back(shortcut);
        };
        key(Qt::Key_PageDown, [this] { step(1); });
        key(Qt::Key_PageUp, [this] { step(-1); });
        key(Qt::Key_Escape, [this] { end(); });
    }
    moveToStage();
    goTo(0);
}

/// The picture to the other screen, the controls stay on this one. With one screen there is room
/// for the picture only, and the keys do it.
void Presenting::moveToStage()
{
    QScreen* here = m_window.screen();
    QScreen* stage = nullptr;
    for (QScreen* screen : QGuiApplication::screens())
        if (screen != here)
            stage = screen;
    if (stage) {
        m_window.setWindowState(m_window.windowState() & ~Qt::WindowMaximized);
        m_window.move(stage->geometry().topLeft());
        m_panel->move(here->availableGeometry().topLeft() + QPoint(40, 40));
        m_panel->show();
    }
    m_window.setFullScreen(true);
}

void Presenting::end()
{
    if (!m_isOn)
        return;
    m_isOn = false;
    m_lost.stop();
    if (m_isBridging) {
        m_isBridging = false;
        m_window.shared()->playback()->setLoop({});
    }
    qDeleteAll(m_keys);
    m_keys.clear();
    m_awake.reset();
    if (m_caption)
        m_caption->deleteLater();
    m_caption = nullptr;
    if (m_panel) {
        m_panel->disconnect(this);
        m_panel->hide();
        m_panel->deleteLater();
        m_panel = nullptr;
    }
    m_window.setFullScreen(false);
    m_window.restoreGeometry(m_geometry);
    m_window.menuBar()->show();
    m_window.statusLine()->show();
    m_window.topBar()->setForAudience(m_isStageSafe);
    restore(m_before);
    applyStageSafe();
    m_act = -1;
}

void Presenting::restore(const Before& before)
{
    SharedView* shared = m_window.shared();
    m_window.workspace()->setLayoutState(before.layout);
    shared->setFilterDims(before.dims);
    shared->setFilter(before.filter);
    shared->setSpeed(before.speed);
    if (!shared->session())
        return;
    shared->pause();
    shared->selectAgent(before.agent);
    shared->selectMessage(before.message);
    shared->setPlayhead(before.playhead);
    shared->setWindow(before.window);
    if (before.wasLive)
        shared->goLive();
}

void Presenting::goTo(int act)
{
    if (!m_isOn || m_show.acts.empty())
        return;
    act = std::clamp(act, 0, static_cast<int>(m_show.acts.size()) - 1);
    if (act == m_act)
        return;
    const bool isNext = act == m_act + 1;
    m_act = act;
    const Act& now = m_show.acts[static_cast<std::size_t>(act)];
    say(now);
    if (m_panel)
        m_panel->setAct(act);
    // An act leaves what it does not name as it is: what was there before is made again.
    if (!isNext) {
        restore(m_before);
        for (int before = 0; before < act; ++before)
            apply(m_show.acts[static_cast<std::size_t>(before)], true);
    }
    apply(now, false);
}

void Presenting::say(const Act& act, const QString& besides)
{
    const QString place = u"%1 / %2"_s.arg(m_act + 1).arg(m_show.acts.size());
    if (m_caption)
        m_caption->say(act.say, besides.isEmpty() ? place : besides + u"   "_s + place);
}

void Presenting::apply(const Act& act, bool isPassing)
{
    SharedView* shared = m_window.shared();
    Workspace* workspace = m_window.workspace();
    for (const LayoutPreset& preset : layoutPresets())
        if (act.layout == QLatin1StringView(preset.id))
            workspace->usePreset(preset);
    if (!act.view.isEmpty())
        workspace->bringToFront(act.view);
    applyStageSafe();
    if (!act.fault.isEmpty() && !isPassing && !m_break(act.fault))
        say(act, tr("no demo runs: nothing was broken"));
    const Session* session = shared->session();
    if (!session)
        return;
    if (act.filter) {
        const auto filter = parseFilter(*act.filter, session->seen().time);
        if (filter)
            shared->setFilter(*filter);
        else
            m_window.showFailure(filter.error());
        shared->setFilterDims(act.dims);
    }
    if (act.isLive)
        shared->goLive();
    if (!act.at.isEmpty()) {
        if (const auto at = timeFromText(act.at, session->seen().time))
            shared->setPlayhead(*at);
        else
            m_window.showFailure(at.error());
    }
    if (act.window > 0ns) {
        const TimePoint end =
            act.isLive ? session->seen().time.end : shared->playhead() + act.window / 2;
        const bool wasLive = shared->mode() == SharedView::Mode::Live;
        shared->setWindow({end - act.window, end});
        if (wasLive)
            shared->goLive();
    }
    if (!act.agent.isEmpty())
        if (const AgentId agent = session->dictionaries()->findAgent(act.agent.toStdString());
            agent != AgentId{})
            shared->selectAgent(agent);
    if (act.select > 0)
        shared->selectMessage(act.select);
    if (act.speed > 0)
        shared->setSpeed(act.speed);
    if (act.plays && !isPassing) {
        if (*act.plays)
            shared->play();
        else
            shared->pause();
    }
}

void Presenting::watchSource()
{
    if (!m_isOn || !m_window.session()->isRecording())
        return;
    const auto connections = m_window.session()->connections();
    const bool hasSource =
        connections.empty() || std::ranges::any_of(connections, [](const ConnectionInfo& info) {
            return info.state == ConnectionStatus::State::Up;
        });
    if (!hasSource && !m_isBridging && !m_lost.isActive())
        m_lost.start();
    if (!hasSource)
        return;
    m_lost.stop();
    if (!m_isBridging)
        return;
    m_isBridging = false;
    m_window.shared()->playback()->setLoop({});
    m_window.shared()->goLive();
}

/// The audience sees the last minute again, and the mode says that it is one.
void Presenting::bridge()
{
    SharedView* shared = m_window.shared();
    if (!m_isOn || !shared->session() || shared->session()->seen().last == 0)
        return;
    const TimeRange all = shared->session()->seen().time;
    const TimeRange last{std::max(all.begin, all.end - kBridged), all.end};
    m_isBridging = true;
    shared->setPlayhead(last.begin);
    shared->playback()->setLoop(last);
    shared->play();
}

void Presenting::setStageSafe(bool isOn)
{
    if (isOn == m_isStageSafe)
        return;
    m_isStageSafe = isOn;
    if (m_stageSafe)
        m_stageSafe->setChecked(isOn);
    if (m_panel)
        m_panel->setStageSafe(isOn);
    applyStageSafe();
    m_window.topBar()->setForAudience(isOn || m_isOn);
    m_window.setHidesNames(isOn);
    setForAudience(*m_window.shared(), isOn);
    Q_EMIT stageSafeChanged(isOn);
}

void Presenting::applyStageSafe()
{
    m_window.workspace()->setWithheld(m_isStageSafe);
    if (auto* messages = qobject_cast<MessagesView*>(m_window.workspace()->view(u"messages")))
        messages->setHidesPayloads(m_isStageSafe);
    if (auto* wall = qobject_cast<WallView*>(m_window.workspace()->view(u"wall")))
        wall->setHidesPayloads(m_isStageSafe);
}

} // namespace murmur
