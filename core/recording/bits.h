// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Numbers of which none is much likelier than its neighbours: low digits of times, gaps between
/// messages, distances. zstd finds nothing in them and spends time on it, so they are stored as
/// bits: what exceeds the smallest, of each the low bits, then how often 2^bits fits into it as so
/// many zeros and a one (Rice's code), which for gaps between random events is nearly as short as
/// can be. A number that exceeds by far stands whole behind all others.
struct BitsPlan
{
    std::uint64_t minimum = 0;
    unsigned low = 0;        ///< bits of each that are stored as they are
    std::uint64_t bytes = 0; ///< what it will take, about
};
/// What suits `values`, of which `minimum` is the smallest and `maximum` the largest.
BitsPlan planBits(std::span<const std::uint64_t> values, std::uint64_t minimum,
                  std::uint64_t maximum);
void appendBits(std::string& out, std::span<const std::uint64_t> values, const BitsPlan& plan);
/// The same with the plan that suits them.
void appendBits(std::string& out, std::span<const std::uint64_t> values);

/// Reads `count` numbers and advances `in`; `out` null only passes over them. False when the bytes
/// are damaged.
template<typename T>
bool readBits(std::string_view& in, std::size_t count, T* out);

} // namespace murmur
