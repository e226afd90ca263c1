// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

namespace murmur {

/// `lost-context`: a conversation begins anew in its midst, or a step of it falls.
DetectorEntry lostContext();

} // namespace murmur
