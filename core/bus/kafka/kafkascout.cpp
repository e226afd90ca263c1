// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkascout.h"

#include "base/clock.h"
#include "bus/kafka/kafkawords.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kTurn = 50; // ms
// How long stop() may have to wait; more only for a cluster that answers slowly.
constexpr int kPatience = 150;       // ms
constexpr int kMostPatience = 8'000; // ms
constexpr auto kRetry = 100ms;
constexpr auto kPendingRetry = 1s;
// A cluster that does not answer for so long is not only slow.
constexpr auto kGone = 1s;
constexpr qsizetype kMaxUnmatched = 100;

} // namespace

KafkaScout::KafkaScout(rd_kafka_t* handle, const ConnectionContext& context,
                       const KafkaSettings& settings, KafkaBook& book, KafkaReports& reports,
                       KafkaBoard& board, std::atomic<bool>& isOver)
    : m_handle(handle)
    , m_context(context)
    , m_settings(settings)
    , m_book(book)
    , m_reports(reports)
    , m_board(board)
    , m_isOver(isOver)
    , m_lookup(handle, settings, isOver)
    , m_began(processClock().nowNs())
    , m_waitsForEnd(settings.to.what == Position::What::Time && settings.to.time > m_began)
    , m_patience(kPatience)
    , m_nextLook(Clock::now())
{
}

void KafkaScout::run()
{
    while (!m_isOver) {
        if (Clock::now() >= m_nextLook)
            look();
        takeReports();
        endWhenTime();
        if (!m_isOver)
            endWhenDone();
        if (!m_isOver)
            rd_kafka_poll(m_handle, kTurn);
        forgetTrouble();
    }
    tellUnread();
}

void KafkaScout::tellUnread()
{
    const std::int64_t now = processClock().nowNs();
    const bool isLong = nanoseconds(now - m_downSince) > kGone;
    if (m_book.all().empty() || m_downSince == 0 || !(m_isGone || isLong))
        return;
    m_context.sink->note(Gap{m_context.id, {}, "reconnect", m_downSince, now, 0, LostIs::Unknown});
}

void KafkaScout::hearTrouble(rd_kafka_resp_err_t error, const QString& reason)
{
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        m_isDown = m_isGone = true;
        if (m_downSince == 0)
            m_downSince = processClock().nowNs();
        m_nextLook = Clock::now();
        setState();
        return;
    }
    const KafkaFailure failure = kafkaFailure(m_settings, error, reason);
    if (failure.isFinal) {
        fail(failure.sentence);
        return;
    }
    tell(failure.sentence);
    m_nextLook = std::min(m_nextLook, Clock::now() + kRetry);
    setState();
}

bool KafkaScout::ask(KafkaOwned<const rd_kafka_metadata_t>& metadata)
{
    // All topics, never one by its name: an old broker would create it.
    const rd_kafka_metadata_t* found = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(m_handle, 1, nullptr, &found, m_patience);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        metadata.reset(found);
        m_patience = kPatience;
        return true;
    }
    // While there is no connection the wait is for that, and a longer one would bring nothing.
    if (error == RD_KAFKA_RESP_ERR__TIMED_OUT)
        m_patience = std::min(2 * m_patience, kMostPatience);
    return false;
}

void KafkaScout::look()
{
    KafkaOwned<const rd_kafka_metadata_t> metadata;
    const bool wasDown = std::exchange(m_isDown, !ask(metadata));
    if (m_isDown) {
        if (m_downSince == 0)
            m_downSince = processClock().nowNs();
        m_nextLook = Clock::now() + kRetry;
    } else {
        m_downSince = 0;
        m_isGone = false;
        if (wasDown)
            m_trouble.clear();
        compare(*metadata);
        attachPending();
        m_hasLooked = true;
        m_nextLook =
            Clock::now() + (m_pending.empty() ? m_settings.refresh : nanoseconds(kPendingRetry));
    }
    setState();
}

bool KafkaScout::isWindow() const
{
    return m_settings.hasEnd() && !m_waitsForEnd;
}

void KafkaScout::compare(const rd_kafka_metadata_t& metadata)
{
    QStringList subscribed;
    QStringList unmatched;
    std::set<KafkaPartition> listed;
    for (int i = 0; i < metadata.topic_cnt; ++i) {
        const rd_kafka_metadata_topic_t& topic = metadata.topics[i];
        if (m_settings.takes(topic.topic)) {
            subscribed << QString::fromUtf8(topic.topic);
            compareTopic(topic, listed);
        } else if (unmatched.size() < kMaxUnmatched) {
            unmatched << QString::fromUtf8(topic.topic);
        }
    }
    for (KafkaReading* const reading : m_book.all())
        reading->wasGone = reading->wasGone || !listed.contains(reading->partition);
    subscribed.sort();
    unmatched.sort();
    m_unmatched = unmatched;
    m_topicCount = subscribed.size();
    m_missing.clear();
    for (const QByteArray& name : m_settings.topics) {
        if (!name.contains('*') && !subscribed.contains(QString::fromUtf8(name)))
            m_missing << QString::fromUtf8(name);
    }
    m_board.setTopics(subscribed, unmatched);
}

