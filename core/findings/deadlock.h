// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `deadlock`: agents wait for each other in a circle.
DetectorEntry deadlock();

} // namespace murmur
