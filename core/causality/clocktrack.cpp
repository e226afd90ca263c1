// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "causality/clocktrack.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace murmur {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

constexpr std::int64_t kBucket = 50 * kMillisecond;
constexpr std::int64_t kWindow = 5 * kSecond;
constexpr std::size_t kFewestBuckets = 8;
constexpr std::size_t kMostBuckets = 240;
constexpr std::int64_t kPiece = 20 * kSecond;
constexpr int kPiecePoints = 32;
constexpr int kRatePoints = 12;             ///< that say something of the rate, over half a piece
constexpr std::int64_t kEdge = 4 * kSecond; ///< that says something of the rate
constexpr std::size_t kMostPieces = 64;
constexpr std::size_t kMostSegments = 64;
constexpr std::size_t kMostFollowed = 256;
constexpr std::size_t kRemembered = 16; ///< windows whose moves and spreads are kept

constexpr std::int64_t kSmallestStep = kMillisecond;
/// How many messages must agree before a step is believed.
constexpr std::size_t kWitnesses = 4;
constexpr std::int64_t kShortestRise = 2 * kSecond;
/// A rise that is younger than that at the end of the recording is not told yet.
constexpr std::int64_t kSureRise = 10 * kSecond;
constexpr int kSurePoints = 16;
/// A rise that lasted longer and falls back was no queue.
constexpr std::int64_t kLongestQueue = 120 * kSecond;
/// How fast a clock may run wrong before its rate is known, and by how much that rate may be wrong.
constexpr double kUnknownRate = 300e-6;
constexpr double kRateError = 20e-6;

/// What the fastest message of a clock may have taken where nothing proves less.
constexpr std::int64_t kShortestWay = 200'000;
constexpr std::int64_t kFewSamplesError = 5 * kMillisecond;
constexpr std::int64_t kLeastError = 20'000;

std::int64_t medianOf(std::vector<std::int64_t> values)
{
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void remember(std::vector<std::int64_t>& values, std::int64_t value)
{
    if (values.size() == kRemembered)
        values.erase(values.begin());
    values.push_back(value);
}

/// What looked like a step was none that anybody could tell from an error.
void join(ClockSegment& segment, const ClockSegment& next)
{
    segment.knots.insert(segment.knots.end(), next.knots.begin(), next.knots.end());
    if (next.to - next.from > segment.to - segment.from) {
        segment.drift = next.drift;
        segment.driftError = next.driftError;
    }
    segment.to = next.to;
    segment.error = std::max(segment.error, next.error);
    segment.bound = std::max(segment.bound, next.bound);
    segment.basis = std::min(segment.basis, next.basis);
}

std::int64_t scaled(double factor, std::int64_t ns)
{
    return static_cast<std::int64_t>(factor * static_cast<double>(ns));
}

} // namespace

void ClockTrack::hear(DelayPoint point)
{
    ++m_samples;
    m_isAxis = m_isAxis && point.delay == 0;
    const std::int64_t sent = point.heard - point.delay;
    if (m_unit == 0)
        m_unit = kSecond;
    while (m_unit > 1 && sent % m_unit != 0)
        m_unit /= 10;
    const std::int64_t start = point.heard - point.heard % kBucket;
    if (m_window.empty() || start > m_window.back().start) {
        if (m_window.size() >= kFewestBuckets &&
            point.heard - m_window.front().lowest.heard >= kWindow)
            closeWindow(false);
        m_window.push_back({start, point, 0, point.delay, 1});
        return;
    }
    Bucket& bucket = m_window.back();
    if (start < bucket.start - kBucket)
        return; // out of its place: it says nothing of the clock now
    point.heard = std::max(point.heard, bucket.start);
    bucket.sum += static_cast<double>(point.delay - bucket.first);
    ++bucket.count;
    if (point.delay < bucket.lowest.delay)
        bucket.lowest = point;
}

void ClockTrack::follow(DelayPoint point, std::int64_t elapsed)
{
    const auto key = [](const Followed& one) { return one.elapsed - one.point.delay; };
    if (m_followed.size() < kMostFollowed) {
        m_followed.push_back({point, elapsed});
        return;
    }
    const auto worst = std::ranges::max_element(m_followed, {}, key);
    if (elapsed - point.delay < key(*worst))
        *worst = {point, elapsed};
}

