// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/surveysink.h"

#include "session/topicfamily.h"

#include <algorithm>
#include <array>

namespace murmur {

namespace {

// Payloads of a topic are alike: the first ones are looked at, and some later.
constexpr std::int64_t kLookedAlways = 8;
constexpr std::int64_t kLookedEvery = 64;
constexpr std::size_t kMostNames = 100'000;

} // namespace

SurveySink::SurveySink(std::int64_t maxBytes, bool readsTopics, nanoseconds length)
    : m_maxBytes(maxBytes)
    , m_readsTopics(readsTopics)
    , m_slice(std::max<std::int64_t>(1, length.count() / static_cast<std::int64_t>(kSlices)))
{
}

void SurveySink::begin(std::int64_t now)
{
    const std::lock_guard lock(m_mutex);
    if (m_begun == 0)
        m_begun = now;
}

void SurveySink::hear(std::vector<HeardMessage>&& batch)
{
    const std::vector<HeardMessage> heard = std::move(batch);
    const std::lock_guard lock(m_mutex);
    for (const HeardMessage& message : heard) {
        if (m_isFull)
            return;
        take(message);
    }
}

void SurveySink::note(Gap gap)
{
    if (gap.count > 0 || gap.lostIs != LostIs::Exact)
        m_hasLost = true;
}

void SurveySink::take(const HeardMessage& message)
{
    const std::int64_t size = message.raw.size();
    ++m_messages;
    m_bytes += size;
    if (m_bytes >= m_maxBytes) {
        m_isFull = true;
        m_fullAt = message.received;
    }
    Count* const count = countOf(topicOf(message));
    if (count == nullptr) {
        ++m_unlisted;
        return;
    }
    const std::int64_t number = count->live + count->retained;
    if (number < kLookedAlways || number % kLookedEvery == 0) {
        ++count->looked;
        if ((message.flags & Flag::Binary) != 0 || looksBinary(message.raw))
            ++count->binary;
        count->sample = message.raw.left(kSampleBytes);
    }
    count->all += size;
    if ((message.flags & Flag::Retained) != 0) {
        ++count->retained;
        return;
    }
    ++count->live;
    count->liveBytes += size;
    if (m_begun == 0)
        return;
    const std::int64_t slice = std::max<std::int64_t>(0, message.received - m_begun) / m_slice;
    if (slice < static_cast<std::int64_t>(kSlices))
        ++count->slices[static_cast<std::size_t>(slice)];
}

std::string_view SurveySink::topicOf(const HeardMessage& message)
{
    const std::string_view own{message.topic.constData(),
                               static_cast<std::size_t>(message.topic.size())};
    if (!m_readsTopics)
        return own;
    m_padded.assign(message.raw.constData(), static_cast<std::size_t>(message.raw.size()));
    m_padded.append(kPadding, '\0');
    MessageView view;
    view.topic = own;
    view.raw = std::string_view(m_padded).substr(0, m_padded.size() - kPadding);
    view.headers = {message.headers.constData(), static_cast<std::size_t>(message.headers.size())};
    view.flags = message.flags;
    m_read.clear();
    m_chooser.interpret(0, 0, view, m_read);
    return m_read.topic.empty() ? own : m_read.topic;
}

SurveySink::Count* SurveySink::countOf(std::string_view topic)
{
    const std::string name(topic);
    if (const auto known = m_places.find(name); known != m_places.end())
        return &m_counts[known->second];
    const std::string family = topicFamily(topic);
    const std::string& shown = family.empty() ? name : family;
    auto place = m_places.find(shown);
    if (place == m_places.end()) {
        if (m_counts.size() >= kMostTopics)
            return nullptr;
        place = m_places.emplace(shown, m_counts.size()).first;
        m_counts.push_back({});
        m_counts.back().name = shown;
    }
    const std::size_t index = place->second;
    ++m_counts[index].members;
    // Beyond that, members of a family count anew each time they speak.
    if (!family.empty() && m_places.size() < kMostNames)
        m_places.emplace(name, index);
    return &m_counts[index];
}

std::vector<SurveyedTopic> SurveySink::topics(std::int64_t now) const
{
    const std::lock_guard lock(m_mutex);
    const std::int64_t end = m_fullAt != 0 ? m_fullAt : now;
    const double seconds =
        m_begun == 0 ? 0 : std::max(1e-3, static_cast<double>(end - m_begun) / 1e9);
    // One that is not over yet would look like a fall.
    const auto filled = m_begun == 0 ? std::int64_t(0)
                                     : std::clamp<std::int64_t>((end - m_begun) / m_slice, 0,
                                                                std::int64_t(kSlices));
    std::vector<SurveyedTopic> topics;
    topics.reserve(m_counts.size());
    for (const Count& count : m_counts) {
        SurveyedTopic topic;
        topic.topic = QString::fromStdString(count.name);
        topic.members = count.members;
        topic.isBinary = count.binary > 0 && count.binary * 2 >= count.looked;
        topic.retained = count.retained;
        topic.sample = count.sample;
        if (const std::int64_t number = count.live + count.retained; number > 0)
            topic.size = count.all / number;
        if (seconds > 0) {
            topic.perSecond = static_cast<double>(count.live) / seconds;
            topic.bytesPerSecond = static_cast<double>(count.liveBytes) / seconds;
        }
        topic.slices.assign(count.slices.begin(), count.slices.begin() + filled);
        topics.push_back(std::move(topic));
    }
    return topics;
}

std::int64_t SurveySink::messages() const
{
    const std::lock_guard lock(m_mutex);
    return m_messages;
}

std::int64_t SurveySink::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

std::int64_t SurveySink::unlisted() const
{
    const std::lock_guard lock(m_mutex);
    return m_unlisted;
}

} // namespace murmur
