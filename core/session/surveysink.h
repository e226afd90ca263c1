// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/surveyedtopic.h"
#include "dialect/dialect.h"

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>

namespace murmur {

/// Counts what is heard by topic and keeps nothing of it but how one payload of each begins.
/// Topics made up for one use count as their family. Takes until `maxBytes` have come.
class SurveySink final : public MessageSink
{
public:
    static constexpr std::size_t kSlices = 24;
    /// More topics than this are counted together.
    static constexpr std::size_t kMostTopics = 10'000;

    /// `readsTopics`: messages name their topic themselves.
    SurveySink(std::int64_t maxBytes, bool readsTopics, nanoseconds length);

    void hear(std::vector<HeardMessage>&& batch) override;
    [[nodiscard]] bool isTaking() const override { return !m_isFull; }
    void note(Gap gap) override;

    /// `maxBytes` have come. From then on nothing is counted.
    [[nodiscard]] bool isFull() const { return m_isFull; }
    /// Attached: the first of the slices begins at `now` (ns).
    void begin(std::int64_t now);
    /// Topics with rates over the time from begin() to `now` or until it was full.
    [[nodiscard]] std::vector<SurveyedTopic> topics(std::int64_t now) const;
    [[nodiscard]] std::int64_t messages() const;
    [[nodiscard]] std::int64_t bytes() const;
    /// Messages of topics beyond kMostTopics; what the bus or its library said it dropped.
    [[nodiscard]] std::int64_t unlisted() const;
    [[nodiscard]] bool hasLost() const { return m_hasLost; }

private:
    struct Count
    {
        std::string name;
        int members = 0;
        std::int64_t live = 0;     ///< messages
        std::int64_t retained = 0; ///< messages
        std::int64_t all = 0;      ///< payload bytes, also of what was kept
        std::int64_t liveBytes = 0;
        std::int64_t looked = 0;
        std::int64_t binary = 0;
        QByteArray sample;
        std::array<std::uint32_t, kSlices> slices{};
    };

    void take(const HeardMessage& message);
    [[nodiscard]] std::string_view topicOf(const HeardMessage& message);
    [[nodiscard]] Count* countOf(std::string_view topic);

    const std::int64_t m_maxBytes;
    const bool m_readsTopics;
    const std::int64_t m_slice; ///< ns
    std::atomic<bool> m_isFull = false;
    std::atomic<bool> m_hasLost = false;
    mutable std::mutex m_mutex; // guards what follows
    std::vector<Count> m_counts;
    std::unordered_map<std::string, std::size_t> m_places; ///< of topics and of families
    DialectChooser m_chooser;
    Interpretation m_read;
    std::string m_padded;
    std::int64_t m_begun = 0;
    std::int64_t m_fullAt = 0;
    std::int64_t m_messages = 0;
    std::int64_t m_bytes = 0;
    std::int64_t m_unlisted = 0;
};

} // namespace murmur
