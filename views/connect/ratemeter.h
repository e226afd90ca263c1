// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <deque>
#include <utility>

namespace murmur {

/// Messages per second over the last two seconds, from a counter that is read now and then. The
/// clock is the caller's.
class RateMeter
{
public:
    /// `counter` stood at this value at `now`. A counter that went back starts anew.
    void note(std::int64_t counter, nanoseconds now);
    [[nodiscard]] double perSecond() const;

private:
    std::deque<std::pair<nanoseconds, std::int64_t>> m_samples;
};

} // namespace murmur
