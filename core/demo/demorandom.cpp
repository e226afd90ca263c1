// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/demorandom.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr double squareRoot(double value)
{
    double root = value;
    for (int i = 0; i < 60; ++i)
        root = 0.5 * (root + value / root);
    return root;
}

/// 2^(i/256) in units of 2^-32; made by the compiler, so no library's pow can differ.
constexpr std::array<std::uint64_t, 256> buildPowers()
{
    double step = 2;
    for (int i = 0; i < 8; ++i)
        step = squareRoot(step);
    std::array<std::uint64_t, 256> powers{};
    double power = 1;
    for (std::uint64_t& entry : powers) {
        entry = static_cast<std::uint64_t>(power * 4294967296.0);
        power *= step;
    }
    return powers;
}
constexpr auto kPowers = buildPowers();

/// Near enough to a normal variate: the sum of eight 16-bit draws, in units of 1/256 sigma.
std::int64_t normal256(std::uint64_t first, std::uint64_t second)
{
    std::int64_t sum = 0;
    for (int i = 0; i < 4; ++i) {
        sum += static_cast<std::int64_t>((first >> (16 * i)) & 0xffff);
        sum += static_cast<std::int64_t>((second >> (16 * i)) & 0xffff);
    }
    // Mean 8 * 32767.5, standard deviation 65536 * sqrt(8 / 12) = 53510.
    return (sum - 262'140) * 256 / 53'510;
}

} // namespace

std::int64_t DemoRandom::delay(const Delay& delay)
{
    const std::uint64_t first = bits();
    const std::int64_t z = normal256(first, bits());
    // exp(sigma * z) = 2^(sigma * z / ln 2), in units of 1/256 octave; 1 / ln 2 = 1.4427.
    const std::int64_t octaves256 = z * delay.spread * 14'427 / 1'000'000;
    const std::int64_t whole = octaves256 >> 8;
    const std::uint64_t fraction = kPowers[static_cast<std::size_t>(octaves256 & 255)];
    // Eight bits of each factor are given up to stay within 64.
    std::uint64_t value = ((static_cast<std::uint64_t>(delay.median) >> 8) * (fraction >> 8)) >> 16;
    value = whole >= 0 ? value << std::min<std::int64_t>(whole, 12)
                       : value >> std::min<std::int64_t>(-whole, 12);
    if (chance(static_cast<unsigned>(delay.tailPerThousand)))
        value *= 4 + below(13);
    // Whoever waits for several in a row gives up after half a minute: a sound swarm stays below.
    constexpr std::uint64_t kLongest = 8'000'000'000;
    return static_cast<std::int64_t>(std::min(value, kLongest)) + 1;
}

} // namespace murmur
