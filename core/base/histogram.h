// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace murmur {

/// Log-linear bucketing of non-negative nanoseconds (HdrHistogram's scheme without a fixed range):
/// 2^bits buckets per octave, so the relative error of a bucket's value is at most 2^-(bits+1).
/// Values below 2^bits have buckets of their own. Merging is addition.
constexpr std::uint32_t logLinearBucket(std::uint64_t value, unsigned bits) noexcept
{
    if (value < (1ull << bits))
        return static_cast<std::uint32_t>(value);
    const unsigned exponent = static_cast<unsigned>(std::bit_width(value)) - 1 - bits;
    return static_cast<std::uint32_t>(((exponent + 1) << bits) +
                                      ((value >> exponent) & ((1ull << bits) - 1)));
}

/// Smallest value that falls into `bucket`.
constexpr std::uint64_t logLinearLow(std::uint32_t bucket, unsigned bits) noexcept
{
    const std::uint32_t octave = bucket >> bits;
    const std::uint64_t mantissa = bucket & ((1u << bits) - 1);
    return octave == 0 ? mantissa : (mantissa | (1ull << bits)) << (octave - 1);
}

/// Octave resolution of the two histograms that tiles keep.
inline constexpr unsigned kFineBits = 5;   ///< 32 per octave: percentiles, relative error <= 1.6 %
inline constexpr unsigned kCoarseBits = 3; ///< 8 per octave: the heatmap

struct BucketCount
{
    std::uint32_t bucket = 0;
    std::uint32_t count = 0;
    friend constexpr bool operator==(const BucketCount&, const BucketCount&) = default;
};

/// Latency histogram of 2^kFineBits buckets per octave. Sparse: sorted by bucket.
class LatencyHistogram
{
public:
    void add(std::uint64_t ns, std::uint32_t count = 1);
    void merge(const LatencyHistogram& other);
    void addBucket(std::uint32_t bucket, std::uint32_t count);

    [[nodiscard]] std::uint64_t count() const noexcept { return m_count; }
    [[nodiscard]] std::uint64_t max() const noexcept { return m_max; }
    void noteMax(std::uint64_t ns) noexcept { m_max = std::max(m_max, ns); }
    /// Value at `q` in 0..1: the middle of its bucket, never above max(). 0 when empty.
    [[nodiscard]] std::uint64_t quantile(double q) const;
    [[nodiscard]] const std::vector<BucketCount>& buckets() const noexcept { return m_buckets; }
    friend bool operator==(const LatencyHistogram&, const LatencyHistogram&) = default;

private:
    std::vector<BucketCount> m_buckets;
    std::uint64_t m_count = 0;
    std::uint64_t m_max = 0;
};

} // namespace murmur
