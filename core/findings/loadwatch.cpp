// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/loadwatch.h"

#include "base/time.h"
#include "findings/scene.h"

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

constexpr std::uint32_t kMostNumbers = 131'072;
constexpr std::size_t kMostSenders = kMaxFindingAgents;
constexpr double kMemory = 600;          ///< s, of what is usual
constexpr std::uint32_t kFirstSpans = 2; ///< to learn before anything is judged
constexpr std::int64_t kLongestWatch = 600'000'000'000;

double keptAfter(double seconds)
{
    return std::exp(-seconds / kMemory);
}

} // namespace

bool LoadWatch::makeRoom(std::uint32_t number)
{
    if (number >= kMostNumbers) {
        ++m_forgotten;
        return false;
    }
    m_loads.resize(std::max<std::size_t>(number + 1, m_loads.size() * 2));
    return true;
}

void LoadWatch::note(const Heard& message)
{
    if (m_members.size() < kMaxFindingMembers)
        m_members.emplace_back(message.seq, message.time);
    const auto at =
        std::ranges::find(m_senders, message.sender, &decltype(m_senders)::value_type::first);
    if (at != m_senders.end())
        ++at->second;
    else if (m_senders.size() < kMostSenders && index(message.sender) != 0)
        m_senders.emplace_back(message.sender, 1);
}

std::vector<std::pair<AgentId, std::uint32_t>> LoadWatch::senders() const
{
    auto senders = m_senders;
    std::ranges::stable_sort(senders, std::ranges::greater(),
                             &decltype(m_senders)::value_type::second);
    return senders;
}

void LoadWatch::begin(std::int64_t now)
{
    for (const std::uint32_t number : m_touched) {
        m_loads[number].messages = 0;
        m_loads[number].bytes = 0;
    }
    m_touched.clear();
    m_messages = 0;
    m_bytes = 0;
    m_spanStart = now;
}

void LoadWatch::missed()
{
    begin(kNoTime);
    m_watched = 0;
    m_senders.clear();
    m_members.clear();
}

/// Whether it makes too much in this span, by what it usually makes.
std::optional<LoadWatch::Verdict> LoadWatch::judge(const Load& load, const Span& span) const
{
    const double kept = std::pow(keptAfter(static_cast<double>(kSpan) / 1e9), m_spans - load.span);
    Verdict verdict;
    for (const bool isByBytes : {false, true}) {
        const double mine = isByBytes ? static_cast<double>(load.bytes) : load.messages;
        const Usual& usual = isByBytes ? load.usualBytes : load.usualMessages;
        verdict.isByBytes = isByBytes;
        verdict.share = mine / std::max(1.0, isByBytes ? span.bytes : span.messages);
        verdict.usualShare = usual.share * kept / m_weight;
        verdict.rate = mine / span.seconds;
        verdict.usualRate = usual.rate * kept / m_weight;
        // A share rises, too, when the others fall silent: that makes nobody hot.
        if (verdict.share > m_rules.share && verdict.share > m_rules.times * verdict.usualShare &&
            verdict.rate > m_rules.times * verdict.usualRate &&
            verdict.rate >= (isByBytes ? m_rules.bytes : m_rules.messages))
            return verdict;
    }
    return std::nullopt;
}

/// What is usual; of one that makes too much now that is what it made before.
void LoadWatch::learn(const Span& span, std::uint32_t except)
{
    const double kept = keptAfter(span.seconds);
    const double fresh = 1 - kept;
    for (const std::uint32_t number : m_touched) {
        Load& load = m_loads[number];
        const double old = std::pow(kept, m_spans - load.span);
        const auto add = [&](Usual& usual, double mine, double all) {
            double share = mine / std::max(1.0, all);
            double rate = mine / span.seconds;
            if (number == except && m_weight > 0) {
                share = usual.share * old / m_weight;
                rate = usual.rate * old / m_weight;
            }
            usual.share = static_cast<float>(usual.share * old * kept + fresh * share);
            usual.rate = static_cast<float>(usual.rate * old * kept + fresh * rate);
        };
        add(load.usualMessages, load.messages, span.messages);
        add(load.usualBytes, static_cast<double>(load.bytes), span.bytes);
        load.span = m_spans + 1;
    }
    m_weight = m_weight * kept + fresh;
    ++m_spans;
}

