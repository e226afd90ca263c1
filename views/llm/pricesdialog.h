// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/prices.h"

#include <QDialog>

class QLabel;
class QTableWidget;

namespace murmur {

/// A person's own prices of models, to write and to take away, above those that are shipped.
class PricesDialog : public QDialog
{
    Q_OBJECT
public:
    explicit PricesDialog(PriceTable prices, QWidget* parent = nullptr);

    [[nodiscard]] const PriceTable& prices() const { return m_prices; }
    void accept() override;

private:
    void addRow(const Price& price, bool isOwn);
    void addOwn();
    void removeOwn();
    /// The row as a price; empty with a sentence when it is none.
    [[nodiscard]] std::optional<Price> priceAt(int row, QString& wrong) const;

    PriceTable m_prices;
    QTableWidget* m_table;
    QLabel* m_wrong;
    int m_own = 0; ///< rows that are the person's
};

} // namespace murmur
