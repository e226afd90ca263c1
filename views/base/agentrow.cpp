// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/agentrow.h"

#include "views/base/numbers.h"

#include <QCoreApplication>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct RowTr
{
    Q_DECLARE_TR_FUNCTIONS(AgentRows)
};

} // namespace

QString agentSentence(const AgentRow& row)
{
    QStringList parts{u"%1: %2"_s.arg(row.name, healthText(row.health, row.errors)),
                      RowTr::tr("%1 messages/s").arg(shortNumberText(row.rate))};
    if (!row.was.isEmpty())
        parts << RowTr::tr("recorded as %1").arg(row.was);
    if (row.p99.count() >= 0)
        parts << u"p99 "_s + durationText(row.p99);
    if (row.errors > 0 && row.health != Health::Erring)
        parts << healthText(Health::Erring, row.errors);
    if (!row.status.isEmpty())
        parts << row.status;
    if (row.owed > 0)
        parts << RowTr::tr("%1 in the mailbox").arg(numberText(row.owed));
    if (!row.drift.isEmpty())
        parts << row.drift;
    if (row.open > 0)
        parts << RowTr::tr("%1 requests open").arg(numberText(row.open));
    return parts.join(u", "_s);
}

bool nameLess(const QString& left, const QString& right)
{
    // Written by hand: in the C locale QCollator ignores its numeric mode.
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < left.size() && j < right.size()) {
        if (left[i].isDigit() && right[j].isDigit()) {
            const auto digits = [](const QString& text, qsizetype& at) {
                while (at < text.size() - 1 && text[at] == u'0' && text[at + 1].isDigit())
                    ++at;
                const qsizetype from = at;
                while (at < text.size() && text[at].isDigit())
                    ++at;
                return QStringView(text).mid(from, at - from);
            };
            const QStringView a = digits(left, i);
            const QStringView b = digits(right, j);
            if (a.size() != b.size())
                return a.size() < b.size();
            if (const int order = a.compare(b); order != 0)
                return order < 0;
            continue;
        }
        const QChar a = left[i++].toCaseFolded();
        const QChar b = right[j++].toCaseFolded();
        if (a != b)
            return a < b;
    }
    return left.size() - i < right.size() - j;
}

} // namespace murmur
