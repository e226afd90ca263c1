// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/replayjobs.h"
#include "replay/replaywish.h"
#include "views/inject/injectiondesk.h"

#include <QObject>
#include <QPointer>
#include <QThreadPool>

#include <memory>

namespace murmur {

/// A replay as it is to be made.
struct ReplayOrder
{
    ReplayWish wish;
    ReadWish read;
    std::shared_ptr<const Source> source;
    QString recording;   ///< where the job is kept; empty: nowhere
    ReplayJobRecord job; ///< the one that goes on, or a new one
};
/// A job that has not begun.
ReplayJobRecord newReplayJob();

/// Makes one replay at a time, in threads of its own, while the bus is armed; disarming ends it. It
/// keeps in the recording how far it came.
class ReplayDesk : public QObject
{
    Q_OBJECT
public:
    explicit ReplayDesk(Injector::MakePublisher make = &createPublisher, QObject* parent = nullptr);
    ~ReplayDesk() override;

    /// What is armed; outlives this, or is gone before.
    void setArming(InjectionDesk* arming);
    [[nodiscard]] InjectionDesk* arming() const { return m_arming; }

    /// What the bus of that order can carry, and what is asked before; no writer is started.
    struct Asked
    {
        std::shared_ptr<const Guards> guards;
        PublisherTraits traits;
    };
    [[nodiscard]] Result<Asked> ask(const ReplayOrder& order) const;
    /// `progressed` and `ended` follow. On a machine of one's own it arms by itself.
    Status start(ReplayOrder order);
    void pause();
    void resume();
    /// As many as the wish says for each press.
    void step();
    /// How fast it goes from now on, as `wish` says; the rest of that is not looked at. WrongUse.
    Status setPace(const ReplayWish& wish);
    /// Nothing more than the message that is under way.
    void cancel();

    [[nodiscard]] bool isRunning() const { return m_run != nullptr; }
    [[nodiscard]] bool isPaused() const { return m_isPaused; }
    [[nodiscard]] bool isStepping() const;
    [[nodiscard]] const ReplayReport& report() const { return m_report; }
    [[nodiscard]] const ReplayTally& tally() const { return m_tally; }
    [[nodiscard]] const ReplayJobRecord& job() const { return m_order.job; }
    /// What is being sent, or was last, and where to.
    [[nodiscard]] const ReplayWish& wish() const { return m_order.wish; }
    [[nodiscard]] const QUrl& target() const { return m_order.read.target; }

Q_SIGNALS:
    void progressed();
    void ended();
    /// What the recording keeps of its replays is other now.
    void kept();
    /// How far it came could not be kept; a sentence.
    void notKept(const QString& sentence);

private:
    void follow();
    void begin(const Status& kept);
    void stopBefore(ReplayReport::State state, const QString& sentence);
    void keep();
    void finish(const ReplayReport& report);

    const Injector::MakePublisher m_make;
    QPointer<InjectionDesk> m_arming;
    std::unique_ptr<ReplayRun> m_run;
    ReplayOrder m_order;
    ReplayReport m_report;
    ReplayTally m_tally;
    QThreadPool m_keeper; // one thread: jobs are written in their order
    ReplayKeeping m_keeping;
    QJsonObject m_before;     ///< counts of what it was resumed from
    std::int64_t m_holds = 0; ///< so often it paused by itself
    int m_number = 0;         ///< of the run
    bool m_hasBegun = false;  ///< what is kept first is on the disk
    bool m_isCancelled = false;
    bool m_isPaused = false;
    int m_unkept = 0; ///< that are on their way to the disk
    bool m_cannotKeep = false;
};

} // namespace murmur
