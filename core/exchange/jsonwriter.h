// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <string>
#include <string_view>

namespace murmur {

/// Appends JSON to a string: no tree, no allocation beyond the text. The caller keeps the order of
/// calls right; commas come by themselves.
class JsonWriter
{
public:
    explicit JsonWriter(std::string& out)
        : m_out(out)
    {
    }

    void beginObject() { open('{'); }
    void endObject() { close('}'); }
    void beginArray() { open('['); }
    void endArray() { close(']'); }
    void key(std::string_view name);
    /// Bytes that are not UTF-8 become U+FFFD.
    void text(std::string_view utf8);
    void text(const QString& text);
    /// null when empty.
    void textOrNull(std::string_view utf8);
    void textOrNull(const QString& text);
    void number(std::int64_t value);
    void boolean(bool value);
    void null();
    /// JSON text, or a number that is formatted already.
    void raw(std::string_view json);

private:
    void open(char bracket);
    void close(char bracket);
    void separate();

    std::string& m_out;
    bool m_needsComma = false;
};

/// Whether all of it is well-formed UTF-8.
bool isUtf8(std::string_view bytes) noexcept;

/// Appends one CSV field, quoted where RFC 4180 asks for it.
void appendCsv(std::string& out, std::string_view field);

} // namespace murmur
