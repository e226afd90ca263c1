// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "placechooser.h"

#include "views/base/shownzone.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

PlaceChooser::PlaceChooser(const std::vector<FoundPlace>& places, QWidget* parent)
    : QDialog(parent)
    , m_list(new QListWidget(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Where to?"));
    m_list->setAccessibleName(tr("Places"));
    for (const FoundPlace& place : places)
        m_list->addItem(place.count == 0
                            ? tr("%1, the time %2").arg(place.what, shownTime(place.time))
                            : tr("%1, at %2").arg(placeText(place), shownTime(place.time)));
    m_list->setCurrentRow(0);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton* go = buttons->addButton(tr("Go there"), QDialogButtonBox::AcceptRole);
    go->setDefault(true);
    auto* column = new QVBoxLayout(this);
    column->addWidget(new QLabel(tr("The text means several places:"), this));
    column->addWidget(m_list, 1);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_list, &QListWidget::itemActivated, this, &QDialog::accept);
    connect(this, &QDialog::accepted, this, [this] { Q_EMIT chosen(m_list->currentRow()); });
    m_list->setSpacing(2);
    const int rows = std::clamp(m_list->count(), 3, 12);
    resize(600, m_list->sizeHintForRow(0) * rows + rows * 4 + 100);
}

GoToDialog::GoToDialog(const QString& proposal, QWidget* parent)
    : QDialog(parent)
    , m_edit(new QLineEdit(proposal, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Go to"));
    auto* label = new QLabel(tr("A time (%1), +10s from the start, -10s from the end; an id, the "
                                "number of a message, an agent, a line of a log, or a link:")
                                 .arg(shownZoneName()),
                             this);
    label->setWordWrap(true);
    label->setBuddy(m_edit);
    m_edit->setAccessibleName(tr("Where to go"));
    m_edit->setMinimumWidth(420);
    m_edit->selectAll();
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Go"));
    auto* column = new QVBoxLayout(this);
    column->addWidget(label);
    column->addWidget(m_edit);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(this, &QDialog::accepted, this, [this] {
        if (!m_edit->text().trimmed().isEmpty())
            Q_EMIT wanted(m_edit->text());
    });
}

} // namespace murmur
