// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace murmur {

enum class Inflated { Yes, TooLarge, Damaged };

/// Unpacks gzip and deflate (with zlib's head, or without, as some write it) into `out`, at most
/// `most` bytes; a body of few bytes that means many is given up there. `out` is followed by room
/// as simdjson asks for: its size is the content's plus kInflatePadding.
Inflated inflateBody(std::string_view packed, bool isGzip, std::size_t most, std::string& out);
inline constexpr std::size_t kInflatePadding = 64;

} // namespace murmur
