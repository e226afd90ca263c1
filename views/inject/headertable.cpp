// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/headertable.h"

#include "views/base/theme.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QSignalBlocker>

namespace murmur {

HeaderTable::HeaderTable(QWidget* parent)
    : QTableWidget(0, 2, parent)
{
    setAccessibleName(tr("Headers"));
    setHorizontalHeaderLabels({tr("Header"), tr("Value")});
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setHighlightSections(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(
        std::max(Theme::current().tableRow, fontMetrics().height() + 4));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setTabKeyNavigation(false);
    connect(this, &QTableWidget::itemChanged, this, [this] {
        keepSpareRow();
        Q_EMIT edited();
    });
    keepSpareRow();
}

void HeaderTable::setHeaders(const HeaderList& headers)
{
    const QSignalBlocker blocker(this);
    setRowCount(0);
    for (const auto& [name, value] : headers)
        addRow(QString::fromStdString(name), QString::fromStdString(value));
    keepSpareRow();
}

HeaderList HeaderTable::headers() const
{
    HeaderList headers;
    for (int row = 0; row < rowCount(); ++row) {
        const QString name = item(row, 0) ? item(row, 0)->text().trimmed() : QString();
        if (!name.isEmpty())
            headers.emplace_back(name.toStdString(),
                                 item(row, 1) ? item(row, 1)->text().toStdString() : "");
    }
    return headers;
}

void HeaderTable::addRow(const QString& name, const QString& value)
{
    const int row = rowCount();
    insertRow(row);
    setItem(row, 0, new QTableWidgetItem(name));
    setItem(row, 1, new QTableWidgetItem(value));
}

void HeaderTable::keepSpareRow()
{
    const QSignalBlocker blocker(this);
    const int last = rowCount() - 1;
    if (last < 0 || (item(last, 0) && !item(last, 0)->text().isEmpty()))
        addRow({}, {});
}

void HeaderTable::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Delete && state() != EditingState && currentRow() >= 0) {
        removeRow(currentRow());
        keepSpareRow();
        Q_EMIT edited();
        return;
    }
    QTableWidget::keyPressEvent(event);
}

} // namespace murmur
