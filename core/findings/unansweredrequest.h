// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `unanswered-request`: nobody answered within the time that the request gave, or else within what
/// such requests usually take and a lot more. Tells what the one who was asked did meanwhile.
DetectorEntry unansweredRequest();

} // namespace murmur
