// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/replayclock.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

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
    return m_anchorDue + scaled(then - m_anchorTime - skippedBefore(then));
}

void ReplayClock::take(std::int64_t time)
{
    ++m_taken;
    if (m_isPaused) {
        // It was taken by itself: what follows goes on from here.
        m_anchorDue = m_pausedAt;
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
}

void ReplayClock::pause(nanoseconds now)
{
    if (!m_isPaused)
        m_pausedAt = now;
    m_isPaused = true;
}

void ReplayClock::resume(nanoseconds now)
{
    if (m_isPaused)
        m_anchorDue += now - m_pausedAt;
    m_isPaused = false;
}

void ReplayClock::setSpeed(double speed, nanoseconds now)
{
    if (m_hasTime) {
        // What would be played just now stays so. While paused that is the moment of the pause.
        const nanoseconds at = m_isPaused ? m_pausedAt : now;
        const auto passed = static_cast<std::int64_t>(
            std::llround(static_cast<long double>((at - m_anchorDue).count()) *
                         static_cast<long double>(m_pace.speed)));
        m_anchorTime += passed;
        m_anchorDue = at;
    }
    m_pace.speed = speed;
}

} // namespace murmur
