// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/attachedit.h"

#include "bus/connection.h"
#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStringListModel>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

AttachEdit::AttachEdit(QWidget* parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(suggestHubUrl().toString(), this))
    , m_button(new QPushButton(tr("Attach"), this))
    , m_note(new QLabel(this))
    , m_command(new QLabel(this))
{
    m_edit->setAccessibleName(tr("URL of the bus"));
    m_edit->setPlaceholderText(tr("scheme://host:port"));
    m_edit->setFont(Theme::current().numberFont());
    m_button->setAccessibleName(tr("Attach to this bus"));
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_command->setFont(Theme::current().numberFont(9));
    m_command->setWordWrap(true);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* line = new QHBoxLayout;
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_edit, 1);
    line->addWidget(m_button);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(line);
    column->addWidget(m_note);
    column->addWidget(m_command);
    setFocusProxy(m_edit);

    setRecentUrls({});
    connect(m_edit, &QLineEdit::textChanged, this, &AttachEdit::updateNote);
    connect(m_edit, &QLineEdit::returnPressed, this, &AttachEdit::request);
    connect(m_button, &QPushButton::clicked, this, &AttachEdit::request);
    updateNote();
}

void AttachEdit::setRecentUrls(const QStringList& urls)
{
    QStringList all = urls + exampleUrls();
    all.removeDuplicates();
    auto* completer = new QCompleter(all, m_edit);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    delete m_edit->completer();
    m_edit->setCompleter(completer);
}

QString AttachEdit::text() const
{
    return m_edit->text();
}

void AttachEdit::setText(const QString& text)
{
    m_edit->setText(text);
}

void AttachEdit::focusText()
{
    m_edit->setFocus(Qt::OtherFocusReason);
    m_edit->selectAll();
}

void AttachEdit::updateNote()
{
    const QUrl url(m_edit->text().trimmed());
    m_button->setEnabled(!url.scheme().isEmpty());
    const QString curl = hubCurlLine(url);
    m_command->setText(curl);
    m_command->setVisible(!curl.isEmpty());
    if (!curl.isEmpty()) {
        m_note->setText(tr("Agents then send here, over WebSocket or HTTP:"));
        return;
    }
    for (const BusEntry& bus : buses()) {
        if (url.scheme() == QLatin1StringView(bus.scheme)) {
            m_note->setText(QString::fromUtf8(bus.description));
            return;
        }
    }
    QStringList schemes;
    for (const BusEntry& bus : buses())
        schemes << QString::fromLatin1(bus.scheme) + u"://"_s;
    m_note->setText(tr("This build attaches to %1").arg(schemes.join(u"  "_s)));
}

void AttachEdit::request()
{
    const QUrl url(m_edit->text().trimmed());
    if (!url.isEmpty())
        Q_EMIT attachRequested(url);
}

} // namespace murmur
