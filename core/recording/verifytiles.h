// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/reader.h"
#include "recording/verify.h"

#include <set>

namespace murmur {

/// Counts the damage, and keeps it while there is room.
void addDamage(VerifyReport& report, Damage damage);

/// Decodes every tile and recounts some (`deep`: all) from the messages of their blocks. Tiles over
/// one of the blocks in `broken` cannot be recounted.
void verifyTiles(Database& database, RecordingReader& reader, const Dictionaries& names,
                 std::int64_t generation, const std::set<std::int64_t>& broken,
                 const VerifyOptions& options, VerifyReport& report);

} // namespace murmur
