// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/scenario.h"

namespace murmur {

/// The swarm with a crew that asks two models a lot, prompts, tools and streams included.
std::unique_ptr<Scenario> createCrewScenario();

} // namespace murmur
