// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"

namespace murmur {

// Faults of load: too much of something, too slow, or in another form.
std::unique_ptr<Fault> createHotTopicFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createNoisyTenantFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createLatencyBreachFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createSlowRecoveryFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createSchemaDriftFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createBacklogFault(const FaultPlan& plan, std::uint64_t seed);

} // namespace murmur
