// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/tap/tapsettings.h"

#include "base/clock.h"
#include "bus/urlreader.h"

#include <QUrlQuery>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

void readListener(UrlReader& reader, TapSettings& settings)
{
    const QString host = reader.host();
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0) {
        settings.bothLoopbacks = true;
    } else if (!settings.address.setAddress(host)) {
        reader.refuse(u"a tap listens on an IP address of this machine or on localhost, not on the "
                      "name “%1”"_s.arg(host));
    }
    settings.port = reader.port(TapSettings::kDefaultPort);
    const bool isOpen = reader.flag(u"open"_s);
    if (!isOpen && !settings.address.isLoopback()) {
        reader.refuse(u"on this address other machines reach the tap, and through it the server; "
                      "say so with open=1, or listen on 127.0.0.1"_s);
    }
    if (!reader.url().path().isEmpty() && reader.url().path() != "/"_L1) {
        reader.refuse(u"the URL of a tap has no path; the server's goes into "
                      "upstream=wss://host/path"_s);
    }
    if (!reader.user().isEmpty())
        reader.refuse(u"a tap has no users"_s);
}

/// How the server is spoken to. Agents of HTTP and of gRPC are relayed like those of WebSocket, so
/// each may be named as its own people do; only gRPC over TLS is agreed on beforehand.
struct UpstreamScheme
{
    const char* name;
    bool isTls;
    bool isHttp2;
};
constexpr UpstreamScheme kUpstreamSchemes[] = {
    {"ws", false, false},   {"wss", true, false},   {"http", false, false},
    {"https", true, false}, {"grpc", false, false}, {"grpcs", true, true},
};

const UpstreamScheme* upstreamScheme(const QUrl& upstream)
{
    const auto* const found = std::ranges::find_if(
        kUpstreamSchemes, [scheme = upstream.scheme()](const UpstreamScheme& known) {
            return scheme == QLatin1StringView(known.name);
        });
    return found == std::end(kUpstreamSchemes) ? nullptr : found;
}

QUrl readUpstream(UrlReader& reader, TapSettings& settings)
{
    const QString text = reader.text(u"upstream"_s);
    const QUrl upstream(text, QUrl::StrictMode);
    const UpstreamScheme* const scheme = upstreamScheme(upstream);
    const bool isTls = scheme != nullptr && scheme->isTls;
    if (text.isEmpty()) {
        reader.refuse(u"a tap needs the server behind it: upstream=ws://host:port/path or "
                      "upstream=wss://host/path"_s);
    } else if (!upstream.isValid() || upstream.host().isEmpty() || scheme == nullptr) {
        reader.refuse(u"upstream is like ws://host:port/path or wss://host/path (or http, https, "
                      "grpc, grpcs), without spaces"_s);
    }
    settings.isHttp2 = scheme != nullptr && scheme->isHttp2;
    settings.upstreamHost = upstream.host();
    settings.upstreamPort = static_cast<quint16>(upstream.port(isTls ? 443 : 80));
    settings.where = upstream.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery |
                                       QUrl::RemoveFragment | QUrl::FullyEncoded);
    return upstream;
}

void readTarget(UrlReader& reader, const QUrl& upstream, TapSettings& settings)
{
    const QString name = upstream.host(QUrl::FullyEncoded);
    const bool isIpv6 = name.contains(u':') && !name.startsWith(u'[');
    const QByteArray host = (isIpv6 ? u'[' + name + u']' : name).toUtf8();
    const QByteArray port = ':' + QByteArray::number(settings.upstreamPort);
    settings.peer = host + port;
    if (!reader.flag(u"keep-host"_s)) {
        const UpstreamScheme* const scheme = upstreamScheme(upstream);
        const int usual = scheme != nullptr && scheme->isTls ? 443 : 80;
        settings.target.host = (settings.upstreamPort == usual ? host : host + port).toStdString();
    }
    const QString path = upstream.path(QUrl::FullyEncoded);
    if (path != "/"_L1)
        settings.target.path = path.toStdString();
    // Whoever connects would be sent to us, who connect …
    const QHostAddress there(settings.upstreamHost);
    const bool isLocal = settings.upstreamHost.compare("localhost"_L1, Qt::CaseInsensitive) == 0 ||
                         there.isLoopback() || there == settings.address;
    if (isLocal && settings.port != 0 && settings.upstreamPort == settings.port) {
        reader.refuse(u"upstream is the tap itself; listen on another port than the server"_s);
    }
}

} // namespace

Result<TapSettings> tapSettings(const QUrl& url, const ConnectionOptions& options)
{
    TapSettings settings;
    if (const QUrl upstream(QUrlQuery(url).queryItemValue(u"upstream"_s, QUrl::FullyDecoded));
        !upstream.userInfo().isEmpty() || upstream.hasQuery() || upstream.hasFragment()) {
        // And so it is not repeated here.
        return Error{ErrorCode::WrongUse,
                     u"The upstream of a tap has no user, no “?” and no “#”: it is shown and "
                     "stored, and what agents send is relayed as it is."_s};
    }
    UrlReader reader(url, u"A tap"_s, processClock().nowNs());
    readListener(reader, settings);
    const QUrl upstream = readUpstream(reader, settings);
    readTarget(reader, upstream, settings);
    const UpstreamScheme* const scheme = upstreamScheme(upstream);
    settings.tls = reader.tls(scheme != nullptr && scheme->isTls, options.keyPassword);
    settings.maxClients = static_cast<int>(reader.number(u"max-clients"_s, 1, 100'000, 1000));
    settings.maxMessage = static_cast<std::size_t>(
        reader.bytes(u"max-message"_s, 1024, std::int64_t(64) << 20, std::int64_t(64) << 20));
    if (const QString topic = reader.text(u"topic"_s); !topic.isEmpty())
        settings.topic = topic.toUtf8();
    settings.isRecording = reader.flag(u"record"_s, true);
    if (const Status right = reader.finish(); !right)
        return right.error();
    return settings;
}

} // namespace murmur
