// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "workspace.h"

#include "floatingpane.h"
#include "layoutpresets.h"
#include "settings.h"
#include "viewregistry.h"

#include "views/base/sharedview.h"
#include "views/base/viewwishes.h"

#include <QAction>
#include <QApplication>
#include <QDataStream>
#include <QIODevice>
#include <QMenu>
#include <QResizeEvent>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kLowerShare = 45;
constexpr int kCompactBelow = 1440;
/// A window that goes to full screen together with its layout has its size by then.
constexpr auto kSettles = std::chrono::milliseconds(600);
constexpr qint32 kLayoutVersion = 1;
const QString kLayoutKey = u"window/layout"_s;

QSplitter* makeSplitter(Qt::Orientation orientation, QWidget* parent)
{
    auto* splitter = new QSplitter(orientation, parent);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    return splitter;
}

QString stateKey(const ViewEntry& entry)
{
    return u"view/"_s + QLatin1StringView(entry.id);
}

} // namespace

Workspace::Workspace(const ViewContext& context, QWidget* parent)
    : QWidget(parent)
    , m_across(makeSplitter(Qt::Horizontal, this))
    , m_left(makeSplitter(Qt::Vertical, m_across))
    , m_middle(makeSplitter(Qt::Vertical, m_across))
    , m_right(makeSplitter(Qt::Vertical, m_across))
    , m_leftTabs(new QTabWidget(m_left))
    , m_tabs(new QTabWidget(m_middle))
{
    for (const auto& [tabs, name] :
         {std::pair{m_leftTabs, tr("Panes on the left")}, std::pair{m_tabs, tr("Lower panes")}}) {
        tabs->setAccessibleName(name);
        tabs->tabBar()->setAccessibleName(name);
        tabs->setDocumentMode(true);
        tabs->setTabBarAutoHide(true);
    }
    // More tabs than there is room for: a list of all of them.
    auto* all = new QToolButton(m_tabs);
    all->setText(u"⋯"_s);
    all->setAutoRaise(true);
    all->setPopupMode(QToolButton::InstantPopup);
    all->setToolTip(tr("All lower panes"));
    all->setAccessibleName(all->toolTip());
    auto* list = new QMenu(all);
    connect(list, &QMenu::aboutToShow, this, [this, list] {
        list->clear();
        for (int tab = 0; tab < m_tabs->count(); ++tab) {
            QAction* action = list->addAction(m_tabs->tabText(tab), m_tabs,
                                              [this, tab] { m_tabs->setCurrentIndex(tab); });
            action->setCheckable(true);
            action->setChecked(tab == m_tabs->currentIndex());
        }
    });
    all->setMenu(list);
    m_tabs->setCornerWidget(all);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_across);
    for (const ViewEntry& entry : viewEntries())
        addPane(entry, context);
    m_middle->addWidget(m_tabs);
    m_left->addWidget(m_leftTabs);
    m_across->setStretchFactor(0, 0);
    m_across->setStretchFactor(1, 1);
    m_across->setStretchFactor(2, 0);
    connect(context.shared, &SharedView::differencesWanted, this,
            [this] { bringToFront(u"differences"); });
    connect(ViewWishes::of(context.shared), &ViewWishes::wanted, this, &Workspace::bringToFront);
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettles);
    place();
    resetLayout();
    m_isShared = false; // it has its size when it is seen
}

void Workspace::addPane(const ViewEntry& entry, const ViewContext& context)
{
    const QString title = viewTitle(entry);
    View* view = entry.create(context, this);
    if (view->accessibleName().isEmpty())
        view->setAccessibleName(title);
    view->setObjectName(QLatin1StringView(entry.id));
    auto* toggle = new QAction(title, this);
    toggle->setCheckable(true);
    toggle->setChecked(true);
    connect(toggle, &QAction::toggled, this, &Workspace::place);
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
    for (QTabWidget* tabs : {m_tabs, m_leftTabs})
        if (const int tab = tabs->indexOf(pane.view); tab >= 0)
            tabs->setCurrentIndex(tab);
}

