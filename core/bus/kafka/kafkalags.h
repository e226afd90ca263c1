// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafka/kafkabook.h"
#include "bus/kafka/kafkahandle.h"
#include "bus/lagwatch.h"

#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace murmur {

/// Asks a cluster how far the consumer groups of others are behind in the partitions that are read,
/// in a thread of its own: what they committed against the ends that fetching tells. No group is
/// joined, and nothing committed.
class KafkaLags
{
public:
    /// All outlive it. The groups: those that the URL names, and those that the brokers list.
    KafkaLags(rd_kafka_t* handle, const ConnectionContext& context, const KafkaSettings& settings,
              const KafkaBook& book, KafkaBoard& board);

    /// Until `isOver`.
    void run(const std::atomic<bool>& isOver);

private:
    using Clock = std::chrono::steady_clock;
    /// By topic and group, what is known of one that has committed something there.
    using Table = std::map<std::string, std::map<std::string, Lag>>;

    void listGroups();
    [[nodiscard]] KafkaOwned<rd_kafka_topic_partition_list_t> partitionsToAsk() const;
    void askGroup(const std::string& group);
    void take(rd_kafka_event_t* event);
    void takeGroups(rd_kafka_event_t* event);
    void takeOffsets(rd_kafka_event_t* event);
    void takeOffset(const std::string& group, const rd_kafka_topic_partition_t& committed);
    void endRound();
    void complain(const QString& sentence);

    rd_kafka_t* const m_handle;
    const KafkaSettings& m_settings;
    const KafkaBook& m_book;
    KafkaBoard& m_board;
    LagWatch m_watch;
    KafkaOwned<rd_kafka_queue_t> m_answers;
    std::set<std::string> m_groups;
    std::set<std::string> m_denied;
    std::vector<std::string> m_asked;                         ///< in this round
    KafkaOwned<rd_kafka_topic_partition_list_t> m_partitions; ///< asked for in this round
    Table m_found;                                            ///< of this round
    std::set<std::string> m_topics;                           ///< that were told of
    std::size_t m_awaited = 0;                                ///< answers of this round
    std::size_t m_unanswered = 0;                             ///< of them, errors
    bool m_isListing = false;
    bool m_isRefused = false;
    Clock::time_point m_nextRound;
    Clock::time_point m_nextList;
};

} // namespace murmur
