// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The widgets of the replay onto a bus, and what they show.

#include "views/inject/replayview.h"

#include "bus/endpoint.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/inject/replayform.h"
#include "views/inject/replayreportpane.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QCompleter>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStyle>
#include <QToolButton>
#include <QTreeWidget>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

enum JobColumn { Began, To, State, Settled, Sent, Failed };

} // namespace

void ReplayView::build(const std::function<QLineEdit*()>& makeFilter)
{
    setAccessibleName(tr("Replay onto a bus"));
    setAccessibleDescription(tr("Sends what was recorded to a bus that is armed."));
    auto* split = new QSplitter(Qt::Horizontal, this);
    auto* left = new QWidget(split);
    auto* scroll = new QScrollArea(left);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* fields = new QWidget(scroll);
    m_form = new ReplayForm(shared(), makeFilter, fields);
    auto* column = new QVBoxLayout(fields);
    column->setContentsMargins(12, 6, 6, 6);
    column->setSpacing(6);
    column->addWidget(buildTarget());
    column->addWidget(m_form, 1);
    scroll->setWidget(fields);
    scroll->setMinimumWidth(fields->minimumSizeHint().width() +
                            style()->pixelMetric(QStyle::PM_ScrollBarExtent) + 4);
    // What sends is seen however low the pane is.
    auto* all = new QVBoxLayout(left);
    all->setContentsMargins({});
    all->setSpacing(0);
    all->addWidget(scroll, 1);
    all->addWidget(buildButtons());
    auto* right = new QSplitter(Qt::Vertical, split);
    m_report = new ReplayReportPane(right);
    m_jobs = new QTreeWidget(right);
    m_jobs->setAccessibleName(tr("Replays that were made of this recording"));
    m_jobs->setRootIsDecorated(false);
    m_jobs->setUniformRowHeights(true);
    m_jobs->setHeaderLabels(
        {tr("Replays so far"), tr("to"), tr("state"), tr("settled"), tr("sent"), tr("failed")});
    m_jobs->header()->setStretchLastSection(false);
    right->addWidget(m_report);
    right->addWidget(m_jobs);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 1);
    right->setChildrenCollapsible(false);
    split->addWidget(left);
    split->addWidget(right);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 1);
    split->setSizes({580, 460});
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(split, 1);
    setFocusProxy(m_target);
}

QWidget* ReplayView::buildTarget()
{
    auto* box = new QWidget(this);
    m_target = new QComboBox(box);
    m_target->setAccessibleName(tr("Bus to send to"));
    m_target->setEditable(true);
    m_target->setInsertPolicy(QComboBox::NoInsert);
    m_target->setMinimumContentsLength(18);
    m_target->lineEdit()->setPlaceholderText(tr("bus, for example nats://127.0.0.1"));
    m_target->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_target->completer()->setFilterMode(Qt::MatchContains);
    m_environment = new QLabel(box);
    m_secret = new QLineEdit(box);
    m_secret->setEchoMode(QLineEdit::Password);
    m_secret->setAccessibleName(tr("Password, if the bus asks for one"));
    m_secret->setPlaceholderText(tr("password, if it asks"));
    m_secret->setToolTip(tr("Used for this bus and kept nowhere"));
    m_secret->setMaximumWidth(150);
    m_host = new QLineEdit(box);
    m_host->setAccessibleName(tr("Host name, to arm"));
    m_host->setMaximumWidth(180);
    m_arm = new QPushButton(box);
    m_same = new QLineEdit(box);
    m_same->setAccessibleName(tr("Host name, to send to the very topics that were recorded"));
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    auto* to = new QLabel(tr("To"), box);
    to->setMinimumWidth(m_form->labelWidth());
    line->addWidget(to);
    line->addWidget(m_target, 1);
    line->addWidget(m_secret);
    line->addWidget(m_environment);
    line->addWidget(m_host);
    line->addWidget(m_arm);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins({});
    column->setSpacing(6);
    column->addLayout(line);
    column->addWidget(m_same);
    return box;
}

