// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "bus/connection.h"
#include "demo/swarm.h"

#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

/// How much of a swarm to make. Both limits 0 would be endless and are refused by runOffline.
struct OfflineOptions
{
    SwarmOptions swarm;
    ConnectionId connection{};
    std::int64_t maxMessages = 0; ///< 0: no limit
    nanoseconds length{0};        ///< simulated; 0: no limit
    std::size_t batch = 512;
};

struct OfflineResult
{
    std::int64_t messages = 0;
    nanoseconds length{0}; ///< time of the last message
    std::vector<TruthEntry> truth;
};

/// Makes the swarm's messages in simulated time, as fast as `deliver` takes them, in the thread
/// that calls it. `deliver` may wait: this is no bus, nothing is dropped. Messages are `received`
/// at the swarm's epoch plus their simulated time. WrongUse for options out of range or no limit,
/// Cancelled after `stop`.
Result<OfflineResult> runOffline(const OfflineOptions& options,
                                 const std::function<void(std::vector<HeardMessage>&&)>& deliver,
                                 std::stop_token stop = {});

} // namespace murmur
