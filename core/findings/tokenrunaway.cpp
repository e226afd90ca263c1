// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/tokenrunaway.h"

#include "findings/boundedtable.h"
#include "findings/scene.h"
#include "findings/statedtokens.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "token-runaway";
constexpr Parameter kGrowth{"growth", 1.3, Unit::Factor, "by which a prompt grows in one turn"};
constexpr Parameter kTurns{"turns", 5, Unit::Count, "turns in a row that grow so"};
constexpr Parameter kPrompt{"prompt", 4000, Unit::Count, "tokens below which no prompt is large"};
constexpr Parameter kTimes{"times", 5, Unit::Factor,
                           "how many times the usual tokens an agent uses"};
constexpr Parameter kRate{"rate", 20'000, Unit::Count, "tokens a minute that are never too many"};
constexpr std::array kParameters{kGrowth, kTurns, kPrompt, kTimes, kRate};
constexpr std::int64_t kSpan = 10'000'000'000; ///< ns that are compared
constexpr std::size_t kUsual = 30;             ///< spans that make what is usual
constexpr std::size_t kFewest = 6;
constexpr std::size_t kMostSpenders = 4096;
constexpr std::size_t kMostTalks = 8192;
constexpr std::size_t kLargest = 1u << 16; ///< bytes of a message that is looked at
constexpr std::uint32_t kProbes = 32;

class TokenRunaway final : public Detector
{
public:
    explicit TokenRunaway(const Settings& settings)
        : m_growth(settings.of(kId, kGrowth))
        , m_turns(static_cast<int>(std::max(1.0, settings.of(kId, kTurns))))
        , m_prompt(static_cast<std::int64_t>(settings.of(kId, kPrompt)))
        , m_times(settings.of(kId, kTimes))
        , m_rate(settings.of(kId, kRate))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Reply, Kind::Event, Kind::Chunk);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (!maySay(message))
            return;
        const StatedTokens tokens =
            statedTokens(message.raw.size() <= kLargest ? message.raw : message.payload);
        if (!tokens.isStated())
            return;
        m_types[index(message.type)].says = true;
        const AgentId who = spenderOf(message, tokens);
        if (index(who) == 0)
            return;
        spend(who, tokens, message);
        if (tokens.in > 0 && message.matterHash() != 0)
            turn(who, tokens, message, scene, findings);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        if (now < m_nextLook)
            return;
        m_nextLook = now - now % kSpan + kSpan;
        for (auto& [agent, spender] : m_spenders)
            look(AgentId(agent), spender, now, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_talks.clear();
        for (auto& [agent, spender] : m_spenders)
            spender.isBroken = true;
    }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_forgotten + m_talks.forgotten();
    }

