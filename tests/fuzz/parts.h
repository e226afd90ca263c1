// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace murmur::test {

/// Splits the input of a fuzz target: two-byte numbers (low byte first), and pieces that such a
/// number tells the length of.
class Parts
{
public:
    explicit Parts(std::string_view in)
        : m_in(in)
    {
    }
    [[nodiscard]] bool isEmpty() const { return m_in.empty(); }
    std::size_t number()
    {
        std::size_t value = 0;
        for (std::size_t i = 0; i < 2 && i < m_in.size(); ++i)
            value |= std::size_t(static_cast<unsigned char>(m_in[i])) << (8 * i);
        m_in.remove_prefix(std::min<std::size_t>(2, m_in.size()));
        return value;
    }
    std::string_view next()
    {
        const std::size_t size = std::min(number(), m_in.size());
        const std::string_view piece = m_in.substr(0, size);
        m_in.remove_prefix(size);
        return piece;
    }
    [[nodiscard]] std::string_view rest() const { return m_in; }

    static std::string numbered(std::size_t value)
    {
        return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8 & 0xff)};
    }
    static std::string piece(std::string_view bytes)
    {
        return numbered(bytes.size()) + std::string(bytes);
    }

private:
    std::string_view m_in;
};

} // namespace murmur::test
