// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/player.h"

#include "base/clock.h"

#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kAtOnce = 64; // then the publisher has its turn
constexpr std::size_t kMostAsked = 65'536;
constexpr std::size_t kMostFailures = 100;
constexpr std::size_t kOutcomesAtOnce = 1000;
constexpr auto kPulse = 100ms;
constexpr auto kPatience = 5s; // with a publisher that stops

} // namespace

QString replayStateName(ReplayReport::State state)
{
    switch (state) {
    case ReplayReport::State::Attaching:
        return u"attaching"_s;
    case ReplayReport::State::Running:
        return u"running"_s;
    case ReplayReport::State::Paused:
        return u"paused"_s;
    case ReplayReport::State::Finished:
        return u"finished"_s;
    case ReplayReport::State::Cancelled:
        return u"cancelled"_s;
    case ReplayReport::State::Stopped:
        return u"stopped"_s;
    case ReplayReport::State::Lost:
        return u"lost"_s;
    case ReplayReport::State::Failed:
        return u"failed"_s;
    }
    return {};
}

ReplayPlayer::ReplayPlayer(PlayerOptions options, std::shared_ptr<ReplayQueue> queue,
                           MakePublisher make)
    : m_options(std::move(options))
    , m_queue(std::move(queue))
    , m_make(std::move(make))
    , m_wantsPause(m_options.startsPaused)
    , m_clock(m_options.pace)
    , m_caps(m_options.caps)
{
    qRegisterMetaType<ReplayReport>();
    qRegisterMetaType<std::vector<ReplayOutcome>>();
}

ReplayPlayer::~ReplayPlayer()
{
    m_queue->close();
    m_notifier.reset();
    if (m_timer >= 0)
        ::close(m_timer);
}

void ReplayPlayer::start()
{
    // The kernel may be 50 µs late by itself; here that is most of the lateness.
    ::prctl(PR_SET_TIMERSLACK, 1);
    m_timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (m_timer < 0) {
        end(ReplayReport::State::Failed, u"The system has no timer left for a replay."_s);
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_timer, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        std::uint64_t times = 0;
        (void)!::read(m_timer, &times, sizeof times);
        goOn();
    });
    m_pulse = new QTimer(this); // shows how it goes; nothing is sent by it
    connect(m_pulse, &QTimer::timeout, this, &ReplayPlayer::showProgress);
    m_pulse->start(kPulse);
    m_queue->setWake([this] { look(); });

    auto made = m_make();
    if (!made) {
        end(ReplayReport::State::Lost, made.error().message);
        return;
    }
    m_publisher = std::move(*made);
    Publisher* const publisher = m_publisher.get();
    connect(publisher, &Publisher::statusChanged, this, &ReplayPlayer::noteStatus);
    connect(publisher, &Publisher::sent, this, &ReplayPlayer::noteSent);
    connect(publisher, &Publisher::failed, this, &ReplayPlayer::noteFailed);
    connect(publisher, &Publisher::answered, this, &ReplayPlayer::noteAnswer);
    connect(publisher, &Publisher::drained, this, [this] {
        m_isFull = false;
        goOn();
    });
    if (auto started = publisher->start(); !started)
        end(ReplayReport::State::Lost, started.error().message);
    else
        noteStatus();
}

void ReplayPlayer::pause()
{
    m_wantsPause = true;
    look();
}

void ReplayPlayer::resume()
{
    m_wantsPause = false;
    look();
}

void ReplayPlayer::step(int messages)
{
    m_steps += messages;
    look();
}

void ReplayPlayer::cancel()
{
    m_wantsCancel = true;
    look();
}

void ReplayPlayer::setPace(const ReplayPace& pace)
{
    {
        const std::lock_guard lock(m_paceMutex);
        m_wantsPace = pace;
    }
    m_wantsOtherPace = true;
    look();
}

void ReplayPlayer::look()
{
    QMetaObject::invokeMethod(this, &ReplayPlayer::goOn, Qt::QueuedConnection);
}

void ReplayPlayer::noteStatus()
{
    if (m_hasEnded || !m_publisher)
        return;
    const PublisherStatus status = m_publisher->status();
    switch (status.state) {
    case PublisherStatus::State::Starting:
        return;
    case PublisherStatus::State::Up:
        if (m_isUp)
            return;
        m_isUp = true;
        m_report.state = ReplayReport::State::Running;
        m_began = steadyNow();
        m_clock.start(m_began);
        goOn();
        return;
    case PublisherStatus::State::Lost:
    case PublisherStatus::State::Failed:
    case PublisherStatus::State::Stopped:
        end(ReplayReport::State::Lost, status.detail);
        return;
    }
}

