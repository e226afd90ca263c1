// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `fan-out-storm`: one message sets off an avalanche.
DetectorEntry fanOutStorm();

} // namespace murmur
