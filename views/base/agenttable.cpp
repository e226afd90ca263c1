// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/agenttable.h"

#include <algorithm>

namespace murmur {

AgentTable::AgentTable(QStringList titles, int figures, QObject* parent)
    : QAbstractTableModel(parent)
    , m_titles(std::move(titles))
    , m_figures(figures)
{
}

void AgentTable::update(std::vector<Line> lines)
{
    const int had = static_cast<int>(m_lines.size());
    const int has = static_cast<int>(lines.size());
    if (has > had) {
        beginInsertRows({}, had, has - 1);
        m_lines.resize(lines.size());
        endInsertRows();
    } else if (has < had) {
        beginRemoveRows({}, has, had - 1);
        m_lines.resize(lines.size());
        endRemoveRows();
    }
    if (m_lines == lines)
        return;
    m_lines = std::move(lines);
    Q_EMIT dataChanged(index(0, 0), index(has - 1, columnCount() - 1));
}

int AgentTable::rowOf(AgentId agent) const
{
    const auto line = std::ranges::find(m_lines, agent, &Line::agent);
    return line == m_lines.end() ? -1 : static_cast<int>(line - m_lines.begin());
}

QString AgentTable::asText(const std::vector<Line>& lines) const
{
    QStringList all{m_titles.join(u'\t')};
    for (const Line& line : lines)
        all << line.cells.join(u'\t');
    return all.join(u'\n');
}

int AgentTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int AgentTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_titles.size());
}

QVariant AgentTable::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::DisplayRole)
        return m_lines[static_cast<std::size_t>(index.row())].cells.value(index.column());
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (index.column() >= m_figures ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

QVariant AgentTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::DisplayRole)
        return m_titles.value(section);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (section >= m_figures ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

} // namespace murmur

#include "moc_agenttable.cpp" // likewise
