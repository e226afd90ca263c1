// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/attachedit.h"

#include "bus/connection.h"
#include "bus/fleet.h"
#include "session/moment.h"
#include "views/base/theme.h"
#include "views/connect/connecttext.h"
#include "views/connect/topicchooser.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStringListModel>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kLookAgain{10};

} // namespace

AttachEdit::AttachEdit(QWidget* parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(suggestHubUrl().toString(), this))
    , m_suggestions(new QStringListModel(this))
    , m_secret(new QLineEdit(this))
    , m_button(new QPushButton(tr("&Attach"), this))
    , m_foundBar(new QWidget(this))
    , m_foundLine(new QHBoxLayout(m_foundBar))
    , m_note(new QLabel(this))
    , m_command(new QLabel(this))
{
    m_secret->setEchoMode(QLineEdit::Password);
    m_secret->setAccessibleName(tr("Password or token"));
    m_secret->setPlaceholderText(tr("password or token, if it asks for one"));
    m_secret->setToolTip(tr("Used for this connection and kept nowhere"));
    m_foundBar->hide();
    m_foundLine->setContentsMargins(0, 0, 0, 0);
    m_foundLine->setSpacing(6);
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
    column->addWidget(m_secret);
    column->addWidget(m_foundBar);
    column->addWidget(m_note);
    column->addWidget(m_command);
    setFocusProxy(m_edit);

    // One for good: new suggestions come while it is in the middle of the key that attaches.
    auto* completer = new QCompleter(m_suggestions, m_edit);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_edit->setCompleter(completer);
    setRecentUrls({});
    connect(m_edit, &QLineEdit::textChanged, this, &AttachEdit::updateNote);
    connect(m_edit, &QLineEdit::returnPressed, this, &AttachEdit::request);
    connect(m_secret, &QLineEdit::returnPressed, this, &AttachEdit::request);
    connect(m_button, &QPushButton::clicked, this, &AttachEdit::request);
    connect(&m_discovery, &Discovery::finished, this, [this] {
        setFound(m_discovery.found());
        if (isVisible() && m_looks)
            m_again.start();
    });
    m_again.setSingleShot(true);
    m_again.setInterval(kLookAgain);
    connect(&m_again, &QTimer::timeout, this, [this] { m_discovery.start(); });
    updateNote();
}

void AttachEdit::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_looks && !m_discovery.isRunning())
        m_discovery.start();
}

void AttachEdit::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_again.stop();
}

void AttachEdit::setFound(const std::vector<FoundBus>& buses)
{
    if (m_found == buses)
        return;
    m_found = buses;
    while (QLayoutItem* item = m_foundLine->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    auto* title = new QLabel(tr("On this machine:"), m_foundBar);
    title->setForegroundRole(QPalette::PlaceholderText);
    m_foundLine->addWidget(title);
    for (const FoundBus& bus : buses) {
        if (bus.url.isEmpty())
            continue;
        auto* button = new QPushButton(bus.kind, m_foundBar);
        button->setFlat(true);
        const QString url = bus.url.toString();
        QStringList words{url, bus.version, bus.detail};
        words.removeAll(QString());
        button->setToolTip(words.join(u" · "_s));
        button->setAccessibleName(tr("Attach to %1 on this machine").arg(bus.kind));
        connect(button, &QPushButton::clicked, this, [this, url] {
            m_edit->setText(url);
            focusText();
        });
        m_foundLine->addWidget(button);
    }
    m_foundLine->addStretch(1);
    m_foundBar->setVisible(!buses.empty());
}

void AttachEdit::setLooksForBuses(bool isOn)
{
    m_looks = isOn;
    if (!isOn)
        m_again.stop();
}

void AttachEdit::attachTo(const FoundBus& bus)
{
    m_edit->setText(bus.url.toString(QUrl::FullyEncoded));
    if (!bus.detail.contains("needs a"_L1))
        request();
    else if (m_secret->isVisibleTo(this))
        m_secret->setFocus(Qt::OtherFocusReason);
    else
        focusText();
}

void AttachEdit::setRecentUrls(const QStringList& urls)
{
    QStringList all = urls + exampleUrls();
    all.removeDuplicates();
    m_suggestions->setStringList(all);
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

void AttachEdit::complain(const QString& sentence)
{
    QPalette palette = m_note->palette();
    palette.setColor(QPalette::WindowText, Theme::current().bad);
    m_note->setForegroundRole(QPalette::WindowText);
    m_note->setPalette(palette);
    m_note->setText(u"■ "_s + sentence);
    m_command->hide();
    m_edit->setAccessibleDescription(sentence);
    m_edit->setFocus(Qt::OtherFocusReason);
}

void AttachEdit::updateNote()
{
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_edit->setAccessibleDescription({});
    const QString text = m_edit->text().trimmed();
    const QUrl url(text);
    m_button->setEnabled(!url.scheme().isEmpty() || text == "-"_L1 || text.contains("://"_L1) ||
                         text.startsWith(u'@'));
    m_secret->setVisible(takesSecret(text));
    const QString curl = hubCurlLine(url);
    m_command->setText(curl);
    m_command->setVisible(!curl.isEmpty());
    if (!curl.isEmpty()) {
        m_note->setText(tr("Agents then send here, over WebSocket or HTTP:"));
        return;
    }
    if (isMomentLink(text)) {
        m_note->setText(tr("A link to a moment: Enter opens its recording there"));
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
    const QString text = m_edit->text().trimmed();
    if (text.isEmpty())
        return;
    if (isMomentLink(text)) {
        if (const auto moment = momentFromLink(text); !moment)
            complain(moment.error().message);
        else
            Q_EMIT linkRequested(text);
        return;
    }
    const auto urls = fleetFromText(text);
    if (!urls) {
        complain(urls.error().message);
        return;
    }
    AttachWish wish;
    wish.urls = *urls;
    if (m_secret->isVisibleTo(this)) {
        wish.options.password = m_secret->text().toUtf8();
        if (wish.urls.front().userName().isEmpty())
            wish.options.token = wish.options.password;
    }
    // What cannot be is said here, while the text is there to be mended.
    for (const QUrl& url : wish.urls) {
        const auto made = createConnection(url, {ConnectionId{}, nullptr, wish.options});
        if (!made) {
            complain(made.error().message);
            return;
        }
    }
    m_secret->clear();
    chooseTopics(this, wish, [this](const AttachWish& chosen) { Q_EMIT attachRequested(chosen); });
}

} // namespace murmur
