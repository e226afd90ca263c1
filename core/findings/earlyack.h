// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `early-ack`: work is told done while what was asked for it still runs.
DetectorEntry earlyAck();

} // namespace murmur
