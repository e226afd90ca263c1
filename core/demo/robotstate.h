// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/roster.h"
#include "demo/talk.h"

#include <cstdint>

namespace murmur {

/// Moves a robot a little, as the dice fell, and has it tell how it is.
void tellRobotState(DemoAgent& robot, std::uint64_t dice, std::int64_t now, Talk& talk);

} // namespace murmur
