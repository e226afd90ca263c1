// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "bus/kafka/kafkabook.h"
#include "bus/kafka/kafkahandle.h"

namespace murmur {

/// Takes messages out of librdkafka and gives them to the sink, in a thread of its own. A cluster
/// keeps what nobody fetches: so while the sink has no room this waits and nothing is dropped.
class KafkaReader
{
public:
    /// All outlive it; `schemas` may be null.
    KafkaReader(rd_kafka_t* handle, const ConnectionContext& context, const KafkaSettings& settings,
                KafkaBook& book, KafkaReports& reports, KafkaBoard& board);

    /// Until `isOver`, and then what has arrived here already.
    void run(const std::atomic<bool>& isOver);

private:
    bool take(int patience);
    void deliver(const std::atomic<bool>& isOver);
    void read(const rd_kafka_message_t& message);
    void hear(KafkaReading& reading, const rd_kafka_message_t& message);
    void complain(KafkaReading* reading, const rd_kafka_message_t& message);
    void finish(KafkaReading& reading);
    KafkaReading* readingOf(const rd_kafka_message_t& message);
    void add(std::string_view name, std::string_view value);
    QByteArray headersOf(const KafkaReading& reading, const rd_kafka_message_t& message,
                         std::int64_t sent);

    const ConnectionContext m_context;
    KafkaBook& m_book;
    KafkaReports& m_reports;
    KafkaBoard& m_board;
    const KafkaOwned<rd_kafka_queue_t> m_queue;
    const bool m_isHistory;
    const std::int64_t m_until;

    std::vector<rd_kafka_message_t*> m_raw;
    std::vector<HeardMessage> m_batch;
    std::vector<KafkaReport> m_found; // told after the batch is in the sink
    std::string m_headers;
    std::string m_id;
    std::int64_t m_now = 0;
    // Messages of a partition come in runs.
    const rd_kafka_topic_t* m_lastTopic = nullptr;
    std::int32_t m_lastNumber = -1;
    KafkaReading* m_last = nullptr;
    std::pair<KafkaReading*, std::int64_t> m_unreadable{nullptr, -1};
};

} // namespace murmur
