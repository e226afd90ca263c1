// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/urlitems.h"

#include <QStringList>
#include <QUrl>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

bool isNamed(const QString& item, const QString& name)
{
    return item.section(u'=', 0, 0) == name;
}

} // namespace

QString urlItem(const QString& connection, const QString& name)
{
    for (const QString& item : connection.section(u'?', 1).split(u'&')) {
        if (isNamed(item, name))
            return QUrl::fromPercentEncoding(item.section(u'=', 1).toUtf8());
    }
    return {};
}

QString withUrlItem(const QString& connection, const QString& name, const QString& value)
{
    if (!connection.contains("://"_L1))
        return connection;
    QStringList items = connection.section(u'?', 1).split(u'&', Qt::SkipEmptyParts);
    const QString item =
        name + u'=' + QString::fromLatin1(QUrl::toPercentEncoding(value, "/:.,*-_~"));
    bool isThere = false;
    for (qsizetype i = items.size() - 1; i >= 0; --i) {
        if (!isNamed(items[i], name))
            continue;
        if (value.isEmpty() || isThere)
            items.removeAt(i);
        else
            items[i] = item;
        isThere = true;
    }
    if (!isThere && !value.isEmpty())
        items << item;
    const QString base = connection.section(u'?', 0, 0);
    return items.isEmpty() ? base : base + u'?' + items.join(u'&');
}

} // namespace murmur
