// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace murmur {

/// Why bytes cannot be read, and at which of them. Thrown within the room only.
struct CodecFailure
{
    std::string what; ///< goes on with " at byte 12"
    std::size_t at = 0;
};

/// Walks through bytes and never past their end.
class ByteReader
{
public:
    /// `base`: where the bytes stand in those that the person sees.
    explicit ByteReader(std::string_view bytes, std::size_t base = 0)
        : m_bytes(bytes)
        , m_base(base)
    {
    }

    [[nodiscard]] std::size_t at() const noexcept { return m_base + m_at; }
    [[nodiscard]] std::size_t offset() const noexcept { return m_at; }
    [[nodiscard]] std::size_t left() const noexcept { return m_bytes.size() - m_at; }
    [[nodiscard]] bool isAtEnd() const noexcept { return m_at == m_bytes.size(); }
    [[nodiscard]] std::string_view rest() const noexcept { return m_bytes.substr(m_at); }
    [[noreturn]] void fail(std::string what) const { throw CodecFailure{std::move(what), at()}; }

    std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
    [[nodiscard]] std::uint8_t peek() const
    {
        if (isAtEnd())
            fail("the bytes end");
        return static_cast<std::uint8_t>(m_bytes[m_at]);
    }
    std::string_view take(std::uint64_t size)
    {
        if (size > left())
            fail("the bytes end where " + std::to_string(size) + " more are announced");
        const std::string_view taken = m_bytes.substr(m_at, static_cast<std::size_t>(size));
        m_at += taken.size();
        return taken;
    }
    /// A number or a float in the order of this or the other end.
    template<typename T>
    T fixed(std::endian order)
    {
        using Bits = std::conditional_t<
            sizeof(T) == 1, std::uint8_t,
            std::conditional_t<sizeof(T) == 2, std::uint16_t,
                               std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;
        const std::string_view bytes = take(sizeof(T));
        Bits bits = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            const std::size_t place = order == std::endian::big ? i : sizeof(T) - 1 - i;
            bits = static_cast<Bits>((std::uint64_t(bits) << 8) |
                                     static_cast<unsigned char>(bytes[place]));
        }
        return std::bit_cast<T>(bits);
    }
    template<typename T>
    T big()
    {
        return fixed<T>(std::endian::big);
    }
    template<typename T>
    T little()
    {
        return fixed<T>(std::endian::little);
    }
    /// Seven bits a byte, the lowest first.
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t next = byte();
            value |= std::uint64_t(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
                return value;
        }
        fail("a number has no end");
    }
    std::int64_t zigzag()
    {
        const std::uint64_t value = varint();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }

private:
    std::string_view m_bytes;
    std::size_t m_base;
    std::size_t m_at = 0;
};

} // namespace murmur