void Workspace::fillTabs(QTabWidget* tabs, const std::vector<const Pane*>& panes, QWidget* front)
{
    while (tabs->count() > 0)
        tabs->removeTab(0);
    for (const Pane* pane : panes) {
        pane->view->setParent(this);
        pane->view->hide();
        if (isShown(*pane))
            tabs->addTab(pane->view, viewTitle(*pane->entry));
    }
    tabs->setCurrentIndex(std::max(0, tabs->indexOf(front)));
    tabs->setVisible(tabs->count() > 0);
}

void Workspace::place()
{
    if (m_isArranging)
        return;
    // What leaves the tabs by getting another home would put its neighbour in front.
    QWidget* front = m_tabs->currentWidget();
    QWidget* frontLeft = m_leftTabs->currentWidget();
    std::vector<const Pane*> lower;
    std::vector<const Pane*> lowerLeft;
    bool hasFirstLeft = false;
    for (const Pane& pane : m_panes) {
        if (pane.floating) {
            pane.floating->setVisible(isShown(pane));
            continue;
        }
        const Place place = pane.entry->place;
        if (place == Place::CenterBottom || (place == Place::Right && m_isCompact)) {
            lower.push_back(&pane);
            continue;
        }
        if (place == Place::Left && std::exchange(hasFirstLeft, true)) {
            lowerLeft.push_back(&pane);
            continue;
        }
        QSplitter* home = place == Place::Left    ? m_left
                          : place == Place::Right ? m_right
                                                  : m_middle;
        // In their order, and the tabs stay below everything else.
        if (pane.view->parentWidget() != home) {
            int before = 0;
            for (const Pane& other : m_panes) {
                if (&other == &pane)
                    break;
                before += other.view->parentWidget() == home ? 1 : 0;
            }
            home->insertWidget(before, pane.view);
        }
        pane.view->setVisible(isShown(pane));
    }
    fillTabs(m_tabs, lower, front);
    fillTabs(m_leftTabs, lowerLeft, frontLeft);
    const auto hasShown = [this](Place where) {
        return std::ranges::any_of(m_panes, [this, where](const Pane& pane) {
            return pane.entry->place == where && isShown(pane) && !pane.floating;
        });
    };
    m_left->setVisible(hasShown(Place::Left));
    m_right->setVisible(hasShown(Place::Right) && !m_isCompact);
}

/// All at once: each that comes or goes would arrange everything again.
void Workspace::showPanes(const std::function<bool(const Pane&)>& isShown)
{
    m_isArranging = true;
    for (const Pane& pane : m_panes)
        pane.toggle->setChecked(isShown(pane));
    m_isArranging = false;
    place();
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

void Workspace::setCompact(bool isCompact)
{
    if (isCompact == m_isCompact)
        return;
    m_isCompact = isCompact;
    place();
}

void Workspace::resetLayout()
{
    for (const Pane& pane : m_panes)
        if (pane.floating)
            pane.floating->close();
    showPanes([](const Pane&) { return true; });
    m_across->setSizes({250, 1060, 370});
    m_right->setSizes({430, 470});
    m_left->setSizes({300, 600});
    m_isShared = false;
    m_lowerShare = kLowerShare;
    if (height() > 200)
        shareHeights(kLowerShare);
}

void Workspace::shareHeights(int lowerShare)
{
    m_isShared = true;
    m_lowerShare = lowerShare;
    // Lanes and messages grow with the window; overview and heatmap need no more than they need.
    const int overview = m_panes.empty() ? 0 : view(u"overview")->sizeHint().height();
    const int heatmap = m_isCompact ? 120 : 190;
    const int rest = std::max(200, height() - overview - heatmap);
    QList<int> sizes;
    for (int i = 0; i < m_middle->count(); ++i) {
        const QWidget* widget = m_middle->widget(i);
        if (widget == view(u"overview"))
            sizes << overview;
        else if (widget == view(u"heatmap"))
            sizes << heatmap;
        else
            sizes << (widget == m_tabs ? rest * lowerShare / 100 : rest * (100 - lowerShare) / 100);
    }
    m_middle->setSizes(sizes);
    for (int i = 0; i < m_middle->count(); ++i) {
        const QWidget* widget = m_middle->widget(i);
        m_middle->setStretchFactor(
            i, widget == view(u"overview") ? 0 : (widget == view(u"heatmap") ? 1 : 4));
    }
}

QByteArray Workspace::layoutState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    QStringList hidden;
    for (const Pane& pane : m_panes)
        if (!pane.toggle->isChecked())
            hidden << QLatin1StringView(pane.entry->id);
    const QWidget* front = m_tabs->currentWidget();
    out << kLayoutVersion << m_across->saveState() << m_left->saveState() << m_middle->saveState()
        << m_right->saveState() << hidden << (front ? front->objectName() : QString());
    return bytes;
}

