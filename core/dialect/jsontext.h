// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace murmur {

/// Without JSON's white space at both ends.
std::string_view trimmedJson(std::string_view text) noexcept;
/// True when only characters of numbers are in `text`.
bool looksLikeNumber(std::string_view text) noexcept;
/// Resolves the escapes of a JSON string (given without its quotes) into `out`, replacing what is
/// there. False on a wrong escape. A lone surrogate becomes U+FFFD. Our own because the parser's
/// buffer is sized for unescaping each string once, and keys are looked at up to three times.
bool unescapeJson(std::string_view text, std::string& out);

} // namespace murmur
