// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Beside the table of buses, and for the same reason.

#include "bus/surveyedtopic.h"
#if MURMUR_HAS_KAFKA
#include "bus/kafka/kafkasurvey.h"
#endif
#if MURMUR_HAS_NATS
#include "bus/nats/natssurvey.h"
#endif
#if MURMUR_HAS_REDIS
#include "bus/redis/redissurvey.h"
#endif

#include <QUrlQuery>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Not here: tap (a survey would stand between agents and their server), files (they are read).
constexpr auto kSurveys = std::to_array<SurveyEntry>({
    SurveyEntry{"listen", "", "", "Is the hub", false, false, nullptr},
        SurveyEntry{"demo", "", "", "Lets the demo swarm talk", false, false, nullptr},
#if MURMUR_HAS_WEBSOCKET
        SurveyEntry{"ws", "", "", "Listens to the feed", true, false, nullptr},
        SurveyEntry{"wss", "", "", "Listens to the feed", true, false, nullptr},
#endif
#if MURMUR_HAS_REDIS
        SurveyEntry{"redis", "pattern", "*", "Listens to all channels", false, false, &askRedis},
        SurveyEntry{"rediss", "pattern", "*", "Listens to all channels", false, false, &askRedis},
#endif
#if MURMUR_HAS_NATS
        SurveyEntry{"nats", "subject", ">", "Listens to all subjects", false, false, &askNats},
        SurveyEntry{"tls", "subject", ">", "Listens to all subjects", false, false, &askNats},
#endif
#if MURMUR_HAS_MQTT
        SurveyEntry{"mqtt", "topic", "#", "Listens to all topics", false, false, nullptr},
        SurveyEntry{"mqtts", "topic", "#", "Listens to all topics", false, false, nullptr},
#endif
#if MURMUR_HAS_KAFKA
        SurveyEntry{"kafka", "topic", "*",      "Reads what comes into all topics",
                    false,   false,   &askKafka},
#endif
#if MURMUR_HAS_OTLP
        SurveyEntry{"otlp", "", "", "Is the receiver", true, false, nullptr},
#endif
#if MURMUR_HAS_ROBOTS
        SurveyEntry{"rosbridge", "topic", ">",    "Subscribes to all topics that are not large",
                    false,       true,    nullptr},
        SurveyEntry{"foxglove", "topic", ">",    "Subscribes to all topics that are not large",
                    false,      true,    nullptr},
#endif
});

} // namespace

std::span<const SurveyEntry> surveys() noexcept
{
    return kSurveys;
}

const SurveyEntry* surveyOf(const QUrl& url) noexcept
{
    const auto found = std::ranges::find_if(kSurveys, [&](const SurveyEntry& entry) {
        return url.scheme() == QLatin1StringView(entry.scheme);
    });
    return found == kSurveys.end() ? nullptr : &*found;
}

bool asksForEverything(const QUrl& url)
{
    const SurveyEntry* const entry = surveyOf(url);
    if (entry == nullptr || QLatin1StringView(entry->item).isEmpty())
        return false;
    // "#" of MQTT may stand unescaped in the query; then it begins the fragment.
    const QUrlQuery query(url);
    for (const char* item : {"pattern", "channel", "stream", "subject", "topic", "monitor"}) {
        if (query.hasQueryItem(QString::fromLatin1(item)))
            return false;
    }
    return true;
}

} // namespace murmur
