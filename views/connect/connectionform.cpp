// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connectionform.h"

#include "bus/listening.h"
#include "session/whynothing.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/connecttext.h"
#include "views/connect/lagmodel.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

using State = ConnectionStatus::State;
using What = ConnectionWish::What;

constexpr int kUsualWidth = 430;
constexpr int kWideWidth = 720;
constexpr qsizetype kMostButtons = 5;
constexpr qsizetype kMostNamed = 12;
constexpr int kMostLags = 6; ///< rows; of more one scrolls

QString named(const QStringList& names)
{
    if (names.size() <= kMostNamed)
        return names.join(u", "_s);
    return ConnectionForm::tr("%1 and %2 more")
        .arg(names.first(kMostNamed).join(u", "_s))
        .arg(names.size() - kMostNamed);
}

} // namespace

ConnectionForm::ConnectionForm(QWidget* parent)
    : QWidget(parent)
    , m_title(new QLabel(this))
    , m_form(new QFormLayout)
    , m_lags(new LagModel(this))
    , m_lagPart(new QWidget(this))
    , m_lagTable(new QTableView(m_lagPart))
    , m_actions(new QWidget(this))
    , m_actionColumn(new QVBoxLayout(m_actions))
    , m_valueWidth(kUsualWidth)
{
    QFont bold = Theme::current().interfaceFont(11);
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_form->setHorizontalSpacing(16);
    m_form->setVerticalSpacing(5);
    m_form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_actionColumn->setContentsMargins(0, 4, 0, 0);
    m_actionColumn->setSpacing(6);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_title);
    column->addLayout(m_form);
    column->addWidget(m_lagPart);
    column->addWidget(m_actions);
    buildLags();
}

void ConnectionForm::buildLags()
{
    const Theme& theme = Theme::current();
    auto* title = new QLabel(tr("How far &others are behind"), m_lagPart);
    title->setStyleSheet(u"color: %1"_s.arg(theme.secondary.name()));
    title->setBuddy(m_lagTable);
    m_lagTable->setAccessibleName(tr("How far others are behind"));
    m_lagTable->setModel(m_lags);
    m_lagTable->setShowGrid(false);
    m_lagTable->setWordWrap(false);
    m_lagTable->setTabKeyNavigation(false);
    m_lagTable->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_lagTable->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_lagTable->verticalHeader()->hide();
    m_lagTable->verticalHeader()->setDefaultSectionSize(theme.tableRow);
    QHeaderView* header = m_lagTable->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(LagModel::Topic, QHeaderView::Stretch);
    auto* part = new QVBoxLayout(m_lagPart);
    part->setContentsMargins(0, 4, 0, 0);
    part->setSpacing(4);
    part->addWidget(title);
    part->addWidget(m_lagTable);
    m_lagPart->hide();
}

void ConnectionForm::showLags(const std::vector<Lag>& lags)
{
    m_lags->setRows(latestLags(lags, m_connection.id));
    const int rows = std::min(m_lags->rowCount(), kMostLags);
    const int header = m_lagTable->horizontalHeader()->sizeHint().height();
    m_lagTable->setFixedHeight(header + rows * Theme::current().tableRow + 4);
    m_lagPart->setVisible(rows > 0);
}

void ConnectionForm::beOneOfMany()
{
    m_isOneOfMany = true;
    m_valueWidth = kWideWidth;
}

void ConnectionForm::setRow(const char* name, const QString& text, bool isNumber)
{
    const QString shown = tr(name);
    auto row = std::ranges::find(m_rows, shown, [](const Row& one) { return one.name->text(); });
    if (row == m_rows.end()) {
        const Theme& theme = Theme::current();
        auto* label = new QLabel(shown, this);
        label->setStyleSheet(u"color: %1"_s.arg(theme.secondary.name()));
        auto* value = new QLabel(this);
        value->setFont(isNumber ? theme.numberFont() : theme.interfaceFont());
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setFixedWidth(m_valueWidth);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::MinimumExpanding);
        value->setAccessibleName(shown);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setBuddy(value);
        m_form->addRow(label, value);
        m_rows.push_back({label, value});
        row = m_rows.end() - 1;
    }
    if (row->value->text() != text) {
        row->value->setText(text);
        // In a scroll area nobody asks how high it is at its width.
        row->value->setMinimumHeight(row->value->heightForWidth(m_valueWidth));
    }
    m_form->setRowVisible(row->value, !text.isEmpty());
}

