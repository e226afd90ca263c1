// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// One topic carries more than half of all traffic, where it usually carries little.
DetectorEntry hotTopic();

} // namespace murmur
