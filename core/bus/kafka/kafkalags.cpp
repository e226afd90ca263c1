// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkalags.h"

#include "base/clock.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr int kTurn = 100;       // ms, also how soon the end is noticed
constexpr int kPatience = 5'000; // ms
/// New groups are looked for less often: each broker is asked for its own.
constexpr auto kListEvery = 20s;
/// A question each; a cluster with more is asked for the first ones by name.
constexpr std::size_t kMaxGroups = 200;

/// Partitions of all questions of a round together.
constexpr std::size_t kMaxAsked = 20'000;

struct EventDeleter
{
    void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
    void operator()(rd_kafka_AdminOptions_t* options) const
    {
        rd_kafka_AdminOptions_destroy(options);
    }
    void operator()(rd_kafka_ListConsumerGroupOffsets_t* question) const
    {
        rd_kafka_ListConsumerGroupOffsets_destroy(question);
    }
};
template<typename T>
using Owned = std::unique_ptr<T, EventDeleter>;

Owned<rd_kafka_AdminOptions_t> optionsFor(rd_kafka_t* handle, rd_kafka_admin_op_t what)
{
    Owned<rd_kafka_AdminOptions_t> options(rd_kafka_AdminOptions_new(handle, what));
    std::array<char, 256> why{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), kPatience, why.data(), why.size());
    return options;
}

bool isPermission(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
           error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

} // namespace

KafkaLags::KafkaLags(rd_kafka_t* handle, const ConnectionContext& context,
                     const KafkaSettings& settings, const KafkaBook& book, KafkaBoard& board)
    : m_handle(handle)
    , m_settings(settings)
    , m_book(book)
    , m_board(board)
    , m_watch(context)
    , m_answers(rd_kafka_queue_new(handle))
    , m_nextRound(Clock::now() + kLagEvery)
    , m_nextList(Clock::now())
{
    for (const QByteArray& group : settings.groups)
        m_groups.insert(group.toStdString());
}

void KafkaLags::run(const std::atomic<bool>& isOver)
{
    if (!m_settings.watchesLag || m_settings.hasEnd())
        return;
    while (!isOver) {
        if (Owned<rd_kafka_event_t> event{rd_kafka_queue_poll(m_answers.get(), kTurn)})
            take(event.get());
        const auto now = Clock::now();
        if (m_awaited > 0 || m_board.state() != KafkaBoard::State::Up)
            continue;
        if (!m_isListing && now >= m_nextList)
            listGroups();
        if (now < m_nextRound)
            continue;
        m_nextRound = now + kLagEvery;
        m_unanswered = 0;
        m_asked.clear();
        m_partitions = partitionsToAsk();
        for (const std::string& group : m_groups)
            askGroup(group);
    }
}

void KafkaLags::listGroups()
{
    m_nextList = Clock::now() + kListEvery;
    // Groups that are named are the ones that are wanted.
    if (!m_settings.groups.isEmpty())
        return;
    m_isListing = true;
    const auto options = optionsFor(m_handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS);
    rd_kafka_ListConsumerGroups(m_handle, options.get(), m_answers.get());
}

/// Those that are read. Of many partitions and groups none are named, which asks for all in which a
/// group has committed something: those are fewer then.
KafkaOwned<rd_kafka_topic_partition_list_t> KafkaLags::partitionsToAsk() const
{
    const std::vector<KafkaReading*> readings = m_book.all();
    if (readings.size() * m_groups.size() > kMaxAsked)
        return nullptr;
    KafkaOwned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(readings.size())));
    for (const KafkaReading* const reading : readings)
        rd_kafka_topic_partition_list_add(list.get(), reading->partition.topic.c_str(),
                                          reading->partition.number);
    return list;
}

void KafkaLags::askGroup(const std::string& group)
{
    const auto options = optionsFor(m_handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    const Owned<rd_kafka_ListConsumerGroupOffsets_t> question(
        rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), m_partitions.get()));
    // An answer that failed names no group.
    rd_kafka_AdminOptions_set_opaque(options.get(), reinterpret_cast<void*>(m_asked.size()));
    m_asked.push_back(group);
    rd_kafka_ListConsumerGroupOffsets_t* questions[] = {question.get()};
    rd_kafka_ListConsumerGroupOffsets(m_handle, questions, 1, options.get(), m_answers.get());
    ++m_awaited;
}

