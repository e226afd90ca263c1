// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/scanner.h"

using namespace Qt::StringLiterals;

namespace murmur {

void Scanner::fail(qsizetype at, const QString& what)
{
    throw ParseFailure{at, what};
}

void Scanner::skipSpace()
{
    while (m_at < m_text.size() && m_text[m_at].isSpace())
        ++m_at;
}

bool Scanner::atEnd()
{
    skipSpace();
    return m_at >= m_text.size();
}

QChar Scanner::peek()
{
    return atEnd() ? QChar() : m_text[m_at];
}

bool Scanner::take(QStringView symbol)
{
    skipSpace();
    if (!m_text.mid(m_at).startsWith(symbol))
        return false;
    m_at += symbol.size();
    return true;
}

bool Scanner::takeWord(QStringView wanted)
{
    skipSpace();
    const qsizetype end = m_at + wanted.size();
    if (m_text.mid(m_at, wanted.size()).compare(wanted, Qt::CaseInsensitive) != 0 ||
        !isWordEnd(end))
        return false;
    m_at = end;
    return true;
}

bool Scanner::isWordEnd(qsizetype at) const
{
    if (at >= m_text.size())
        return true;
    const QChar c = m_text[at];
    if (c.isSpace() || QStringView(u"()[]\"',=<>~").contains(c))
        return true;
    return c == u'!' && at + 1 < m_text.size() && m_text[at + 1] == u'=';
}

QStringView Scanner::word()
{
    skipSpace();
    const qsizetype begin = m_at;
    while (!isWordEnd(m_at)) {
        // An escaped character never ends a word.
        if (m_text[m_at] == u'\\' && m_at + 1 < m_text.size())
            ++m_at;
        ++m_at;
    }
    return m_text.mid(begin, m_at - begin);
}

Literal Scanner::quoted()
{
    const qsizetype begin = m_at;
    const QChar quote = m_text[m_at++];
    const qsizetype first = m_at;
    while (m_at < m_text.size() && m_text[m_at] != quote)
        m_at += m_text[m_at] == u'\\' ? 2 : 1;
    if (m_at >= m_text.size())
        fail(begin, u"this quote is not closed"_s);
    const Literal literal{m_text.mid(first, m_at - first).toString(), true, begin};
    ++m_at;
    return literal;
}

Literal Scanner::value(bool isRange, const QString& expected)
{
    const QChar c = peek();
    if (c == u'"' || c == u'\'')
        return quoted();
    const qsizetype begin = m_at;
    QStringView text = word();
    if (isRange) {
        if (const qsizetype dots = text.indexOf(u".."_s); dots >= 0) {
            text = text.left(dots);
            m_at = begin + dots;
        }
    }
    if (text.isEmpty())
        fail(begin, u"expected %1, found %2"_s.arg(expected, found()));
    return {text.toString(), false, begin};
}

QString Scanner::found()
{
    if (atEnd())
        return u"the end"_s;
    const qsizetype begin = m_at;
    QString text = word().toString();
    m_at = begin;
    if (text.isEmpty())
        text = m_text[m_at];
    constexpr qsizetype kShown = 30;
    if (text.size() > kShown)
        text = text.left(kShown) + u'…';
    return u"\"%1\""_s.arg(text);
}

} // namespace murmur
