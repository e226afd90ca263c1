// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <chrono>
#include <cstdint>

namespace murmur {

/// Wall time that never steps back: the monotonic clock, anchored to the wall clock once. A later
/// correction of the wall clock therefore neither reorders nor stretches what was heard.
class AnchoredClock
{
public:
    using Monotonic = std::chrono::steady_clock;

    AnchoredClock() noexcept
        : AnchoredClock(wallNow(), Monotonic::now())
    {
    }
    AnchoredClock(TimePoint wall, Monotonic::time_point monotonic) noexcept
        : m_wall(wall)
        , m_monotonic(monotonic)
    {
    }

    [[nodiscard]] TimePoint at(Monotonic::time_point moment) const noexcept
    {
        return m_wall + std::chrono::duration_cast<nanoseconds>(moment - m_monotonic);
    }
    [[nodiscard]] TimePoint now() const noexcept { return at(Monotonic::now()); }
    [[nodiscard]] std::int64_t nowNs() const noexcept { return toNs(now()); }
    /// How far the wall clock has moved away from the anchor since (positive: it was set forward).
    [[nodiscard]] nanoseconds drift() const noexcept { return wallNow() - now(); }
    [[nodiscard]] TimePoint anchor() const noexcept { return m_wall; }

private:
    TimePoint m_wall;
    Monotonic::time_point m_monotonic;
};

/// The one anchor of this process: what several buses stamp can be compared.
inline const AnchoredClock& processClock() noexcept
{
    static const AnchoredClock clock;
    return clock;
}

} // namespace murmur
