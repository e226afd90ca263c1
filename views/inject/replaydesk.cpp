// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/replaydesk.h"

#include "replay/mark.h"

#include <QtConcurrent>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

ReplayJobRecord newReplayJob()
{
    ReplayJobRecord job;
    job.id = newJobId();
    return job;
}

ReplayDesk::ReplayDesk(Injector::MakePublisher make, QObject* parent)
    : QObject(parent)
    , m_make(std::move(make))
{
    m_keeper.setMaxThreadCount(1);
}

ReplayDesk::~ReplayDesk()
{
    if (m_run) {
        m_run->disconnect(this);
        m_run->cancel();
        m_report.state = ReplayReport::State::Cancelled;
        m_order.job.ended = toNs(wallNow());
        keep();
    }
    m_run.reset();
    m_keeper.waitForDone();
}

void ReplayDesk::setArming(InjectionDesk* arming)
{
    if (m_arming)
        m_arming->disconnect(this);
    m_arming = arming;
    // Whatever disarms (a key, time, a loss) ends what is being sent.
    connect(arming, &InjectionDesk::armingChanged, this, [this] {
        if (m_run && !m_arming->isArmedFor(m_order.read.target))
            cancel();
    });
}

Result<ReplayDesk::Asked> ReplayDesk::ask(const ReplayOrder& order) const
{
    const auto publisher = m_make(order.read.target, order.read.connection);
    if (!publisher)
        return publisher.error();
    Asked asked;
    asked.traits = (*publisher)->traits();
    GuardWish wish = order.read.guards;
    wish.hasTopics = asked.traits.hasTopics;
    asked.guards = replayGuards(*order.source, std::move(wish));
    return asked;
}

Status ReplayDesk::start(ReplayOrder order)
{
    if (m_run)
        return Error{ErrorCode::WrongUse, tr("A replay is under way. Esc Esc ends it.")};
    if (isReplayGoingOn(order.job))
        return Error{ErrorCode::WrongUse, tr("Another process is making this replay. Wait until it "
                                             "has ended, or end it.")};
    if (!m_arming)
        return Error{ErrorCode::WrongUse, tr("Nothing can be armed here.")};
    const QUrl target = order.read.target;
    if (m_arming->isArmedFor(target))
        m_arming->holdTo(order.read.guards.environment);
    if (!m_arming->isArmedFor(target) && order.read.guards.environment == Environment::Dev) {
        if (auto armed = m_arming->arm(target, {}); !armed)
            return armed;
    }
    const auto asked = ask(order);
    if (!asked)
        return asked.error();
    const nanoseconds now = steadyNow();
    if (const auto refusal = asked->guards->mayStart(m_arming->arming(), now))
        return Error{ErrorCode::WrongUse, refusal->sentence};
    if (const nanoseconds left = m_arming->left(); left.count() > 0)
        order.read.options.player.armedUntil = now + left;
    order.read.options.job = order.job.id.toLatin1();
    order.read.options.skip = order.job.position;
    order.job.who = replayPerson();
    order.job.target = shownUrl(target);
    order.job.options = wishToJson(order.wish);
    order.job.options.insert(u"to"_s, order.job.target);
    if (order.job.started == 0)
        order.job.started = toNs(wallNow());
    order.job.ended = kNoTime;
    m_order = std::move(order);
    m_before = m_order.job.counts;
    m_keeping = {};
    m_report = {};
    m_tally = {};
    m_isPaused = m_order.read.options.player.startsPaused;
    m_holds = 0;
    m_hasBegun = false;
    m_isCancelled = false;
    m_cannotKeep = false;
    ++m_number;
    m_run = std::make_unique<ReplayRun>(m_order.source, m_order.read.options, asked->guards,
                                        [make = m_make, target, options = m_order.read.connection] {
                                            return make(target, options);
                                        });
    follow();
    // Whoever is cut off is known to have begun: it is kept before anything goes out.
    keep();
    if (m_order.recording.isEmpty())
        begin(Done{});
    Q_EMIT progressed();
    return Done{};
}

