// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/profileform.h"

#include "session/intake.h"
#include "session/profilecheck.h"
#include "views/base/theme.h"
#include "views/connect/secretrow.h"
#include "views/connect/urlitems.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTabBar>
#include <QTabWidget>
#include <QTextBlock>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

enum Page { ConnectionPage, EncryptionPage, RulesPage };

QStringList linesOf(const QPlainTextEdit* edit)
{
    QStringList lines;
    for (const QString& line : edit->toPlainText().split(u'\n')) {
        if (const QString text = line.trimmed(); !text.isEmpty())
            lines << text;
    }
    return lines;
}

} // namespace

ProfileForm::ProfileForm(QWidget* parent)
    : QWidget(parent)
    , m_pages(new QTabWidget(this))
{
    m_pages->setDocumentMode(true);
    m_pages->setAccessibleName(tr("Parts of the connection"));
    m_pages->tabBar()->setAccessibleName(m_pages->accessibleName());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_pages);
    buildConnection();
    buildEncryption();
    buildRules();
    setFocusProxy(m_connections);
    setProfile({});
}

SecretRow* ProfileForm::secretRow(SecretKind kind) const
{
    switch (kind) {
    case SecretKind::Token:
        return m_token;
    case SecretKind::Password:
        return m_password;
    case SecretKind::KeyPassword:
        return m_keyPassword;
    }
    return m_token;
}

void ProfileForm::setProfile(const Profile& profile)
{
    m_isFilling = true;
    m_name->setText(profile.name);
    m_environment->setCurrentIndex(static_cast<int>(profile.environment));
    m_ownColor = profile.color;
    m_connections->setPlainText(profile.connections.join(u'\n'));
    for (const SecretKind kind : kSecretKinds)
        secretRow(kind)->setPlace(profile.placeOf(kind));
    m_neverWrite->setChecked(profile.neverWrite);
    m_only->setPlainText(profile.only.join(u'\n'));
    m_exclude->setPlainText(profile.exclude.join(u'\n'));
    m_payloadLimit->setPlainText(profile.payloadLimit.join(u'\n'));
    m_redact->setPlainText(profile.redact.join(u'\n'));
    m_codec = profile.codec;
    m_isFilling = false;
    readTls();
    showColor();
    clearErrors();
}

Profile ProfileForm::profile() const
{
    Profile profile;
    profile.name = m_name->text().trimmed();
    profile.environment = kEnvironments[m_environment->currentIndex()];
    profile.color = m_ownColor;
    profile.connections = linesOf(m_connections);
    profile.token = m_token->place();
    profile.password = m_password->place();
    profile.keyPassword = m_keyPassword->place();
    profile.neverWrite = m_neverWrite->isChecked();
    profile.only = linesOf(m_only);
    profile.exclude = linesOf(m_exclude);
    profile.payloadLimit = linesOf(m_payloadLimit);
    profile.redact = linesOf(m_redact);
    profile.codec = m_codec;
    return profile;
}

QByteArray ProfileForm::typed(SecretKind kind) const
{
    return secretRow(kind)->typed();
}

void ProfileForm::clearTyped()
{
    for (const SecretKind kind : kSecretKinds)
        secretRow(kind)->clearTyped();
}

bool ProfileForm::check(bool isSaving, bool mustBeOfUse)
{
    clearErrors();
    Profile profile = this->profile();
    if (profile.connections.isEmpty()) {
        say(m_connectionsField, tr("Write the URL of at least one bus."));
        return false;
    }
    for (const SecretKind kind : kSecretKinds) {
        if (const auto place = SecretPlace::fromText(profile.placeOf(kind)); !place) {
            say(m_secretFields[static_cast<int>(kind)],
                tr("Name the file, or the variable: letters, digits and _."));
            return false;
        }
        if (const auto whole = profile.checkPlace(kind); !whole) {
            say(m_secretFields[static_cast<int>(kind)], whole.error().message);
            return false;
        }
    }
    if (const auto urls = profile.urls(); !urls) {
        say(m_connectionsField, urls.error().message);
        return false;
    }
    if (isSaving && profile.name.isEmpty()) {
        say(m_nameField, tr("A profile needs a name."));
        return false;
    }
    const bool isNamed = !profile.name.isEmpty();
    if (!isNamed)
        profile.name = u"unnamed"_s;
    if (const auto checked = profile.check(); !checked) {
        const bool isName = checked.error().message.contains("a name is made"_L1);
        QString sentence = checked.error().message.section(u": "_s, 1);
        sentence[0] = sentence[0].toUpper();
        say(isName ? m_nameField : m_connectionsField, sentence);
        return false;
    }
    if (const auto usable = checkConnections(profile.connections); mustBeOfUse && !usable) {
        say(m_connectionsField, usable.error().message);
        return false;
    }
    if (const auto rules = Intake::from(rulesOf(profile)); !rules) {
        say(m_rulesField, rules.error().message);
        return false;
    }
    return true;
}

