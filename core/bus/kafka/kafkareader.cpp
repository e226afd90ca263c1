// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkareader.h"

#include "base/clock.h"
#include "base/transport.h"

#include <array>
#include <charconv>
#include <thread>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kBatch = 1000;
constexpr int kPatience = 50; // ms; also how soon the end is noticed
constexpr auto kRoomWait = 2ms;
// What arrived here already is taken at the end, but not for ever.
constexpr auto kMaxDrain = 1s;
constexpr std::int64_t kNsPerMs = 1'000'000;

std::string_view bytes(const void* data, std::size_t size)
{
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

class Digits
{
public:
    explicit Digits(std::int64_t number)
        : m_end(std::to_chars(m_text.data(), m_text.data() + m_text.size(), number).ptr)
    {
    }
    [[nodiscard]] std::string_view view() const
    {
        return {m_text.data(), static_cast<std::size_t>(m_end - m_text.data())};
    }

private:
    std::array<char, 24> m_text{};
    const char* m_end;
};

} // namespace

KafkaReader::KafkaReader(rd_kafka_t* handle, const ConnectionContext& context,
                         const KafkaSettings& settings, KafkaBook& book, KafkaReports& reports,
                         KafkaBoard& board)
    : m_context(context)
    , m_book(book)
    , m_reports(reports)
    , m_board(board)
    , m_queue(rd_kafka_queue_get_consumer(handle))
    , m_isHistory(settings.isHistory())
    , m_until(settings.to.what == Position::What::Time ? settings.to.time : KafkaReading::kOpen)
    , m_raw(kBatch)
{
}

void KafkaReader::run(const std::atomic<bool>& isOver)
{
    while (!isOver) {
        if (take(kPatience))
            deliver(isOver);
    }
    const auto latest = std::chrono::steady_clock::now() + kMaxDrain;
    while (std::chrono::steady_clock::now() < latest && take(0))
        deliver(isOver);
}

bool KafkaReader::take(int patience)
{
    // A batch would wait until it is full; so wait for one and take what came with it.
    const KafkaOwned<rd_kafka_message_t> first(rd_kafka_consume_queue(m_queue.get(), patience));
    if (!first)
        return false;
    m_now = processClock().nowNs();
    read(*first);
    const ssize_t count = rd_kafka_consume_batch_queue(m_queue.get(), 0, m_raw.data(), kBatch);
    for (ssize_t i = 0; i < count; ++i) {
        const KafkaOwned<rd_kafka_message_t> message(m_raw[static_cast<std::size_t>(i)]);
        read(*message);
    }
    return true;
}

void KafkaReader::deliver(const std::atomic<bool>& isOver)
{
    if (const std::size_t count = m_batch.size(); count > 0) {
        while (!m_context.sink->hearIfRoom(m_batch)) {
            if (isOver) {
                m_context.sink->hear(std::move(m_batch)); // which counts what does not fit
                break;
            }
            std::this_thread::sleep_for(kRoomWait);
        }
        m_batch.clear();
        m_batch.reserve(std::min(kBatch, 2 * count));
        m_board.received += count;
    }
    if (!m_found.empty()) {
        m_reports.add(std::move(m_found));
        m_found.clear();
    }
}

KafkaReading* KafkaReader::readingOf(const rd_kafka_message_t& message)
{
    if (message.rkt == nullptr)
        return nullptr;
    if (message.rkt != m_lastTopic || message.partition != m_lastNumber || m_last == nullptr) {
        m_last = m_book.find({rd_kafka_topic_name(message.rkt), message.partition});
        m_lastTopic = message.rkt;
        m_lastNumber = message.partition;
    }
    return m_last;
}

void KafkaReader::read(const rd_kafka_message_t& message)
{
    KafkaReading* const reading = readingOf(message);
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR)
        complain(reading, message);
    else if (reading != nullptr)
        hear(*reading, message);
}

void KafkaReader::finish(KafkaReading& reading)
{
    if (!reading.isDone.exchange(true))
        m_found.push_back({KafkaReport::What::Reached, &reading, 0, {}});
}

