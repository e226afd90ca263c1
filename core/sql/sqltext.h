// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace murmur {

/// Whether all of it is well-formed UTF-8: then SQL shows it as TEXT, else as BLOB.
bool isText(std::string_view bytes) noexcept;
/// Appends a JSON string. Bytes that are not UTF-8 become U+FFFD, so that the result is always
/// JSON.
void appendJsonText(std::string& out, std::string_view text);

} // namespace murmur
