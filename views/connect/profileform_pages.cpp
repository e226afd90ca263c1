// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The three pages of the form as they are built, and the colour.

#include "views/connect/profileform.h"

#include "resources/icons.h"
#include "views/base/theme.h"
#include "views/connect/environmentcolor.h"
#include "views/connect/secretrow.h"

#include <QCheckBox>
#include <QColorDialog>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

QPlainTextEdit* linesEdit(int lines, const QString& placeholder, QWidget* parent)
{
    auto* edit = new QPlainTextEdit(parent);
    edit->setFont(Theme::current().numberFont());
    edit->setPlaceholderText(placeholder);
    edit->setTabChangesFocus(true);
    edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    const int height = QFontMetrics(edit->font()).lineSpacing() * lines + 18;
    edit->setFixedHeight(height);
    return edit;
}

QIcon swatch(const QColor& color)
{
    QPixmap pixmap(28, 28);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(QRectF(1, 1, 12, 12), 3, 3);
    return QIcon(pixmap);
}

} // namespace

QFormLayout* ProfileForm::addPage(const QString& title)
{
    auto* scroll = new QScrollArea(m_pages);
    auto* page = new QWidget(scroll);
    page->setAutoFillBackground(false);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    scroll->setWidget(page);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(2, 14, 8, 8);
    auto* form = new QFormLayout;
    column->addLayout(form);
    column->addStretch(1); // rows keep their height
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(9);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_pages->addTab(scroll, title);
    return form;
}

ProfileForm::Field ProfileForm::addRow(QFormLayout* form, const QString& title, QWidget* input)
{
    auto* cell = new QWidget(form->parentWidget());
    auto* column = new QVBoxLayout(cell);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(input);
    auto* error = new QLabel(cell);
    error->setWordWrap(true);
    error->hide();
    column->addWidget(error);
    auto* label = new QLabel(title, form->parentWidget());
    label->setMinimumWidth(110);
    label->setBuddy(input);
    label->setForegroundRole(QPalette::WindowText);
    form->addRow(label, cell);
    // Beside the first line of a field of several.
    label->setContentsMargins(0, 5, 0, 0);
    label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    if (input->accessibleName().isEmpty())
        input->setAccessibleName(QString(title).remove(u'&'));
    const Field field{input, error, m_pages->count() - 1};
    m_fields.push_back(field);
    return field;
}

void ProfileForm::buildConnection()
{
    QFormLayout* form = addPage(tr("Connecti&on"));
    QWidget* page = form->parentWidget();
    m_name = new QLineEdit(page);
    m_name->setPlaceholderText(tr("a name, to save it: prod, lab-2"));
    m_nameField = addRow(form, tr("Na&me"), m_name);

    auto* line = new QWidget(page);
    auto* across = new QHBoxLayout(line);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(8);
    m_environment = new QComboBox(line);
    for (const Environment environment : kEnvironments)
        m_environment->addItem(swatch(environmentColor(environment)), environmentWord(environment));
    m_environment->setAccessibleName(tr("Environment"));
    m_environment->setMinimumWidth(180);
    m_color = new QToolButton(line);
    m_color->setToolTip(tr("Another colour than that of the environment"));
    m_color->setPopupMode(QToolButton::InstantPopup);
    auto* colors = new QMenu(m_color);
    colors->addAction(tr("Colour of the environment"), this, [this] {
        m_ownColor.clear();
        onEdited();
    });
    colors->addAction(tr("A colour of its own…"), this, &ProfileForm::chooseColor);
    m_color->setMenu(colors);
    across->addWidget(m_environment);
    across->addWidget(m_color);
    across->addStretch(1);
    addRow(form, tr("&Environment"), line);

    m_connections = linesEdit(
        4, tr("nats://hq:4222?subject=swarm.>\nmqtt://robot-{001..200}.site?topic=fleet/%23"),
        page);
    m_connections->setAccessibleName(tr("Connections, a URL a line"));
    m_connectionsField = addRow(form, tr("Connect&ions"), m_connections);
    auto* topics = new QPushButton(tr("Choose to&pics…"), page);
    topics->setAutoDefault(false);
    topics->setToolTip(tr("Shows what flows on the bus of the cursor's line, and how much"));
    auto* topicsLine = new QHBoxLayout;
    topicsLine->addWidget(topics);
    topicsLine->addStretch(1);
    static_cast<QVBoxLayout*>(m_connections->parentWidget()->layout())->addLayout(topicsLine);
    connect(topics, &QPushButton::clicked, this, &ProfileForm::topicsRequested);
    m_password = new SecretRow(tr("Password"), page);
    m_secretFields[static_cast<int>(SecretKind::Password)] =
        addRow(form, tr("Pass&word"), m_password);
    m_token = new SecretRow(tr("Token"), page);
    m_secretFields[static_cast<int>(SecretKind::Token)] = addRow(form, tr("To&ken"), m_token);
    m_neverWrite = new QCheckBox(
        tr("Ne&ver write: nothing is ever sent to these buses, whoever arms what"), page);
    addRow(form, QString(), m_neverWrite);

    connect(m_name, &QLineEdit::textEdited, this, &ProfileForm::onEdited);
    connect(m_environment, &QComboBox::currentIndexChanged, this, &ProfileForm::onEdited);
    connect(m_connections, &QPlainTextEdit::textChanged, this, [this] {
        readTls();
        onEdited();
    });
    connect(m_neverWrite, &QCheckBox::toggled, this, &ProfileForm::onEdited);
    connect(m_password, &SecretRow::changed, this, &ProfileForm::onEdited);
    connect(m_token, &SecretRow::changed, this, &ProfileForm::onEdited);
}

