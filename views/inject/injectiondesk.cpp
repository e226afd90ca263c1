// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/injectiondesk.h"

#include <QCoreApplication>

#include <utility>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// As long as answers that are heard on the bus are looked for.
constexpr auto kLatePatience = 60s;

} // namespace

InjectionDesk::InjectionDesk(Injector::MakePublisher make, QObject* parent)
    : QObject(parent)
    , m_injector(new Injector(std::move(make))) // no parent: it changes threads
{
    m_injector->setLatePatience(kLatePatience);
    m_injector->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_injector, &QObject::deleteLater);
    connect(m_injector, &Injector::happened, this, &InjectionDesk::happened);
    connect(m_injector, &Injector::ended, this, [this](const InjectionReport& report) {
        m_isRunning = false;
        if (report.end == InjectionReport::End::Lost)
            lost(m_target);
        Q_EMIT ended(report);
    });
    m_ticker.setInterval(500ms);
    connect(&m_ticker, &QTimer::timeout, this, &InjectionDesk::tick);
    m_thread.start();
}

InjectionDesk::~InjectionDesk()
{
    m_injector->disconnect(this);
    m_injector->stop();
    m_thread.quit();
    m_thread.wait();
}

Status InjectionDesk::arm(const QUrl& target, const QString& typedHost)
{
    const Environment environment = environmentOf(target);
    if (auto allowed = mayBeArmed(target, environment, typedHost); !allowed)
        return allowed;
    Status armed = m_arming.arm(target, environment, steadyNow());
    m_wasArmed = armed.ok();
    if (m_wasArmed)
        m_ticker.start();
    Q_EMIT armingChanged();
    return armed;
}

void InjectionDesk::disarm()
{
    m_injector->stop(); // also what only listens still
    m_arming.disarm();
    tick();
}

void InjectionDesk::holdTo(Environment environment)
{
    if (isArmed() && m_arming.environment() < environment)
        disarm();
}

void InjectionDesk::lost(const QUrl& url)
{
    const bool wasArmed = m_arming.isArmed(steadyNow());
    m_arming.lost(url);
    if (wasArmed && !m_arming.isArmed(steadyNow())) {
        m_injector->stop();
        tick();
    }
}

void InjectionDesk::tick()
{
    const bool isArmedNow = isArmed();
    if (!isArmedNow) {
        m_ticker.stop();
        if (m_wasArmed)
            m_injector->stop();
    }
    m_wasArmed = isArmedNow;
    Q_EMIT armingChanged();
}

bool InjectionDesk::isArmed() const
{
    return m_arming.isArmed(steadyNow());
}

bool InjectionDesk::isArmedFor(const QUrl& target) const
{
    return m_arming.mayPublish(target, steadyNow()).ok();
}

Status InjectionDesk::send(InjectionRun run)
{
    if (m_isRunning)
        return Error{ErrorCode::WrongUse, tr("It is still sending. Esc Esc stops it.")};
    const QUrl target = run.draft.target;
    run.environment = environmentOf(target);
    if (isArmedFor(target))
        holdTo(*run.environment);
    // Enter is one action there, and arming none of its own.
    if (!isArmedFor(target) && run.environment == Environment::Dev) {
        if (auto armed = arm(target, {}); !armed)
            return armed;
    }
    if (auto armed = m_arming.mayPublish(target, steadyNow()); !armed)
        return armed;
    if (auto ready = preview(run); !ready)
        return ready.error();
    run.arming = m_arming;
    m_target = target;
    m_isRunning = true;
    QMetaObject::invokeMethod(
        m_injector, [injector = m_injector, run] { injector->send(run); }, Qt::QueuedConnection);
    return Done{};
}

void InjectionDesk::stop()
{
    if (m_isRunning)
        m_injector->stop();
}

Result<std::vector<PreparedInjection>> InjectionDesk::preview(const InjectionRun& run)
{
    const auto publisher = createPublisher(run.draft.target, run.options);
    if (!publisher)
        return publisher.error();
    const PublisherTraits traits = (*publisher)->traits();
    return preparedAll(run, guardsOf(run, traits), traits, wallNow());
}

} // namespace murmur
