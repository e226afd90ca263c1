// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/columns.h"

#include <string_view>

namespace murmur {

/// Decodes the second frame of a reading of format 2, behind its version byte; the others are as in
/// format 3. The same contract as BlockDecoder's own; nothing writes this form any more.
bool decodeRestV2(std::string_view in, std::size_t count, std::uint32_t wanted, Columns& out);

} // namespace murmur
