// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The scout once it is attached: what the log lost before us, where a window ends, and what it says
// of all this.

#include "bus/kafka/kafkascout.h"

#include "base/clock.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kRetry = 1s;
constexpr auto kTroubleShown = 20s;

QString some(const QStringList& names)
{
    constexpr qsizetype kShown = 5;
    return names.size() <= kShown ? names.join(u", "_s)
                                  : names.mid(0, kShown).join(u", "_s) + u", …"_s;
}

KafkaOwned<rd_kafka_topic_partition_list_t> listOf(std::span<KafkaReading* const> readings)
{
    KafkaOwned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(readings.size())));
    for (const KafkaReading* const reading : readings) {
        rd_kafka_topic_partition_list_add(list.get(), reading->partition.topic.c_str(),
                                          reading->partition.number)
            ->offset = reading->from;
    }
    return list;
}

std::vector<KafkaPartition> partitionsOf(std::span<KafkaReading* const> readings)
{
    std::vector<KafkaPartition> partitions;
    partitions.reserve(readings.size());
    for (const KafkaReading* const reading : readings)
        partitions.push_back(reading->partition);
    return partitions;
}

} // namespace

void KafkaScout::assign(std::span<KafkaReading* const> readings)
{
    if (readings.empty())
        return;
    const auto list = listOf(readings);
    const KafkaOwned<rd_kafka_error_t> error(rd_kafka_incremental_assign(m_handle, list.get()));
    if (error)
        tell(QString::fromUtf8(rd_kafka_error_string(error.get())));
}

void KafkaScout::unassign(std::span<KafkaReading* const> readings)
{
    if (readings.empty())
        return;
    const auto list = listOf(readings);
    const KafkaOwned<rd_kafka_error_t> error(rd_kafka_incremental_unassign(m_handle, list.get()));
    if (error)
        tell(QString::fromUtf8(rd_kafka_error_string(error.get())));
}

void KafkaScout::takeReports()
{
    std::vector<KafkaReading*> reached;
    const std::vector<KafkaReport> reports = m_reports.take();
    for (const KafkaReport& report : reports) {
        switch (report.what) {
        case KafkaReport::What::Trimmed:
            m_trims.push_back({report.reading, report.offset});
            break;
        case KafkaReport::What::Denied:
            m_denied.insert(report.reading->partition);
            break;
        case KafkaReport::What::Reached:
            reached.push_back(report.reading);
            break;
        case KafkaReport::What::Told:
            tell(u"Kafka at %1: %2."_s.arg(m_settings.where(), report.text));
            break;
        }
    }
    if (!m_denied.empty())
        m_board.setDenied(deniedTopics());
    unassign(reached);
    if (!m_trims.empty() && Clock::now() >= m_nextCare)
        goOnAfterTrims();
    if (!reports.empty())
        setState();
    if (!m_denied.empty() && m_denied.size() == m_book.all().size()) {
        fail(u"Not permitted to read any of the topics of Kafka at %1: the user needs Read and "
             "Describe on them."_s.arg(m_settings.where()));
    }
}

void KafkaScout::goOnAfterTrims()
{
    std::vector<KafkaReading*> readings;
    for (const Trim& trim : m_trims)
        readings.push_back(trim.reading);
    const auto marks = m_lookup.watermarks(partitionsOf(readings));
    std::vector<Trim> later;
    std::vector<KafkaReading*> all;
    std::vector<KafkaReading*> unfinished;
    for (std::size_t i = 0; i < readings.size(); ++i) {
        if (!marks[i]) {
            later.push_back(m_trims[i]);
            continue;
        }
        goOn(*readings[i], m_trims[i].wanted, *marks[i]);
        all.push_back(readings[i]);
        if (!readings[i]->isDone)
            unfinished.push_back(readings[i]);
    }
    unassign(all);
    assign(unfinished);
    m_trims = std::move(later);
    m_nextCare = m_trims.empty() ? Clock::time_point() : Clock::now() + kRetry;
}

void KafkaScout::goOn(KafkaReading& reading, std::int64_t wanted, const Watermarks& marks)
{
    Gap gap;
    gap.connection = m_context.id;
    gap.topic = reading.partition.topic;
    gap.from = reading.lastHeard == 0 ? m_began : reading.lastHeard.load();
    gap.to = processClock().nowNs();
    reading.from = wanted;
    if (wanted < marks.low) {
        gap.cause = "trimmed";
        gap.count = std::min(marks.low, reading.end.load()) - wanted;
        reading.from = marks.low;
    } else if (wanted > marks.high) {
        // The log is shorter than it was. A topic made anew begins again; else the end was cut off
        // (an election in which a broker lost what others had), and what we have of it stands.
        gap.cause = "sequence-hole";
        gap.lostIs = LostIs::Unknown;
        reading.from = reading.wasGone ? marks.low : marks.high;
    }
    reading.wasGone = false;
    reading.next = reading.from;
    if (gap.count > 0 || gap.lostIs == LostIs::Unknown)
        m_context.sink->note(std::move(gap));
    if (reading.next >= reading.end)
        reading.isDone = true;
}

