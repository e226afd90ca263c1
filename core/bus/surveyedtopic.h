// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "bus/connection.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace murmur {

/// One topic of a bus, or all topics of a family, and how much flows there.
struct SurveyedTopic
{
    QString topic;
    QString item;         ///< of the URL that names it: "channel", "stream"; empty: none does
    QString detail;       ///< "subjects orders.>", "3 partitions"; may be empty
    int members = 1;      ///< topics that stand behind it
    bool isOwn = false;   ///< of the bus itself, such as "__consumer_offsets"
    bool isExact = false; ///< the rate is the bus's own count; otherwise that of a short listening
    bool isBinary = false;
    std::optional<double> perSecond;      ///< messages; none: not known
    std::optional<double> bytesPerSecond; ///< of payloads
    std::optional<std::int64_t> size;     ///< mean, of payloads
    std::optional<std::int64_t> stored;   ///< messages that the bus keeps
    std::int64_t retained = 0;         ///< came at once because the bus keeps them for whoever asks
    QByteArray sample;                 ///< how the last payload begins
    std::vector<std::uint32_t> slices; ///< messages in equal parts of the listening
    std::optional<std::int64_t> total; ///< ever, as the bus counts: two looks give the rate
};

/// Topics of this mean size and more that are binary are left alone unless somebody wants them.
inline constexpr std::int64_t kLargePayload = 64 * 1024;
bool isLargeBinary(const SurveyedTopic& topic) noexcept;

/// Whether a payload is more likely no text. Looks at its beginning only.
bool looksBinary(QByteArrayView payload) noexcept;
/// So much of a payload is kept as a sample.
inline constexpr qsizetype kSampleBytes = 160;

/// What a bus itself says, without anybody listening.
struct BusFacts
{
    QString version; ///< "Redis 7.0.15"
    std::vector<SurveyedTopic> topics;
    QStringList notes; ///< sentences: what could not be learnt, what is left out
};

/// Asks a bus what there is. Used from one thread, where it may wait; gives up soon when `stop` is
/// requested.
class BusAsker
{
public:
    virtual ~BusAsker() = default;
    /// Twice: before the listening and after it. Errors are told as notes of the survey.
    virtual Result<BusFacts> look(const std::stop_token& stop) = 0;
};

/// One row per bus scheme that can be surveyed; a bus without one says so.
struct SurveyEntry
{
    const char* scheme;
    const char* item;   ///< of the URL, by which a topic is asked for; empty: none
    const char* widest; ///< pattern for everything
    const char* doing;  ///< said before it begins: "Listens to all subjects"
    bool readsTopics;   ///< the bus has no topics of its own: its messages name them
    bool listsTopics;   ///< a connection's status names topics, those that are not listened to too
    /// Null: nobody can be asked.
    std::unique_ptr<BusAsker> (*ask)(const QUrl& url, const ConnectionOptions& options);
};
std::span<const SurveyEntry> surveys() noexcept;
/// Null: there is none.
const SurveyEntry* surveyOf(const QUrl& url) noexcept;
/// The URL of a bus that can be asked for single topics asks for none: it means everything.
bool asksForEverything(const QUrl& url);

} // namespace murmur
