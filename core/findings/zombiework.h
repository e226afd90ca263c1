// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `zombie-work`: an agent still works on what is over.
DetectorEntry zombieWork();

} // namespace murmur
