// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkawords.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// "sasl_ssl://box:9092/bootstrap: Connect to … failed: … (after 0ms in state CONNECT)"
struct Told
{
    QString broker;
    QString what;
};

Told told(const QString& reason)
{
    static const QRegularExpression form(
        u"^(?:\\w+://)?([^/\\s]+)/[^:]+: (.*?)(?: \\(after \\d+ms in state .*)?$"_s);
    const QRegularExpressionMatch match = form.match(reason);
    if (!match.hasMatch())
        return {{}, reason.trimmed()};
    return {match.captured(1), match.captured(2).trimmed()};
}

bool has(const QString& text, QLatin1StringView words)
{
    return text.contains(words, Qt::CaseInsensitive);
}

KafkaFailure tlsTrouble(const QString& broker, const QString& what)
{
    if (has(what, "PLAINTEXT broker"_L1) || has(what, "wrong version number"_L1) ||
        has(what, "http request"_L1)) {
        return {u"%1 does not speak TLS: it may be another port, or security=plaintext (or "
                "sasl_plaintext) is right."_s.arg(broker),
                true};
    }
    if (has(what, "certificate verify failed"_L1) || has(what, "unknown ca"_L1) ||
        has(what, "verification failed"_L1)) {
        if (has(what, "mismatch"_L1)) {
            return {u"%1 is not trusted: its certificate is for another name. Use the name in the "
                    "certificate; insecure=1 takes it unverified."_s.arg(broker),
                    true};
        }
        const QString why = has(what, "expired"_L1)
                                ? u"its certificate has expired"_s
                                : u"nobody whom this machine trusts has signed its certificate"_s;
        return {u"%1 is not trusted: %2. Give the certificate of its authority with ca=FILE; "
                "insecure=1 takes it unverified."_s.arg(broker, why),
                true};
    }
    if (has(what, "certificate required"_L1) || has(what, "bad certificate"_L1)) {
        return {u"%1 does not take our certificate: give one that it knows with cert=FILE and "
                "key=FILE."_s.arg(broker),
                true};
    }
    return {u"The encrypted connection to %1 failed: %2. Trying again."_s.arg(broker, what), false};
}

} // namespace

KafkaFailure kafkaFailure(const KafkaSettings& settings, rd_kafka_resp_err_t error,
                          const QString& reason)
{
    auto [broker, what] = told(reason);
    const bool isOurs = broker.isEmpty() || settings.brokers.contains(broker);
    if (broker.isEmpty())
        broker = settings.where();
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
        if (has(what, "mechanism"_L1) && !has(what, "Invalid"_L1)) {
            return {u"%1 does not let us log in by %2: %3. Choose what it offers with sasl="_s.arg(
                        broker, QString::fromLatin1(settings.mechanism), what),
                    true};
        }
        return {u"%1 refused the user “%2”: %3. Check the user, the password and sasl=%4."_s.arg(
                    broker, QString::fromUtf8(settings.user), what,
                    QString::fromLatin1(settings.mechanism)),
                true};
    }
    if (error == RD_KAFKA_RESP_ERR__SSL || has(what, "SSL handshake failed"_L1))
        return tlsTrouble(broker, what);
    if (error == RD_KAFKA_RESP_ERR__RESOLVE || has(what, "Failed to resolve"_L1)) {
        if (!isOurs) {
            return {u"%1 says that its broker is reached at %2, a name that this machine does not "
                    "know: advertised.listeners of the broker has to be an address that clients "
                    "can use. Trying again."_s.arg(settings.where(), broker),
                    false};
        }
        return {u"There is no host of the name in %1: check the spelling and the network. Trying "
                "again."_s.arg(broker),
                false};
    }
    if (has(what, "Connection refused"_L1)) {
        return {u"Nobody listens at %1 (connection refused): is the broker running, and is this "
                "its port? Trying again."_s.arg(broker),
                false};
    }
    if (has(what, "SSL listener"_L1) || has(what, "incorrect security.protocol"_L1)) {
        return {u"%1 cuts the connection at once: it may be no Kafka broker, or one that wants "
                "security=ssl or security=sasl_ssl. Trying again."_s.arg(broker),
                false};
    }
    if (has(what, "ApiVersion"_L1) || has(what, "protocol parse"_L1) ||
        has(what, "Invalid response size"_L1)) {
        return {
            u"%1 answers, but not as a Kafka broker does: is this its port? Trying again."_s.arg(
                broker),
            false};
    }
    return {u"The connection to Kafka at %1 failed: %2. Trying again."_s.arg(broker, what), false};
}

QStringList kafkaPresence(const KafkaSettings& settings)
{
    QStringList presence{u"Kafka does not notice readers: we join no group, commit nothing and "
                         "create no topic. Each message is sent once more, to us."_s};
    if (settings.topics.isEmpty()) {
        presence << u"We read every topic that does not begin with “_”; topic=… reads less."_s;
    }
    if (settings.watchesLag && !settings.hasEnd()) {
        presence << u"Every 2 s we ask what consumer groups have committed, to tell how far they "
                    "are behind; lag=off does without."_s;
    }
    if (settings.isHistory()) {
        presence << u"Reading what is old can push what is new out of the brokers' memory and slow "
                    "them down for others."_s;
    }
    return presence;
}

} // namespace murmur