void KafkaScout::endWhenTime()
{
    if (!m_waitsForEnd || processClock().nowNs() < m_settings.to.time || Clock::now() < m_nextCare)
        return;
    std::vector<KafkaReading*> readings = m_book.all();
    std::erase_if(readings, [](const KafkaReading* reading) {
        return reading->isDone || reading->end != KafkaReading::kOpen;
    });
    const std::vector<KafkaPartition> partitions = partitionsOf(readings);
    const auto marks = m_lookup.watermarks(partitions);
    std::vector<KafkaPartition> known;
    std::vector<Watermarks> knownMarks;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (marks[i]) {
            known.push_back(partitions[i]);
            knownMarks.push_back(*marks[i]);
        }
    }
    const auto ends = offsetsAtTime(m_lookup, known, knownMarks, kafkaMs(m_settings.to.time));
    std::vector<KafkaReading*> ended;
    std::vector<KafkaReading*> unfinished;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (!ends[i])
            continue;
        KafkaReading& reading = *m_book.find(known[i]);
        reading.end = *ends[i];
        reading.from = reading.next;
        ended.push_back(&reading);
        if (reading.from >= reading.end)
            reading.isDone = true;
        else
            unfinished.push_back(&reading);
    }
    // Again from where they are: else the end of the partition, if it came, is not told again.
    unassign(ended);
    assign(unfinished);
    m_waitsForEnd = ended.size() < readings.size();
    m_nextCare = m_waitsForEnd ? Clock::now() + kRetry : Clock::time_point();
}

void KafkaScout::endWhenDone()
{
    if (!isWindow() || !m_hasLooked || !m_pending.empty() || !m_trims.empty())
        return;
    const std::vector<KafkaReading*> readings = m_book.all();
    if (!std::ranges::all_of(readings, [](const KafkaReading* r) { return r->isDone.load(); }))
        return;
    if (m_topicCount == 0) {
        fail(nothingSentence());
        return;
    }
    m_board.setState(
        KafkaBoard::State::Stopped,
        u"All of the window is read: %1 partitions of Kafka at %2."_s.arg(readings.size())
            .arg(m_settings.where()));
    m_isOver = true;
}

QString KafkaScout::nothingSentence() const
{
    if (m_settings.topics.isEmpty())
        return u"Kafka at %1 has no topic that this user may see."_s.arg(m_settings.where());
    QStringList asked;
    for (const QByteArray& topic : m_settings.topics)
        asked << QString::fromUtf8(topic);
    QString sentence =
        u"There is no topic “%1” at Kafka at %2."_s.arg(some(asked), m_settings.where());
    if (!m_unmatched.isEmpty())
        sentence += u" There is: %1."_s.arg(some(m_unmatched));
    return sentence;
}

void KafkaScout::tell(const QString& trouble)
{
    m_trouble = trouble;
    m_troubleAt = Clock::now();
}

void KafkaScout::forgetTrouble()
{
    if (!m_trouble.isEmpty() && Clock::now() > m_troubleAt + kTroubleShown) {
        m_trouble.clear();
        setState();
    }
}

void KafkaScout::fail(const QString& sentence)
{
    if (m_isOver)
        return;
    m_board.setState(KafkaBoard::State::Failed, sentence);
    m_isOver = true;
}

void KafkaScout::setState()
{
    if (m_isOver)
        return;
    const bool isAttached = m_hasLooked && (m_pending.empty() || !m_book.all().empty());
    if (!m_isDown && isAttached) {
        m_board.setState(KafkaBoard::State::Up, upSentence());
        return;
    }
    m_board.setState(KafkaBoard::State::Retrying,
                     m_trouble.isEmpty()
                         ? u"Kafka at %1 does not answer. Trying again."_s.arg(m_settings.where())
                         : m_trouble);
}

QString KafkaScout::upSentence() const
{
    QStringList parts;
    const auto partitions = static_cast<qsizetype>(m_book.all().size());
    if (partitions > 0) {
        parts << u"Reading %1 partitions of %2 topics of Kafka at %3%4."_s.arg(
            QString::number(partitions), QString::number(m_topicCount), m_settings.where(),
            m_settings.readsUncommitted ? u", uncommitted ones too"_s : QString());
    } else {
        parts << u"Kafka at %1 has nothing to read for us yet."_s.arg(m_settings.where());
    }
    if (!m_missing.isEmpty())
        parts << u"Not there, or not to be seen by this user: %1."_s.arg(some(m_missing));
    if (partitions == 0 || !m_missing.isEmpty())
        parts << u"We look again every %1."_s.arg(durationText(m_settings.refresh));
    if (!m_pending.empty()) {
        parts << u"%1 partitions do not answer yet."_s.arg(m_pending.size());
    }
    if (!m_denied.empty()) {
        parts << u"Not permitted to read: %1."_s.arg(some(deniedTopics()));
    }
    if (!m_trouble.isEmpty())
        parts << m_trouble;
    return parts.join(u' ');
}

QStringList KafkaScout::deniedTopics() const
{
    QStringList topics;
    for (const KafkaPartition& partition : m_denied)
        topics << QString::fromStdString(partition.topic);
    topics.removeDuplicates();
    return topics;
}

} // namespace murmur
