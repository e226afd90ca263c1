// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkasender.h"

#include "base/transport.h"
#include "bus/kafka/kafkawords.h"

#include <algorithm>
#include <charconv>
#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kAttachWithin = 10s;
constexpr auto kSecondTry = 1500ms;
constexpr int kAskPatience = 500;      // ms
constexpr int kRefreshPatience = 4000; // ms
constexpr int kPollPatience = 250;     // ms
constexpr qsizetype kMaxTopicName = 249;
constexpr std::int64_t kNsInMs = 1'000'000;

bool isTopicName(const QByteArray& topic)
{
    const auto isFine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !topic.isEmpty() && topic.size() <= kMaxTopicName && topic != "." && topic != ".." &&
           std::ranges::all_of(topic, isFine);
}

std::optional<std::int32_t> numberFrom(const std::string& text)
{
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

QString withoutRetry(QString sentence)
{
    // Who listens tries again; who sends does not.
    const QString again = u" Trying again."_s;
    if (sentence.endsWith(again))
        sentence.chop(again.size());
    return sentence;
}

} // namespace

KafkaSender::KafkaSender(KafkaSettings settings, Told told)
    : m_settings(std::move(settings))
    , m_told(std::move(told))
{
}

KafkaSender::~KafkaSender()
{
    leave();
    if (m_thread.joinable())
        m_thread.join();
}

Status KafkaSender::start()
{
    auto made = makeKafkaProducer(m_settings);
    if (!made)
        return made.error();
    m_handle = std::move(*made);
    m_queue.reset(rd_kafka_queue_get_main(m_handle.get()));
    m_thread = std::thread([this] { run(); });
    return Done{};
}

void KafkaSender::leave()
{
    if (m_isLeft.exchange(true) || !m_handle)
        return;
    rd_kafka_purge(m_handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                       RD_KAFKA_PURGE_F_NON_BLOCKING);
    rd_kafka_queue_yield(m_queue.get());
}

void KafkaSender::run()
{
    if (!attach())
        return;
    while (!m_isLeft && !m_isOver) {
        // What more has come is taken at once.
        for (int patience = kPollPatience;; patience = 0) {
            const KafkaOwned<rd_kafka_event_t> event(rd_kafka_queue_poll(m_queue.get(), patience));
            if (!event || m_isOver)
                break;
            take(event.get());
        }
        settle();
        if (!m_isOver)
            sendWaiting();
    }
}

bool KafkaSender::attach()
{
    m_latest = std::chrono::steady_clock::now() + kAttachWithin;
    while (!m_isLeft && !m_isOver) {
        const QString wrong = learnTopics(kAskPatience);
        if (wrong.isEmpty()) {
            m_isUp = true;
            m_told.up();
            return true;
        }
        while (const KafkaOwned<rd_kafka_event_t> event{rd_kafka_queue_poll(m_queue.get(), 0)})
            take(event.get());
        if (!m_isOver && std::chrono::steady_clock::now() > m_latest)
            end(m_trouble.isEmpty()
                    ? u"Kafka at %1 does not answer (%2)."_s.arg(m_settings.where(), wrong)
                    : m_trouble);
    }
    return false;
}

QString KafkaSender::learnTopics(int patience)
{
    const rd_kafka_metadata_t* raw = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(m_handle.get(), 1, nullptr, &raw, patience);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return QString::fromUtf8(rd_kafka_err2str(error));
    const KafkaOwned<const rd_kafka_metadata_t> all(raw);
    const std::lock_guard lock(m_mutex);
    m_partitions.clear();
    for (int i = 0; i < all->topic_cnt; ++i) {
        const rd_kafka_metadata_topic_t& topic = all->topics[i];
        if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && topic.partition_cnt > 0)
            m_partitions[topic.topic] = topic.partition_cnt;
    }
    return {};
}

void KafkaSender::take(rd_kafka_event_t* event)
{
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR) {
        takeTrouble(rd_kafka_event_error(event),
                    QString::fromUtf8(rd_kafka_event_error_string(event)));
        return;
    }
    if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_DR)
        return;
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
        KafkaOutcome& outcome = m_outcomes.emplace_back();
        outcome.key = static_cast<quint64>(reinterpret_cast<std::uintptr_t>(message->_private));
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            outcome.sentence =
                words(message->err, message->rkt == nullptr
                                        ? QString()
                                        : QString::fromUtf8(rd_kafka_topic_name(message->rkt)));
    }
}

void KafkaSender::takeTrouble(rd_kafka_resp_err_t error, const QString& reason)
{
    if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        const KafkaFailure failure = kafkaFailure(m_settings, error, reason);
        m_trouble = withoutRetry(failure.sentence);
        if (!m_isUp && m_trouble.endsWith(": Disconnected."_L1)) {
            m_trouble += m_settings.tls.isOn
                             ? u" Perhaps it does not speak TLS on this port."_s
                             : u" Perhaps it wants security=ssl or a login, or is no broker."_s;
        }
        if (failure.isFinal)
            end(m_trouble);
        return;
    }
    if (m_isUp) {
        end(u"The connection to Kafka at %1 was lost: no broker can be reached any more."_s.arg(
            m_settings.where()));
    } else {
        // The first failure of a wrong protocol may say only that the connection was cut.
        m_latest = std::min(m_latest, std::chrono::steady_clock::now() + kSecondTry);
    }
}

void KafkaSender::end(const QString& sentence)
{
    if (m_isOver)
        return;
    m_isOver = true;
    settle();
    m_told.over(sentence);
}

