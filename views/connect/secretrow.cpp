// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/secretrow.h"

#include "resources/icons.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

enum Choice { None, OnlyNow, Keychain, File, Variable };

} // namespace

SecretRow::SecretRow(const QString& what, QWidget* parent)
    : QWidget(parent)
    , m_what(what)
    , m_choice(new QComboBox(this))
    , m_edit(new QLineEdit(this))
    , m_browse(new QToolButton(this))
{
    m_choice->addItems(
        {tr("none"), tr("only this time"), tr("keychain"), tr("file"), tr("environment")});
    m_choice->setAccessibleName(tr("Where the %1 is kept").arg(what.toLower()));
    m_choice->setMinimumWidth(140);
    m_browse->setIcon(icon(u"folder"_s));
    m_browse->setToolTip(tr("Choose the file"));
    m_browse->setAccessibleName(tr("Choose the file of the %1").arg(what.toLower()));
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    line->addWidget(m_choice);
    line->addWidget(m_edit, 1);
    line->addWidget(m_browse);
    setFocusProxy(m_choice);
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this] {
        m_edit->clear();
        showChoice();
        Q_EMIT changed();
    });
    connect(m_edit, &QLineEdit::textEdited, this, &SecretRow::changed);
    connect(m_browse, &QToolButton::clicked, this, &SecretRow::browse);
    showChoice();
}

void SecretRow::showChoice()
{
    const int choice = m_choice->currentIndex();
    const bool isSecret = choice == OnlyNow || choice == Keychain;
    m_edit->setEnabled(choice != None);
    m_edit->setEchoMode(isSecret ? QLineEdit::Password : QLineEdit::Normal);
    m_browse->setVisible(choice == File);
    switch (choice) {
    case OnlyNow:
        m_edit->setPlaceholderText(tr("used now and kept nowhere"));
        break;
    case Keychain:
        m_edit->setPlaceholderText(tr("kept in the keychain; type to put in another"));
        break;
    case File:
        m_edit->setPlaceholderText(tr("path of a file; its first line is the secret"));
        break;
    case Variable:
        m_edit->setPlaceholderText(tr("name of the variable, for example SWARM_PASSWORD"));
        break;
    default:
        m_edit->setPlaceholderText({});
        break;
    }
    m_edit->setAccessibleName(
        isSecret ? m_what : tr("%1: %2", "secret: where").arg(m_what, m_choice->currentText()));
}

void SecretRow::setPlace(const QString& text)
{
    const auto place = SecretPlace::fromText(text);
    const QSignalBlocker quiet(m_choice);
    int choice = None;
    if (place) {
        switch (place->in) {
        case SecretPlace::In::Nowhere:
            break;
        case SecretPlace::In::Keychain:
            choice = Keychain;
            break;
        case SecretPlace::In::File:
            choice = File;
            break;
        case SecretPlace::In::Environment:
            choice = Variable;
            break;
        }
    }
    m_choice->setCurrentIndex(choice);
    m_edit->setText(place ? place->name : QString());
    showChoice();
}

QString SecretRow::place() const
{
    const QString name = m_edit->text().trimmed();
    switch (m_choice->currentIndex()) {
    case Keychain:
        return u"keychain"_s;
    case File:
        return name.startsWith("~/"_L1) ? SecretPlace::absolute(u"file:"_s + name)
                                        : u"file:"_s + name;
    case Variable:
        return u"env:"_s + name;
    default:
        return {};
    }
}

QByteArray SecretRow::typed() const
{
    const int choice = m_choice->currentIndex();
    return choice == OnlyNow || choice == Keychain ? m_edit->text().toUtf8() : QByteArray();
}

void SecretRow::clearTyped()
{
    if (!typed().isEmpty())
        m_edit->clear();
}

void SecretRow::browse()
{
    auto* dialog = new QFileDialog(this, tr("The file whose first line is the secret"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_edit->setText(path);
        Q_EMIT changed();
    });
    dialog->open();
}

} // namespace murmur
