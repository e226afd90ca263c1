// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/topology/topologymodel.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"

#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

QString flowText(double perSecond)
{
    if (perSecond >= 0.95)
        return TopologyModel::tr("%1/s").arg(shortNumberText(perSecond));
    if (perSecond * 60 >= 0.95)
        return TopologyModel::tr("%1/min").arg(shortNumberText(perSecond * 60));
    return TopologyModel::tr("%1/h").arg(shortNumberText(perSecond * 3600));
}

void TopologyModel::show(std::shared_ptr<const TrafficGraph> graph, nanoseconds length)
{
    beginResetModel();
    m_graph = std::move(graph);
    m_seconds = std::max(1e-9, std::chrono::duration<double>(length).count());
    endResetModel();
}

const GraphEdge* TopologyModel::edge(int row) const
{
    return row >= 0 && row < rowCount() ? &m_graph->edges[static_cast<std::size_t>(row)] : nullptr;
}

int TopologyModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_graph ? 0 : static_cast<int>(m_graph->edges.size());
}

int TopologyModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString TopologyModel::text(int row, int column) const
{
    const GraphEdge* one = edge(row);
    if (one == nullptr)
        return {};
    const auto title = [this](int node) {
        const GraphNode& of = m_graph->nodes[static_cast<std::size_t>(node)];
        switch (of.is) {
        case GraphNode::Is::Topic:
            return tr("topic %1").arg(of.label);
        case GraphNode::Is::Group:
            return tr("%1 (%2 agents)").arg(of.label).arg(of.agents.size());
        case GraphNode::Is::Agent:
            break;
        }
        return of.label;
    };
    switch (column) {
    case FromColumn:
        return title(one->from);
    case ToColumn:
        return title(one->to);
    case MessagesColumn:
        return numberText(one->messages);
    case RateColumn:
        return flowText(static_cast<double>(one->messages) / m_seconds);
    case ErrorsColumn:
        return one->errors > 0 ? numberText(one->errors) : QString();
    case CallsColumn:
        return one->latency.count() > 0
                   ? numberText(static_cast<std::int64_t>(one->latency.count()))
                   : QString();
    default:
        return one->latency.count() > 0
                   ? durationText(
                         nanoseconds(static_cast<std::int64_t>(one->latency.quantile(0.99))))
                   : QString();
    }
}

QString TopologyModel::asText() const
{
    QStringList lines;
    for (int row = -1; row < rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < ColumnCount; ++column)
            cells << (row < 0 ? headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()
                              : text(row, column));
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

QVariant TopologyModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Theme& theme = Theme::current();
    const bool isNumber = index.column() >= MessagesColumn;
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), index.column());
    case Qt::FontRole:
        return isNumber ? theme.numberFont(9) : theme.interfaceFont(9.5);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ForegroundRole:
        return index.column() == ErrorsColumn ? theme.bad : isNumber ? theme.secondary : theme.text;
    default:
        return {};
    }
}

QVariant TopologyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section >= MessagesColumn ? Qt::AlignRight : Qt::AlignLeft));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case FromColumn:
        return tr("From");
    case ToColumn:
        return tr("To");
    case MessagesColumn:
        return tr("Messages");
    case RateColumn:
        return tr("Rate");
    case ErrorsColumn:
        return tr("Errors");
    case CallsColumn:
        return tr("Calls");
    default:
        return tr("p99");
    }
}

} // namespace murmur
