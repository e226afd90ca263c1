// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/triggers/triggersview.h"

#include "session/findingslook.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"
#include "views/triggers/triggersmodel.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>
#include <QtConcurrent>

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kTypingPause = 400; // ms
/// A trial ends after so many messages: it is a hint, and `murmur trigger` tells all.
constexpr Seq kMostTried = 2'000'000;

struct Trial
{
    std::int64_t fired = 0;
    std::int64_t held = 0;
    std::int64_t first = kNoTime;
    bool isWhole = true;
};

Result<Trial> triedOut(const Source& source, const Trigger& trigger, const std::stop_token& stop)
{
    auto condition = triggerConditionFromText(trigger.when);
    if (!condition)
        return condition.error();
    TriggerState state;
    state.condition = std::move(*condition);
    state.gate = TriggerGate(trigger.policy);
    FindingsLook findings;
    FindingsLook* asked = state.condition.filter ? nullptr : &findings;
    Trial trial;
    for (Seq through = 0; through < kMostTried;) {
        TriggerLookRequest request;
        request.states = {state};
        request.after = through;
        request.stop = stop;
        auto found = lookForTriggers(source, std::move(request), asked);
        if (!found)
            return found.error();
        state = std::move(found->states.front());
        if (trial.first == kNoTime && !found->hits.empty())
            trial.first = found->hits.front().firing.time;
        trial.isWhole = found->isComplete;
        if (found->isComplete || found->through <= through)
            break;
        through = found->through;
    }
    trial.held = state.held;
    trial.fired = state.matched - state.held;
    return trial;
}

QString quotedForShell(QString text)
{
    return u'\'' + text.replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

TriggersView::TriggersView(const ViewContext& context, QWidget* parent, QLineEdit* when)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Triggers"), this))
    , m_when(when)
    , m_model(new TriggersModel(this))
    , m_watch(new TriggerWatch(this))
{
    m_rules.hasWindow = true;
    build();
    connectParts();
    applyRules();
    m_watch->follow(shared()->session());
    present();
    onEdited();
}

TriggersView::~TriggersView() = default;

void TriggersView::connectParts()
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(kTypingPause);
    connect(&m_pause, &QTimer::timeout, this, &TriggersView::tryOut);
    connect(m_when, &QLineEdit::textChanged, this, &TriggersView::onEdited);
    connect(m_often, &QComboBox::currentTextChanged, this, &TriggersView::onEdited);
    connect(m_actions, &QPlainTextEdit::textChanged, this, &TriggersView::onEdited);
    connect(m_name, &QLineEdit::textChanged, this, &TriggersView::onEdited);
    for (QLineEdit* line : {m_when, m_name})
        connect(line, &QLineEdit::returnPressed, this, &TriggersView::add);
    connect(m_add, &QPushButton::clicked, this, &TriggersView::add);
    connect(m_mayRun, &QCheckBox::toggled, this, &TriggersView::applyRules);
    connect(m_hosts, &QLineEdit::editingFinished, this, &TriggersView::applyRules);
    connect(m_model, &TriggersModel::switched, this, &TriggersView::setOn);
    connect(m_table, &QTableView::doubleClicked, this,
            [this](const QModelIndex& index) { goTo(index.row()); });
    connect(m_table, &QTableView::customContextMenuRequested, this, &TriggersView::openMenu);
    const auto key = [this](const QKeySequence& keys, auto what) {
        auto* shortcut = new QShortcut(keys, m_table, nullptr, nullptr, Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this,
                [this, what] { (this->*what)(m_table->currentIndex().row()); });
    };
    key(Qt::Key_Return, &TriggersView::goTo);
    key(Qt::Key_F2, &TriggersView::edit);
    key(QKeySequence::Delete, &TriggersView::remove);
    auto* copy = new QShortcut(QKeySequence::Copy, m_table, nullptr, nullptr, Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this,
            [this] { QGuiApplication::clipboard()->setText(asText()); });
    connect(shared(), &SharedView::sessionChanged, this, [this] {
        m_watch->follow(shared()->session());
        m_pause.start();
    });
    connect(m_watch, &TriggerWatch::changed, this, &TriggersView::present);
    connect(m_watch, &TriggerWatch::freezeWanted, this, &TriggersView::freeze);
    connect(m_watch, &TriggerWatch::told, this,
            [this](const QString& trigger, const QString& sentence, bool /*isFailure*/) {
                Q_EMIT noted(trigger.isEmpty() ? sentence
                                               : tr("Trigger “%1”: %2").arg(trigger, sentence));
            });
    connect(m_watch, &TriggerWatch::fired, this, [this](const TriggerFiring& firing) {
        Q_EMIT noted(tr("Trigger “%1” fired at %2: %3")
                         .arg(firing.trigger, shownClock(fromNs(firing.time)), firing.sentence));
    });
}

