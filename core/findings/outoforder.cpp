// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/outoforder.h"

#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "out-of-order";
constexpr Parameter kEarlier{"earlier", 0.05, Unit::Seconds,
                             "by how much an answer was sent before its request"};
constexpr std::array kParameters{kEarlier};

constexpr std::size_t kRemembered = 1u << 16; ///< requests whose way is known; a power of two
constexpr std::size_t kMostPending = 64;
constexpr std::uint32_t kMostAgents = 1u << 20;
constexpr std::uint32_t kFewest = 10;                 ///< answers by which an agent is known
constexpr std::int64_t kPatience = 30'000'000'000;    ///< ns, for its ways to be quick again
constexpr std::int64_t kSecond = 1'000'000'000;       ///< ns
constexpr std::int64_t kTenthOfASecond = 100'000'000; ///< ns

/// Numbers that fall; and answers that were sent before what they answer, by clocks held against
/// the quickest way that the messages of each agent took lately. A delay only adds, so what a
/// message took beyond that way is how long before we heard it it was sent, at least. A clock that
/// was set looks the same at first: it is told when the agent's ways are quick again, and when they
/// were so before. One whose answers often bear another time means something else by it.
class OutOfOrder final : public Detector
{
public:
    explicit OutOfOrder(const Settings& settings)
        : m_earlier(settings.time(kId, kEarlier))
    {
    }

    [[nodiscard]] Traits traits() const override { return IsOdd | IsOfCall; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.step.what == SequenceStep::What::Late &&
            (message.flags & Retained) == 0) // told again by design
            tellOvertaken(message, scene, findings);
        if (message.quickest == kNoTime || index(message.sender) >= kMostAgents)
            return;
        const std::int64_t beyond =
            std::max<std::int64_t>(0, message.time - message.sent - message.quickest);
        if (message.isAsking)
            noteRequest(message.seq, beyond);
        if (message.answered.request != 0)
            judge(message, beyond, scene, findings);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override { m_pending.clear(); }

private:
    struct Request
    {
        std::uint32_t seq = 0;    ///< its lower half
        std::uint32_t beyond = 0; ///< us that it took beyond the quickest way
    };
    struct Answers
    {
        std::uint32_t count = 0;
        std::uint32_t early = 0;
        std::int64_t lastBeyond = 0; ///< ns, of the last one
    };
    struct Pending
    {
        Seq request = 0;
        Seq answer = 0;
        std::int64_t time = 0;
        std::int64_t earlier = 0; ///< ns
        std::int64_t asked = 0;
        AgentId by{};
        AgentId asker{};
        TopicId topic{};
        ConnectionId connection{};
    };