QWidget* ReplayView::buildButtons()
{
    auto* box = new QWidget(this);
    m_send = new QPushButton(box);
    m_pause = new QPushButton(box);
    m_slower = new QPushButton(u"÷ 2"_s, box);
    m_slower->setAccessibleName(tr("Half as fast"));
    m_faster = new QPushButton(u"× 2"_s, box);
    m_faster->setAccessibleName(tr("Twice as fast"));
    for (QPushButton* button : {m_slower, m_faster}) {
        button->setToolTip(button->accessibleName());
        button->setMaximumWidth(button->fontMetrics().horizontalAdvance(u"÷ 2 ××××"_s));
    }
    // Whatever they say, what ends it stays where it is.
    const auto keepWidth = [](QPushButton* button, const QString& longest) {
        button->setText(longest);
        button->setMinimumWidth(button->sizeHint().width());
    };
    keepWidth(m_send, tr("Look what would be sent"));
    keepWidth(m_pause, tr("Pause"));
    m_pause->setMinimumWidth(std::max(m_pause->minimumWidth(),
                                      m_pause->fontMetrics().horizontalAdvance(tr("Go on")) + 24));
    m_cancel = new QPushButton(tr("Cancel"), box);
    m_cancel->setToolTip(tr("Nothing more than the message that is under way"));
    m_resume = new QPushButton(tr("Go on with it"), box);
    m_resume->setToolTip(
        tr("The replay that is selected in the list, behind the last message that is settled"));
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    line->addWidget(m_send);
    line->addWidget(m_pause);
    line->addWidget(m_cancel);
    line->addWidget(m_slower);
    line->addWidget(m_faster);
    line->addStretch(1);
    line->addWidget(m_resume);
    m_command = new QLineEdit(box);
    m_command->setReadOnly(true);
    m_command->setPlaceholderText(tr("The same for a terminal, once a bus is named"));
    m_command->setFrame(false);
    m_command->setFont(Theme::current().numberFont(9));
    m_command->setAccessibleName(tr("The same on the command line"));
    auto* copy = new QToolButton(box);
    copy->setText(tr("Copy"));
    copy->setToolTip(tr("Copy the command that does the same"));
    connect(copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(command()); });
    auto* second = new QHBoxLayout;
    second->setSpacing(6);
    second->addWidget(m_command, 1);
    second->addWidget(copy);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(12, 4, 6, 6);
    column->setSpacing(4);
    column->addLayout(line);
    column->addLayout(second);
    return box;
}

void ReplayView::connectParts()
{
    connect(m_target, &QComboBox::currentTextChanged, this, [this] {
        showTarget();
        onEdited();
    });
    connect(m_same, &QLineEdit::textChanged, this, &ReplayView::onEdited);
    connect(m_form, &ReplayForm::edited, this, &ReplayView::onEdited);
    connect(m_form, &ReplayForm::paceEdited, this, &ReplayView::changePace);
    connect(m_form, &ReplayForm::submitted, this, [this] {
        if (!m_desk->isRunning())
            goOn(); // else it is the pace that was written
    });
    connect(m_slower, &QPushButton::clicked, m_form, [this] { m_form->hurry(0.5); });
    connect(m_faster, &QPushButton::clicked, m_form, [this] { m_form->hurry(2); });
    connect(m_target->lineEdit(), &QLineEdit::returnPressed, this, &ReplayView::goOn);
    connect(m_host, &QLineEdit::returnPressed, this, [this] {
        if (arming()->isArmedFor(target()))
            goOn();
        else
            toggleArmed();
    });
    connect(m_arm, &QPushButton::clicked, this, &ReplayView::toggleArmed);
    connect(m_send, &QPushButton::clicked, this, &ReplayView::goOn);
    connect(m_pause, &QPushButton::clicked, this, &ReplayView::pauseOrResume);
    connect(m_cancel, &QPushButton::clicked, m_desk, &ReplayDesk::cancel);
    connect(m_jobs, &QTreeWidget::itemActivated, this,
            [this](QTreeWidgetItem* item) { takeJob(m_jobs->indexOfTopLevelItem(item)); });
    connect(m_jobs, &QTreeWidget::itemSelectionChanged, this, &ReplayView::showState);
    connect(m_resume, &QPushButton::clicked, this,
            [this] { takeJob(m_jobs->indexOfTopLevelItem(m_jobs->selectedItems().value(0))); });
    connect(&m_ticker, &QTimer::timeout, this, [this] { m_report->showLooking(*m_percent); });
    const auto show = [this] {
        m_report->showReport(m_desk->report(), m_desk->tally(), m_desk->isPaused(), m_expected);
        showState();
    };
    connect(m_desk, &ReplayDesk::progressed, this, show);
    connect(m_desk, &ReplayDesk::ended, this, [this, show] {
        m_forecast.reset();
        m_resumed.reset();
        show();
    });
    connect(m_desk, &ReplayDesk::kept, this, &ReplayView::readJobs);
    connect(m_desk, &ReplayDesk::notKept, this, [this](const QString& sentence) {
        m_header->setToolTip(sentence);
        m_header->setFacts(sentence, Theme::current().warning);
    });
    connect(shared(), &SharedView::sessionChanged, this, &ReplayView::onSessionChanged);
}

void ReplayView::showTarget()
{
    const QUrl url = target();
    const bool hasTarget = !url.scheme().isEmpty();
    const Environment where = environment();
    const Theme& theme = Theme::current();
    const QString word =
        environmentName(where == Environment::None ? Environment::Production : where);
    m_form->setTarget(url);
    m_environment->setText(hasTarget ? word : QString());
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, where == Environment::Dev       ? theme.secondary
                                          : where == Environment::Staging ? theme.warning
                                                                          : theme.bad);
    m_environment->setPalette(colors);
    m_host->setVisible(hasTarget && where != Environment::Dev && where != Environment::Staging);
    if (m_host->isHidden())
        m_host->clear();
    m_host->setPlaceholderText(tr("type %1 to arm").arg(url.host()));
    m_host->setToolTip(m_host->placeholderText());
    m_secret->setVisible(hasTarget && !url.userName().isEmpty());
    const bool isSource = hasTarget && std::ranges::any_of(m_heard, [&](const QString& heard) {
                              return mayBeSameBus(QUrl(heard), url);
                          });
    m_same->setVisible(isSource);
    m_same->setPlaceholderText(
        tr("It was recorded there: type %1 to send to the very topics, not to replay.…")
            .arg(url.host()));
    if (!isSource)
        m_same->clear();
    showState();
}

