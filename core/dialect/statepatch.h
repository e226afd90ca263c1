// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

#include <simdjson.h>

#include <cstddef>
#include <string_view>

namespace murmur {

/// Adds what a JSON patch (RFC 6902) says to the state of `out`: "/pose/x" is the key "pose.x",
/// what is removed is null. Of a list that is none nothing, or its first operations. `json` is
/// followed by kPadding readable bytes; `parser` is used up by it.
void readStatePatch(simdjson::ondemand::parser& parser, std::string_view json, std::size_t most,
                    Interpretation& out);

} // namespace murmur
