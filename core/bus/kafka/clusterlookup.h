// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafka/kafkahandle.h"
#include "bus/kafka/offsetlookup.h"

#include <atomic>

namespace murmur {

/// Asks the cluster of a consumer. Single records are read by a second consumer, made when one is
/// wanted for the first time.
class ClusterLookup final : public OffsetLookup
{
public:
    /// All outlive it. Gives up early when `isOver`.
    ClusterLookup(rd_kafka_t* handle, const KafkaSettings& settings,
                  const std::atomic<bool>& isOver);

    std::vector<std::optional<Watermarks>>
    watermarks(std::span<const KafkaPartition> partitions) override;
    std::vector<std::optional<std::int64_t>> indexed(std::span<const KafkaPartition> partitions,
                                                     std::int64_t time) override;
    std::vector<std::optional<Record>> records(std::span<const Place> places) override;

private:
    std::vector<std::optional<std::int64_t>> ask(std::span<const KafkaPartition> partitions,
                                                 std::int64_t timeOrLogical);

    rd_kafka_t* const m_handle;
    const KafkaSettings& m_settings;
    const std::atomic<bool>& m_isOver;
    KafkaOwned<rd_kafka_t> m_probe;
};

} // namespace murmur
