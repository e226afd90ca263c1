// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace murmur {

/// The name of an SQLite file layer that keeps the index of a WAL in memory instead of a -shm file,
/// and never creates nor writes a WAL: a recording that was left with one is read without adding
/// anything to its directory, also on read-only media. Only for files that nobody writes: other
/// processes do not see our read locks.
const char* privateShmVfs();

} // namespace murmur
