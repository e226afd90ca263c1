// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/latencybreach.h"

#include "base/time.h"
#include "findings/callshift.h"
#include "findings/scene.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "latency-breach";
constexpr Parameter kSlo{"slo", 0.2, Unit::Seconds, "how long an answer may take", true};
constexpr Parameter kCommands{"commands", 0.1, Unit::Seconds,
                              "how long a command's answer may take", true};
constexpr Parameter kShare{"share", 0.01, Unit::Share, "of the calls may take longer"};
constexpr Parameter kWindow{"window", 10, Unit::Seconds, "span of time that is looked at"};
constexpr Parameter kLeast{"least", 30, Unit::Count, "calls in that span"};
constexpr Parameter kShift{"shift", 1.5, Unit::Factor,
                           "the median of the last 50, beside that of the 200 before"};
constexpr Parameter kChance{"chance", 0.001, Unit::Share,
                            "that they are longer by accident (Mann and Whitney's test)"};
constexpr std::array kParameters{kSlo, kCommands, kShare, kWindow, kLeast, kShift, kChance};

constexpr std::size_t kMostKinds = 2048;
constexpr std::size_t kRecent = 50;
constexpr std::size_t kBefore = 200;
constexpr std::size_t kMostSlow = 256; ///< of a span, kept to be shown
constexpr std::uint32_t kKnown = 100;  ///< calls that show that a kind keeps to its time
constexpr int kInARow = 2;
constexpr std::int64_t kNewUsual = 600'000'000'000; ///< ns

