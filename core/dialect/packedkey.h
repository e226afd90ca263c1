// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace murmur {

/// A key or word in the form in which tables compare it: lowercase, without `_` and `-`, at most 16
/// characters in two integers. Longer ones are never in a table and become the empty key.
struct PackedKey
{
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    [[nodiscard]] constexpr bool isEmpty() const noexcept { return low == 0; }
    friend constexpr bool operator==(const PackedKey&, const PackedKey&) = default;
};

/// Builds a PackedKey one character at a time.
class KeyPacker
{
public:
    constexpr void add(char c) noexcept
    {
        if (c == '_' || c == '-')
            return;
        const auto byte = static_cast<std::uint64_t>(
            static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
        if (m_length < 8)
            m_key.low |= byte << (8 * m_length);
        else if (m_length < 16)
            m_key.high |= byte << (8 * (m_length - 8));
        ++m_length;
    }
    [[nodiscard]] constexpr bool isTooLong() const noexcept { return m_length > 16; }
    [[nodiscard]] constexpr PackedKey key() const noexcept
    {
        return isTooLong() ? PackedKey() : m_key;
    }

private:
    PackedKey m_key;
    unsigned m_length = 0;
};

constexpr PackedKey packKey(std::string_view text) noexcept
{
    KeyPacker packer;
    for (const char c : text) {
        packer.add(c);
        if (packer.isTooLong())
            break;
    }
    return packer.key();
}

/// Open-addressing table that the compiler fills: a look-up is one multiplication and, nearly
/// always, one comparison. `Slots` is a power of two, at least twice the number of keys.
template<typename Value, std::size_t Slots>
class PackedKeyTable
{
public:
    constexpr Value& operator[](PackedKey key)
    {
        std::size_t slot = slotOf(key);
        while (!m_keys[slot].isEmpty() && m_keys[slot] != key)
            slot = (slot + 1) % Slots;
        m_keys[slot] = key;
        return m_values[slot];
    }

    [[nodiscard]] constexpr const Value* find(PackedKey key) const noexcept
    {
        if (key.isEmpty())
            return nullptr;
        for (std::size_t slot = slotOf(key);; slot = (slot + 1) % Slots) {
            if (m_keys[slot] == key)
                return &m_values[slot];
            if (m_keys[slot].isEmpty())
                return nullptr;
        }
    }

private:
    static constexpr std::size_t slotOf(PackedKey key) noexcept
    {
        const std::uint64_t mixed =
            (key.low ^ (key.high * 0xff51afd7ed558ccdull)) * 0x9e3779b97f4a7c15ull;
        return static_cast<std::size_t>(mixed >> 40) % Slots;
    }

    std::array<PackedKey, Slots> m_keys{};
    std::array<Value, Slots> m_values{};
};

} // namespace murmur
