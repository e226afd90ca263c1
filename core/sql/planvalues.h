// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// The values of conditions that are handed down, under SQLite's rules for comparing. `op` is "=",
/// "<", "<=", ">", ">=" or "in".

/// Narrows inclusive bounds of a column of whole numbers to what can stand in the comparison; false
/// when nothing can.
bool narrow(std::int64_t& low, std::int64_t& high, std::string_view op, sqlite3_value* value);
/// The texts of an equality or an IN; none when SQLite's rules make more of it (a number can equal
/// a text). NULL equals nothing and is left out.
std::optional<std::vector<std::string>> textsOf(std::string_view op, sqlite3_value* value,
                                                bool takesBlobs);
/// The whole numbers of an IN, ascending; none when there is something else among them.
std::optional<std::vector<Seq>> seqsOf(sqlite3_value* value);

} // namespace murmur
