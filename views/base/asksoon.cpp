// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/asksoon.h"

#include "views/base/sharedview.h"

#include <QEvent>
#include <QWidget>

namespace murmur {

AskSoon::AskSoon(QWidget* view, const SharedView* shared, Pauses pauses, std::function<void()> ask)
    : QObject(view)
    , m_view(view)
    , m_shared(shared)
    , m_pauses(pauses)
    , m_ask(std::move(ask))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, [this] { m_ask(); });
    view->installEventFilter(this);
}

void AskSoon::soon()
{
    m_isStale = true;
    if (m_view->isVisible() && !m_timer.isActive())
        m_timer.start(m_shared->mode() == SharedView::Mode::Paused ? m_pauses.still
                                                                   : m_pauses.live);
}

void AskSoon::now()
{
    m_isStale = true;
    if (m_view->isVisible())
        m_ask();
}

bool AskSoon::eventFilter(QObject* watched, QEvent* event)
{
    // Showing is over when the event comes here again, so it is asked from the loop.
    if (event->type() == QEvent::Show && m_isStale && !m_timer.isActive())
        m_timer.start(std::chrono::milliseconds(0));
    return QObject::eventFilter(watched, event);
}

} // namespace murmur
