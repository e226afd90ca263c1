// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "workspace.h"

#include "floatingpane.h"
#include "panedragger.h"
#include "viewregistry.h"

#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/base/viewwishes.h"

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QPainter>
#include <QResizeEvent>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <string_view>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// At 100 %; larger letters need as much more.
constexpr int kThreeColumns = 1440;
constexpr int kTwoColumns = 760;
constexpr int kLow = 400;
/// A window that goes to full screen together with its layout has its size by then.
constexpr auto kSettles = std::chrono::milliseconds(600);

QSplitter* makeSplitter(Qt::Orientation orientation, QWidget* parent)
{
    auto* splitter = new QSplitter(orientation, parent);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    return splitter;
}

} // namespace

Workspace::Workspace(const ViewContext& context, QWidget* parent)
    : QWidget(parent)
    , m_across(makeSplitter(Qt::Horizontal, this))
    , m_dragger(new PaneDragger(this, [this](const QPoint& point) { return spotAt(point); }))
{
    makeColumn(m_columns[0], tr("Panes on the left"));
    makeColumn(m_columns[1], tr("Lower panes"));
    makeColumn(m_columns[2], tr("Panes on the right"));
    m_tabs = m_columns[1].tabs;
    // More tabs than there is room for: a list of all of them.
    auto* all = new QToolButton(m_tabs);
    all->setText(u"⋯"_s);
    all->setAutoRaise(true);
    all->setPopupMode(QToolButton::InstantPopup);
    all->setToolTip(tr("All lower panes"));
    all->setAccessibleName(all->toolTip());
    auto* list = new QMenu(all);
    connect(list, &QMenu::aboutToShow, this, [this, list] { listTabs(list); });
    all->setMenu(list);
    m_tabs->setCornerWidget(all);
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(0, 0, 0, 0);
    page->addWidget(m_across);
    for (const ViewEntry& entry : viewEntries())
        addPane(entry, context);
    placeUsually();
    for (int column = 0; column < 3; ++column)
        m_across->setStretchFactor(column, column == 1 ? 1 : 0);
    connect(context.shared, &SharedView::differencesWanted, this,
            [this] { bringToFront(u"differences"); });
    connect(ViewWishes::of(context.shared), &ViewWishes::wanted, this, &Workspace::bringToFront);
    connect(m_dragger, &PaneDragger::dropped, this, &Workspace::onDropped);
    connect(m_dragger, &PaneDragger::droppedOutside, this,
            [this](const QString& id, const QPoint& global) {
                if (isFloating(id))
                    return;
                toggleFloating(id);
                if (const Pane* out = pane(id); out && out->floating)
                    out->floating->move(global);
            });
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettles);
    place();
    resetLayout();
    m_isShared = false; // it has its size when it is seen
}

void Workspace::makeColumn(Column& column, const QString& name)
{
    column.stack = makeSplitter(Qt::Vertical, m_across);
    auto* tabs = new QTabWidget(column.stack);
    column.tabs = tabs;
    tabs->setAccessibleName(name);
    tabs->tabBar()->setAccessibleName(name);
    tabs->setDocumentMode(true);
    tabs->setTabBarAutoHide(true);
    tabs->tabBar()->setContextMenuPolicy(Qt::CustomContextMenu);
    const auto idOf = [tabs](int tab) {
        return tabs->widget(tab) ? tabs->widget(tab)->objectName() : QString();
    };
    m_dragger->watchTabs(tabs->tabBar(), idOf);
    connect(tabs->tabBar(), &QWidget::customContextMenuRequested, this,
            [this, tabs, idOf](const QPoint& at) {
                const QString id = idOf(tabs->tabBar()->tabAt(at));
                if (id.isEmpty())
                    return;
                auto* menu = new QMenu(this);
                menu->setAttribute(Qt::WA_DeleteOnClose);
                fillPaneMenu(*menu, id);
                menu->popup(tabs->tabBar()->mapToGlobal(at));
            });
}

void Workspace::listTabs(QMenu* list)
{
    list->clear();
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        QAction* action = list->addAction(m_tabs->tabText(tab), m_tabs,
                                          [this, tab] { m_tabs->setCurrentIndex(tab); });
        action->setCheckable(true);
        action->setChecked(tab == m_tabs->currentIndex());
    }
}