void ConnectionForm::show(const ConnectionInfo& connection, double perSecond, bool canAct)
{
    const bool isAnother = connection.id != m_connection.id;
    m_connection = connection;
    m_canAct = canAct;
    if (isAnother) {
        m_suggested.clear();
        showLags({});
    }
    const bool isUp = connection.state == State::Up;
    const QUrl url(connection.url);
    m_title->setText(m_isOneOfMany ? placeName(connection) : shortName(connection));
    setRow(QT_TR_NOOP("URL"), connection.url, true);
    setRow(QT_TR_NOOP("State"), stateWord(connection.state));
    setRow(QT_TR_NOOP("Detail"), connection.detail);
    setRow(QT_TR_NOOP("Listens to"), named(connection.subscribed), true);
    setRow(QT_TR_NOOP("Not permitted"), named(connection.denied), true);
    setRow(QT_TR_NOOP("Silence"),
           isUp && connection.received == 0 && !connection.subscribed.isEmpty()
               ? whyNothingComes(connection)
               : QString());
    setRow(QT_TR_NOOP("The past"), windowText(connection, perSecond), true);
    setRow(QT_TR_NOOP("Rate"), canAct ? rateText(perSecond) : QString(), true);
    setRow(QT_TR_NOOP("Received"), numberText(connection.received), true);
    setRow(QT_TR_NOOP("Recorded"), numberText(connection.recorded), true);
    setRow(QT_TR_NOOP("In our queue"), canAct ? numberText(connection.queued) : QString(), true);
    setRow(QT_TR_NOOP("Behind the bus"),
           isUp && !connection.isWindow && connection.lag != kNoTime
               ? durationText(nanoseconds(std::max<std::int64_t>(connection.lag, 0)))
               : QString(),
           true);
    setRow(QT_TR_NOOP("Reconnects"),
           connection.reconnects > 0 ? numberText(connection.reconnects) : QString(), true);
    const QString lost = lostByText(connection.lostBy);
    const QString sum = lostText(connection.lost, connection.lostIs);
    setRow(QT_TR_NOOP("Lost by us"), !lost.isEmpty() ? lost : sum.isEmpty() ? tr("nothing") : sum);
    setRow(QT_TR_NOOP("Send to it"), hubCurlLine(url), true);
    setRow(QT_TR_NOOP("Attaching changes"), connection.presence.isEmpty()
                                                ? whatAttachingChanges(url.scheme())
                                                : connection.presence.join(u'\n'));
    showActions(canAct);
}

void ConnectionForm::suggest(const QStringList& patterns)
{
    m_suggested = patterns;
    showActions(m_canAct);
}

void ConnectionForm::addAction(const QString& text, const QString& tip, const ConnectionWish& wish,
                               const QString& lead)
{
    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    if (!lead.isEmpty()) {
        auto* label = new QLabel(lead, m_actions);
        label->setWordWrap(true);
        label->setMaximumWidth(m_valueWidth);
        line->addWidget(label, 1);
    }
    auto* button = new QPushButton(text, m_actions);
    button->setToolTip(tip);
    line->addWidget(button, 0, Qt::AlignTop);
    if (lead.isEmpty())
        line->addStretch(1);
    m_actionColumn->addLayout(line);
    connect(button, &QPushButton::clicked, this, [this, wish] { Q_EMIT wished(wish); });
}

