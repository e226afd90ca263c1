// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "causality/delayhull.h"

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

constexpr std::size_t kMostCorners = 32;
/// No clock that is meant to tell the time runs that wrong.
constexpr double kSteepest = 2e-3;

double width(const DelayPoint& from, const DelayPoint& to)
{
    return static_cast<double>(to.heard - from.heard);
}

double rise(const DelayPoint& from, const DelayPoint& to)
{
    return static_cast<double>(to.delay - from.delay);
}

/// Above 0 when `b` lies below the line from `a` to `c`.
double turn(const DelayPoint& a, const DelayPoint& b, const DelayPoint& c)
{
    return width(a, b) * rise(a, c) - rise(a, b) * width(a, c);
}

} // namespace

void DelayHull::add(DelayPoint point)
{
    if (!m_corners.empty() && point.heard <= m_corners.back().heard) {
        if (point.delay >= m_corners.back().delay)
            return;
        point.heard = m_corners.back().heard;
        m_corners.pop_back();
    }
    while (m_corners.size() >= 2 &&
           turn(m_corners[m_corners.size() - 2], m_corners.back(), point) <= 0)
        m_corners.pop_back();
    m_corners.push_back(point);
    if (m_corners.size() > kMostCorners)
        thin();
}

void DelayHull::add(const DelayHull& later)
{
    for (const DelayPoint& corner : later.m_corners)
        add(corner);
}

/// Lets the corner go that lies least below the line between its neighbours.
void DelayHull::thin()
{
    std::size_t least = 1;
    double depth = INFINITY;
    for (std::size_t i = 1; i + 1 < m_corners.size(); ++i) {
        const double below = turn(m_corners[i - 1], m_corners[i], m_corners[i + 1]) /
                             width(m_corners[i - 1], m_corners[i + 1]);
        if (below < depth) {
            depth = below;
            least = i;
        }
    }
    m_corners.erase(m_corners.begin() + static_cast<std::ptrdiff_t>(least));
}

DelayLine DelayHull::lineBelow(double slope) const
{
    if (m_corners.empty())
        return {};
    DelayLine line{m_corners.front(), slope};
    for (const DelayPoint& corner : m_corners) {
        if (corner.delay < line.delayAt(corner.heard))
            line.at = corner;
    }
    return line;
}

DelayLine DelayHull::edgeAt(std::int64_t heard, std::int64_t length) const
{
    if (m_corners.empty())
        return {};
    auto right = std::ranges::upper_bound(m_corners, heard, {}, &DelayPoint::heard);
    if (right == m_corners.begin())
        ++right;
    if (right == m_corners.end())
        --right;
    auto left = right == m_corners.begin() ? right : right - 1;
    // A short edge says little of the rate: take in what lies around it.
    bool isRightNext = true;
    while (right->heard - left->heard < length) {
        const bool hasRight = right + 1 != m_corners.end();
        const bool hasLeft = left != m_corners.begin();
        if (!hasRight && !hasLeft)
            break;
        if (hasRight && (isRightNext || !hasLeft))
            ++right;
        else
            --left;
        isRightNext = !isRightNext;
    }
    DelayLine line{*left, 0};
    if (right->heard - left->heard < length / 2) {
        line.at = *std::ranges::min_element(m_corners, {}, &DelayPoint::delay);
        return line;
    }
    line.slope = std::clamp(rise(*left, *right) / width(*left, *right), -kSteepest, kSteepest);
    return line;
}

} // namespace murmur
