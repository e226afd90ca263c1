// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/mqtt/mqttsettings.h"

#include "base/clock.h"
#include "bus/mqtt/mqttfilters.h"
#include "bus/urlreader.h"

#include <QRandomGenerator>
#include <QSslConfiguration>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::uint16_t kPlainPort = 1883;
constexpr std::uint16_t kTlsPort = 8883;
// Every broker takes ids of 23 letters.
constexpr int kRandomLetters = 11;
constexpr int kMaxText = 65'535;

QByteArray randomClientId()
{
    static constexpr char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    QByteArray id = QByteArrayLiteral("murmurscope-");
    for (int i = 0; i < kRandomLetters; ++i)
        id += letters[QRandomGenerator::system()->bounded(int(sizeof letters) - 1)];
    return id;
}

void readFilters(UrlReader& items, MqttSettings& settings)
{
    for (const QString& text : items.list(u"topic"_s)) {
        const QByteArray filter = text.toUtf8();
        static constexpr std::array taking{"$share/"_L1, "$queue/"_L1, "$exclusive/"_L1};
        if (std::ranges::any_of(taking, [&](auto begin) { return text.startsWith(begin); })) {
            items.refuse(u"“%1” is a shared subscription: it would take messages away from the "
                         "clients that share it. Give the filter alone"_s.arg(text));
        } else if (!isFilter(filter)) {
            items.refuse(
                u"“%1” is no topic filter: levels are divided by /, + stands for a whole "
                "level, # for the whole rest, as in robots/+/state or fleet/#"_s.arg(text));
        } else if (!settings.wanted.contains(filter)) {
            settings.wanted << filter;
        }
    }
    settings.isAllByDefault = settings.wanted.isEmpty();
    if (settings.isAllByDefault)
        settings.wanted << QByteArrayLiteral("#");
    settings.filters = withoutOverlap(settings.wanted);
    settings.isWider = !std::ranges::all_of(
        settings.filters, [&](const QByteArray& one) { return settings.wanted.contains(one); });
}

} // namespace

QString MqttSettings::where() const
{
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host).arg(port);
}

bool MqttSettings::wants(QByteArrayView topic) const
{
    return std::ranges::any_of(
        wanted, [&](const QByteArray& filter) { return filterMatches(filter, topic); });
}

Result<MqttSettings> mqttSettingsFromUrl(const QUrl& given, const ConnectionOptions& options)
{
    MqttSettings settings;
    settings.url = withHashInQuery(given);
    UrlReader items(settings.url, u"MQTT"_s, processClock().nowNs());
    const bool isTls = settings.url.scheme().compare("mqtts"_L1, Qt::CaseInsensitive) == 0;
    if (settings.url.hasFragment()) {
        items.refuse(u"something stands behind a “#” that is no level of a topic; write a “#” that "
                     "belongs to the text as %23"_s);
    }
    if (!settings.url.path().isEmpty() && settings.url.path() != "/"_L1) {
        items.refuse(
            u"the URL has a path; topics are given as topic=%1"_s.arg(settings.url.path().mid(1)));
    }
    settings.host = items.host();
    settings.port = items.port(isTls ? kTlsPort : kPlainPort);
    settings.user = items.user().toUtf8();
    // A password of the environment may be meant for another bus: it goes with a user only.
    settings.logsIn = !settings.user.isEmpty() || !options.password.isEmpty();
    if (settings.logsIn)
        settings.password = secretOr(options.password, "MURMURSCOPE_PASSWORD");
    settings.clientId = items.text(u"client-id"_s).toUtf8();
    settings.isClientIdGiven = !settings.clientId.isEmpty();
    if (!settings.isClientIdGiven)
        settings.clientId = randomClientId();
    if (std::max({settings.clientId.size(), settings.user.size(), settings.password.size()}) >
        kMaxText) {
        items.refuse(u"the client id, the user and the password have at most 65535 bytes each"_s);
    }
    const QString version = items.choice(u"version"_s, {"5", "3.1.1"}, {});
    settings.version = version.isEmpty()   ? MqttVersion::Newest
                       : version == "5"_L1 ? MqttVersion::V5
                                           : MqttVersion::V311;
    readFilters(items, settings);
    const auto qos = static_cast<int>(items.number(u"qos"_s, 0, 2, -1));
    settings.qos = std::max(qos, 0);
    settings.sendingQos = qos < 0 ? 1 : qos;
    const QString retained = items.choice(u"retained"_s, {"all", "new", "never"}, u"all"_s);
    settings.retained = retained == "all"_L1   ? MqttRetained::All
                        : retained == "new"_L1 ? MqttRetained::New
                                               : MqttRetained::Never;
    settings.readsSys = items.flag(u"sys"_s, true);
    settings.tls = items.tls(isTls, options.keyPassword);
    if (const Status read = items.finish(); !read)
        return read.error();
    if (isTls) {
        // Says now, in plain words, what is wrong with the files.
        if (const auto ssl = sslConfiguration(settings.tls); !ssl)
            return ssl.error();
    }
    return settings;
}

} // namespace murmur
