// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/endpoint.h"

#include "bus/usualport.h"

#include <QFile>
#include <QHostAddress>
#include <QUrlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// All names of this machine are one. Who listens on every address is reached on this one.
QString endpointHost(const QUrl& url)
{
    QString host = url.host().toLower();
    if (host.endsWith(u'.'))
        host.chop(1);
    const QHostAddress address(host);
    if (host.isEmpty() || host == "localhost"_L1 || address.isLoopback() ||
        address == QHostAddress(QHostAddress::AnyIPv4) ||
        address == QHostAddress(QHostAddress::AnyIPv6))
        return u"localhost"_s;
    return host;
}

} // namespace

QStringList endpointsOf(const QUrl& url)
{
    QStringList endpoints{
        u"%1:%2"_s.arg(endpointHost(url)).arg(url.port(usualPort(url.scheme().toLower())))};
    for (const QString& value : QUrlQuery(url).allQueryItemValues(u"broker"_s)) {
        for (const QString& text : value.split(u',', Qt::SkipEmptyParts)) {
            const QUrl broker(u"kafka://"_s + text);
            endpoints << u"%1:%2"_s.arg(endpointHost(broker))
                             .arg(broker.port(usualPort(broker.scheme())));
        }
    }
    // Behind a tap stands the server that is meant.
    const QUrl upstream(QUrlQuery(url).queryItemValue(u"upstream"_s, QUrl::FullyDecoded));
    if (!upstream.host().isEmpty())
        endpoints << endpointsOf(upstream);
    return endpoints;
}

QStringList knownEndpointsOf(const QUrl& url)
{
    QFile file(u"/etc/hosts"_s);
    constexpr qint64 kMost = 4 << 20;
    return knownEndpointsOf(url, file.open(QIODevice::ReadOnly) ? file.read(kMost) : QByteArray());
}

QStringList knownEndpointsOf(const QUrl& url, const QByteArray& hosts)
{
    const QStringList written = endpointsOf(url);
    QStringList known = written;
    for (const QByteArray& line : hosts.split('\n')) {
        const QByteArrayList words = line.split('#').front().simplified().split(' ');
        if (words.size() < 2)
            continue;
        const QHostAddress address(QString::fromLatin1(words.front()));
        if (address.isNull())
            continue;
        const QString host = address.isLoopback() ? u"localhost"_s : address.toString();
        for (const QString& endpoint : written) {
            const qsizetype port = endpoint.lastIndexOf(u':');
            const QByteArray name = endpoint.left(port).toLatin1();
            const bool isNamed =
                std::any_of(words.begin() + 1, words.end(),
                            [&name](const QByteArray& word) { return word.toLower() == name; });
            if (isNamed)
                known << host + endpoint.mid(port);
        }
    }
    known.removeDuplicates();
    return known;
}

bool isSameBus(const QUrl& one, const QUrl& other)
{
    const QStringList others = knownEndpointsOf(other);
    const QStringList own = knownEndpointsOf(one);
    return std::ranges::any_of(
        own, [&others](const QString& endpoint) { return others.contains(endpoint); });
}

bool isOnThisMachine(const QUrl& url)
{
    if (usualPort(url.scheme().toLower()) == 0)
        return false;
    const QStringList endpoints = endpointsOf(url);
    return std::ranges::all_of(
        endpoints, [](const QString& endpoint) { return endpoint.startsWith("localhost:"_L1); });
}

} // namespace murmur
