// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/kafka/kafkasurvey.h"

#include "base/clock.h"
#include "bus/kafka/clusterlookup.h"
#include "bus/kafka/kafkahandle.h"

#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kSlice = 500; // ms, after which `stop` is looked at
constexpr int kSlices = 8;
constexpr int kMostTopics = 2000;

class KafkaAsker final : public BusAsker
{
public:
    KafkaAsker(const QUrl& url, const ConnectionOptions& options)
        : m_settings(kafkaSettingsFromUrl(url, options, processClock().nowNs()))
    {
    }

    Result<BusFacts> look(const std::stop_token& stop) override
    {
        if (!m_settings)
            return m_settings.error();
        if (!m_handle) {
            auto made = makeKafkaConsumer(*m_settings, false, nullptr);
            if (!made)
                return made.error();
            m_handle = std::move(*made);
        }
        const std::stop_callback ends(stop, [this] { m_isOver = true; });
        KafkaOwned<const rd_kafka_metadata_t> metadata;
        for (int i = 0; i < kSlices && !metadata && !m_isOver; ++i) {
            const rd_kafka_metadata_t* found = nullptr;
            if (rd_kafka_metadata(m_handle.get(), 1, nullptr, &found, kSlice) ==
                RD_KAFKA_RESP_ERR_NO_ERROR)
                metadata.reset(found);
        }
        if (!metadata) {
            return Error{ErrorCode::Unreachable,
                         u"Kafka at %1 does not tell its topics."_s.arg(m_settings->where())};
        }
        return factsFrom(*metadata);
    }

private:
    BusFacts factsFrom(const rd_kafka_metadata_t& metadata);

    Result<KafkaSettings> m_settings;
    KafkaOwned<rd_kafka_t> m_handle;
    std::atomic<bool> m_isOver = false;
};

BusFacts KafkaAsker::factsFrom(const rd_kafka_metadata_t& metadata)
{
    BusFacts facts;
    facts.version = metadata.broker_cnt == 1 ? u"Kafka, 1 broker"_s
                                             : u"Kafka, %1 brokers"_s.arg(metadata.broker_cnt);
    std::vector<KafkaPartition> partitions;
    std::map<std::string, std::size_t> places;
    for (int i = 0; i < std::min(metadata.topic_cnt, kMostTopics); ++i) {
        const rd_kafka_metadata_topic_t& found = metadata.topics[i];
        const std::string_view name = found.topic;
        const bool isOwn = name.starts_with('_');
        if (!m_settings->topics.isEmpty() && !m_settings->takes(name))
            continue;
        SurveyedTopic topic;
        topic.topic = QString::fromUtf8(found.topic);
        topic.item = u"topic"_s;
        topic.isOwn = isOwn;
        topic.isExact = true;
        topic.detail = found.partition_cnt == 1 ? u"1 partition"_s
                                                : u"%1 partitions"_s.arg(found.partition_cnt);
        for (int p = 0; p < found.partition_cnt; ++p)
            partitions.push_back({found.topic, found.partitions[p].id});
        places.emplace(found.topic, facts.topics.size());
        facts.topics.push_back(std::move(topic));
    }
    ClusterLookup lookup(m_handle.get(), *m_settings, m_isOver);
    const auto marks = lookup.watermarks(partitions);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        SurveyedTopic& topic = facts.topics[places.at(partitions[i].topic)];
        if (!marks[i]) {
            topic.isExact = false;
            continue;
        }
        topic.total = topic.total.value_or(0) + marks[i]->high;
        topic.stored = topic.stored.value_or(0) + marks[i]->high - marks[i]->low;
    }
    // A sum in which one partition is missing would change when that one answers.
    for (SurveyedTopic& topic : facts.topics) {
        if (!topic.isExact)
            topic.total.reset();
    }
    return facts;
}

} // namespace

std::unique_ptr<BusAsker> askKafka(const QUrl& url, const ConnectionOptions& options)
{
    return std::make_unique<KafkaAsker>(url, options);
}

} // namespace murmur
