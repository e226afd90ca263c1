// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/kafka/offsetlookup.h"

#include <atomic>
#include <limits>
#include <map>
#include <mutex>

namespace murmur {

/// A partition that is read. Made by the scout before it is assigned, then read by both threads.
struct KafkaReading
{
    static constexpr std::int64_t kOpen = std::numeric_limits<std::int64_t>::max();

    KafkaPartition partition;
    QByteArray topic;
    std::string place;                       ///< "topic/3/", to which an offset is added
    std::atomic<std::int64_t> next = 0;      ///< the offset that is wanted next
    std::atomic<std::int64_t> end = kOpen;   ///< exclusive
    std::atomic<std::int64_t> lastHeard = 0; ///< ns, processClock
    std::atomic<bool> isDone = false;        ///< came to its end
    // Of the scout:
    std::int64_t from = 0; ///< where fetching begins, at `next` or before it
    bool wasGone = false;  ///< the cluster did not list it for a while
};

/// All partitions that are read. They stay where they are until the end.
class KafkaBook
{
public:
    KafkaReading& add(const KafkaPartition& partition);
    [[nodiscard]] KafkaReading* find(const KafkaPartition& partition) const;
    [[nodiscard]] std::vector<KafkaReading*> all() const;

private:
    mutable std::mutex m_mutex;
    std::map<KafkaPartition, std::unique_ptr<KafkaReading>> m_readings;
};

/// What the reader met that the scout has to look after.
struct KafkaReport
{
    enum class What : std::uint8_t { Trimmed, Denied, Reached, Told };
    What what = What::Told;
    KafkaReading* reading = nullptr;
    std::int64_t offset = 0; ///< Trimmed: what was wanted
    QString text;            ///< Told
};

class KafkaReports
{
public:
    void add(std::vector<KafkaReport>&& reports);
    [[nodiscard]] std::vector<KafkaReport> take();

private:
    std::mutex m_mutex;
    std::vector<KafkaReport> m_reports;
};

/// The status that both threads write and the connection shows.
class KafkaBoard
{
public:
    using State = ConnectionStatus::State;

    /// Called in the thread that changed something; set before there are any.
    std::function<void()> changed;
    std::atomic<std::uint64_t> received = 0;
    std::atomic<std::uint64_t> holes = 0;    ///< offsets without a record: legitimate
    std::atomic<std::int64_t> expected = -1; ///< of a window: offsets in it

    void setState(State state, const QString& detail);
    /// A sentence that stays behind the detail.
    void addNote(const QString& sentence);
    void setTopics(const QStringList& subscribed, const QStringList& unmatched);
    void setDenied(const QStringList& denied);
    void fill(ConnectionStatus& status) const;
    [[nodiscard]] State state() const;

private:
    mutable std::mutex m_mutex; // guards what follows
    State m_state = State::Starting;
    QString m_detail;
    QString m_note;
    QStringList m_subscribed;
    QStringList m_unmatched;
    QStringList m_denied;
    std::uint64_t m_reconnects = 0;
    bool m_wasUp = false;
};

} // namespace murmur
