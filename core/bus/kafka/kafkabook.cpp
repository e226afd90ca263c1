// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkabook.h"

#include <QLocale>

using namespace Qt::StringLiterals;

namespace murmur {

KafkaReading& KafkaBook::add(const KafkaPartition& partition)
{
    auto reading = std::make_unique<KafkaReading>();
    reading->partition = partition;
    reading->topic = QByteArray::fromStdString(partition.topic);
    reading->place = partition.topic + '/' + std::to_string(partition.number) + '/';
    const std::lock_guard lock(m_mutex);
    return *(m_readings[partition] = std::move(reading));
}

KafkaReading* KafkaBook::find(const KafkaPartition& partition) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_readings.find(partition);
    return found == m_readings.end() ? nullptr : found->second.get();
}

std::vector<KafkaReading*> KafkaBook::all() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<KafkaReading*> readings;
    readings.reserve(m_readings.size());
    for (const auto& [partition, reading] : m_readings)
        readings.push_back(reading.get());
    return readings;
}

void KafkaReports::add(std::vector<KafkaReport>&& reports)
{
    const std::lock_guard lock(m_mutex);
    for (KafkaReport& report : reports)
        m_reports.push_back(std::move(report));
}

std::vector<KafkaReport> KafkaReports::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_reports, {});
}

void KafkaBoard::setState(State state, const QString& detail)
{
    {
        const std::lock_guard lock(m_mutex);
        if (state == m_state && detail == m_detail)
            return;
        if (state == State::Up && m_state == State::Retrying && m_wasUp)
            ++m_reconnects;
        m_wasUp = m_wasUp || state == State::Up;
        m_state = state;
        m_detail = detail;
    }
    changed();
}

void KafkaBoard::addNote(const QString& sentence)
{
    {
        const std::lock_guard lock(m_mutex);
        m_note += u' ' + sentence;
    }
    changed();
}

void KafkaBoard::setTopics(const QStringList& subscribed, const QStringList& unmatched)
{
    {
        const std::lock_guard lock(m_mutex);
        if (subscribed == m_subscribed && unmatched == m_unmatched)
            return;
        m_subscribed = subscribed;
        m_unmatched = unmatched;
    }
    changed();
}

void KafkaBoard::setDenied(const QStringList& denied)
{
    const std::lock_guard lock(m_mutex);
    m_denied = denied;
}

KafkaBoard::State KafkaBoard::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

void KafkaBoard::fill(ConnectionStatus& status) const
{
    const QLocale locale = QLocale::c();
    const auto number = [&](auto count) { return locale.toString(qulonglong(count)); };
    const std::uint64_t heard = received;
    const std::uint64_t missing = holes;
    const std::int64_t most = expected;
    const std::lock_guard lock(m_mutex);
    status.state = m_state;
    status.detail = m_detail;
    status.received = heard;
    status.reconnects = m_reconnects;
    status.subscribed = m_subscribed;
    status.unmatched = m_unmatched;
    status.denied = m_denied;
    status.expectedMessages = most;
    if (m_state != State::Up)
        return;
    if (most >= 0)
        status.detail += u" %1 of at most %2 messages so far."_s.arg(number(heard), number(most));
    if (missing > 0) {
        status.detail += u" %1 offsets hold no message: compaction and transactions leave such "
                         "holes."_s.arg(number(missing));
    }
    status.detail += m_note;
}

} // namespace murmur
