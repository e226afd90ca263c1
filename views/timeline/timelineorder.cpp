// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelineview.h"

#include "views/base/emptynote.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QShortcut>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace murmur {

void TimelineView::buildLaneFilter()
{
    m_laneFilter->setPlaceholderText(tr("lanes named…"));
    m_laneFilter->setAccessibleName(tr("Lanes whose name has"));
    m_laneFilter->setFont(Theme::current().interfaceFont(9));
    m_laneFilter->setClearButtonEnabled(true);
    m_laneFilter->hide();
    connect(m_laneFilter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_order.filter = text.trimmed();
        rebuildLayout();
        if (m_layout.rows().empty() && !m_order.filter.isEmpty())
            m_note->say(tr("No lane is called so"), tr("Esc shows all lanes again."));
        else
            refreshAgents();
        refresh();
    });
    connect(m_laneFilter, &QLineEdit::returnPressed, this, [this] {
        setFocus(Qt::OtherFocusReason);
        if (m_order.filter.isEmpty())
            endLaneFilter();
    });
    auto* end = new QShortcut(QKeySequence(Qt::Key_Escape), m_laneFilter);
    end->setContext(Qt::WidgetShortcut);
    connect(end, &QShortcut::activated, this, &TimelineView::endLaneFilter);
}

void TimelineView::filterLanes()
{
    m_laneFilter->setGeometry(m_groupButton->geometry());
    m_laneFilter->show();
    m_laneFilter->raise();
    m_laneFilter->setFocus(Qt::ShortcutFocusReason);
    m_laneFilter->selectAll();
}

void TimelineView::endLaneFilter()
{
    m_laneFilter->clear();
    m_laneFilter->hide();
    setFocus(Qt::OtherFocusReason);
}

void TimelineView::setSort(LaneSort sort)
{
    m_order.sort = sort;
    if (m_order.needsFigures())
        askForFigures();
    rebuildLayout();
    refresh();
}

void TimelineView::setPinned(const std::vector<AgentId>& agents, bool isPinned)
{
    for (const LaneAgent& lane : m_agents) {
        if (std::ranges::find(agents, lane.id) == agents.end())
            continue;
        if (isPinned)
            m_order.pinned.insert(lane.name);
        else
            m_order.pinned.remove(lane.name);
    }
    rebuildLayout();
    refresh();
}

/// Of the whole session: an order by what is in the window would change with every drag.
void TimelineView::askForFigures()
{
    Session* session = shared()->session();
    if (!session || session->seen().last == 0)
        return;
    TileRequest request;
    request.range = session->seen().time;
    request.columns = 1;
    request.latency = true;
    m_figuresJob.start(
        this,
        [session, request](std::stop_token stop) mutable {
            request.stop = std::move(stop);
            return session->tiles(request);
        },
        [this](const Result<TileSlice>& slice) {
            if (!slice)
                return;
            m_figures.clear();
            for (const TileLane& lane : slice->lanes)
                m_figures[index(lane.agent)] = {
                    lane.total, lane.errors,
                    lane.latency.count() > 0 ? lane.latency.quantile(0.99) : std::uint64_t(0)};
            rebuildLayout();
            refresh();
        });
}

void TimelineView::addOrderTo(QMenu& menu)
{
    QMenu* sorts = menu.addMenu(tr("&Sort lanes by"));
    sorts->setEnabled(m_key.what == LaneKey::What::Agent);
    for (const LaneSortName& name : laneSorts()) {
        QAction* action = sorts->addAction(tr(name.title));
        action->setCheckable(true);
        action->setChecked(name.sort == m_order.sort);
        connect(action, &QAction::triggered, this, [this, sort = name.sort] { setSort(sort); });
    }
    connect(menu.addAction(tr("&Find lanes by name…  /")), &QAction::triggered, this,
            [this] { filterLanes(); });
    if (!m_order.pinned.isEmpty())
        connect(menu.addAction(tr("&Unpin all")), &QAction::triggered, this, [this] {
            m_order.pinned.clear();
            rebuildLayout();
            refresh();
        });
    menu.addSeparator();
}

} // namespace murmur