void ReplayView::showState()
{
    const Theme& theme = Theme::current();
    const bool isRunning = m_desk->isRunning();
    const bool isArmed = arming() && arming()->isArmedFor(armable());
    const bool isLooking = m_lookJob.isBusy() || m_seqJob.isBusy();
    const bool isStep = isRunning && (m_desk->isStepping() || m_desk->isPaused());
    if (isStep)
        m_send->setText(m_desk->wish().burst == 1
                            ? tr("Send the next one")
                            : tr("Send the next %1").arg(numberText(m_desk->wish().burst)));
    else if (m_forecast)
        m_send->setText(tr("Send %1").arg(
            countText(m_forecast->tally.messages, tr("1 message"), tr("%1 messages"))));
    else
        m_send->setText(tr("Look what would be sent"));
    m_send->setEnabled(isRunning ? isStep : !isLooking);
    m_pause->setText(m_desk->isPaused() ? tr("Go on") : tr("Pause"));
    m_pause->setEnabled(isRunning);
    m_cancel->setEnabled(isRunning);
    const bool hasPace =
        isRunning && (m_desk->wish().rate > 0 || !(m_desk->wish().isFast || m_desk->wish().isStep));
    for (QPushButton* button : {m_slower, m_faster}) {
        button->setVisible(isRunning);
        button->setEnabled(hasPace);
    }
    const int chosen = m_jobs ? m_jobs->indexOfTopLevelItem(m_jobs->selectedItems().value(0)) : -1;
    const bool isFinished = chosen >= 0 && chosen < static_cast<int>(m_kept.size()) &&
                            m_kept[static_cast<std::size_t>(chosen)].state ==
                                replayStateName(ReplayReport::State::Finished);
    m_resume->setText(isFinished ? tr("Once more") : tr("Go on with it"));
    m_resume->setEnabled(!isRunning && chosen >= 0);
    m_arm->setText(isArmed ? tr("Disarm") : tr("Arm"));
    m_arm->setEnabled(!armable().scheme().isEmpty());
    m_arm->setToolTip(isArmed ? tr("Nothing more is sent (Esc Esc)")
                              : tr("Allow sending to this bus, for this session"));
    m_header->setFacts(isArmed ? tr("ARMED — Esc Esc stops") : tr("observing only"),
                       isArmed ? theme.bad : QColor());
    lockFields();
}

QString ReplayView::facts() const
{
    return m_header->facts();
}

/// What is under way is not changed by them: until it ends they say what it is.
void ReplayView::lockFields()
{
    const bool isRunning = m_desk->isRunning();
    if (!m_form || m_form->isRunning() == isRunning)
        return;
    const QWidget* focus = QApplication::focusWidget();
    const bool takesFocus = isRunning && focus &&
                            (m_form->isAncestorOf(focus) || focus == m_host ||
                             m_target->isAncestorOf(focus) || focus == m_secret || focus == m_same);
    for (QWidget* field : std::initializer_list<QWidget*>{m_target, m_secret, m_host, m_same})
        field->setEnabled(!isRunning);
    m_form->setRunning(isRunning);
    if (takesFocus)
        (m_send->isEnabled() ? m_send : m_pause)->setFocus();
    showCommand();
}

void ReplayView::showJobs()
{
    const int selected = m_jobs->indexOfTopLevelItem(m_jobs->selectedItems().value(0));
    m_jobs->clear();
    for (const ReplayJobRecord& job : m_kept) {
        auto* item = new QTreeWidgetItem(m_jobs);
        const TimePoint began = fromNs(job.started);
        item->setText(Began, tr("%1 %2").arg(shownDate(began), shownClock(began, 0)));
        item->setToolTip(Began, tr("%1, by %2").arg(job.id, job.who));
        item->setText(To, job.target);
        item->setText(State, job.state);
        item->setText(Settled, numberText(static_cast<std::int64_t>(job.position)));
        item->setText(Sent, numberText(job.counts[u"sent"].toInteger()));
        item->setText(Failed, numberText(job.counts[u"failed"].toInteger()));
        for (const int column : {Settled, Sent, Failed})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    for (int column = 0; column < m_jobs->columnCount(); ++column)
        m_jobs->resizeColumnToContents(column);
    m_jobs->setVisible(!m_kept.empty());
    m_resume->setVisible(!m_kept.empty());
    if (QTreeWidgetItem* item = m_jobs->topLevelItem(selected))
        item->setSelected(true);
}

} // namespace murmur
