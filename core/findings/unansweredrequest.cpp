// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/unansweredrequest.h"

#include "base/time.h"
#include "findings/scene.h"

#include <algorithm>
#include <compare>
#include <map>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "unanswered-request";
constexpr Parameter kWait{"wait", 30, Unit::Seconds,
                          "patience with a request that states no deadline"};
constexpr Parameter kTimes{"times", 3, Unit::Factor,
                           "and that many times what 99 of 100 such requests take"};
constexpr Parameter kAnswered{"answered", 0.5, Unit::Share,
                              "commands count when at least so many of their type are answered"};
constexpr std::array kParameters{kWait, kTimes, kAnswered};
constexpr std::size_t kMostWaiting = 100'000;
constexpr std::int64_t kSpan = 1'000'000'000; ///< ns, whose deadlines stand together

class UnansweredRequest final : public Detector
{
public:
    explicit UnansweredRequest(const Settings& settings)
        : m_wait(settings.time(kId, kWait))
        , m_times(settings.of(kId, kTimes))
        , m_answered(settings.of(kId, kAnswered))
    {
    }

    [[nodiscard]] Traits traits() const override { return IsOfCall; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (const Scene::Call* call = message.isAsking ? scene.call(message.seq) : nullptr;
            call != nullptr) {
            if (m_waiting < kMostWaiting)
                wait({deadlineOf(*call, scene), message.seq});
            else
                ++m_forgotten;
        }
        if (message.answered.wasGivenUp && message.answered.answersBefore == 0)
            tellLate(message, scene, findings);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        std::vector<Due> open = takeUntil(now);
        std::erase_if(open, [&](const Due& due) {
            const Scene::Call* call = scene.call(due.seq);
            return call == nullptr || !call->isOpen(); // as nearly all
        });
        std::ranges::sort(open);
        for (const Due& due : open) {
            const Scene::Call* call = scene.call(due.seq);
            // What is known of such calls may have changed while we waited.
            if (const std::int64_t deadline = deadlineOf(*call, scene); deadline > now) {
                wait({deadline, due.seq});
                continue;
            }
            if (!expectsAnswer(*call, scene))
                continue;
            tell(*call, now, scene, findings);
            scene.giveUp(due.seq);
        }
    }

