// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggering.h"

#include "injecting.h"
#include "mainwindow.h"
#include "menus.h"
#include "statusline.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/findings/findingsview.h"
#include "views/inject/composerview.h"
#include "views/triggers/triggersview.h"
#include "workspace.h"

#include <QPointer>

namespace murmur {

using namespace Qt::StringLiterals;

Triggering::Triggering(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_view(qobject_cast<TriggersView*>(window.workspace()->view(u"triggers")))
    , m_composer(qobject_cast<ComposerView*>(window.workspace()->view(u"inject")))
{
    connect(m_view, &TriggersView::noted, this,
            [this](const QString& sentence) { m_window.statusLine()->say(sentence); });
    connect(m_view, &TriggersView::openWanted, this,
            [this](const QString& path) { m_window.openFile(path); });
    if (auto* findings = qobject_cast<FindingsView*>(window.workspace()->view(u"findings")))
        connect(findings, &FindingsView::triggerWanted, this, &Triggering::make);
    connect(window.session(), &StudioSession::connectionsChanged, this,
            &Triggering::shareConnections);
    connect(m_composer, &ComposerView::armingChanged, this, &Triggering::shareConnections);
}

void Triggering::open()
{
    m_window.workspace()->bringToFront(u"triggers");
    m_view->setFocus();
}

void Triggering::makeOfFilter()
{
    const FilterPtr filter = m_window.shared()->filter();
    make(filter ? filter->text() : QString());
}

void Triggering::make(const QString& when)
{
    m_window.workspace()->bringToFront(u"triggers");
    m_view->compose(when);
}

/// Triggers send where the composer is armed to, as long as it is.
void Triggering::shareConnections()
{
    const Arming& arming = m_composer->desk()->arming();
    std::vector<QUrl> sources;
    for (const ConnectionInfo& connection : m_window.session()->connections())
        sources.emplace_back(connection.url);
    QUrl target = arming.isArmed(steadyNow()) ? arming.target() : QUrl();
    if (target.isEmpty() && !sources.empty())
        target = sources.front();
    m_view->setSending(target, m_window.menus()->injecting()->secretsOf(target), sources,
                       [composer = QPointer<ComposerView>(m_composer)] {
                           return composer ? composer->desk()->arming() : Arming();
                       });
}

} // namespace murmur
