// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `orphan-wait`: an answer comes to an agent that restarted since it asked.
DetectorEntry orphanWait();

} // namespace murmur
