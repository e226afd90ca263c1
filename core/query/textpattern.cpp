// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/textpattern.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace murmur {

namespace {

constexpr unsigned char lowered(char c) noexcept
{
    const auto u = static_cast<unsigned char>(c);
    return u >= 'A' && u <= 'Z' ? static_cast<unsigned char>(u + 32) : u;
}

using SixteenBytes [[gnu::vector_size(16)]] = unsigned char;

SixteenBytes sixteenTimes(char c) noexcept
{
    SixteenBytes bytes;
    std::memset(&bytes, c, sizeof bytes);
    return bytes;
}

/// What a letter is or'ed with to be lower case; 0: it is none.
constexpr char caseBit(char c) noexcept
{
    return c >= 'a' && c <= 'z' ? 0x20 : 0;
}

QChar escapeMeaning(QChar c)
{
    if (c == u'n')
        return u'\n';
    return c == u't' ? QChar(u'\t') : c;
}

/// Replaces \uXXXX by the character that it means; everything else stays as it is.
QString withoutUnicodeEscapes(const QString& text)
{
    QString out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == u'\\' && i + 5 < text.size() && text[i + 1] == u'u') {
            bool isHex = false;
            const ushort code = QStringView(text).mid(i + 2, 4).toUShort(&isHex, 16);
            if (isHex) {
                out += QChar(code);
                i += 5;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::vector<Glob::Step> globSteps(QStringView escaped, bool& hasWildcards)
{
    using Is = Glob::Step::Is;
    std::vector<Glob::Step> steps;
    QString run;
    const auto flush = [&] {
        for (const char byte : run.toUtf8())
            steps.push_back({Is::Byte, byte});
        run.clear();
    };
    hasWildcards = false;
    for (qsizetype i = 0; i < escaped.size(); ++i) {
        const QChar c = escaped[i];
        if (c == u'\\' && i + 1 < escaped.size()) {
            run += escapeMeaning(escaped[++i]);
        } else if (c == u'*' || c == u'?') {
            flush();
            hasWildcards = true;
            if (c == u'?')
                steps.push_back({Is::One, 0});
            else if (steps.empty() || steps.back().is != Is::Many)
                steps.push_back({Is::Many, 0});
        } else {
            run += c;
        }
    }
    flush();
    return steps;
}

} // namespace

TextSearch::TextSearch(const QString& needle)
    : m_needle(needle)
{
    const QByteArray utf8 = needle.toUtf8();
    m_isAscii =
        std::ranges::all_of(utf8, [](char c) { return static_cast<unsigned char>(c) < 128; });
    for (const char c : utf8)
        m_lower += static_cast<char>(lowered(c));
    const auto length = static_cast<std::uint32_t>(m_lower.size());
    m_skip.fill(length);
    for (std::uint32_t i = 0; i + 1 < length; ++i) {
        const auto c = static_cast<unsigned char>(m_lower[i]);
        m_skip[c] = length - 1 - i;
        if (c >= 'a' && c <= 'z')
            m_skip[c - 32u] = length - 1 - i;
    }
}

bool TextSearch::isIn(std::string_view text) const
{
    if (m_isAscii)
        return isInAscii(text);
    const QString decoded = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    if (decoded.contains(m_needle, Qt::CaseInsensitive))
        return true;
    return text.find("\\u") != std::string_view::npos &&
           withoutUnicodeEscapes(decoded).contains(m_needle, Qt::CaseInsensitive);
}

// Sixteen places at once: only where the first and the last letter fit the others are looked at.
// What is left behind the last sixteen: Boyer-Moore-Horspool with a skip table for both cases.
bool TextSearch::isInAscii(std::string_view text) const
{
    const std::size_t length = m_lower.size();
    if (length == 0)
        return true;
    const auto isAt = [&](std::size_t place) {
        std::size_t i = length;
        while (i > 0 && lowered(text[place + i - 1]) == static_cast<unsigned char>(m_lower[i - 1]))
            --i;
        return i == 0;
    };
    const SixteenBytes first = sixteenTimes(m_lower.front());
    const SixteenBytes last = sixteenTimes(m_lower.back());
    const SixteenBytes ofFirst = sixteenTimes(caseBit(m_lower.front()));
    const SixteenBytes ofLast = sixteenTimes(caseBit(m_lower.back()));
    std::size_t at = 0;
    for (; at + length + sizeof(SixteenBytes) - 1 <= text.size(); at += sizeof(SixteenBytes)) {
        SixteenBytes begins;
        SixteenBytes ends;
        std::memcpy(&begins, text.data() + at, sizeof begins);
        std::memcpy(&ends, text.data() + at + length - 1, sizeof ends);
        const auto fits = ((begins | ofFirst) == first) & ((ends | ofLast) == last);
        std::array<std::uint64_t, 2> halves;
        std::memcpy(halves.data(), &fits, sizeof fits);
        if ((halves[0] | halves[1]) == 0)
            continue;
        for (std::size_t i = 0; i < sizeof fits; ++i) {
            if (isAt(at + i))
                return true;
        }
    }
    while (at + length <= text.size()) {
        if (isAt(at))
            return true;
        at += m_skip[static_cast<unsigned char>(text[at + length - 1])];
    }
    return false;
}

Glob::Glob(std::vector<Step> steps, bool ignoreCase)
    : m_steps(std::move(steps))
    , m_ignoreCase(ignoreCase)
{
    if (m_ignoreCase) {
        for (Step& step : m_steps)
            step.byte = static_cast<char>(lowered(step.byte));
    }
}

// Only the last star is ever tried again, so the cost is at most steps x text.
bool Glob::matches(std::string_view text) const
{
    std::size_t step = 0, at = 0;
    std::size_t starStep = m_steps.size(), starAt = 0;
    while (at < text.size()) {
        if (step < m_steps.size() && m_steps[step].is == Step::Is::Many) {
            starStep = step++;
            starAt = at;
        } else if (step < m_steps.size() && m_steps[step].is == Step::Is::One) {
            ++step;
            ++at;
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
                ++at;
        } else if (step < m_steps.size() && (m_ignoreCase ? static_cast<char>(lowered(text[at]))
                                                          : text[at]) == m_steps[step].byte) {
            ++step;
            ++at;
        } else if (starStep < m_steps.size()) {
            step = starStep + 1;
            at = ++starAt;
        } else {
            return false;
        }
    }
    while (step < m_steps.size() && m_steps[step].is == Step::Is::Many)
        ++step;
    return step == m_steps.size();
}

std::string Glob::needed() const
{
    std::string best;
    std::string bytes;
    for (const Step& step : m_steps) {
        if (step.is == Step::Is::Byte) {
            bytes += step.byte;
            continue;
        }
        if (const std::string run = longestAscii(bytes); run.size() > best.size())
            best = run;
        bytes.clear();
    }
    const std::string last = longestAscii(bytes);
    return last.size() > best.size() ? last : best;
}

TextPattern TextPattern::equals(QStringView escaped)
{
    bool hasWildcards = false;
    std::vector<Glob::Step> steps = globSteps(escaped, hasWildcards);
    if (hasWildcards)
        return TextPattern(Glob(std::move(steps)));
    std::string literal;
    for (const Glob::Step& step : steps)
        literal += step.byte;
    return TextPattern(std::move(literal));
}

TextPattern TextPattern::contains(const QString& needle)
{
    return TextPattern(TextSearch(needle));
}

TextPattern TextPattern::containsGlob(QStringView escaped)
{
    bool hasWildcards = false;
    std::vector<Glob::Step> steps = globSteps(escaped, hasWildcards);
    const Glob::Step many{Glob::Step::Is::Many, 0};
    steps.insert(steps.begin(), many);
    steps.push_back(many);
    return TextPattern(Glob(std::move(steps), true));
}

Result<TextPattern> TextPattern::regex(const QString& pattern)
{
    QRegularExpression expression(pattern);
    if (!expression.isValid())
        return Error{ErrorCode::WrongUse, expression.errorString()};
    expression.optimize();
    return TextPattern(std::move(expression));
}

bool TextPattern::matches(std::string_view text) const
{
    if (const auto* literal = std::get_if<std::string>(&m_how))
        return text == *literal;
    if (const auto* glob = std::get_if<Glob>(&m_how))
        return glob->matches(text);
    if (const auto* search = std::get_if<TextSearch>(&m_how))
        return search->isIn(text);
    return std::get<QRegularExpression>(m_how)
        .match(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())))
        .hasMatch();
}

std::string TextPattern::needed() const
{
    if (const auto* literal = std::get_if<std::string>(&m_how))
        return longestAscii(*literal);
    if (const auto* glob = std::get_if<Glob>(&m_how))
        return glob->needed();
    const auto* search = std::get_if<TextSearch>(&m_how);
    return search != nullptr ? search->needed() : std::string();
}

std::string longestAscii(std::string_view text)
{
    std::string best;
    std::string run;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 128)
            run += static_cast<char>(lowered(c));
        else
            run.clear();
        if (run.size() > best.size())
            best = run;
    }
    return best;
}

QString unescaped(QStringView escaped)
{
    QString out;
    out.reserve(escaped.size());
    for (qsizetype i = 0; i < escaped.size(); ++i) {
        if (escaped[i] == u'\\' && i + 1 < escaped.size())
            out += escapeMeaning(escaped[++i]);
        else
            out += escaped[i];
    }
    return out;
}

bool hasWildcard(QStringView escaped)
{
    for (qsizetype i = 0; i < escaped.size(); ++i) {
        if (escaped[i] == u'\\')
            ++i;
        else if (escaped[i] == u'*' || escaped[i] == u'?')
            return true;
    }
    return false;
}

} // namespace murmur
