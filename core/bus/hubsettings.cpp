// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/hubsettings.h"

#include "bus/connection.h"

#include <QCryptographicHash>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

Error wrongUse(QString sentence)
{
    return Error{ErrorCode::WrongUse, std::move(sentence)};
}

Status readHost(const QUrl& url, HubSettings& settings)
{
    const QString host = url.host();
    if (host.isEmpty())
        return Done{};
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0) {
        settings.bothLoopbacks = true;
        return Done{};
    }
    if (!settings.address.setAddress(host)) {
        return wrongUse(u"%1: a hub listens on an IP address of this machine or on localhost, not "
                        "on the name “%2”."_s.arg(shownUrl(url), host));
    }
    return Done{};
}

Status readItem(const QString& name, const QString& value, HubSettings& settings)
{
    if (name == "max-frame"_L1 || name == "subscriber-buffer"_L1) {
        const Result<std::int64_t> bytes = bytesFromText(value);
        constexpr std::int64_t kMost = std::int64_t(1) << 30;
        if (!bytes || *bytes < 1024 || *bytes > kMost)
            return wrongUse(u"%1 must be a size from 1KiB to 1GiB, not “%2”"_s.arg(name, value));
        (name == "max-frame"_L1 ? settings.maxFrame : settings.maxSubscriberBacklog) =
            static_cast<std::size_t>(*bytes);
        return Done{};
    }
    if (name == "max-clients"_L1) {
        bool ok = false;
        const int count = value.toInt(&ok);
        if (!ok || count < 1 || count > 100'000)
            return wrongUse(
                u"max-clients must be a number from 1 to 100000, not “%1”"_s.arg(value));
        settings.maxClients = count;
        return Done{};
    }
    if (name == "patience"_L1) {
        const Result<nanoseconds> time = durationFromText(value);
        using namespace std::chrono_literals;
        if (!time || *time < 50ms || *time > 1h)
            return wrongUse(u"patience must be a duration from 50ms to 1h, not “%1”"_s.arg(value));
        settings.patience = std::chrono::duration_cast<std::chrono::milliseconds>(*time);
        return Done{};
    }
    if (name == "origin"_L1) {
        const QUrl origin(value, QUrl::StrictMode);
        if (!origin.isValid() || origin.scheme().isEmpty() || origin.host().isEmpty() ||
            !origin.path().isEmpty() || origin.hasQuery()) {
            return wrongUse(
                u"origin must be like http://localhost:3000, without a path, not “%1”"_s.arg(
                    value));
        }
        settings.origins << origin.toEncoded(QUrl::RemoveUserInfo).toLower();
        return Done{};
    }
    return wrongUse(u"“%1” is not an option of a hub; it has max-frame, max-clients, "
                    "subscriber-buffer, patience and origin"_s.arg(name));
}

// The name part of a Host header: "[::1]:7777" is "::1", "localhost:80" is "localhost".
QByteArray hostName(const QByteArray& header)
{
    if (header.startsWith('[')) {
        const qsizetype end = header.indexOf(']');
        return end < 0 ? QByteArray() : header.mid(1, end - 1);
    }
    const qsizetype colon = header.indexOf(':');
    return colon < 0 ? header : header.left(colon);
}

bool isOurName(const QByteArray& header)
{
    QByteArray name = hostName(header).toLower();
    if (name.endsWith('.'))
        name.chop(1);
    if (name == "localhost" || name.endsWith(".localhost"))
        return true;
    const QHostAddress address(QString::fromLatin1(name));
    return address.isLoopback();
}

} // namespace

std::size_t HubSettings::maxUnfinished() const
{
    return std::max(2 * maxFrame, std::size_t(32) * 1024 * 1024);
}

Result<HubSettings> hubSettingsFromUrl(const QUrl& url, const QByteArray& token)
{
    HubSettings settings;
    settings.token = token;
    if (!url.isValid())
        return wrongUse(u"“%1” is not a URL."_s.arg(url.errorString()));
    if (!url.userInfo().isEmpty())
        return wrongUse(u"%1: a hub has no users; give it a token instead."_s.arg(shownUrl(url)));
    if (!url.path().isEmpty() && url.path() != "/"_L1)
        return wrongUse(u"%1: the URL of a hub has no path."_s.arg(shownUrl(url)));
    if (const Status host = readHost(url, settings); !host)
        return host.error();
    settings.port = static_cast<quint16>(url.port(HubSettings::kDefaultPort));
    for (const auto& [name, value] : QUrlQuery(url).queryItems(QUrl::FullyDecoded)) {
        if (name == "token"_L1) {
            return wrongUse(
                u"%1: a token does not belong into a URL, which is shown and stored; "
                "give it as an option, from a file or the environment."_s.arg(shownUrl(url)));
        }
        if (const Status item = readItem(name, value, settings); !item)
            return wrongUse(shownUrl(url) + ": "_L1 + item.error().message + u'.');
    }
    if (!settings.isLoopback() && token.isEmpty()) {
        return wrongUse(u"%1: on an address that other machines reach the hub needs a token; give "
                        "one, or listen on 127.0.0.1."_s.arg(shownUrl(url)));
    }
    return settings;
}

bool isSameSecret(const QByteArray& given, const QByteArray& expected)
{
    // Digests have one length, so not even the length of the secret shows in the time taken.
    const QByteArray a = QCryptographicHash::hash(given, QCryptographicHash::Sha256);
    const QByteArray b = QCryptographicHash::hash(expected, QCryptographicHash::Sha256);
    unsigned difference = 0;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
    return difference == 0;
}

Admission admit(const HubSettings& settings, const Visitor& visitor)
{
    if (!settings.token.isEmpty()) {
        return isSameSecret(visitor.token, settings.token) ? Admission::Granted
                                                           : Admission::NeedsToken;
    }
    // Without a token we are on the loopback address and the danger is a browser on this machine.
    // It names the page's origin; and a page that made its own name resolve to 127.0.0.1, and so
    // shares our origin in the browser's eyes, still sends that name as Host.
    if (!visitor.host.isNull() && !isOurName(visitor.host))
        return Admission::WrongHost;
    if (!visitor.origin.isNull() && !settings.origins.contains(visitor.origin.toLower()))
        return Admission::WrongOrigin;
    return Admission::Granted;
}

} // namespace murmur
