// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "causality/clocks.h"
#include "causality/delayhull.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace murmur {

/// The clock of one agent, followed through what it sent. See ClockEstimator.
///
/// Delays (heard - sent) are kept as the smallest of each twentieth of a second, in windows of five
/// seconds. A window that lies elsewhere than the line so far foretold is a step of the clock: a
/// fall is certain, for no message is faster than the fastest, once more than one message says so;
/// a rise may as well be a queue, so it is taken back when the delay falls to where it was. What
/// lies between steps is a segment, made of pieces of twenty seconds with a lower hull each; pieces
/// grow with the recording, so that there are never many.
class ClockTrack
{
public:
    void hear(DelayPoint point);
    /// The message heard at `heard` was sent after its sender had something that we heard `elapsed`
    /// ns before, the queueing of that not counted: so its own way took no longer than that.
    void follow(DelayPoint point, std::int64_t elapsed);
    void noteSequence(std::int64_t sequence, std::int64_t heard);

    /// How much longer than the fastest ones a message took; nothing while that is not known.
    [[nodiscard]] std::optional<std::int64_t> queueing(DelayPoint point) const;
    [[nodiscard]] std::int64_t samples() const { return m_samples; }
    /// What is known so far; the agent is for the caller to fill in.
    [[nodiscard]] AgentClock describe() const;

private:
    struct Bucket
    {
        std::int64_t start = 0;
        DelayPoint lowest;
        double sum = 0; ///< of delays, relative to `lowest` of the first
        std::int64_t first = 0;
        int count = 0;
    };
    struct Piece
    {
        DelayHull hull;
        std::int64_t from = 0;
        std::int64_t to = 0;
        double middle = 0; ///< mean of heard, relative to from
        int points = 0;
    };
    struct Segment
    {
        std::int64_t from = 0;
        std::int64_t to = 0;
        bool isRise = false; ///< may be a queue
        std::vector<Piece> pieces;
        std::int64_t pieceLength = 0;
        int windows = 0;
        int points = 0;
        DelayLine line;        ///< foretells; of a segment with windows
        double usualSlope = 0; ///< that of the segment before: steps do not change how a clock runs
        bool hasSlope = false; ///< it is known
        std::int64_t shortestWay = -1; ///< of those that follow from something; -1: none does
    };
    struct Followed
    {
        DelayPoint point;
        std::int64_t elapsed = 0;
    };

    void closeWindow(bool isEnd);
    [[nodiscard]] bool cutFall(std::int64_t threshold, bool isEnd);
    [[nodiscard]] bool cutRise(std::int64_t threshold, bool isEnd);
    void take(std::size_t count);
    void beginSegment(bool isRise);
    void addToPiece(Segment& segment, const Bucket& bucket);
    static void foretell(Segment& segment);
    [[nodiscard]] static bool isYoung(const Segment& segment);
    [[nodiscard]] std::int64_t threshold() const;
    [[nodiscard]] std::int64_t resolution() const;
    [[nodiscard]] std::int64_t residual(const Bucket& bucket) const;
    void noteSpread(std::size_t count);
    [[nodiscard]] ClockSegment describe(const Segment& segment) const;

    std::vector<Segment> m_segments;
    std::vector<Bucket> m_window;
    std::vector<Followed> m_followed;
    std::vector<std::int64_t> m_restarts;
    std::vector<std::int64_t> m_moves;   ///< of the last windows: how far off they were foretold
    std::vector<std::int64_t> m_spreads; ///< of the last windows: the usual queueing
    std::int64_t m_samples = 0;
    std::int64_t m_strays = 0;
    std::int64_t m_lastSequence = 0;
    std::int64_t m_unit = 0;    ///< the largest power of ten that all sent times are made of
    std::int64_t m_dropped = 0; ///< steps beyond the most that are kept
    bool m_isAxis = true;       ///< every message was heard when it was sent
};

} // namespace murmur
