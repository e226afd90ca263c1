// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "query/filter.h"
#include "session/session.h"

#include <QFuture>

#include <cstdint>
#include <map>
#include <stop_token>
#include <vector>

namespace murmur {

/// Who talks to whom, or onto which topic where no receiver is stated.
struct TrafficEdge
{
    AgentId from{};
    AgentId to{};
    AudienceId audience{};    ///< instead of `to`: more receivers than are counted one by one
    TopicId topic{};          ///< where nobody is named: what was said to whom does not show…
    bool isFromTopic = false; ///< …or from there: `to` answered what was said on it
    std::int64_t messages = 0;
    std::int64_t errors = 0;
    LatencyHistogram latency;  ///< ns, of calls from `from` that `to` answered
    Seq last = 0;              ///< a message of it: the last one, or the last error
    std::int64_t lastTime = 0; ///< ns, of the last message
};

struct TrafficRequest
{
    TimeRange range;
    FilterPtr filter;
    /// Of a stretch with more messages than this, every so many blocks are counted.
    std::int64_t mostMessages = 3'000'000;
    std::stop_token stop;
};

struct Traffic
{
    TimeRange range;
    std::vector<TrafficEdge> edges; ///< each pair once
    /// Topics whose names differ by numbers only are counted as the first of them: all of each.
    std::map<TopicId, std::vector<TopicId>> families;
    std::int64_t messages = 0;
    std::int64_t step = 1;  ///< every so many blocks were counted, and counts are multiplied
    bool isBounded = false; ///< there were more pairs than memory is given for
};

/// The messages of a stretch of time as edges of a graph, from headers alone.
Result<Traffic> trafficJob(const Source& source, const TrafficRequest& request);
QFuture<Result<Traffic>> trafficOf(Session& session, TrafficRequest request);

} // namespace murmur
