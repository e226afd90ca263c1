// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// A burst of requests is over, and who answered them stays slow.
DetectorEntry slowRecovery();

} // namespace murmur
