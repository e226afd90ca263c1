// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <chrono>
#include <cstdint>
#include <limits>

namespace murmur {

using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
using std::chrono::nanoseconds;

/// Half-open stretch of time.
struct TimeRange
{
    TimePoint begin;
    TimePoint end; // exclusive

    [[nodiscard]] constexpr bool contains(TimePoint t) const noexcept
    {
        return begin <= t && t < end;
    }
    [[nodiscard]] constexpr nanoseconds length() const noexcept { return end - begin; }
    [[nodiscard]] constexpr bool isEmpty() const noexcept { return end <= begin; }
    friend constexpr bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// Columns and files hold times as integer nanoseconds since the epoch (UTC); kNoTime is "none".
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

constexpr std::int64_t toNs(TimePoint t) noexcept
{
    return t.time_since_epoch().count();
}
constexpr TimePoint fromNs(std::int64_t ns) noexcept
{
    return TimePoint(nanoseconds(ns));
}

/// "2026-05-21T10:17:00.123456789Z": UTC with nine digits, the form of all JSON output.
QString isoTime(TimePoint t);
std::string isoTimeUtf8(std::int64_t ns);
/// "04:17:29.044" in UTC, or with `digits` 0, 3, 6 or 9 digits of the second.
QString clockTime(TimePoint t, int digits = 3);

/// "31 ms", "1.2 s", "9 min": three significant digits at most, a space before the unit.
QString durationText(nanoseconds d);
/// "20s", "1m30s", "250ms", "2h", "10us", "5ns", "1.5s"; a bare number is an error.
Result<nanoseconds> durationFromText(QStringView text);
/// "2GiB", "64MiB", "1.5GB", "100kB", "4096": bytes.
Result<std::int64_t> bytesFromText(QStringView text);
/// "1.4 KiB", "2.1 GiB".
QString bytesText(std::int64_t bytes);

/// A time as people write it: ISO 8601 with date and zone (no zone is UTC), "HH:MM[:SS[.fff]]" on
/// the first day of `session` (an error when the session spans several days on which it fits),
/// "+10s" from the start, "-10s" from the end.
Result<TimePoint> timeFromText(QStringView text, TimeRange session);
/// ISO 8601 text, or a number by size: < 1e11 s, < 1e14 ms, < 1e17 us, else ns. kNoTime when it is
/// neither. Never throws.
std::int64_t timeFromWire(std::string_view isoText) noexcept;
std::int64_t timeFromWire(double number) noexcept;
std::int64_t timeFromWire(std::int64_t number) noexcept;

/// The wall clock, read now. Only bus threads and the recorder's tick read it.
TimePoint wallNow() noexcept;

} // namespace murmur