bool Workspace::setLayoutState(const QByteArray& bytes)
{
    QDataStream in(bytes);
    qint32 version = 0;
    QByteArray across, left, middle, right;
    QStringList hidden;
    in >> version;
    if (version != kLayoutVersion)
        return false;
    in >> across >> left >> middle >> right >> hidden;
    if (in.status() != QDataStream::Ok)
        return false;
    QString front; // layouts of before have none
    in >> front;
    showPanes(
        [&](const Pane& pane) { return !hidden.contains(QLatin1StringView(pane.entry->id)); });
    m_across->restoreState(across);
    m_left->restoreState(left);
    m_isShared = m_middle->restoreState(middle);
    m_right->restoreState(right);
    for (QSplitter* splitter : {m_across, m_left, m_middle, m_right}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    if (const Pane* inFront = pane(front))
        showInTabs(*inFront);
    return true;
}

void Workspace::usePreset(const LayoutPreset& preset)
{
    for (const Pane& pane : m_panes)
        if (pane.floating)
            pane.floating->close();
    showPanes([&](const Pane& pane) { return preset.shows(pane.entry->id); });
    if (const Pane* inFront = pane(QString::fromLatin1(preset.front)))
        showInTabs(*inFront);
    m_across->setSizes({250, 1060, 370});
    shareHeights(preset.lowerShare);
    m_settle.start();
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
    if (found->floating) {
        found->floating->close();
        return;
    }
    const QSize size = found->view->size().expandedTo({480, 320});
    found->floating = new FloatingPane(found->view, viewTitle(*found->entry), window());
    connect(found->floating, &FloatingPane::closed, this, [this, name = id.toString()] {
        Pane* back = pane(name);
        back->view->setParent(this);
        back->floating = nullptr;
        place();
        showInTabs(*back);
    });
    found->toggle->setChecked(true);
    place();
    found->floating->resize(size);
    found->floating->show();
}

void Workspace::save(StudioSettings& settings) const
{
    for (const Pane& pane : m_panes)
        settings.setBytes(stateKey(*pane.entry), pane.view->saveState());
    // Of a window in which it was never seen the shares are nobody's.
    if (m_wasSeen)
        settings.setBytes(kLayoutKey, layoutState());
}

void Workspace::restore(const StudioSettings& settings)
{
    for (const Pane& pane : m_panes)
        if (const QByteArray state = settings.bytes(stateKey(*pane.entry)); !state.isEmpty())
            pane.view->restoreState(state);
    setLayoutState(settings.bytes(kLayoutKey));
}

void Workspace::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_wasSeen = true;
}

void Workspace::resizeEvent(QResizeEvent* event)
{
    setCompact(event->size().width() < kCompactBelow);
    if ((!m_isShared || m_settle.isActive()) && event->size().height() > 200)
        shareHeights(m_lowerShare);
}

} // namespace murmur
