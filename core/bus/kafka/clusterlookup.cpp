// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/clusterlookup.h"

#include <algorithm>
#include <chrono>
#include <map>

using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kPatience = 3000; // ms
constexpr auto kProbePatience = 10s;
constexpr int kLook = 50; // ms

} // namespace

ClusterLookup::ClusterLookup(rd_kafka_t* handle, const KafkaSettings& settings,
                             const std::atomic<bool>& isOver)
    : m_handle(handle)
    , m_settings(settings)
    , m_isOver(isOver)
{
}

std::vector<std::optional<std::int64_t>>
ClusterLookup::ask(std::span<const KafkaPartition> partitions, std::int64_t timeOrLogical)
{
    std::vector<std::optional<std::int64_t>> found(partitions.size());
    if (partitions.empty() || m_isOver)
        return found;
    const KafkaOwned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (const KafkaPartition& partition : partitions) {
        rd_kafka_topic_partition_t* const element = rd_kafka_topic_partition_list_add(
            list.get(), partition.topic.c_str(), partition.number);
        element->offset = timeOrLogical;
        // What nobody answers for keeps this.
        element->err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    rd_kafka_offsets_for_times(m_handle, list.get(), kPatience);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        const rd_kafka_topic_partition_t* const element = rd_kafka_topic_partition_list_find(
            list.get(), partitions[i].topic.c_str(), partitions[i].number);
        if (element != nullptr && element->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
            element->offset >= 0)
            found[i] = element->offset;
    }
    return found;
}

std::vector<std::optional<Watermarks>>
ClusterLookup::watermarks(std::span<const KafkaPartition> partitions)
{
    // The times of the protocol for both ends: one request for all partitions of a broker.
    const auto lows = ask(partitions, RD_KAFKA_OFFSET_BEGINNING);
    const auto highs = ask(partitions, RD_KAFKA_OFFSET_END);
    std::vector<std::optional<Watermarks>> found(partitions.size());
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (lows[i] && highs[i])
            found[i] = Watermarks{*lows[i], std::max(*lows[i], *highs[i])};
    }
    return found;
}

std::vector<std::optional<std::int64_t>>
ClusterLookup::indexed(std::span<const KafkaPartition> partitions, std::int64_t time)
{
    return ask(partitions, std::max(time, std::int64_t(0)));
}

std::vector<std::optional<OffsetLookup::Record>>
ClusterLookup::records(std::span<const Place> places)
{
    std::vector<std::optional<Record>> found(places.size());
    if (!m_probe) {
        auto made = makeKafkaConsumer(m_settings, false, nullptr);
        if (!made)
            return found;
        m_probe = std::move(*made);
    }
    const KafkaOwned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
    std::map<KafkaPartition, std::size_t> indexes;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const KafkaPartition& partition = places[i].partition;
        rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.number)
            ->offset = places[i].offset;
        indexes[partition] = i;
    }
    if (rd_kafka_assign(m_probe.get(), list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return found;
    std::size_t missing = places.size();
    const auto latest = std::chrono::steady_clock::now() + kProbePatience;
    while (missing > 0 && !m_isOver && std::chrono::steady_clock::now() < latest) {
        const KafkaOwned<rd_kafka_message_t> message(rd_kafka_consumer_poll(m_probe.get(), kLook));
        if (!message || message->rkt == nullptr)
            continue;
        const auto index = indexes.find({rd_kafka_topic_name(message->rkt), message->partition});
        if (index == indexes.end() || found[index->second])
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
            const std::int64_t time = rd_kafka_message_timestamp(message.get(), &type);
            found[index->second] = Record{message->offset, time, false};
        } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            found[index->second] = Record{message->offset, 0, true};
        } else if (message->err != RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
            continue; // it tries again
        }
        --missing;
    }
    rd_kafka_assign(m_probe.get(), nullptr);
    return found;
}

} // namespace murmur
