// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sqlite3.h>

#include <string>

namespace murmur {

/// Keeps a connection to reading and to bounded resources: an authorizer that permits SELECT, what
/// it reads, functions and recursion, and nothing else. `refused` is set to what a statement wanted
/// beyond that; it must outlive the connection.
void allowReadingOnly(sqlite3* database, std::string& refused);

/// The longest text or blob: the largest message, with room.
inline constexpr int kMaxSqlLength = 80 << 20;
/// The longest statement.
inline constexpr int kMaxStatement = 1 << 20;

} // namespace murmur