/// Most that fail at once fail at the door.
void ConnectionForm::addLogin()
{
    auto* secret = new QLineEdit(m_actions);
    secret->setEchoMode(QLineEdit::Password);
    secret->setPlaceholderText(tr("password or token, if it asks for one"));
    secret->setAccessibleName(tr("Password or token"));
    secret->setToolTip(tr("Used for this connection and kept nowhere"));
    auto* button = new QPushButton(tr("&Attach again"), m_actions);
    auto* line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(secret, 1);
    line->addWidget(button);
    m_actionColumn->addLayout(line);
    const auto wish = [this, secret] {
        Q_EMIT wished({What::AttachAgain, m_connection.id, {}, secret->text().toUtf8()});
        secret->clear();
    };
    connect(secret, &QLineEdit::returnPressed, this, wish);
    connect(button, &QPushButton::clicked, this, wish);
}

void ConnectionForm::showActions(bool canAct)
{
    const ConnectionInfo& c = m_connection;
    const bool isOver = c.state == State::Stopped || c.state == State::Failed;
    const bool canWiden = canAct && !isOver && !c.unmatched.isEmpty();
    const bool canNarrow = canAct && c.state == State::Up && !m_suggested.isEmpty() &&
                           listensToAll(QUrl(c.url), c.subscribed);
    // Silent, and the bus names nothing else: buses do not tell what others publish to.
    const QString everything = everythingOn(QUrl(c.url));
    const bool canTakeAll = canAct && c.state == State::Up && c.received == 0 &&
                            c.unmatched.isEmpty() && !c.subscribed.isEmpty() && !c.isWindow &&
                            !everything.isEmpty() && !listensToAll(QUrl(c.url), c.subscribed);
    // Made anew only when others are due: a button must not go away under the mouse.
    QStringList wanted{QString::number(index(c.id)), QString::number(canAct),
                       QString::number(static_cast<int>(isOver ? c.state : State::Up)),
                       QString::number(c.isWindow)};
    if (canWiden)
        wanted << c.unmatched;
    if (canNarrow)
        wanted << u"narrow"_s << m_suggested;
    if (canTakeAll)
        wanted << u"all"_s << everything;
    if (wanted == m_shownActions)
        return;
    m_shownActions = wanted;
    const auto widgets = m_actions->findChildren<QWidget*>(Qt::FindDirectChildrenOnly);
    for (QWidget* const old : widgets) {
        old->hide();
        old->deleteLater();
    }
    while (QLayoutItem* const item = m_actionColumn->takeAt(0))
        delete item;
    if (canWiden) {
        const QString tip = tr("Listen to it too, in this recording");
        for (const QString& name : c.unmatched.first(std::min(c.unmatched.size(), kMostButtons)))
            addAction(tr("Subscribe to %1").arg(name), tip, {What::Widen, c.id, {name}});
        if (c.unmatched.size() > 1)
            addAction(tr("Subscribe to &all %1").arg(c.unmatched.size()), tip,
                      {What::Widen, c.id, c.unmatched});
    }
    if (canTakeAll) {
        addAction(tr("Listen to &everything"),
                  tr("Attaches again with the pattern %1, in this recording").arg(everything),
                  {What::Narrow, c.id, {everything}});
    }
    if (canNarrow) {
        addAction(tr("&Listen to these only"),
                  tr("Attaches again with these patterns; the moment between is a gap"),
                  {What::Narrow, c.id, m_suggested},
                  tr("Nearly all that came is under %1.").arg(m_suggested.join(u", "_s)));
    }
    if (canAct && !isOver)
        addAction(c.isWindow ? tr("&Cancel reading") : tr("&Detach"),
                  tr("What was heard is kept; the recording goes on"), {What::Detach, c.id, {}});
    else if (canAct && c.state == State::Failed && takesSecret(c.url))
        addLogin();
    else if (canAct)
        addAction(tr("&Attach again"), tr("In the same recording"), {What::AttachAgain, c.id, {}});
    m_actions->setVisible(m_actionColumn->count() > 0);
}

QString ConnectionForm::asText() const
{
    QStringList lines{m_title->text()};
    for (const Row& row : m_rows) {
        if (!row.value->text().isEmpty())
            lines << row.name->text() + u": "_s + row.value->text();
    }
    if (m_lags->rowCount() > 0)
        lines << m_lags->asText();
    return lines.join(u'\n');
}

} // namespace murmur
