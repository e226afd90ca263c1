// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/foundbusmodel.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/sparkdelegate.h"

#include <QFontMetrics>
#include <QSize>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

bool isSame(const FoundBus& a, const FoundBus& b)
{
    return a.kind == b.kind && a.url.port() == b.url.port();
}

} // namespace

FoundBusModel::FoundBusModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

std::vector<FoundBusModel::Row>::iterator FoundBusModel::find(const FoundBus& bus)
{
    return std::ranges::find_if(m_rows, [&](const Row& row) { return isSame(row.bus, bus); });
}

void FoundBusModel::put(const FoundBus& bus)
{
    const auto known = find(bus);
    if (known != m_rows.end()) {
        if (known->bus == bus)
            return;
        known->bus = bus;
        const int row = static_cast<int>(known - m_rows.begin());
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        return;
    }
    // By kind, so that the list does not depend on who answers first.
    const auto place =
        std::ranges::upper_bound(m_rows, bus.kind, {}, [](const Row& row) { return row.bus.kind; });
    const int row = static_cast<int>(place - m_rows.begin());
    beginInsertRows({}, row, row);
    m_rows.insert(place, Row{bus, {}});
    endInsertRows();
}

void FoundBusModel::remove(const FoundBus& bus)
{
    const auto known = find(bus);
    if (known == m_rows.end())
        return;
    const int row = static_cast<int>(known - m_rows.begin());
    beginRemoveRows({}, row, row);
    m_rows.erase(known);
    endRemoveRows();
}

void FoundBusModel::keepOnly(const std::vector<FoundBus>& buses)
{
    for (int row = static_cast<int>(m_rows.size()) - 1; row >= 0; --row) {
        const FoundBus bus = at(row);
        if (std::ranges::none_of(buses, [&](const FoundBus& one) { return isSame(one, bus); }))
            remove(bus);
    }
}

void FoundBusModel::advance()
{
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        Row& row = m_rows[i];
        if (!row.bus.perSecond)
            continue;
        row.rates.push_back(*row.bus.perSecond);
        if (row.rates.size() > kHistory)
            row.rates.pop_front();
        const QModelIndex cell = index(static_cast<int>(i), Traffic);
        Q_EMIT dataChanged(cell, cell, {SparkDelegate::kRole});
    }
}

const FoundBus& FoundBusModel::at(int row) const
{
    return m_rows[static_cast<std::size_t>(row)].bus;
}

int FoundBusModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FoundBusModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString FoundBusModel::textOf(const FoundBus& bus, int column) const
{
    switch (column) {
    case Bus:
        return bus.kind;
    case Version:
        return bus.version.isEmpty()  ? bus.detail
               : bus.detail.isEmpty() ? bus.version
                                      : bus.version + u" · "_s + bus.detail;
    case Topics:
        return bus.topics ? tr("%1 topics").arg(numberText(*bus.topics)) : QString();
    case Rate:
        if (!bus.perSecond)
            return {};
        return bus.counted == "commands"_L1
                   ? tr("%1 commands/s").arg(numberText(std::llround(*bus.perSecond)))
                   : tr("%1 messages/s").arg(numberText(std::llround(*bus.perSecond)));
    case Place: {
        QUrl shown = bus.url;
        shown.setQuery(QString());
        return shown.toString();
    }
    default:
        return {};
    }
}

QVariant FoundBusModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const Theme& theme = Theme::current();
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return textOf(row.bus, index.column());
    case Qt::ToolTipRole:
        if (row.bus.url.isEmpty())
            return row.bus.detail;
        return index.column() == Traffic && !row.bus.perSecond
                   ? tr("This bus does not say how much flows")
                   : tr("Enter or a double click attaches to %1").arg(textOf(row.bus, Place));
    case Qt::FontRole:
        if (index.column() == Bus) {
            QFont bold = theme.interfaceFont();
            bold.setWeight(QFont::DemiBold);
            return bold;
        }
        return index.column() == Topics || index.column() == Rate || index.column() == Place
                   ? theme.numberFont(9)
                   : theme.interfaceFont(9.5);
    case Qt::ForegroundRole:
        return index.column() == Bus ? theme.text : theme.secondary;
    case Qt::TextAlignmentRole:
        return QVariant(
            Qt::AlignVCenter |
            (index.column() == Topics || index.column() == Rate ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::SizeHintRole:
        return QSize(40, std::max(theme.listRow, QFontMetrics(theme.interfaceFont()).height()) + 7);
    case SparkDelegate::kRole:
        if (index.column() == Traffic && row.bus.perSecond)
            return QVariant::fromValue(QList<double>(row.rates.begin(), row.rates.end()));
        return {};
    default:
        return {};
    }
}

QVariant FoundBusModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Bus:
        return tr("Bus");
    case Version:
        return tr("Version");
    case Topics:
        return tr("Topics");
    case Rate:
        return tr("Rate");
    case Traffic:
        return tr("Last minute");
    case Place:
        return tr("URL");
    default:
        return {};
    }
}

Qt::ItemFlags FoundBusModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return {};
    // What nobody can attach to is told and cannot be chosen.
    return at(index.row()).url.isEmpty() ? Qt::NoItemFlags
                                         : Qt::ItemIsEnabled | Qt::ItemIsSelectable;
}

} // namespace murmur
