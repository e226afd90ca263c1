// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"
#include "dialect/jsontext.h"
#include "dialect/packedkey.h"

#include <simdjson.h>

namespace murmur {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

/// A parser keeps buffers of several times the largest message it saw; after one of this size it is
/// made anew.
inline constexpr std::size_t kGiantJson = 4 << 20;

/// What is wrong with a message, in words.
std::string_view reasonFor(simdjson::error_code error) noexcept;

/// The message without a byte order mark.
inline std::string_view withoutMark(std::string_view raw) noexcept
{
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (raw.starts_with(kByteOrderMark))
        raw.remove_prefix(kByteOrderMark.size());
    return raw;
}

/// The key of a field as it stands in the message: between its quotes, escapes and all.
inline std::string_view rawKey(simdjson::ondemand::field& field) noexcept
{
    const char* const begin = field.key().raw();
    const char* end = begin;
    for (; *end != '"'; ++end) {
        if (*end == '\\')
            ++end;
    }
    return {begin, static_cast<std::size_t>(end - begin)};
}

PackedKey packFieldKey(simdjson::ondemand::field& field, simdjson::error_code& error);

/// The text of a JSON string with its quotes. Escapes are resolved into scratch.
simdjson::error_code stringOf(std::string_view token, Interpretation& out, std::string_view& text);

/// The text of a string or number; empty for everything else. Escapes are resolved into scratch.
simdjson::error_code textOf(simdjson::ondemand::value value, Interpretation& out,
                            std::string_view& text);

/// The whole JSON of a value, which is consumed by that.
simdjson::error_code jsonOf(simdjson::ondemand::value value, std::string_view& json);

} // namespace murmur
