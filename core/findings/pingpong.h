// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `ping-pong`: two agents hand one matter to each other, in nearly the same words.
DetectorEntry pingPong();

} // namespace murmur
