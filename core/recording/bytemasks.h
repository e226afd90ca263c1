// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace murmur {

/// Bit i tells of byte i of 64.
struct ByteMasks
{
    std::uint64_t digits = 0; ///< 0-9 and a-f
    std::uint64_t dashes = 0;
    std::uint64_t marks = 0; ///< from the first mark on, as many as there are
};

inline constexpr unsigned kMarks = 9;

/// Bit i tells of byte i of 64.
struct LetterMasks
{
    std::uint64_t letters = 0;   ///< a-z and A-Z
    std::uint64_t beyondHex = 0; ///< g-z and G-Z
    std::uint64_t escapes = 0;   ///< backslashes
};

#ifdef __SSE2__

/// Bytes from `first` to `first` + `more`.
inline __m128i areBetween(__m128i bytes, char first, char more) noexcept
{
    const __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(more)), above);
}

inline std::uint64_t byteBits(__m128i bytes) noexcept
{
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

inline ByteMasks masksOf(const char* bytes, unsigned char firstMark) noexcept
{
    ByteMasks masks;
    for (unsigned i = 0; i < 4; ++i) {
        const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
        const __m128i digits = _mm_or_si128(areBetween(four, '0', 9), areBetween(four, 'a', 5));
        masks.digits |= byteBits(digits) << (16 * i);
        masks.dashes |= byteBits(_mm_cmpeq_epi8(four, _mm_set1_epi8('-'))) << (16 * i);
        masks.marks |= byteBits(areBetween(four, static_cast<char>(firstMark), kMarks - 1))
                       << (16 * i);
    }
    return masks;
}

inline std::uint64_t marksOf(const char* bytes, unsigned char firstMark) noexcept
{
    std::uint64_t marks = 0;
    for (unsigned i = 0; i < 4; ++i) {
        const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
        marks |= byteBits(areBetween(four, static_cast<char>(firstMark), kMarks - 1)) << (16 * i);
    }
    return marks;
}

inline LetterMasks letterMasksOf(const char* bytes) noexcept
{
    LetterMasks masks;
    for (unsigned i = 0; i < 4; ++i) {
        const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
        const __m128i lower = _mm_or_si128(four, _mm_set1_epi8(0x20));
        masks.letters |= byteBits(areBetween(lower, 'a', 25)) << (16 * i);
        masks.beyondHex |= byteBits(areBetween(lower, 'g', 19)) << (16 * i);
        masks.escapes |= byteBits(_mm_cmpeq_epi8(four, _mm_set1_epi8('\\'))) << (16 * i);
    }
    return masks;
}

#else

inline ByteMasks masksOf(const char* bytes, unsigned char firstMark) noexcept
{
    ByteMasks masks;
    for (unsigned i = 0; i < 64; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const bool isDigit = static_cast<unsigned char>(byte - '0') < 10 ||
                             static_cast<unsigned char>(byte - 'a') < 6;
        masks.digits |= std::uint64_t(isDigit) << i;
        masks.dashes |= std::uint64_t(byte == '-') << i;
        masks.marks |= std::uint64_t(static_cast<unsigned char>(byte - firstMark) < kMarks) << i;
    }
    return masks;
}

inline std::uint64_t marksOf(const char* bytes, unsigned char firstMark) noexcept
{
    return masksOf(bytes, firstMark).marks;
}

inline LetterMasks letterMasksOf(const char* bytes) noexcept
{
    LetterMasks masks;
    for (unsigned i = 0; i < 64; ++i) {
        const auto lower = static_cast<unsigned char>(bytes[i] | 0x20);
        masks.letters |= std::uint64_t(static_cast<unsigned char>(lower - 'a') < 26) << i;
        masks.beyondHex |= std::uint64_t(static_cast<unsigned char>(lower - 'g') < 20) << i;
        masks.escapes |= std::uint64_t(bytes[i] == '\\') << i;
    }
    return masks;
}

#endif

} // namespace murmur
