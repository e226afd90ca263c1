// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <random>

namespace murmur {

/// A log-normal delay with a heavy tail.
struct Delay
{
    std::int64_t median = 0;  ///< ns
    int spread = 50;          ///< sigma of the logarithm, in percent
    int tailPerThousand = 10; ///< that many of 1,000 take 4 to 16 times as long
};

/// The demo's dice. The generator is fixed by the standard, the distributions are ours and use
/// whole numbers only, so that a seed means the same bytes with every compiler and library.
class DemoRandom
{
public:
    explicit DemoRandom(std::uint64_t seed)
        : m_engine(seed)
    {
    }

    [[nodiscard]] std::uint64_t bits() { return m_engine(); }
    /// 0 … bound-1.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound)
    {
        // The remainder's bias is beyond notice for what is drawn here.
        return bound <= 0xffff'ffffull ? ((m_engine() >> 32) * bound) >> 32 : m_engine() % bound;
    }
    /// `low` … `high`, both included.
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high)
    {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }
    [[nodiscard]] bool chance(unsigned perThousand) { return below(1000) < perThousand; }
    /// `mean` ± 50 %, evenly: keeps streams from marching in step.
    [[nodiscard]] std::int64_t around(std::int64_t mean)
    {
        return mean / 2 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(mean) + 1));
    }
    [[nodiscard]] std::int64_t delay(const Delay& delay);

private:
    std::mt19937_64 m_engine;
};

} // namespace murmur