void TriggersView::insertAction(const QString& line)
{
    QString text = m_actions->toPlainText().trimmed();
    if (!text.isEmpty())
        text += u'\n';
    m_actions->setPlainText(text + line);
    m_actions->moveCursor(QTextCursor::End);
    m_actions->setFocus();
}

Result<Trigger> TriggersView::drafted() const
{
    Trigger trigger;
    trigger.when = m_when->text().trimmed();
    if (auto condition = triggerConditionFromText(trigger.when); !condition)
        return condition.error();
    auto policy = triggerPolicyFromText(m_often->currentText());
    if (!policy)
        return policy.error();
    trigger.policy = *policy;
    for (const QString& line : m_actions->toPlainText().split(u'\n')) {
        if (!line.trimmed().isEmpty())
            trigger.actions << line.trimmed();
    }
    trigger.name = m_name->text().simplified();
    if (trigger.name.isEmpty())
        trigger.name = triggerNameFor(trigger.when);
    if (auto status = TriggerWatch::check({trigger}, m_rules); !status)
        return status.error();
    return trigger;
}

void TriggersView::say(const QString& text, bool isBad)
{
    m_isBad = isBad;
    m_verdict->setText(text);
    const Theme& theme = Theme::current();
    QPalette palette = m_verdict->palette();
    palette.setColor(QPalette::WindowText, isBad ? theme.warning : theme.secondary);
    m_verdict->setPalette(palette);
}

void TriggersView::onEdited()
{
    m_trial.cancel();
    m_pause.stop();
    m_add->setText(m_edited.isEmpty() ? tr("Add") : tr("Change"));
    if (m_when->text().trimmed().isEmpty()) {
        m_add->setEnabled(false);
        say(m_actions->toPlainText().trimmed().isEmpty() ? QString() : tr("When?"), false);
        return;
    }
    const auto trigger = drafted();
    m_add->setEnabled(trigger.ok());
    if (!trigger) {
        say(trigger.error().message, true);
        return;
    }
    say({}, false);
    m_pause.start();
}

void TriggersView::tryOut()
{
    Session* session = shared()->session();
    const auto trigger = drafted();
    if (session == nullptr || !trigger || m_when->text().trimmed().isEmpty())
        return;
    m_trial.start(
        this,
        [source = session->source(), one = *trigger](const std::stop_token& stop) {
            return QtConcurrent::run([source, one, stop] { return triedOut(*source, one, stop); });
        },
        [this](const Result<Trial>& trial) {
            if (!trial)
                return;
            if (trial->fired == 0) {
                say(tr("In what is recorded it would not have fired."), false);
                return;
            }
            QString text = countText(trial->fired, tr("It would have fired once here, at %2"),
                                     tr("It would have fired %1 times here, first at %2"))
                               .arg(shownClock(fromNs(trial->first)));
            if (trial->held > 0)
                text += tr("; %1 held back").arg(numberText(trial->held));
            say(text + (trial->isWhole ? u"."_s : u" …"_s), false);
        });
}

