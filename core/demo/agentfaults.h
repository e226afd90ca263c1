// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"

namespace murmur {

// What single agents do wrong: fall silent, ask without end, repeat themselves, stop half-way.

std::unique_ptr<Fault> createSilentAgentFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createRetryStormFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createRepetitionLoopFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createMissingFinalFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createSlowAgentFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createDoubleOwnershipFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createReconnectStormFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createFanOutStormFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createPingPongFault(const FaultPlan& plan, std::uint64_t seed);

} // namespace murmur
