// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkahandle.h"

#include <QUuid>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Setting
{
    const char* name;
    QByteArray value;
};

std::vector<Setting> passiveSettings(const KafkaSettings& settings)
{
    // A reader with partitions of its own choice still needs the name of a group; one that nobody
    // else has.
    const QByteArray group = "murmurscope-" + QUuid::createUuid().toByteArray(QUuid::WithoutBraces);
    return {{"bootstrap.servers", settings.brokers.join(u',').toUtf8()},
            {"client.id", "murmurscope"},
            {"group.id", group},
            {"enable.auto.commit", "false"},
            {"enable.auto.offset.store", "false"},
            // Else a log that was trimmed past us is skipped without a word.
            {"auto.offset.reset", "error"},
            {"enable.partition.eof", "true"},
            {"allow.auto.create.topics", "false"},
            {"isolation.level", settings.readsUncommitted ? "read_uncommitted" : "read_committed"},
            {"socket.keepalive.enable", "true"},
            {"reconnect.backoff.ms", "100"},
            {"reconnect.backoff.max.ms", "2000"},
            {"fetch.error.backoff.ms", "100"},
            // The answer with one message of 64 MiB has to fit.
            {"receive.message.max.bytes", "134217728"}};
}

void addPrefetch(std::vector<Setting>& list, bool prefetches)
{
    if (prefetches) {
        list.push_back({"fetch.wait.max.ms", "50"});
        // A lower limit of their number would slow everything down: whoever reaches it is not
        // fetched for again for a second.
        list.push_back({"queued.min.messages", "100000"});
        list.push_back({"queued.max.messages.kbytes", "65536"});
        list.push_back({"fetch.max.bytes", "16777216"});
    } else {
        // The next question waits for the answer to the last.
        list.push_back({"fetch.wait.max.ms", "5"});
        list.push_back({"queued.min.messages", "1"});
        list.push_back({"queued.max.messages.kbytes", "1024"});
        list.push_back({"fetch.message.max.bytes", "65536"});
    }
}

void addSecurity(std::vector<Setting>& list, const KafkaSettings& settings)
{
    const bool hasLogin = !settings.mechanism.isEmpty();
    const TlsOptions& tls = settings.tls;
    list.push_back({"security.protocol", tls.isOn ? (hasLogin ? "sasl_ssl" : "ssl")
                                                  : (hasLogin ? "sasl_plaintext" : "plaintext")});
    if (hasLogin) {
        list.push_back({"sasl.mechanism", settings.mechanism});
        list.push_back({"sasl.username", settings.user});
        list.push_back({"sasl.password", settings.password});
    }
    if (!tls.isOn)
        return;
    const auto addFile = [&list](const char* name, const QString& file) {
        if (!file.isEmpty())
            list.push_back({name, file.toLocal8Bit()});
    };
    addFile("ssl.ca.location", tls.caFile);
    addFile("ssl.certificate.location", tls.certFile);
    addFile("ssl.key.location", tls.keyFile);
    if (!tls.keyPassword.isEmpty())
        list.push_back({"ssl.key.password", tls.keyPassword});
    if (tls.insecure)
        list.push_back({"enable.ssl.certificate.verification", "false"});
}

void tellTrouble(rd_kafka_t* /*handle*/, int error, const char* reason, void* opaque)
{
    if (opaque != nullptr) {
        const auto& tell = *static_cast<KafkaTrouble*>(opaque);
        tell(static_cast<rd_kafka_resp_err_t>(error), QString::fromUtf8(reason));
    }
}

// What matters is told as trouble; the rest would only stand on the terminal.
void keepQuiet(const rd_kafka_t* /*handle*/, int /*level*/, const char* /*facility*/,
               const char* /*text*/)
{
}

std::vector<Setting> producerSettings(const KafkaSettings& settings)
{
    return {{"bootstrap.servers", settings.brokers.join(u',').toUtf8()},
            {"client.id", "murmurscope"},
            {"socket.keepalive.enable", "true"},
            {"reconnect.backoff.ms", "100"},
            {"reconnect.backoff.max.ms", "1000"},
            {"acks", "all"},
            {"message.send.max.retries", "0"},
            {"message.timeout.ms", "10000"},
            {"request.timeout.ms", "8000"},
            {"queue.buffering.max.ms", "1"},
            // How large one may be the brokers say.
            {"message.max.bytes", "134217728"},
            {"queue.buffering.max.kbytes", "262144"},
            // As other clients choose partitions by keys.
            {"partitioner", "murmur2_random"}};
}

Result<KafkaOwned<rd_kafka_t>> makeHandle(rd_kafka_type_t type, const std::vector<Setting>& list,
                                          const KafkaSettings& settings,
                                          const std::function<void(rd_kafka_conf_t*)>& adjust)
{
    const std::unique_ptr<rd_kafka_conf_t, void (*)(rd_kafka_conf_t*)> owned(rd_kafka_conf_new(),
                                                                             rd_kafka_conf_destroy);
    std::array<char, 512> why{};
    for (const Setting& setting : list) {
        if (rd_kafka_conf_set(owned.get(), setting.name, setting.value.constData(), why.data(),
                              why.size()) != RD_KAFKA_CONF_OK) {
            // The reason repeats the value, which may be a secret.
            return Error{
                ErrorCode::WrongUse,
                u"Kafka at %1: librdkafka does not take the value of "
                "its setting %2."_s.arg(settings.where(), QLatin1StringView(setting.name))};
        }
    }
    adjust(owned.get());
    rd_kafka_conf_set_log_cb(owned.get(), keepQuiet);
    rd_kafka_conf_t* conf = rd_kafka_conf_dup(owned.get());
    rd_kafka_t* const handle = rd_kafka_new(type, conf, why.data(), why.size());
    if (handle == nullptr) {
        rd_kafka_conf_destroy(conf); // which a success would have taken
        return Error{ErrorCode::WrongUse, u"Cannot attach to Kafka at %1: %2."_s.arg(
                                              settings.where(), QString::fromUtf8(why.data()))};
    }
    return KafkaOwned<rd_kafka_t>(handle);
}

} // namespace

Result<KafkaOwned<rd_kafka_t>> makeKafkaConsumer(const KafkaSettings& settings, bool prefetches,
                                                 KafkaTrouble* trouble)
{
    std::vector<Setting> list = passiveSettings(settings);
    addPrefetch(list, prefetches);
    addSecurity(list, settings);
    return makeHandle(RD_KAFKA_CONSUMER, list, settings, [trouble](rd_kafka_conf_t* conf) {
        rd_kafka_conf_set_opaque(conf, trouble);
        rd_kafka_conf_set_error_cb(conf, tellTrouble);
    });
}

Result<KafkaOwned<rd_kafka_t>> makeKafkaProducer(const KafkaSettings& settings)
{
    std::vector<Setting> list = producerSettings(settings);
    addSecurity(list, settings);
    return makeHandle(RD_KAFKA_PRODUCER, list, settings, [](rd_kafka_conf_t* conf) {
        rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    });
}

} // namespace murmur
