// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/triggerwatch.h"

#include "session/findingslook.h"
#include "session/markers.h"
#include "triggers/markaction.h"

#include <QtConcurrent>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr auto kSoon = 100ms;
constexpr auto kPulse = 500ms;
constexpr nanoseconds kLate = 2s;
constexpr int kMostFailures = 10; ///< looks, one after the other
constexpr qsizetype kLongestMark = 400;

/// Of several actions one that failed is not hidden behind one that did not.
void noteWord(TriggerStatus& status, const QString& action, const QString& sentence, bool isFailure)
{
    status.words[action] = {sentence, isFailure};
    QStringList failures;
    for (const auto& [text, word] : status.words) {
        if (word.second)
            failures << word.first;
    }
    status.lastFailed = !failures.isEmpty();
    status.lastWord = status.lastFailed ? failures.join(u"  "_s) : sentence;
}

} // namespace

struct TriggerWatch::Slot
{
    int id = 0;
    Trigger trigger;
    TriggerState state;
    Actions actions; ///< null where one could not be made
    QString problem; ///< of the condition
    QString actionProblem;
    QString markText;
    TriggerStatus status;
};

TriggerWatch::TriggerWatch(QObject* parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kSoon);
    m_pulse.setInterval(kPulse);
    m_patience.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &TriggerWatch::look);
    connect(&m_pulse, &QTimer::timeout, this, &TriggerWatch::tick);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        for (const auto& slot : m_slots) {
            for (const auto& action : slot->actions) {
                if (action)
                    action->stop();
            }
        }
        for (const auto& action : m_retired)
            action->stop();
        if (std::exchange(m_isFinishing, false))
            Q_EMIT finished();
    });
}

TriggerWatch::~TriggerWatch()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

Status TriggerWatch::check(const std::vector<Trigger>& triggers, const TriggerRules& rules)
{
    if (triggers.size() > kMostTriggers)
        return Error{ErrorCode::WrongUse, u"%1 triggers are the most."_s.arg(kMostTriggers)};
    for (const Trigger& trigger : triggers) {
        if (const auto condition = triggerConditionFromText(trigger.when); !condition)
            return condition.error();
        if (trigger.actions.size() > kMostTriggerActions)
            return Error{ErrorCode::WrongUse,
                         u"A trigger does %1 things at most."_s.arg(kMostTriggerActions)};
        for (const QString& text : trigger.actions) {
            if (const auto action = triggerActionFromText(text, rules); !action)
                return action.error();
        }
    }
    return Done{};
}

std::unique_ptr<TriggerAction> TriggerWatch::makeAction(Slot& slot, const QString& text)
{
    auto made = triggerActionFromText(text, m_rules);
    if (!made) {
        slot.actionProblem = made.error().message;
        return nullptr;
    }
    std::unique_ptr<TriggerAction> action = std::move(made).value();
    if (const auto* marks = qobject_cast<MarkAction*>(action.get()))
        slot.markText = marks->text();
    connect(action.get(), &TriggerAction::told, this,
            [this, id = slot.id, name = slot.trigger.name, text](const QString& sentence,
                                                                 bool isFailure) {
                if (Slot* one = slotOf(id))
                    noteWord(one->status, text, sentence, isFailure);
                Q_EMIT told(name, sentence, isFailure);
                publish();
                tryToFinish();
            });
    connect(action.get(), &TriggerAction::kept, this, [this, id = slot.id](const QString& path) {
        if (Slot* one = slotOf(id))
            one->status.lastKept = path;
    });
    connect(action.get(), &TriggerAction::freezeWanted, this, &TriggerWatch::freezeWanted);
    if (m_source)
        action->follow(*m_source, m_isOver);
    return action;
}

void TriggerWatch::makeActions(Slot& slot)
{
    slot.actionProblem.clear();
    slot.actions.clear();
    slot.status.words.clear();
    for (const QString& text : slot.trigger.actions)
        slot.actions.push_back(makeAction(slot, text));
}

