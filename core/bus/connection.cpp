// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/connection.h"
#include "bus/registry.h"
#include "bus/schemaconnection.h"

#include <QFileInfo>
#include <QStringList>
#include <QUrlQuery>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// These of ours name a file that holds the secret.
bool isFileItem(const QString& scheme, const QString& name)
{
    static constexpr std::array schemes{
        "nats"_L1,  "tls"_L1,       "redis"_L1,      "rediss"_L1,   "mqtt"_L1,      "mqtts"_L1,
        "kafka"_L1, "rosbridge"_L1, "rosbridges"_L1, "foxglove"_L1, "foxgloves"_L1, "tap"_L1};
    const bool isFile = name == "key"_L1 || name == "creds"_L1 || name == "nkey"_L1;
    return isFile &&
           std::ranges::any_of(schemes, [&](QLatin1StringView known) { return scheme == known; });
}

// A name is secret when it contains one of these words: "api_key", "accessToken", "x-auth".
bool isSecretName(const QString& name)
{
    static constexpr std::array words{"token"_L1,  "pass"_L1, "secret"_L1,    "apikey"_L1,
                                      "auth"_L1,   "cred"_L1, "pwd"_L1,       "accesskey"_L1,
                                      "cookie"_L1, "jwt"_L1,  "signature"_L1, "privatekey"_L1};
    QString plain = name;
    plain.remove(u'_').remove(u'-').remove(u'.');
    return plain.compare("key"_L1, Qt::CaseInsensitive) == 0 ||
           plain.compare("sig"_L1, Qt::CaseInsensitive) == 0 ||
           std::ranges::any_of(words, [&](QLatin1StringView word) {
               return plain.contains(word, Qt::CaseInsensitive);
           });
}

} // namespace

QUrl withHashInQuery(const QUrl& url)
{
    const bool isMqtt = url.scheme() == "mqtt"_L1 || url.scheme() == "mqtts"_L1;
    if (!isMqtt || !url.hasFragment())
        return url;
    const QString query = url.query(QUrl::FullyEncoded);
    const QString rest = url.fragment(QUrl::FullyEncoded);
    const bool beginsLevel = query.endsWith(u'/') || query.endsWith(u'=') || query.endsWith(u',') ||
                             query.endsWith("%2F"_L1, Qt::CaseInsensitive) ||
                             query.endsWith("%2C"_L1, Qt::CaseInsensitive);
    const bool endsLevel = rest.isEmpty() || rest.startsWith(u',') || rest.startsWith(u'&') ||
                           rest.startsWith("%2C"_L1, Qt::CaseInsensitive);
    if (!beginsLevel || !endsLevel)
        return url;
    QUrl joined = url;
    joined.setFragment({});
    joined.setQuery(query + "%23"_L1 + rest, QUrl::StrictMode);
    return joined;
}

QString shownUrl(const QUrl& url)
{
    QUrl shown = url;
    if (url.userName().isEmpty())
        shown.setUserInfo({});
    shown.setPassword({});
    shown = withHashInQuery(shown);
    // Fragments are not sent anywhere and are a favourite place for tokens.
    shown.setFragment({});
    if (shown.hasQuery()) {
        const QUrlQuery query(shown);
        QUrlQuery kept;
        for (const auto& [name, value] : query.queryItems(QUrl::FullyEncoded)) {
            const QString plain = QUrl::fromPercentEncoding(name.toUtf8());
            if (isFileItem(shown.scheme(), plain) || !isSecretName(plain))
                kept.addQueryItem(name, value);
        }
        shown.setQuery(kept.isEmpty() ? QString() : kept.query(QUrl::FullyEncoded));
    }
    return shown.toString(QUrl::FullyEncoded);
}

QString beforeColon(QString shown)
{
    while (shown.endsWith(u':'))
        shown.chop(1);
    return shown;
}

QByteArray secretOr(const QByteArray& given, const char* name)
{
    return given.isEmpty() ? qgetenv(name) : given;
}

namespace {

/// How messages are read is no matter of the bus.
QUrl withoutReading(const QUrl& url)
{
    QUrlQuery query(url);
    if (!query.hasQueryItem(u"dialect"_s) && !query.hasQueryItem(u"registry"_s))
        return url;
    query.removeAllQueryItems(u"dialect"_s);
    query.removeAllQueryItems(u"registry"_s);
    QUrl bare = url;
    bare.setQuery(query.isEmpty() ? QUrlQuery() : query);
    return bare;
}

/// The row of the scheme of `url`, or why there is none.
Result<const BusEntry*> rowFor(std::span<const BusEntry> table, const QUrl& url)
{
    QStringList known;
    for (const BusEntry& entry : table)
        known << QLatin1StringView(entry.scheme) + "://"_L1;
    if (!url.isValid()) {
        return Error{
            ErrorCode::WrongUse,
            u"This is no URL of a bus: check the host, and the port (0 to 65535). It looks "
            "like listen://127.0.0.1:7777 and begins with one of %1."_s.arg(known.join(u", "_s))};
    }
    if (url.scheme().isEmpty() && QFileInfo(url.path()).isFile()) {
        return Error{
            ErrorCode::WrongUse,
            u"“%1” is a file. To read its lines as messages write file:%1."_s.arg(shownUrl(url))};
    }
    if (url.scheme().isEmpty()) {
        return Error{ErrorCode::WrongUse,
                     u"“%1” is not the URL of a bus: it begins with one of %2."_s.arg(
                         shownUrl(url), known.join(u", "_s))};
    }
    for (const BusEntry& entry : table) {
        if (url.scheme().compare(QLatin1StringView(entry.scheme), Qt::CaseInsensitive) == 0)
            return &entry;
    }
    return Error{ErrorCode::Unsupported,
                 u"This build cannot attach to %1:// URLs (%2); it knows %3."_s.arg(
                     url.scheme(), shownUrl(url), known.join(u", "_s))};
}

} // namespace

Result<std::unique_ptr<Connection>> createFrom(std::span<const BusEntry> table, const QUrl& url,
                                               const ConnectionContext& context)
{
    const auto row = rowFor(table, url);
    if (!row)
        return row.error();
    const auto registry = schemaRegistryOf(url);
    if (!registry)
        return registry.error();
    const QUrl bare = withoutReading(url);
    if (registry->isEmpty())
        return row.value()->create(bare, context);
    return createWithSchemas(*registry, context, [&](const ConnectionContext& watched) {
        return row.value()->create(bare, watched);
    });
}

Result<std::unique_ptr<Publisher>> createPublisherFrom(std::span<const BusEntry> table,
                                                       const QUrl& url,
                                                       const ConnectionOptions& options)
{
    const auto row = rowFor(table, url);
    if (!row)
        return row.error();
    if (row.value()->publish)
        return row.value()->publish(withoutReading(url), options);
    QStringList known;
    for (const BusEntry& entry : table) {
        if (entry.publish)
            known << QLatin1StringView(entry.scheme) + "://"_L1;
    }
    return Error{ErrorCode::Unsupported,
                 u"Nothing can be sent to %1:// URLs (%2); this build sends to %3."_s.arg(
                     url.scheme(), shownUrl(url), known.join(u", "_s))};
}

} // namespace murmur
