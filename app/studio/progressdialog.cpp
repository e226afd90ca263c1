// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "progressdialog.h"

#include "views/base/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace murmur {

namespace {

constexpr int kSteps = 1000;

} // namespace

ProgressDialog::ProgressDialog(const QString& title, QWidget* parent)
    : QDialog(parent)
    , m_bar(new QProgressBar(this))
    , m_words(new QLabel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setMinimumWidth(460);
    setWindowTitle(title);
    auto* heading = new QLabel(title, this);
    QFont font = Theme::current().interfaceFont(13);
    font.setWeight(QFont::DemiBold);
    heading->setFont(font);
    heading->setWordWrap(true);
    m_bar->setRange(0, 0);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(title);
    m_words->setText(tr("Looking at the files"));
    auto* buttons = new QDialogButtonBox(this);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_cancel->setIcon({});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(22, 20, 22, 16);
    column->setSpacing(10);
    column->addWidget(heading);
    column->addWidget(m_bar);
    column->addWidget(m_words);
    column->addSpacing(8);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &ProgressDialog::reject);
}

void ProgressDialog::setProgress(qint64 done, qint64 total)
{
    if (!m_cancel->isEnabled())
        return;
    m_bar->setRange(0, total > 0 ? kSteps : 0);
    if (total > 0)
        m_bar->setValue(static_cast<int>(double(done) / double(total) * kSteps));
    m_words->setText(total > 0 ? tr("%1 %").arg(100 * double(done) / double(total), 0, 'f', 0)
                               : QString());
}

void ProgressDialog::finish()
{
    QDialog::accept();
}

/// Stays until what is done has really ended.
void ProgressDialog::reject()
{
    m_cancel->setEnabled(false);
    m_words->setText(tr("Cancelling"));
    Q_EMIT cancelRequested();
}

} // namespace murmur
