// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/scenario.h"

#include <memory>

namespace murmur {

/// A crew with models of which two hand one case to each other.
std::unique_ptr<Scenario> createDelegationScenario();
/// A graph some of whose last messages come twice, and others never.
std::unique_ptr<Scenario> createFinalMessagesScenario();
/// A planner whose record of tasks falls behind that of its robot.
std::unique_ptr<Scenario> createConflictingViewsScenario();

} // namespace murmur
