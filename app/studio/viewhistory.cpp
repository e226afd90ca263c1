// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "viewhistory.h"

#include "viewregistry.h"
#include "workspace.h"

#include "views/base/sharedview.h"

#include <QApplication>
#include <QEvent>
#include <QLocale>
#include <QUndoCommand>
#include <QUndoStack>
#include <QWidget>

#include <array>
#include <cmath>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Turns of a wheel and keys that follow each other are one step.
constexpr auto kOneStep = 500ms;
/// Views whose state is nothing but how they show things.
constexpr std::array<const char*, 7> kViews{"timeline", "agents", "facets", "topology",
                                            "wall",     "map",    "matrix"};

} // namespace

class ViewHistory::Step : public QUndoCommand
{
public:
    Step(ViewHistory* history, LookedAt before, LookedAt after, const QString& what)
        : QUndoCommand(what)
        , m_history(history)
        , m_before(std::move(before))
        , m_after(std::move(after))
    {
    }
    void undo() override { m_history->show(m_before); }
    void redo() override
    {
        if (std::exchange(m_isDone, true))
            m_history->show(m_after);
    }

private:
    ViewHistory* m_history;
    LookedAt m_before;
    LookedAt m_after;
    bool m_isDone = false; ///< the person did it
};

ViewHistory::ViewHistory(SharedView* shared, Workspace* workspace, QWidget* window)
    : QObject(window)
    , m_shared(shared)
    , m_workspace(workspace)
    , m_window(window)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(kOneStep);
    connect(&m_pause, &QTimer::timeout, this, &ViewHistory::settle);
    // Not put off by what follows: while it is live something always does.
    const auto soon = [this] {
        if (!m_isOurs && !m_pause.isActive())
            m_pause.start();
    };
    for (const auto signal :
         {&SharedView::windowChanged, &SharedView::playheadChanged, &SharedView::messageSelected,
          &SharedView::agentSelected, &SharedView::filterChanged, &SharedView::laneKeyChanged,
          &SharedView::modeChanged})
        connect(shared, signal, this, soon);
    connect(shared, &SharedView::sessionChanged, this, &ViewHistory::forget);
    // What others put there has its own way back.
    connect(shared->undoStack(), &QUndoStack::indexChanged, this, [this] {
        if (!m_isOurs)
            forget();
    });
    qApp->installEventFilter(this);
}

LookedAt ViewHistory::now() const
{
    LookedAt place{m_shared->mode() == SharedView::Mode::Live,
                   m_shared->window(),
                   m_shared->playhead(),
                   m_shared->selectedMessage(),
                   m_shared->selectedAgent(),
                   m_shared->filter(),
                   m_shared->filterDims(),
                   m_shared->laneKey(),
                   {}};
    for (const char* id : kViews) {
        const QString name = QString::fromLatin1(id);
        if (const View* view = m_workspace->view(name))
            place.views.insert(name, view->saveState());
    }
    return place;
}

void ViewHistory::forget()
{
    m_pause.stop();
    m_wasTouched = false;
    m_current = now();
}

void ViewHistory::settle()
{
    if (QApplication::mouseButtons() != Qt::NoButton) {
        m_pause.start(); // it is still being dragged
        return;
    }
    m_pause.stop();
    LookedAt after = now();
    const bool moves = m_shared->mode() == SharedView::Mode::Replay || after.isLive;
    if (moves && (!after.isLive || m_current.isLive)) {
        m_current.window = after.window;
        m_current.playhead = after.playhead;
        m_current.isLive = after.isLive;
    }
    const bool isStep =
        std::exchange(m_wasTouched, false) && m_shared->session() && !(after == m_current);
    const LookedAt before = std::exchange(m_current, std::move(after));
    if (!isStep)
        return;
    m_isOurs = true;
    m_shared->undoStack()->push(new Step(this, before, m_current, wordFor(before, m_current)));
    m_isOurs = false;
}

void ViewHistory::show(const LookedAt& place)
{
    m_isOurs = true;
    for (auto it = place.views.cbegin(); it != place.views.cend(); ++it)
        if (View* view = m_workspace->view(it.key()); view && view->saveState() != it.value())
            view->restoreState(it.value());
    m_shared->setLaneKey(place.lanes);
    m_shared->setFilterDims(place.dims);
    m_shared->setFilter(place.filter);
    if (place.isLive) {
        m_shared->goLive();
    } else {
        m_shared->setWindow(place.window);
        m_shared->setPlayhead(place.playhead);
        m_shared->setWindow(place.window); // the playhead may have scrolled it
    }
    m_shared->selectMessage(place.message);
    m_shared->selectAgent(place.agent);
    m_isOurs = false;
    forget();
}

QString ViewHistory::wordFor(const LookedAt& before, const LookedAt& after) const
{
    if (before.filter != after.filter)
        return after.filter ? tr("filter %1").arg(after.filter->text().left(40))
                            : tr("show all messages");
    if (before.dims != after.dims)
        return after.dims ? tr("dim what does not match") : tr("hide what does not match");
    if (before.lanes != after.lanes)
        return tr("other lanes");
    if (before.isLive != after.isLive)
        return after.isLive ? tr("go live") : tr("leave live");
    if (before.window != after.window) {
        const double ratio = static_cast<double>(after.window.length().count()) /
                             static_cast<double>(std::max<qint64>(
                                 1, static_cast<qint64>(before.window.length().count())));
        return std::abs(ratio - 1) < 0.01 ? tr("move the window")
               : ratio < 1                ? tr("zoom in")
                                          : tr("zoom out");
    }
    if (before.message != after.message)
        return after.message == 0 ? tr("select no message")
                                  : tr("select message %L1").arg(after.message);
    if (before.agent != after.agent)
        return tr("select an agent");
    if (before.playhead != after.playhead)
        return tr("move the playhead");
    for (auto it = after.views.cbegin(); it != after.views.cend(); ++it)
        if (const ViewEntry* entry = viewEntry(it.key());
            entry && before.views.value(it.key()) != it.value())
            return tr("arrange %1").arg(viewTitle(*entry));
    return tr("view");
}

bool ViewHistory::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::Wheel:
    case QEvent::KeyPress:
    case QEvent::ShortcutOverride: {
        if (!watched->isWidgetType() || !m_shared->session())
            return false;
        // Menus and panes in windows of their own belong to it.
        const QWidget* widget = static_cast<QWidget*>(watched);
        while (widget && widget != m_window)
            widget = widget->parentWidget();
        if (widget) {
            m_wasTouched = true;
            m_pause.start();
        }
        return false;
    }
    default:
        return false;
    }
}

} // namespace murmur
