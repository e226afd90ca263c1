// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/clock.h"

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

namespace murmur {

/// Notices that the wall clock of the machine is set while a recording runs. Its times do not
/// follow (AnchoredClock); the step is told, so that they can be compared with other logs.
class ClockWatch
{
public:
    /// How far the wall clock is ahead of the recording's; empty: that of the process.
    using Drift = std::function<nanoseconds()>;
    /// Less is the usual slewing of a clock that is kept right.
    static constexpr nanoseconds kSmallestStep = std::chrono::milliseconds(100);

    explicit ClockWatch(Drift drift)
        : m_drift(drift ? std::move(drift) : [] { return processClock().drift(); })
    {
    }
    /// The wall clock's lead, when that is another than was told last.
    [[nodiscard]] std::optional<nanoseconds> look()
    {
        const nanoseconds now = m_drift();
        if (std::chrono::abs(now - m_told) < kSmallestStep)
            return std::nullopt;
        m_told = now;
        return now;
    }

private:
    Drift m_drift;
    nanoseconds m_told{0};
};

} // namespace murmur
