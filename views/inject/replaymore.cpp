// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/replaymore.h"

#include "replay/guards.h"
#include "views/base/theme.h"
#include "views/inject/wishtexts.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QUrl>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

template<typename Number>
QString numberOrNothing(Number value)
{
    return value > 0 ? QString::number(value) : QString();
}

/// What is no number is one that no replay takes: it is told when it is looked.
double numberIn(const QLineEdit* edit)
{
    const QString text = edit->text().trimmed();
    bool isNumber = false;
    const double value = text.toDouble(&isNumber);
    return text.isEmpty() ? 0 : isNumber && value > 0 ? value : -1;
}

std::int64_t wholeIn(const QLineEdit* edit)
{
    const QString text = edit->text().trimmed();
    const qint64 value = text.toLongLong();
    return text.isEmpty() ? 0 : value > 0 ? value : -1;
}

} // namespace

ReplayMore::ReplayMore(int labelWidth, QLineEdit* pauseAt, QWidget* parent)
    : QWidget(parent)
    , m_pauseAt(pauseAt)
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(6);
    grid->setColumnMinimumWidth(0, labelWidth);
    grid->setColumnStretch(1, 1);
    buildWhen(grid);
    buildChanged(grid);
    buildBus(grid);
    buildLimits(grid);
    showChecks();
}

QLineEdit* ReplayMore::field(const QString& name, const QString& placeholder)
{
    return field(new QLineEdit(this), name, placeholder);
}

QLineEdit* ReplayMore::field(QLineEdit* edit, const QString& name, const QString& placeholder)
{
    edit->setAccessibleName(name);
    edit->setToolTip(name);
    edit->setPlaceholderText(placeholder);
    edit->setMinimumWidth(60);
    connect(edit, &QLineEdit::textChanged, this, &ReplayMore::edited);
    connect(edit, &QLineEdit::returnPressed, this, &ReplayMore::submitted);
    return edit;
}

QCheckBox* ReplayMore::check(Flag flag, const QString& text, const QString& schemes)
{
    auto* box = new QCheckBox(text, this);
    connect(box, &QCheckBox::toggled, this, &ReplayMore::edited);
    m_checks.push_back({flag, box, schemes});
    return box;
}

QHBoxLayout* ReplayMore::addRow(QGridLayout* grid, const QString& label)
{
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    const int row = grid->rowCount();
    grid->addWidget(new QLabel(label, this), row, 0);
    grid->addLayout(line, row, 1);
    return line;
}

void ReplayMore::buildWhen(QGridLayout* grid)
{
    const auto text = [this](std::string ReplayWish::*where, const QString& name,
                             const QString& placeholder) {
        QLineEdit* edit = field(name, placeholder);
        m_texts.emplace_back(where, edit);
        return edit;
    };
    QHBoxLayout* line = addRow(grid, tr("Pauses"));
    line->addWidget(check(&ReplayWish::startsPaused, tr("before the first")));
    line->addWidget(field(m_pauseAt, tr("Pause before each message that passes this"),
                          tr("before each: kind == error")),
                    1);
    m_texts.emplace_back(&ReplayWish::pauseAt, m_pauseAt);
    m_burst = new QSpinBox(this);
    m_burst->setRange(1, 1'000'000);
    m_burst->setPrefix(tr("a press sends "));
    m_burst->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_burst->setAccessibleName(tr("So many at each press"));
    connect(m_burst, &QSpinBox::valueChanged, this, &ReplayMore::edited);
    line->addWidget(m_burst);
    line = addRow(grid, tr("Waits"));
    line->addWidget(text(&ReplayWish::delay, tr("Before the first message, for example 5s"),
                         tr("before the first: 5s")),
                    1);
    line->addWidget(text(&ReplayWish::repeatGap, tr("Between two rounds, for example 1s"),
                         tr("between rounds: 1s")),
                    1);
    line->addWidget(check(&ReplayWish::catchesUp, tr("catches up what is late")));
    line = addRow(grid, tr("Answers"));
    line->addWidget(check(&ReplayWish::noReplies, tr("ask for none")));
    line->addWidget(text(&ReplayWish::answersFor,
                         tr("Wait so long for answers after the last message, for example 2s"),
                         tr("waits after the last: 2s")),
                    1);
}

void ReplayMore::buildChanged(QGridLayout* grid)
{
    QHBoxLayout* line = addRow(grid, tr("Headers"));
    m_headers = new QPlainTextEdit(this);
    m_headers->setAccessibleName(tr("Headers that are added, one in each line"));
    m_headers->setToolTip(m_headers->accessibleName());
    m_headers->setPlaceholderText(tr("added: name=value"));
    m_headers->setFont(Theme::current().numberFont(9));
    m_headers->setTabChangesFocus(true);
    m_headers->setFixedHeight(m_headers->fontMetrics().lineSpacing() * 2 + 12);
    connect(m_headers, &QPlainTextEdit::textChanged, this, &ReplayMore::edited);
    m_strips = field(tr("Headers that are left out, with * and ?, divided by commas"),
                     tr("left out: auth*, cookie"));
    line->addWidget(m_headers, 2);
    line->addWidget(m_strips, 1, Qt::AlignTop);
}

