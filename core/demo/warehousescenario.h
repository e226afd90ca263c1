// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/scenario.h"

namespace murmur {

/// The sound swarm that faulty ones are compared with.
std::unique_ptr<Scenario> createWarehouseScenario();

} // namespace murmur