void ClockTrack::noteSequence(std::int64_t sequence, std::int64_t heard)
{
    // Messages overtake each other; a count that begins again falls far.
    constexpr std::int64_t kFar = 16;
    if (sequence <= 2 && m_lastSequence > kFar && m_restarts.size() < kMostSegments)
        m_restarts.push_back(heard);
    m_lastSequence = sequence;
}

std::optional<std::int64_t> ClockTrack::queueing(DelayPoint point) const
{
    if (m_segments.empty() || m_segments.back().windows == 0)
        return std::nullopt;
    return std::max<std::int64_t>(0, point.delay - m_segments.back().line.delayAt(point.heard));
}

std::int64_t ClockTrack::resolution() const
{
    return std::max<std::int64_t>(1, m_unit);
}

std::int64_t ClockTrack::residual(const Bucket& bucket) const
{
    return bucket.lowest.delay - m_segments.back().line.delayAt(bucket.lowest.heard);
}

std::int64_t ClockTrack::threshold() const
{
    const Segment& segment = m_segments.back();
    const std::int64_t ahead =
        std::max<std::int64_t>(0, m_window.back().lowest.heard - segment.line.at.heard);
    const std::int64_t moves = medianOf(m_moves);
    const std::int64_t spread = medianOf(m_spreads);
    double rateError = kUnknownRate;
    if (!isYoung(segment))
        rateError = static_cast<double>(2 * (moves + spread) + kShortestWay) /
                    static_cast<double>(segment.to - segment.from);
    else if (segment.hasSlope)
        rateError = kRateError;
    return std::max({kSmallestStep, 8 * moves, 4 * spread, resolution() * 3 / 2}) +
           scaled(std::clamp(rateError, kRateError, kUnknownRate), ahead);
}

void ClockTrack::beginSegment(bool isRise)
{
    if (m_segments.size() == kMostSegments) {
        m_segments.erase(m_segments.begin());
        ++m_dropped;
    }
    Segment segment;
    for (const Segment& before : m_segments) {
        if (isYoung(before))
            continue;
        segment.usualSlope = before.line.slope;
        segment.hasSlope = true;
    }
    segment.isRise = isRise;
    segment.pieceLength = kPiece;
    m_segments.push_back(std::move(segment));
}

void ClockTrack::addToPiece(Segment& segment, const Bucket& bucket)
{
    std::vector<Piece>& pieces = segment.pieces;
    const DelayPoint& point = bucket.lowest;
    if (pieces.empty() || (pieces.back().to - pieces.back().from >= segment.pieceLength &&
                           pieces.back().points >= kPiecePoints)) {
        pieces.emplace_back();
        pieces.back().from = point.heard;
    }
    Piece& piece = pieces.back();
    piece.hull.add(point);
    piece.to = point.heard;
    ++piece.points;
    piece.middle += (static_cast<double>(point.heard - piece.from) - piece.middle) / piece.points;
    if (pieces.size() <= kMostPieces)
        return;
    std::vector<Piece> merged;
    for (std::size_t i = 0; i < pieces.size(); i += 2) {
        Piece& one = merged.emplace_back(std::move(pieces[i]));
        if (i + 1 == pieces.size())
            break;
        const Piece& other = pieces[i + 1];
        one.hull.add(other.hull);
        const int points = one.points + other.points;
        one.middle = (one.middle * one.points +
                      (other.middle + static_cast<double>(other.from - one.from)) * other.points) /
                     points;
        one.points = points;
        one.to = other.to;
    }
    pieces = std::move(merged);
    segment.pieceLength *= 2;
}

/// Too short to tell how fast its clock runs.
bool ClockTrack::isYoung(const Segment& segment)
{
    return segment.to - segment.from < kPiece / 2 || segment.points < kRatePoints;
}

void ClockTrack::foretell(Segment& segment)
{
    const Piece& last = segment.pieces.back();
    if (isYoung(segment)) {
        DelayHull hull = segment.pieces.front().hull;
        if (segment.pieces.size() > 1)
            hull.add(last.hull);
        segment.line = hull.lineBelow(segment.usualSlope);
        return;
    }
    // The rate from far apart, the place from what is near.
    constexpr std::size_t kFar = 4;
    const std::size_t pieces = segment.pieces.size();
    DelayHull far;
    DelayHull near;
    for (std::size_t i = pieces > kFar ? pieces - kFar : 0; i < pieces; ++i) {
        far.add(segment.pieces[i].hull);
        if (i + 2 >= pieces)
            near.add(segment.pieces[i].hull);
    }
    const std::int64_t middle = last.from + static_cast<std::int64_t>(last.middle);
    segment.line = near.lineBelow(far.edgeAt(middle, kPiece).slope);
}

