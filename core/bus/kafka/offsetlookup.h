// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace murmur {

struct KafkaPartition
{
    std::string topic;
    std::int32_t number = 0;
    friend bool operator==(const KafkaPartition&, const KafkaPartition&) = default;
    friend auto operator<=>(const KafkaPartition&, const KafkaPartition&) = default;
};

/// A partition holds offsets from `low` to before `high`; not each of them need be a record.
struct Watermarks
{
    std::int64_t low = 0;
    std::int64_t high = 0;
};

/// Asks a cluster where things are in its partitions. Every answer has one element for each thing
/// asked, nothing where nobody answered. Times in ms since 1970, as Kafka has them. Waits for the
/// cluster.
class OffsetLookup
{
public:
    struct Place
    {
        KafkaPartition partition;
        std::int64_t offset = 0;
    };
    /// The first record at or after a place.
    struct Record
    {
        std::int64_t offset = 0;
        std::int64_t time = 0;
        bool isNone = false; ///< there is none up to the end of the partition
    };

    virtual ~OffsetLookup() = default;
    virtual std::vector<std::optional<Watermarks>>
    watermarks(std::span<const KafkaPartition> partitions) = 0;
    /// The offset of the first record of `time` or later. A cluster says nothing both when there is
    /// none and when it keeps no index of times.
    virtual std::vector<std::optional<std::int64_t>>
    indexed(std::span<const KafkaPartition> partitions, std::int64_t time) = 0;
    virtual std::vector<std::optional<Record>> records(std::span<const Place> places) = 0;
};

/// The first whole millisecond that is not before `ns`.
constexpr std::int64_t kafkaMs(std::int64_t ns) noexcept
{
    return ns <= 0 ? 0 : (ns - 1) / 1'000'000 + 1;
}

/// The offset from which on records are of `time` or later: by the index of the cluster, or where
/// it says nothing by looking at single records. Nothing where it could not be found now.
std::vector<std::optional<std::int64_t>> offsetsAtTime(OffsetLookup& lookup,
                                                       std::span<const KafkaPartition> partitions,
                                                       std::span<const Watermarks> watermarks,
                                                       std::int64_t time);

} // namespace murmur
