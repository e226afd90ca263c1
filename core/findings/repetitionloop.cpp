// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/repetitionloop.h"

#include "findings/keytable.h"
#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "repetition-loop";
constexpr Parameter kRounds{"rounds", 3, Unit::Count, "rounds of several steps that are the same"};
constexpr Parameter kTimes{"times", 4, Unit::Count, "repetitions of a single step"};
constexpr std::array kParameters{kRounds, kTimes};
constexpr std::size_t kLongestRound = 6;
constexpr std::size_t kMostConversations = 8192;
constexpr std::size_t kFirstSteps = 2; ///< for which there is room at once
constexpr std::size_t kHistory = 64;

class RepetitionLoop final : public Detector
{
public:
    explicit RepetitionLoop(const Settings& settings)
        : m_rounds(static_cast<std::size_t>(std::max(2.0, settings.of(kId, kRounds))))
        , m_times(static_cast<std::size_t>(std::max(2.0, settings.of(kId, kTimes))))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Event, Kind::Command, Kind::Request);
    }
    [[nodiscard]] Traits traits() const override { return HasMatter; }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.matterHash() != 0)
            m_steps.fetch(keyOf(message));
    }
    [[nodiscard]] bool approaches() const override { return true; }
    void approach(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.matterHash() == 0)
            return;
        if (const auto* const steps = m_steps.find(keyOf(message));
            steps != nullptr && !steps->empty())
            __builtin_prefetch(&steps->back(), 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.matterHash() == 0)
            return; // what is said outside of a conversation may well be said for ever
        const std::uint64_t key = keyOf(message);
        std::vector<Step>& steps = stepsOf(key);
        const std::uint64_t shape = std::uint64_t(index(message.type)) << 32 |
                                    std::uint64_t(index(message.topic)) << 4 |
                                    static_cast<std::uint64_t>(message.kind);
        // The words are looked at only where the shape was here lately.
        const std::size_t look = std::min(steps.size(), kLongestRound);
        const bool isSeen =
            std::any_of(steps.end() - static_cast<std::ptrdiff_t>(look), steps.end(),
                        [&](const Step& step) { return step.shape == shape; });
        steps.push_back({message.seq, message.time, shape, isSeen ? message.content() : 0});
        if (steps.size() > kHistory)
            steps.erase(steps.begin());
        if (!isSeen)
            return;
        for (std::size_t period = 1; period <= kLongestRound; ++period) {
            const std::size_t rounds = period == 1 ? m_times : m_rounds;
            if (repeats(steps, period, rounds)) {
                tell(message, key, steps, period, rounds, scene, findings);
                return;
            }
        }
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Step
    {
        Seq seq = 0;
        std::int64_t time = 0;
        std::uint64_t shape = 0;
        std::uint64_t content = 0; ///< 0: was not looked at
    };

    static std::uint64_t keyOf(const Heard& message)
    {
        return message.matterHash() ^ (std::uint64_t(index(message.sender)) << 32);
    }
    std::vector<Step>& stepsOf(std::uint64_t key)
    {
        if (auto* const known = m_steps.find(key))
            return *known;
        if (m_order.size() >= kMostConversations) {
            m_steps.erase(m_order.front());
            m_order.pop_front();
            m_steps.fetch(m_order.front()); // the next to give way
            ++m_forgotten;
        }
        m_order.push_back(key);
        std::vector<Step>& steps = *m_steps.add(key).first;
        steps.reserve(kFirstSteps);
        return steps;
    }

    static bool repeats(const std::vector<Step>& steps, std::size_t period, std::size_t rounds)
    {
        const std::size_t needed = period * rounds;
        if (steps.size() < needed + period)
            return false;
        for (std::size_t i = 0; i < needed - period; ++i) {
            const Step& later = steps[steps.size() - 1 - i];
            const Step& earlier = steps[steps.size() - 1 - i - period];
            if (later.content == 0 || later.content != earlier.content)
                return false;
        }
        // A round of one word said over and over is a round of one step.
        return period == 1 || steps.back().content != steps[steps.size() - 2].content;
    }

    static void tell(const Heard& message, std::uint64_t key, const std::vector<Step>& steps,
                     std::size_t period, std::size_t rounds, const Scene& scene, Findings& findings)
    {
        const Step& first = steps[steps.size() - period * rounds];
        Finding& finding = findings.grow(kId, key, first.time);
        finding.isExact = true;
        finding.involve(message.sender);
        finding.topic = message.topic;
        if (finding.count == 0) {
            for (std::size_t i = steps.size() - period * rounds; i < steps.size(); ++i)
                finding.add(steps[i].seq, steps[i].time);
        }
        finding.add(message.seq, message.time);
        finding.count = std::max(finding.count + 1, static_cast<std::int64_t>(period * rounds));
        finding.fact("steps", finding.count);
        finding.fact("steps_a_round", static_cast<std::int64_t>(period));
        finding.fact("type", scene.names().typeName(message.type));
        if (const auto id = message.id(IdField::Conversation); !id.empty())
            finding.fact("conversation", id);
        finding.summary =
            scene.name(message.sender) +
            (period == 1 ? " says the same over and over, "
                         : " goes through the same " + std::to_string(period) + " steps, ") +
            std::to_string(finding.count / static_cast<std::int64_t>(period)) + " times so far.";
    }

    std::size_t m_rounds;
    std::size_t m_times;
    KeyTable<std::vector<Step>> m_steps; ///< by agent and conversation
    std::deque<std::uint64_t> m_order;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry repetitionLoop()
{
    return {kId, "the same steps of a conversation again and again", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<RepetitionLoop>(settings));
            }};
}

} // namespace murmur