void TriggersView::add()
{
    auto trigger = drafted();
    if (!trigger) {
        say(trigger.error().message, true);
        return;
    }
    const QString& name = m_edited.isEmpty() ? trigger->name : m_edited;
    const auto same = std::ranges::find(m_triggers, name, &Trigger::name);
    const bool isTaken =
        trigger->name != name &&
        std::ranges::find(m_triggers, trigger->name, &Trigger::name) != m_triggers.end();
    if ((m_edited.isEmpty() && same != m_triggers.end()) || isTaken) {
        say(tr("There is a trigger of that name; give it another."), true);
        m_name->setFocus();
        return;
    }
    if (same == m_triggers.end() && m_triggers.size() >= kMostTriggers) {
        say(tr("%1 triggers are the most.").arg(kMostTriggers), true);
        return;
    }
    if (same != m_triggers.end())
        *same = *trigger;
    else
        m_triggers.push_back(*trigger);
    applyTriggers();
    m_edited.clear();
    m_name->clear();
    m_when->clear();
    m_actions->clear();
}

void TriggersView::compose(const QString& when)
{
    m_edited.clear();
    m_name->clear();
    m_when->setText(when);
    if (m_actions->toPlainText().trimmed().isEmpty())
        m_actions->setPlainText(u"keep:30s,10s"_s);
    m_when->setFocus();
}

void TriggersView::edit(int row)
{
    const TriggerStatus* status = m_model->status(row);
    if (status == nullptr)
        return;
    const Trigger trigger = status->trigger;
    m_edited = trigger.name;
    m_name->setText(trigger.name);
    m_often->setCurrentText(triggerPolicyText(trigger.policy));
    m_actions->setPlainText(trigger.actions.join(u'\n'));
    m_when->setText(trigger.when);
    m_when->setFocus();
    onEdited();
}

void TriggersView::remove(int row)
{
    if (row < 0 || static_cast<std::size_t>(row) >= m_triggers.size())
        return;
    if (m_triggers[static_cast<std::size_t>(row)].name == std::exchange(m_edited, {}))
        m_when->clear();
    m_triggers.erase(m_triggers.begin() + row);
    applyTriggers();
    onEdited();
}

void TriggersView::setOn(int row, bool isOn)
{
    if (row < 0 || static_cast<std::size_t>(row) >= m_triggers.size())
        return;
    m_triggers[static_cast<std::size_t>(row)].isOn = isOn;
    applyTriggers();
}

void TriggersView::goTo(int row)
{
    const TriggerStatus* status = m_model->status(row);
    if (status == nullptr)
        return;
    if (status->lastTime == kNoTime) {
        Q_EMIT noted(tr("Trigger “%1” has not fired yet.").arg(status->trigger.name));
        return;
    }
    shared()->setPlayhead(fromNs(status->lastTime));
    if (status->lastSeq != 0)
        shared()->selectMessage(status->lastSeq);
}

QString TriggersView::commandLine(const Trigger& trigger) const
{
    QString line = u"--on "_s + quotedForShell(trigger.when);
    line += u" --as "_s + quotedForShell(trigger.name);
    line += u" --at-most "_s + triggerPolicyText(trigger.policy);
    for (const QString& action : trigger.actions)
        line += u" --do "_s + quotedForShell(action);
    return line;
}

void TriggersView::openMenu(const QPoint& place)
{
    const int row = m_table->indexAt(place).row();
    const TriggerStatus* status = m_model->status(row);
    if (status == nullptr)
        return;
    // What it is about is found by its name when the person has chosen.
    const auto later = [this, name = status->trigger.name](auto what) {
        return [this, name, what] {
            const auto at = std::ranges::find(m_triggers, name, &Trigger::name);
            if (at != m_triggers.end())
                (this->*what)(static_cast<int>(at - m_triggers.begin()));
        };
    };
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* go = menu->addAction(tr("Go to the last time it fired\tReturn"), this,
                                  later(&TriggersView::goTo));
    go->setEnabled(status->lastTime != kNoTime);
    if (!status->lastKept.isEmpty())
        menu->addAction(tr("Open what it kept last"), this,
                        [this, path = status->lastKept] { Q_EMIT openWanted(path); });
    menu->addAction(tr("Change…\tF2"), this, later(&TriggersView::edit));
    menu->addAction(
        tr("Copy as options of murmur record"), this,
        [line = commandLine(status->trigger)] { QGuiApplication::clipboard()->setText(line); });
    menu->addSeparator();
    menu->addAction(tr("Remove\tDel"), this, later(&TriggersView::remove));
    menu->popup(m_table->viewport()->mapToGlobal(place));
}

