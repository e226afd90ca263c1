// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/agentorder.h"

#include "views/agents/agentmodel.h"

namespace murmur {

AgentOrder::AgentOrder(AgentModel* model, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_model(model)
{
    setRecursiveFilteringEnabled(true);
    setSourceModel(model);
    sort(0);
}

void AgentOrder::setBy(By by)
{
    m_by = by;
    invalidate();
}

void AgentOrder::setText(const QString& text)
{
    m_text = text.trimmed();
    invalidateFilter();
}

bool AgentOrder::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    if (m_text.isEmpty())
        return true;
    if (!parent.isValid())
        return false; // a group is there for the sake of its agents
    const AgentRow* agent = m_model->row(m_model->index(row, 0, parent));
    return agent != nullptr && (agent->name.contains(m_text, Qt::CaseInsensitive) ||
                                agent->was.contains(m_text, Qt::CaseInsensitive) ||
                                agent->group.contains(m_text, Qt::CaseInsensitive));
}

bool AgentOrder::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const AgentRow* a = m_model->row(left);
    const AgentRow* b = m_model->row(right);
    if (a == nullptr || b == nullptr)
        return nameLess(m_model->groupName(left), m_model->groupName(right));
    switch (m_by) {
    case By::Name:
        break;
    case By::Rate:
        if (a->rate != b->rate)
            return a->rate > b->rate;
        break;
    case By::P99:
        if (a->p99 != b->p99)
            return a->p99 > b->p99;
        break;
    case By::Errors:
        if (a->errors != b->errors)
            return a->errors > b->errors;
        break;
    }
    return nameLess(a->name, b->name);
}

} // namespace murmur
