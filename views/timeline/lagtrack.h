// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/lag.h"
#include "base/time.h"
#include "views/base/timeaxis.h"

#include <QString>

#include <vector>

namespace murmur {

/// How far one consumer of others was behind, by time.
struct LagTrack
{
    ConnectionId connection{};
    QString topic;
    QString consumer;
    std::vector<Lag> values; ///< each holds until the next, for kLagHolds at most
    std::int64_t highest = 0;

    [[nodiscard]] bool isOf(const LagTrack& other) const
    {
        return connection == other.connection && topic == other.topic && consumer == other.consumer;
    }
    /// What held at `t`; null when nothing was known then.
    [[nodiscard]] const Lag* at(TimePoint t) const;
    /// Messages a second by which it fell behind in the last ten seconds before `t`; below 0: it
    /// catches up. 0 also for what is too little to tell, or not known.
    [[nodiscard]] double trend(TimePoint t) const;
};

/// One track for each connection, topic and consumer, in that order.
std::vector<LagTrack> lagTracks(const std::vector<Lag>& lags);

/// The highest value in each of `width` pixels from the axis's left on; Lag::kUnknown where nothing
/// is known. What is told last holds no longer than to `end`, behind which nothing has happened
/// yet.
std::vector<std::int64_t> lagColumns(const LagTrack& track, const TimeAxis& axis, int width,
                                     TimePoint end);

/// The scale: a power of ten, at least ten.
std::int64_t lagTop(std::int64_t highest);
/// The share of the height for a value, 0 to 1: logarithmic, so that both ten and a million are
/// seen.
double lagHeight(std::int64_t value, std::int64_t top);

/// "workers of tasks: 1,204 to get, 12 unacknowledged, shared by 3, growing by 80/s", of track
/// `of`, at a moment of the values of `track`.
QString lagSentence(const LagTrack& of, const LagTrack& track, TimePoint t);

} // namespace murmur
