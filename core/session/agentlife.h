// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <stop_token>
#include <unordered_map>

namespace murmur {

struct Source;

/// Comings and goings of an agent, as its messages told them.
struct AgentLife
{
    std::int64_t restarted = kNoTime; ///< ns: when it last began anew
    std::int64_t farewell = kNoTime;  ///< ns: when it last said good-bye
    Seq restartedBy = 0;
    Seq farewellBy = 0;
};

/// By agent; one that is not there neither restarted nor left.
using AgentLives = std::unordered_map<AgentId, AgentLife>;

/// Who restarted (a birth, an uptime of moments, numbers that begin anew) and who said good-bye in
/// the ten minutes before `at`, of much traffic in the last million messages. Works in the calling
/// thread. Errors: Unreadable, Cancelled.
Result<AgentLives> livesJob(const Source& source, TimePoint at, const std::stop_token& stop = {});

/// That of one agent.
AgentLife lifeOf(const AgentLives& lives, AgentId agent);

} // namespace murmur
