// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"
#include "map/mapaxes.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace murmur {

struct Source;

struct PlacePoint
{
    double x = 0;
    double y = 0;
    std::int64_t time = 0; ///< ns
    friend bool operator==(const PlacePoint&, const PlacePoint&) = default;
};

/// Where an agent is at a moment, as it said last.
struct AgentPlace
{
    AgentId agent{};
    double x = 0;
    double y = 0;
    std::int64_t since = 0; ///< ns: when it was said
    Seq setBy = 0;
    std::int64_t lastSent = kNoTime; ///< ns: its last message of any kind
    std::vector<PlacePoint> trail;   ///< where it was before, by time; the last one is here
};

struct PositionRequest
{
    TimePoint at;
    nanoseconds trail{0};         ///< so far back; 0: no trails
    MapAxes axes = {};            ///< empty: the likeliest
    std::size_t mostPoints = 240; ///< of one trail
    std::stop_token stop = {};
};

struct Positions
{
    TimePoint at;
    TimePoint from;                 ///< trails begin here; later than asked for where there is much
    MapAxes axes;                   ///< empty: nothing looks like a place
    std::vector<MapAxes> likely;    ///< pairs that look like one
    std::vector<NumericPath> paths; ///< all numbers in states, by name
    std::vector<AgentPlace> agents; ///< by id
    std::int64_t nowhere = 0; ///< agents that have these keys, but no numbers that are a place
};

/// Works in the calling thread. Errors: Unreadable, Cancelled.
Result<Positions> positionsJob(const Source& source, const PositionRequest& request);

} // namespace murmur