void KafkaScout::compareTopic(const rd_kafka_metadata_topic_t& topic,
                              std::set<KafkaPartition>& listed)
{
    for (int i = 0; i < topic.partition_cnt; ++i) {
        const rd_kafka_metadata_partition_t& found = topic.partitions[i];
        if (!m_settings.shard.takesPartition(found.id))
            continue;
        const KafkaPartition partition{topic.topic, found.id};
        listed.insert(partition);
        if (m_book.find(partition) != nullptr)
            continue;
        if (m_hasLooked && isWindow() && !m_pending.contains(partition))
            continue;
        const auto [place, isAdded] = m_pending.try_emplace(partition);
        place->second.leader = found.leader;
        if (isAdded)
            place->second.isNew = m_hasLooked;
    }
}

void KafkaScout::attachPending()
{
    // By leader, so that one that does not answer holds up nobody else; and old and new apart.
    std::map<std::pair<std::int32_t, bool>, std::vector<KafkaPartition>> groups;
    for (const auto& [partition, pending] : m_pending) {
        if (pending.leader >= 0)
            groups[{pending.leader, pending.isNew}].push_back(partition);
    }
    for (const auto& [key, partitions] : groups) {
        if (!m_isOver)
            attach(partitions);
    }
}

std::vector<std::optional<std::int64_t>>
KafkaScout::begins(std::span<const KafkaPartition> partitions, std::span<const Watermarks> marks)
{
    using What = Position::What;
    if (m_settings.from.what == What::Time && !m_pending.at(partitions.front()).isNew)
        return offsetsAtTime(m_lookup, partitions, marks, kafkaMs(m_settings.from.time));
    std::vector<std::optional<std::int64_t>> found;
    for (const Watermarks& mark : marks) {
        if (m_pending.at(partitions.front()).isNew || m_settings.from.what == What::Beginning)
            found.emplace_back(mark.low);
        else if (m_settings.from.what == What::Place)
            found.emplace_back(m_settings.from.place.toLongLong());
        else
            found.emplace_back(mark.high);
    }
    return found;
}

std::vector<std::optional<std::int64_t>>
KafkaScout::ends(std::span<const KafkaPartition> partitions, std::span<const Watermarks> marks)
{
    using What = Position::What;
    if (m_settings.to.what == What::Time && !m_waitsForEnd)
        return offsetsAtTime(m_lookup, partitions, marks, kafkaMs(m_settings.to.time));
    std::vector<std::optional<std::int64_t>> found;
    for (const Watermarks& mark : marks) {
        if (!isWindow())
            found.emplace_back(KafkaReading::kOpen);
        else if (m_settings.to.what == What::Place)
            found.emplace_back(std::min<std::int64_t>(m_settings.to.place.toLongLong(), mark.high));
        else
            found.emplace_back(mark.high);
    }
    return found;
}

void KafkaScout::attach(std::span<const KafkaPartition> partitions)
{
    std::vector<KafkaPartition> known;
    std::vector<Watermarks> marks;
    const auto answers = m_lookup.watermarks(partitions);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (answers[i]) {
            known.push_back(partitions[i]);
            marks.push_back(*answers[i]);
        }
    }
    if (known.empty())
        return;
    const auto first = begins(known, marks);
    const auto last = ends(known, marks);
    std::vector<KafkaReading*> readings;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (!first[i] || !last[i])
            continue; // asked again soon
        m_pending.erase(known[i]);
        KafkaReading& reading = m_book.add(known[i]);
        reading.end = *last[i];
        // An offset that was asked for and is not kept any more is lost like any other; one that is
        // still to come is waited for at the end.
        goOn(reading, std::min(*first[i], *last[i]),
             {marks[i].low, std::max(marks[i].high, *first[i])});
        reading.from = std::min(reading.from, marks[i].high);
        if (reading.end != KafkaReading::kOpen)
            m_expected += std::max<std::int64_t>(0, reading.end - reading.next);
        if (!reading.isDone)
            readings.push_back(&reading);
    }
    if (isWindow())
        m_board.expected = m_expected;
    assign(readings);
}

} // namespace murmur
