// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace murmur {

/// How sure a name makes it that its value is a secret.
enum class SecretName : std::uint8_t {
    No,
    IfCredential, ///< "token", "auth": only when the value looks like one
    IfText,       ///< "pass": a number under it counts something
    Yes,
};
/// Case, `-`, `_` and escapes do not matter; what stands before the last part does not either:
/// `db_password`, `http.request.header.authorization`.
SecretName secretName(std::string_view name) noexcept;

/// Whether a text is long, one word, and not made of one character: as keys and tokens are. A word
/// for its scheme may stand before it ("Bearer").
bool isCredential(std::string_view value) noexcept;

/// Whether there is anything that redactMembers() would look at: a name of a secret, or a URL with
/// a user. Cheap.
bool hasSecretMember(const char* bytes, std::size_t size) noexcept;

/// Overwrites in JSON, at any depth and however the text is damaged, also where it stands escaped
/// inside a JSON string: the values of members with names of secrets (texts and numbers, in lists
/// and objects too), the `value` of a member that says such a name (`{"name": …, "value": …}`,
/// OpenTelemetry's attributes), and the password of a URL. True when something was.
bool redactMembers(char* bytes, std::size_t size) noexcept;

/// `*` over all of it; false when that is what was there.
bool coverWithStars(char* begin, char* end) noexcept;

} // namespace murmur
