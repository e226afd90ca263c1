// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/bodyshape.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace murmur {

namespace {

constexpr int kDeepestShape = 16;
constexpr std::uint64_t kElement = 0x9e37'79b9'7f4a'7c15ull;

std::uint64_t stirred(std::uint64_t value)
{
    value ^= value >> 32;
    value *= 0xd6e8'feb8'6659'fd93ull;
    return value ^ (value >> 32);
}

std::uint64_t pathOf(std::uint64_t above, std::string_view key)
{
    std::uint64_t hash = above ^ 0xcbf2'9ce4'8422'2325ull;
    bool isInDigits = false;
    for (const char c : key) {
        const bool isDigit = c >= '0' && c <= '9';
        if (!isDigit || !isInDigits)
            hash = (hash ^ static_cast<unsigned char>(isDigit ? '#' : c)) * 0x100'0000'01b3ull;
        isInDigits = isDigit;
    }
    return stirred(hash);
}

} // namespace

void BodyShape::skipSpace()
{
    while (m_at < m_body.size() && (m_body[m_at] == ' ' || m_body[m_at] == '\n' ||
                                    m_body[m_at] == '\r' || m_body[m_at] == '\t'))
        ++m_at;
}

/// At its first quote; ends behind the last.
bool BodyShape::text(std::string_view& inside)
{
    const std::size_t begin = ++m_at;
    for (;;) {
        const void* found = std::memchr(m_body.data() + m_at, '"', m_body.size() - m_at);
        if (found == nullptr)
            return false;
        const auto quote =
            static_cast<std::size_t>(static_cast<const char*>(found) - m_body.data());
        std::size_t slashes = 0;
        while (quote > begin + slashes && m_body[quote - slashes - 1] == '\\')
            ++slashes;
        m_at = quote + 1;
        if (slashes % 2 == 0) {
            inside = m_body.substr(begin, quote - begin);
            return true;
        }
        if (m_at >= m_body.size())
            return false;
    }
}

bool BodyShape::members(std::size_t self, int depth)
{
    ++m_at;
    for (bool isFirst = true;; isFirst = false) {
        skipSpace();
        if (m_at >= m_body.size())
            return false;
        if (m_body[m_at] == '}') {
            ++m_at;
            return true;
        }
        if (!isFirst) {
            if (m_body[m_at] != ',')
                return false;
            ++m_at;
            skipSpace();
        }
        std::string_view key;
        if (m_at >= m_body.size() || m_body[m_at] != '"' || !text(key))
            return false;
        skipSpace();
        if (m_at >= m_body.size() || m_body[m_at] != ':')
            return false;
        ++m_at;
        const Piece& of = m_pieces[self];
        if (!value(self, key, pathOf(of.path, key), of.isInList, depth + 1))
            return false;
    }
}

bool BodyShape::elements(std::size_t self, int depth)
{
    ++m_at;
    for (bool isFirst = true;; isFirst = false) {
        skipSpace();
        if (m_at >= m_body.size())
            return false;
        if (m_body[m_at] == ']') {
            ++m_at;
            return true;
        }
        if (!isFirst) {
            if (m_body[m_at] != ',')
                return false;
            ++m_at;
        }
        if (!value(self, {}, stirred(m_pieces[self].path ^ kElement), true, depth + 1))
            return false;
    }
}

bool BodyShape::value(std::size_t above, std::string_view key, std::uint64_t path, bool isInList,
                      int depth)
{
    skipSpace();
    if (m_at >= m_body.size() || depth > kDeepestShape || m_pieces.size() >= kMostPieces)
        return false;
    const std::size_t self = m_pieces.size();
    Sort sort = Sort::Number;
    switch (m_body[m_at]) {
    case '{':
        sort = Sort::Object;
        break;
    case '[':
        sort = Sort::List;
        break;
    case '"':
        sort = Sort::Text;
        break;
    case 't':
    case 'f':
        sort = Sort::Bool;
        break;
    case 'n':
        sort = Sort::Null;
        break;
    default:
        break;
    }
    m_pieces.push_back({path, self == 0 ? 0 : m_pieces[above].path, key,
                        static_cast<std::uint32_t>(above), sort, isInList});
    // The order of keys, and how often an element comes, do not count.
    m_hash += isInList ? 0 : stirred(path + static_cast<std::uint64_t>(sort) + 1);
    if (sort == Sort::Object)
        return members(self, depth);
    if (sort == Sort::List)
        return elements(self, depth);
    if (sort == Sort::Text) {
        std::string_view inside;
        return text(inside);
    }
    const std::size_t begin = m_at;
    while (m_at < m_body.size() && m_body[m_at] != ',' && m_body[m_at] != '}' &&
           m_body[m_at] != ']' && static_cast<unsigned char>(m_body[m_at]) > ' ')
        ++m_at;
    return m_at > begin;
}

bool BodyShape::look(std::string_view body)
{
    m_body = body;
    m_at = 0;
    m_pieces.clear();
    m_hash = 0;
    skipSpace();
    if (body.size() > kLargest || m_at >= body.size() || body[m_at] != '{')
        return false;
    return value(0, {}, 1, false, 0);
}

std::string BodyShape::nameOf(const Piece& piece) const
{
    std::vector<const Piece*> way;
    for (const Piece* at = &piece; at != m_pieces.data(); at = &m_pieces[at->above])
        way.push_back(at);
    std::string name;
    for (auto at = way.rbegin(); at != way.rend(); ++at) {
        const bool isElement = m_pieces[(*at)->above].sort == Sort::List;
        if (isElement)
            name += "[]";
        else
            name.append(name.empty() ? "" : ".").append((*at)->key);
    }
    return name;
}

std::string_view sortName(BodyShape::Sort sort) noexcept
{
    switch (sort) {
    case BodyShape::Sort::Null:
        return "null";
    case BodyShape::Sort::Bool:
        return "true or false";
    case BodyShape::Sort::Number:
        return "a number";
    case BodyShape::Sort::Text:
        return "a text";
    case BodyShape::Sort::Object:
        return "an object";
    case BodyShape::Sort::List:
        return "a list";
    }
    return "null";
}

} // namespace murmur
