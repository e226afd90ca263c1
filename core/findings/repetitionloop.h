// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `repetition-loop`: an agent goes through the same steps of one conversation again and again.
DetectorEntry repetitionLoop();

} // namespace murmur
