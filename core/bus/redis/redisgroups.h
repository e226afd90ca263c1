// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/lag.h"
#include "bus/redis/respreader.h"

#include <vector>

namespace murmur {

/// What `XINFO GROUPS` answers, a group each. Servers before 7.0 do not count how far a group is
/// behind, and later ones do not know it after entries were deleted: then `pending` is unknown.
std::vector<Lag> groupsFrom(const RespValue& value);

} // namespace murmur
