// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkasettings.h"

#include "bus/lagwatch.h"
#include "bus/urlreader.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::uint16_t kPort = 9092;
constexpr qsizetype kMaxTopic = 249; // of Kafka

QString endpoint(const QString& host, int port)
{
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host).arg(port);
}

void readBrokers(UrlReader& reader, KafkaSettings& settings)
{
    settings.brokers << endpoint(reader.host(), reader.port(kPort));
    for (const QString& text : reader.list(u"broker"_s)) {
        const QUrl broker(u"kafka://"_s + text);
        if (!broker.isValid() || broker.host().isEmpty() || broker.hasQuery() ||
            !broker.userInfo().isEmpty() || !broker.path().isEmpty()) {
            reader.refuse(u"broker is a host and a port (box:9092), not “%1”"_s.arg(text));
            return;
        }
        settings.brokers << endpoint(broker.host(), broker.port(kPort));
    }
}

void readTopics(UrlReader& reader, KafkaSettings& settings)
{
    const auto isAllowed = [](QChar c) {
        return (c.unicode() < 128 && c.isLetterOrNumber()) || c == u'.' || c == u'_' || c == u'-' ||
               c == u'*';
    };
    for (const QString& text : reader.list(u"topic"_s)) {
        if (text.size() > kMaxTopic || !std::ranges::all_of(text, isAllowed)) {
            reader.refuse(u"“%1” cannot be a topic of Kafka: it has letters, digits, “.”, “_” and "
                          "“-”, at most 249; “*” stands for any text"_s.arg(text));
            return;
        }
        settings.topics << text.toUtf8();
    }
}

void readPositions(UrlReader& reader, KafkaSettings& settings)
{
    using What = Position::What;
    settings.from = reader.position(u"from"_s, settings.from);
    settings.to = reader.position(u"to"_s, settings.to);
    const auto isOffset = [](const Position& position) {
        bool ok = false;
        return position.what != What::Place || (position.place.toLongLong(&ok) >= 0 && ok);
    };
    if (!isOffset(settings.from) || !isOffset(settings.to))
        reader.refuse(u"a place in a partition is an offset, a number from 0 on: @1234"_s);
    if (settings.from.what == What::Never)
        reader.refuse(u"from is now, start, a time or @offset; never is for to"_s);
    reader.checkOrder(settings.from, settings.to);
    if (settings.from.what == What::Place && settings.to.what == What::Place &&
        settings.to.place.toLongLong() < settings.from.place.toLongLong())
        reader.refuse(u"to is before from, so there is nothing to read"_s);
    const bool isBefore =
        settings.to.what == settings.from.what &&
        ((settings.to.what == What::Time && settings.to.time <= settings.from.time) ||
         (settings.to.what == What::Place &&
          settings.to.place.toLongLong() <= settings.from.place.toLongLong()));
    if (settings.to.what == What::Beginning || isBefore)
        reader.refuse(u"to is not after from, so there is nothing to read"_s);
}

void readSecurity(UrlReader& reader, KafkaSettings& settings, const ConnectionOptions& options)
{
    settings.user = reader.user().toUtf8();
    settings.password = secretOr(options.password, "MURMURSCOPE_PASSWORD");
    const QString mechanism =
        reader.choice(u"sasl"_s, {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}, {});
    const bool wantsLogin = !settings.user.isEmpty() || !mechanism.isEmpty();
    const QString security =
        reader.choice(u"security"_s, {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"},
                      wantsLogin ? u"sasl_plaintext"_s : u"plaintext"_s);
    const bool hasLogin = security.startsWith("sasl"_L1);
    settings.tls = reader.tls(true, options.keyPassword);
    settings.tls.isOn = security.endsWith("ssl"_L1);
    const TlsOptions& tls = settings.tls;
    if (!tls.isOn && (tls.insecure || !tls.caFile.isEmpty() || !tls.certFile.isEmpty())) {
        reader.refuse(
            u"ca, cert, key and insecure are for encrypted connections: add security=%1"_s.arg(
                hasLogin ? "sasl_ssl"_L1 : "ssl"_L1));
    }
    if (!tls.serverName.isEmpty()) {
        reader.refuse(u"server-name cannot be given for Kafka, whose brokers name each other: use "
                      "the names in their certificates, or insecure=1"_s);
    }
    if (wantsLogin && !hasLogin) {
        reader.refuse(u"security=%1 has no login, but there is a user or sasl=: write "
                      "security=sasl_%1"_s.arg(security));
    }
    if (!hasLogin)
        return;
    settings.mechanism = mechanism.isEmpty() ? QByteArrayLiteral("PLAIN") : mechanism.toLatin1();
    if (settings.user.isEmpty())
        reader.refuse(u"a login needs a user: kafka://USER@box:9092"_s);
    if (settings.password.isEmpty()) {
        reader.refuse(u"the user “%1” needs a password: give it with --password-file or in "
                      "MURMURSCOPE_PASSWORD"_s.arg(reader.user()));
    }
}

} // namespace

bool matchesKafkaTopic(std::string_view pattern, std::string_view topic) noexcept
{
    // The last star takes one more character whenever what follows it does not match.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < topic.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && pattern[p] == topic[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool KafkaSettings::takes(std::string_view topic) const
{
    if (topics.isEmpty())
        return !topic.starts_with('_');
    return std::ranges::any_of(topics, [topic](const QByteArray& pattern) {
        return matchesKafkaTopic({pattern.constData(), static_cast<std::size_t>(pattern.size())},
                                 topic);
    });
}

Result<KafkaSettings> kafkaSettingsFromUrl(const QUrl& url, const ConnectionOptions& options,
                                           std::int64_t now)
{
    UrlReader reader(url, u"Kafka"_s, now);
    KafkaSettings settings;
    settings.shard = options.shard;
    if (url.path().size() > 1)
        reader.refuse(u"a topic is given with topic=%1"_s.arg(url.path().mid(1)));
    readBrokers(reader, settings);
    readTopics(reader, settings);
    readPositions(reader, settings);
    readSecurity(reader, settings, options);
    settings.refresh = reader.duration(u"refresh"_s, 1s, 1h, 30s);
    settings.watchesLag = lagFromUrl(reader);
    for (const QString& group : reader.list(u"groups"_s))
        settings.groups << group.toUtf8();
    settings.readsUncommitted =
        reader.choice(u"isolation"_s, {"read_committed", "read_uncommitted"},
                      u"read_committed"_s) == "read_uncommitted"_L1;
    settings.keepsPartition = reader.choice(u"partition"_s, {"key", "keep"}, u"key"_s) == "keep"_L1;
    if (Status fine = reader.finish(); !fine)
        return fine.error();
    return settings;
}

} // namespace murmur
