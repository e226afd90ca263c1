// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>

namespace murmur {

/// Ordinal of a message in its recording, from 1 in arrival order; 0 means none. Never reused,
/// never revised.
using Seq = std::int64_t;

/// Small numbers of the recording's dictionaries. 0 is "unknown" in each of them.
enum class AgentId : std::uint32_t {};
enum class TopicId : std::uint32_t {};
enum class TypeId : std::uint32_t {};
enum class ConnectionId : std::uint32_t {};
/// An interned set of receivers.
enum class AudienceId : std::uint32_t {};
/// An interned name of a piece of agent state ("battery", "task/8812.owner").
enum class StateKeyId : std::uint32_t {};

template<typename Id>
constexpr std::uint32_t index(Id id) noexcept
{
    return static_cast<std::uint32_t>(id);
}

} // namespace murmur
