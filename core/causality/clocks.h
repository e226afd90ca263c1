// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace murmur {

/// On what an error bar rests.
enum class ClockBasis : std::uint8_t {
    Unknown, ///< it states no times, or too few
    Axis,    ///< its own times are the session's: nothing is there to compare
    OneWay,  ///< the fastest messages are taken to have been fast; nothing proves it
    TwoWay,  ///< its answers prove how long its way can be at most
};

/// A clock between two steps: by how much it is ahead of ours.
struct ClockSegment
{
    struct Knot
    {
        std::int64_t heard = 0;  ///< ns, by our clock
        std::int64_t offset = 0; ///< ns; positive: ahead
    };
    std::int64_t from = 0; ///< ns, by our clock: the first message after the step
    std::int64_t to = 0;   ///< the last one
    std::int64_t step = 0; ///< ns, by which the clock was set at `from`; positive: forward
    std::vector<Knot> knots;
    double drift = 0; ///< ns per ns, of its whole length
    double driftError = 0;
    std::int64_t error = 0;  ///< ns: the offset is right within this
    std::int64_t bound = -1; ///< ns, what is proven; -1: nothing is
    ClockBasis basis = ClockBasis::Unknown;

    [[nodiscard]] std::int64_t offsetAt(std::int64_t heard) const;
};

/// The clock of an agent.
struct AgentClock
{
    AgentId agent{};
    std::vector<ClockSegment> segments; ///< by time; empty: not known
    std::vector<std::int64_t> restarts; ///< ns, when its own count began again
    std::int64_t samples = 0;           ///< messages that say when they were sent
    std::int64_t strays = 0;            ///< of them, with times that no clock shows
    std::int64_t unknownSteps = 0;      ///< beyond the most that are kept
    std::int64_t resolution = 1;        ///< ns, of the times that it states

    [[nodiscard]] bool isKnown() const { return !segments.empty(); }
    /// That of a message heard at `heard`; there must be one.
    [[nodiscard]] const ClockSegment& at(std::int64_t heard) const;
    /// Within what its offset at `heard` is right, ns. While nothing was heard of it and its clock
    /// was set, nobody knows when that was: either side of the step may hold.
    [[nodiscard]] std::int64_t errorAt(std::int64_t heard) const;
    [[nodiscard]] const ClockSegment& last() const { return segments.back(); }
    [[nodiscard]] ClockBasis basis() const;
};

/// A time of sending by our clock.
struct AlignedTime
{
    std::int64_t time = 0;  ///< ns
    std::int64_t error = 0; ///< ns
};

/// Order of two moments that are not known exactly.
enum class ClockOrder : std::uint8_t { Before, After, Concurrent };
ClockOrder clockOrder(const AlignedTime& a, const AlignedTime& b) noexcept;

/// The clocks of all agents, as far as messages up to `through` tell. Immutable, shared.
class Clocks
{
public:
    std::vector<AgentClock> agents; ///< by id
    Seq through = 0;

    /// Null when nothing is known of it.
    [[nodiscard]] const AgentClock* of(AgentId agent) const;
    /// When a message was sent, by our clock; nothing where that is not known. Never after it was
    /// heard.
    [[nodiscard]] std::optional<AlignedTime> aligned(AgentId sender, std::int64_t heard,
                                                     std::int64_t sent) const;
};
using ClocksPtr = std::shared_ptr<const Clocks>;

/// "+1.2 s ± 3 ms": the offset at its end.
QString clockOffsetText(const ClockSegment& segment);
/// "clock +1.2 s ± 3 ms, drift 40 ppm, set back by 20 ms at 10:17:04"; "clock not known".
QString clockText(const AgentClock& clock);
/// "+40 ppm"; empty when it is below its error.
QString driftText(const ClockSegment& segment);
/// "two-way", "one-way", "axis", "unknown": stable, for JSON.
const char* clockBasisName(ClockBasis basis) noexcept;

} // namespace murmur
