// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/pingpong.h"

#include "findings/keytable.h"
#include "findings/scene.h"
#include "findings/similarity.h"

#include <array>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "ping-pong";
constexpr Parameter kMessages{"messages", 8, Unit::Count,
                              "messages that go back and forth between two"};
constexpr Parameter kSimilar{"similar", 0.92, Unit::Share, "how alike those of one agent must be"};
constexpr std::array kParameters{kMessages, kSimilar};
constexpr std::size_t kMostConversations = 8192;
constexpr std::size_t kFirstTurns = 2; ///< for which there is room at once

class PingPong final : public Detector
{
public:
    explicit PingPong(const Settings& settings)
        : m_messages(static_cast<std::size_t>(settings.of(kId, kMessages)))
        , m_similar(settings.of(kId, kSimilar))
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
        if (message.closes == 0 && message.matterHash() != 0)
            m_talks.fetch(message.matterHash());
    }
    [[nodiscard]] bool approaches() const override { return true; }
    void approach(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.closes != 0)
            return;
        if (const Talk* const talk = m_talks.find(message.matterHash());
            talk != nullptr && !talk->turns.empty())
            __builtin_prefetch(&talk->turns.back(), 1);
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        // An answer is no way of handing back, and a stream no talk.
        if (message.closes != 0 || index(message.sender) == 0 ||
            (message.kind != Kind::Event && message.kind != Kind::Command &&
             message.kind != Kind::Request))
            return;
        if (message.id(IdField::Conversation).empty())
            return;
        const std::uint64_t key = message.matterHash();
        Talk& talk = talkOf(key);
        const bool isAlternating =
            !talk.turns.empty() && talk.turns.back().sender != message.sender &&
            (talk.turns.size() < 2 || talk.turns[talk.turns.size() - 2].sender == message.sender);
        if (!isAlternating) {
            const bool keepsOne = !talk.turns.empty() && talk.turns.back().sender != message.sender;
            if (keepsOne)
                talk.turns.erase(talk.turns.begin(), talk.turns.end() - 1);
            else
                talk.turns.clear();
        }
        talk.turns.push_back(
            {message.seq, message.time, message.sender,
             talk.turns.size() + 2 >= m_messages / 2 ? simHash(message.payload) : 0});
        if (talk.turns.size() > 2 * m_messages)
            talk.turns.erase(talk.turns.begin());
        if (talk.turns.size() >= m_messages && isAlike(talk))
            tell(message, key, talk, scene, findings);
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Turn
    {
        Seq seq = 0;
        std::int64_t time = 0;
        AgentId sender{};
        std::uint64_t words = 0; ///< 0: not looked at
    };
    struct Talk
    {
        std::vector<Turn> turns; ///< that alternate between two
    };

    Talk& talkOf(std::uint64_t key)
    {
        if (Talk* const known = m_talks.find(key))
            return *known;
        if (m_order.size() >= kMostConversations) {
            m_talks.erase(m_order.front());
            m_order.pop_front();
            m_talks.fetch(m_order.front()); // the next to give way
            ++m_forgotten;
        }
        m_order.push_back(key);
        Talk& talk = *m_talks.add(key).first;
        talk.turns.reserve(kFirstTurns);
        return talk;
    }

    [[nodiscard]] bool isAlike(const Talk& talk) const
    {
        const std::size_t size = talk.turns.size();
        for (std::size_t i = 0; i < m_messages / 2; ++i) {
            const Turn& turn = talk.turns[size - 1 - i];
            if (size < i + 3)
                return false;
            const Turn& before = talk.turns[size - 3 - i];
            if (turn.words == 0 || before.words == 0 ||
                similarity(turn.words, before.words) < m_similar)
                return false;
        }
        return true;
    }

    static void tell(const Heard& message, std::uint64_t key, const Talk& talk, const Scene& scene,
                     Findings& findings)
    {
        Finding& finding = findings.grow(kId, key, talk.turns.front().time);
        finding.confidence = 0.85;
        const AgentId other = talk.turns[talk.turns.size() - 2].sender;
        finding.involve(message.sender);
        finding.involve(other);
        finding.topic = message.topic;
        const bool isFirst = finding.count == 0;
        for (const Turn& turn : talk.turns)
            finding.add(turn.seq, turn.time);
        finding.count = isFirst ? static_cast<std::int64_t>(talk.turns.size()) : finding.count + 1;
        finding.fact("messages", finding.count);
        finding.fact("conversation", message.id(IdField::Conversation));
        finding.summary = scene.name(message.sender) + " and " + scene.name(other) +
                          " hand the same to each other, " + std::to_string(finding.count) +
                          " times so far.";
    }

    std::size_t m_messages;
    double m_similar;
    KeyTable<Talk> m_talks; ///< by conversation
    std::deque<std::uint64_t> m_order;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry pingPong()
{
    return {kId, "two agents that hand one matter to each other", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<PingPong>(settings));
            }};
}

} // namespace murmur
