// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// Answers take longer than they may, or clearly longer than they did.
DetectorEntry latencyBreach();

} // namespace murmur
