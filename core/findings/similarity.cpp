// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/similarity.h"

#include <xxhash.h>

#include <array>
#include <bit>
#include <cstddef>

namespace murmur {

namespace {

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) >= 0x80);
}

} // namespace

std::uint64_t simHash(std::string_view text) noexcept
{
    constexpr std::size_t kMost = 16'384;
    text = text.substr(0, kMost);
    std::array<int, 64> weight{};
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && isLetter(text[end]))
            ++end;
        if (end > i) {
            const std::uint64_t word = XXH3_64bits(text.data() + i, end - i);
            for (std::size_t bit = 0; bit < 64; ++bit)
                weight[bit] += (word >> bit) & 1 ? 1 : -1;
        }
        i = end + 1;
    }
    std::uint64_t hash = 0;
    for (std::size_t bit = 0; bit < 64; ++bit)
        hash |= weight[bit] > 0 ? 1ull << bit : 0;
    return hash;
}

double similarity(std::uint64_t a, std::uint64_t b) noexcept
{
    return 1 - std::popcount(a ^ b) / 64.0;
}

} // namespace murmur
