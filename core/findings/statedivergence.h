// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `state-divergence`: two agents hold different views of one thing, and go on saying so.
DetectorEntry stateDivergence();

} // namespace murmur
