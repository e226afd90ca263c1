// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "demo/roster.h"

#include <cstdint>
#include <string>
#include <vector>

namespace murmur {

/// By how much the clocks of a swarm are wrong, each within these.
struct ClockPlan
{
    nanoseconds skew{0}; ///< at the start
    int drift = 0;       ///< millionths
    nanoseconds step{0}; ///< one agent in five has its clock set by up to that, once

    [[nodiscard]] bool isAny() const
    {
        return skew.count() != 0 || drift != 0 || step.count() != 0;
    }
    friend bool operator==(const ClockPlan&, const ClockPlan&) = default;
};

/// The clock of an agent in truth.
struct ClockTruth
{
    std::string agent;
    std::int64_t offset = 0; ///< ns at the start; positive: ahead
    std::int64_t drift = 0;  ///< billionths
    std::int64_t stepAt = 0; ///< ns since the start
    std::int64_t step = 0;   ///< ns; 0: it is not set

    [[nodiscard]] std::int64_t offsetAt(std::int64_t sinceStart) const;
};

/// Makes the agents' clocks wrong as `plan` says.
void setClocks(Roster& roster, const ClockPlan& plan, std::uint64_t seed);
std::vector<ClockTruth> clocksOf(const Roster& roster);

} // namespace murmur
