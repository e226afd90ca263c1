// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `stale-command`: a command comes after it has expired, or is acted on after a newer one.
DetectorEntry staleCommand();

} // namespace murmur
