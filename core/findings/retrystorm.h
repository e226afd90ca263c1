// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `retry-storm`: an agent asks the same thing again and again because it fails; names who fails.
DetectorEntry retryStorm();

} // namespace murmur