void ReplayMore::buildBus(QGridLayout* grid)
{
    QHBoxLayout* line = addRow(grid, tr("Bus"));
    line->addWidget(check(&ReplayWish::busHeaders, tr("Nats-Msg-Id and the like"), u"nats tls"_s));
    line->addWidget(check(&ReplayWish::retains, tr("retained state again"), u"mqtt mqtts"_s));
    line->addWidget(check(&ReplayWish::tombstones, tr("delete keys again"), u"kafka mqtt mqtts"_s));
    line->addWidget(check(&ReplayWish::originalStamps, tr("the recorded time"), u"kafka"_s));
    auto* none = new QLabel(tr("nothing that only this bus has"), this);
    none->setObjectName(u"none"_s);
    line->addWidget(none);
    line->addStretch(1);
}

void ReplayMore::buildLimits(QGridLayout* grid)
{
    QHBoxLayout* line = addRow(grid, tr("At most"));
    m_maxRate = field(tr("At most so many a second"), tr("a second"));
    m_maxMessages = field(tr("At most so many messages in all"), tr("messages"));
    m_maxBytes = field(tr("At most so many bytes in all"), tr("bytes"));
    QLineEdit* time = field(tr("End after this time, for example 10min"), tr("time: 10min"));
    m_texts.emplace_back(&ReplayWish::maxTime, time);
    for (QLineEdit* edit : {m_maxRate, m_maxMessages, m_maxBytes, time})
        line->addWidget(edit, 1);
    line = addRow(grid, tr("Never"));
    m_toxic = field(tr("Types and topics that are never sent, divided by commas; always: %1")
                        .arg(usualToxicTypes().join(u", "_s)),
                    tr("types, beside %1 …").arg(usualToxicTypes().mid(0, 3).join(u", "_s)));
    line->addWidget(m_toxic, 1);
}

void ReplayMore::readInto(ReplayWish& wish) const
{
    for (const Check& one : m_checks)
        wish.*one.flag = one.box->isChecked();
    for (const auto& [where, edit] : m_texts)
        wish.*where = edit->text().trimmed().toStdString();
    wish.burst = m_burst->value();
    wish.headers = wishParts(m_headers->toPlainText(), u'\n');
    wish.strips = wishParts(m_strips->text(), u',');
    wish.toxic = wishParts(m_toxic->text(), u',');
    wish.maxRate = numberIn(m_maxRate);
    wish.maxMessages = wholeIn(m_maxMessages);
    wish.maxBytes = wholeIn(m_maxBytes);
}

void ReplayMore::show(const ReplayWish& wish)
{
    for (const Check& one : m_checks)
        one.box->setChecked(wish.*one.flag);
    for (const auto& [where, edit] : m_texts)
        edit->setText(QString::fromStdString(wish.*where));
    m_burst->setValue(wish.burst);
    m_headers->setPlainText(wishLine(wish.headers, u"\n"_s));
    m_strips->setText(wishLine(wish.strips, u", "_s));
    m_toxic->setText(wishLine(wish.toxic, u", "_s));
    m_maxRate->setText(numberOrNothing(wish.maxRate));
    m_maxMessages->setText(numberOrNothing(wish.maxMessages));
    m_maxBytes->setText(numberOrNothing(wish.maxBytes));
    showChecks();
}

void ReplayMore::setTarget(const QUrl& target)
{
    if (std::exchange(m_scheme, target.scheme().toLower()) != target.scheme().toLower())
        showChecks();
}

void ReplayMore::showChecks()
{
    bool hasSome = false;
    for (const Check& one : m_checks) {
        if (one.schemes.isEmpty())
            continue;
        const bool isSeen = one.box->isChecked() || one.schemes.split(u' ').contains(m_scheme);
        one.box->setVisible(isSeen);
        hasSome = hasSome || isSeen;
    }
    findChild<QLabel*>(u"none"_s)->setVisible(!hasSome);
}

int ReplayMore::count() const
{
    const auto saysSomething = [](const QLineEdit* edit) {
        return !edit->text().trimmed().isEmpty();
    };
    auto count =
        std::ranges::count_if(m_checks, [](const Check& one) { return one.box->isChecked(); });
    for (const QLineEdit* edit : findChildren<QLineEdit*>())
        count += edit->parent() == this && saysSomething(edit);
    return static_cast<int>(count) + (m_burst->value() > 1) +
           !m_headers->toPlainText().trimmed().isEmpty();
}

void ReplayMore::setRunning(bool isRunning)
{
    const QWidget* catchesUp =
        std::ranges::find(m_checks, &ReplayWish::catchesUp, &Check::flag)->box;
    for (QWidget* field : findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
        if (field != catchesUp && field != m_burst)
            field->setEnabled(!isRunning);
    }
}

} // namespace murmur
