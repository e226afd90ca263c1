// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/kafka/kafkasettings.h"

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>

namespace murmur {

struct KafkaDeleter
{
    // Nothing was joined, so there is nothing to leave.
    void operator()(rd_kafka_t* handle) const
    {
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
    void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
    void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
    void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
    void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
    void operator()(rd_kafka_topic_partition_list_t* list) const
    {
        rd_kafka_topic_partition_list_destroy(list);
    }
    void operator()(const rd_kafka_metadata_t* metadata) const
    {
        rd_kafka_metadata_destroy(metadata);
    }
};
template<typename T>
using KafkaOwned = std::unique_ptr<T, KafkaDeleter>;

/// What librdkafka tells beside messages: brokers that cannot be reached, refused logins. Called
/// from rd_kafka_poll, in the thread that calls it.
using KafkaTrouble = std::function<void(rd_kafka_resp_err_t error, const QString& reason)>;

/// A consumer that observes: no group is joined, nothing committed or stored, no topic created.
/// `prefetches`: as much as the budget allows; false: as little as there is. `trouble`, which may
/// be nothing, outlives it. WrongUse when librdkafka refuses a setting, such as a file that is no
/// certificate.
Result<KafkaOwned<rd_kafka_t>> makeKafkaConsumer(const KafkaSettings& settings, bool prefetches,
                                                 KafkaTrouble* trouble);
/// A producer that repeats nothing by itself, so nothing comes twice or out of order, and that
/// tells errors and what became of messages as events of its main queue.
Result<KafkaOwned<rd_kafka_t>> makeKafkaProducer(const KafkaSettings& settings);

} // namespace murmur
