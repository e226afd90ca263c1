// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"

#include <memory>

namespace murmur {

// Faults of what is meant: views that differ, leaders, contexts, traces, prompts, tools.
std::unique_ptr<Fault> createStateDivergenceFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createLeaderFlappingFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createLostContextFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createUntraceableHopFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createTokenRunawayFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createEmptyToolResultFault(const FaultPlan& plan, std::uint64_t seed);

} // namespace murmur
