// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "workspace.h"

#include "settings.h"
#include "viewregistry.h"

#include "views/base/sharedview.h"

#include <QAction>
#include <QDataStream>
#include <QIODevice>
#include <QResizeEvent>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kCompactBelow = 1440;
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
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(m_across);
    for (const ViewEntry& entry : viewEntries())
        addPane(entry, context);
    m_middle->addWidget(m_tabs);
    m_left->addWidget(m_leftTabs);
    m_across->setStretchFactor(0, 0);
    m_across->setStretchFactor(1, 1);
    m_across->setStretchFactor(2, 0);
    connect(context.shared, &SharedView::differencesWanted, this,
            [this] { bringToFront(u"differences"); });
    place();
    resetLayout();
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

View* Workspace::view(QStringView id) const
{
    for (const Pane& pane : m_panes)
        if (id == QLatin1StringView(pane.entry->id))
            return pane.view;
    return nullptr;
}

bool Workspace::isSettled() const
{
    return std::ranges::all_of(m_panes, [](const Pane& pane) {
        return !pane.view->isVisible() || pane.view->isSettled();
    });
}

bool Workspace::bringToFront(QStringView id)
{
    for (const Pane& pane : m_panes) {
        if (id != QLatin1StringView(pane.entry->id))
            continue;
        pane.toggle->setChecked(true);
        for (QTabWidget* tabs : {m_tabs, m_leftTabs}) {
            if (const int tab = tabs->indexOf(pane.view); tab >= 0)
                tabs->setCurrentIndex(tab);
        }
        pane.view->setFocus(Qt::OtherFocusReason);
        return true;
    }
    return false;
}

void Workspace::fillTabs(QTabWidget* tabs, const std::vector<const Pane*>& panes)
{
    QWidget* current = tabs->currentWidget();
    while (tabs->count() > 0)
        tabs->removeTab(0);
    for (const Pane* pane : panes) {
        pane->view->setParent(this);
        pane->view->hide();
        if (pane->toggle->isChecked())
            tabs->addTab(pane->view, viewTitle(*pane->entry));
    }
    if (tabs->indexOf(current) >= 0)
        tabs->setCurrentWidget(current);
    tabs->setVisible(tabs->count() > 0);
}

void Workspace::place()
{
    std::vector<const Pane*> lower;
    std::vector<const Pane*> lowerLeft;
    bool hasFirstLeft = false;
    for (const Pane& pane : m_panes) {
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
        if (pane.view->parentWidget() != home) {
            // The tabs stay below everything else.
            if (home == m_middle)
                home->insertWidget(home->indexOf(m_tabs), pane.view);
            else if (home == m_left)
                home->insertWidget(home->indexOf(m_leftTabs), pane.view);
            else
                home->addWidget(pane.view);
        }
        pane.view->setVisible(pane.toggle->isChecked());
    }
    fillTabs(m_tabs, lower);
    fillTabs(m_leftTabs, lowerLeft);
    const auto hasShown = [this](Place where) {
        return std::ranges::any_of(m_panes, [where](const Pane& pane) {
            return pane.entry->place == where && pane.toggle->isChecked();
        });
    };
    m_left->setVisible(hasShown(Place::Left));
    m_right->setVisible(hasShown(Place::Right) && !m_isCompact);
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
        pane.toggle->setChecked(true);
    m_across->setSizes({250, 1060, 370});
    m_right->setSizes({430, 470});
    m_left->setSizes({300, 600});
    m_isShared = false;
    if (height() > 200)
        shareHeights();
}

void Workspace::shareHeights()
{
    m_isShared = true;
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
            sizes << (widget == m_tabs ? rest * 45 / 100 : rest * 55 / 100);
    }
    m_middle->setSizes(sizes);
    for (int i = 0; i < m_middle->count(); ++i) {
        const QWidget* widget = m_middle->widget(i);
        m_middle->setStretchFactor(
            i, widget == view(u"overview") ? 0 : (widget == view(u"heatmap") ? 1 : 4));
    }
}

void Workspace::save(Settings& settings) const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    QStringList hidden;
    for (const Pane& pane : m_panes) {
        if (!pane.toggle->isChecked())
            hidden << QLatin1StringView(pane.entry->id);
        settings.setBytes(stateKey(*pane.entry), pane.view->saveState());
    }
    out << kLayoutVersion << m_across->saveState() << m_left->saveState() << m_middle->saveState()
        << m_right->saveState() << hidden;
    settings.setBytes(kLayoutKey, bytes);
}

void Workspace::restore(const Settings& settings)
{
    for (const Pane& pane : m_panes)
        if (const QByteArray state = settings.bytes(stateKey(*pane.entry)); !state.isEmpty())
            pane.view->restoreState(state);
    const QByteArray bytes = settings.bytes(kLayoutKey);
    QDataStream in(bytes);
    qint32 version = 0;
    QByteArray across, left, middle, right;
    QStringList hidden;
    in >> version;
    if (version != kLayoutVersion)
        return;
    in >> across >> left >> middle >> right >> hidden;
    if (in.status() != QDataStream::Ok)
        return;
    for (const Pane& pane : m_panes)
        pane.toggle->setChecked(!hidden.contains(QLatin1StringView(pane.entry->id)));
    m_across->restoreState(across);
    m_left->restoreState(left);
    m_isShared = m_middle->restoreState(middle);
    m_right->restoreState(right);
    for (QSplitter* splitter : {m_across, m_left, m_middle, m_right}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
}

void Workspace::resizeEvent(QResizeEvent* event)
{
    setCompact(event->size().width() < kCompactBelow);
    if (!m_isShared && event->size().height() > 200)
        shareHeights();
}

} // namespace murmur
