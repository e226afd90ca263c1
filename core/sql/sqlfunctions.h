// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <sqlite3.h>

namespace murmur {

/// Adds what SQL lacks for recordings: iso(ns), ns(text) and percentile(value, p). `extent`, to
/// which times without a date refer, must outlive the connection.
void addFunctions(sqlite3* database, const TimeRange& extent);

} // namespace murmur
