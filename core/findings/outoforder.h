// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `out-of-order`: a message came behind one that was sent after it.
DetectorEntry outOfOrder();

} // namespace murmur
