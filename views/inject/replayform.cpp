// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/replayform.h"

#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/inject/replaymore.h"
#include "views/inject/wishtexts.h"

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr const char* kIds[] = {"keep", "fresh"};
constexpr const char* kTimes[] = {"keep", "now", "shift"};

std::string trimmed(const QLineEdit* edit)
{
    return edit->text().trimmed().toStdString();
}

template<std::size_t N>
void choose(QComboBox* box, const char* const (&names)[N], const std::string& name)
{
    for (std::size_t i = 0; i < N; ++i) {
        if (name == names[i])
            box->setCurrentIndex(static_cast<int>(i));
    }
}

QToolButton* buttonOf(const QString& text, QMenu* menu, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setPopupMode(QToolButton::InstantPopup);
    menu->setParent(button, menu->windowFlags());
    button->setMenu(menu);
    return button;
}

} // namespace

ReplayForm::ReplayForm(SharedView* shared, const MakeLine& makeFilter, QWidget* parent)
    : QWidget(parent)
    , m_shared(shared)
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(6);
    const auto line = [&] { return makeFilter ? makeFilter() : new QLineEdit; };
    buildWhich(grid, 0, line());
    buildWhen(grid, 2);
    buildChanges(grid, 3);
    buildMore(grid, 5, line());
    grid->setRowStretch(7, 1);
    grid->setColumnMinimumWidth(0, labelWidth());
    grid->setColumnStretch(1, 1);
    setWish({});
}

int ReplayForm::labelWidth() const
{
    return fontMetrics().horizontalAdvance(tr("Changed")) + 4;
}

QLineEdit* ReplayForm::field(const QString& name, const QString& placeholder)
{
    return field(new QLineEdit(this), name, placeholder);
}

QLineEdit* ReplayForm::field(QLineEdit* edit, const QString& name, const QString& placeholder)
{
    edit->setAccessibleName(name);
    edit->setToolTip(name);
    edit->setPlaceholderText(placeholder);
    edit->setMinimumWidth(60);
    connect(edit, &QLineEdit::textChanged, this, &ReplayForm::onEdited);
    connect(edit, &QLineEdit::returnPressed, this, &ReplayForm::submitted);
    return edit;
}

void ReplayForm::buildWhich(QGridLayout* grid, int row, QLineEdit* where)
{
    m_where = field(where, tr("Only messages for which this filter holds"), tr("all messages"));
    auto* first = new QHBoxLayout;
    first->setSpacing(6);
    first->addWidget(m_where, 1);
    first->addWidget(buttonOf(tr("What is chosen"), chosenMenu(), this));
    m_from = field(tr("From this moment on"), tr("start"));
    m_until = field(tr("Up to this moment"), tr("end"));
    m_agents = field(tr("Only what these agents sent, divided by commas"), tr("all agents"));
    m_seqs = field(tr("Only messages of these numbers, for example 5, 10..20"), tr("all numbers"));
    auto* second = new QHBoxLayout;
    second->setSpacing(6);
    second->addWidget(m_from, 2);
    second->addWidget(new QLabel(u"–"_s, this));
    second->addWidget(m_until, 2);
    second->addWidget(m_agents, 2);
    second->addWidget(m_seqs, 2);
    grid->addWidget(new QLabel(tr("Which"), this), row, 0);
    grid->addLayout(first, row, 1);
    grid->addLayout(second, row + 1, 1);
}

