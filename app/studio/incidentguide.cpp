// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "incidentguide.h"

#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingsview.h"
#include "views/findings/incidentbanner.h"
#include "workspace.h"

#include <utility>

namespace murmur {

IncidentGuide::IncidentGuide(SharedView* shared, StudioSession* session, Workspace* workspace,
                             QObject* parent)
    : QObject(parent)
    , m_shared(shared)
    , m_session(session)
    , m_findings(qobject_cast<FindingsView*>(workspace->view(u"findings")))
    , m_banner(new IncidentBanner(m_findings))
{
    connect(m_session, &StudioSession::opened, this, [this] {
        m_isNew = !std::exchange(m_staysAway, false) && !m_session->isRecording();
        guide();
    });
    connect(m_findings->feed(), &FindingsFeed::changed, this, &IncidentGuide::guide);
    connect(m_findings, &FindingsView::noted, this, &IncidentGuide::noted);
    connect(m_findings, &FindingsView::failed, this, &IncidentGuide::failed);
}

void IncidentGuide::guide()
{
    const FindingsFeed& feed = *m_findings->feed();
    if (!m_isNew || !feed.isWhole() || m_shared->session() == nullptr)
        return;
    m_isNew = false;
    if (const auto open = feed.openIncidents(); !open.empty())
        m_findings->pointAt(feed.report().incidents[open.front()].id);
}

} // namespace murmur
