// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `double-ownership`: two agents hold one thing at the same time, and neither lets go.
DetectorEntry doubleOwnership();

} // namespace murmur