void ClockTrack::noteSpread(std::size_t count)
{
    std::vector<std::int64_t> extras;
    extras.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Bucket& bucket = m_window[i];
        const std::int64_t mean =
            bucket.first + static_cast<std::int64_t>(bucket.sum / bucket.count);
        extras.push_back(mean - m_segments.back().line.delayAt(bucket.lowest.heard));
    }
    remember(m_spreads, std::max<std::int64_t>(0, medianOf(std::move(extras))));
}

/// The first `count` buckets belong to the last segment.
void ClockTrack::take(std::size_t count)
{
    if (count == 0)
        return;
    Segment& segment = m_segments.back();
    std::int64_t move = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < count; ++i) {
        if (segment.windows > 0)
            move = std::min(move, residual(m_window[i]));
        addToPiece(segment, m_window[i]);
    }
    if (segment.windows > 0)
        remember(m_moves, std::abs(move));
    if (segment.points == 0)
        segment.from = m_window.front().lowest.heard;
    segment.to = m_window[count - 1].lowest.heard;
    segment.points += static_cast<int>(count);
    ++segment.windows;
    foretell(segment);
    noteSpread(count);
    const std::int64_t end = m_window[count - 1].start + kBucket;
    std::erase_if(m_followed, [&](const Followed& one) {
        if (one.point.heard >= end)
            return false;
        const std::int64_t way =
            one.elapsed - (one.point.delay - segment.line.delayAt(one.point.heard));
        if (way >= 0 && (segment.shortestWay < 0 || way < segment.shortestWay))
            segment.shortestWay = way;
        return true;
    });
    m_window.erase(m_window.begin(), m_window.begin() + static_cast<std::ptrdiff_t>(count));
}

/// True when the window was cut, or waits for more messages to tell.
bool ClockTrack::cutFall(std::int64_t threshold, bool isEnd)
{
    const auto isLow = [&](std::int64_t than) {
        return [this, than](const Bucket& bucket) { return residual(bucket) < than; };
    };
    const auto first = std::ranges::find_if(m_window, isLow(-threshold));
    if (first == m_window.end())
        return false;
    const auto after = static_cast<std::size_t>(m_window.end() - first);
    const auto low =
        static_cast<std::size_t>(std::count_if(first, m_window.end(), isLow(-threshold / 2)));
    if (after < kWitnesses && !isEnd && m_window.size() < kMostBuckets)
        return true;
    if (after < kWitnesses || low * 10 < after * 7) {
        m_strays += static_cast<std::int64_t>(std::erase_if(m_window, isLow(-threshold)));
        return false;
    }
    const auto cut = static_cast<std::size_t>(first - m_window.begin());
    const Segment& segment = m_segments.back();
    if (segment.isRise && m_segments.size() > 1 && segment.to - segment.from < kLongestQueue) {
        const Segment& before = m_segments[m_segments.size() - 2];
        std::int64_t level = std::numeric_limits<std::int64_t>::max();
        for (auto bucket = first; bucket != m_window.end(); ++bucket)
            level =
                std::min(level, bucket->lowest.delay - before.line.delayAt(bucket->lowest.heard));
        const std::int64_t near =
            threshold + scaled(kRateError, first->lowest.heard - before.line.at.heard);
        const bool isSure = segment.to - segment.from >= kSureRise && segment.points >= kSurePoints;
        // It was a queue, or still is one.
        if (level >= -near && (level <= near || !isSure)) {
            m_segments.pop_back();
            m_window.erase(m_window.begin(), first);
            if (level > near)
                beginSegment(true);
            return true;
        }
    }
    take(cut);
    beginSegment(false);
    return true;
}

bool ClockTrack::cutRise(std::int64_t threshold, bool isEnd)
{
    const Segment& segment = m_segments.back();
    if (segment.isRise && segment.to - segment.from < kLongestQueue)
        return false; // a queue grows as it likes
    auto first = m_window.end();
    while (first != m_window.begin() && residual(*(first - 1)) > threshold)
        --first;
    const auto after = static_cast<std::size_t>(m_window.end() - first);
    if (after == 0)
        return false;
    if (after < kWitnesses || m_window.back().lowest.heard - first->lowest.heard < kShortestRise)
        return !isEnd && m_window.size() < kMostBuckets;
    take(static_cast<std::size_t>(first - m_window.begin()));
    beginSegment(true);
    return true;
}

