// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/kind.h"

namespace murmur {

namespace {

constexpr std::array<std::string_view, kKindCount> kKindNames{
    "event", "command",   "request", "reply",   "error",
    "state", "heartbeat", "chunk",   "control", "marker"};

constexpr std::array<FlagName, 9> kFlagNames{{
    {Injected, "injected"},
    {Replayed, "replayed"},
    {Redacted, "redacted"},
    {Withheld, "withheld"},
    {Retained, "retained"},
    {Late, "late"},
    {Unread, "unread"},
    {Undecoded, "undecoded"},
    {Truncated, "truncated"},
}};

} // namespace

std::string_view kindName(Kind kind) noexcept
{
    const auto i = static_cast<std::size_t>(kind);
    return i < kKindNames.size() ? kKindNames[i] : std::string_view("event");
}

std::optional<Kind> kindFromName(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < kKindNames.size(); ++i) {
        if (kKindNames[i] == name)
            return static_cast<Kind>(i);
    }
    return std::nullopt;
}

std::span<const FlagName> flagNames() noexcept
{
    return kFlagNames;
}

} // namespace murmur
