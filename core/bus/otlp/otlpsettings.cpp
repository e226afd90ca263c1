// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlpsettings.h"

#include "base/clock.h"
#include "bus/connection.h"
#include "bus/urlreader.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

Result<OtlpSettings> otlpSettingsFromUrl(const QUrl& url, const ConnectionOptions& options)
{
    OtlpSettings settings;
    HubSettings& hub = settings.hub;
    UrlReader reader(url, u"The OTLP receiver"_s, processClock().nowNs());
    hub.token = secretOr(options.token, "MURMURSCOPE_TOKEN");
    hub.port = reader.port(OtlpSettings::kDefaultPort);
    hub.maxClients = static_cast<int>(reader.number(u"max-clients"_s, 1, 100'000, hub.maxClients));
    hub.maxFrame = static_cast<std::size_t>(
        reader.bytes(u"max-body"_s, 1024, std::int64_t(1) << 28, std::int64_t(64) << 20));
    hub.patience = std::chrono::duration_cast<std::chrono::milliseconds>(
        reader.duration(u"patience"_s, 50ms, 1h, hub.patience));
    settings.idle = std::chrono::duration_cast<std::chrono::milliseconds>(
        reader.duration(u"idle"_s, 1s, 24h, settings.idle));
    if (!url.path().isEmpty() && url.path() != "/"_L1) {
        reader.refuse(u"the URL has no path; exporters send to /v1/traces and /v1/logs below it"_s);
    }
    if (!url.userName().isEmpty())
        reader.refuse(u"a receiver has no users; give it a token instead"_s);
    const QString host = url.host();
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0) {
        hub.bothLoopbacks = true;
    } else if (!host.isEmpty() && !hub.address.setAddress(host)) {
        reader.refuse(u"a receiver listens on an IP address of this machine or on localhost, not "
                      "on the name “%1”"_s.arg(host));
    } else if (!hub.isLoopback() && hub.token.isEmpty()) {
        reader.refuse(u"on an address that other machines reach the receiver needs a token; give "
                      "one (--token-file, MURMURSCOPE_TOKEN), or listen on 127.0.0.1"_s);
    }
    if (Status known = reader.finish(); !known)
        return known.error();
    return settings;
}

} // namespace murmur
