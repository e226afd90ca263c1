// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "floatingpane.h"
#include "panedragger.h"
#include "viewregistry.h"
#include "workspace.h"

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// To it, or to the first of its parts that takes it.
void giveKeyboard(QWidget& view)
{
    view.setFocus(Qt::OtherFocusReason);
    const QWidget* focus = QApplication::focusWidget();
    if (focus == &view || (focus && view.isAncestorOf(focus)))
        return;
    for (QWidget* part : view.findChildren<QWidget*>()) {
        if ((part->focusPolicy() & Qt::TabFocus) && part->isVisible() && part->isEnabled()) {
            part->setFocus(Qt::OtherFocusReason);
            return;
        }
    }
}

/// At the edge of the window a column that is not there can be begun.
constexpr int kEdge = 48;

} // namespace

Dock Workspace::dock(QStringView id) const
{
    const Pane* found = pane(id);
    return found ? dockOf(*found) : Dock::MiddleTabs;
}

void Workspace::putBefore(Pane& pane, const Pane* before)
{
    std::erase(m_order, &pane);
    m_order.insert(before ? std::ranges::find(m_order, before) : m_order.end(), &pane);
}

void Workspace::movePane(QStringView id, Dock to, QStringView before)
{
    Pane* moved = pane(id);
    const Pane* next = pane(before);
    if (!moved || moved == next)
        return;
    const QByteArray was = layoutState();
    const bool hadKeyboard = moved->view->hasFocus() || currentView() == id;
    if (moved->floating)
        moved->floating->close();
    const Dock from = dockOf(*moved);
    moved->dock = to;
    putBefore(*moved, next);
    m_isArranging = true;
    moved->toggle->setChecked(true);
    m_isArranging = false;
    place();
    for (const int column : {columnOf(from), columnOf(to)})
        if (from != to)
            shareColumn(column);
    showInTabs(*moved);
    if (hadKeyboard)
        giveKeyboard(*moved->view);
    if (layoutState() != was)
        Q_EMIT arranged(was, tr("move %1").arg(viewTitle(*moved->entry)));
}

bool Workspace::movePane(QStringView id, DockStep step)
{
    const Pane* moved = pane(id);
    if (!moved)
        return false;
    const Dock from = dockOf(*moved);
    const int column = columnOf(from);
    if (step == DockStep::Left || step == DockStep::Right) {
        const int to = column + (step == DockStep::Left ? -1 : 1);
        if (m_shape.columns < 2 || to < 0 || to > std::max(1, m_shape.columns - 1))
            return false;
        movePane(id, dockAt(to, isTabbed(from)));
        return true;
    }
    // Those that stand there and are seen.
    QStringList stack;
    for (const Pane* other : m_order)
        if (!other->floating && isShown(*other) && dockOf(*other) == from)
            stack << QString::fromLatin1(other->entry->id);
    const qsizetype here = stack.indexOf(id);
    if (step == DockStep::Up && isTabbed(from)) {
        movePane(id, dockAt(column, false));
    } else if (step == DockStep::Up) {
        if (here <= 0)
            return false;
        movePane(id, from, stack[here - 1]);
    } else if (isTabbed(from)) {
        return false;
    } else if (here + 1 < stack.size()) {
        movePane(id, from, stack.value(here + 2));
    } else {
        movePane(id, dockAt(column, true));
    }
    return true;
}

void Workspace::shareColumn(int column)
{
    if (column == 1) {
        shareHeights(m_lowerShare);
        return;
    }
    QSplitter* stack = m_columns[static_cast<std::size_t>(column)].stack;
    stack->setSizes(
        QList<int>(stack->count(), std::max(1, height() / std::max(1, stack->count()))));
}

void Workspace::fillPaneMenu(QMenu& menu, const QString& id)
{
    const Pane* found = pane(id);
    if (!found)
        return;
    for (int i = 0; i < kDocks; ++i) {
        const auto to = static_cast<Dock>(i);
        if ((columnOf(to) == 2 && m_shape.columns < 3) ||
            (columnOf(to) == 0 && m_shape.columns < 2))
            continue;
        QAction* action = menu.addAction(dockTitle(to), this, [this, id, to] { movePane(id, to); });
        action->setCheckable(true);
        action->setChecked(!found->floating && dockOf(*found) == to);
    }
    menu.addSeparator();
    QAction* own =
        menu.addAction(tr("In a wi&ndow of its own"), this, [this, id] { toggleFloating(id); });
    own->setCheckable(true);
    own->setChecked(found->floating != nullptr);
    menu.addAction(tr("&Hide"), found->toggle, [toggle = found->toggle] { toggle->trigger(); });
}

