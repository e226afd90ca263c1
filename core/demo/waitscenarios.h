// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/scenario.h"

namespace murmur {

std::unique_ptr<Scenario> createNetworkFlapScenario();
std::unique_ptr<Scenario> createFanOutScenario();
std::unique_ptr<Scenario> createReconnectStormScenario();
std::unique_ptr<Scenario> createLostWaitsScenario();

} // namespace murmur
