// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/lostcontext.h"

#include "findings/boundedtable.h"
#include "findings/jsonpieces.h"
#include "findings/keymeanings.h"
#include "findings/scene.h"
#include "findings/similarity.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "lost-context";
constexpr Parameter kAfter{"after", 5, Unit::Count,
                           "messages after which an opening is not said again"};
constexpr Parameter kSimilar{"similar", 0.95, Unit::Share, "how alike two long openings must be"};
constexpr Parameter kUsual{"usual", 3, Unit::Count,
                           "conversations whose steps must have risen before a fall is one"};
constexpr std::array kParameters{kAfter, kSimilar, kUsual};
constexpr std::size_t kTalks = 1u << 12;
constexpr std::size_t kMostSteps = 16'384;
constexpr std::size_t kMostHabits = 4096;
constexpr std::size_t kOpeningSize = 512;           ///< bytes of it that are kept
constexpr std::int64_t kLifetime = 300'000'000'000; // ns
constexpr std::uint32_t kPatience = 12; ///< messages in which what followed the opening must follow
constexpr std::size_t kFollowers = 3;

/// What counts how far a conversation has come, whoever says it.
constexpr std::array<std::string_view, 9> kStepKeys{"step",          "steps",    "superstep",
                                                    "langgraphstep", "turn",     "turns",
                                                    "round",         "planstep", "stepindex"};
/// What an agent has of it: of two agents one may be behind, which is another matter.
constexpr std::array<std::string_view, 6> kVersionKeys{
    "version", "planversion", "contextversion", "stateversion", "revision", "rev"};

/// The opening is a request that was not answered yet, and what followed it follows again. Of steps
/// it is learnt that they rise within a conversation.
class LostContext final : public Detector
{
public:
    explicit LostContext(const Settings& settings)
        : m_after(static_cast<std::uint32_t>(std::max(1.0, settings.of(kId, kAfter))))
        , m_similar(settings.of(kId, kSimilar))
        , m_usual(static_cast<std::int64_t>(settings.of(kId, kUsual)))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Request, Kind::Command, Kind::Reply, Kind::Error, Kind::Event,
                       Kind::State, Kind::Control);
    }

    [[nodiscard]] Traits traits() const override { return HasMatter; }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.matterHash() == 0)
            return;
        __builtin_prefetch(&m_tags[message.matterHash() & (kTalks - 1)], 1);
        __builtin_prefetch(&m_talks[message.matterHash() & (kTalks - 1)], 1);
    }
    [[nodiscard]] bool approaches() const override { return true; }
    void approach(const Heard& message, const Scene& /*scene*/) override
    {
        const std::size_t place = message.matterHash() & (kTalks - 1);
        if (m_tags[place] == tagOf(message.matterHash()))
            __builtin_prefetch(&m_openings[place], 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.id(IdField::Conversation).empty() || index(message.sender) == 0 ||
            message.step.what == SequenceStep::What::Late ||
            message.step.what == SequenceStep::What::Again)
            return;
        const std::uint64_t key = message.matterHash();
        const std::size_t place = key & (kTalks - 1);
        const std::uint32_t tag = tagOf(key);
        Seq run = 0;
        // Most conversations are not open, and that is known without looking further.
        if (m_tags[place] == tag || message.isAsking) {
            Talk& talk = m_talks[place];
            if (talk.key == key && message.time - talk.time < kLifetime)
                goOn(talk, message, scene, findings);
            else if (message.isAsking)
                open(talk, key, message);
            m_tags[place] = talk.key == 0 ? 0 : tagOf(talk.key);
            run = talk.key == key ? talk.opening : 0;
        }
        if (!message.states.empty())
            lookAtSteps(run, message, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        for (Talk& talk : m_talks)
            talk.key = 0;
        m_tags.fill(0);
        m_steps.clear();
    }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_forgotten + m_steps.forgotten();
    }

