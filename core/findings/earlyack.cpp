// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/earlyack.h"

#include "base/time.h"
#include "findings/scene.h"
#include "findings/words.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <unordered_map>

namespace murmur {

namespace {

constexpr const char* kId = "early-ack";
constexpr Parameter kTimes{"times", 3, Unit::Factor,
                           "who waited that many times what 99 of 100 such requests take has "
                           "given up on it"};
constexpr std::array kParameters{kTimes};

constexpr std::size_t kMostOpen = 16'384;
constexpr int kMostMade = 64; ///< calls of one service that are looked at

/// Words of an answer that promises and does not say that it is done.
constexpr std::array<std::string_view, 18> kPromises{
    "ack",       "acknowledged", "accept",    "accepted", "agree",   "agreed",
    "received",  "queued",       "started",   "progress", "pending", "submitted",
    "scheduled", "working",      "delivered", "partial",  "nack",    "rejected"};
constexpr std::array<std::string_view, 3> kStatusKeys{"status", "state", "phase"};
constexpr std::array<std::string_view, 2> kAcceptKeys{"accepted", "queued"};

/// Told when what was still asked for is answered: then it ran on. What is never answered may have
/// been given up, and of several that are asked the same one answer may be enough.
class EarlyAck final : public Detector
{
public:
    explicit EarlyAck(const Settings& settings)
        : m_times(settings.of(kId, kTimes))
        , m_words({kPromises})
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Reply, Kind::Error, Kind::Event);
    }

    [[nodiscard]] Traits traits() const override { return IsOfCall; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.answered.request == 0 || message.answered.answersBefore > 0)
            return;
        if (!m_open.empty()) {
            if (const auto at = m_open.find(message.answered.request); at != m_open.end()) {
                tell(at->second, message, scene, findings);
                m_open.erase(at);
            }
        }
        const Scene::Call* call = scene.call(message.answered.request);
        if (call != nullptr && call->openMade > 0 && message.kind != Kind::Error &&
            call->to == message.sender && isDone(message, scene))
            keepOpen(*call, message, scene);
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_open.clear(); // they may have ended unheard
        m_order.clear();
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Early
    {
        Seq request = 0; ///< of the work
        std::int64_t requested = 0;
        Seq reply = 0; ///< that says it is done
        std::int64_t time = 0;
        AgentId by{};
        AgentId to{};
        TopicId topic{};
        TypeId type{};
        bool isStated = false;
        std::uint64_t matter = 0;
    };

    bool isDone(const Heard& message, const Scene& scene)
    {
        if (m_words.of(message.type, scene) != 0)
            return false;
        const std::array<WordGroup, 1> promises{kPromises};
        for (BodyKeys keys(message.payload); keys.next();) {
            if (isOneOf(keys.key(), kStatusKeys) && wordsIn(keys.text(), promises) != 0)
                return false;
            if (isOneOf(keys.key(), kAcceptKeys) && keys.value() == "true")
                return false;
        }
        return true;
    }

    void keepOpen(const Scene::Call& work, const Heard& message, const Scene& scene)
    {
        const Scene::Call* made = scene.call(work.lastMade);
        for (int i = 0; i < kMostMade && made != nullptr;
             ++i, made = scene.call(made->madeBefore)) {
            if (!made->isOpen() || made->kind != Kind::Request || made->from != message.sender ||
                hasGivenUp(*made, message.time, scene) || isHedged(*made, work, scene))
                continue;
            m_open[made->seq] = {.request = work.seq,
                                 .requested = work.time,
                                 .reply = message.seq,
                                 .time = message.time,
                                 .by = message.sender,
                                 .to = made->to,
                                 .topic = message.topic,
                                 .type = message.type,
                                 .isStated = made->isWithinStated,
                                 .matter = message.matterHash()};
            m_order.push_back(made->seq);
        }
        while (m_order.size() > kMostOpen) {
            m_forgotten += static_cast<std::int64_t>(m_open.erase(m_order.front()));
            m_order.pop_front();
        }
    }

    [[nodiscard]] bool hasGivenUp(const Scene::Call& made, std::int64_t now,
                                  const Scene& scene) const
    {
        if (made.isGivenUp || (made.deadline != kNoTime && now >= made.deadline))
            return true;
        const std::int64_t usual = scene.p99(made.to, made.type);
        return usual > 0 &&
               static_cast<double>(now - made.time) > m_times * static_cast<double>(usual);
    }

    /// Another of the same kind was answered: one may be enough.
    static bool isHedged(const Scene::Call& made, const Scene::Call& work, const Scene& scene)
    {
        const Scene::Call* other = scene.call(work.lastMade);
        for (int i = 0; i < kMostMade && other != nullptr;
             ++i, other = scene.call(other->madeBefore)) {
            if (other->type == made.type && !other->isOpen() && !other->hasFailed)
                return true;
        }
        return false;
    }

    static void tell(const Early& early, const Heard& message, const Scene& scene,
                     Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(early.by), early.time);
        finding.hasGap =
            finding.hasGap || scene.hasGap(message.connection, early.requested, message.time);
        finding.isExact = early.isStated && !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.5 : early.isStated ? 1 : 0.7;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        finding.involve(early.by);
        finding.involve(message.sender);
        finding.topic = early.topic;
        finding.add(early.request, early.time);
        finding.add(early.reply, early.time);
        finding.add(message.answered.request, early.time);
        finding.add(message.seq, message.time);
        ++finding.count;
        finding.fact("times", finding.count);
        finding.fact("said", scene.names().typeName(early.type));
        finding.fact("still_ran", scene.names().typeName(message.answered.type));
        finding.fact("last_too_early_ms", (message.time - early.time) / 1'000'000);
        finding.summary =
            scene.name(early.by) + " told that work was done while " + scene.name(message.sender) +
            " was still at it" +
            (finding.count == 1 ? "." : ", " + std::to_string(finding.count) + " times.");
    }

    double m_times;
    TypeWords m_words;
    std::unordered_map<Seq, Early> m_open; ///< by the request that is still open
    std::deque<Seq> m_order;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry earlyAck()
{
    return {kId, "work that was told done while parts of it still ran", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<EarlyAck>(settings));
            }};
}

} // namespace murmur