void Workspace::addPane(const ViewEntry& entry, const ViewContext& context)
{
    const QString title = viewTitle(entry);
    View* view = entry.create(context, this);
    if (view->accessibleName().isEmpty())
        view->setAccessibleName(title);
    const QString id = QLatin1StringView(entry.id);
    view->setObjectName(id);
    if (auto* header = view->findChild<PaneHeader*>())
        m_dragger->watchHeader(header, id);
    auto* toggle = new QAction(title, this);
    toggle->setCheckable(true);
    toggle->setChecked(true);
    connect(toggle, &QAction::toggled, this, [this, toggle] {
        if (!m_isArranging)
            m_beforeToggle = layoutWith(toggle);
        place();
    });
    // By the person, not by a layout.
    connect(toggle, &QAction::triggered, this, [this, title](bool isOn) {
        Q_EMIT arranged(m_beforeToggle, isOn ? tr("show %1").arg(title) : tr("hide %1").arg(title));
    });
    m_panes.push_back({&entry, view, toggle});
    m_toggles.push_back(toggle);
}

Workspace::Pane* Workspace::pane(QStringView id)
{
    for (Pane& pane : m_panes)
        if (id == QLatin1StringView(pane.entry->id))
            return &pane;
    return nullptr;
}

const Workspace::Pane* Workspace::pane(QStringView id) const
{
    return const_cast<Workspace*>(this)->pane(id);
}

View* Workspace::view(QStringView id) const
{
    const Pane* found = pane(id);
    return found ? found->view : nullptr;
}

bool Workspace::isSettled() const
{
    return std::ranges::all_of(m_panes, [](const Pane& pane) {
        return !pane.view->isVisible() || pane.view->isSettled();
    });
}

bool Workspace::bringToFront(QStringView id)
{
    const Pane* found = pane(id);
    if (!found)
        return false;
    found->toggle->setChecked(true);
    if (found->floating) {
        found->floating->raise();
        found->floating->activateWindow();
    }
    showInTabs(*found);
    m_chosen = m_tabs->indexOf(found->view) < 0 ? id.toString() : QString();
    found->view->setFocus(Qt::OtherFocusReason);
    return true;
}

void Workspace::showInTabs(const Pane& pane)
{
    for (const Column& column : m_columns)
        if (const int tab = column.tabs->indexOf(pane.view); tab >= 0)
            column.tabs->setCurrentIndex(tab);
}

Dock Workspace::dockOf(const Pane& pane) const
{
    const int column = columnOf(pane.dock);
    if ((column == 2 && m_shape.columns < 3) || (column == 0 && m_shape.columns < 2))
        return Dock::MiddleTabs;
    if (m_shape.isLow && pane.dock == Dock::Middle &&
        std::string_view(pane.entry->id) != "overview")
        return Dock::MiddleTabs;
    return pane.dock;
}

void Workspace::fillStack(QSplitter* stack, const std::vector<Pane*>& panes)
{
    int at = 0;
    for (const Pane* pane : panes) {
        if (stack->indexOf(pane->view) != at)
            stack->insertWidget(at, pane->view);
        pane->view->setVisible(isShown(*pane));
        ++at;
    }
}

void Workspace::fillTabs(QTabWidget* tabs, const std::vector<Pane*>& panes, QWidget* front)
{
    std::vector<const Pane*> shown;
    for (const Pane* pane : panes)
        if (isShown(*pane))
            shown.push_back(pane);
    // Only what comes or goes is moved: a pane in another place is styled and laid out anew.
    for (Pane* pane : panes) {
        if (isShown(*pane))
            continue;
        if (pane->view->parentWidget() != this)
            pane->view->setParent(this);
        pane->view->hide();
    }
    for (int tab = tabs->count(); tab-- > 0;) {
        if (std::ranges::none_of(shown,
                                 [&](const Pane* pane) { return pane->view == tabs->widget(tab); }))
            tabs->removeTab(tab);
    }
    for (int tab = 0; tab < static_cast<int>(shown.size()); ++tab) {
        const Pane& pane = *shown[static_cast<std::size_t>(tab)];
        const int now = tabs->indexOf(pane.view);
        if (now < 0)
            tabs->insertTab(tab, pane.view, viewTitle(*pane.entry));
        else if (now != tab)
            tabs->tabBar()->moveTab(now, tab);
    }
    // One that has another home now left its neighbour in front.
    if (front != nullptr)
        tabs->setCurrentIndex(std::max(0, tabs->indexOf(front)));
    tabs->setVisible(tabs->count() > 0);
}