private:
    struct Type
    {
        std::uint32_t seen = 0;
        bool says = false; ///< one of them told tokens
    };
    struct Spender
    {
        std::int64_t tokens = 0; ///< of the span that runs
        std::vector<std::pair<Seq, std::int64_t>> calls;
        std::vector<std::int64_t> usual; ///< of spans before
        int above = 0;                   ///< spans in a row
        bool isBroken = false;           ///< the span that runs was not heard wholly
        std::uint64_t call = 0;          ///< the last one
        std::int64_t ofCall = 0;
        TopicId topic{};
        ConnectionId connection{};
    };
    struct Talk
    {
        std::int64_t first = 0; ///< tokens of the prompt from which on it grows
        std::int64_t last = 0;
        std::uint64_t call = 0;
        int grown = 0; ///< turns in a row
        std::int64_t since = 0;
        std::vector<std::pair<Seq, std::int64_t>> turns; ///< that grow
        bool isTold = false;
    };

    /// Most types never tell tokens: that is learnt from their first messages, and looked after now
    /// and then.
    bool maySay(const Heard& message)
    {
        if (index(message.type) >= m_types.size())
            m_types.resize(index(message.type) + 1);
        Type& type = m_types[index(message.type)];
        if (!type.says && ++type.seen > kProbes && type.seen % 16 != 0)
            return false;
        // Of a stream only the last chunk tells.
        constexpr std::string_view kSign = "\"usage\"";
        return message.kind != Kind::Chunk || memmem(message.payload.data(), message.payload.size(),
                                                     kSign.data(), kSign.size()) != nullptr;
    }

    /// A model tells what another used; others tell of themselves.
    static AgentId spenderOf(const Heard& message, const StatedTokens& tokens)
    {
        if (!tokens.isUsage)
            return message.sender;
        if (index(message.answered.from) != 0)
            return message.answered.from;
        return message.kind != Kind::Event && !message.receivers.empty() ? message.receivers.front()
                                                                         : message.sender;
    }

    void spend(AgentId who, const StatedTokens& tokens, const Heard& message)
    {
        if (m_spenders.size() >= kMostSpenders && !m_spenders.contains(index(who))) {
            ++m_forgotten;
            return;
        }
        Spender& spender = m_spenders[index(who)];
        spender.topic = message.topic;
        spender.connection = message.connection;
        // Of one call the counts run on from chunk to chunk.
        const std::uint64_t call = idHash(message.id(IdField::Correlation));
        const std::int64_t before = call != 0 && call == spender.call ? spender.ofCall : 0;
        spender.call = call;
        spender.ofCall = std::max(before, tokens.sum());
        spender.tokens += spender.ofCall - before;
        if (spender.calls.size() < 256)
            spender.calls.emplace_back(message.seq, message.time);
    }

    void turn(AgentId who, const StatedTokens& tokens, const Heard& message, const Scene& scene,
              Findings& findings)
    {
        Talk& talk = m_talks.at(message.matterHash() ^ (std::uint64_t(index(who)) << 40));
        const std::uint64_t call = idHash(message.id(IdField::Correlation));
        if (call != 0 && call == talk.call)
            return;
        talk.call = call;
        const bool isLarger = talk.last > 0 && static_cast<double>(tokens.in) >=
                                                   m_growth * static_cast<double>(talk.last);
        const bool staysLarge = talk.isTold && tokens.in >= talk.last - talk.last / 10;
        if (!isLarger && !staysLarge) {
            talk.first = tokens.in;
            talk.grown = 0;
            talk.isTold = false;
            talk.turns.clear();
            talk.since = message.time;
        } else {
            talk.grown += isLarger ? 1 : 0;
        }
        talk.last = tokens.in;
        if (talk.turns.size() < 256)
            talk.turns.emplace_back(message.seq, message.time);
        if (talk.isTold || (talk.grown >= m_turns && tokens.in >= m_prompt))
            tellGrowth(who, talk, message, scene, findings);
    }

    static void tellGrowth(AgentId who, Talk& talk, const Heard& message, const Scene& scene,
                           Findings& findings)
    {
        Finding& finding = findings.grow(kId, std::uint64_t(index(who)) << 1, talk.since);
        begin(finding, who, message.topic);
        finding.involve(message.sender);
        finding.hasGap =
            finding.hasGap || scene.hasGap(message.connection, talk.since, message.time);
        finding.confidence = finding.hasGap ? 0.6 : 0.85;
        for (const auto& [seq, time] : talk.turns)
            finding.add(seq, time);
        finding.count = static_cast<std::int64_t>(finding.messages.size());
        talk.turns.clear();
        talk.isTold = true;
        finding.fact("turns", finding.count);
        finding.fact("prompt_first", talk.first);
        finding.fact("prompt_now", talk.last);
        finding.fact("matter", message.matter());
        finding.summary = "The prompts of " + scene.name(who) + " grow from turn to turn in " +
                          std::string(message.matter()) + ": " + std::to_string(talk.first) +
                          " tokens at first, " + std::to_string(talk.last) + " after " +
                          std::to_string(finding.count) + " turns.";
    }

    static void begin(Finding& finding, AgentId who, TopicId topic)
    {
        finding.severity = Severity::Critical;
        finding.involve(who);
        finding.topic = topic;
    }

    void look(AgentId who, Spender& spender, std::int64_t now, const Scene& scene,
              Findings& findings) const
    {
        const std::int64_t tokens = spender.tokens;
        const auto calls = std::move(spender.calls);
        spender.tokens = 0;
        spender.calls.clear();
        if (spender.isBroken) {
            spender.isBroken = false;
            spender.above = 0;
            return;
        }
        const double perMinute = static_cast<double>(tokens) * 60e9 / static_cast<double>(kSpan);
        if (spender.usual.size() >= kFewest && perMinute >= m_rate) {
            const double mean = static_cast<double>(std::accumulate(
                                    spender.usual.begin(), spender.usual.end(), std::int64_t(0))) /
                                static_cast<double>(spender.usual.size());
            const auto most = static_cast<double>(*std::ranges::max_element(spender.usual));
            // Who works now and then is not mistaken for one that runs away.
            if (static_cast<double>(tokens) > m_times * mean &&
                static_cast<double>(tokens) > 2 * most) {
                if (++spender.above >= 2)
                    tellRate(who, spender, calls, perMinute, mean * 60e9 / double(kSpan), now,
                             scene, findings);
                return; // what is too much is not usual
            }
        }
        spender.above = 0;
        if (tokens == 0)
            return; // idle is no measure of what it uses when it works
        if (spender.usual.size() >= kUsual)
            spender.usual.erase(spender.usual.begin());
        spender.usual.push_back(tokens);
    }

    static void tellRate(AgentId who, const Spender& spender,
                         const std::vector<std::pair<Seq, std::int64_t>>& calls, double perMinute,
                         double usual, std::int64_t now, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, std::uint64_t(index(who)) << 1 | 1, now - 2 * kSpan);
        begin(finding, who, spender.topic);
        finding.hasGap = finding.hasGap || scene.hasGap(spender.connection, finding.start, now);
        finding.confidence = finding.hasGap ? 0.6 : 0.8;
        for (const auto& [seq, time] : calls)
            finding.add(seq, time);
        finding.end = std::max(finding.end, now);
        finding.count += static_cast<std::int64_t>(calls.size());
        finding.fact("calls", finding.count);
        finding.fact("tokens_a_minute", static_cast<std::int64_t>(std::llround(perMinute)));
        finding.fact("tokens_a_minute_before", static_cast<std::int64_t>(std::llround(usual)));
        finding.summary = scene.name(who) + " uses " + std::to_string(std::llround(perMinute)) +
                          " tokens a minute, where it used " + std::to_string(std::llround(usual)) +
                          ".";
    }

    double m_growth;
    int m_turns;
    std::int64_t m_prompt;
    double m_times;
    double m_rate;
    std::int64_t m_nextLook = 0;
    std::vector<Type> m_types;
    std::map<std::uint32_t, Spender> m_spenders; ///< by agent, in their order
    BoundedTable<Talk> m_talks{kMostTalks};      ///< by agent and matter
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry tokenRunaway()
{
    return {kId, "prompts that grow and grow, and agents that use many times the tokens", false,
            kParameters, [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<TokenRunaway>(settings));
            }};
}

} // namespace murmur
