// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/scenario.h"

#include <memory>

namespace murmur {

/// A site whose robots tell their state a hundred times as often as the others.
std::unique_ptr<Scenario> createNoisyTenantScenario();
/// A burst of frames after which the vision model stays slow.
std::unique_ptr<Scenario> createSlowRecoveryScenario();
/// A model that refuses while a new one is loaded, and robots that ask again and again.
std::unique_ptr<Scenario> createModelUpdateScenario();

} // namespace murmur