void ReplayForm::buildWhen(QGridLayout* grid, int row)
{
    m_pace = new QComboBox(this);
    m_pace->setAccessibleName(tr("When"));
    m_pace->addItems({tr("as far apart as recorded"), tr("at a fixed rate"),
                      tr("as fast as possible"), tr("one at each press")});
    const auto spin = [this](const QString& name, double least, double most, double value) {
        auto* box = new QDoubleSpinBox(this);
        box->setAccessibleName(name);
        box->setToolTip(name);
        box->setRange(least, most);
        box->setDecimals(2);
        box->setValue(value);
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        connect(box, &QDoubleSpinBox::valueChanged, this, &ReplayForm::onPaceEdited);
        return box;
    };
    m_speed = spin(tr("Speed, 0.01 to 100"), 0.01, 100, 1);
    m_speed->setPrefix(u"× "_s);
    m_rate = spin(tr("So many a second"), 0.01, 1e6, 10);
    m_rate->setSuffix(tr(" /s"));
    m_idle = field(tr("Make longer silences as short as this, for example 2s"), tr("as recorded"));
    connect(m_idle, &QLineEdit::editingFinished, this, [this] {
        if (m_isRunning)
            onPaceEdited();
    });
    m_repeats = new QSpinBox(this);
    m_repeats->setRange(1, 1'000'000);
    m_repeats->setSuffix(tr(" times"));
    m_repeats->setSpecialValueText(tr("once"));
    m_repeats->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_repeats->setAccessibleName(tr("How often the whole is sent"));
    m_repeats->setToolTip(m_repeats->accessibleName());
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    line->addWidget(m_pace);
    line->addWidget(m_speed);
    line->addWidget(m_rate);
    line->addWidget(new QLabel(tr("silences at most"), this));
    line->addWidget(m_idle, 1);
    line->addWidget(m_repeats);
    grid->addWidget(new QLabel(tr("When"), this), row, 0);
    grid->addLayout(line, row, 1);
    connect(m_pace, &QComboBox::currentIndexChanged, this, [this] {
        showPace();
        onPaceEdited();
    });
    connect(m_repeats, &QSpinBox::valueChanged, this, &ReplayForm::onEdited);
    showPace();
}

void ReplayForm::buildChanges(QGridLayout* grid, int row)
{
    m_prefix = field(tr("Put before all topics"), tr("prefix"));
    m_ids = new QComboBox(this);
    m_ids->setAccessibleName(tr("Ids"));
    m_ids->addItems({tr("same ids"), tr("fresh ids")});
    m_times = new QComboBox(this);
    m_times->setAccessibleName(tr("What senders say of their time"));
    m_times->addItems({tr("times as said"), tr("times are now"), tr("times are shifted")});
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    line->addWidget(m_prefix, 1);
    line->addWidget(m_ids);
    line->addWidget(m_times);
    m_maps = new QPlainTextEdit(this);
    m_maps->setAccessibleName(tr("To other topics, a rule in each line"));
    m_maps->setToolTip(tr("A rule in each line, the first that fits:\na.*=test.a.$1\n~^a\\.(x|y)=$1"
                          "\n@FILE with such lines"));
    m_maps->setPlaceholderText(tr("other topics: tasks.*=test.tasks.$1"));
    m_maps->setFont(Theme::current().numberFont(9));
    m_maps->setTabChangesFocus(true);
    m_maps->setFixedHeight(m_maps->fontMetrics().lineSpacing() * 2 + 12);
    m_sets = field(tr("Set fields, divided by ; for example payload.task.id=8813"),
                   tr("fields: payload.id=8813"));
    auto* second = new QHBoxLayout;
    second->setSpacing(6);
    second->addWidget(m_maps, 2);
    second->addWidget(m_sets, 1, Qt::AlignTop);
    grid->addWidget(new QLabel(tr("Changed"), this), row, 0);
    grid->addLayout(line, row, 1);
    grid->addLayout(second, row + 1, 1);
    connect(m_ids, &QComboBox::currentIndexChanged, this, &ReplayForm::onEdited);
    connect(m_times, &QComboBox::currentIndexChanged, this, &ReplayForm::onEdited);
    connect(m_maps, &QPlainTextEdit::textChanged, this, &ReplayForm::onEdited);
}

