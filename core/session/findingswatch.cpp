// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingswatch.h"

#include "findings/findings.h"
#include "session/findingsboard.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kPause = 500ms; // between two looks
constexpr int kNiceness = 10;  // of the thread: what records comes first
/// What can be looked at anew while somebody waits for the file to be closed.
constexpr std::int64_t kSoonLookedAt = 200'000; // messages

/// What was found in one file, and then in the next.
FindingsReport joined(const FindingsReport& before, const FindingsReport& now)
{
    FindingsReport all = now;
    all.findings = before.findings;
    all.incidents = before.incidents;
    all.messages += before.messages;
    all.unreadable += before.unreadable;
    all.uncounted += before.uncounted;
    all.begin = before.begin;
    const std::size_t count = all.findings.size();
    all.findings.insert(all.findings.end(), now.findings.begin(), now.findings.end());
    for (Incident incident : now.incidents) {
        for (std::size_t& place : incident.findings)
            place += count;
        all.incidents.push_back(std::move(incident));
    }
    return all;
}

} // namespace

FindingsWatch::FindingsWatch(Source source, std::shared_ptr<FindingsBoard> board,
                             std::function<bool()> mayWork)
    : m_source(std::move(source))
    , m_board(std::move(board))
    , m_mayWork(std::move(mayWork))
    , m_pass(std::make_unique<FindingsPass>(DetectorChoice()))
{
    m_pass->waitForReading(true);
    m_thread = std::thread([this] {
        // On Linux this is the thread's own.
        (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kNiceness);
        run();
    });
}

FindingsWatch::~FindingsWatch()
{
    {
        const std::lock_guard lock(m_mutex);
        m_mode = Mode::Over;
        m_stop.request_stop();
    }
    m_changed.notify_all();
    m_thread.join();
}

FindingsWatch::News FindingsWatch::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_hasNews, false) ? m_news : News();
}

FindingsWatch::News FindingsWatch::finish(std::chrono::milliseconds most)
{
    std::unique_lock lock(m_mutex);
    if (m_stop.stop_requested())
        m_stop = std::stop_source();
    m_mode = Mode::Finishing;
    m_changed.notify_all();
    const auto isDone = [this] { return m_mode == Mode::Finished; };
    if (!m_changed.wait_for(lock, most, isDone)) {
        m_stop.request_stop();
        m_changed.wait(lock, isDone); // it ends with the block that it has
    }
    return m_news;
}

void FindingsWatch::beginAnew()
{
    const std::lock_guard lock(m_mutex);
    m_stop = std::stop_source();
    m_news = {};
    m_hasNews = false;
    m_mode = Mode::Watching;
    m_changed.notify_all();
}

void FindingsWatch::run()
{
    std::unique_lock lock(m_mutex);
    while (m_mode != Mode::Over) {
        if (m_mode == Mode::Finished) {
            m_changed.wait(lock);
            if (m_mode == Mode::Watching) {
                m_before = m_board->latest();
                m_pass = std::make_unique<FindingsPass>(DetectorChoice());
                m_pass->waitForReading(true);
            }
            continue;
        }
        if (m_mode == Mode::Watching)
            m_changed.wait_for(lock, kPause);
        if (m_mode != Mode::Watching && m_mode != Mode::Finishing)
            continue;
        const bool isLast = m_mode == Mode::Finishing;
        lock.unlock();
        const bool isWhole = (isLast || m_mayWork()) && look();
        publish();
        lock.lock();
        if (isLast) {
            m_news.isWhole = isWhole && m_pass->isAsAfterwards();
            m_mode = m_mode == Mode::Over ? Mode::Over : Mode::Finished;
            m_changed.notify_all();
        }
    }
}

bool FindingsWatch::look()
{
    std::stop_token over;
    bool isLast = false;
    {
        const std::lock_guard lock(m_mutex);
        over = m_stop.get_token();
        isLast = m_mode == Mode::Finishing;
    }
    if (isLast) {
        // Nobody reads any more what is unread now.
        m_pass->waitForReading(false);
        if (!m_pass->isAsAfterwards() && isWorthAnotherLook())
            m_pass = std::make_unique<FindingsPass>(DetectorChoice());
        return isWorthAnotherLook() && bool(m_pass->advance(m_source, {}, over));
    }
    // Also ends, for now, when there is more to do than this.
    std::stop_source now;
    const std::stop_callback both(over, [&] { now.request_stop(); });
    const auto giveWay = [&](std::int64_t, std::int64_t) {
        if (!m_mayWork())
            now.request_stop();
    };
    return bool(m_pass->advance(m_source, giveWay, now.get_token()));
}

/// Whether what has not passed yet, or all of it when it must pass again, is little enough.
bool FindingsWatch::isWorthAnotherLook() const
{
    auto view = SourceView::of(m_source);
    if (!view)
        return false;
    const Seq passed = m_pass->isAsAfterwards() ? m_pass->through() : view->first() - 1;
    return view->durable() - passed <= kSoonLookedAt;
}

void FindingsWatch::publish()
{
    auto report = std::make_shared<const FindingsReport>(m_pass->report());
    std::shared_ptr<const FindingsReport> shown = report;
    if (m_before && m_before->findings.size() < Findings::kMost)
        shown = std::make_shared<const FindingsReport>(joined(*m_before, *report));
    const std::lock_guard lock(m_mutex);
    const bool isNew = !m_news.report || report->through != m_news.report->through ||
                       report->findings.size() != m_news.report->findings.size();
    m_hasNews = m_hasNews || isNew;
    m_news.report = std::move(report);
    m_board->publish(std::move(shown));
}

} // namespace murmur