void KafkaLags::take(rd_kafka_event_t* event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LISTCONSUMERGROUPS_RESULT:
        m_isListing = false;
        takeGroups(event);
        break;
    case RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT:
        takeOffsets(event);
        if (--m_awaited == 0)
            endRound();
        break;
    default:
        break;
    }
}

void KafkaLags::takeGroups(rd_kafka_event_t* event)
{
    const rd_kafka_ListConsumerGroups_result_t* result =
        rd_kafka_event_ListConsumerGroups_result(event);
    std::size_t count = 0;
    if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR && result != nullptr) {
        const auto** groups = rd_kafka_ListConsumerGroups_result_valid(result, &count);
        m_groups.clear();
        for (std::size_t i = 0; i < count && m_groups.size() < kMaxGroups; ++i) {
            if (const char* id = rd_kafka_ConsumerGroupListing_group_id(groups[i]);
                !m_denied.contains(id))
                m_groups.insert(id);
        }
        std::size_t failed = 0;
        const auto** errors = rd_kafka_ListConsumerGroups_result_errors(result, &failed);
        if (count > 0 || failed == 0)
            return;
        if (!isPermission(rd_kafka_error_code(errors[0])) &&
            rd_kafka_error_code(errors[0]) != RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
            return; // asked again later
    } else if (!isPermission(rd_kafka_event_error(event)) &&
               rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE) {
        return;
    }
    complain(u"How far consumer groups are behind is told only of those that groups= names: the "
             "brokers do not list groups for us."_s);
}

void KafkaLags::takeOffsets(rd_kafka_event_t* event)
{
    const auto asked = reinterpret_cast<std::size_t>(rd_kafka_event_opaque(event));
    if (asked >= m_asked.size())
        return;
    const std::string& group = m_asked[asked];
    const rd_kafka_ListConsumerGroupOffsets_result_t* result =
        rd_kafka_event_ListConsumerGroupOffsets_result(event);
    std::size_t count = 0;
    const rd_kafka_group_result_t** groups =
        result != nullptr ? rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)
                          : nullptr;
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    for (std::size_t i = 0; i < count; ++i) {
        if (const rd_kafka_error_t* failed = rd_kafka_group_result_error(groups[i]))
            error = rd_kafka_error_code(failed);
        const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(groups[i]);
        for (int place = 0; list != nullptr && place < list->cnt; ++place) {
            if (list->elems[place].err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
                error = list->elems[place].err;
            takeOffset(group, list->elems[place]);
        }
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    if (!isPermission(error)) {
        ++m_unanswered;
        return;
    }
    // It is not asked for again, and the others are told of all the same.
    m_groups.erase(group);
    m_denied.insert(group);
    complain(u"How far some consumer groups are behind cannot be told: the user needs Describe on "
             "the groups."_s);
}

void KafkaLags::takeOffset(const std::string& group, const rd_kafka_topic_partition_t& committed)
{
    if (committed.offset < 0 || m_book.find({committed.topic, committed.partition}) == nullptr)
        return;
    Lag& lag = m_found[committed.topic][group];
    lag.consumer = group;
    std::int64_t low = 0;
    std::int64_t high = 0;
    // What fetching has told: costs no question.
    const bool isKnown =
        rd_kafka_get_watermark_offsets(m_handle, committed.topic, committed.partition, &low,
                                       &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        high >= 0;
    if (!isKnown)
        return;
    lag.pending = std::max<std::int64_t>(lag.pending, 0) +
                  std::max<std::int64_t>(0, high - std::max(low, committed.offset));
}

void KafkaLags::endRound()
{
    // Who was not answered for is not gone.
    if (m_unanswered == 0) {
        const std::int64_t now = processClock().nowNs();
        for (const auto& [topic, groups] : m_found)
            m_topics.insert(topic);
        for (const std::string& topic : m_topics) {
            std::vector<Lag> lags;
            for (const auto& [group, lag] : m_found[topic])
                lags.push_back(lag);
            m_watch.tell(topic, std::move(lags), now);
        }
    }
    m_found.clear();
}

void KafkaLags::complain(const QString& sentence)
{
    if (!m_isRefused)
        m_board.addNote(sentence);
    m_isRefused = true;
}

} // namespace murmur
