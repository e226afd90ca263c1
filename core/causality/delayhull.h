// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace murmur {

/// When a message was heard, and how much later than its sender says that it sent it.
struct DelayPoint
{
    std::int64_t heard = 0; ///< ns
    std::int64_t delay = 0; ///< ns: heard - sent; of a clock that is behind, too large

    friend bool operator==(const DelayPoint&, const DelayPoint&) = default;
};

/// A delay that changes evenly with time.
struct DelayLine
{
    DelayPoint at;
    double slope = 0;

    [[nodiscard]] std::int64_t delayAt(std::int64_t heard) const
    {
        return at.delay + static_cast<std::int64_t>(slope * static_cast<double>(heard - at.heard));
    }
};

/// The lower convex hull of delays over time: what no message was faster than. Messages are slowed
/// down by queues, never sped up, so the hull follows the difference of two clocks. Points are
/// added in the order of `heard`; costs are O(1) each, and the memory is bounded: of too many
/// corners those go that matter least.
class DelayHull
{
public:
    void add(DelayPoint point);
    void add(const DelayHull& later);

    [[nodiscard]] bool isEmpty() const { return m_corners.empty(); }
    [[nodiscard]] const std::vector<DelayPoint>& corners() const { return m_corners; }
    /// The edge above `heard`, the nearest one outside of the hull; with what lies around it where
    /// it is shorter than `length`. Flat while the whole is not half as long as that: it does not
    /// say how fast the clock runs.
    [[nodiscard]] DelayLine edgeAt(std::int64_t heard, std::int64_t length) const;
    /// The line of that slope that touches the hull from below.
    [[nodiscard]] DelayLine lineBelow(double slope) const;

private:
    void thin();
    std::vector<DelayPoint> m_corners;
};

} // namespace murmur