/// A time that nobody set is asked only of kinds of calls that keep to it: a model that needs
/// seconds breaks no promise. And more must break it than an accident would.
class LatencyBreach final : public Detector
{
public:
    explicit LatencyBreach(const Settings& settings)
        : m_settings(settings)
        , m_share(settings.of(kId, kShare))
        , m_window(std::max<std::int64_t>(settings.time(kId, kWindow), 1'000'000'000))
        , m_least(static_cast<std::uint32_t>(std::max(1.0, settings.of(kId, kLeast))))
        , m_shift(settings.of(kId, kShift))
        , m_chance(settings.of(kId, kChance))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kAllKinds & static_cast<KindSet>(~kindSet(Kind::Heartbeat, Kind::Chunk));
    }

    [[nodiscard]] Traits traits() const override { return IsOfCall; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        const AnsweredCall& call = message.answered;
        if (call.request == 0 || call.answersBefore > 0 || message.latency < 0)
            return;
        Calls* calls = callsOf(call, scene);
        if (calls == nullptr)
            return;
        const Answer answer{message.latency, message.time, message.seq, message.sender};
        ++calls->count;
        if (answer.latency > calls->slo) {
            ++calls->above;
            if (calls->slow.size() < kMostSlow)
                calls->slow.push_back(answer);
        }
        if (message.kind == Kind::Error)
            return; // who refuses is quick
        calls->recent.push_back(answer);
        if (calls->recent.size() == kRecent)
            compare(*calls, scene, findings);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        if (now < m_nextLook)
            return;
        m_nextLook = now - now % m_window + m_window;
        for (const auto& calls : m_kinds)
            look(*calls, now, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        for (const auto& calls : m_kinds) {
            calls->forgetSpan();
            calls->recent.clear();
            calls->breaches = calls->shifts = 0;
        }
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Answer
    {
        std::int64_t latency = 0; ///< ns
        std::int64_t time = 0;
        Seq seq = 0;
        AgentId sender{};
    };
    /// Calls of one type on one topic.
    struct Calls
    {
        TopicId topic{};
        TypeId type{};
        std::int64_t slo = 0;
        bool isStated = false;       ///< somebody set it
        std::int64_t firstAsked = 0; ///< ns
        std::uint32_t count = 0;     ///< in this span
        std::uint32_t above = 0;     ///< of those, too slow
        std::vector<Answer> slow;
        int breaches = 0;       ///< spans in a row
        std::int64_t since = 0; ///< begin of the first of them
        std::uint64_t seen = 0; ///< in all spans without a breach
        std::uint64_t seenAbove = 0;

        std::vector<Answer> recent;
        std::vector<std::int64_t> before; ///< latencies, the oldest first
        std::int64_t usual = 0;           ///< their median; 0: not known
        int shifts = 0;                   ///< times in a row that the recent ones were longer
        std::int64_t shiftedSince = 0;
        std::vector<Answer> shifted; ///< what shows it, until it is told

        [[nodiscard]] std::uint64_t key() const
        {
            return std::uint64_t(index(topic)) << 32 | index(type);
        }
        void forgetSpan()
        {
            count = above = 0;
            slow.clear();
        }
    };

    Calls* callsOf(const AnsweredCall& call, const Scene& scene)
    {
        // Inboxes differ from call to call; requests go to where they are served.
        const std::uint64_t key = std::uint64_t(index(call.topic)) << 32 | index(call.type);
        const auto known = m_places.find(key);
        if (known != m_places.end())
            return m_kinds[known->second].get();
        if (m_kinds.size() >= kMostKinds) {
            ++m_forgotten;
            return nullptr;
        }
        m_places.emplace(key, static_cast<std::uint32_t>(m_kinds.size()));
        Calls& calls = *m_kinds.emplace_back(std::make_unique<Calls>());
        calls.topic = call.topic;
        calls.type = call.type;
        calls.firstAsked = call.time;
        const Parameter& parameter = call.kind == Kind::Command ? kCommands : kSlo;
        const auto stated = m_settings.ofTopic(kId, parameter, scene.topic(call.topic));
        calls.isStated = stated.has_value();
        calls.slo = static_cast<std::int64_t>(stated.value_or(parameter.usual) * 1e9);
        calls.recent.reserve(kRecent);
        return &calls;
    }

    /// A span of time is over: whether too many took longer than they may.
    void look(Calls& calls, std::int64_t now, const Scene& scene, Findings& findings) const
    {
        if (calls.count == 0)
            return;
        const double count = calls.count;
        const double above = calls.above;
        bool isBreach = calls.count >= m_least && above > m_share * count;
        if (!calls.isStated && isBreach) {
            const double usual = static_cast<double>(calls.seenAbove) /
                                 static_cast<double>(std::max<std::uint64_t>(1, calls.seen));
            // As many as accidents hardly ever make.
            const double expected = count * std::max(m_share, usual);
            isBreach = calls.seen >= kKnown && usual <= 2 * m_share &&
                       above > expected + 6 * std::sqrt(expected) + 3;
        }
        if (!isBreach) {
            calls.breaches = 0;
            calls.seen += calls.count;
            calls.seenAbove += calls.above;
        } else if (++calls.breaches == 1) {
            calls.since = calls.slow.front().time;
            calls.shifted.clear();
        }
        const bool isTold = isBreach && (calls.isStated || calls.breaches >= kInARow);
        if (isTold)
            tellBreach(calls, now, scene, findings);
        if (!isBreach || isTold)
            calls.slow.clear();
        calls.count = calls.above = 0;
    }

    /// Fifty answers are complete.
    void compare(Calls& calls, const Scene& scene, Findings& findings) const
    {
        std::vector<std::int64_t> recent;
        recent.reserve(kRecent);
        for (const Answer& answer : calls.recent)
            recent.push_back(answer.latency);
        const std::int64_t now = medianOf(recent);
        const bool isLonger =
            calls.usual > 0 &&
            static_cast<double>(now) >= m_shift * static_cast<double>(calls.usual) &&
            // At first only the short ones have had the time to be answered.
            calls.recent.front().time - calls.firstAsked > 5 * now &&
            chanceOfShift(recent, calls.before) < m_chance;
        if (isLonger) {
            if (calls.shifts++ == 0)
                calls.shiftedSince = calls.recent.front().time;
            if (calls.shifted.size() < kMostSlow)
                calls.shifted.insert(calls.shifted.end(), calls.recent.begin(), calls.recent.end());
            if (calls.shifts >= kInARow)
                tellShift(calls, now, scene, findings);
        }
        if (isLonger && calls.recent.back().time - calls.shiftedSince < kNewUsual) {
            calls.recent.clear();
            return;
        }
        if (isLonger)
            calls.before.clear(); // that is what is usual now
        calls.shifts = 0;
        calls.shifted.clear();
        calls.recent.clear();
        calls.before.insert(calls.before.end(), recent.begin(), recent.end());
        if (calls.before.size() > kBefore)
            calls.before.erase(calls.before.begin(),
                               calls.before.end() - static_cast<std::ptrdiff_t>(kBefore));
        calls.usual = calls.before.size() < kBefore ? 0 : medianOf(calls.before);
    }

    static Finding& tell(const Calls& calls, std::int64_t since, const std::vector<Answer>& slow,
                         const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, calls.key(), since);
        finding.topic = calls.topic;
        finding.severity = Severity::Warning;
        std::vector<std::pair<AgentId, int>> agents;
        for (const Answer& answer : slow) {
            finding.add(answer.seq, answer.time);
            const auto at =
                std::ranges::find(agents, answer.sender, &std::pair<AgentId, int>::first);
            if (at != agents.end())
                ++at->second;
            else
                agents.emplace_back(answer.sender, 1);
        }
        std::ranges::stable_sort(agents, std::ranges::greater(), &std::pair<AgentId, int>::second);
        for (const auto& [agent, count] : agents)
            finding.involve(agent);
        finding.hasGap = finding.hasGap || scene.hasGap(ConnectionId{}, since, scene.now());
        finding.fact("type", scene.names().typeName(calls.type));
        finding.fact("answered_by", static_cast<std::int64_t>(finding.agents.size()));
        return finding;
    }

    static std::string nameOf(const Calls& calls, const Scene& scene)
    {
        const std::string type = scene.names().typeName(calls.type);
        return type.empty() ? "requests on " + scene.topic(calls.topic) : type;
    }
    static std::string time(std::int64_t ns) { return durationText(nanoseconds(ns)).toStdString(); }

    void tellBreach(const Calls& calls, std::int64_t now, const Scene& scene,
                    Findings& findings) const
    {
        Finding& finding = tell(calls, calls.since, calls.slow, scene, findings);
        finding.end = std::max(finding.end, now);
        finding.count += calls.above;
        finding.isExact = calls.isStated && !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.6 : calls.isStated ? 1 : 0.85;
        finding.severity = calls.isStated ? Severity::Critical : Severity::Warning;
        finding.fact("slo_ms", static_cast<double>(calls.slo) / 1e6);
        finding.fact("above", finding.count);
        finding.fact("calls_in_span", std::int64_t(calls.count));
        finding.fact("above_in_span", std::int64_t(calls.above));
        finding.summary = std::to_string(calls.above) + " of " + std::to_string(calls.count) +
                          " answers to " + nameOf(calls, scene) + " within " + time(m_window) +
                          " took longer than " + time(calls.slo) + '.';
    }

    static void tellShift(Calls& calls, std::int64_t now, const Scene& scene, Findings& findings)
    {
        Finding& finding = tell(calls, calls.shiftedSince, calls.shifted, scene, findings);
        calls.shifted.clear();
        if (finding.confidence == 1 && !finding.isExact)
            finding.confidence = finding.hasGap ? 0.6 : 0.85;
        finding.fact("median_ms", static_cast<double>(now) / 1e6);
        finding.fact("median_before_ms", static_cast<double>(calls.usual) / 1e6);
        if (finding.count > 0)
            return; // the promise that is broken says more
        finding.summary = "Answers to " + nameOf(calls, scene) + " take " + time(now) +
                          " (median), where they took " + time(calls.usual) + '.';
    }

    Settings m_settings;
    double m_share;
    std::int64_t m_window;
    std::uint32_t m_least;
    double m_shift;
    double m_chance;
    std::int64_t m_nextLook = 0;
    std::vector<std::unique_ptr<Calls>> m_kinds; ///< in the order in which they came
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> m_places; ///< by topic and type
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry latencyBreach()
{
    return {kId, "answers that take longer than they may, or than they did", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<LatencyBreach>(settings));
            }};
}

} // namespace murmur