void ReplayDesk::begin(const Status& kept)
{
    m_hasBegun = true;
    if (m_isCancelled)
        return stopBefore(ReplayReport::State::Cancelled, {});
    if (!kept && kept.error().code == ErrorCode::WrongUse)
        return stopBefore(ReplayReport::State::Stopped, kept.error().message);
    if (auto started = m_run->start(); !started)
        stopBefore(ReplayReport::State::Stopped, started.error().message);
}

/// Nothing was sent.
void ReplayDesk::stopBefore(ReplayReport::State state, const QString& sentence)
{
    ReplayReport report;
    report.state = state;
    report.sentence = sentence;
    finish(report);
}

void ReplayDesk::follow()
{
    connect(m_run.get(), &ReplayRun::progressed, this, [this](const ReplayReport& report) {
        m_report = report;
        m_tally = m_run->tally();
        if (report.holds > std::exchange(m_holds, report.holds))
            m_isPaused = true;
        if (m_unkept == 0 && m_keeping.isDue(report.position))
            keep();
        Q_EMIT progressed();
    });
    connect(m_run.get(), &ReplayRun::ended, this, &ReplayDesk::finish);
}

void ReplayDesk::finish(const ReplayReport& report)
{
    m_report = report;
    m_tally = m_run->tally();
    m_order.job.ended = toNs(wallNow());
    keep();
    // It is in the middle of a signal; what it had open is closed already.
    m_run.release()->deleteLater();
    m_isPaused = false;
    if (report.state == ReplayReport::State::Lost && m_arming)
        m_arming->lost(m_order.read.target);
    Q_EMIT ended();
}

/// In a thread of its own: it waits for the disk.
void ReplayDesk::keep()
{
    m_keeping.begin();
    if (m_order.recording.isEmpty())
        return;
    ReplayJobRecord& job = m_order.job;
    job.position = std::max(job.position, m_report.position);
    if (m_run || job.ended != kNoTime)
        job.state = replayStateName(m_report.state);
    job.counts = addedCounts(m_before, replayCounts(m_report, m_tally));
    m_keeping.note(job);
    ++m_unkept;
    QtConcurrent::run(&m_keeper, [recording = m_order.recording, job] {
        return keepReplayJob(recording, job);
    }).then(this, [this, position = job.position, number = m_number](const Status& status) {
        --m_unkept;
        m_keeping.done(position);
        if (!status && !std::exchange(m_cannotKeep, true))
            Q_EMIT notKept(status.error().message);
        Q_EMIT kept();
        if (m_run && !m_hasBegun && number == m_number)
            begin(status);
    });
}

bool ReplayDesk::isStepping() const
{
    return m_run && m_order.read.options.player.pace.mode == ReplayPace::Mode::Step;
}

void ReplayDesk::pause()
{
    if (!m_run)
        return;
    m_isPaused = true;
    m_run->pause();
    Q_EMIT progressed();
}

void ReplayDesk::resume()
{
    if (!m_run)
        return;
    m_isPaused = false;
    m_run->resume();
    Q_EMIT progressed();
}

void ReplayDesk::step()
{
    if (m_run)
        m_run->step(m_order.wish.burst);
}

Status ReplayDesk::setPace(const ReplayWish& wish)
{
    const auto pace = paceOf(wish);
    if (!pace)
        return pace.error();
    if (!m_run)
        return Done{};
    takePace(wish, m_order.wish);
    m_order.read.options.player.pace = *pace;
    m_order.job.options = wishToJson(m_order.wish); // who goes on with it goes on so
    m_order.job.options.insert(u"to"_s, m_order.job.target);
    m_run->setPace(*pace);
    Q_EMIT progressed();
    return Done{};
}

void ReplayDesk::cancel()
{
    if (m_run && m_hasBegun)
        m_run->cancel();
    m_isCancelled = true;
}

} // namespace murmur
