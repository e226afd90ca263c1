// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `reconnect-storm`: many agents that were there connect again within moments.
DetectorEntry reconnectStorm();

} // namespace murmur
