// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"

namespace murmur {

// What goes wrong with waiting and with work: late orders, waits that never end, work for nothing.

std::unique_ptr<Fault> createStaleCommandFault(const FaultPlan& plan, std::uint64_t seed);
/// The same of turin as a whole: planner and robots.
std::unique_ptr<Fault> createNetworkFlapFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createTimeoutCascadeFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createDeadlockFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createOrphanWaitFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createEarlyAckFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createZombieWorkFault(const FaultPlan& plan, std::uint64_t seed);

} // namespace murmur
