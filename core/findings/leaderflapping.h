// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `leader-flapping`: who leads changes again and again, or two lead at the same time.
DetectorEntry leaderFlapping();

} // namespace murmur
