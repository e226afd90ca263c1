// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstdint>

namespace murmur {

/// How fast messages go out again.
struct ReplayPace
{
    enum class Mode : std::uint8_t {
        Original, ///< as far apart as they were, divided by `speed`
        Rate,     ///< so many a second
        Fast,     ///< as fast as the bus takes them, and the guards allow
        Step,     ///< one whenever the person says so
    };
    Mode mode = Mode::Original;
    double speed = 1;           ///< 0.01 to 100
    double rate = 0;            ///< a second
    nanoseconds longestIdle{0}; ///< longer silences of the recording become this; 0: they stay
    nanoseconds delay{0};       ///< before the first
    bool catchesUp = false;     ///< what is late goes out at once, instead of all behind it later

    /// WrongUse.
    [[nodiscard]] Status check() const;
};

/// When the next message is due: absolute moments on a clock that never goes back, so that nothing
/// adds up. Value, no clock of its own: `now` is passed in.
class ReplayClock
{
public:
    explicit ReplayClock(const ReplayPace& pace);

    void start(nanoseconds now);
    /// The moment of the next message, recorded at `time`; never earlier than that of the one
    /// before. Does not take it: ask as often as you like.
    [[nodiscard]] nanoseconds due(std::int64_t time) const;
    /// The next message, recorded at `time`, went out or was passed over.
    void take(std::int64_t time);
    /// It went out so much late: all behind it is moved by as much.
    void fellBehind(nanoseconds by) { m_anchorDue += by; }
    void pause(nanoseconds now);
    void resume(nanoseconds now);
    [[nodiscard]] bool isPaused() const { return m_isPaused; }
    /// From now on: the place in the recording stays, or where there is none (a rate) the share of
    /// the wait for the next message that has passed.
    void setPace(const ReplayPace& pace, nanoseconds now);
    [[nodiscard]] const ReplayPace& pace() const { return m_pace; }

private:
    [[nodiscard]] nanoseconds scaled(std::int64_t recorded) const;
    [[nodiscard]] std::int64_t skippedBefore(std::int64_t time) const;

    ReplayPace m_pace;
    nanoseconds m_anchorDue{0};    ///< when what was recorded at m_anchorTime is due
    std::int64_t m_anchorTime = 0; ///< ns
    std::int64_t m_lastTime = 0;   ///< of the message before
    nanoseconds m_lastDue{0};      ///< when that one was due
    std::int64_t m_taken = 0;      ///< since the anchor, for Rate
    bool m_hasTime = false;
    bool m_isPaused = false;
    nanoseconds m_pausedAt{0};
};

} // namespace murmur