void TriggerWatch::setRules(TriggerRules rules)
{
    m_rules = std::move(rules);
    for (const auto& slot : m_slots) {
        slot->actionProblem.clear();
        for (std::size_t i = 0; i < slot->actions.size(); ++i) {
            const QString& text = slot->trigger.actions[static_cast<qsizetype>(i)];
            const TriggerActionEntry* entry = triggerActionOf(text);
            if (slot->actions[i] && entry != nullptr && !entry->reachesOut)
                continue;
            auto before = std::exchange(slot->actions[i], makeAction(*slot, text));
            if (!before || !before->isBusy())
                continue;
            // What was begun ends, unless it may not any more.
            if (!slot->actions[i])
                before->stop();
            if (before->isBusy())
                m_retired.push_back(std::move(before));
        }
    }
    publish();
}

/// From now on.
void TriggerWatch::begin(Slot& slot)
{
    slot.state.after = m_backlog.through;
    if (m_session && m_source && !m_source->tail)
        slot.state.after = std::max(slot.state.after, m_session->seen().last);
    else if (m_session && m_backlog.through > 0)
        slot.state.after = m_session->seen().last;
    slot.state.ignoresPast = slot.state.after > 0;
}

void TriggerWatch::setTriggers(const std::vector<Trigger>& triggers)
{
    std::vector<std::unique_ptr<Slot>> before = std::exchange(m_slots, {});
    for (const Trigger& trigger : triggers) {
        const auto same = std::ranges::find_if(before, [&trigger](const auto& slot) {
            if (!slot)
                return false;
            Trigger old = slot->trigger;
            old.isOn = trigger.isOn;
            return old == trigger;
        });
        if (same != before.end()) {
            auto slot = std::move(*same);
            if (trigger.isOn && !slot->trigger.isOn)
                begin(*slot);
            slot->trigger.isOn = slot->state.isOn = trigger.isOn;
            m_slots.push_back(std::move(slot));
            continue;
        }
        auto slot = std::make_unique<Slot>();
        slot->id = m_nextId++;
        slot->trigger = trigger;
        slot->state.gate = TriggerGate(trigger.policy);
        slot->state.isOn = trigger.isOn;
        if (auto condition = triggerConditionFromText(trigger.when)) {
            slot->state.condition = std::move(*condition);
        } else {
            slot->problem = condition.error().message;
            slot->state.isOn = false;
        }
        begin(*slot);
        makeActions(*slot);
        m_slots.push_back(std::move(slot));
    }
    for (auto& slot : before) {
        if (slot)
            retire(std::move(slot->actions));
    }
    publish();
    if (m_session)
        m_soon.start();
}

void TriggerWatch::retire(Actions actions)
{
    for (auto& action : actions) {
        if (action && action->isBusy()) {
            if (m_source)
                action->follow(*m_source, true);
            m_retired.push_back(std::move(action));
        }
    }
}

void TriggerWatch::follow(Session* session)
{
    ++m_generation;
    m_stop.request_stop();
    m_stop = std::stop_source();
    for (const auto& slot : m_slots)
        retire(std::move(slot->actions));
    if (m_session)
        m_session->disconnect(this);
    m_session = session;
    m_source = session != nullptr ? session->source() : nullptr;
    m_findings = std::make_shared<FindingsLook>();
    m_markers.clear();
    m_backlog = {};
    m_path.clear();
    m_isLooking = m_isOver = m_isFinishing = false;
    m_isComplete = true;
    m_soon.stop();
    m_pulse.stop();
    const bool isOurs = m_source && m_source->tail;
    if (session != nullptr && !isOurs)
        m_backlog.through = session->seen().last;
    for (const auto& slot : m_slots) {
        slot->state.gate = TriggerGate(slot->trigger.policy);
        slot->state.findings.clear();
        slot->state.matched = slot->state.held = 0;
        slot->state.after = m_backlog.through;
        slot->state.ignoresPast = session != nullptr && !isOurs;
        slot->status = {};
        makeActions(*slot);
    }
    publish();
    if (session == nullptr || !session->isLive())
        return;
    connect(session, &Session::grew, this, [this] {
        if (!m_soon.isActive())
            m_soon.start();
    });
    m_pulse.start();
    m_soon.start();
}

