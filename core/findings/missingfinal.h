// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `missing-final`: a stream of chunks stops before its end.
DetectorEntry missingFinal();

} // namespace murmur
