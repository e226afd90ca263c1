// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/jsonout.h"

#include "codec/bytereader.h"

#include <array>
#include <charconv>
#include <cmath>

namespace murmur {

namespace {

/// Bytes of the UTF-8 character at `at`; 0: none begins there.
std::size_t utf8Length(std::string_view text, std::size_t at) noexcept
{
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const auto goesOn = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return goesOn(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool isLong = first != 0xe0 || byte(1) >= 0xa0;
        const bool isSurrogate = first == 0xed && byte(1) >= 0xa0;
        return isLong && !isSurrogate && goesOn(1) && goesOn(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool isIn = (first != 0xf0 || byte(1) >= 0x90) && (first != 0xf4 || byte(1) < 0x90);
        return isIn && goesOn(1) && goesOn(2) && goesOn(3) ? 4 : 0;
    }
    return 0;
}

template<typename Real>
void writeReal(JsonOut& out, Real value)
{
    if (std::isnan(value))
        return out.text("NaN");
    if (std::isinf(value))
        return out.text(value < 0 ? "-Infinity" : "Infinity");
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

} // namespace

void JsonOut::check()
{
    if (m_text.size() > kMaxDecoded)
        throw CodecFailure{"it stands for more than 32 MiB of values", 0};
    if (m_text.size() < m_nextLook)
        return;
    m_nextLook = m_text.size() + 4096;
    if (m_stop.stop_requested())
        throw CodecFailure{"cancelled", 0};
}

void JsonOut::separate()
{
    if (!m_isFirst)
        m_text += ',';
    m_isFirst = false;
    check();
}

void JsonOut::begin(char bracket)
{
    separate();
    if (++m_depth > kMaxDepth)
        throw CodecFailure{"values stand in each other more than 200 deep", 0};
    m_text += bracket;
    m_isFirst = true;
}

void JsonOut::end(char bracket)
{
    --m_depth;
    m_text += bracket;
    m_isFirst = false;
}

void JsonOut::key(std::string_view name)
{
    separate();
    quote(name);
    m_text += ':';
    m_isFirst = true;
}

void JsonOut::text(std::string_view utf8)
{
    separate();
    quote(utf8);
}

void JsonOut::quote(std::string_view utf8)
{
    static constexpr char kHex[] = "0123456789abcdef";
    m_text += '"';
    for (std::size_t at = 0; at < utf8.size();) {
        const char c = utf8[at];
        const std::size_t length = utf8Length(utf8, at);
        if (length == 0) {
            m_text += "\xef\xbf\xbd";
            ++at;
            continue;
        }
        if (c == '"' || c == '\\')
            (m_text += '\\') += c;
        else if (c == '\n')
            m_text += "\\n";
        else if (length == 1 && static_cast<unsigned char>(c) < 0x20)
            ((m_text += "\\u00") += kHex[(c >> 4) & 15]) += kHex[c & 15];
        else
            m_text.append(utf8.substr(at, length));
        at += length;
    }
    m_text += '"';
}

void JsonOut::bytes(std::string_view bytes)
{
    separate();
    m_text += '"';
    appendBase64(m_text, bytes);
    m_text += '"';
}

void JsonOut::real(double value)
{
    writeReal(*this, value);
}

void JsonOut::real(float value)
{
    writeReal(*this, value);
}

void JsonOut::raw(std::string_view json)
{
    separate();
    m_text += json;
}

bool isPlainText(std::string_view bytes) noexcept
{
    for (std::size_t at = 0; at < bytes.size();) {
        const auto c = static_cast<unsigned char>(bytes[at]);
        const std::size_t length = utf8Length(bytes, at);
        if (length == 0 || c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            return false;
        at += length;
    }
    return true;
}

void appendBase64(std::string& out, std::string_view bytes)
{
    static constexpr char kDigits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = (group << 8) | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= count ? kDigits[(group >> (18 - 6 * i)) & 63] : '=';
    }
}

} // namespace murmur
