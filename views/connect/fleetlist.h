// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/connect/fleetmodel.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace murmur {

/// The connections of a fleet in a table: those that are down first, with the reasons; filtered as
/// one types; copied as text.
class FleetList : public QWidget
{
    Q_OBJECT
public:
    explicit FleetList(QWidget* parent = nullptr);

    void setConnections(const std::vector<ConnectionInfo>& connections,
                        const QHash<quint32, double>& rates);
    [[nodiscard]] std::optional<ConnectionInfo> selected() const;
    /// What is shown, a row a line, divided by tabs.
    [[nodiscard]] QString asText() const;
    [[nodiscard]] QTableView* table() const { return m_table; }

Q_SIGNALS:
    void selectionChanged();

private:
    FleetModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QLineEdit* m_filter;
    QLabel* m_sum;
};

} // namespace murmur
