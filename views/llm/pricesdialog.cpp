// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/llm/pricesdialog.h"

#include "views/base/theme.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

enum PriceColumn { ModelName, PriceIn, PriceOut, PriceCached, PriceFrom, PriceColumns };

QString priceText(const std::optional<double>& dollars)
{
    return dollars ? QString::number(*dollars, 'g', 6) : QString();
}

} // namespace

PricesDialog::PricesDialog(PriceTable prices, QWidget* parent)
    : QDialog(parent)
    , m_prices(std::move(prices))
    , m_table(new QTableWidget(0, PriceColumns, this))
    , m_wrong(new QLabel(this))
{
    setWindowTitle(tr("What models cost"));
    auto* intro = new QLabel(
        tr("US dollars for a million tokens. The first row that fits counts, yours before the "
           "shipped ones; * stands for any letters. The shipped ones are of %1 and change: check "
           "them. A model without a row has no cost.")
            .arg(QString::fromUtf8(PriceTable::shippedDate().data(),
                                   static_cast<qsizetype>(PriceTable::shippedDate().size()))),
        this);
    intro->setWordWrap(true);
    m_table->setHorizontalHeaderLabels(
        {tr("Model"), tr("In"), tr("Out"), tr("Cached"), tr("From")});
    m_table->setAccessibleName(tr("Prices"));
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(ModelName, QHeaderView::Stretch);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    for (const Price& price : m_prices.own())
        addRow(price, true);
    m_own = m_table->rowCount();
    for (const Price& price : m_prices.given())
        addRow(price, false);
    m_wrong->setWordWrap(true);
    m_wrong->hide();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    auto* add = buttons->addButton(tr("Add a price"), QDialogButtonBox::ActionRole);
    auto* remove = buttons->addButton(tr("Remove"), QDialogButtonBox::ActionRole);
    connect(add, &QPushButton::clicked, this, &PricesDialog::addOwn);
    connect(remove, &QPushButton::clicked, this, &PricesDialog::removeOwn);
    connect(buttons, &QDialogButtonBox::accepted, this, &PricesDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &PricesDialog::reject);
    connect(m_table, &QTableWidget::itemSelectionChanged, this, [this, remove] {
        remove->setEnabled(m_table->currentRow() >= 0 && m_table->currentRow() < m_own);
    });
    remove->setEnabled(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(intro);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_wrong);
    layout->addWidget(buttons);
    resize(620, 520);
}

void PricesDialog::addRow(const Price& price, bool isOwn)
{
    const int row = isOwn ? m_own : m_table->rowCount();
    m_table->insertRow(row);
    if (isOwn)
        ++m_own;
    const std::array<QString, PriceColumns> texts{
        QString::fromStdString(price.model), priceText(price.in), priceText(price.out),
        priceText(price.cached), isOwn ? tr("you") : tr("shipped")};
    for (int column = 0; column < PriceColumns; ++column) {
        auto* item = new QTableWidgetItem(texts[static_cast<std::size_t>(column)]);
        if (!isOwn || column == PriceFrom) {
            item->setFlags(item->flags() & ~Qt::ItemIsEditable);
            item->setForeground(Theme::current().secondary);
        }
        if (column == PriceIn || column == PriceOut || column == PriceCached)
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_table->setItem(row, column, item);
    }
}

void PricesDialog::addOwn()
{
    // A copy of the selected shipped row is what people want to change.
    Price price{"", {}, {}, {}};
    const int current = m_table->currentRow();
    QString wrong;
    if (current >= m_own)
        price = priceAt(current, wrong).value_or(price);
    const int row = m_own;
    addRow(price, true);
    m_table->setCurrentCell(row, price.model.empty() ? ModelName : PriceIn);
    m_table->editItem(m_table->currentItem());
}

void PricesDialog::removeOwn()
{
    const int row = m_table->currentRow();
    if (row < 0 || row >= m_own)
        return;
    m_table->removeRow(row);
    --m_own;
}

std::optional<Price> PricesDialog::priceAt(int row, QString& wrong) const
{
    const auto text = [&](int column) { return m_table->item(row, column)->text().trimmed(); };
    Price price;
    price.model = text(ModelName).toStdString();
    if (price.model.empty()) {
        wrong = tr("Row %1 names no model.").arg(row + 1);
        return {};
    }
    for (const auto& [column, place] :
         {std::pair(PriceIn, &Price::in), std::pair(PriceOut, &Price::out),
          std::pair(PriceCached, &Price::cached)}) {
        QString figure = text(column);
        if (figure.isEmpty())
            continue;
        if (figure.startsWith(u'$'))
            figure.remove(0, 1);
        bool isNumber = false;
        double dollars = figure.toDouble(&isNumber);
        if (!isNumber)
            dollars = QLocale().toDouble(figure, &isNumber);
        if (!isNumber || !(dollars >= 0) || dollars > 1e9) {
            wrong = tr("“%1” of %2 is no price; write dollars, such as 2.50.")
                        .arg(figure, text(ModelName));
            return {};
        }
        price.*place = dollars;
    }
    return price;
}

void PricesDialog::accept()
{
    std::vector<Price> own;
    for (int row = 0; row < m_own; ++row) {
        QString wrong;
        auto price = priceAt(row, wrong);
        if (!price) {
            m_wrong->setText(wrong);
            m_wrong->show();
            m_table->setCurrentCell(row, ModelName);
            return;
        }
        own.push_back(std::move(*price));
    }
    m_prices.setOwn(std::move(own));
    QDialog::accept();
}

} // namespace murmur
