// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QRegularExpression>
#include <QString>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace murmur {

/// Case-insensitive substring search in UTF-8. Pure ASCII needles skip through the text byte-wise;
/// others also look behind the \uXXXX escapes that many JSON writers use for everything non-ASCII.
class TextSearch
{
public:
    explicit TextSearch(const QString& needle);
    [[nodiscard]] bool isIn(std::string_view text) const;
    /// As of TextPattern.
    [[nodiscard]] std::string needed() const { return m_isAscii ? m_lower : std::string(); }

private:
    [[nodiscard]] bool isInAscii(std::string_view text) const;

    QString m_needle;
    std::string m_lower;
    bool m_isAscii = true;
    std::array<std::uint32_t, 256> m_skip{};
};

/// Text with wildcards: `*` any run, `?` one character.
class Glob
{
public:
    struct Step
    {
        enum class Is : std::uint8_t { Byte, One, Many };
        Is is = Is::Byte;
        char byte = 0;
    };
    explicit Glob(std::vector<Step> steps, bool ignoreCase = false);
    [[nodiscard]] bool matches(std::string_view text) const;
    /// As of TextPattern.
    [[nodiscard]] std::string needed() const;

private:
    std::vector<Step> m_steps;
    bool m_ignoreCase;
};

/// One way to test a text. Immutable; may be used by several threads at a time.
class TextPattern
{
public:
    /// `escaped` as it stands in an expression: `*` and `?` are wildcards unless a backslash
    /// stands before them.
    static TextPattern equals(QStringView escaped);
    static TextPattern contains(const QString& needle);
    /// An unquoted search word with wildcards: found anywhere, whatever the case.
    static TextPattern containsGlob(QStringView escaped);
    /// The error's message is what PCRE says about the pattern.
    static Result<TextPattern> regex(const QString& pattern);

    [[nodiscard]] bool matches(std::string_view text) const;
    /// What every matching text holds, whatever the case of its letters: ASCII, in lower case.
    /// Empty: nothing is known.
    [[nodiscard]] std::string needed() const;
    /// The text that alone matches; null when there are wildcards or it is no equality.
    [[nodiscard]] const std::string* literal() const { return std::get_if<std::string>(&m_how); }

private:
    using How = std::variant<std::string, Glob, TextSearch, QRegularExpression>;
    explicit TextPattern(How how)
        : m_how(std::move(how))
    {
    }
    How m_how;
};

/// The longest stretch of ASCII in `text`, in lower case.
std::string longestAscii(std::string_view text);

/// `escaped` without its backslashes (`\n` and `\t` give newline and tab).
QString unescaped(QStringView escaped);
bool hasWildcard(QStringView escaped);

} // namespace murmur