// One message after another as long as they are due. What a person wishes is looked at before
// each of them.
void ReplayPlayer::goOn()
{
    m_isQueued = false;
    for (int i = 0; i < kAtOnce; ++i) {
        if (m_hasEnded || !takeWishes() || !m_isUp || m_isFull || !fetch())
            return;
        const nanoseconds now = steadyNow();
        nanoseconds due{0};
        if (endsByLimit(now) || !waitFor(now, due))
            return;
        if (!holds() && !send(now, due))
            return;
    }
    if (!m_isQueued)
        look();
    m_isQueued = true;
}

/// False: nothing is sent for now.
bool ReplayPlayer::takeWishes()
{
    if (m_wantsCancel) {
        end(ReplayReport::State::Cancelled, {});
        return false;
    }
    const nanoseconds now = steadyNow();
    if (m_options.armedUntil.count() > 0 && now >= m_options.armedUntil) {
        end(ReplayReport::State::Stopped,
            u"It is not armed any more: the time for that is over. Arm it again and go on."_s);
        return false;
    }
    if (endsByLimit(now))
        return false;
    if (m_wantsOtherPace.exchange(false)) {
        const std::lock_guard lock(m_paceMutex);
        m_clock.setPace(m_wantsPace, now);
    }
    if (m_isDraining || !m_isUp)
        return !m_isDraining;
    if (m_wantsPause != m_clock.isPaused()) {
        if (m_wantsPause)
            m_clock.pause(now);
        else
            m_clock.resume(now);
        m_report.state = m_wantsPause ? ReplayReport::State::Paused : ReplayReport::State::Running;
    }
    return !m_wantsPause || m_steps > 0;
}

bool ReplayPlayer::fetch()
{
    if (!m_head)
        m_head = m_queue->take();
    if (m_head)
        return true;
    const auto how = m_queue->end();
    if (how && !how->ok())
        end(ReplayReport::State::Failed, how->error().message);
    else if (how)
        drain();
    return false;
}

/// True when the message at the head is to go out now.
bool ReplayPlayer::waitFor(nanoseconds now, nanoseconds& due)
{
    const bool isStep = m_clock.pace().mode == ReplayPace::Mode::Step || m_clock.isPaused();
    if (isStep && m_steps <= 0)
        return false;
    const nanoseconds planned = isStep ? now : m_clock.due(m_head->time);
    const nanoseconds wait = m_caps.wait(now);
    if (wait.count() > 0)
        m_notBefore = now + wait;
    due = std::max(planned, m_notBefore);
    if (due > now) {
        alarm(due);
        return false;
    }
    // What the cap held up is not late, and what is behind it keeps its distance.
    if (!isStep && m_notBefore > planned && !m_clock.pace().catchesUp)
        m_clock.fellBehind(m_notBefore - planned);
    m_notBefore = 0ns;
    return true;
}

/// True: it pauses before the message at the head, once.
bool ReplayPlayer::holds()
{
    if (!std::exchange(m_head->pauses, false) || m_clock.isPaused())
        return false;
    ++m_report.holds;
    m_wantsPause = true;
    return true;
}

/// True: a limit that the person set ended it.
bool ReplayPlayer::endsByLimit(nanoseconds now)
{
    const QString reason = limit(now);
    if (!reason.isEmpty())
        end(ReplayReport::State::Stopped, reason);
    return !reason.isEmpty();
}

/// Why a limit that the person set ends it; empty: none does.
QString ReplayPlayer::limit(nanoseconds now) const
{
    if (m_isUp && m_options.longest.count() > 0 && now - m_began >= m_options.longest)
        return u"It ended after %1, as was wished."_s.arg(durationText(m_options.longest));
    if (m_options.mostBytes > 0 && m_head &&
        m_report.bytes + m_head->message.raw.size() > m_options.mostBytes)
        return u"It ended before the message that would make it more than %1 bytes, as was wished."_s
            .arg(m_options.mostBytes);
    return {};
}

