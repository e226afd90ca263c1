// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "sql/virtualtable.h"

#include <memory>
#include <vector>

namespace murmur {

/// The tables whose rows are few: gap, tick, lag, agent, topic, connection.
std::vector<std::unique_ptr<VirtualTable>> listTables();

} // namespace murmur
