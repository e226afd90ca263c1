// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/words.h"

#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace murmur {

namespace {

constexpr std::uint32_t kMostTypes = 1u << 16;

bool isUpper(char c)
{
    return c >= 'A' && c <= 'Z';
}
bool isLower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

} // namespace

bool isOneOf(std::string_view word, WordGroup words) noexcept
{
    return std::ranges::find(words, word) != words.end();
}

std::uint8_t wordsIn(std::string_view name, std::span<const WordGroup> groups)
{
    std::array<char, 32> word{};
    std::size_t size = 0;
    std::uint8_t found = 0;
    const auto end = [&] {
        const std::string_view text(word.data(), std::min(size, word.size()));
        for (std::size_t i = 0; i < groups.size() && size > 0; ++i) {
            if (isOneOf(text, groups[i]))
                found = static_cast<std::uint8_t>(found | 1u << i);
        }
        size = 0;
    };
    for (std::size_t i = 0; i < name.size() && i < 256; ++i) {
        const char c = name[i];
        if (!isUpper(c) && !isLower(c)) {
            end();
            continue;
        }
        if (isUpper(c) && i > 0 && isLower(name[i - 1]))
            end();
        if (size < word.size())
            word[size] = isUpper(c) ? static_cast<char>(c + 32) : c;
        ++size;
    }
    end();
    return found;
}

std::uint8_t TypeWords::look(TypeId type, const Scene& scene)
{
    const std::uint8_t found = wordsIn(scene.names().typeName(type), m_groups);
    const std::uint32_t number = index(type);
    if (number < kMostTypes) {
        if (number >= m_known.size())
            m_known.resize(number + 1, kUnknown);
        m_known[number] = found;
    }
    return found;
}

std::size_t BodyKeys::endOfText(std::size_t quote) const
{
    for (std::size_t at = quote + 1; at < m_body.size(); ++at) {
        if (m_body[at] == '\\')
            ++at;
        else if (m_body[at] == '"')
            return at;
    }
    return std::string_view::npos;
}

bool BodyKeys::next()
{
    constexpr std::string_view kSpaces = " \t\r\n";
    for (;;) {
        const std::size_t begin = m_body.find('"', m_at);
        const std::size_t end = begin == std::string_view::npos ? begin : endOfText(begin);
        if (end == std::string_view::npos)
            return false;
        m_at = end + 1;
        const std::size_t colon = m_body.find_first_not_of(kSpaces, m_at);
        if (colon == std::string_view::npos || m_body[colon] != ':')
            continue; // a value
        const std::size_t value = m_body.find_first_not_of(kSpaces, colon + 1);
        if (value == std::string_view::npos)
            return false;
        m_key = m_body.substr(begin + 1, end - begin - 1);
        if (m_body[value] == '"') {
            const std::size_t close = endOfText(value);
            if (close == std::string_view::npos)
                return false;
            m_value = m_body.substr(value, close + 1 - value);
            m_at = close + 1;
        } else if (m_body[value] == '{' || m_body[value] == '[') {
            m_value = m_body.substr(value, 1);
            m_at = value + 1;
        } else {
            const std::size_t close =
                std::min(m_body.find_first_of(",}] \t\r\n", value), m_body.size());
            m_value = m_body.substr(value, close - value);
            m_at = close;
        }
        return true;
    }
}

std::string_view BodyKeys::text() const
{
    return m_value.size() >= 2 && m_value.front() == '"' ? m_value.substr(1, m_value.size() - 2)
                                                         : m_value;
}

std::optional<double> numberFrom(std::string_view text) noexcept
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

} // namespace murmur
