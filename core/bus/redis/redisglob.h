// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace murmur {

/// Whether a pattern of PSUBSCRIBE takes a channel, exactly as the server decides it, with its
/// ways of reading brackets that are not closed.
bool redisGlobMatches(std::string_view pattern, std::string_view channel) noexcept;

} // namespace murmur
