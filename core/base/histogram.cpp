// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/histogram.h"

#include <cmath>

namespace murmur {

void LatencyHistogram::addBucket(std::uint32_t bucket, std::uint32_t count)
{
    const auto at = std::ranges::lower_bound(m_buckets, bucket, {}, &BucketCount::bucket);
    if (at != m_buckets.end() && at->bucket == bucket)
        at->count += count;
    else
        m_buckets.insert(at, {bucket, count});
    m_count += count;
}

void LatencyHistogram::add(std::uint64_t ns, std::uint32_t count)
{
    addBucket(logLinearBucket(ns, kFineBits), count);
    m_max = std::max(m_max, ns);
}

void LatencyHistogram::merge(const LatencyHistogram& other)
{
    if (other.m_buckets.empty())
        return;
    std::vector<BucketCount> merged;
    merged.reserve(m_buckets.size() + other.m_buckets.size());
    auto a = m_buckets.begin();
    auto b = other.m_buckets.begin();
    while (a != m_buckets.end() || b != other.m_buckets.end()) {
        if (b == other.m_buckets.end() || (a != m_buckets.end() && a->bucket < b->bucket)) {
            merged.push_back(*a++);
        } else if (a == m_buckets.end() || b->bucket < a->bucket) {
            merged.push_back(*b++);
        } else {
            merged.push_back({a->bucket, a->count + b->count});
            ++a;
            ++b;
        }
    }
    m_buckets = std::move(merged);
    m_count += other.m_count;
    m_max = std::max(m_max, other.m_max);
}

std::uint64_t LatencyHistogram::quantile(double q) const
{
    if (m_count == 0)
        return 0;
    const auto rank = static_cast<std::uint64_t>(
        std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(m_count)));
    std::uint64_t seen = 0;
    for (const BucketCount& cell : m_buckets) {
        seen += cell.count;
        if (seen >= rank) {
            const std::uint64_t low = logLinearLow(cell.bucket, kFineBits);
            const std::uint64_t high = logLinearLow(cell.bucket + 1, kFineBits);
            return std::min(m_max, low + (high - low) / 2);
        }
    }
    return m_max;
}

} // namespace murmur
