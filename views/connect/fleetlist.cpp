// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/fleetlist.h"

#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <array>

namespace murmur {

using namespace Qt::StringLiterals;

FleetList::FleetList(QWidget* parent)
    : QWidget(parent)
    , m_model(new FleetModel(this))
    , m_sorted(new QSortFilterProxyModel(this))
    , m_table(new QTableView(this))
    , m_filter(new QLineEdit(this))
    , m_sum(new QLabel(this))
{
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(FleetModel::SortRole);
    m_sorted->setFilterKeyColumn(-1);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_sorted->setDynamicSortFilter(true);

    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(FleetModel::State, Qt::AscendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setAccessibleName(tr("Connections"));
    constexpr std::array widths{180, 96, 68, 88, 64};
    for (int column = 0; column < int(widths.size()); ++column)
        m_table->setColumnWidth(column, widths[std::size_t(column)]);

    m_filter->setPlaceholderText(tr("Filter: a name, a state, a reason"));
    m_filter->setAccessibleName(tr("Filter of the connections"));
    m_filter->setClearButtonEnabled(true);
    auto* copy = new QPushButton(tr("&Copy"), this);
    copy->setToolTip(tr("Copy what is shown as text (Ctrl+C)"));
    QFont bold = Theme::current().interfaceFont();
    bold.setWeight(QFont::DemiBold);
    m_sum->setFont(bold);

    auto* line = new QHBoxLayout;
    line->setSpacing(12);
    line->addWidget(m_sum);
    line->addStretch(1);
    line->addWidget(m_filter);
    line->addWidget(copy);
    m_filter->setMinimumWidth(240);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(line);
    column->addWidget(m_table, 1);

    const auto copyAll = [this] { QGuiApplication::clipboard()->setText(asText()); };
    connect(copy, &QPushButton::clicked, this, copyAll);
    auto* shortcut = new QShortcut(QKeySequence::Copy, m_table);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, this, copyAll);
    connect(m_filter, &QLineEdit::textChanged, m_sorted,
            &QSortFilterProxyModel::setFilterFixedString);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &FleetList::selectionChanged);
}

void FleetList::setConnections(const std::vector<ConnectionInfo>& connections,
                               const QHash<quint32, double>& rates)
{
    m_model->setConnections(connections, rates);
    m_sum->setText(upText(connections));
}

std::optional<ConnectionInfo> FleetList::selected() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (rows.isEmpty())
        return std::nullopt;
    return m_model->connection(m_sorted->mapToSource(rows.front()).row());
}

QString FleetList::asText() const
{
    QStringList lines;
    for (int row = -1; row < m_sorted->rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < FleetModel::ColumnCount; ++column) {
            cells << (row < 0 ? m_sorted->headerData(column, Qt::Horizontal)
                              : m_sorted->index(row, column).data())
                         .toString();
        }
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n');
}

} // namespace murmur