std::optional<LoadWatch::Verdict> LoadWatch::look(std::int64_t now)
{
    if (m_spanStart == kNoTime) {
        begin(now);
        return std::nullopt;
    }
    if (now - m_spanStart < kSpan)
        return std::nullopt;
    const Span span{static_cast<double>(now - m_spanStart) / 1e9, static_cast<double>(m_messages),
                    static_cast<double>(m_bytes)};
    const std::int64_t known = static_cast<std::int64_t>(m_spans) * kSpan;
    std::optional<Verdict> found;
    if (m_spans >= kFirstSpans && m_touched.size() >= m_rules.active) {
        for (const std::uint32_t number : m_touched) {
            if (number != 0 && (found = judge(m_loads[number], span))) {
                found->number = number;
                break; // more than half of all: there is hardly a second one
            }
        }
    }
    if (found && found->number == m_watched && now - m_since > kLongestWatch) {
        Load& load = m_loads[found->number]; // that is what is usual now
        (found->isByBytes ? load.usualBytes
                          : load.usualMessages) = {static_cast<float>(found->share * m_weight),
                                                   static_cast<float>(found->rate * m_weight)};
        load.span = m_spans;
        found.reset();
    }
    const std::uint32_t hot = found ? found->number : 0;
    if (hot != m_watched) {
        m_watched = hot;
        m_since = m_spanStart;
        m_senders.clear();
        m_members.clear();
    }
    learn(span, hot);
    begin(now);
    if (!found || now - m_since < m_rules.hold)
        return std::nullopt;
    found->since = m_since;
    found->known = known - (now - m_since);
    return found;
}

LoadWatch::Rules loadRules(const Settings& settings, std::string_view detector,
                           std::span<const Parameter> parameters)
{
    LoadWatch::Rules rules;
    rules.share = settings.of(detector, parameters[0]);
    rules.times = settings.of(detector, parameters[1]);
    rules.hold = settings.time(detector, parameters[2]);
    rules.active = static_cast<std::size_t>(settings.of(detector, parameters[3]));
    rules.messages = settings.of(detector, parameters[4]);
    rules.bytes = settings.of(detector, parameters[5]);
    return rules;
}

std::string tellLoad(const LoadWatch::Verdict& verdict, LoadWatch& watch, std::int64_t now,
                     const Scene& scene, Finding& finding)
{
    constexpr std::int64_t kMinute = 60'000'000'000;
    finding.hasGap = finding.hasGap || scene.hasGap(ConnectionId{}, verdict.since, now);
    // What is usual is not known well in the first minute.
    finding.confidence = finding.hasGap ? 0.4 : verdict.known < kMinute ? 0.7 : 0.9;
    for (const auto& [sender, count] : watch.senders())
        finding.involve(sender);
    for (const auto& [seq, time] : watch.takeMembers())
        finding.add(seq, time);
    finding.end = std::max(finding.end, now);
    const auto percent = [](double share) { return std::round(share * 100); };
    const char* of = verdict.isByBytes ? "bytes" : "messages";
    finding.count = static_cast<std::int64_t>(finding.messages.size());
    finding.fact("of", std::string_view(of));
    finding.fact("share_percent", percent(verdict.share));
    finding.fact("usual_share_percent", percent(verdict.usualShare));
    finding.fact("per_second", std::round(verdict.rate));
    finding.fact("usual_per_second", std::round(verdict.usualRate));
    finding.fact("senders", static_cast<std::int64_t>(watch.senders().size()));
    const auto number = [&](double share) {
        return std::to_string(static_cast<int>(percent(share))) + " %";
    };
    return number(verdict.share) + " of all " + of + " for " +
           durationText(nanoseconds(now - verdict.since)).toStdString() + ", usually " +
           number(verdict.usualShare);
}

} // namespace murmur
