// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <string>

namespace murmur {

/// Numbers as the file has them, low byte first, from wherever they lie.
template<std::unsigned_integral T>
T loadLittle(const char* from) noexcept
{
    T value{};
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&value, from, sizeof value);
    } else {
        for (std::size_t i = sizeof value; i-- > 0;)
            value = static_cast<T>(value << 8 | static_cast<unsigned char>(from[i]));
    }
    return value;
}

template<std::unsigned_integral T>
void storeLittle(char* to, T value) noexcept
{
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(to, &value, sizeof value);
    } else {
        for (std::size_t i = 0; i < sizeof value; ++i)
            to[i] = static_cast<char>(value >> (8 * i));
    }
}

} // namespace murmur