void KafkaSender::settle()
{
    if (!m_outcomes.empty())
        m_told.settled(std::exchange(m_outcomes, {}));
}

std::optional<int> KafkaSender::partitionsOf(const QByteArray& topic)
{
    const auto found = m_partitions.find(topic);
    return found == m_partitions.end() ? std::nullopt : std::optional(found->second);
}

QString KafkaSender::send(quint64 key, const OutgoingMessage& message)
{
    if (!isTopicName(message.topic)) {
        return u"Nothing was sent: “%1” cannot be a topic of Kafka, which has letters, digits, "
               u"“.”, "
               "“_” and “-”, at most 249."_s.arg(
                   QString::fromUtf8(message.topic.left(80)).simplified());
    }
    const std::lock_guard lock(m_mutex);
    const auto partitions = partitionsOf(message.topic);
    if (m_waiting.empty() && partitions)
        return produce(key, message, *partitions);
    // It may have been made since we asked.
    m_waiting.push_back({key, message});
    rd_kafka_queue_yield(m_queue.get());
    return {};
}

void KafkaSender::sendWaiting()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting.empty())
            return;
    }
    const QString wrong = learnTopics(kRefreshPatience);
    {
        const std::lock_guard lock(m_mutex);
        for (const Waiting& waiting : std::exchange(m_waiting, {})) {
            const auto partitions = partitionsOf(waiting.message.topic);
            QString flaw;
            if (partitions)
                flaw = produce(waiting.key, waiting.message, *partitions);
            else if (!wrong.isEmpty())
                flaw = u"Nothing was sent: Kafka at %1 does not say which topics there are "
                       "(%2)."_s.arg(m_settings.where(), wrong);
            else
                flaw = words(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                             QString::fromUtf8(waiting.message.topic));
            if (!flaw.isEmpty())
                m_outcomes.push_back({waiting.key, flaw});
        }
    }
    settle();
}

QString KafkaSender::produce(quint64 key, const OutgoingMessage& message, int partitions)
{
    std::vector<rd_kafka_vu_t> parts;
    parts.reserve(message.headers.size() + 6);
    const auto add = [&parts](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
        rd_kafka_vu_t& part = parts.emplace_back();
        part.vtype = type;
        return part;
    };
    add(RD_KAFKA_VTYPE_TOPIC).u.cstr = message.topic.constData();
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(key));
    // Copied before the call returns; an address says that there is something, if only nothing.
    const auto addBytes = [&add](rd_kafka_vtype_t type, const QByteArray& bytes) {
        rd_kafka_vu_t& part = add(type);
        part.u.mem.ptr = const_cast<char*>(bytes.constData());
        part.u.mem.size = static_cast<std::size_t>(bytes.size());
    };
    if (!message.isTombstone)
        addBytes(RD_KAFKA_VTYPE_VALUE, message.raw);
    if (!message.key.isNull())
        addBytes(RD_KAFKA_VTYPE_KEY, message.key);
    if (message.stated != kNoTime)
        add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = message.stated / kNsInMs;
    for (const auto& [name, value] : message.headers) {
        if (name == transport::kPartition) {
            const auto number = numberFrom(value);
            if (!m_settings.keepsPartition)
                continue;
            if (!number || *number >= partitions) {
                return u"Nothing was sent: the topic “%1” has no partition %2. Without "
                       "partition=keep it is chosen by the key."_s.arg(
                           QString::fromUtf8(message.topic), QString::fromStdString(value));
            }
            add(RD_KAFKA_VTYPE_PARTITION).u.i32 = *number;
            continue;
        }
        if (name.find('\0') != std::string::npos) {
            return u"Nothing was sent: Kafka cannot carry the header “%1”, which has a zero in its "
                   "name."_s.arg(QString::fromStdString(name).simplified());
        }
        rd_kafka_vu_t& part = add(RD_KAFKA_VTYPE_HEADER);
        part.u.header.name = name.c_str();
        part.u.header.val = value.data();
        part.u.header.size = static_cast<ssize_t>(value.size());
    }
    const KafkaOwned<rd_kafka_error_t> error(
        rd_kafka_produceva(m_handle.get(), parts.data(), parts.size()));
    return error ? words(rd_kafka_error_code(error.get()), QString::fromUtf8(message.topic))
                 : QString();
}

QString KafkaSender::words(rd_kafka_resp_err_t error, const QString& topic) const
{
    const QString where = m_settings.where();
    switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        return u"Nothing was sent: Kafka at %1 has no topic “%2”, or does not show it to us; "
               "Murmurscope makes none. Make it there, or send to another one."_s.arg(where, topic);
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return u"Nothing was sent: the topic “%1” does not have that partition."_s.arg(topic);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return u"Kafka at %1 refuses the message: this user may not write to “%2”."_s.arg(where,
                                                                                          topic);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        return u"Kafka at %1 refuses the message: it is larger than the topic “%2” takes "
               "(max.message.bytes)."_s.arg(where, topic);
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        return u"Kafka at %1 refuses the message: the topic “%2” takes none like it (perhaps it is "
               "compacted and wants keys, or the time is too old)."_s.arg(where, topic);
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        return u"Kafka at %1 has not confirmed the message in time; whether it has it is not "
               "known."_s.arg(where);
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        return u"The connection to Kafka at %1 was lost on the way; whether it has the message is "
               "not known."_s.arg(where);
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
        return u"It was not sent: the connection to Kafka at %1 ended before."_s.arg(where);
    default:
        return u"Kafka at %1 did not take the message for “%2”: %3."_s.arg(
            where, topic, QString::fromUtf8(rd_kafka_err2str(error)));
    }
}

} // namespace murmur
