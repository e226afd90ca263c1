// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/agentmodel.h"

#include "views/base/numbers.h"

#include <algorithm>
#include <map>
#include <unordered_set>

using namespace Qt::StringLiterals;

namespace murmur {

AgentModel::AgentModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

AgentModel::~AgentModel() = default;

void AgentModel::clear()
{
    beginResetModel();
    m_groups.clear();
    m_places.clear();
    endResetModel();
}

void AgentModel::setMetric(Metric metric)
{
    if (metric == m_metric)
        return;
    m_metric = metric;
    for (const auto& group : m_groups) {
        const QModelIndex above = createIndex(rowOf(group.get()), 0, nullptr);
        if (!group->agents.empty())
            Q_EMIT dataChanged(index(0, 0, above),
                               index(static_cast<int>(group->agents.size()) - 1, 0, above));
    }
}

void AgentModel::update(std::vector<AgentRow> rows)
{
    std::unordered_set<std::uint32_t> present;
    for (const AgentRow& row : rows)
        present.insert(murmur::index(row.agent));
    std::vector<AgentId> gone;
    for (const auto& [agent, place] : m_places) {
        if (!present.contains(agent))
            gone.push_back(AgentId{agent});
    }
    for (const AgentId agent : gone)
        remove(agent);

    std::vector<AgentRow> known;
    std::map<QString, std::vector<AgentRow>> fresh;
    for (AgentRow& row : rows) {
        const auto place = m_places.find(murmur::index(row.agent));
        if (place != m_places.end() && place->second.group->name == row.group) {
            known.push_back(std::move(row));
            continue;
        }
        if (place != m_places.end())
            remove(row.agent); // its group became known: it appears again there
        fresh[row.group].push_back(std::move(row));
    }
    change(known);
    for (auto& [group, agents] : fresh)
        insert(std::move(agents), groupNamed(group));
}

void AgentModel::change(std::vector<AgentRow>& known)
{
    struct Range
    {
        int first = -1;
        int last = -1;
    };
    std::map<Group*, Range> changed;
    for (AgentRow& row : known) {
        const Place place = m_places.at(murmur::index(row.agent));
        AgentRow& mine = place.group->agents[static_cast<std::size_t>(place.row)];
        if (mine == row)
            continue;
        mine = std::move(row);
        Range& range = changed[place.group];
        range.first = range.first < 0 ? place.row : std::min(range.first, place.row);
        range.last = std::max(range.last, place.row);
    }
    for (const auto& [group, range] : changed) {
        const QModelIndex above = createIndex(rowOf(group), 0, nullptr);
        Q_EMIT dataChanged(index(range.first, 0, above), index(range.last, 0, above));
        Q_EMIT dataChanged(above, above); // its summary
    }
}

AgentModel::Group* AgentModel::groupNamed(const QString& name)
{
    const auto at = std::ranges::find(m_groups, name, &Group::name);
    if (at != m_groups.end())
        return at->get();
    const int row = static_cast<int>(m_groups.size());
    beginInsertRows({}, row, row);
    auto& group = m_groups.emplace_back(std::make_unique<Group>());
    group->name = name;
    endInsertRows();
    return group.get();
}

void AgentModel::insert(std::vector<AgentRow> rows, Group* group)
{
    const int first = static_cast<int>(group->agents.size());
    const QModelIndex above = createIndex(rowOf(group), 0, nullptr);
    beginInsertRows(above, first, first + static_cast<int>(rows.size()) - 1);
    for (AgentRow& row : rows) {
        m_places[murmur::index(row.agent)] = {group, static_cast<int>(group->agents.size())};
        group->agents.push_back(std::move(row));
    }
    endInsertRows();
    Q_EMIT dataChanged(above, above);
}

void AgentModel::remove(AgentId agent)
{
    const Place place = m_places.at(murmur::index(agent));
    const int groupRow = rowOf(place.group);
    const QModelIndex above = createIndex(groupRow, 0, nullptr);
    beginRemoveRows(above, place.row, place.row);
    place.group->agents.erase(place.group->agents.begin() + place.row);
    m_places.erase(murmur::index(agent));
    renumber(place.group);
    endRemoveRows();
    if (place.group->agents.empty()) {
        beginRemoveRows({}, groupRow, groupRow);
        m_groups.erase(m_groups.begin() + groupRow);
        endRemoveRows();
    } else {
        Q_EMIT dataChanged(above, above);
    }
}

void AgentModel::renumber(Group* group)
{
    for (std::size_t i = 0; i < group->agents.size(); ++i)
        m_places[murmur::index(group->agents[i].agent)].row = static_cast<int>(i);
}

int AgentModel::rowOf(const Group* group) const
{
    const auto at = std::ranges::find(m_groups, group, &std::unique_ptr<Group>::get);
    return static_cast<int>(at - m_groups.begin());
}

const AgentRow* AgentModel::row(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalPointer() == nullptr)
        return nullptr;
    const auto* group = static_cast<const Group*>(index.internalPointer());
    return &group->agents[static_cast<std::size_t>(index.row())];
}

