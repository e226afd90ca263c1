// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"

#include <QString>

#include <vector>

namespace murmur {

/// Maps a time window to pixels and back. Pure; defined for width 0, an empty window and a century.
class TimeAxis
{
public:
    TimeAxis() = default;
    TimeAxis(TimeRange window, double left, double width);

    [[nodiscard]] TimeRange window() const { return m_window; }
    [[nodiscard]] double left() const { return m_left; }
    [[nodiscard]] double width() const { return m_width; }
    [[nodiscard]] double xAt(TimePoint t) const;
    [[nodiscard]] TimePoint timeAt(double x) const;
    [[nodiscard]] nanoseconds perPixel() const; ///< at least 1 ns

    /// The window zoomed by `factor` (< 1 zooms in) so that the time under `x` stays under it;
    /// bounded to 1 µs … 100 years.
    [[nodiscard]] TimeRange zoomed(double x, double factor) const;
    /// The window moved by `dx` pixels (positive: to later times).
    [[nodiscard]] TimeRange panned(double dx) const;

    struct Tick
    {
        double x = 0;
        QString label; ///< empty for a minor tick
    };
    /// Ticks at round times, labelled at least `minimumDistance` pixels apart.
    [[nodiscard]] std::vector<Tick> ticks(double minimumDistance) const;

private:
    TimeRange m_window;
    double m_left = 0;
    double m_width = 0;
};

} // namespace murmur