bool ReplayPlayer::send(nanoseconds now, nanoseconds due)
{
    if (const auto refusal = m_caps.refusal()) {
        end(ReplayReport::State::Stopped, refusal->sentence);
        return false;
    }
    OutgoingMessage& message = m_head->message;
    if (m_options.times != ReplayTimes::Keep && !m_head->times.empty()) {
        const std::int64_t wall = processClock().nowNs();
        applyTimes(message, m_head->times,
                   m_options.times == ReplayTimes::Now ? wall
                                                       : m_head->sent + wall - m_head->recorded);
        m_head->times.clear();
    }
    const ReplayPace::Mode mode = m_clock.pace().mode;
    const bool isTimed = mode == ReplayPace::Mode::Original || mode == ReplayPace::Mode::Rate;
    const nanoseconds late = isTimed && !m_clock.isPaused() ? now - due : 0ns;
    const std::uint64_t number = message.number;
    // `sent` may come before `publish` returns.
    m_flying[number] = {m_head->seq, m_head->recorded,   message.topic,     late,
                        now,         m_head->answeredBy, message.wantsReply};
    if (!m_publisher->publish(message)) {
        m_flying.erase(number);
        m_isFull = true;
        return false;
    }
    // From when it went out: a message that was slow to leave must not be followed early.
    m_caps.count(steadyNow());
    if (isTimed && !m_clock.isPaused())
        noteLateness(late);
    m_clock.take(m_head->time);
    if (m_steps > 0)
        --m_steps;
    if (message.wantsReply)
        ++m_report.asked;
    m_report.bytes += message.raw.size();
    m_report.seq = m_head->seq;
    m_report.time = m_head->recorded;
    m_lastNumber = number;
    m_head.reset();
    return !m_hasEnded;
}

void ReplayPlayer::noteLateness(nanoseconds late)
{
    m_lateness.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, late.count())));
    if (late <= kReplayLate)
        return;
    ++m_report.late;
    if (m_clock.pace().catchesUp)
        return;
    m_clock.fellBehind(late);
    m_report.behind += late;
}

void ReplayPlayer::noteSent(quint64 number, qint64 receivers)
{
    const auto found = m_flying.find(number);
    if (found == m_flying.end())
        return;
    Flight flight = std::move(found->second);
    m_flying.erase(found);
    // How far it came is known at once, not with the next pulse.
    if (++m_report.sent == 1)
        QMetaObject::invokeMethod(this, &ReplayPlayer::showProgress, Qt::QueuedConnection);
    if (receivers == 0)
        ++m_report.unheard;
    if (m_failedSince != 0 && number > m_failedSince)
        m_failedSince = 0;
    ReplayOutcome outcome;
    outcome.number = number;
    outcome.seq = flight.seq;
    outcome.topic = flight.topic;
    outcome.late = flight.late;
    outcome.receivers = receivers;
    tell(std::move(outcome));
    if (flight.wantsReply)
        keepAsked(number, std::move(flight));
    if (m_isDraining)
        drain();
}

void ReplayPlayer::noteFailed(quint64 number, const QString& sentence)
{
    const auto found = m_flying.find(number);
    if (found == m_flying.end())
        return;
    ++m_report.failed;
    if (m_failedSince == 0)
        m_failedSince = number;
    if (m_report.failures.size() < kMostFailures)
        m_report.failures.emplace_back(found->second.seq, sentence);
    ReplayOutcome outcome;
    outcome.is = ReplayOutcome::Is::Failed;
    outcome.number = number;
    outcome.seq = found->second.seq;
    outcome.topic = found->second.topic;
    outcome.late = found->second.late;
    outcome.sentence = sentence;
    m_flying.erase(found);
    tell(std::move(outcome));
    // Of a bus that went away the status tells: that was no end.
    if (m_isDraining && m_publisher && m_publisher->status().state == PublisherStatus::State::Up)
        drain();
}

void ReplayPlayer::keepAsked(std::uint64_t number, Flight flight)
{
    if (m_askedOrder.size() >= kMostAsked) {
        m_asked.erase(m_askedOrder.front());
        m_askedOrder.pop_front();
    }
    m_asked.emplace(number, std::move(flight));
    m_askedOrder.push_back(number);
}

void ReplayPlayer::noteAnswer(const Answer& answer)
{
    const auto asked = m_asked.find(answer.number);
    const auto flying = m_flying.find(answer.number); // quicker than the confirmation
    if (asked == m_asked.end() && flying == m_flying.end())
        return;
    const Flight& flight = asked != m_asked.end() ? asked->second : flying->second;
    // On the same clock as the sending; when it was read off the socket is not.
    const nanoseconds latency = steadyNow() - flight.at;
    ++m_report.answered;
    m_answers.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency.count())));
    ReplayOutcome outcome;
    outcome.is = ReplayOutcome::Is::Answered;
    outcome.number = answer.number;
    outcome.seq = flight.seq;
    outcome.topic = answer.topic;
    outcome.latency = latency;
    outcome.answer = answer.raw;
    outcome.answeredBy = flight.answeredBy;
    tell(std::move(outcome));
    if (m_isDraining)
        drain();
}

