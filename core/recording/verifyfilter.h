// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/verify.h"

#include <cstdint>
#include <set>

namespace murmur {

class Database;
class RecordingReader;

/// Decodes every run of the text filter, and asks it for texts that its blocks hold: one that it
/// denies would never be found. Of each run some blocks are looked into (`deep`: all); those in
/// `broken` have no bytes to ask for.
void verifyTextFilter(Database& database, RecordingReader& reader,
                      const std::set<std::int64_t>& broken, const VerifyOptions& options,
                      VerifyReport& report);

} // namespace murmur