void TriggersView::applyTriggers()
{
    m_watch->setTriggers(m_triggers);
}

void TriggersView::applyRules()
{
    m_rules.mayRun = m_mayRun->isChecked();
    m_rules.webhookHosts.clear();
    for (const QString& host : m_hosts->text().split(u',', Qt::SkipEmptyParts))
        m_rules.webhookHosts << host.trimmed();
    m_watch->setRules(m_rules);
    onEdited();
}

void TriggersView::setSending(const QUrl& target, const ConnectionOptions& options,
                              const std::vector<QUrl>& sources, std::function<Arming()> arming)
{
    const bool isSame = m_rules.injectTo == target && m_rules.sources == sources;
    m_rules.injectTo = target;
    m_rules.injectOptions = options;
    m_rules.sources = sources;
    m_rules.arming = std::move(arming);
    if (!isSame)
        m_watch->setRules(m_rules);
}

void TriggersView::freeze(const TriggerFiring& firing)
{
    if (shared()->mode() != SharedView::Mode::Live) {
        Q_EMIT noted(tr("Trigger “%1”: the window stands still already.").arg(firing.trigger));
        return;
    }
    shared()->pause();
    shared()->setPlayhead(fromNs(firing.time));
    if (firing.seq != 0)
        shared()->selectMessage(firing.seq);
}

void TriggersView::present()
{
    m_model->update(m_watch->status());
    std::int64_t fired = 0;
    std::int64_t on = 0;
    for (const TriggerStatus& status : m_watch->status()) {
        fired += status.fired;
        on += status.trigger.isOn && status.problem.isEmpty() ? 1 : 0;
    }
    QStringList facts;
    if (!m_triggers.empty())
        facts << countText(on, tr("1 on"), tr("%1 on"));
    if (fired > 0)
        facts << countText(fired, tr("fired once"), tr("fired %1 times"));
    const TriggerBacklog& backlog = m_watch->backlog();
    if (backlog.isWaiting)
        facts << tr("waiting for messages to be read");
    if (backlog.gone > 0)
        facts
            << tr("%1 messages were gone before they were looked at").arg(numberText(backlog.gone));
    Session* session = shared()->session();
    if (!m_triggers.empty() && (session == nullptr || !session->isLive()))
        facts << tr("nothing is being recorded");
    m_header->setFacts(facts.join(u", "_s), backlog.gone > 0 ? Theme::current().warning : QColor());
    m_note->say(m_triggers.empty() ? tr("No triggers") : QString(),
                tr("Say above what to wait for, and what is to be done then: keep what came before "
                   "and after, stand still, tell you. A finding's menu makes one, too."));
}

QString TriggersView::asText() const
{
    return m_model->asText();
}

QByteArray TriggersView::saveState() const
{
    return triggersToJson(m_triggers);
}

void TriggersView::restoreState(const QByteArray& state)
{
    m_triggers = triggersFromJson(state);
    applyTriggers();
}

bool TriggersView::isSettled() const
{
    return !m_trial.isBusy() && !m_pause.isActive();
}

void TriggersView::changeEvent(QEvent* event)
{
    View::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_verdict != nullptr) {
        // say() sets a palette, which changes it again.
        const QColor wanted = m_isBad ? Theme::current().warning : Theme::current().secondary;
        if (m_verdict->palette().color(QPalette::WindowText) != wanted)
            say(m_verdict->text(), m_isBad);
    }
}

} // namespace murmur
