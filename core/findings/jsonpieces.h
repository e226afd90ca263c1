// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// Letters in lower case without "_", "-", "." and blanks: "leader_id", "leaderId" and "Leader-ID"
/// are one word.
std::string plainWord(std::string_view name);
/// The text of a JSON string as it stands, escapes and all; of other JSON the JSON itself. Empty
/// for null and "".
std::string_view jsonWord(std::string_view json) noexcept;
/// A JSON number without a fraction, also where it stands as text.
std::optional<std::int64_t> jsonWhole(std::string_view json) noexcept;
/// The JSON behind the first `"key":` of an object's text: a string with its quotes, or a number or
/// word. Nothing for objects and lists. It looks at `body` without parsing it: for keys that are
/// unlikely to stand in somebody's prose.
std::string_view jsonBehind(std::string_view body, std::string_view quotedKey) noexcept;
/// At most `most` bytes of it, whole characters, with "…" where something is missing.
std::string shortened(std::string_view text, std::size_t most = 60);

} // namespace murmur
