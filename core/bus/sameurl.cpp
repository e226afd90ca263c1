// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/sameurl.h"

#include "bus/connection.h"
#include "bus/usualport.h"

#include <QUrlQuery>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Items that list names by commas and may be given several times.
constexpr std::array kLists{"pattern"_L1, "channel"_L1, "stream"_L1, "subject"_L1,
                            "topic"_L1,   "broker"_L1,  "groups"_L1};

bool isThisMachine(const QString& host)
{
    return host.isEmpty() || host.compare("localhost"_L1, Qt::CaseInsensitive) == 0 ||
           host == "127.0.0.1"_L1 || host == "::1"_L1;
}

} // namespace

QUrl comparableUrl(const QUrl& given)
{
    QUrl url = withHashInQuery(given);
    url.setScheme(url.scheme().toLower());
    const int usual = usualPort(url.scheme());
    if (usual == 0)
        return url; // files, standard input, the demo
    url.setHost(isThisMachine(url.host()) ? u"127.0.0.1"_s : url.host().toLower());
    url.setPort(url.port(usual));
    if (url.path() == "/"_L1)
        url.setPath({});
    QList<std::pair<QString, QString>> items;
    for (const auto& [name, value] : QUrlQuery(url).queryItems(QUrl::FullyDecoded)) {
        if (std::ranges::find(kLists, name) == kLists.end()) {
            items.emplace_back(name, value);
            continue;
        }
        for (const QString& one : value.split(u',', Qt::SkipEmptyParts))
            items.emplace_back(name, one);
    }
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
    QUrlQuery query;
    for (const auto& [name, value] : items)
        query.addQueryItem(QString::fromLatin1(QUrl::toPercentEncoding(name)),
                           QString::fromLatin1(QUrl::toPercentEncoding(value)));
    url.setQuery(query.isEmpty() ? QString() : query.query(QUrl::FullyEncoded), QUrl::StrictMode);
    return url;
}

bool meanTheSame(const QUrl& one, const QUrl& other)
{
    return one == other || comparableUrl(one) == comparableUrl(other);
}

} // namespace murmur
