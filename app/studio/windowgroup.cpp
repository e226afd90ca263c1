// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "windowgroup.h"

#include "mainwindow.h"
#include "studiosession.h"

#include "views/base/sharedview.h"

#include <QScopedValueRollback>

#include <algorithm>
#include <utility>

namespace murmur {

void showSame(const SharedView& from, SharedView& to)
{
    if (from.mode() == SharedView::Mode::Live) {
        if (to.mode() != SharedView::Mode::Live)
            to.goLive();
    } else {
        if (to.mode() != SharedView::Mode::Paused)
            to.pause();
        to.setWindow(from.window());
        to.setPlayhead(from.playhead());
    }
    to.selectMessage(from.selectedMessage());
    to.selectAgent(from.selectedAgent());
}

WindowGroup::WindowGroup(MainWindow* first)
    : m_first(first)
{
    add(first);
    // The session comes and goes in all of them.
    connect(first->shared(), &SharedView::sessionChanged, this, [this] {
        for (const Member& member : m_members)
            if (member.window != m_first)
                adopt(*member.shared);
    });
    connect(first->shared(), &SharedView::silenceChanged, this, [this] {
        for (const Member& member : m_members)
            if (member.window != m_first)
                member.shared->setSilence(m_first->shared()->silence(),
                                          m_first->shared()->silenceAction());
    });
}

WindowGroup::~WindowGroup()
{
    closeOthers();
}

void WindowGroup::adopt(SharedView& shared)
{
    const QScopedValueRollback following(m_isFollowing, true);
    shared.setSession(m_first->shared()->session() ? m_first->session()->shown() : nullptr);
}

void WindowGroup::add(MainWindow* window)
{
    SharedView* shared = window->shared();
    m_members.push_back({window, shared});
    connect(window, &QObject::destroyed, this, &WindowGroup::remove);
    using Set = std::function<void(SharedView&)>;
    const auto on = [this, shared](auto signal, Set set) {
        connect(shared, signal, this,
                [this, shared, set = std::move(set)] { follow(shared, set); });
    };
    // What is live follows the newest message by itself.
    on(&SharedView::windowChanged, [shared](SharedView& to) {
        if (shared->mode() != SharedView::Mode::Live)
            to.setWindow(shared->window());
    });
    on(&SharedView::playheadChanged, [shared](SharedView& to) {
        if (shared->mode() != SharedView::Mode::Live)
            to.setPlayhead(shared->playhead());
    });
    on(&SharedView::messageSelected,
       [shared](SharedView& to) { to.selectMessage(shared->selectedMessage()); });
    on(&SharedView::agentSelected,
       [shared](SharedView& to) { to.selectAgent(shared->selectedAgent()); });
    on(&SharedView::modeChanged, [shared](SharedView& to) {
        if (shared->mode() == SharedView::Mode::Live && to.mode() != SharedView::Mode::Live)
            to.goLive();
        else if (shared->mode() == SharedView::Mode::Paused &&
                 to.mode() != SharedView::Mode::Paused)
            to.pause();
    });
}

void WindowGroup::remove(const QObject* window)
{
    std::erase_if(m_members, [window](const Member& member) { return member.window == window; });
    Q_EMIT changed();
}

void WindowGroup::follow(SharedView* from, const std::function<void(SharedView&)>& set)
{
    const auto source = std::ranges::find(m_members, from, &Member::shared);
    if (m_isFollowing || source == m_members.end() || !source->isLinked)
        return;
    const QScopedValueRollback following(m_isFollowing, true);
    for (const Member& member : m_members)
        if (member.isLinked && member.shared != from && member.shared->session() == from->session())
            set(*member.shared);
}

MainWindow* WindowGroup::openAnother(MainWindow* beside)
{
    if (m_first->isHidden()) {
        m_first->show();
        Q_EMIT changed();
        return m_first;
    }
    MainWindow* window = m_first->makeAnother();
    adopt(*window->shared());
    if (beside->shared()->session())
        showSame(*beside->shared(), *window->shared());
    add(window);
    window->show();
    Q_EMIT changed();
    return window;
}

bool WindowGroup::hasOthersSeen(const MainWindow* window) const
{
    return std::ranges::any_of(m_members, [window](const Member& member) {
        return member.window != window && !member.window->isHidden();
    });
}

std::vector<MainWindow*> WindowGroup::windows() const
{
    std::vector<MainWindow*> windows;
    for (const Member& member : m_members)
        windows.push_back(member.window);
    return windows;
}

void WindowGroup::closeOthers()
{
    for (MainWindow* window : windows())
        if (window != m_first)
            delete window;
}

bool WindowGroup::isLinked(const MainWindow* window) const
{
    const auto found = std::ranges::find(m_members, window, &Member::window);
    return found != m_members.end() && found->isLinked;
}

void WindowGroup::setLinked(MainWindow* window, bool isLinked)
{
    const auto found = std::ranges::find(m_members, window, &Member::window);
    if (found == m_members.end() || found->isLinked == isLinked)
        return;
    found->isLinked = isLinked;
    // Who comes back goes to where the others are.
    if (isLinked && window->shared()->session())
        for (const Member& member : m_members)
            if (member.isLinked && member.window != window && !member.window->isHidden()) {
                showSame(*member.shared, *window->shared());
                break;
            }
    Q_EMIT changed();
}

} // namespace murmur