void ClockTrack::closeWindow(bool isEnd)
{
    while (!m_window.empty()) {
        if (m_segments.empty())
            beginSegment(false);
        if (m_segments.back().windows > 0) {
            const std::int64_t most = threshold();
            if (cutFall(most, isEnd) || (!m_window.empty() && cutRise(most, isEnd))) {
                if (!isEnd)
                    return;
                continue;
            }
        }
        take(m_window.size());
    }
}

ClockSegment ClockTrack::describe(const Segment& segment) const
{
    ClockSegment told;
    told.from = segment.from;
    told.to = segment.to;
    if (m_isAxis) {
        told.knots.push_back({segment.from, 0});
        told.basis = ClockBasis::Axis;
        return told;
    }
    constexpr int kFewPoints = 16;
    std::vector<Piece> pieces = segment.pieces;
    if (pieces.size() > 1 && pieces.back().points < kFewPoints) {
        Piece& before = pieces[pieces.size() - 2];
        before.hull.add(pieces.back().hull);
        pieces.pop_back();
    }
    double slope = 0;
    if (isYoung(segment)) {
        slope = segment.line.slope;
        told.knots.push_back({segment.line.at.heard, -segment.line.at.delay});
        pieces.clear();
    }
    for (const Piece& piece : pieces) {
        const std::int64_t middle = piece.from + static_cast<std::int64_t>(piece.middle);
        const DelayLine line = piece.hull.edgeAt(middle, kEdge);
        told.knots.push_back({middle, -line.delayAt(middle)});
        slope = line.slope;
    }
    const ClockSegment::Knot& first = told.knots.front();
    const ClockSegment::Knot& last = told.knots.back();
    told.drift = told.knots.size() == 1 ? -slope
                                        : static_cast<double>(last.offset - first.offset) /
                                              static_cast<double>(last.heard - first.heard);
    const std::int64_t noise = medianOf(m_moves);
    const auto length = static_cast<double>(std::max(segment.to - segment.from, kSecond));
    told.driftError = 2 * static_cast<double>(noise + resolution() / 4 + kLeastError / 2) / length;

    std::int64_t oneWay =
        std::max({4 * medianOf(m_spreads), kShortestWay, resolution(), 2 * noise});
    if (segment.points < static_cast<int>(kFewestBuckets))
        oneWay = std::max(oneWay, kFewSamplesError);
    if (isYoung(segment) && !segment.hasSlope) {
        oneWay += scaled(kUnknownRate, segment.to - segment.from);
        told.driftError = kUnknownRate;
    }
    told.error = oneWay;
    told.basis = ClockBasis::OneWay;
    if (segment.shortestWay < 0)
        return told;
    told.bound = segment.shortestWay + resolution();
    if (told.bound >= 2 * oneWay)
        return told;
    // The fastest message took anything from no time to that.
    told.basis = ClockBasis::TwoWay;
    told.error = std::max(told.bound / 2 + noise, kLeastError);
    for (ClockSegment::Knot& knot : told.knots)
        knot.offset += told.bound / 2;
    return told;
}

AgentClock ClockTrack::describe() const
{
    ClockTrack whole = *this;
    whole.closeWindow(true);
    std::vector<Segment>& segments = whole.m_segments;
    if (segments.size() > 1 && segments.back().isRise &&
        (segments.back().to - segments.back().from < kSureRise ||
         segments.back().points < kSurePoints)) {
        segments[segments.size() - 2].to = segments.back().to;
        segments.pop_back();
    }
    AgentClock clock;
    clock.restarts = m_restarts;
    clock.samples = m_samples;
    clock.strays = whole.m_strays;
    clock.unknownSteps = m_dropped;
    clock.resolution = resolution();
    constexpr std::int64_t kFewestSamples = 3;
    if (m_samples < kFewestSamples)
        return clock;
    for (const Segment& segment : segments) {
        ClockSegment told = whole.describe(segment);
        if (!clock.segments.empty()) {
            ClockSegment& before = clock.segments.back();
            told.step = told.offsetAt(told.from) - before.offsetAt(told.from);
            if (std::abs(told.step) <= std::max(kSmallestStep, (before.error + told.error) / 2)) {
                join(before, told);
                continue;
            }
        }
        clock.segments.push_back(std::move(told));
    }
    return clock;
}

} // namespace murmur
