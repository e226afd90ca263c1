// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conversations/sequence.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace murmur {

/// Where in a sequence diagram what stands. Time runs down, never back: a busy moment is stretched
/// until each arrow has room, a quiet stretch is folded and says how long it was. Pure.
class SequencePlan
{
public:
    static constexpr double kRow = 24;  ///< pixels from arrow to arrow, at least
    static constexpr double kFold = 34; ///< pixels of a stretch that is folded
    static constexpr double kRun = 5;   ///< pixels from chunk to chunk of one stream

    struct Fold
    {
        double y = 0; ///< its middle
        std::int64_t begin = 0;
        std::int64_t end = 0;
    };

    SequencePlan() = default;
    /// `zoom` 1 shows the usual distance between messages as one row.
    SequencePlan(const Sequence& sequence, double zoom);

    /// Where the arrow of a message ends, and where it begins.
    [[nodiscard]] double received(int message) const;
    [[nodiscard]] double sent(int message) const;
    [[nodiscard]] double yAt(std::int64_t time) const;
    [[nodiscard]] std::int64_t timeAt(double y) const;
    [[nodiscard]] double height() const { return m_height; }
    [[nodiscard]] double row() const { return m_row; }
    [[nodiscard]] const std::vector<Fold>& folds() const { return m_folds; }
    /// How many chunks of one stream begin with this message; 0: it goes on with one.
    [[nodiscard]] int run(int message) const { return m_runs[static_cast<std::size_t>(message)]; }
    /// Messages of which something may lie between two heights: [first, last).
    [[nodiscard]] std::pair<int, int> visible(double top, double bottom) const;
    /// The message whose arrow ends nearest; -1: none.
    [[nodiscard]] int nearest(double y) const;

private:
    struct Anchor
    {
        std::int64_t time = 0;
        double y = 0;
    };
    std::vector<Anchor> m_anchors;
    std::vector<double> m_received;
    std::vector<double> m_sent;
    std::vector<double> m_reach; ///< the highest begin of this arrow and those behind it
    std::vector<Fold> m_folds;
    std::vector<int> m_runs;
    double m_height = 0;
    double m_row = kRow;
};

} // namespace murmur