/// What comes without a message: findings of silence, messages that were read at last, the end.
void TriggerWatch::tick()
{
    std::erase_if(m_retired, [](const auto& action) { return !action->isBusy(); });
    if (m_session && !m_session->isLive() && !m_isFinishing && !m_isOver)
        finish(30s);
    else if (!m_soon.isActive())
        look();
}

void TriggerWatch::look()
{
    if (!m_source || m_isLooking)
        return;
    const bool isWanted = std::ranges::any_of(
        m_slots, [](const auto& slot) { return slot->state.isOn && !slot->state.gate.isSpent(); });
    if (!isWanted) {
        m_isComplete = true;
        // Who is switched on later begins then.
        if (m_session)
            m_backlog.through = std::max(m_backlog.through, m_session->seen().last);
        followActions(m_isOver);
        tryToFinish();
        return;
    }
    TriggerLookRequest request;
    std::vector<int> ids;
    bool asksForFindings = false;
    for (const auto& slot : m_slots) {
        ids.push_back(slot->id);
        request.states.push_back(slot->state);
        asksForFindings = asksForFindings || (slot->state.isOn && !slot->state.condition.filter);
    }
    request.after = m_backlog.through;
    request.path = m_path;
    request.upTo = m_session && !m_isOver ? m_session->seen().last : 0;
    request.waitsForReading = !m_isOver;
    request.stop = m_stop.get_token();
    m_isLooking = true;
    QtConcurrent::run(&m_pool,
                      [source = m_source, request = std::move(request),
                       findings = asksForFindings ? m_findings : nullptr]() mutable {
                          return lookForTriggers(*source, std::move(request), findings.get());
                      })
        .then(this, [this, ids, generation = m_generation,
                     isLast = m_isOver](const Result<TriggerLookResult>& found) {
            if (generation != m_generation)
                return; // of the recording before
            m_isLooking = false;
            take(ids, found, isLast);
        });
}

void TriggerWatch::take(const std::vector<int>& slots, const Result<TriggerLookResult>& result,
                        bool isLast)
{
    if (!result) {
        // The file may be between two states: the next look tells. It is said once.
        if (++m_failures == kMostFailures)
            Q_EMIT told(
                {}, u"Triggers cannot look at what is recorded: "_s + result.error().message, true);
        m_isComplete = m_isOver;
        tryToFinish();
        return;
    }
    m_failures = 0;
    const TriggerLookResult& found = *result;
    m_backlog.through = found.through;
    m_path = found.path;
    m_backlog.isWaiting = found.isWaiting;
    m_backlog.gone += found.gone;
    m_backlog.unreadable += found.unreadable;
    // One that was begun before the end did not see the end.
    m_isComplete = found.isComplete && isLast == m_isOver;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        Slot* slot = slotOf(slots[i]);
        if (slot == nullptr)
            continue;
        const bool isOn = slot->state.isOn;
        const Seq after = slot->state.after; // it may have been switched on again meanwhile
        slot->state = found.states[i];
        slot->state.isOn = isOn;
        slot->state.after = std::max(after, slot->state.after);
    }
    for (const TriggerLookResult::Hit& hit : found.hits) {
        if (Slot* slot = slotOf(slots[hit.state]); slot != nullptr && slot->state.isOn)
            act(*slot, hit.firing);
    }
    mark();
    followActions(m_isOver);
    publish();
    if (!m_isComplete && !found.isWaiting && m_source)
        look();
    else
        tryToFinish();
}

