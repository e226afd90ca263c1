// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/replayclock.h"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

double inSeconds(nanoseconds time)
{
    return static_cast<double>(time.count()) / 1e9;
}

} // namespace

Status ReplayPace::check() const
{
    if (mode == Mode::Original && (!(speed >= 0.01) || speed > 100))
        return Error{ErrorCode::WrongUse, u"The speed is from 0.01 to 100; 1 is as recorded."_s};
    if (mode == Mode::Rate && (!(rate > 0) || rate > 1e6))
        return Error{ErrorCode::WrongUse,
                     u"The rate is in messages a second, above 0 and up to 1,000,000."_s};
    if (longestIdle.count() < 0 || delay.count() < 0)
        return Error{ErrorCode::WrongUse, u"A time to wait cannot be negative."_s};
    return Done{};
}

ReplayClock::ReplayClock(const ReplayPace& pace)
    : m_pace(pace)
{
}

void ReplayClock::start(nanoseconds now)
{
    m_anchorDue = now + m_pace.delay;
    m_taken = 0;
    m_hasTime = false;
}

nanoseconds ReplayClock::scaled(std::int64_t recorded) const
{
    return nanoseconds(
        std::llround(static_cast<long double>(recorded) / static_cast<long double>(m_pace.speed)));
}

/// Of the silence before a message at `time`: how much of it is left out.
std::int64_t ReplayClock::skippedBefore(std::int64_t time) const
{
    const std::int64_t idle = time - m_lastTime;
    return m_pace.longestIdle.count() > 0
               ? std::max<std::int64_t>(0, idle - m_pace.longestIdle.count())
               : 0;
}

nanoseconds ReplayClock::due(std::int64_t time) const
{
    switch (m_pace.mode) {
    case ReplayPace::Mode::Rate:
        return m_anchorDue + nanoseconds(std::llround(static_cast<long double>(m_taken) * 1e9L /
                                                      static_cast<long double>(m_pace.rate)));
    case ReplayPace::Mode::Fast:
    case ReplayPace::Mode::Step:
        return m_anchorDue;
    case ReplayPace::Mode::Original:
        break;
    }
    if (!m_hasTime)
        return m_anchorDue;
    const std::int64_t then = std::max(time, m_lastTime);
    // Less than nothing: a silence was made shorter while it lasted.
    return m_anchorDue +
           scaled(std::max<std::int64_t>(0, then - m_anchorTime - skippedBefore(then)));
}

void ReplayClock::take(std::int64_t time)
{
    m_lastDue = due(time);
    ++m_taken;
    if (m_isPaused) {
        // It was taken by itself: what follows goes on from here.
        m_anchorDue = m_lastDue = m_pausedAt;
        m_anchorTime = m_lastTime = time;
        m_taken = 1;
        m_hasTime = true;
        return;
    }
    if (!m_hasTime) {
        m_hasTime = true;
        m_anchorTime = m_lastTime = time;
        return;
    }
    time = std::max(time, m_lastTime);
    m_anchorTime += skippedBefore(time);
    m_lastTime = time;
    if (m_anchorTime > time) { // it was due before now
        m_anchorTime = time;
        m_anchorDue = m_lastDue;
    }
}

void ReplayClock::pause(nanoseconds now)
{
    if (!m_isPaused)
        m_pausedAt = now;
    m_isPaused = true;
}

void ReplayClock::resume(nanoseconds now)
{
    if (m_isPaused) {
        m_anchorDue += now - m_pausedAt;
        m_lastDue += now - m_pausedAt;
    }
    m_isPaused = false;
}

void ReplayClock::setPace(const ReplayPace& pace, nanoseconds now)
{
    const nanoseconds due = this->due(m_lastTime); // of the next one, where it goes by a rate
    const ReplayPace before = std::exchange(m_pace, pace);
    if (!m_hasTime)
        return;
    // While it is paused nothing passes.
    const nanoseconds at = m_isPaused ? m_pausedAt : now;
    if (pace.mode == ReplayPace::Mode::Rate) {
        const bool wasRate = before.mode == ReplayPace::Mode::Rate;
        const double left =
            wasRate ? inSeconds(due - at) * before.rate : 1 - inSeconds(at - m_lastDue) * pace.rate;
        m_anchorDue = at + nanoseconds(std::llround(std::clamp(left, 0.0, 1.0) / pace.rate * 1e9));
        m_taken = 0;
        return;
    }
    if (before.mode == ReplayPace::Mode::Original)
        m_anchorTime += static_cast<std::int64_t>(
            std::llround(static_cast<long double>((at - m_anchorDue).count()) *
                         static_cast<long double>(before.speed)));
    else
        m_anchorTime = m_lastTime;
    m_anchorDue = at;
}

} // namespace murmur
