// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `duplicate-delivery`: one message came again: the same id from the same sender within a while, a
/// number that was here before, or a second answer that says the same as the first.
DetectorEntry duplicateDelivery();

} // namespace murmur
