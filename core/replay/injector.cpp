// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/injector.h"

#include "replay/injectionsequence.h"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr auto kAttachPatience = 10s;
constexpr auto kFarewell = 3s;
constexpr auto kLossPatience = 50ms;
/// Messages in flight of which is kept what they were, for their answers.
constexpr std::size_t kMostFlights = 10'000;

std::chrono::milliseconds roundedUp(nanoseconds length)
{
    return std::chrono::ceil<std::chrono::milliseconds>(std::max(0ns, length));
}

} // namespace

Injector::Injector(MakePublisher make, QObject* parent)
    : QObject(parent)
    , m_make(std::move(make))
    , m_next(this)
    , m_patience(this)
    , m_farewell(this)
    , m_late(this)
{
    for (QTimer* timer : {&m_next, &m_patience, &m_farewell, &m_late})
        timer->setSingleShot(true);
    m_next.setTimerType(Qt::PreciseTimer);
    connect(&m_next, &QTimer::timeout, this, &Injector::sendNext);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (!m_isUp)
            finish(InjectionReport::End::Unreachable,
                   u"%1 did not answer within %2. Nothing was sent."_s.arg(
                       shownUrl(m_run.draft.target), durationText(kAttachPatience)));
        else
            noteSilence();
    });
    connect(&m_farewell, &QTimer::timeout, this, &Injector::leave);
    connect(&m_late, &QTimer::timeout, this, &Injector::closeLate);
}

Injector::~Injector() = default;

void Injector::send(const InjectionRun& run)
{
    if (m_isRunning)
        return;
    closeLate();
    m_isRunning = true;
    m_isUp = m_isOver = false;
    m_wantsStop = false;
    m_run = run;
    m_report = {};
    m_report.id = run.id;
    m_flights.clear();
    m_handed = m_settled = m_awaited = 0;
    m_due.reset();
    m_reply.reset();
    m_flaw.clear();
    for (InjectionStep& step : m_run.sequence)
        step.draft.target = run.draft.target;
    if (!m_run.environment)
        m_run.environment = environmentOf(run.draft.target);
    m_guards = std::make_unique<Guards>(guardsOf(m_run, {}));
    if (const auto refusal = m_guards->mayStart(m_run.arming, steadyNow())) {
        finish(InjectionReport::End::Refused, refusal->sentence);
        return;
    }
    auto publisher = m_make(run.draft.target, run.options);
    if (!publisher) {
        finish(InjectionReport::End::Refused, publisher.error().message);
        return;
    }
    const PublisherTraits traits = (*publisher)->traits();
    m_guards = std::make_unique<Guards>(guardsOf(m_run, traits));
    const auto all = preparedAll(m_run, *m_guards, traits, wallNow());
    if (!all) {
        finish(InjectionReport::End::Refused, all.error().message);
        return;
    }
    m_report.mark = all->front().mark;
    m_caps = std::make_unique<SendCaps>(Caps::of(*m_run.environment));
    m_publisher = std::move(*publisher);
    connect(m_publisher.get(), &Publisher::statusChanged, this, &Injector::noteStatus);
    connect(m_publisher.get(), &Publisher::sent, this, &Injector::noteSent);
    connect(m_publisher.get(), &Publisher::failed, this, &Injector::noteFailed);
    connect(m_publisher.get(), &Publisher::answered, this, &Injector::noteAnswer);
    connect(m_publisher.get(), &Publisher::drained, this, &Injector::sendNext);
    m_patience.start(kAttachPatience);
    if (const Status started = m_publisher->start(); !started)
        finish(InjectionReport::End::Refused, started.error().message);
}

void Injector::stop()
{
    m_wantsStop = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_isRunning && !m_isOver)
                finish(InjectionReport::End::Stopped, u"Stopped."_s);
            else
                closeLate();
        },
        Qt::QueuedConnection);
}

