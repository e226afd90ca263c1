// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "triggers/trigger.h"
#include "triggers/triggeraction.h"
#include "triggers/triggerlook.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>

#include <chrono>
#include <map>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

namespace murmur {

/// How one trigger is doing.
struct TriggerStatus
{
    Trigger trigger;
    QString problem; ///< why it, or what it is to do, does not work; empty: it does
    std::int64_t fired = 0;
    std::int64_t matched = 0;
    std::int64_t held = 0; ///< matched, and not acted upon for the policy's sake
    std::int64_t late = 0; ///< fired more than two seconds after the message was heard
    nanoseconds latest{0}; ///< the most of these
    std::int64_t lastTime = kNoTime;
    Seq lastSeq = 0;
    /// The last word of each of its actions, by how it is written, and whether that was a failure.
    std::map<QString, std::pair<QString, bool>> words;
    QString lastWord; ///< what failed, else the newest of these
    QString lastKept; ///< the recording that it kept last
    bool lastFailed = false;
    bool isSpent = false;
};

/// What cannot be looked at, or not yet.
struct TriggerBacklog
{
    Seq through = 0;
    bool isWaiting = false; ///< for messages to be read; they are looked at when they are
    std::int64_t gone = 0;  ///< messages that a ring let go before they were looked at
    std::int64_t unreadable = 0;
};

/// Watches a recording that runs and lets triggers act. It looks at what the session shows, never
/// in the way of what records; where there is too much at once triggers are late, and say so, but
/// no message is passed over. Lives in a thread with an event loop; the looking is done elsewhere.
class TriggerWatch : public QObject
{
    Q_OBJECT
public:
    explicit TriggerWatch(QObject* parent = nullptr);
    ~TriggerWatch() override;

    /// What is the trouble with them, in one sentence; nothing: none.
    static Status check(const std::vector<Trigger>& triggers, const TriggerRules& rules);

    void setRules(TriggerRules rules);
    /// Those that stay as they were go on counting.
    void setTriggers(const std::vector<Trigger>& triggers);
    /// Looks at what comes. A recording of this process is looked at from its beginning, another
    /// from now on; null: none. What is under way for the one before is ended in order.
    void follow(Session* session);
    /// The recording is over: looks at the rest, lets actions end within `patience`; `finished`.
    void finish(std::chrono::milliseconds patience);

    [[nodiscard]] const std::vector<TriggerStatus>& status() const;
    [[nodiscard]] const TriggerBacklog& backlog() const { return m_backlog; }
    [[nodiscard]] const TriggerRules& rules() const { return m_rules; }
    /// All there is has been looked at, and no action is under way.
    [[nodiscard]] bool isSettled() const;

Q_SIGNALS:
    void changed();
    void fired(const murmur::TriggerFiring& firing);
    /// What an action did or could not do.
    void told(const QString& trigger, const QString& sentence, bool isFailure);
    void freezeWanted(const murmur::TriggerFiring& firing);
    void finished();

private:
    struct Slot;
    using Actions = std::vector<std::unique_ptr<TriggerAction>>;

    void makeActions(Slot& slot);
    std::unique_ptr<TriggerAction> makeAction(Slot& slot, const QString& text);
    void retire(Actions actions);
    void begin(Slot& slot);
    void look();
    void take(const std::vector<int>& slots, const Result<TriggerLookResult>& result, bool isLast);
    void act(Slot& slot, TriggerFiring firing);
    void mark();
    void followActions(bool isOver);
    void tick();
    void tryToFinish();
    [[nodiscard]] bool isAnyBusy() const;
    Slot* slotOf(int id);
    void publish();

    TriggerRules m_rules;
    std::vector<std::unique_ptr<Slot>> m_slots;
    Actions m_retired; ///< of recordings before, still under way
    std::vector<TriggerStatus> m_status;
    QPointer<Session> m_session;
    std::shared_ptr<const Source> m_source;
    std::shared_ptr<FindingsLook> m_findings; // the looking thread's
    TriggerBacklog m_backlog;
    QString m_path;                       ///< of the file that was looked at last
    std::vector<struct Marker> m_markers; ///< not written yet
    QTimer m_soon;
    QTimer m_pulse;
    QTimer m_patience;
    std::stop_source m_stop;
    QThreadPool m_pool;       ///< one thread
    quint64 m_generation = 0; ///< of the source
    int m_nextId = 1;
    int m_failures = 0;
    bool m_isLooking = false;
    bool m_isMarking = false;
    bool m_isComplete = true;
    bool m_isFinishing = false;
    bool m_isOver = false;
    std::chrono::milliseconds m_finishPatience{0};
};

} // namespace murmur