bool Workspace::isFloating(QStringView id) const
{
    const Pane* found = pane(id);
    return found && found->floating;
}

void Workspace::toggleFloating(QStringView id)
{
    Pane* found = pane(id);
    if (!found)
        return;
    const QByteArray was = layoutState();
    const QString title = viewTitle(*found->entry);
    if (found->floating) {
        found->floating->close();
        Q_EMIT arranged(was, tr("bring %1 back").arg(title));
        return;
    }
    m_isArranging = true;
    found->toggle->setChecked(true);
    m_isArranging = false;
    takeOut(*found, {});
    Q_EMIT arranged(was, tr("take %1 out").arg(title));
}

void Workspace::takeOut(Pane& pane, const QByteArray& geometry)
{
    if (pane.floating)
        return;
    const QSize size = pane.view->size().expandedTo({480, 320});
    pane.floating = new FloatingPane(pane.view, viewTitle(*pane.entry), window());
    connect(pane.floating, &FloatingPane::closed, this, [this, back = &pane] {
        back->view->setParent(this);
        back->floating = nullptr;
        place();
        showInTabs(*back);
    });
    if (geometry.isEmpty() || !pane.floating->restoreGeometry(geometry))
        pane.floating->resize(size);
    place();
}

std::optional<DropSpot> Workspace::spotAt(const QPoint& point) const
{
    if (!rect().contains(point))
        return std::nullopt;
    if (point.x() < kEdge && m_columns[0].stack->isHidden())
        return DropSpot{Dock::LeftTop, {}, QRect(0, 0, width() / 6, height())};
    if (point.x() > width() - kEdge && m_columns[2].stack->isHidden() && m_shape.columns == 3)
        return DropSpot{Dock::RightTop, {}, QRect(width() - width() / 5, 0, width() / 5, height())};
    for (int column = 0; column < 3; ++column) {
        const QSplitter* stack = m_columns[static_cast<std::size_t>(column)].stack;
        const QRect there(stack->mapTo(this, QPoint()), stack->size());
        if (!stack->isHidden() && there.contains(point))
            return spotIn(column, point);
    }
    return std::nullopt;
}

DropSpot Workspace::spotIn(int column, const QPoint& point) const
{
    const auto& [stack, tabs] = m_columns[static_cast<std::size_t>(column)];
    const QRect there(stack->mapTo(this, QPoint()), stack->size());
    const auto placeOf = [this](const QWidget* widget) {
        return QRect(widget->mapTo(this, QPoint()), widget->size());
    };
    if (!tabs->isHidden() && placeOf(tabs).contains(point)) {
        const QTabBar* bar = tabs->tabBar();
        const int tab = bar->isVisible() ? bar->tabAt(bar->mapFrom(this, point)) : -1;
        return {dockAt(column, true), tab < 0 ? QString() : tabs->widget(tab)->objectName(),
                placeOf(tabs)};
    }
    QRect foot = there;
    foot.setTop(there.bottom() - there.height() / 4);
    if (tabs->isHidden() && foot.contains(point))
        return {dockAt(column, true), {}, foot};
    DropSpot spot{dockAt(column, false), {}, there};
    bool isBehind = false;
    for (int i = 0; i < stack->count(); ++i) {
        const QWidget* widget = stack->widget(i);
        if (widget == tabs || widget->isHidden())
            continue;
        if (isBehind) {
            spot.before = widget->objectName();
            break;
        }
        QRect half = placeOf(widget);
        if (!half.contains(point))
            continue;
        if (point.y() < half.center().y()) {
            half.setBottom(half.center().y());
            return {spot.dock, widget->objectName(), half};
        }
        half.setTop(half.center().y());
        spot.mark = half;
        isBehind = true;
    }
    return spot;
}

void Workspace::onDropped(const QString& id, const DropSpot& spot)
{
    if (id == spot.before)
        return;
    const Pane* moved = pane(id);
    if (moved && dockOf(*moved) == spot.dock && spot.before.isEmpty() && isTabbed(spot.dock))
        return; // it is there
    movePane(id, spot.dock, spot.before);
}

} // namespace murmur
