// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafka/kafkahandle.h"
#include "bus/publisher.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace murmur {

/// What became of a message.
struct KafkaOutcome
{
    quint64 key = 0;
    QString sentence; ///< empty: the brokers have it
};

/// Sends to topics of one cluster, with a thread of its own for all that waits. It makes no topic:
/// one that the brokers do not list is refused.
class KafkaSender
{
public:
    /// Called in the sender's thread.
    struct Told
    {
        std::function<void()> up;
        std::function<void(const QString& sentence)> over; ///< nothing is told behind it
        std::function<void(std::vector<KafkaOutcome>)> settled;
    };
    KafkaSender(KafkaSettings settings, Told told);
    ~KafkaSender();

    /// WrongUse when librdkafka refuses a setting.
    Status start();
    /// Without waiting. What is wrong with the message, or empty: `settled` tells of it.
    [[nodiscard]] QString send(quint64 key, const OutgoingMessage& message);
    /// What is not sent yet is thrown away; waits for nothing.
    void leave();

private:
    struct Waiting
    {
        quint64 key = 0;
        OutgoingMessage message;
    };

    void run();
    [[nodiscard]] bool attach();
    /// What keeps the list of topics from coming, or empty.
    [[nodiscard]] QString learnTopics(int patience);
    void take(rd_kafka_event_t* event);
    void takeTrouble(rd_kafka_resp_err_t error, const QString& reason);
    void sendWaiting();
    void settle();
    void end(const QString& sentence);
    [[nodiscard]] std::optional<int> partitionsOf(const QByteArray& topic); ///< under the lock
    [[nodiscard]] QString produce(quint64 key, const OutgoingMessage& message, int partitions);
    [[nodiscard]] QString words(rd_kafka_resp_err_t error, const QString& topic) const;

    const KafkaSettings m_settings;
    const Told m_told;
    KafkaOwned<rd_kafka_t> m_handle;
    std::thread m_thread; // joined in the destructor
    std::atomic<bool> m_isLeft = false;

    // Of the sender's thread.
    KafkaOwned<rd_kafka_queue_t> m_queue;
    std::vector<KafkaOutcome> m_outcomes;
    QString m_trouble;                              ///< the last that was told
    std::chrono::steady_clock::time_point m_latest; ///< to be attached by
    bool m_isUp = false;
    bool m_isOver = false;

    std::mutex m_mutex;                     // guards what follows
    std::map<QByteArray, int> m_partitions; ///< of the topics that there are
    std::deque<Waiting> m_waiting; ///< for a topic that is not known yet, and all behind it
};

} // namespace murmur