void Injector::noteStatus()
{
    if (!m_publisher)
        return;
    const PublisherStatus status = m_publisher->status();
    if (m_late.isActive() && status.state > PublisherStatus::State::Up) {
        closeLate();
        return;
    }
    switch (status.state) {
    case PublisherStatus::State::Starting:
        return;
    case PublisherStatus::State::Up:
        if (m_isUp || m_isOver)
            return;
        m_isUp = true;
        m_patience.stop();
        m_start = steadyNow();
        if (!m_run.sequence.empty())
            m_due = m_start + m_run.sequence.front().pause;
        sendNext();
        return;
    case PublisherStatus::State::Lost:
        finish(InjectionReport::End::Lost, status.detail);
        return;
    case PublisherStatus::State::Failed:
        finish(InjectionReport::End::Unreachable, status.detail);
        return;
    case PublisherStatus::State::Stopped:
        if (m_isOver)
            leave();
        return;
    }
}

void Injector::sendNext()
{
    while (m_isUp && !m_isOver && m_handed < countOf(m_run)) {
        if (m_wantsStop) {
            finish(InjectionReport::End::Stopped, u"Stopped."_s);
            return;
        }
        const nanoseconds now = steadyNow();
        const auto due = dueOfNext();
        if (!due)
            return; // until the one before is settled or answered
        const nanoseconds wait = std::max(*due - now, m_caps->wait(now));
        if (wait > 0ns) {
            m_next.start(roundedUp(wait));
            return;
        }
        if (const Status armed = m_run.arming.mayPublish(m_run.draft.target, now); !armed) {
            finish(InjectionReport::End::Refused, armed.error().message);
            return;
        }
        if (const auto refusal = m_caps->refusal()) {
            finish(InjectionReport::End::Refused, refusal->sentence);
            return;
        }
        auto ready = prepared(m_run, *m_guards, m_publisher->traits(), m_handed + 1, wallNow(),
                              {m_reply ? &*m_reply : nullptr, false});
        if (!ready) {
            finish(InjectionReport::End::Refused, ready.error().message);
            return;
        }
        const std::uint64_t number = ready->message.number;
        m_flights[number] = {ready->message, now, false, false};
        if (!m_publisher->publish(ready->message)) {
            m_flights.erase(number);
            return; // until it has drained
        }
        m_caps->count(now);
        ++m_handed;
        m_due.reset();
        if (m_flights.size() > kMostFlights && m_flights.begin()->second.isSettled)
            m_flights.erase(m_flights.begin());
    }
    settle();
}

void Injector::noteSent(quint64 number, qint64 receivers)
{
    ++m_report.sent;
    ++m_settled;
    InjectionEvent event;
    event.is = InjectionEvent::Is::Sent;
    event.number = number;
    event.receivers = receivers;
    if (const auto flight = m_flights.find(number); flight != m_flights.end()) {
        flight->second.isSettled = true;
        event.message = flight->second.message;
        m_awaited += event.message.wantsReply ? 1 : 0;
    }
    Q_EMIT happened(event);
    releaseNext();
    settle();
}

void Injector::noteFailed(quint64 number, const QString& sentence)
{
    ++m_report.failed;
    ++m_settled;
    InjectionEvent event;
    event.is = InjectionEvent::Is::Failed;
    event.number = number;
    event.sentence = sentence;
    if (const auto flight = m_flights.find(number); flight != m_flights.end()) {
        event.message = flight->second.message;
        m_flights.erase(flight);
    }
    Q_EMIT happened(event);
    m_flaw = sentence;
    releaseNext();
    settle();
}

void Injector::noteAnswer(const Answer& answer)
{
    const auto flight = m_flights.find(answer.number);
    if (flight == m_flights.end())
        return;
    InjectionEvent event;
    event.is = InjectionEvent::Is::Answered;
    event.number = answer.number;
    event.message = flight->second.message;
    event.latency = steadyNow() - flight->second.at;
    event.answer = answer;
    if (!std::exchange(flight->second.isAnswered, true))
        ++m_report.answered;
    m_reply = spokenOf(answer);
    Q_EMIT happened(event);
    releaseNext();
    settle();
}

