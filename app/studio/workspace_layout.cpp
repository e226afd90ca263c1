// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "floatingpane.h"
#include "layoutpresets.h"
#include "settings.h"
#include "workspace.h"

#include "views/base/theme.h"

#include <QAction>
#include <QDataStream>
#include <QIODevice>
#include <QSplitter>
#include <QTabWidget>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kLowerShare = 45;
constexpr qint32 kLayoutVersion = 1;
const QString kLayoutKey = u"window/layout"_s;
const QString kBesideKey = u"beside/layout"_s;

QString stateKey(const ViewEntry& entry)
{
    return u"view/"_s + QLatin1StringView(entry.id);
}

} // namespace

/// All at once: each that comes or goes would arrange everything again.
void Workspace::showPanes(const std::function<bool(const Pane&)>& isShown)
{
    m_isArranging = true;
    for (const Pane& pane : m_panes)
        pane.toggle->setChecked(isShown(pane));
    m_isArranging = false;
    place();
}

void Workspace::placeUsually()
{
    m_order.clear();
    for (Pane& pane : m_panes) {
        pane.dock = usualDock(*pane.entry);
        m_order.push_back(&pane);
    }
}

void Workspace::bringHome()
{
    for (const Pane& pane : m_panes)
        if (pane.floating)
            pane.floating->close();
}

void Workspace::resetLayout()
{
    bringHome();
    placeUsually();
    showPanes([](const Pane&) { return true; });
    m_across->setSizes({250, 1060, 370});
    m_columns[0].stack->setSizes({300, 600});
    m_columns[2].stack->setSizes({430, 470});
    m_isShared = false;
    m_lowerShare = kLowerShare;
    if (height() > 200)
        shareHeights(kLowerShare);
}

void Workspace::shareHeights(int lowerShare)
{
    m_isShared = true;
    m_lowerShare = lowerShare;
    QSplitter* middle = m_columns[1].stack;
    const QWidget* overview = view(u"overview");
    const QWidget* heatmap = view(u"heatmap");
    // Lanes and messages grow with the window; overview and heatmap need no more than they need.
    const int overviewHeight = overview ? overview->sizeHint().height() : 0;
    const int heatmapHeight = (m_shape.columns < 3 ? 120 : 190) * Theme::size().textPercent / 100;
    int rest = height();
    int others = 0;
    for (int i = 0; i < middle->count(); ++i) {
        const QWidget* widget = middle->widget(i);
        if (widget == overview || widget == heatmap)
            rest -= widget == overview ? overviewHeight : heatmapHeight;
        else if (widget != m_tabs && !widget->isHidden())
            ++others;
    }
    rest = std::max(200, rest);
    QList<int> sizes;
    for (int i = 0; i < middle->count(); ++i) {
        const QWidget* widget = middle->widget(i);
        const int tabs = others == 0 ? 100 : lowerShare;
        const int share = widget == m_tabs ? tabs : (100 - lowerShare) / std::max(1, others);
        sizes << (widget == overview  ? overviewHeight
                  : widget == heatmap ? heatmapHeight
                                      : rest * share / 100);
    }
    middle->setSizes(sizes);
    for (int i = 0; i < middle->count(); ++i) {
        const QWidget* widget = middle->widget(i);
        middle->setStretchFactor(i, widget == overview ? 0 : (widget == heatmap ? 1 : 4));
    }
}

QByteArray Workspace::layoutState() const
{
    return layoutWith(nullptr);
}

/// As if that toggle stood otherwise.
QByteArray Workspace::layoutWith(const QAction* flipped) const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    QStringList hidden;
    for (const Pane& pane : m_panes)
        if (pane.toggle->isChecked() == (pane.toggle == flipped))
            hidden << QLatin1StringView(pane.entry->id);
    const QWidget* front = m_tabs->currentWidget();
    out << kLayoutVersion << m_across->saveState() << m_columns[0].stack->saveState()
        << m_columns[1].stack->saveState() << m_columns[2].stack->saveState() << hidden
        << (front ? front->objectName() : QString()) << placesAsText() << m_shape.isLow;
    for (const Pane& pane : m_panes)
        if (pane.floating)
            out << QString::fromLatin1(pane.entry->id) << pane.floating->saveGeometry();
    return bytes;
}

