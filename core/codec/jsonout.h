// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

namespace murmur {

/// A few bytes may stand for very many values; so what is written has a bound, and so has its
/// depth.
inline constexpr std::size_t kMaxDecoded = 32u << 20;
inline constexpr int kMaxDepth = 200;

/// Writes one JSON value. Throws CodecFailure when it gets too large or too deep, or when `stop` is
/// asked for.
class JsonOut
{
public:
    explicit JsonOut(std::stop_token stop = {})
        : m_stop(std::move(stop))
    {
    }

    void beginObject() { begin('{'); }
    void endObject() { end('}'); }
    void beginArray() { begin('['); }
    void endArray() { end(']'); }
    void key(std::string_view name);
    /// Bytes that are no UTF-8 become U+FFFD.
    void text(std::string_view utf8);
    void bytes(std::string_view bytes); ///< as base64
    void null() { raw("null"); }
    void boolean(bool value) { raw(value ? "true" : "false"); }
    void number(std::int64_t value) { raw(std::to_string(value)); }
    void number(std::uint64_t value) { raw(std::to_string(value)); }
    void real(double value); ///< what JSON has no number for is the text "NaN", "Infinity" …
    void real(float value);
    /// A finished value.
    void raw(std::string_view json);

    [[nodiscard]] std::string take() { return std::move(m_text); }
    [[nodiscard]] std::size_t size() const noexcept { return m_text.size(); }

private:
    void begin(char bracket);
    void end(char bracket);
    void separate();
    void quote(std::string_view utf8);
    void check();

    std::stop_token m_stop;
    std::string m_text;
    std::size_t m_nextLook = 4096;
    int m_depth = 0;
    bool m_isFirst = true;
};

/// Whether all of it is UTF-8, control characters other than tab and line ends left out.
bool isPlainText(std::string_view bytes) noexcept;
void appendBase64(std::string& out, std::string_view bytes);

} // namespace murmur
