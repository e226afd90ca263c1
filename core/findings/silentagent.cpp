// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/silentagent.h"

#include "base/time.h"
#include "findings/scene.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "silent-agent";
constexpr Parameter kWait{"wait", 10, Unit::Seconds, "silence that is never told"};
constexpr Parameter kTimes{"times", 3, Unit::Factor, "and that many times its usual pause"};
constexpr Parameter kGaps{"pauses", 10, Unit::Count, "pauses from which its habit is known"};
constexpr Parameter kVariation{"variation", 0.5, Unit::Factor,
                               "how much its pauses may differ (coefficient of variation)"};
constexpr std::array kParameters{kWait, kTimes, kGaps, kVariation};
constexpr std::size_t kMostAgents = 65'536;
constexpr std::int64_t kNever = 0;

class SilentAgent final : public Detector
{
public:
    explicit SilentAgent(const Settings& settings)
        : m_wait(settings.time(kId, kWait))
        , m_times(settings.of(kId, kTimes))
        , m_gaps(static_cast<std::uint32_t>(settings.of(kId, kGaps)))
        , m_variation(settings.of(kId, kVariation))
    {
    }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (index(message.sender) >= m_habits.size())
            return;
        const Habit* const habit = &m_habits[index(message.sender)];
        __builtin_prefetch(habit, 1);
        __builtin_prefetch(&habit->receivedThen, 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        const std::uint32_t number = index(message.sender);
        if (number == 0 || number >= kMostAgents)
            return;
        if (number >= m_habits.size())
            m_habits.resize(number + 1);
        Habit& habit = m_habits[number];
        if (habit.isSilent) {
            habit.isSilent = false;
            if (Finding* finding = findings.growing(kId, number); finding != nullptr) {
                finding->end = message.time;
                describe(*finding, message.sender, scene, true);
            }
            findings.close(kId, number);
        } else if (message.kind == Kind::Heartbeat) {
            habit.beats.pass(habit.lastBeat, message.time);
        } else {
            habit.words.pass(habit.lastWord, message.time);
        }
        (message.kind == Kind::Heartbeat ? habit.lastBeat : habit.lastWord) = message.time;
        habit.last = message.time;
        habit.lastSeq = message.seq;
        habit.receivedThen = scene.agent(message.sender).received;
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        for (std::size_t number = 1; number < m_habits.size(); ++number) {
            Habit& habit = m_habits[number];
            if (habit.last == kNever || now - habit.last < m_wait)
                continue;
            const std::int64_t usual = usualOf(habit);
            if (usual == 0 ||
                now - habit.last <= std::max(m_wait, static_cast<std::int64_t>(
                                                         m_times * static_cast<double>(usual))))
                continue;
            const AgentId agent{static_cast<std::uint32_t>(number)};
            // Where nobody is heard any more the silence may be ours.
            const std::int64_t others = scene.heardOver(scene.agent(agent).connection);
            if (!habit.isSilent && others != habit.last && others < now - 3'000'000'000)
                continue;
            if (!habit.isSilent && others == habit.last)
                continue;
            tell(habit, agent, usual, now, scene, findings);
        }
    }

    void missed(std::int64_t from, std::int64_t to) override
    {
        for (Habit& habit : m_habits) {
            if (habit.last != kNever)
                habit.last += to - from;
        }
    }

private:
    /// Mean and variance of pauses, the older ones counting less.
    struct Pauses
    {
        double mean = 0;
        double variance = 0;
        std::uint32_t count = 0;

        void pass(std::int64_t before, std::int64_t now)
        {
            if (before == kNever || now < before)
                return;
            const auto pause = static_cast<double>(now - before);
            ++count;
            const double weight = count < 32 ? 1.0 / count : 1.0 / 32;
            const double by = pause - mean;
            mean += by * weight;
            variance = (1 - weight) * (variance + weight * by * by);
        }
        [[nodiscard]] bool isRegular(std::uint32_t least, double variation) const
        {
            return count >= least && mean > 0 && std::sqrt(variance) < variation * mean;
        }
    };
    struct Habit
    {
        Pauses beats, words;
        std::int64_t last = kNever;
        std::int64_t lastBeat = kNever;
        std::int64_t lastWord = kNever;
        std::int64_t receivedThen = 0; ///< messages to it when it spoke last
        Seq lastSeq = 0;
        bool isSilent = false;
    };

    /// ns; 0: it has no habit.
    [[nodiscard]] std::int64_t usualOf(const Habit& habit) const
    {
        if (habit.beats.isRegular(std::min<std::uint32_t>(m_gaps, 3), m_variation))
            return static_cast<std::int64_t>(habit.beats.mean);
        return habit.words.isRegular(m_gaps, m_variation)
                   ? static_cast<std::int64_t>(habit.words.mean)
                   : 0;
    }

    void tell(Habit& habit, AgentId agent, std::int64_t usual, std::int64_t now, const Scene& scene,
              Findings& findings) const
    {
        Finding& finding = findings.grow(kId, index(agent), habit.last, 86'400'000'000'000);
        habit.isSilent = true;
        finding.hasGap = scene.hasGap(scene.agent(agent).connection, habit.last, now);
        const bool beats = habit.beats.isRegular(3, m_variation);
        finding.isExact = beats && !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.3 : beats ? 1 : 0.7;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        finding.involve(agent);
        finding.add(habit.lastSeq, habit.last);
        finding.end = std::max(finding.end, now);
        finding.count = scene.agent(agent).received - habit.receivedThen;
        finding.fact("silent_ms", (finding.end - habit.last) / 1'000'000);
        finding.fact("usual_pause_ms", usual / 1'000'000);
        finding.fact("mail", finding.count);
        finding.fact("owes", std::int64_t(scene.agent(agent).owes));
        describe(finding, agent, scene, false);
    }

    static void describe(Finding& finding, AgentId agent, const Scene& scene, bool isBack)
    {
        const std::string length =
            durationText(nanoseconds(finding.end - finding.start)).toStdString();
        finding.summary = scene.name(agent) + (isBack ? " was silent for " + length
                                                      : " has said nothing for " + length);
        if (finding.count > 0)
            finding.summary += "; " + std::to_string(finding.count) +
                               (finding.count == 1 ? " message was" : " messages were") +
                               " sent to it meanwhile";
        finding.summary += '.';
    }

    std::int64_t m_wait;
    double m_times;
    std::uint32_t m_gaps;
    double m_variation;
    std::vector<Habit> m_habits; ///< by agent id
};

} // namespace

DetectorEntry silentAgent()
{
    return {kId, "agents that stopped talking", false, kParameters, [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<SilentAgent>(settings));
            }};
}

} // namespace murmur
