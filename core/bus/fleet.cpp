// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/fleet.h"

#include <QFile>
#include <QHash>
#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMaxFile = 1 << 20;

Error tooMany(const QString& text)
{
    return Error{
        ErrorCode::WrongUse,
        u"“%1” means more than %2 connections; that many need several recorders."_s.arg(text).arg(
            kMaxFleet)};
}

/// "001..200" or "a,b,c"; empty: neither.
QStringList choicesOf(const QString& inner)
{
    const qsizetype dots = inner.indexOf(".."_L1);
    if (dots < 0)
        return inner.contains(u',') ? inner.split(u',', Qt::SkipEmptyParts) : QStringList();
    const QString from = inner.left(dots);
    const QString to = inner.mid(dots + 2);
    bool isFrom = false;
    bool isTo = false;
    const int first = from.toInt(&isFrom);
    const int last = to.toInt(&isTo);
    if (!isFrom || !isTo || first < 0 || last < first)
        return {};
    QStringList numbers;
    for (int i = first; i <= last && numbers.size() <= qsizetype(kMaxFleet); ++i)
        numbers << QString::number(i).rightJustified(from.size(), u'0');
    return numbers;
}

Result<QStringList> expanded(const QString& text)
{
    QStringList done;
    QStringList open{text};
    while (!open.isEmpty()) {
        const QString next = open.takeFirst();
        const qsizetype begin = next.indexOf(u'{');
        // JSON in a query (a hello frame) is no range.
        const qsizetype query = next.indexOf(u'?');
        const qsizetype end = begin < 0 ? -1 : next.indexOf(u'}', begin);
        if (begin < 0 || (query >= 0 && begin > query)) {
            done << next;
            if (done.size() > qsizetype(kMaxFleet))
                return tooMany(text);
            continue;
        }
        const QStringList choices =
            end < 0 ? QStringList() : choicesOf(next.mid(begin + 1, end - begin - 1));
        if (choices.isEmpty()) {
            return Error{ErrorCode::WrongUse,
                         u"“%1”: between braces stands a range, {001..200}, or a choice, "
                         "{east,west}."_s.arg(text)};
        }
        if (choices.size() + open.size() + done.size() > qsizetype(kMaxFleet))
            return tooMany(text);
        QStringList made;
        for (const QString& choice : choices)
            made << next.left(begin) + choice + next.mid(end + 1);
        open = made + open;
    }
    return done;
}

Result<QStringList> wordsOf(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return Error{ErrorCode::Unreadable, u"The list of connections %1 cannot be read: %2."_s.arg(
                                                path, file.errorString())};
    }
    QStringList words;
    for (const QByteArray& line : file.read(kMaxFile).split('\n')) {
        const QString word = QString::fromUtf8(line).trimmed();
        if (!word.isEmpty() && !word.startsWith(u'#'))
            words << word;
    }
    if (words.isEmpty()) {
        return Error{ErrorCode::Unreadable,
                     u"The list of connections %1 names none: a URL a line."_s.arg(path)};
    }
    return words;
}

/// "robot-007.site" → "*.site", "10.1.2.3" → "10.1.2.*", "robot-7" → "robot-*".
QString siteOf(const QString& host)
{
    static const QRegularExpression digits(u"\\d+"_s);
    static const QRegularExpression address(u"^[\\d.]+$"_s);
    const qsizetype dot = host.indexOf(u'.');
    if (address.match(host).hasMatch())
        return host.left(host.lastIndexOf(u'.') + 1) + u'*';
    if (dot > 0)
        return u'*' + host.mid(dot);
    return QString(host).replace(digits, u"*"_s);
}

QString groupKey(const QUrl& url)
{
    QUrl key = url;
    key.setHost({});
    key.setPort(-1);
    return siteOf(url.host()) + u'|' + key.toString(QUrl::FullyEncoded);
}

/// What is common to all of them, with a star for what is not: "robot-*.site".
QString pattern(const QStringList& names)
{
    QString head = names.front();
    for (const QString& name : names) {
        while (!name.startsWith(head))
            head.chop(1);
    }
    QString tail = names.front().mid(head.size());
    for (const QString& name : names) {
        while (!name.mid(head.size()).endsWith(tail))
            tail.remove(0, 1);
    }
    if (names.count(head) == names.size())
        return head;
    // A number is taken whole.
    while (!head.isEmpty() && head.back().isDigit())
        head.chop(1);
    while (!tail.isEmpty() && tail.front().isDigit())
        tail.remove(0, 1);
    return head + u'*' + tail;
}

QString groupLabel(const std::vector<QUrl>& urls)
{
    QStringList hosts;
    QStringList ends;
    for (const QUrl& url : urls) {
        hosts << url.host();
        ends << (url.port() > 0 ? u"%1:%2"_s.arg(url.host()).arg(url.port()) : url.host());
    }
    const bool isOneHost = hosts.count(hosts.front()) == hosts.size();
    return urls.front().scheme() + u' ' + pattern(isOneHost ? ends : hosts);
}

} // namespace

std::vector<FleetGroup> fleetGroups(const QStringList& urls)
{
    std::vector<FleetGroup> groups;
    QHash<QString, std::size_t> known;
    for (qsizetype i = 0; i < urls.size(); ++i) {
        const QUrl url(urls[i]);
        // Without a host they have nothing in common but what they are.
        const QString key = url.host().isEmpty() ? urls[i] + QString::number(i) : groupKey(url);
        const auto [place, isNew] =
            std::pair(known.value(key, groups.size()), !known.contains(key));
        if (isNew) {
            known.insert(key, place);
            groups.emplace_back();
        }
        groups[place].members.push_back(static_cast<std::size_t>(i));
    }
    for (FleetGroup& group : groups) {
        if (group.members.size() < 2)
            continue;
        std::vector<QUrl> members;
        for (const std::size_t member : group.members)
            members.emplace_back(urls[static_cast<qsizetype>(member)]);
        group.label = groupLabel(members);
    }
    return groups;
}

Result<std::vector<QUrl>> fleetFromText(const QString& text)
{
    QStringList words{text};
    if (text.size() > 1 && text.startsWith(u'@')) {
        auto listed = wordsOf(text.mid(1));
        if (!listed)
            return listed.error();
        words = *listed;
    }
    std::vector<QUrl> urls;
    for (const QString& word : words) {
        if (word == "-"_L1) {
            urls.emplace_back(u"stdin:"_s);
            continue;
        }
        const auto texts = expanded(word);
        if (!texts)
            return texts.error();
        for (const QString& one : *texts)
            urls.emplace_back(one, QUrl::TolerantMode);
        if (urls.size() > kMaxFleet)
            return tooMany(text);
    }
    return urls;
}

} // namespace murmur