void ReplayForm::buildMore(QGridLayout* grid, int row, QLineEdit* pauseAt)
{
    m_more = new ReplayMore(labelWidth(), pauseAt, this);
    m_more->hide();
    m_moreButton = new QToolButton(this);
    m_moreButton->setCheckable(true);
    m_moreButton->setAutoRaise(true);
    m_moreButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_moreButton->setToolTip(tr("Pauses, answers, headers, what only this bus has, limits"));
    grid->addWidget(m_moreButton, row, 0, 1, 2, Qt::AlignLeft);
    grid->addWidget(m_more, row + 1, 0, 1, 2);
    connect(m_moreButton, &QToolButton::toggled, this, [this](bool isOpen) {
        m_more->setVisible(isOpen);
        showMore();
        // It opens below what is seen of a low pane.
        if (isOpen)
            QTimer::singleShot(0, m_more, [this] {
                QWidget* around = parentWidget();
                while (around != nullptr && !qobject_cast<QScrollArea*>(around))
                    around = around->parentWidget();
                if (auto* area = qobject_cast<QScrollArea*>(around))
                    area->ensureWidgetVisible(m_more, 0, 4);
            });
    });
    connect(m_more, &ReplayMore::edited, this, [this] {
        showMore();
        onPaceEdited();
    });
    connect(m_more, &ReplayMore::submitted, this, &ReplayForm::submitted);
    showMore();
}

void ReplayForm::showMore()
{
    const int count = m_more->count();
    m_moreButton->setArrowType(m_moreButton->isChecked() ? Qt::DownArrow : Qt::RightArrow);
    m_moreButton->setText(count == 0 ? tr("More options")
                                     : tr("More options (%n set)", nullptr, count));
}

void ReplayForm::setTarget(const QUrl& target)
{
    m_more->setTarget(target);
}

void ReplayForm::setRunning(bool isRunning)
{
    m_isRunning = isRunning;
    const QWidget* const pace[] = {m_pace, m_speed, m_rate, m_idle, m_moreButton, m_more};
    for (QWidget* field : findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
        if (std::ranges::find(pace, field) == std::end(pace))
            field->setEnabled(!isRunning);
    }
    m_more->setRunning(isRunning);
    // A speed that is half written is none.
    m_speed->setKeyboardTracking(!isRunning);
    m_rate->setKeyboardTracking(!isRunning);
}

void ReplayForm::hurry(double factor)
{
    QDoubleSpinBox* const box = m_rate->isHidden() ? m_speed : m_rate;
    if (!box->isHidden())
        box->setValue(box->value() * factor);
}

QMenu* ReplayForm::chosenMenu()
{
    auto* menu = new QMenu(this);
    const std::pair<From, QString> choices[] = {{From::Filter, tr("What the &filter leaves")},
                                                {From::Window, tr("The &time that is shown")},
                                                {From::Region, tr("The &region that is picked")},
                                                {From::Agent, tr("What the selected &agent sent")},
                                                {From::Message, tr("Also the selected &message")}};
    for (const auto& [from, text] : choices)
        connect(menu->addAction(text), &QAction::triggered, this,
                [this, chosen = from] { take(chosen); });
    menu->addSeparator();
    connect(menu->addAction(tr("&Everything again")), &QAction::triggered, this, [this] {
        for (QLineEdit* edit : {m_where, m_from, m_until, m_agents, m_seqs})
            edit->clear();
    });
    return menu;
}

void ReplayForm::take(From from)
{
    const Session* session = m_shared->session();
    if (!session)
        return;
    switch (from) {
    case From::Filter:
        m_where->setText(m_shared->filter() ? m_shared->filter()->text() : QString());
        break;
    case From::Window:
        takeRegion({m_shared->window(), m_where->text(), {}, {}});
        break;
    case From::Region:
        if (const auto& region = m_shared->region())
            takeRegion(*region);
        break;
    case From::Agent:
        m_agents->setText(QString::fromStdString(
            std::string(session->dictionaries()->agentName(m_shared->selectedAgent()))));
        break;
    case From::Message:
        takeMessage(m_shared->selectedMessage());
        break;
    }
}

void ReplayForm::takeRegion(const Region& region)
{
    const Session* session = m_shared->session();
    const bool isWhole = session && region.time == session->seen().time;
    m_from->setText(isWhole ? QString() : isoTime(region.time.begin));
    m_until->setText(isWhole ? QString() : isoTime(region.time.end));
    m_where->setText(region.condition);
}

