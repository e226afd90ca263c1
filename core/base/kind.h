// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace murmur {

/// What a message is for. The numbers are written into recordings: append, never renumber.
enum class Kind : std::uint8_t {
    Event = 0,
    Command = 1,
    Request = 2,
    Reply = 3,
    Error = 4,
    State = 5,
    Heartbeat = 6,
    Chunk = 7,
    Control = 8,
    Marker = 9,
};
inline constexpr int kKindCount = 10;

/// The word for a kind, as it stands in JSON and in the filter language.
std::string_view kindName(Kind kind) noexcept;
std::optional<Kind> kindFromName(std::string_view name) noexcept;

/// Facts about one message, as bits. Written into recordings: append, never renumber.
enum Flag : std::uint32_t {
    Injected = 1u << 0,
    Replayed = 1u << 1,
    Redacted = 1u << 2,
    Withheld = 1u << 3,
    Retained = 1u << 4,
    Late = 1u << 5,
    Unread = 1u << 6,
    Undecoded = 1u << 7,
    Truncated = 1u << 8,
    Binary = 1u << 9, ///< arrived as a binary frame; not shown as a flag to people
};
using Flags = std::uint32_t;

struct FlagName
{
    Flag flag;
    std::string_view name;
};
/// The flags that people see, in the order in which they are listed.
std::span<const FlagName> flagNames() noexcept;

} // namespace murmur