/// Everything went out and was settled: done, or wait for answers.
void Injector::settle()
{
    if (m_isOver || !m_isUp || m_handed < countOf(m_run) || m_settled < m_handed)
        return;
    const bool isAnswered = m_report.answered >= m_awaited;
    if (m_report.failed > 0 && isAnswered)
        m_patience.start(kLossPatience); // that the bus is lost is told after what failed by it
    else if (isAnswered)
        finish(InjectionReport::End::Done);
    else if (!m_patience.isActive())
        m_patience.start(roundedUp(draftAt(m_run, m_handed).replyWait));
}

std::optional<nanoseconds> Injector::dueOfNext() const
{
    if (!m_run.sequence.empty())
        return m_due;
    const double rate = std::max(m_run.draft.rate, 1e-3);
    return m_start + nanoseconds(std::llround(1e9 * double(m_handed) / rate));
}

/// In a sequence the next waits until the bus has the one before, and where it says so its answer.
void Injector::releaseNext()
{
    if (m_run.sequence.empty() || m_isOver || m_due || m_handed >= countOf(m_run) ||
        m_settled < m_handed)
        return;
    if (m_report.failed > 0) {
        m_patience.start(kLossPatience);
        return;
    }
    const InjectionStep& next = m_run.sequence[static_cast<std::size_t>(m_handed)];
    const auto flight = m_flights.find(static_cast<std::uint64_t>(m_handed));
    if (next.isAfterReply && (flight == m_flights.end() || !flight->second.isAnswered)) {
        if (!m_patience.isActive())
            m_patience.start(roundedUp(draftAt(m_run, m_handed).replyWait));
        return;
    }
    m_patience.stop();
    m_due = steadyNow() + next.pause;
    sendNext();
}

/// Nothing came for too long.
void Injector::noteSilence()
{
    if (m_handed >= countOf(m_run))
        finish(InjectionReport::End::Done);
    else if (!m_flaw.isEmpty())
        finish(InjectionReport::End::Stopped,
               u"Message %1 was not taken: %2 Those after it were not sent."_s.arg(m_handed).arg(
                   m_flaw));
    else
        finish(InjectionReport::End::Stopped,
               u"Message %1 had no answer within %2. Those after it were not sent."_s.arg(m_handed)
                   .arg(durationText(draftAt(m_run, m_handed).replyWait)));
}

void Injector::finish(InjectionReport::End end, const QString& sentence)
{
    if (std::exchange(m_isOver, true))
        return;
    m_report.end = end;
    m_report.sentence = sentence;
    m_report.awaited = m_awaited;
    if (m_handed > 0)
        m_report.waited = draftAt(m_run, m_handed).replyWait;
    m_next.stop();
    m_patience.stop();
    if (end == InjectionReport::End::Done && m_report.answered < m_awaited && m_publisher &&
        m_latePatience > 0ms) {
        m_late.start(m_latePatience);
        m_isRunning = false;
        Q_EMIT ended(m_report);
        return;
    }
    m_farewell.start(m_publisher ? std::chrono::milliseconds(kFarewell) : 0ms);
    if (m_publisher)
        m_publisher->stop(); // may say Stopped at once
}

/// Of the publisher that only listens still.
void Injector::closeLate()
{
    m_late.stop();
    if (m_isRunning || !m_publisher)
        return;
    Publisher* const publisher = m_publisher.release();
    publisher->disconnect(this);
    publisher->setParent(this);
    QTimer::singleShot(kFarewell, publisher, &QObject::deleteLater);
    publisher->stop();
}

void Injector::leave()
{
    if (!m_isRunning)
        return;
    m_farewell.stop();
    if (m_publisher) {
        m_publisher->disconnect(this);
        m_publisher.release()->deleteLater();
    }
    m_isRunning = false;
    Q_EMIT ended(m_report);
}

} // namespace murmur
