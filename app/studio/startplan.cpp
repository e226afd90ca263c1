// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "startplan.h"

#include "filteredit.h"
#include "viewregistry.h"
#include "views/base/sharedview.h"
#include "views/compare/compareview.h"
#include "views/timeline/timelineview.h"
#include "workspace.h"

#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

StartPlan::StartPlan(SharedView* shared, Workspace* workspace, FilterEdit* filter, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
    , m_workspace(workspace)
    , m_filter(filter)
{
    connect(m_shared, &SharedView::sessionChanged, this, [this] { m_waits = false; });
    connect(m_shared, &SharedView::modeChanged, this, &StartPlan::apply); // after each new session
    connect(m_shared, &SharedView::dataGrew, this, &StartPlan::apply);
}

void StartPlan::set(StudioArguments arguments)
{
    m_arguments = std::move(arguments);
    m_isPending = !m_arguments.view.isEmpty() || !m_arguments.where.isEmpty() ||
                  !m_arguments.at.isEmpty() || !m_arguments.select.isEmpty() ||
                  !m_arguments.lanes.isEmpty() || !m_arguments.agent.isEmpty() ||
                  !m_arguments.present.isEmpty() || m_arguments.window.has_value() ||
                  m_arguments.stretch.has_value() || m_arguments.before.has_value() ||
                  m_arguments.restores;
    m_waits = false;
}

void StartPlan::setForNext(StudioArguments arguments)
{
    set(std::move(arguments));
    m_waits = true;
}

void StartPlan::apply()
{
    Session* session = m_shared->session();
    if (!m_isPending || m_waits || !session || session->seen().last == 0)
        return;
    m_isPending = false;
    const StudioArguments start = std::exchange(m_arguments, {});
    if (!start.view.isEmpty() && !m_workspace->bringToFront(start.view)) {
        QStringList known;
        for (const ViewEntry& entry : viewEntries())
            known << QLatin1StringView(entry.id);
        Q_EMIT failed(
            {ErrorCode::WrongUse,
             tr("There is no view \"%1\". Views are: %2.").arg(start.view, known.join(u", "_s))});
    }
    auto* timeline = qobject_cast<TimelineView*>(m_workspace->view(u"timeline"));
    if (const auto key = laneKeyFromText(start.lanes); key && timeline)
        timeline->setLaneKey(*key);
    if (start.where.isEmpty() && start.restores)
        m_filter->clear();
    if (!start.where.isEmpty()) {
        m_filter->setText(start.where);
        if (!m_filter->apply())
            Q_EMIT failed({ErrorCode::WrongUse, m_filter->error()});
    }
    if (start.window)
        m_shared->setWindow(*start.window);
    if (start.stretch) {
        if (const auto range = rangeOf(*start.stretch, session->seen().time))
            m_shared->setWindow(*range);
        else
            Q_EMIT failed(range.error());
    }
    if (start.before && m_workspace->bringToFront(u"compare"_s)) {
        if (auto* compare = qobject_cast<CompareView*>(m_workspace->view(u"compare")))
            compare->setOther(*start.before);
    }
    if (!start.agent.isEmpty())
        m_shared->selectAgent(session->dictionaries()->findAgent(start.agent.toStdString()));
    if (!start.at.isEmpty()) {
        const auto time = timeFromText(start.at, session->seen().time);
        if (time)
            m_shared->setPlayhead(*time);
        else
            Q_EMIT failed(time.error());
    }
    if (!start.present.isEmpty())
        Q_EMIT presentWanted(start.present);
    if (start.select.isEmpty())
        return;
    m_isPending = true;
    session->seqNamed(start.select).then(this, [this, start](const Result<Seq>& seq) {
        if (seq)
            select(*seq, start.at.isEmpty());
        else
            fail(seq.error());
    });
}

void StartPlan::select(Seq seq, bool movesPlayhead)
{
    Session* session = m_shared->session();
    if (!session) {
        m_isPending = false;
        return;
    }
    session->message(seq).then(this,
                               [this, seq, movesPlayhead](const Result<MessageDetail>& found) {
                                   if (!found) {
                                       fail(found.error());
                                       return;
                                   }
                                   m_isPending = false;
                                   if (movesPlayhead)
                                       m_shared->setPlayhead(found->row.time);
                                   m_shared->selectMessage(seq);
                               });
}

void StartPlan::fail(const Error& error)
{
    m_isPending = false;
    Q_EMIT failed(error);
}

} // namespace murmur