void ProfileForm::say(const Field& field, const QString& sentence)
{
    QPalette palette = field.error->palette();
    palette.setColor(QPalette::WindowText, Theme::current().bad);
    field.error->setPalette(palette);
    field.error->setText(u"■ "_s + sentence);
    field.error->show();
    field.input->setAccessibleDescription(sentence);
    m_pages->setCurrentIndex(field.page);
    field.input->setFocus(Qt::OtherFocusReason);
}

void ProfileForm::showSecretError(SecretKind kind, const QString& sentence)
{
    say(m_secretFields[static_cast<int>(kind)], sentence);
}

void ProfileForm::showConnectionError(const QString& sentence)
{
    say(m_connectionsField, sentence);
}

void ProfileForm::clearErrors()
{
    for (const Field& field : m_fields) {
        if (field.error == m_insecureNote)
            continue;
        field.error->hide();
        field.error->clear();
        field.input->setAccessibleDescription({});
    }
}

void ProfileForm::focusConnections()
{
    m_pages->setCurrentIndex(ConnectionPage);
    m_connections->setFocus(Qt::OtherFocusReason);
    m_connections->moveCursor(QTextCursor::End);
}

QString ProfileForm::currentConnection() const
{
    const QString line = m_connections->textCursor().block().text().trimmed();
    const QStringList lines = linesOf(m_connections);
    return line.isEmpty() && lines.size() == 1 ? lines.front() : line;
}

void ProfileForm::setConnections(const QStringList& lines)
{
    m_connections->setPlainText(lines.join(u'\n'));
}

void ProfileForm::replaceConnection(const QStringList& connections, const QStringList& exclude)
{
    QStringList lines = linesOf(m_connections);
    const qsizetype place = lines.indexOf(currentConnection());
    if (place >= 0) {
        lines.removeAt(place);
        for (qsizetype i = connections.size() - 1; i >= 0; --i)
            lines.insert(place, connections[i]);
    }
    m_connections->setPlainText(lines.join(u'\n'));
    QStringList left = linesOf(m_exclude) + exclude;
    left.removeDuplicates();
    m_exclude->setPlainText(left.join(u'\n'));
}

void ProfileForm::onEdited()
{
    showColor();
    if (m_isFilling)
        return;
    clearErrors();
    Q_EMIT edited();
}

/// The items are part of the URLs: one truth.
void ProfileForm::onTlsEdited()
{
    if (m_isFilling)
        return;
    QStringList lines = linesOf(m_connections);
    for (QString& line : lines) {
        line = withUrlItem(line, u"ca"_s, m_ca->text().trimmed());
        line = withUrlItem(line, u"cert"_s, m_cert->text().trimmed());
        line = withUrlItem(line, u"key"_s, m_key->text().trimmed());
        line = withUrlItem(line, u"server-name"_s, m_serverName->text().trimmed());
        line = withUrlItem(line, u"insecure"_s, m_insecure->isChecked() ? u"1"_s : QString());
    }
    m_isFilling = true;
    m_connections->setPlainText(lines.join(u'\n'));
    m_isFilling = false;
    readTls();
    onEdited();
}

void ProfileForm::readTls()
{
    const auto item = [this](const QString& name) {
        for (const QString& line : linesOf(m_connections)) {
            if (const QString value = urlItem(line, name); !value.isEmpty())
                return value;
        }
        return QString();
    };
    const bool wasFilling = std::exchange(m_isFilling, true);
    const auto fill = [](QLineEdit* edit, const QString& text) {
        if (edit->text().trimmed() != text) // keeps the cursor of who types there
            edit->setText(text);
    };
    fill(m_ca, item(u"ca"_s));
    fill(m_cert, item(u"cert"_s));
    fill(m_key, item(u"key"_s));
    fill(m_serverName, item(u"server-name"_s));
    const bool isInsecure = item(u"insecure"_s) == u"1"_s;
    m_insecure->setChecked(isInsecure);
    QPalette palette = m_insecureNote->palette();
    palette.setColor(QPalette::WindowText, Theme::current().warning);
    m_insecureNote->setPalette(palette);
    m_insecureNote->setText(
        tr("▲ Anybody between here and the bus can then read along and take its "
           "place, and gets the password."));
    m_insecureNote->setVisible(isInsecure);
    m_isFilling = wasFilling;
}

} // namespace murmur
