// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/topiccollapse.h"

#include "session/topicfamily.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace murmur {

namespace {

/// Of so many that differ in a number only, a list shows one.
constexpr std::size_t kMostOfNumbers = 16;

template<typename T>
void addTo(std::optional<T>& sum, const std::optional<T>& more)
{
    if (more)
        sum = sum.value_or(T()) + *more;
}

void addTo(SurveyedTopic& family, const SurveyedTopic& topic)
{
    const double before = family.perSecond.value_or(0);
    const double more = topic.perSecond.value_or(0);
    if (family.size && topic.size && before + more > 0)
        family.size = static_cast<std::int64_t>(
            (before * static_cast<double>(*family.size) + more * static_cast<double>(*topic.size)) /
            (before + more));
    else if (!family.size)
        family.size = topic.size;
    addTo(family.perSecond, topic.perSecond);
    addTo(family.bytesPerSecond, topic.bytesPerSecond);
    family.members += topic.members;
    family.retained += topic.retained;
    family.isBinary = family.isBinary && topic.isBinary;
    if (family.sample.isEmpty())
        family.sample = topic.sample;
    family.slices.resize(std::max(family.slices.size(), topic.slices.size()));
    for (std::size_t i = 0; i < topic.slices.size(); ++i)
        family.slices[i] += topic.slices[i];
}

/// What a bus counts or keeps stays by itself.
bool isOnlyHeard(const SurveyedTopic& topic)
{
    return !topic.isExact && !topic.stored && !topic.isOwn;
}

} // namespace

void collapseNumbers(std::vector<SurveyedTopic>& topics)
{
    std::map<std::pair<QString, std::string>, std::vector<std::size_t>> families;
    for (std::size_t i = 0; i < topics.size(); ++i) {
        std::string family = numberFamily(topics[i].topic.toStdString());
        if (!family.empty() && isOnlyHeard(topics[i]))
            families[{topics[i].item, std::move(family)}].push_back(i);
    }
    std::vector<bool> isGone(topics.size());
    std::vector<SurveyedTopic> made;
    for (const auto& [name, members] : families) {
        if (members.size() <= kMostOfNumbers)
            continue;
        SurveyedTopic family = topics[members.front()];
        family.topic = QString::fromStdString(name.second);
        for (std::size_t i = 1; i < members.size(); ++i)
            addTo(family, topics[members[i]]);
        for (const std::size_t member : members)
            isGone[member] = true;
        made.push_back(std::move(family));
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < topics.size(); ++i) {
        if (isGone[i])
            continue;
        if (kept != i)
            topics[kept] = std::move(topics[i]);
        ++kept;
    }
    topics.resize(kept);
    std::ranges::move(made, std::back_inserter(topics));
}

} // namespace murmur
