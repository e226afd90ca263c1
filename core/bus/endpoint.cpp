// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/endpoint.h"

#include "bus/usualport.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QHostAddress>
#include <QNetworkInterface>
#include <QUrlQuery>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

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

/// The machine's list of hosts, read again when it has changed. Thread safe.
QByteArray listOfHosts()
{
    constexpr qint64 kMost = 1 << 20; // of a larger one the beginning
    static std::mutex mutex;
    static QDateTime readAt;
    static QByteArray text;
    const QString path = u"/etc/hosts"_s;
    const QDateTime changed = QFileInfo(path).lastModified();
    const std::lock_guard lock(mutex);
    if (changed.isValid() && changed != readAt) {
        QFile file(path);
        text = file.open(QIODevice::ReadOnly)
                   ? file.read(std::min<qint64>(kMost, std::max<qint64>(0, file.size())))
                   : QByteArray();
        readAt = changed;
    }
    return text;
}

/// The addresses that this machine has on its networks; asked for again after a while. Thread safe.
QStringList addressesOfThisMachine()
{
    constexpr auto kOld = std::chrono::seconds(10);
    static std::mutex mutex;
    static std::optional<std::chrono::steady_clock::time_point> askedAt;
    static QStringList addresses;
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex);
    if (!askedAt || now - *askedAt > kOld) {
        addresses.clear();
        for (QHostAddress address : QNetworkInterface::allAddresses()) {
            address.setScopeId({});
            addresses << address.toString();
        }
        askedAt = now;
    }
    return addresses;
}

bool haveOneInCommon(const QStringList& one, const QStringList& other)
{
    return std::ranges::any_of(
        one, [&other](const QString& endpoint) { return other.contains(endpoint); });
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
    return knownEndpointsOf(url, listOfHosts());
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
    // Asked for each message: nearly always it is the same word.
    return one == other || haveOneInCommon(endpointsOf(one), endpointsOf(other)) ||
           haveOneInCommon(knownEndpointsOf(one), knownEndpointsOf(other));
}

QStringList possibleEndpointsOf(const QUrl& url)
{
    return possibleEndpointsOf(knownEndpointsOf(url), addressesOfThisMachine());
}

QStringList possibleEndpointsOf(const QStringList& known, const QStringList& ownAddresses)
{
    QStringList possible = known;
    for (const QString& endpoint : known) {
        const qsizetype port = endpoint.lastIndexOf(u':');
        QHostAddress address(endpoint.left(port));
        address.setScopeId({});
        if (!address.isNull() && ownAddresses.contains(address.toString()))
            possible << u"localhost"_s + endpoint.mid(port);
    }
    possible.removeDuplicates();
    return possible;
}

bool mayBeSameBus(const QUrl& one, const QUrl& other)
{
    return isSameBus(one, other) ||
           haveOneInCommon(possibleEndpointsOf(one), possibleEndpointsOf(other));
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
