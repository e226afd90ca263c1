// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/remap.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMostTable = qint64(64) << 20; // bytes

QRegularExpression patternOf(const QString& glob)
{
    QString pattern;
    for (const QChar letter : glob) {
        if (letter == u'*')
            pattern += u"(.*)"_s;
        else if (letter == u'?')
            pattern += u"(.)"_s;
        else
            pattern += QRegularExpression::escape(QString(letter));
    }
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern),
                              QRegularExpression::DotMatchesEverythingOption);
}

QString filledIn(const QString& text, const QRegularExpressionMatch& match)
{
    QString filled;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar next = i + 1 < text.size() ? text[i + 1] : QChar();
        if (text[i] != u'$' || (next != u'$' && !(next >= u'0' && next <= u'9'))) {
            filled += text[i];
            continue;
        }
        filled += next == u'$' ? u"$"_s : match.captured(next.digitValue());
        ++i;
    }
    return filled;
}

/// The highest capture that a text asks for.
int mostCaptures(const QString& text)
{
    int most = 0;
    for (qsizetype i = 0; i + 1 < text.size(); ++i) {
        if (text[i] != u'$')
            continue;
        if (text[i + 1] >= u'0' && text[i + 1] <= u'9')
            most = std::max(most, text[i + 1].digitValue());
        ++i;
    }
    return most;
}

Error wrongRule(const QString& text, const QString& why)
{
    return {ErrorCode::WrongUse,
            u"The rule \"%1\" cannot be used: %2. A rule looks like a.*=replay.a.$1, or like "
            "~^a\\.(.*)=b.$1."_s.arg(text, why)};
}

} // namespace

Result<Remap> Remap::fromTexts(const QStringList& rules, const QString& prefix)
{
    Remap remap;
    remap.m_prefix = prefix;
    for (const QString& rule : rules) {
        const Status added = rule.startsWith(u'@') ? remap.addFile(rule.mid(1)) : remap.add(rule);
        if (!added)
            return added.error();
    }
    return remap;
}

Status Remap::addFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMostTable)
        return Error{ErrorCode::Unreadable,
                     u"The table of topics %1 cannot be read: %2."_s.arg(
                         path, file.isOpen() ? u"it is larger than 64 MiB"_s : file.errorString())};
    while (!file.atEnd()) {
        const QString line = QString::fromUtf8(file.readLine()).trimmed();
        if (line.isEmpty() || line.startsWith(u'#'))
            continue;
        if (auto added = add(line); !added)
            return added;
    }
    return Done{};
}

Status Remap::add(const QString& text)
{
    const bool isRegex = text.startsWith(u'~');
    const qsizetype cut = isRegex ? text.lastIndexOf(u'=') : text.indexOf(u'=');
    if (cut < 1)
        return wrongRule(text, u"it has no \"=\" behind a pattern"_s);
    const QString from = text.mid(isRegex ? 1 : 0, cut - (isRegex ? 1 : 0)).trimmed();
    const QString to = text.mid(cut + 1).trimmed();
    if (from.isEmpty() || to.isEmpty())
        return wrongRule(text, u"one side of it is empty"_s);
    if (!isRegex && !from.contains(u'*') && !from.contains(u'?') && mostCaptures(to) == 0) {
        if (!m_exact.contains(from))
            m_exact.insert(from, {m_count, filledIn(to, {})});
        ++m_count;
        return Done{};
    }
    Rule rule{isRegex ? QRegularExpression(from) : patternOf(from), to, !isRegex};
    if (!rule.pattern.isValid())
        return wrongRule(text, rule.pattern.errorString());
    if (mostCaptures(to) > rule.pattern.captureCount())
        return wrongRule(text, u"there is no capture $%1"_s.arg(mostCaptures(to)));
    rule.pattern.optimize();
    m_patterns.emplace_back(m_count++, std::move(rule));
    return Done{};
}

bool Remap::applyRules(const QString& topic, QString& to) const
{
    const auto exact = m_exact.constFind(topic);
    for (const auto& [place, rule] : m_patterns) {
        if (exact != m_exact.constEnd() && exact->first < place)
            break;
        const auto match = rule.pattern.match(topic);
        if (!match.hasMatch())
            continue;
        const QString filled = filledIn(rule.to, match);
        to = rule.isWhole
                 ? filled
                 : topic.left(match.capturedStart()) + filled + topic.mid(match.capturedEnd());
        return true;
    }
    if (exact == m_exact.constEnd())
        return false;
    to = exact->second;
    return true;
}

QByteArray Remap::target(const QByteArray& topic) const
{
    const QByteArray prefix = m_prefix.toUtf8();
    QString to;
    // Topics that are no text have no name that a rule could mean.
    if (m_count > 0 && topic.isValidUtf8() && applyRules(QString::fromUtf8(topic), to))
        return prefix + to.toUtf8();
    return prefix.isEmpty() ? topic : prefix + topic;
}

bool Remap::isIdentity() const
{
    return m_count == 0 && m_prefix.isEmpty();
}

QString usualReplayPrefix(const QString& scheme)
{
    if (scheme.startsWith(u"mqtt"))
        return u"replay/"_s;
    if (scheme.startsWith(u"redis"))
        return u"replay:"_s;
    if (scheme == u"rosbridge" || scheme == u"foxglove")
        return u"/replay"_s; // topics of robots begin with a slash of their own
    return u"replay."_s;
}

} // namespace murmur
