// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"

namespace murmur {

// What can happen to messages between those who say and those who hear them.

std::unique_ptr<Fault> createLostMessagesFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createDuplicateDeliveryFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createOutOfOrderFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createEarlyAnswerFault(const FaultPlan& plan, std::uint64_t seed);
std::unique_ptr<Fault> createUnansweredRequestFault(const FaultPlan& plan, std::uint64_t seed);

} // namespace murmur