private:
    /// What nearly every message asks for, in one line of the cache.
    struct alignas(64) Talk
    {
        std::uint64_t key = 0; ///< 0: nobody's
        Seq opening = 0;
        std::int64_t time = 0; ///< ns, of the last message
        std::uint64_t shape = 0;
        Seq again = 0;           ///< the opening's repetition
        std::uint32_t count = 0; ///< messages since the opening
        std::uint32_t since = 0; ///< messages since it was repeated
        std::uint8_t matched = 0;
        bool isTold = false;
    };
    struct Opening
    {
        std::size_t size = 0;
        std::array<std::uint64_t, kFollowers> followers{}; ///< shapes of what followed
        std::int64_t againTime = 0;
        std::uint32_t countBefore = 0;
        std::string text;
    };
    Opening& openingOf(const Talk& talk)
    {
        return m_openings[static_cast<std::size_t>(&talk - m_talks.data())];
    }
    struct Steps
    {
        Seq run = 0; ///< the opening
        std::int64_t most = -1;
        Seq mostSeq = 0;
        AgentId mostBy{};
        std::int64_t mostTime = 0;
        std::int32_t rises = 0;
        std::int64_t low = -1; ///< where it fell to; -1: it did not
        Seq lowSeq = 0;
        std::int64_t lowTime = 0;
        AgentId lowBy{};
        bool isTold = false;
    };
    struct Habit
    {
        std::int64_t rose = 0;
        std::int64_t fell = 0;
    };

    static std::uint32_t tagOf(std::uint64_t key)
    {
        return static_cast<std::uint32_t>(key >> 32) | 1;
    }
    static std::uint64_t shapeOf(const Heard& message)
    {
        return (std::uint64_t(index(message.sender)) << 40) ^
               (std::uint64_t(index(message.type)) << 16) ^ index(message.topic);
    }

    void open(Talk& talk, std::uint64_t key, const Heard& message)
    {
        if (talk.key != 0 && talk.key != key && message.time - talk.time < 60'000'000'000)
            ++m_forgotten;
        const bool isSameTalk = talk.key == key;
        talk.key = key;
        talk.opening = message.seq;
        talk.time = message.time;
        talk.shape = shapeOf(message);
        talk.count = 0;
        talk.again = 0;
        talk.isTold = talk.isTold && isSameTalk;
        Opening& opening = openingOf(talk);
        opening.size = message.payload.size();
        opening.text.assign(message.payload.substr(0, kOpeningSize));
    }

    void goOn(Talk& talk, const Heard& message, const Scene& scene, Findings& findings)
    {
        talk.time = std::max(talk.time, message.time);
        const bool isAnswer =
            message.closes != 0 && (message.closes == talk.opening || message.closes == talk.again);
        if (isAnswer || message.kind == Kind::Control || isCancel(message.type, scene)) {
            talk.key = 0; // it is over, or somebody called it off
            return;
        }
        const std::uint64_t shape = shapeOf(message);
        if (talk.again != 0) {
            follow(talk, shape, message, scene, findings);
            return;
        }
        if (shape == talk.shape && message.isAsking) {
            if (talk.count >= m_after && isSame(openingOf(talk), message)) {
                talk.again = message.seq;
                openingOf(talk).againTime = message.time;
                openingOf(talk).countBefore = talk.count;
                talk.since = 0;
                talk.matched = 0;
            } else if (talk.count < m_after) {
                open(talk, talk.key, message); // asked once more, or each round begins so
            }
            return;
        }
        if (talk.count < kFollowers)
            openingOf(talk).followers[talk.count] = shape;
        ++talk.count;
    }

    /// It may have been asked twice and done once: what followed must follow again.
    void follow(Talk& talk, std::uint64_t shape, const Heard& message, const Scene& scene,
                Findings& findings)
    {
        if (shape == openingOf(talk).followers[talk.matched] && ++talk.matched >= 2) {
            tellOpening(talk, openingOf(talk), message, scene, findings);
            talk.opening = talk.again;
            talk.again = 0;
            talk.count = talk.matched;
            return;
        }
        if (++talk.since > kPatience)
            talk.again = 0;
    }

    [[nodiscard]] bool isSame(const Opening& opening, const Heard& message) const
    {
        if (opening.size <= kOpeningSize && message.payload.size() <= kOpeningSize)
            return contentHash(opening.text) == contentHash(message.payload);
        return similarity(simHash(opening.text),
                          simHash(message.payload.substr(0, kOpeningSize))) >= m_similar;
    }

    bool isCancel(TypeId type, const Scene& scene)
    {
        if (index(type) >= m_types.size())
            m_types.resize(index(type) + 1, 0);
        std::uint8_t& known = m_types[index(type)];
        if (known == 0) {
            const std::string word = plainWord(scene.names().typeName(type));
            known = word.find("cancel") != std::string::npos ||
                            word.find("abort") != std::string::npos ||
                            word.find("restart") != std::string::npos
                        ? 2
                        : 1;
        }
        return known == 2;
    }

    static void tellOpening(Talk& talk, const Opening& opening, const Heard& message,
                            const Scene& scene, Findings& findings)
    {
        const auto sender = AgentId(static_cast<std::uint32_t>(talk.shape >> 40));
        Finding& finding = findings.grow(kId, std::uint64_t(index(sender)) << 1, opening.againTime);
        finding.involve(sender);
        finding.involve(message.sender);
        finding.add(talk.opening, opening.againTime);
        finding.add(talk.again, opening.againTime);
        finding.add(message.seq, message.time);
        begin(finding, message, opening.againTime, !talk.isTold, scene);
        talk.isTold = true;
        finding.fact("messages_before", std::int64_t(opening.countBefore));
        finding.summary = scene.name(sender) + " began " +
                          std::string(message.id(IdField::Conversation)) +
                          " again as if nothing had been said, after " +
                          std::to_string(opening.countBefore) + " messages" + end(finding);
    }

    static void begin(Finding& finding, const Heard& message, std::int64_t since, bool isNew,
                      const Scene& scene)
    {
        finding.hasGap = finding.hasGap || scene.hasGap(message.connection, since, message.time);
        finding.confidence = finding.hasGap ? 0.4 : 0.8;
        finding.topic = message.topic;
        finding.count += isNew ? 1 : 0;
        finding.fact("conversations", finding.count);
        finding.fact("last_conversation", message.id(IdField::Conversation));
    }
    static std::string end(const Finding& finding)
    {
        return finding.count == 1 ? "."
                                  : "; " + std::to_string(finding.count) + " conversations so far.";
    }

    enum class Means : std::uint8_t { Unknown, Other, Step, Version };
    Means meaningOf(StateKeyId key, const Scene& scene)
    {
        return m_keys.of(key, scene, [](const std::string& name) {
            const std::string word = plainWord(name);
            const auto isOneOf = [&](const auto& words) {
                return std::ranges::find(words, word) != words.end();
            };
            return isOneOf(kStepKeys)      ? Means::Step
                   : isOneOf(kVersionKeys) ? Means::Version
                                           : Means::Other;
        });
    }

    void lookAtSteps(Seq run, const Heard& message, const Scene& scene, Findings& findings)
    {
        for (const StateChange& change : message.states) {
            const Means means = meaningOf(change.key, scene);
            if (means == Means::Other)
                continue;
            const auto value = jsonWhole(message.valueOf(change));
            if (!value || *value < 0)
                continue;
            std::uint64_t of = message.matterHash() ^
                               (std::uint64_t(index(change.key)) << 32 | index(message.type));
            if (means == Means::Version)
                of ^= std::uint64_t(index(message.sender)) << 40;
            Steps& steps = m_steps.at(of);
            if (steps.run != run || message.time - steps.mostTime > kLifetime)
                steps = {.run = run};
            step(steps, *value, change.key, message, scene, findings);
        }
    }

    void step(Steps& steps, std::int64_t value, StateKeyId key, const Heard& message,
              const Scene& scene, Findings& findings)
    {
        const std::uint64_t of = std::uint64_t(index(message.type)) << 32 | index(key);
        if (m_habits.size() >= kMostHabits && !m_habits.contains(of)) {
            ++m_forgotten;
            return;
        }
        Habit& habit = m_habits[of];
        if (value > steps.most || steps.most < 0) {
            if (steps.most >= 0 && ++steps.rises == 2)
                ++habit.rose;
            steps.most = value;
            steps.mostSeq = message.seq;
            steps.mostBy = message.sender;
            steps.mostTime = message.time;
            steps.low = -1; // one that was late, no more
            return;
        }
        if (value == steps.most && steps.low < 0)
            return;
        if (steps.low < 0 || value < steps.low) {
            steps.low = value;
            steps.lowSeq = message.seq;
            steps.lowTime = message.time;
            steps.lowBy = message.sender;
            return;
        }
        if (value == steps.low)
            return;
        // It goes on from there.
        ++habit.fell;
        if (habit.rose >= m_usual && habit.fell <= habit.rose)
            tellFall(steps, key, message, scene, findings);
        steps.most = value;
        steps.mostSeq = message.seq;
        steps.mostBy = message.sender;
        steps.mostTime = message.time;
        steps.low = -1;
    }

    static void tellFall(Steps& steps, StateKeyId key, const Heard& message, const Scene& scene,
                         Findings& findings)
    {
        Finding& finding =
            findings.grow(kId, std::uint64_t(index(steps.lowBy)) << 1 | 1, steps.lowTime);
        finding.involve(steps.lowBy);
        finding.involve(steps.mostBy);
        finding.involve(message.sender);
        finding.add(steps.mostSeq, steps.mostTime);
        finding.add(steps.lowSeq, steps.lowTime);
        finding.add(message.seq, message.time);
        begin(finding, message, steps.mostTime, !steps.isTold, scene);
        steps.isTold = true;
        const std::string name = scene.names().stateKeyName(key);
        finding.fact("key", name);
        finding.fact("reached", steps.most);
        finding.fact("fell_to", steps.low);
        finding.summary =
            scene.name(steps.lowBy) + " is back at " + name + ' ' + std::to_string(steps.low) +
            " of " + std::string(message.id(IdField::Conversation)) + ", where " +
            scene.name(steps.mostBy) + " had reached " + std::to_string(steps.most) + end(finding);
    }

    std::uint32_t m_after;
    double m_similar;
    std::int64_t m_usual;
    std::array<std::uint32_t, kTalks> m_tags{}; ///< of those that are open; 0: none
    std::vector<Talk> m_talks = std::vector<Talk>(kTalks);
    std::vector<Opening> m_openings = std::vector<Opening>(kTalks); ///< of those
    std::vector<std::uint8_t> m_types; ///< by type; 0: not looked at, 1: other, 2: calls off
    KeyMeanings<Means> m_keys;
    BoundedTable<Steps> m_steps{kMostSteps};
    std::unordered_map<std::uint64_t, Habit> m_habits; ///< by type and state key
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry lostContext()
{
    return {kId, "conversations that begin anew in their midst", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<LostContext>(settings));
            }};
}

} // namespace murmur
