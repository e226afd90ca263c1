// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/codec.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// The forms of text that are taken out of a payload and stored as numbers.
/// Digits of an id are random: as text they take a third of many messages and
/// most of a compressor's time, and they stay twenty bytes; as a number they
/// are sixteen, and two when they were there before.
enum class IdForm : std::uint8_t {
    Uuid,   ///< 8-4-4-4-12 digits, lowercase: 16 bytes
    Trace,  ///< 32 hexadecimal digits, lowercase: 16 bytes
    Span,   ///< 16 of them: 8 bytes
    Millis, ///< 13 decimal digits beginning with 1, as times in ms since 1970 do
    Micros, ///< 16
    Nanos,  ///< 19
};

/// Of so many ids of a block is known that they were there before.
inline constexpr std::size_t kMostKnownIds = 6000;

/// Packs the bytes of a block. In the text that goes through zstd, a *mark*
/// stands where such a number stood: one of nine byte values that the block
/// does not have otherwise. What the marks stand for lies in the bits of the
/// blob. Not thread safe: keeps its scratch.
class PayloadEncoder
{
public:
    void pack(Packer& packer, std::string_view bytes, std::string& packed);

private:
    using Value = std::pair<std::uint64_t, std::uint64_t>;
    static constexpr std::size_t kSlots = 8192;

    /// Whether anything was taken out.
    bool takeOut(std::string_view bytes);
    bool chooseMarks(std::string_view bytes);
    void takeOutOf(std::string_view bytes, std::size_t word);
    void takeUuid(std::string_view bytes, std::size_t dash);
    void takeRun(std::string_view bytes, std::size_t begin);
    void putId(std::string_view bytes, std::size_t begin, std::size_t size, IdForm form,
               Value value);
    void putTime(std::string_view bytes, std::size_t begin, std::size_t size, IdForm form,
                 std::uint64_t value);
    void copyUpTo(std::string_view bytes, std::size_t begin, std::size_t end);
    [[nodiscard]] std::size_t runLength(std::size_t begin, std::size_t end) const;
    void appendNumbers(std::size_t size);

    std::vector<std::uint64_t> m_digits; ///< a bit a byte: hexadecimal, lowercase
    std::vector<std::uint64_t> m_dashes;
    std::string m_text; ///< with marks; only grows
    std::size_t m_textSize = 0;
    std::size_t m_copied = 0;
    unsigned char m_firstMark = 0;
    std::vector<Value> m_known;
    std::array<std::uint16_t, kSlots> m_slots{};
    std::string m_fresh;
    std::vector<std::uint64_t> m_again; ///< how many other ids ago it was fresh
    std::array<std::vector<std::uint64_t>, 3> m_times;
    std::array<std::uint64_t, 3> m_lastTimes{};
    std::string m_bits;
};

/// Unpacks what PayloadEncoder packed. False when damaged.
class PayloadDecoder
{
public:
    bool unpack(Packer& packer, std::string_view packed, std::string& bytes);

private:
    bool readNumbers(std::string_view bits);
    bool putBack(std::string& bytes);
    char* putNumber(unsigned mark, char* to, const char* end);

    std::string m_text;
    unsigned char m_firstMark = 0;
    std::size_t m_size = 0;
    std::string_view m_fresh;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> m_known;
    std::vector<std::uint64_t> m_again;
    std::array<std::vector<std::uint64_t>, 3> m_times;
    std::size_t m_nextAgain = 0;
    std::array<std::size_t, 3> m_nextTime{};
    std::array<std::uint64_t, 3> m_lastTimes{};
};

} // namespace murmur