void ReplayPlayer::tell(ReplayOutcome outcome)
{
    if (!m_options.tellsOutcomes)
        return;
    m_outcomes.push_back(std::move(outcome));
    if (m_outcomes.size() >= kOutcomesAtOnce)
        Q_EMIT outcomes(std::exchange(m_outcomes, {}));
}

/// All is handed over: waits for what is under way, then for answers.
void ReplayPlayer::drain()
{
    if (m_hasEnded)
        return;
    m_isDraining = true;
    if (!m_flying.empty())
        return;
    if (m_report.asked == 0 || m_report.answered >= m_report.asked ||
        m_options.answersFor.count() <= 0) {
        end(ReplayReport::State::Finished, {});
        return;
    }
    QTimer::singleShot(std::chrono::duration_cast<std::chrono::milliseconds>(m_options.answersFor),
                       this, [this] {
                           if (!m_hasEnded)
                               end(ReplayReport::State::Finished, {});
                       });
}

/// Takes no more; `finish` follows once the publisher is gone.
void ReplayPlayer::end(ReplayReport::State state, const QString& sentence)
{
    if (m_hasEnded)
        return;
    m_hasEnded = true;
    m_report.state = state;
    m_report.sentence = sentence;
    m_queue->close();
    m_head.reset();
    if (m_notifier)
        m_notifier->setEnabled(false);
    const auto isUp = [this] {
        const auto now = m_publisher ? m_publisher->status().state : PublisherStatus::State::Failed;
        return now == PublisherStatus::State::Up || now == PublisherStatus::State::Starting;
    };
    if (isUp()) {
        connect(m_publisher.get(), &Publisher::statusChanged, this, [this] {
            if (m_publisher && m_publisher->status().state != PublisherStatus::State::Up)
                finish();
        });
        m_publisher->stop();
        QTimer::singleShot(kPatience, this, &ReplayPlayer::finish); // it should not take so long
        if (isUp())
            return;
    }
    // What was accepted and failed with it is told before.
    QMetaObject::invokeMethod(this, &ReplayPlayer::finish, Qt::QueuedConnection);
}

void ReplayPlayer::finish()
{
    if (!m_hasEnded || m_isGone)
        return;
    m_isGone = true;
    if (m_pulse != nullptr)
        m_pulse->stop();
    // A publisher that keeps its word has named them all.
    while (!m_flying.empty())
        noteFailed(m_flying.begin()->first, u"nothing is known of it: the bus went away"_s);
    if (!m_outcomes.empty())
        Q_EMIT outcomes(std::exchange(m_outcomes, {}));
    if (m_publisher) {
        m_publisher->disconnect(this);
        m_publisher.release()->deleteLater();
    }
    Q_EMIT ended(report());
}

void ReplayPlayer::alarm(nanoseconds due)
{
    const std::int64_t at = std::max<std::int64_t>(1, due.count());
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(at / 1'000'000'000);
    when.it_value.tv_nsec = static_cast<long>(at % 1'000'000'000);
    ::timerfd_settime(m_timer, TFD_TIMER_ABSTIME, &when, nullptr);
}

void ReplayPlayer::showProgress()
{
    if (m_isUp && !m_isDraining)
        goOn(); // what ends by time ends also while nothing is due
    if (!m_outcomes.empty())
        Q_EMIT outcomes(std::exchange(m_outcomes, {}));
    if (!m_hasEnded)
        Q_EMIT progressed(report());
}

ReplayReport ReplayPlayer::report() const
{
    ReplayReport report = m_report;
    report.lateHalf = nanoseconds(m_lateness.quantile(0.5));
    report.late99 = nanoseconds(m_lateness.quantile(0.99));
    report.lateMost = nanoseconds(m_lateness.max());
    report.answerHalf = nanoseconds(m_answers.quantile(0.5));
    report.answer99 = nanoseconds(m_answers.quantile(0.99));
    report.position = m_flying.empty() ? m_lastNumber : m_flying.begin()->first - 1;
    if (m_failedSince != 0 && report.state != ReplayReport::State::Finished)
        report.position = std::min(report.position, m_failedSince - 1);
    return report;
}

} // namespace murmur