/// Of several recordings a number alone says nothing.
void ReplayForm::takeMessage(Seq seq)
{
    Session* session = m_shared->session();
    const std::vector<RecordingInfo> recordings = session->recordings();
    if (seq == 0)
        return;
    if (recordings.size() < 2)
        return addNumber(QString::number(seq));
    RowRequest request;
    request.first = seq;
    request.count = 1;
    m_rowJob.start(
        this, [session, request](std::stop_token) { return session->rows(request); },
        [this, recordings](const Result<std::vector<MessageRow>>& rows) {
            if (!rows || rows->empty() || rows->front().recording >= recordings.size())
                return;
            const MessageRow& row = rows->front();
            addNumber(u"%1:%2"_s.arg(recordings[row.recording].label).arg(row.shownSeq()));
        });
}

void ReplayForm::addNumber(const QString& number)
{
    auto numbers = wishParts(m_seqs->text(), u',');
    if (std::ranges::find(numbers, number.toStdString()) == numbers.end())
        numbers.push_back(number.toStdString());
    m_seqs->setText(wishLine(numbers, u", "_s));
}

ReplayWish ReplayForm::wish() const
{
    ReplayWish wish = m_base;
    wish.where = trimmed(m_where);
    wish.from = trimmed(m_from);
    wish.until = trimmed(m_until);
    wish.agents = wishParts(m_agents->text(), u',');
    wish.seqs = wishParts(m_seqs->text(), u',');
    const auto pace = static_cast<Pace>(m_pace->currentIndex());
    wish.speed = pace == Pace::Original ? m_speed->value() : 1;
    wish.rate = pace == Pace::Rate ? m_rate->value() : 0;
    wish.isFast = pace == Pace::Fast;
    wish.isStep = pace == Pace::Step;
    wish.skipIdle = pace == Pace::Original ? trimmed(m_idle) : std::string();
    wish.repeats = m_repeats->value();
    wish.prefix = trimmed(m_prefix);
    wish.maps = wishParts(m_maps->toPlainText(), u'\n');
    wish.sets = wishParts(m_sets->text(), u';');
    wish.ids = kIds[m_ids->currentIndex()];
    wish.times = kTimes[m_times->currentIndex()];
    m_more->readInto(wish);
    return wish;
}

void ReplayForm::setWish(const ReplayWish& wish)
{
    m_isFilling = true;
    m_base = wish;
    m_base.to.clear();
    m_where->setText(QString::fromStdString(wish.where));
    m_from->setText(QString::fromStdString(wish.from));
    m_until->setText(QString::fromStdString(wish.until));
    m_agents->setText(wishLine(wish.agents, u", "_s));
    m_seqs->setText(wishLine(wish.seqs, u", "_s));
    const Pace pace = wish.isStep     ? Pace::Step
                      : wish.isFast   ? Pace::Fast
                      : wish.rate > 0 ? Pace::Rate
                                      : Pace::Original;
    m_pace->setCurrentIndex(static_cast<int>(pace));
    m_speed->setValue(wish.speed);
    if (wish.rate > 0)
        m_rate->setValue(wish.rate);
    m_idle->setText(QString::fromStdString(wish.skipIdle));
    m_repeats->setValue(wish.repeats);
    m_prefix->setText(QString::fromStdString(wish.prefix));
    m_maps->setPlainText(wishLine(wish.maps, u"\n"_s));
    m_sets->setText(wishLine(wish.sets, u"; "_s));
    choose(m_ids, kIds, wish.ids);
    choose(m_times, kTimes, wish.times);
    m_more->show(wish);
    showMore();
    showPace();
    m_isFilling = false;
    Q_EMIT edited();
}

void ReplayForm::showPace()
{
    const auto pace = static_cast<Pace>(m_pace->currentIndex());
    m_speed->setVisible(pace == Pace::Original);
    m_rate->setVisible(pace == Pace::Rate);
    m_idle->setEnabled(pace == Pace::Original);
}

void ReplayForm::onEdited()
{
    if (!m_isFilling && !m_isRunning)
        Q_EMIT edited();
}

void ReplayForm::onPaceEdited()
{
    if (m_isRunning && !m_isFilling)
        Q_EMIT paceEdited();
    onEdited();
}

} // namespace murmur
