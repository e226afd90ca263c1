// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace murmur {

/// Why an expression cannot be read; thrown and caught inside this room.
struct ParseFailure
{
    qsizetype at = 0; ///< index into the expression
    QString what;
};

/// A value as it stands in an expression.
struct Literal
{
    QString escaped; ///< between the quotes, escapes not yet read
    bool quoted = false;
    qsizetype at = 0;

    [[nodiscard]] QString shown() const { return escaped; }
};

/// Reads words, quoted texts and operators from an expression, and knows where it is.
class Scanner
{
public:
    explicit Scanner(QStringView text)
        : m_text(text)
    {
    }

    [[nodiscard]] qsizetype at() const noexcept { return m_at; }
    void setAt(qsizetype at) noexcept { m_at = at; }
    void skipSpace();
    /// After white space.
    [[nodiscard]] bool atEnd();
    /// The next character after white space, or null at the end.
    [[nodiscard]] QChar peek();
    /// The character right here, white space included.
    [[nodiscard]] QChar here() const { return m_at < m_text.size() ? m_text[m_at] : QChar(); }
    /// Takes `symbol` when it stands here (after white space).
    bool take(QStringView symbol);
    /// Takes the word when it stands here as a whole, whatever its case.
    bool takeWord(QStringView word);
    /// A run of word characters; may be empty.
    QStringView word();
    /// A quoted text or a word. `isRange`: an unquoted value ends before "..".
    Literal value(bool isRange, const QString& expected);
    /// A quoted text; the quote stands here.
    Literal quoted();
    /// What stands here, for error messages.
    [[nodiscard]] QString found();

    [[noreturn]] static void fail(qsizetype at, const QString& what);

private:
    [[nodiscard]] bool isWordEnd(qsizetype at) const;

    QStringView m_text;
    qsizetype m_at = 0;
};

} // namespace murmur
