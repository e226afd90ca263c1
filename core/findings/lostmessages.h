// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `lost-messages`: numbers that never came, where numbers count. What was not heard because of a
/// hole of ours is that hole, not a loss of the swarm.
DetectorEntry lostMessages();

} // namespace murmur
