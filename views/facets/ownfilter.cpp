// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/facets/ownfilter.h"

#include "query/messagefield.h"

#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

bool isWordLetter(QChar letter)
{
    return letter.isLetterOrNumber() || letter == u'_' || letter == u'.' || letter == u'-';
}

/// Where the word stands outside of quotes and brackets.
QList<qsizetype> outside(const QString& text, QLatin1StringView word)
{
    QList<qsizetype> found;
    int depth = 0;
    bool isQuoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar letter = text[i];
        if (isQuoted) {
            if (letter == u'\\')
                ++i;
            else if (letter == u'"')
                isQuoted = false;
            continue;
        }
        if (letter == u'"')
            isQuoted = true;
        else if (letter == u'(' || letter == u'[')
            ++depth;
        else if (letter == u')' || letter == u']')
            --depth;
        else if (depth == 0 && (i == 0 || !isWordLetter(text[i - 1])) &&
                 QStringView(text).mid(i).startsWith(word, Qt::CaseInsensitive) &&
                 (i + word.size() == text.size() || !isWordLetter(text[i + word.size()])))
            found << i;
    }
    return found;
}

/// Without brackets around all of it.
QString bare(QString text)
{
    text = text.trimmed();
    while (text.startsWith(u'(')) {
        // The bracket that opens it must be closed by the last letter.
        int depth = 0;
        bool isQuoted = false;
        qsizetype end = -1;
        for (qsizetype i = 0; i < text.size() && end < 0; ++i) {
            if (isQuoted) {
                if (text[i] == u'\\')
                    ++i;
                else if (text[i] == u'"')
                    isQuoted = false;
            } else if (text[i] == u'"') {
                isQuoted = true;
            } else if (text[i] == u'(') {
                ++depth;
            } else if (text[i] == u')' && --depth == 0) {
                end = i;
            }
        }
        if (end != text.size() - 1)
            break;
        text = text.mid(1, text.size() - 2).trimmed();
    }
    return text;
}

QStringList split(const QString& text, QLatin1StringView word)
{
    QStringList parts;
    qsizetype from = 0;
    for (const qsizetype at : outside(text, word)) {
        parts << text.mid(from, at - from).trimmed();
        from = at + word.size();
    }
    parts << text.mid(from).trimmed();
    return parts;
}

QString alternatives(const QStringList& parts)
{
    return parts.join(u" or "_s);
}

} // namespace

QStringList conjunctsOf(const QString& filter)
{
    const QString text = bare(filter);
    if (text.isEmpty())
        return {};
    if (!outside(text, "or"_L1).isEmpty() || outside(text, "and"_L1).isEmpty())
        return {text};
    QStringList all;
    for (const QString& part : split(text, "and"_L1))
        all << conjunctsOf(part);
    return all;
}

QStringList alternativesOf(const QString& condition)
{
    const QString text = bare(condition);
    return outside(text, "or"_L1).isEmpty() ? QStringList{text} : split(text, "or"_L1);
}

QString conjunction(const QStringList& parts)
{
    QString text;
    for (const QString& part : parts) {
        const bool isWide = !outside(part, "or"_L1).isEmpty();
        const QString safe = isWide ? u'(' + part + u')' : part;
        text = text.isEmpty() ? part : u"(%1) and %2"_s.arg(text, safe);
    }
    return text;
}

bool isOnlyAbout(const QString& condition, const QString& field)
{
    QString text = bare(condition);
    if (text.startsWith("not "_L1, Qt::CaseInsensitive) || text.startsWith("not("_L1))
        return isOnlyAbout(text.mid(3), field);
    for (const QLatin1StringView word : {"or"_L1, "and"_L1}) {
        if (outside(text, word).isEmpty())
            continue;
        const QStringList parts = split(text, word);
        return std::ranges::all_of(parts,
                                   [&](const QString& part) { return isOnlyAbout(part, field); });
    }
    static const QRegularExpression test(
        uR"(^([A-Za-z_][\w.\-\[\]]*)\s*(==|!=|<|>|~|not\b|in\b|contains\b|exists\b))"_s);
    const auto match = test.match(text);
    if (!match.hasMatch())
        return false;
    const auto named = MessageField::named(match.captured(1));
    const auto wanted = MessageField::named(field);
    if (!named || !wanted)
        return false;
    // What has ids has one meaning, whatever alias is written.
    return named->name() == wanted->name() ||
           (named->hasIds() && wanted->hasIds() && named->field() == wanted->field());
}

bool isChoiceOf(const QString& condition, const QString& field)
{
    return isOnlyAbout(condition, field) && outside(condition, "not"_L1).isEmpty() &&
           !bare(condition).startsWith("not"_L1, Qt::CaseInsensitive) &&
           !condition.contains("!="_L1);
}

QStringList choicesOf(const QString& filter)
{
    QStringList all;
    for (const QString& part : conjunctsOf(filter))
        all << alternativesOf(part);
    return all;
}

QString filterWithout(const QString& filter, const QString& field)
{
    QStringList left;
    for (const QString& part : conjunctsOf(filter)) {
        if (!isChoiceOf(part, field))
            left << part;
    }
    return conjunction(left);
}

QString filterWithValue(const QString& filter, const QString& field, const QString& condition)
{
    QStringList parts = conjunctsOf(filter);
    const auto own =
        std::ranges::find_if(parts, [&](const QString& part) { return isChoiceOf(part, field); });
    if (own == parts.end())
        return conjunction(parts << condition);
    QStringList values = alternativesOf(*own);
    if (values.removeAll(condition) == 0)
        values << condition;
    if (values.isEmpty())
        parts.erase(own);
    else
        *own = alternatives(values);
    return conjunction(parts);
}

} // namespace murmur
