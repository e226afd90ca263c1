// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "bus/publisher.h"
#include "replay/guards.h"
#include "replay/renewal.h"
#include "replay/replayclock.h"
#include "replay/replayqueue.h"

#include <QObject>
#include <QSocketNotifier>
#include <QString>
#include <QTimer>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace murmur {

/// Messages that went out more than this after their time are counted as late; and what is behind
/// one of them moves with it.
inline constexpr nanoseconds kReplayLate = std::chrono::milliseconds(10);

/// What became of one message.
struct ReplayOutcome
{
    enum class Is : std::uint8_t { Sent, Failed, Answered };
    Is is = Is::Sent;
    std::uint64_t number = 0; ///< its place in the replay
    Seq seq = 0;
    QByteArray topic; ///< to which it went; of an answer, on which that came
    nanoseconds late{0};
    qint64 receivers = -1;
    QString sentence;        ///< why it failed
    nanoseconds latency{-1}; ///< of an answer
    QByteArray answer;
    Seq answeredBy = 0; ///< the recorded answer
};

struct ReplayReport
{
    enum class State : std::uint8_t {
        Attaching,
        Running,
        Paused,
        Finished,
        Cancelled,
        Stopped, ///< a guard said that it is enough
        Lost,    ///< the bus went away, or never answered
        Failed,  ///< the recording could not be read on
    };
    State state = State::Attaching;
    QString sentence; ///< why, when it did not just finish
    std::int64_t sent = 0;
    std::int64_t failed = 0;
    std::int64_t asked = 0; ///< wanted a reply
    std::int64_t answered = 0;
    std::int64_t unheard = 0; ///< the bus said that nobody got it
    std::int64_t bytes = 0;
    std::int64_t late = 0;   ///< by more than kReplayLate
    nanoseconds lateHalf{0}; ///< half of them were later than this
    nanoseconds late99{0};
    nanoseconds lateMost{0};
    std::int64_t holds = 0;    ///< so often it paused by itself, at what it was to pause at
    nanoseconds behind{0};     ///< by so much all was moved because something was late
    nanoseconds answerHalf{0}; ///< half of the answers took longer
    nanoseconds answer99{0};
    std::uint64_t position = 0;                    ///< up to this place everything is settled
    Seq seq = 0;                                   ///< of the last one
    std::int64_t time = kNoTime;                   ///< recorded
    std::vector<std::pair<Seq, QString>> failures; ///< the first ones

    [[nodiscard]] bool hasEnded() const { return state >= State::Finished; }
};
/// "running", "finished", "cancelled" …
QString replayStateName(ReplayReport::State state);

struct PlayerOptions
{
    ReplayPace pace;
    ReplayTimes times = ReplayTimes::Keep;
    Caps caps;
    nanoseconds armedUntil{0};                        ///< on the clock of steadyNow; 0: no end
    nanoseconds answersFor = std::chrono::seconds(2); ///< after the last one
    bool startsPaused = false;
    bool tellsOutcomes = false; ///< of each message
    std::int64_t mostBytes = 0; ///< in all; 0: any number
    nanoseconds longest{0};     ///< from the first moment on; 0: however long
};

/// Sends what comes out of a queue, each message at its moment. Lives in a thread of its own with
/// an event loop, and so does the publisher that it makes there: an alarm of the kernel at an
/// absolute time wakes both, for a QTimer counts in milliseconds. pause, resume, step, setPace and
/// cancel may be called from any thread and hold from the next message on.
class ReplayPlayer : public QObject
{
    Q_OBJECT
public:
    using MakePublisher = std::function<Result<std::unique_ptr<Publisher>>()>;

    ReplayPlayer(PlayerOptions options, std::shared_ptr<ReplayQueue> queue, MakePublisher make);
    ~ReplayPlayer() override;

    void start(); ///< in its thread
    void pause();
    void resume();
    void step(int messages = 1);
    void cancel();
    void setPace(const ReplayPace& pace); ///< one that passes its check

Q_SIGNALS:
    /// About ten times a second.
    void progressed(const murmur::ReplayReport& report);
    void outcomes(const std::vector<murmur::ReplayOutcome>& outcomes);
    /// Once. Nothing is sent any more, and the publisher is gone.
    void ended(const murmur::ReplayReport& report);

private:
    struct Flight
    {
        Seq seq = 0;
        std::int64_t time = 0;
        QByteArray topic;
        nanoseconds late{0};
        nanoseconds at{0};
        Seq answeredBy = 0;
        bool wantsReply = false;
    };

    void look();
    void goOn();
    bool takeWishes();
    bool fetch();
    bool waitFor(nanoseconds now, nanoseconds& due);
    bool send(nanoseconds now, nanoseconds due);
    bool holds();
    bool endsByLimit(nanoseconds now);
    [[nodiscard]] QString limit(nanoseconds now) const;
    void noteLateness(nanoseconds late);
    void noteStatus();
    void noteSent(quint64 number, qint64 receivers);
    void noteFailed(quint64 number, const QString& sentence);
    void noteAnswer(const Answer& answer);
    void tell(ReplayOutcome outcome);
    void keepAsked(std::uint64_t number, Flight flight);
    void drain();
    void end(ReplayReport::State state, const QString& sentence);
    void finish();
    void alarm(nanoseconds due);
    void showProgress();
    [[nodiscard]] ReplayReport report() const;

    const PlayerOptions m_options;
    const std::shared_ptr<ReplayQueue> m_queue;
    const MakePublisher m_make;
    std::unique_ptr<Publisher> m_publisher;
    std::unique_ptr<QSocketNotifier> m_notifier;
    int m_timer = -1;
    QTimer* m_pulse = nullptr;

    std::atomic<bool> m_wantsPause{false};
    std::atomic<bool> m_wantsCancel{false};
    std::atomic<int> m_steps{0};
    std::atomic<bool> m_wantsOtherPace{false};
    std::mutex m_paceMutex;
    ReplayPace m_wantsPace;

    ReplayClock m_clock;
    SendCaps m_caps;
    std::optional<ReplayItem> m_head;
    nanoseconds m_notBefore{0};
    nanoseconds m_began{0};
    bool m_isUp = false;
    bool m_isFull = false; ///< the publisher takes nothing until it has drained
    bool m_isQueued = false;
    bool m_isDraining = false;
    bool m_hasEnded = false;
    bool m_isGone = false;
    std::map<std::uint64_t, Flight> m_flying;
    std::unordered_map<std::uint64_t, Flight> m_asked; ///< sent, and an answer may come
    std::deque<std::uint64_t> m_askedOrder;
    std::uint64_t m_lastNumber = 0;
    std::uint64_t m_failedSince = 0; ///< it and all behind it failed; 0: none
    LatencyHistogram m_lateness;
    LatencyHistogram m_answers;
    ReplayReport m_report;
    std::vector<ReplayOutcome> m_outcomes;
};

} // namespace murmur

Q_DECLARE_METATYPE(murmur::ReplayReport)
Q_DECLARE_METATYPE(std::vector<murmur::ReplayOutcome>)
