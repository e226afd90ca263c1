// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/detector.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

/// Who makes how much of the traffic: counts by a small number (a topic, a tenant), span after
/// span, and what each of them usually makes. Chunks of streams do not count: one answer of a
/// model is thousands of them.
class LoadWatch
{
public:
    struct Rules
    {
        double share = 0.5;
        double times = 3;
        std::int64_t hold = 30'000'000'000; ///< ns, for how long it must last
        std::size_t active = 5;             ///< how many others there must be, itself included
        double messages = 50;               ///< a second, at least
        double bytes = 250'000;             ///< a second, at least
    };
    explicit LoadWatch(const Rules& rules)
        : m_rules(rules)
    {
    }

    static KindSet kinds() { return kAllKinds & static_cast<KindSet>(~kindSet(Kind::Chunk)); }
    /// It will be added to soon.
    void fetch(std::uint32_t number) const
    {
        if (number < m_loads.size())
            __builtin_prefetch(&m_loads[number], 1);
    }
    /// 0 is nobody.
    void add(std::uint32_t number, const Heard& message)
    {
        const std::uint64_t bytes = message.raw.size();
        ++m_messages;
        m_bytes += bytes;
        if (number >= m_loads.size() && !makeRoom(number))
            return;
        Load& load = m_loads[number];
        if (load.messages++ == 0)
            m_touched.push_back(number);
        load.bytes += bytes;
        if (number == m_watched && number != 0)
            note(message);
    }

    /// One that makes too much.
    struct Verdict
    {
        std::uint32_t number = 0;
        bool isByBytes = false;
        double share = 0; ///< of the last span
        double usualShare = 0;
        double rate = 0; ///< messages or bytes a second
        double usualRate = 0;
        std::int64_t since = 0; ///< ns
        std::int64_t known = 0; ///< ns: how long what is usual was learnt
    };
    /// Once in a while, by the session's time: what there is to tell now.
    std::optional<Verdict> look(std::int64_t now);
    void missed();

    /// Who says what the watched one makes, most first.
    [[nodiscard]] std::vector<std::pair<AgentId, std::uint32_t>> senders() const;
    /// Messages that were noted since they were taken last.
    std::vector<std::pair<Seq, std::int64_t>> takeMembers() { return std::exchange(m_members, {}); }
    [[nodiscard]] std::int64_t forgotten() const { return m_forgotten; }

    static constexpr std::int64_t kSpan = 5'000'000'000; ///< ns

private:
    struct Usual
    {
        float share = 0; ///< mean of the spans, with the weight of what was learnt
        float rate = 0;  ///< a second
    };
    struct Load
    {
        std::uint32_t messages = 0; ///< of this span
        std::uint32_t span = 0;     ///< the last one that was learnt
        std::uint64_t bytes = 0;
        Usual usualMessages;
        Usual usualBytes;
    };
    struct Span
    {
        double seconds = 0;
        double messages = 0;
        double bytes = 0;
    };
    bool makeRoom(std::uint32_t number);
    void note(const Heard& message);
    [[nodiscard]] std::optional<Verdict> judge(const Load& load, const Span& span) const;
    void learn(const Span& span, std::uint32_t except);
    void begin(std::int64_t now);

    Rules m_rules;
    std::vector<Load> m_loads; ///< by number
    std::vector<std::uint32_t> m_touched;
    std::uint64_t m_messages = 0;
    std::uint64_t m_bytes = 0;
    std::int64_t m_spanStart = kNoTime;
    std::uint32_t m_spans = 0; ///< that were learnt
    double m_weight = 0;

    std::uint32_t m_watched = 0; ///< the one that may be told
    std::int64_t m_since = 0;
    std::vector<std::pair<AgentId, std::uint32_t>> m_senders;
    std::vector<std::pair<Seq, std::int64_t>> m_members;
    std::int64_t m_forgotten = 0;
};

/// The thresholds that a detector of shares has.
LoadWatch::Rules loadRules(const Settings& settings, std::string_view detector,
                           std::span<const Parameter> parameters);
/// Puts into `finding` what both detectors tell of it; "61 % of all messages for 40 s, usually 2
/// %".
std::string tellLoad(const LoadWatch::Verdict& verdict, LoadWatch& watch, std::int64_t now,
                     const Scene& scene, Finding& finding);

} // namespace murmur
