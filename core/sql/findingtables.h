// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/virtualtable.h"

#include <memory>
#include <vector>

namespace murmur {

/// What went wrong: finding and incident. Where the recording does not keep it, it is looked for.
std::vector<std::unique_ptr<VirtualTable>> findingTables();

} // namespace murmur