    void noteRequest(Seq seq, std::int64_t beyond)
    {
        m_requests.resize(kRemembered);
        m_requests[static_cast<std::size_t>(seq) % kRemembered] = {
            static_cast<std::uint32_t>(seq),
            static_cast<std::uint32_t>(std::min<std::int64_t>(beyond / 1000, 0xffff'ffff))};
    }

    void judge(const Heard& message, std::int64_t beyond, const Scene& scene, Findings& findings)
    {
        const std::uint32_t number = index(message.sender);
        if (number >= m_answers.size())
            m_answers.resize(number + 1);
        Answers& answers = m_answers[number];
        if (!m_pending.empty())
            confirm(message, beyond, answers, scene, findings);
        ++answers.count;
        const std::int64_t earlier = earlierBy(message, beyond);
        if (earlier > m_earlier + precisionOf(message.sent)) {
            ++answers.early;
            if (answers.lastBeyond <= earlier / 2 && m_pending.size() < kMostPending)
                m_pending.push_back({.request = message.answered.request,
                                     .answer = message.seq,
                                     .time = message.time,
                                     .earlier = earlier,
                                     .asked = message.answered.time,
                                     .by = message.sender,
                                     .asker = message.answered.from,
                                     .topic = message.topic,
                                     .connection = message.connection});
        }
        answers.lastBeyond = beyond;
    }

    /// ns that it was sent before its request; negative: after it, or nobody knows.
    [[nodiscard]] std::int64_t earlierBy(const Heard& message, std::int64_t beyond) const
    {
        const Seq of = message.answered.request;
        const std::int64_t took = message.time - message.answered.time;
        if (beyond <= took || m_requests.empty())
            return -1; // as nearly all
        const Request& request = m_requests[static_cast<std::size_t>(of) % kRemembered];
        if (request.seq != static_cast<std::uint32_t>(of))
            return -1;
        return beyond - took - std::int64_t(request.beyond) * 1000;
    }

    /// Times that are stated in whole seconds are right within one.
    static std::int64_t precisionOf(std::int64_t sent)
    {
        return sent % kSecond == 0 ? kSecond : sent % kTenthOfASecond == 0 ? kTenthOfASecond : 0;
    }

    /// It answers something more.
    void confirm(const Heard& message, std::int64_t beyond, const Answers& answers,
                 const Scene& scene, Findings& findings)
    {
        for (std::size_t i = 0; i < m_pending.size();) {
            const Pending pending = m_pending[i];
            const bool isOver = pending.time < message.time - kPatience;
            if (!isOver && (pending.by != message.sender || beyond > pending.earlier / 2)) {
                ++i;
                continue;
            }
            m_pending.erase(m_pending.begin() + static_cast<std::ptrdiff_t>(i));
            if (!isOver && answers.count >= kFewest && answers.early * 5 <= answers.count)
                tellEarly(pending, message.time, scene, findings);
        }
    }

    static void tellEarly(const Pending& pending, std::int64_t now, const Scene& scene,
                          Findings& findings)
    {
        Finding& finding =
            findings.grow(kId, std::uint64_t(index(pending.by)) | 1ull << 40, pending.time);
        finding.hasGap = finding.hasGap || scene.hasGap(pending.connection, pending.asked, now);
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.5 : 1;
        finding.involve(pending.by);
        finding.involve(pending.asker);
        finding.topic =
            finding.count == 0 || finding.topic == pending.topic ? pending.topic : TopicId{};
        ++finding.count;
        finding.add(pending.request, pending.time);
        finding.add(pending.answer, pending.time);
        finding.fact("answers", finding.count);
        finding.fact("last_earlier_ms", pending.earlier / 1'000'000);
        finding.summary = std::to_string(finding.count) +
                          (finding.count == 1 ? " answer of " : " answers of ") +
                          scene.name(pending.by) +
                          (finding.count == 1 ? " was sent before its request"
                                              : " were sent before their requests") +
                          ", by clocks set right.";
    }

    static void tellOvertaken(const Heard& message, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(message.sender), message.time);
        finding.isExact = true;
        finding.involve(message.sender);
        finding.topic =
            finding.count == 0 || finding.topic == message.topic ? message.topic : TopicId{};
        ++finding.count;
        finding.add(message.step.overtakenBy, message.time);
        finding.add(message.seq, message.time);
        finding.fact("overtaken", finding.count);
        finding.fact("last_number", message.sequence);
        finding.summary = std::to_string(finding.count) +
                          (finding.count == 1 ? " message of " : " messages of ") +
                          scene.name(message.sender) +
                          (finding.count == 1 ? " was overtaken by a later one."
                                              : " were overtaken by later ones.");
    }

    std::int64_t m_earlier;
    std::vector<Request> m_requests; ///< by Seq, modulo its size
    std::vector<Answers> m_answers;  ///< by agent
    std::deque<Pending> m_pending;
};

} // namespace

DetectorEntry outOfOrder()
{
    return {kId, "messages that were overtaken by later ones, answers before their request", false,
            kParameters, [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<OutOfOrder>(settings));
            }};
}

} // namespace murmur
