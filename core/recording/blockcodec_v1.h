// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/columns.h"

#include <string_view>

namespace murmur {

/// Decodes the frames of recordings of format 1, behind their version byte. The same contract as
/// BlockDecoder's own; nothing writes this form any more.
bool decodeHeardV1(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out);
bool decodeScannedV1(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out);
bool decodeRestV1(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out);

} // namespace murmur
