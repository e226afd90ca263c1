// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/sqlite.h"

#include <QString>

#include <cstdint>
#include <string_view>

namespace murmur {

/// The `.murmur` format: an SQLite 3 database with this application id and the format version as
/// user version.
inline constexpr std::int64_t kApplicationId = 0x4D55'524D; // "MURM"
inline constexpr std::int64_t kFormatVersion = 3;
/// Of the reading that a recorder writes.
inline constexpr std::int64_t kFirstGeneration = 1;

/// Payload is one stream of the blocks' compressed bytes, cut into pieces of which each fills a
/// page of the file: rows of their own size would leave a third of a page empty each. A block says
/// where in the stream its bytes lie.
inline constexpr std::int64_t kPayloadPiece = 16'344;

/// Key in `meta` of a step of the wall clock, followed by its time in ns.
inline constexpr std::string_view kClockStep = "clock_step:";

/// Row ids of `reading`: generation above, block below.
constexpr std::int64_t readingKey(std::int64_t generation, std::int64_t block) noexcept
{
    return (generation << 40) | block;
}

/// Creates an empty recording at `path`, readable by its owner only, and returns the write
/// connection. A file that exists is refused unless it is empty. Errors: Unwritable, DiskFull.
Result<Database> createRecording(const QString& path);

/// Opens a recording for reading and checks that it is one. Adds and changes nothing, in its
/// directory neither; a leftover WAL is read where it is. Errors: Unreadable (missing, empty,
/// directory, not permitted, not a recording, damaged), NewerFormat.
Result<Database> openRecording(const QString& path);

} // namespace murmur