void TriggerWatch::act(Slot& slot, TriggerFiring firing)
{
    firing.trigger = slot.trigger.name;
    firing.when = slot.trigger.when;
    firing.number = ++slot.status.fired;
    const std::int64_t heard = firing.message ? toNs(firing.message->row.received) : firing.time;
    firing.late = std::max(nanoseconds(0), wallNow() - fromNs(heard));
    // A finding takes the time that it takes.
    if (firing.message && firing.late > kLate) {
        ++slot.status.late;
        slot.status.latest = std::max(slot.status.latest, firing.late);
    } else {
        firing.late = nanoseconds(0);
    }
    slot.status.lastTime = firing.time;
    slot.status.lastSeq = firing.seq;
    QString text = slot.markText;
    if (text.isEmpty()) {
        text = slot.trigger.name + u": "_s + firing.sentence;
    } else if (auto made = markTextFor(text, firing, *m_source->names)) {
        text = *made;
    } else {
        slot.status.lastWord = u"The marker has its text as it stands: "_s + made.error().message;
        slot.status.lastFailed = true;
        Q_EMIT told(slot.trigger.name, slot.status.lastWord, true);
    }
    m_markers.push_back({firing.time, text.simplified().left(kLongestMark), 0, slot.trigger.name});
    Q_EMIT fired(firing);
    for (const auto& action : slot.actions) {
        if (action)
            action->perform(firing);
    }
}

void TriggerWatch::mark()
{
    if (m_markers.empty() || m_isMarking || !m_source)
        return;
    m_isMarking = true;
    QtConcurrent::run(&m_pool, [source = m_source, markers = std::exchange(m_markers, {})] {
        return noteMarkers(*source, markers);
    }).then(this, [this](const Status& status) {
        m_isMarking = false;
        if (!status)
            Q_EMIT told(
                {}, u"A trigger fired, and could not be marked: "_s + status.error().message, true);
        mark();
        tryToFinish();
    });
}

void TriggerWatch::followActions(bool isOver)
{
    for (const auto& slot : m_slots) {
        for (const auto& action : slot->actions) {
            if (action)
                action->follow(*m_source, isOver);
        }
    }
}

void TriggerWatch::finish(std::chrono::milliseconds patience)
{
    m_isFinishing = m_isOver = true;
    m_isComplete = false;
    m_finishPatience = patience;
    m_pulse.stop();
    m_soon.stop();
    if (!m_source) {
        m_isComplete = true;
        QMetaObject::invokeMethod(this, &TriggerWatch::tryToFinish, Qt::QueuedConnection);
        return;
    }
    m_patience.start(m_finishPatience);
    if (!m_isLooking)
        look();
}

void TriggerWatch::tryToFinish()
{
    if (!m_isFinishing || m_isLooking)
        return;
    if (!m_isComplete) {
        look();
        return;
    }
    if (m_isMarking || isAnyBusy())
        return;
    m_isFinishing = false;
    m_patience.stop();
    publish();
    // What is done at once is done before whoever asked for it waits.
    QMetaObject::invokeMethod(this, &TriggerWatch::finished, Qt::QueuedConnection);
}

bool TriggerWatch::isAnyBusy() const
{
    const auto isBusy = [](const auto& action) { return action && action->isBusy(); };
    return std::ranges::any_of(m_retired, isBusy) ||
           std::ranges::any_of(m_slots, [&isBusy](const auto& slot) {
               return std::ranges::any_of(slot->actions, isBusy);
           });
}

bool TriggerWatch::isSettled() const
{
    return !m_isLooking && !m_isMarking && m_isComplete && !m_isFinishing && !isAnyBusy();
}

TriggerWatch::Slot* TriggerWatch::slotOf(int id)
{
    const auto at = std::ranges::find_if(m_slots, [id](const auto& one) { return one->id == id; });
    return at == m_slots.end() ? nullptr : at->get();
}

const std::vector<TriggerStatus>& TriggerWatch::status() const
{
    return m_status;
}

void TriggerWatch::publish()
{
    m_status.clear();
    for (const auto& slot : m_slots) {
        TriggerStatus status = slot->status;
        status.trigger = slot->trigger;
        status.problem = slot->problem.isEmpty() ? slot->actionProblem : slot->problem;
        status.matched = slot->state.matched;
        status.held = slot->state.held;
        status.isSpent = slot->state.gate.isSpent();
        m_status.push_back(std::move(status));
    }
    Q_EMIT changed();
}

} // namespace murmur