    void missed(std::int64_t /*from*/, std::int64_t to) override
    {
        // Nobody was there to hear the answers: what is open now cannot be told any more.
        (void)takeUntil(to + m_wait);
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Due
    {
        std::int64_t time = 0;
        Seq seq = 0;
        friend auto operator<=>(const Due&, const Due&) = default;
    };

    void wait(const Due& due)
    {
        m_due[due.time / kSpan].push_back(due);
        ++m_waiting;
    }
    /// Those whose time has come, in no order.
    std::vector<Due> takeUntil(std::int64_t now)
    {
        std::vector<Due> taken;
        while (!m_due.empty() && m_due.begin()->first <= now / kSpan) {
            std::vector<Due>& span = m_due.begin()->second;
            const auto later = std::partition(span.begin(), span.end(),
                                              [now](const Due& due) { return due.time <= now; });
            taken.insert(taken.end(), span.begin(), later);
            span.erase(span.begin(), later);
            if (!span.empty())
                break; // the span in which we are
            m_due.erase(m_due.begin());
        }
        m_waiting -= taken.size();
        return taken;
    }

    [[nodiscard]] std::int64_t deadlineOf(const Scene::Call& call, const Scene& scene) const
    {
        if (call.deadline != kNoTime)
            return call.deadline;
        // The longest of a few is no measure yet of what may happen.
        const bool isKnown = scene.p99(call.to, call.type, 100) > 0;
        const auto usual = static_cast<std::int64_t>(
            m_times * (isKnown ? 1 : 3) * static_cast<double>(scene.p99(call.to, call.type, 1)));
        return call.time + std::max(m_wait, usual);
    }

    [[nodiscard]] bool expectsAnswer(const Scene::Call& call, const Scene& scene) const
    {
        const Scene::Answers answers = scene.answersTo(call.topic, call.type);
        if (isUnheardOf(answers))
            return call.kind == Kind::Request && index(call.to) != 0;
        if (answers.answered == 0)
            return call.kind == Kind::Request;
        return call.kind == Kind::Request ||
               answers.answered >= m_answered * static_cast<double>(answers.asked);
    }

    /// No answer of that type was ever heard: they may go where we do not listen.
    static bool isUnheardOf(const Scene::Answers& answers)
    {
        return answers.answered == 0 && answers.asked >= 20;
    }

    enum class Why : std::uint8_t { Nobody, Dead, Ignored, Slow };
    /// It said nothing for long after it was asked, and speaks again.
    static bool wasAway(const Scene::Agent& asked, const Scene::Call& call)
    {
        return asked.pauseStart != kNoTime && asked.pauseStart <= call.time &&
               asked.pauseEnd - call.time >= Scene::kLongPause;
    }
    static Why whyOf(const Scene::Call& call, const Scene& scene)
    {
        const Scene::Agent& asked = scene.agent(call.to);
        if (index(call.to) == 0)
            return Why::Slow;
        if (asked.firstSent == kNoTime)
            return Why::Nobody;
        if (asked.lastSent <= call.time || wasAway(asked, call))
            return Why::Dead;
        return scene.p99(call.to, call.type) > 0 ? Why::Ignored : Why::Slow;
    }

    void tell(const Scene::Call& call, std::int64_t now, const Scene& scene,
              Findings& findings) const
    {
        const Why why = whyOf(call, scene);
        const bool isNamed = index(call.to) != 0;
        const std::uint64_t key = (isNamed ? std::uint64_t(index(call.to))
                                           : std::uint64_t(index(call.topic)) | 1ull << 40)
                                      << 2 |
                                  static_cast<std::uint64_t>(why);
        Finding& finding = findings.grow(kId, key, call.time);
        const bool isFirst = finding.count == 0;
        finding.hasGap = finding.hasGap || scene.hasGap(call.connection, call.time, now);
        const bool isUnheard = isUnheardOf(scene.answersTo(call.topic, call.type));
        finding.isExact = !finding.hasGap && !isUnheard;
        finding.confidence = isUnheard ? 0.3 : finding.hasGap ? 0.5 : 1;
        // One of many may be an accident.
        const bool isSevere = why != Why::Slow && finding.count >= 2;
        finding.severity = isUnheard  ? Severity::Info
                           : isSevere ? Severity::Critical
                                      : Severity::Warning;
        finding.involve(isNamed ? call.to : call.from);
        finding.involve(call.from);
        if (isFirst)
            finding.topic = call.topic;
        ++finding.count;
        finding.add(call.seq, call.time);
        finding.end = std::max(finding.end, now);
        static constexpr std::array<std::string_view, 4> kWords{"nobody", "dead", "ignored",
                                                                "slow"};
        finding.fact("unanswered", finding.count);
        finding.fact("class", kWords[static_cast<std::size_t>(why)]);
        finding.fact("type", scene.names().typeName(call.type));
        finding.fact("waited_ms", (now - call.time) / 1'000'000);
        if (call.deadline != kNoTime)
            finding.fact("stated_deadline_ms", (call.deadline - call.time) / 1'000'000);
        const std::string to = isNamed ? scene.name(call.to) : "topic " + scene.topic(call.topic);
        finding.summary = std::to_string(finding.count) +
                          (finding.count == 1 ? " request to " : " requests to ") + to +
                          (finding.count == 1 ? " got no answer" : " got no answers");
        switch (why) {
        case Why::Nobody:
            finding.summary += ": " + to + " was never heard.";
            break;
        case Why::Dead:
            finding.summary += ": " + to +
                               (scene.agent(call.to).lastSent <= call.time ? " said nothing since."
                                                                           : " was silent then.");
            break;
        case Why::Ignored:
            finding.summary += ", while " + to + " went on talking.";
            break;
        case Why::Slow:
            finding.summary += " in time.";
            break;
        }
    }

    static void tellLate(const Heard& message, const Scene& scene, Findings& findings)
    {
        for (std::uint64_t why = 0; why < 4; ++why) {
            Finding* finding =
                findings.growing(kId, std::uint64_t(index(message.answered.to)) << 2 | why);
            if (finding == nullptr ||
                !std::ranges::binary_search(finding->messages, message.answered.request))
                continue;
            finding->add(message.seq, message.time);
            finding->fact("answered_late_by", scene.name(message.sender));
            finding->fact("late_answer_ms", message.latency / 1'000'000);
        }
    }

    std::int64_t m_wait;
    double m_times;
    double m_answered;
    std::map<std::int64_t, std::vector<Due>> m_due; ///< by span of time
    std::size_t m_waiting = 0;                      ///< in them
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry unansweredRequest()
{
    return {kId, "requests that nobody answered in time", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<UnansweredRequest>(settings));
            }};
}

} // namespace murmur
