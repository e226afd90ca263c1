// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// One tenant or group makes more than half of all traffic, where it usually makes little.
DetectorEntry noisyTenant();

} // namespace murmur
