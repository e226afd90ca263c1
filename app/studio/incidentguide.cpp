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

using namespace Qt::StringLiterals;

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

QString IncidentGuide::showFinding(QString id)
{
    constexpr qsizetype fewest = 4;
    const bool isNamed = id.startsWith(u"finding:"_s);
    if (isNamed)
        id.remove(0, 8);
    if (id.size() < fewest || static_cast<std::size_t>(id.size()) > kFindingIdDigits)
        return {};
    const std::string digits = id.toLower().toStdString();
    for (const Finding& finding : m_findings->feed()->report().findings) {
        const std::string whole = findingIdText(finding.id);
        if (!whole.starts_with(digits))
            continue;
        const QString sentence = QString::fromStdString(finding.summary);
        m_findings->showFinding(finding.id);
        return tr("finding %1: %2").arg(QString::fromStdString(whole), sentence);
    }
    return isNamed ? tr("There is no finding %1").arg(id) : QString();
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