void KafkaReader::hear(KafkaReading& reading, const rd_kafka_message_t& message)
{
    const std::int64_t next = reading.next;
    if (reading.isDone || message.offset < next)
        return;
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const std::int64_t time = rd_kafka_message_timestamp(&message, &type);
    const bool isTimed = type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && time >= 0 &&
                         time < KafkaReading::kOpen / kNsPerMs;
    const std::int64_t end = reading.end;
    if (message.offset >= end ||
        (end == KafkaReading::kOpen && isTimed && time * kNsPerMs >= m_until)) {
        finish(reading);
        return;
    }
    m_board.holes += static_cast<std::uint64_t>(message.offset - next);
    reading.next = message.offset + 1;
    reading.lastHeard = m_now;

    HeardMessage& heard = m_batch.emplace_back();
    heard.connection = m_context.id;
    heard.received = m_now;
    heard.topic = reading.topic;
    if (message.payload != nullptr) {
        heard.raw = QByteArray(static_cast<const char*>(message.payload),
                               static_cast<qsizetype>(message.len));
    }
    if (isTimed && m_isHistory)
        heard.stated = time * kNsPerMs;
    const bool isBySender = isTimed && type == RD_KAFKA_TIMESTAMP_CREATE_TIME;
    heard.headers = headersOf(reading, message, isBySender ? time * kNsPerMs : kNoTime);
    if (reading.next >= end)
        finish(reading);
}

QByteArray KafkaReader::headersOf(const KafkaReading& reading, const rd_kafka_message_t& message,
                                  std::int64_t sent)
{
    m_headers.clear();
    rd_kafka_headers_t* list = nullptr; // belongs to the message
    if (rd_kafka_message_headers(&message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        for (std::size_t i = 0;
             rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i)
            add(name, bytes(value, size));
    }
    const Digits offset(message.offset);
    m_id.assign(reading.place).append(offset.view());
    add(transport::kId, m_id);
    add(transport::kSequence, offset.view());
    add(transport::kPartition, Digits(message.partition).view());
    if (message.key != nullptr)
        add(transport::kKey, bytes(message.key, message.key_len));
    if (sent != kNoTime)
        add(transport::kSent, Digits(sent).view());
    if (message.payload == nullptr) {
        add("murmur-tombstone", "1");
        add(transport::kKind, "state");
    }
    return {m_headers.data(), static_cast<qsizetype>(m_headers.size())};
}

/// One more as headersToBytes would write it: a list of texts for each message would cost as much
/// as all else here.
void KafkaReader::add(std::string_view name, std::string_view value)
{
    appendVarint(m_headers, name.size());
    appendVarint(m_headers, value.size());
    m_headers.append(name).append(value);
}

void KafkaReader::complain(KafkaReading* reading, const rd_kafka_message_t& message)
{
    using What = KafkaReport::What;
    switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (reading != nullptr && message.offset >= reading->end)
            finish(*reading);
        return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        if (reading != nullptr && !reading->isDone)
            m_found.push_back({What::Trimmed, reading, reading->next, {}});
        return;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        if (reading != nullptr)
            m_found.push_back({What::Denied, reading, 0, {}});
        return;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return; // of a group that we need no rights in
    default:
        break;
    }
    const QString text = QString::fromUtf8(rd_kafka_message_errstr(&message));
    m_found.push_back({What::Told, reading, 0, text});
    const bool isUnreadable = message.err == RD_KAFKA_RESP_ERR__BAD_MSG ||
                              message.err == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
                              message.err == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
    // It is fetched again and again: tell it once.
    if (!isUnreadable || reading == nullptr ||
        m_unreadable == std::pair(reading, reading->next.load()))
        return;
    m_unreadable = {reading, reading->next};
    Gap gap;
    gap.connection = m_context.id;
    gap.topic = reading->partition.topic;
    gap.cause = "decode-error";
    gap.from = gap.to = processClock().nowNs();
    gap.count = 1;
    gap.lostIs = LostIs::AtLeast;
    m_context.sink->note(std::move(gap));
}

} // namespace murmur