QWidget* ProfileForm::pathRow(QLineEdit* edit, const QString& title)
{
    auto* row = new QWidget(edit->parentWidget());
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    auto* browse = new QToolButton(row);
    browse->setIcon(icon(u"folder"_s));
    browse->setToolTip(tr("Choose the file"));
    browse->setAccessibleName(tr("Choose: %1").arg(title));
    line->addWidget(edit, 1);
    line->addWidget(browse);
    edit->setAccessibleName(title);
    row->setFocusProxy(edit);
    connect(browse, &QToolButton::clicked, this, [this, edit, title] {
        auto* dialog = new QFileDialog(this, title);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QFileDialog::fileSelected, this, [this, edit](const QString& path) {
            edit->setText(path);
            onTlsEdited();
        });
        dialog->open();
    });
    return row;
}

void ProfileForm::buildEncryption()
{
    QFormLayout* form = addPage(tr("Encr&yption"));
    QWidget* page = form->parentWidget();
    auto* note = new QLabel(
        tr("For connections that are encrypted (rediss, tls, mqtts, wss, kafka with tls=1). These "
           "items stand in the URLs; the certificates of this machine hold where none is named."),
        page);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(note);
    m_ca = new QLineEdit(page);
    m_ca->setPlaceholderText(tr("PEM: who signed the server's certificate"));
    addRow(form, tr("Aut&hority"), pathRow(m_ca, tr("Certificate of the authority")));
    m_cert = new QLineEdit(page);
    m_cert->setPlaceholderText(tr("PEM: our certificate, if the server asks for one"));
    addRow(form, tr("Certi&ficate"), pathRow(m_cert, tr("Client certificate")));
    m_key = new QLineEdit(page);
    m_key->setPlaceholderText(tr("PEM: its private key"));
    addRow(form, tr("&Key"), pathRow(m_key, tr("Key of the client certificate")));
    m_keyPassword = new SecretRow(tr("Password of the key"), page);
    m_secretFields[static_cast<int>(SecretKind::KeyPassword)] =
        addRow(form, tr("Key pass&word"), m_keyPassword);
    m_serverName = new QLineEdit(page);
    m_serverName->setPlaceholderText(tr("the name in the certificate, if the host has another"));
    addRow(form, tr("Server na&me"), m_serverName);
    m_insecure = new QCheckBox(tr("Take any certificate, un&verified"), page);
    const Field insecure = addRow(form, QString(), m_insecure);
    m_insecureNote = insecure.error;
    connect(m_keyPassword, &SecretRow::changed, this, &ProfileForm::onEdited);
    for (QLineEdit* edit : {m_ca, m_cert, m_key, m_serverName})
        connect(edit, &QLineEdit::textEdited, this, &ProfileForm::onTlsEdited);
    connect(m_insecure, &QCheckBox::toggled, this, &ProfileForm::onTlsEdited);
}

void ProfileForm::buildRules()
{
    QFormLayout* form = addPage(tr("&Rules"));
    QWidget* page = form->parentWidget();
    auto* note = new QLabel(
        tr("What a recording leaves out keeps who, to whom, when and how large. A rule a "
           "line; they hold for recordings that begin with this connection."),
        page);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(note);
    m_only = linesEdit(2, u"swarm.*"_s, page);
    m_exclude = linesEdit(2, u"camera/#"_s, page);
    m_payloadLimit = linesEdit(2, u"64KiB\ncamera/#=1KiB"_s, page);
    m_redact = linesEdit(2, uR"(orders.*:/card=(\d+)/)"_s, page);
    m_rulesField = addRow(form, tr("Only top&ics"), m_only);
    addRow(form, tr("Not to&pics"), m_exclude);
    addRow(form, tr("At &most"), m_payloadLimit);
    addRow(form, tr("O&verwrite"), m_redact);
    m_payloadLimit->setAccessibleName(tr("Largest content, for all topics or one"));
    m_redact->setAccessibleName(tr("Expressions that are overwritten"));
    for (QPlainTextEdit* edit : {m_only, m_exclude, m_payloadLimit, m_redact})
        connect(edit, &QPlainTextEdit::textChanged, this, &ProfileForm::onEdited);
}

void ProfileForm::showColor()
{
    const Environment environment = kEnvironments[m_environment->currentIndex()];
    m_color->setIcon(
        swatch(m_ownColor.isEmpty() ? environmentColor(environment) : QColor(m_ownColor)));
    m_color->setText(u' ' + (m_ownColor.isEmpty() ? tr("its colour") : m_ownColor));
    m_color->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_color->setAccessibleName(tr("Colour: %1").arg(m_color->text().trimmed()));
}

void ProfileForm::chooseColor()
{
    auto* dialog = new QColorDialog(profileColor(profile()), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QColorDialog::colorSelected, this, [this](const QColor& color) {
        m_ownColor = color.name();
        onEdited();
    });
    dialog->open();
}

} // namespace murmur
