// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// What is asked of an agent piles up: it grows and grows.
DetectorEntry backlog();

} // namespace murmur
