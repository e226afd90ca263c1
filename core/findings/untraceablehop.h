// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `untraceable-hop`: a message without trace and correlation between two that share a trace.
DetectorEntry untraceableHop();

} // namespace murmur
