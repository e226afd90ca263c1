// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

class UrlReader;

/// How often a bus is asked how far others are behind.
inline constexpr std::chrono::milliseconds kLagEvery{2000};

/// The item `lag` of a URL: `on`, or `off` to ask for nothing.
bool lagFromUrl(UrlReader& reader);

/// Tells the sink of a connection how far others are behind, and of those that are gone. One thread
/// only.
class LagWatch
{
public:
    explicit LagWatch(const ConnectionContext& context)
        : m_id(context.id)
        , m_sink(context.sink)
    {
    }

    /// All consumers of `topic` that there are now, at `now` (ns). One that was told of before and
    /// is not among them becomes unknown, as it was deleted.
    void tell(const std::string& topic, std::vector<Lag> lags, std::int64_t now);

private:
    ConnectionId m_id;
    MessageSink* m_sink;
    std::set<std::pair<std::string, std::string>> m_known; ///< topic, consumer
};

} // namespace murmur
