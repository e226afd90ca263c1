// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace murmur {

/// SimHash of the words of a text (Charikar 2002): texts of nearly the same words have nearly the
/// same bits. Digits do not count: numbers differ from one repetition to the next.
std::uint64_t simHash(std::string_view text) noexcept;

/// 0 … 1; 1: the same bits.
double similarity(std::uint64_t a, std::uint64_t b) noexcept;

} // namespace murmur
