// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafka/clusterlookup.h"
#include "bus/kafka/kafkabook.h"
#include "bus/kafka/kafkahandle.h"

#include <chrono>
#include <map>
#include <set>

namespace murmur {

/// Finds out what there is to read and where to begin, assigns it, and looks after what goes wrong,
/// in a thread of its own: its questions to the cluster wait for answers.
class KafkaScout
{
public:
    /// All outlive it.
    KafkaScout(rd_kafka_t* handle, const ConnectionContext& context, const KafkaSettings& settings,
               KafkaBook& book, KafkaReports& reports, KafkaBoard& board,
               std::atomic<bool>& isOver);

    /// Until `isOver`, which it sets itself when there is nothing more to do.
    void run();
    /// From rd_kafka_poll, which run() calls.
    void hearTrouble(rd_kafka_resp_err_t error, const QString& reason);

private:
    using Clock = std::chrono::steady_clock;
    struct Pending
    {
        std::int32_t leader = -1;
        bool isNew = false; ///< appeared after the first look: from its beginning
    };
    struct Trim
    {
        KafkaReading* reading = nullptr;
        std::int64_t wanted = 0;
    };

    void look();
    [[nodiscard]] bool ask(KafkaOwned<const rd_kafka_metadata_t>& metadata);
    void compare(const rd_kafka_metadata_t& metadata);
    void compareTopic(const rd_kafka_metadata_topic_t& topic, std::set<KafkaPartition>& listed);
    void attachPending();
    void attach(std::span<const KafkaPartition> partitions);
    [[nodiscard]] std::vector<std::optional<std::int64_t>>
    begins(std::span<const KafkaPartition> partitions, std::span<const Watermarks> marks);
    [[nodiscard]] std::vector<std::optional<std::int64_t>>
    ends(std::span<const KafkaPartition> partitions, std::span<const Watermarks> marks);
    void assign(std::span<KafkaReading* const> readings);
    void unassign(std::span<KafkaReading* const> readings);

    void takeReports();
    void goOnAfterTrims();
    void goOn(KafkaReading& reading, std::int64_t wanted, const Watermarks& marks);
    void endWhenTime();
    void endWhenDone();

    void tell(const QString& trouble);
    void forgetTrouble();
    void fail(const QString& sentence);
    void setState();
    [[nodiscard]] QString upSentence() const;
    /// There is no topic of those that a window is asked of.
    [[nodiscard]] QString nothingSentence() const;
    /// The cluster does not answer any more, and nobody will be back to read what it holds.
    void tellUnread();
    [[nodiscard]] bool isWindow() const; ///< its end is known by now: nothing new belongs to it

    rd_kafka_t* const m_handle;
    const ConnectionContext m_context;
    const KafkaSettings& m_settings;
    KafkaBook& m_book;
    KafkaReports& m_reports;
    KafkaBoard& m_board;
    std::atomic<bool>& m_isOver;
    ClusterLookup m_lookup;
    const std::int64_t m_began; // ns

    std::map<KafkaPartition, Pending> m_pending;
    std::vector<Trim> m_trims; // could not be looked up yet
    [[nodiscard]] QStringList deniedTopics() const;
    std::set<KafkaPartition> m_denied;
    QStringList m_missing;        // topics that are asked for by name and are not there
    QStringList m_unmatched;      // topics that nobody asked for
    std::int64_t m_downSince = 0; // ns; 0: the cluster answers
    bool m_isGone = false;        // no broker can be reached
    qsizetype m_topicCount = 0;
    std::int64_t m_expected = 0;
    bool m_hasLooked = false;
    bool m_isDown = true;
    bool m_waitsForEnd; // `to` is in the future
    int m_patience;     // ms, of the next question
    Clock::time_point m_nextLook;
    Clock::time_point m_nextCare;
    QString m_trouble;
    Clock::time_point m_troubleAt;
};

} // namespace murmur