void Workspace::place()
{
    if (m_isArranging)
        return;
    // What leaves the tabs by getting another home would put its neighbour in front.
    std::array<QWidget*, 3> fronts{};
    for (std::size_t column = 0; column < fronts.size(); ++column)
        fronts[column] = m_columns[column].tabs->currentWidget();
    std::array<std::vector<Pane*>, kDocks> docks;
    for (Pane* pane : m_order) {
        if (pane->floating)
            pane->floating->setVisible(isShown(*pane) && isVisible());
        else
            docks[static_cast<std::size_t>(dockOf(*pane))].push_back(pane);
    }
    // Its own first, then what found no room beside it.
    std::ranges::stable_sort(docks[static_cast<std::size_t>(Dock::MiddleTabs)], {},
                             [](const Pane* pane) {
                                 const int column = columnOf(pane->dock);
                                 return column == 1 ? (isTabbed(pane->dock) ? 1 : 0) : 2 + column;
                             });
    for (std::size_t column = 0; column < m_columns.size(); ++column)
        fillStack(m_columns[column].stack, docks[2 * column]);
    for (std::size_t column = 0; column < m_columns.size(); ++column) {
        fillTabs(m_columns[column].tabs, docks[2 * column + 1], fronts[column]);
        const auto shows = [this](const Pane* pane) { return isShown(*pane); };
        m_columns[column].stack->setVisible(std::ranges::any_of(docks[2 * column], shows) ||
                                            m_columns[column].tabs->count() > 0);
    }
}

bool Workspace::isShown(const Pane& pane) const
{
    return pane.toggle->isChecked() && !(m_isWithheld && !isForStage(*pane.entry));
}

void Workspace::setWithheld(bool isWithheld)
{
    if (isWithheld == m_isWithheld)
        return;
    m_isWithheld = isWithheld;
    place();
}

Workspace::Shape Workspace::shapeFor(const QSize& size)
{
    const int width = size.width() * 100 / Theme::size().textPercent;
    const int height = size.height() * 100 / Theme::size().textPercent;
    return {width < kTwoColumns ? 1 : (width < kThreeColumns ? 2 : 3), height < kLow};
}

void Workspace::setShape(const Shape& shape)
{
    if (shape == m_shape)
        return;
    const bool wasLow = std::exchange(m_shape, shape).isLow;
    place();
    if (shape.isLow == wasLow)
        return;
    m_isShared = false; // the shares were those of other panes
    if (shape.isLow && view(u"timeline"))
        m_tabs->setCurrentWidget(view(u"timeline"));
}

QString Workspace::currentView() const
{
    for (const QWidget* widget = QApplication::focusWidget(); widget;
         widget = widget->parentWidget())
        if (pane(widget->objectName()))
            return widget->objectName();
    return m_tabs->currentWidget() ? m_tabs->currentWidget()->objectName() : QString();
}

QString Workspace::chosenView() const
{
    const QString current = currentView();
    if (isFloating(current))
        return current;
    const Pane* chosen = pane(m_chosen);
    const QWidget* focus = QApplication::focusWidget();
    const bool isBelow = focus != nullptr && m_tabs->isAncestorOf(focus);
    if (chosen && isShown(*chosen) && m_tabs->indexOf(chosen->view) < 0 && !isBelow)
        return m_chosen;
    return m_tabs->currentWidget() ? m_tabs->currentWidget()->objectName() : QString();
}

void Workspace::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_wasSeen = true;
    place(); // panes in windows of their own come and go with it
}

void Workspace::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    place();
}

void Workspace::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_tabs && !m_order.empty() && m_wasSeen) {
        const Shape before = m_shape;
        setShape(shapeFor(size()));
        if (!(before == m_shape) && height() > 200)
            shareHeights(m_lowerShare);
    }
    QWidget::changeEvent(event);
}

void Workspace::paintEvent(QPaintEvent* event)
{
    QWidget::paintEvent(event);
    if (!std::ranges::all_of(m_columns, [](const Column& it) { return it.stack->isHidden(); }))
        return;
    QPainter painter(this);
    painter.setPen(Theme::current().secondary);
    painter.drawText(rect(), Qt::AlignCenter,
                     tr("All panes are hidden. Alt+1 to Alt+9 and the View menu show them, "
                        "Ctrl+Z brings back the last one."));
}

void Workspace::resizeEvent(QResizeEvent* event)
{
    setShape(shapeFor(event->size()));
    if ((!m_isShared || m_settle.isActive()) && event->size().height() > 200)
        shareHeights(m_lowerShare);
}

} // namespace murmur