void Workspace::holdShares()
{
    const std::array splitters{m_across, m_columns[0].stack, m_columns[1].stack,
                               m_columns[2].stack};
    for (QSplitter* const splitter : splitters)
        QTimer::singleShot(0, splitter, [splitter, shares = splitter->sizes()] {
            if (splitter->count() == shares.size())
                splitter->setSizes(shares);
        });
}

/// "findings left", in the order in which they stand.
QStringList Workspace::placesAsText() const
{
    QStringList places;
    for (const Pane* pane : m_order)
        places << QLatin1StringView(pane->entry->id) + u' ' + dockName(pane->dock);
    return places;
}

void Workspace::setPlaces(const QStringList& places)
{
    placeUsually();
    std::vector<Pane*> order;
    for (const QString& place : places) {
        Pane* named = pane(place.section(u' ', 0, 0));
        const auto dock = dockNamed(place.section(u' ', 1));
        if (!named || !dock || std::ranges::find(order, named) != order.end())
            continue;
        named->dock = *dock;
        order.push_back(named);
    }
    // What is new since then stands where it usually does.
    for (Pane* other : m_order)
        if (std::ranges::find(order, other) == order.end())
            order.push_back(other);
    m_order = std::move(order);
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
    QString front; // layouts of before have none, nor places
    QStringList places;
    bool wasLow = false;
    in >> front >> places >> wasLow;
    bringHome();
    setPlaces(places);
    showPanes(
        [&](const Pane& pane) { return !hidden.contains(QLatin1StringView(pane.entry->id)); });
    while (!in.atEnd() && in.status() == QDataStream::Ok) {
        QString id;
        QByteArray geometry;
        in >> id >> geometry;
        if (Pane* out = pane(id); out && in.status() == QDataStream::Ok)
            takeOut(*out, geometry);
    }
    m_across->restoreState(across);
    m_columns[0].stack->restoreState(left);
    // In a low window others stood there.
    m_isShared = wasLow == m_shape.isLow && m_columns[1].stack->restoreState(middle);
    if (!m_isShared && m_wasSeen)
        shareHeights(m_lowerShare);
    m_columns[2].stack->restoreState(right);
    for (QSplitter* splitter :
         {m_across, m_columns[0].stack, m_columns[1].stack, m_columns[2].stack}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    if (const Pane* inFront = pane(front))
        showInTabs(*inFront);
    return true;
}

void Workspace::usePreset(const LayoutPreset& preset)
{
    bringHome();
    placeUsually();
    showPanes([&](const Pane& pane) { return preset.shows(pane.entry->id); });
    if (const Pane* inFront = pane(QString::fromLatin1(preset.front)))
        showInTabs(*inFront);
    m_across->setSizes({250, 1060, 370});
    shareHeights(preset.lowerShare);
    m_settle.start();
}

void Workspace::save(StudioSettings& settings) const
{
    for (const Pane& pane : m_panes)
        settings.setBytes(stateKey(*pane.entry), pane.view->saveState());
    // Of a window in which it was never seen the shares are nobody's.
    if (m_wasSeen)
        settings.setBytes(kLayoutKey, layoutState());
}

void Workspace::saveBeside(StudioSettings& settings) const
{
    if (m_wasSeen)
        settings.setBytes(kBesideKey, layoutState());
}

void Workspace::restoreBeside(const Workspace& other, const StudioSettings& settings)
{
    for (const Pane& pane : m_panes) {
        const QString id = QLatin1StringView(pane.entry->id);
        // Triggers act once, and what is to be sent stands where it was written.
        if (id == u"triggers" || id == u"inject" || id == u"replay")
            continue;
        if (const View* same = other.view(id))
            pane.view->restoreState(same->saveState());
    }
    setLayoutState(settings.bytes(kBesideKey));
}

void Workspace::restore(const StudioSettings& settings)
{
    for (const Pane& pane : m_panes)
        if (const QByteArray state = settings.bytes(stateKey(*pane.entry)); !state.isEmpty())
            pane.view->restoreState(state);
    setLayoutState(settings.bytes(kLayoutKey));
}

} // namespace murmur
