// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/histogram.h"
#include "base/result.h"
#include "base/time.h"
#include "query/filter.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

class Session;

/// What calls are put together by.
enum class LatencyBy : std::uint8_t {
    All,   ///< one line for everything
    Agent, ///< who answered; an open call counts for each agent that it was sent to
    Pair,  ///< who asked whom
    Group, ///< of who answered
    Topic, ///< of the request
    Type,  ///< of the request
};

struct LatencyRequest
{
    LatencyBy by = LatencyBy::Agent;
    nanoseconds slo{0}; ///< answers that took longer are late; 0: none is
    FilterPtr filter;   ///< calls of which the request or the answer matches; null: all
    /// Called now and then, in the thread that works.
    std::function<void(std::int64_t passed, std::int64_t messages)> progress;
    std::stop_token stop;
};

/// The calls of one key. Every request is in it: those without an answer stand beside the
/// percentiles, so that an outage does not look like good times.
struct LatencyLine
{
    std::string from; ///< Pair: who asked
    std::string key;  ///< agent, group, topic, type; empty: not known, or All
    std::int64_t answered = 0;
    std::int64_t open = 0;     ///< no answer up to the end
    std::int64_t errors = 0;   ///< of the answered: with an error
    std::int64_t late = 0;     ///< of the answered: later than the SLO
    std::int64_t repeated = 0; ///< answers behind the first
    double sum = 0;            ///< ns, of all latencies
    LatencyHistogram latency;  ///< ns; of the answered

    [[nodiscard]] std::int64_t calls() const { return answered + open; }
};

struct LatencySummary
{
    std::vector<LatencyLine> lines; ///< highest p99 first, those without an answer before all
    std::int64_t unreadable = 0;    ///< messages of damaged blocks, whose calls are missing
};

/// Reads all calls of a session once and puts them together; works in the calling thread. Errors:
/// Unreadable, Cancelled.
class LatencySummarizer
{
public:
    /// To be made in the session's thread.
    static Result<std::unique_ptr<LatencySummarizer>> over(Session& session);
    ~LatencySummarizer();
    /// May be called in another thread.
    Result<LatencySummary> run(const LatencyRequest& request);

private:
    LatencySummarizer();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
