// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

namespace murmur {

/// How a message begins whose payload stands behind its line, as bytes: `{"payload_bytes":N,…}`,
/// and N bytes. An import writes it where the line holds them as text.
inline constexpr std::string_view kPayloadBehind = "{\"payload_bytes\":";

/// Messages that this program wrote, a JSON object each: `murmur query --json` and `murmur export`.
std::unique_ptr<Dialect> createMurmurDialect();

} // namespace murmur
