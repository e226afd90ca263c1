// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/jsonwriter.h"

#include <QByteArray>

#include <array>
#include <charconv>

namespace murmur {

namespace {

/// The length of the well-formed UTF-8 sequence at `at`, or 0.
std::size_t utf8Length(std::string_view text, std::size_t at) noexcept
{
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        // Neither overlong forms nor surrogates.
        const bool isBad = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F);
        return !isBad && follows(1) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool isBad = (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
        return !isBad && follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

void appendJsonEscaped(std::string& out, std::string_view text)
{
    static constexpr std::string_view hex = "0123456789abcdef";
    std::size_t start = 0;
    std::size_t at = 0;
    const auto flush = [&] { out.append(text.substr(start, at - start)); };
    while (at < text.size()) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != 0x7F) {
            ++at;
            continue;
        }
        if (c >= 0x80) {
            if (const std::size_t length = utf8Length(text, at); length != 0) {
                at += length;
                continue;
            }
            flush();
            out += "\xEF\xBF\xBD";
        } else {
            flush();
            switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += hex[c >> 4];
                out += hex[c & 15];
            }
        }
        start = ++at;
    }
    flush();
}

} // namespace

void JsonWriter::separate()
{
    if (m_needsComma)
        m_out += ',';
    m_needsComma = true;
}

void JsonWriter::open(char bracket)
{
    separate();
    m_out += bracket;
    m_needsComma = false;
}

void JsonWriter::close(char bracket)
{
    m_out += bracket;
    m_needsComma = true;
}

void JsonWriter::key(std::string_view name)
{
    separate();
    m_out += '"';
    appendJsonEscaped(m_out, name);
    m_out += "\":";
    m_needsComma = false;
}

void JsonWriter::text(std::string_view utf8)
{
    separate();
    m_out += '"';
    appendJsonEscaped(m_out, utf8);
    m_out += '"';
}

void JsonWriter::text(const QString& value)
{
    const QByteArray utf8 = value.toUtf8();
    text(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
}

void JsonWriter::textOrNull(std::string_view utf8)
{
    if (utf8.empty())
        null();
    else
        text(utf8);
}

void JsonWriter::textOrNull(const QString& value)
{
    if (value.isEmpty())
        null();
    else
        text(value);
}

void JsonWriter::number(std::int64_t value)
{
    separate();
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    m_out.append(digits.data(), end);
}

void JsonWriter::boolean(bool value)
{
    raw(value ? "true" : "false");
}

void JsonWriter::null()
{
    raw("null");
}

void JsonWriter::raw(std::string_view json)
{
    separate();
    m_out += json;
}

bool isUtf8(std::string_view bytes) noexcept
{
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = utf8Length(bytes, at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

void appendCsv(std::string& out, std::string_view field)
{
    if (field.find_first_of("\",\r\n") == std::string_view::npos) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

} // namespace murmur
