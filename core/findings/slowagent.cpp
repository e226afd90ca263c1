// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/slowagent.h"

#include "base/time.h"
#include "findings/scene.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "slow-agent";
constexpr Parameter kTimes{"times", 3, Unit::Factor, "how much slower than before (median)"};
constexpr Parameter kWindow{"window", 5, Unit::Seconds, "span of time that is compared"};
constexpr Parameter kLeast{"least", 8, Unit::Count, "answers in a span"};
constexpr Parameter kSpans{"spans", 2, Unit::Count, "spans in a row that must be slow"};
constexpr std::array kParameters{kTimes, kWindow, kLeast, kSpans};
constexpr std::size_t kMostKinds = 4096;
constexpr std::size_t kUsual = 12; ///< spans that make what is usual

/// Goes by medians: one slow answer is none, and a long tail is not a shift.
class SlowAgent final : public Detector
{
public:
    explicit SlowAgent(const Settings& settings)
        : m_times(settings.of(kId, kTimes))
        , m_window(std::max<std::int64_t>(settings.time(kId, kWindow), 1'000'000))
        , m_least(static_cast<std::size_t>(std::max(1.0, settings.of(kId, kLeast))))
        , m_spans(static_cast<int>(std::max(1.0, settings.of(kId, kSpans))))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kAllKinds & static_cast<KindSet>(~kindSet(Kind::Error));
    }
    [[nodiscard]] Traits traits() const override { return IsOfCall; }
    void hear(const Heard& message, const Scene& /*scene*/, Findings& /*findings*/) override
    {
        if (message.answered.request == 0 || message.answered.answersBefore > 0 ||
            message.latency < 0 || index(message.sender) == 0 || message.kind == Kind::Error)
            return;
        const std::uint64_t key =
            std::uint64_t(index(message.sender)) << 32 | index(message.answered.type);
        if (m_kinds.size() >= kMostKinds && !m_kinds.contains(key)) {
            ++m_forgotten;
            return;
        }
        Work& work = m_kinds[key];
        work.sender = message.sender;
        work.type = message.answered.type;
        work.topic = message.answered.topic;
        if (work.answers.size() < 4096)
            work.answers.push_back({message.latency, message.seq, message.time});
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        if (now < m_nextLook)
            return;
        m_nextLook = now + m_window;
        std::vector<std::uint64_t> keys;
        for (const auto& [key, work] : m_kinds) {
            if (work.answers.size() >= m_least)
                keys.push_back(key);
        }
        std::ranges::sort(keys);
        for (const std::uint64_t key : keys)
            look(key, m_kinds[key], scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        for (auto& [key, work] : m_kinds)
            work.answers.clear();
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Answer
    {
        std::int64_t latency = 0;
        Seq seq = 0;
        std::int64_t time = 0;
    };
    struct Work
    {
        AgentId sender{};
        TypeId type{};
        TopicId topic{};
        std::vector<Answer> answers;     ///< of the span that runs
        std::vector<std::int64_t> usual; ///< medians of the last good spans, ns
        int slow = 0;                    ///< spans in a row
        std::vector<Answer> evidence;
    };

    static std::int64_t median(std::vector<std::int64_t> values)
    {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::ranges::nth_element(values, middle);
        return *middle;
    }

    void look(std::uint64_t key, Work& work, const Scene& scene, Findings& findings) const
    {
        std::vector<std::int64_t> latencies;
        for (const Answer& answer : work.answers)
            latencies.push_back(answer.latency);
        const std::int64_t now = median(std::move(latencies));
        const std::int64_t before = work.usual.size() < 3 ? 0 : median(work.usual);
        const bool isSlow =
            before > 0 && static_cast<double>(now) > m_times * static_cast<double>(before);
        if (!isSlow) {
            work.slow = 0;
            work.evidence.clear();
            if (work.usual.size() >= kUsual)
                work.usual.erase(work.usual.begin());
            work.usual.push_back(now);
        } else {
            ++work.slow;
            work.evidence.insert(work.evidence.end(), work.answers.begin(), work.answers.end());
            if (work.slow >= m_spans)
                tell(key, work, before, now, scene, findings);
        }
        work.answers.clear();
    }

    static void tell(std::uint64_t key, Work& work, std::int64_t before, std::int64_t now,
                     const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, key, work.evidence.front().time);
        finding.confidence = 0.85;
        finding.severity = Severity::Critical;
        finding.involve(work.sender);
        finding.topic = work.topic;
        for (const Answer& answer : work.evidence)
            finding.add(answer.seq, answer.time);
        finding.count += static_cast<std::int64_t>(work.evidence.size());
        work.evidence.clear();
        finding.fact("answers", finding.count);
        finding.fact("median_ms", static_cast<double>(now) / 1e6);
        finding.fact("median_before_ms", static_cast<double>(before) / 1e6);
        finding.fact("type", scene.names().typeName(work.type));
        finding.fact("waiting_for_it", std::int64_t(scene.agent(work.sender).owes));
        finding.summary = scene.name(work.sender) + " needs " +
                          durationText(nanoseconds(now)).toStdString() + " where it needed " +
                          durationText(nanoseconds(before)).toStdString() + " (" +
                          scene.names().typeName(work.type) + ").";
    }

    double m_times;
    std::int64_t m_window;
    std::size_t m_least;
    int m_spans;
    std::int64_t m_nextLook = 0;
    boost::unordered_flat_map<std::uint64_t, Work> m_kinds; ///< by agent and type of request
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry slowAgent()
{
    return {kId, "agents that became much slower", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<SlowAgent>(settings));
            }};
}

} // namespace murmur
