// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/injector.h"

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
{
    for (QTimer* timer : {&m_next, &m_patience, &m_farewell})
        timer->setSingleShot(true);
    m_next.setTimerType(Qt::PreciseTimer);
    connect(&m_next, &QTimer::timeout, this, &Injector::sendNext);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (!m_isUp)
            finish(InjectionReport::End::Unreachable,
                   u"%1 did not answer within %2. Nothing was sent."_s.arg(
                       shownUrl(m_run.draft.target), durationText(kAttachPatience)));
        else
            finish(InjectionReport::End::Done);
    });
    connect(&m_farewell, &QTimer::timeout, this, &Injector::leave);
}

Injector::~Injector() = default;

void Injector::send(const InjectionRun& run)
{
    if (m_isRunning)
        return;
    m_isRunning = true;
    m_isUp = m_isOver = false;
    m_wantsStop = false;
    m_run = run;
    m_report = {};
    m_report.id = run.id;
    m_flights.clear();
    m_handed = m_settled = 0;
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
    const auto first = prepared(m_run, *m_guards, traits, 1, wallNow());
    if (!first) {
        finish(InjectionReport::End::Refused, first.error().message);
        return;
    }
    if (run.draft.wantsReply && !traits.hasReplies) {
        finish(InjectionReport::End::Refused,
               u"%1 gives nobody an inbox for a reply. Send without waiting for one, and look for "
               "the answer in what is recorded."_s.arg(shownUrl(run.draft.target)));
        return;
    }
    m_report.mark = first->mark;
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
        },
        Qt::QueuedConnection);
}

void Injector::noteStatus()
{
    if (!m_publisher)
        return;
    const PublisherStatus status = m_publisher->status();
    switch (status.state) {
    case PublisherStatus::State::Starting:
        return;
    case PublisherStatus::State::Up:
        if (m_isUp || m_isOver)
            return;
        m_isUp = true;
        m_patience.stop();
        m_start = steadyNow();
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
    const InjectionDraft& draft = m_run.draft;
    while (m_isUp && !m_isOver && m_handed < draft.repeat) {
        if (m_wantsStop) {
            finish(InjectionReport::End::Stopped, u"Stopped."_s);
            return;
        }
        const nanoseconds now = steadyNow();
        const double rate = std::max(draft.rate, 1e-3);
        const auto due = m_start + nanoseconds(std::llround(1e9 * double(m_handed) / rate));
        const nanoseconds wait = std::max(due - now, m_caps->wait(now));
        if (wait > 0ns) {
            m_next.start(roundedUp(wait));
            return;
        }
        if (const Status armed = m_run.arming.mayPublish(draft.target, now); !armed) {
            finish(InjectionReport::End::Refused, armed.error().message);
            return;
        }
        if (const auto refusal = m_caps->refusal()) {
            finish(InjectionReport::End::Refused, refusal->sentence);
            return;
        }
        auto ready = prepared(m_run, *m_guards, m_publisher->traits(), m_handed + 1, wallNow());
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
    }
    Q_EMIT happened(event);
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
    Q_EMIT happened(event);
    settle();
}

/// Everything went out and was settled: done, or wait for answers.
void Injector::settle()
{
    if (m_isOver || !m_isUp || m_handed < m_run.draft.repeat || m_settled < m_handed)
        return;
    if (m_report.failed > 0 && (!m_run.draft.wantsReply || m_report.answered >= m_report.sent))
        m_patience.start(kLossPatience); // that the bus is lost is told after what failed by it
    else if (!m_run.draft.wantsReply || m_report.answered >= m_report.sent)
        finish(InjectionReport::End::Done);
    else if (!m_patience.isActive())
        m_patience.start(roundedUp(m_run.draft.replyWait));
}

void Injector::finish(InjectionReport::End end, const QString& sentence)
{
    if (std::exchange(m_isOver, true))
        return;
    m_report.end = end;
    m_report.sentence = sentence;
    m_next.stop();
    m_patience.stop();
    m_farewell.start(m_publisher ? std::chrono::milliseconds(kFarewell) : 0ms);
    if (m_publisher)
        m_publisher->stop(); // may say Stopped at once
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