QString AgentModel::groupName(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalPointer() != nullptr)
        return {};
    const QString& name = m_groups[static_cast<std::size_t>(index.row())]->name;
    return name.isEmpty() ? tr("no group") : name;
}

QString AgentModel::groupSummary(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalPointer() != nullptr)
        return {};
    const auto& agents = m_groups[static_cast<std::size_t>(index.row())]->agents;
    const auto with = [&](Health health) {
        return static_cast<int>(std::ranges::count(agents, health, &AgentRow::health));
    };
    QStringList parts;
    if (const int silent = with(Health::Silent))
        parts << tr("%1 silent").arg(silent);
    if (const int erring = with(Health::Erring))
        parts << tr("%1 with errors").arg(erring);
    if (const int slow = with(Health::Slow))
        parts << tr("%1 slow").arg(slow);
    if (!parts.isEmpty())
        return parts.join(u", "_s);
    const QString count =
        agents.size() == 1
            ? tr("1 agent")
            : tr("%1 agents").arg(numberText(static_cast<std::int64_t>(agents.size())));
    return with(Health::Well) > 0 ? tr("%1, well").arg(count) : count;
}

Health AgentModel::groupHealth(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalPointer() != nullptr)
        return Health::Unseen;
    const auto& agents = m_groups[static_cast<std::size_t>(index.row())]->agents;
    const auto worst = std::ranges::max_element(agents, {}, &AgentRow::health);
    return worst == agents.end() ? Health::Unseen : worst->health;
}

QModelIndex AgentModel::indexOf(AgentId agent) const
{
    const auto place = m_places.find(murmur::index(agent));
    return place == m_places.end() ? QModelIndex()
                                   : createIndex(place->second.row, 0, place->second.group);
}

int AgentModel::unhealthy() const
{
    std::ptrdiff_t count = 0;
    for (const auto& group : m_groups)
        count += std::ranges::count_if(
            group->agents, [](const AgentRow& row) { return row.health > Health::Well; });
    return static_cast<int>(count);
}

QString AgentModel::metricText(const AgentRow& row) const
{
    if (row.health == Health::Silent || row.health == Health::Unseen)
        return row.health == Health::Silent ? healthText(row.health) : QString();
    switch (m_metric) {
    case Metric::P99:
        return row.p99.count() >= 0 ? durationText(row.p99) : QString();
    case Metric::Rate:
        return tr("%1/s").arg(shortNumberText(row.rate));
    case Metric::Errors:
        return row.errors > 0 ? healthText(Health::Erring, row.errors) : QString();
    }
    return {};
}

QModelIndex AgentModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid())
        return createIndex(row, column, nullptr);
    return createIndex(row, column, m_groups[static_cast<std::size_t>(parent.row())].get());
}

QModelIndex AgentModel::parent(const QModelIndex& index) const
{
    if (!index.isValid() || index.internalPointer() == nullptr)
        return {};
    return createIndex(rowOf(static_cast<const Group*>(index.internalPointer())), 0, nullptr);
}

int AgentModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid())
        return static_cast<int>(m_groups.size());
    if (parent.internalPointer() != nullptr || parent.column() > 0)
        return 0;
    return static_cast<int>(m_groups[static_cast<std::size_t>(parent.row())]->agents.size());
}

int AgentModel::columnCount(const QModelIndex&) const
{
    return 1;
}

QVariant AgentModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !checkIndex(index))
        return {};
    const AgentRow* agent = row(index);
    if (agent == nullptr) {
        if (role == Qt::DisplayRole)
            return groupName(index);
        if (role == Qt::ToolTipRole || role == Qt::AccessibleDescriptionRole)
            return groupSummary(index);
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return agent->name;
    case Qt::ToolTipRole:
    case Qt::AccessibleDescriptionRole:
        return agentSentence(*agent);
    default:
        return {};
    }
}

} // namespace murmur
