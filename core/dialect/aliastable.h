// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "dialect/packedkey.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace murmur {

/// Rises whenever a key, a word or their order changes: recordings note by which table they were
/// read.
inline constexpr int kAliasTableVersion = 1;

/// What a key of a message can mean.
enum class Target : std::uint8_t {
    Message,
    Correlation,
    Trace,
    Span,
    ParentSpan,
    Conversation,
    ReplyTo,
    Parents,
    Sender,
    Receivers,
    Sequence,
    Sent,
    Topic,
    Type,
    Kind,
    Site,
    Crew,
    Role,
    Tenant,
    Payload,
    Error,
    State,
    Container, ///< an object whose keys count too, after all keys of the top level
};
inline constexpr std::size_t kTargetCount = 23;

/// The keys of one target; an earlier key wins over a later one. Case, `_` and `-` do not matter.
struct AliasRule
{
    Target target;
    std::span<const std::string_view> keys;
};
std::span<const AliasRule> aliasRules() noexcept;

/// The meanings of one key: a few say two things ("run_id" is trace and span).
struct KeyMeaning
{
    struct Hit
    {
        Target target{};
        std::uint8_t rank = 0; ///< position in the target's list
    };
    std::array<Hit, 3> hits{};
    std::uint8_t count = 0;
};
/// Null when the key means nothing to us.
const KeyMeaning* meaningOf(PackedKey key) noexcept;

/// A word that tells the kind.
struct KindWord
{
    std::string_view word;
    Kind kind;
};
std::span<const KindWord> kindWords() noexcept;

} // namespace murmur
