// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replayloop.h"

#include "command.h"
#include "replaytext.h"
#include "stopsignals.h"

#include <QEventLoop>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur::cli {

ReplayLoop::ReplayLoop(ReplayRun& run, ReplayJobRecord job, QString recording, bool json, int burst,
                       bool hasKeys)
    : m_run(run)
    , m_job(std::move(job))
    , m_before(m_job.counts)
    , m_recording(std::move(recording))
    , m_json(json)
    , m_hasKeys(hasKeys)
    , m_pace(run.options().player.pace)
    , m_burst(burst)
    , m_isPaused(run.options().player.startsPaused)
{
}

bool ReplayLoop::isStep() const
{
    return m_run.options().player.pace.mode == ReplayPace::Mode::Step;
}

int ReplayLoop::run()
{
    StopSignals signals;
    QEventLoop loop;
    ReplayReport end;
    connect(&signals, &StopSignals::requested, this, [this] { m_run.cancel(); });
    connect(&m_run, &ReplayRun::progressed, this, &ReplayLoop::show);
    connect(&m_run, &ReplayRun::outcomes, this, &ReplayLoop::print);
    connect(&m_run, &ReplayRun::ended, this, [&](const ReplayReport& report) {
        end = report;
        loop.quit();
    });
    // Also what says to others that it is being made.
    if (auto kept = keep(m_last); !kept && kept.error().code == ErrorCode::WrongUse)
        return failed(kept.error());
    if (auto started = m_run.start(); !started)
        return failed(started.error());
    listenToKeys();
    loop.exec();
    m_keys.reset();
    m_terminal.reset();
    m_progress.clear();
    return tellEnd(end);
}

/// Keys of a person at a terminal; a step by Enter may come from anywhere.
void ReplayLoop::listenToKeys()
{
    if (!m_hasKeys)
        return;
    m_terminal = KeyTerminal::open();
    if (!m_terminal && !isStep())
        return;
    m_keys = std::make_unique<QSocketNotifier>(STDIN_FILENO, QSocketNotifier::Read);
    connect(m_keys.get(), &QSocketNotifier::activated, this, &ReplayLoop::readKeys);
}

void ReplayLoop::readKeys()
{
    std::array<char, 256> keys{};
    const ssize_t count = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0) {
        m_keys->setEnabled(false);
        m_hasNoKeys = true;
        show(m_last);
        return;
    }
    for (ssize_t i = 0; i < count; ++i)
        noteKey(keys[static_cast<std::size_t>(i)]);
    show(m_last);
}

void ReplayLoop::noteKey(char key)
{
    if (key == '\n' || key == '\r')
        return noteEnter();
    if (!m_terminal)
        return; // lines of another program: only their ends mean something
    switch (key) {
    case ' ':
        return togglePause();
    case 's':
        return step(1);
    case '+':
    case '=':
        return hurry(2);
    case '-':
        return hurry(0.5);
    }
}

void ReplayLoop::noteEnter()
{
    if (isStep())
        step(m_burst);
    else
        togglePause();
}

void ReplayLoop::togglePause()
{
    if (isStep())
        return;
    m_isPaused = !m_isPaused;
    if (m_isPaused)
        m_run.pause();
    else
        m_run.resume();
}

/// Holds what goes on by itself.
void ReplayLoop::step(int messages)
{
    if (!isStep() && !m_isPaused)
        return togglePause();
    m_steps += messages;
    m_run.step(messages);
}

void ReplayLoop::hurry(double factor)
{
    if (m_pace.mode == ReplayPace::Mode::Original)
        m_pace.speed = std::clamp(m_pace.speed * factor, 0.01, 100.0);
    else if (m_pace.mode == ReplayPace::Mode::Rate)
        m_pace.rate = std::clamp(m_pace.rate * factor, 0.001, 1e6);
    else
        return;
    m_run.setPace(m_pace);
    // Who goes on with it goes on so.
    m_job.options.insert(u"speed"_s, m_pace.speed);
    m_job.options.insert(u"rate"_s, m_pace.rate);
}

QString ReplayLoop::keysText() const
{
    if (!m_terminal)
        return isStep() ? u"   Enter sends one"_s : QString();
    if (isStep())
        return u"   Enter sends %1"_s.arg(m_burst == 1 ? u"one"_s : QString::number(m_burst));
    const QString pace = m_pace.mode == ReplayPace::Mode::Original ? u"× %1"_s.arg(m_pace.speed)
                         : m_pace.mode == ReplayPace::Mode::Rate   ? u"%1/s"_s.arg(m_pace.rate)
                                                                   : QString();
    return (pace.isEmpty() ? QString() : u"   "_s + pace + u", + −"_s) +
           (m_isPaused ? u"   space goes on, s sends one"_s : u"   space pauses"_s);
}

void ReplayLoop::show(const ReplayReport& report)
{
    m_last = report;
    if (report.holds > std::exchange(m_holds, report.holds))
        m_isPaused = true;
    // Nobody will press Enter any more.
    if (m_hasNoKeys && isStep() && report.sent + report.failed >= m_steps)
        m_run.cancel();
    if (m_keeping.isDue(report.position))
        (void)keep(report);
    if (m_progress.isShown())
        m_progress.show(progressText(report) + keysText());
}

void ReplayLoop::print(const std::vector<ReplayOutcome>& outcomes)
{
    if (!m_json)
        return;
    std::string lines;
    for (const ReplayOutcome& outcome : outcomes)
        appendOutcome(lines, outcome);
    m_output.write(lines);
    m_output.flush();
}

Status ReplayLoop::keep(const ReplayReport& report)
{
    m_keeping.begin();
    const std::uint64_t before = m_run.options().skip;
    m_job.position = std::max(before, report.position);
    m_job.state = replayStateName(report.state);
    m_job.counts = addedCounts(m_before, replayCounts(report, m_run.tally()));
    m_keeping.note(m_job);
    Status kept = keepReplayJob(m_recording, m_job);
    m_keeping.done(m_job.position);
    if (!kept && !m_cannotKeep) {
        m_cannotKeep = true;
        m_progress.clear();
        if (kept.error().code != ErrorCode::WrongUse)
            cli::report(kept.error().message);
    }
    return kept;
}

int ReplayLoop::tellEnd(const ReplayReport& report)
{
    m_job.ended = toNs(wallNow());
    (void)keep(report);
    const ReplayTally tally = m_run.tally();
    m_output.write(m_json ? reportJson(report, tally, m_job.id)
                          : reportText(report, tally, m_job.id));
    const int written = m_output.finish();
    switch (report.state) {
    case ReplayReport::State::Lost:
        return exitCodeOf(ErrorCode::Unreachable);
    case ReplayReport::State::Failed:
        return exitCodeOf(ErrorCode::Unreadable);
    case ReplayReport::State::Cancelled:
        return m_hasNoKeys && report.sent > 0 ? written : exitCodeOf(ErrorCode::Cancelled);
    case ReplayReport::State::Stopped:
        return kCheckFailed;
    case ReplayReport::State::Attaching:
    case ReplayReport::State::Running:
    case ReplayReport::State::Paused:
    case ReplayReport::State::Finished:
        break;
    }
    // Of a resumed one all may have gone out before.
    if (report.sent == 0 && report.failed == 0 && tally.refusals() == 0 &&
        m_run.options().skip == 0) {
        cli::report(u"Nothing was sent: no message is one that --where, --agent, --seq, --from and "
                    "--until choose."_s);
        return kCheckFailed;
    }
    return report.failed > 0 || (report.sent == 0 && tally.refusals() > 0) ? kCheckFailed : written;
}

} // namespace murmur::cli
