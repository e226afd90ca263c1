// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/retrystorm.h"

#include "findings/keytable.h"
#include "findings/scene.h"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "retry-storm";
constexpr Parameter kTimes{"times", 5, Unit::Count, "how often the same is asked"};
constexpr Parameter kWithin{"within", 30, Unit::Seconds, "within this time"};
constexpr Parameter kFailed{"failed", 0.5, Unit::Share,
                            "share of those that got an error or no answer"};
constexpr std::array kParameters{kTimes, kWithin, kFailed};
constexpr std::size_t kMostAsked = 65'536;

/// Polling asks the same again and again, too, and is answered; a storm is not.
class RetryStorm final : public Detector
{
public:
    explicit RetryStorm(const Settings& settings)
        : m_times(static_cast<std::size_t>(std::max(2.0, settings.of(kId, kTimes))))
        , m_within(settings.time(kId, kWithin))
        , m_failed(settings.of(kId, kFailed))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kindSet(Kind::Request, Kind::Command, Kind::Error);
    }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& scene) override
    {
        if (message.kind != Kind::Error && mayStorm(message, scene))
            m_asked.fetch(message.content());
    }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.kind == Kind::Error && index(message.answered.from) != 0)
            noteFailure(message.answered.from, message.time);
        if ((message.kind != Kind::Request && message.kind != Kind::Command) ||
            !mayStorm(message, scene))
            return;
        forgetOld(message.time);
        Tries& tries = *m_asked.add(message.content()).first;
        tries.push_back({message.seq, message.time});
        m_order.push_back({message.time, message.content()});
        if (tries.size() < m_times)
            return;
        std::size_t failed = 0;
        AgentId by{};
        for (const Try& attempt : tries) {
            const Scene::Call* call = scene.call(attempt.seq);
            if (call == nullptr || attempt.seq == message.seq ||
                (!call->isOpen() && !call->hasFailed))
                continue;
            ++failed;
            if (index(by) == 0)
                by = call->hasFailed ? call->answeredBy : call->to;
        }
        // The last one has had no time to fail.
        if (static_cast<double>(failed) < m_failed * static_cast<double>(tries.size() - 1))
            return;
        tell(message, tries, failed, by, scene, findings);
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Try
    {
        Seq seq = 0;
        std::int64_t time = 0;
    };
    using Tries = boost::container::small_vector<Try, 1>; // nearly all are asked once
    struct Asked
    {
        std::int64_t time = 0;
        std::uint64_t content = 0;
    };

    void noteFailure(AgentId asker, std::int64_t time)
    {
        if (index(asker) >= m_failures.size())
            m_failures.resize(index(asker) + 1, kNoTime);
        m_failures[index(asker)] = time;
    }
    /// What it asks is looked at only while something fails, or waits, that it asked for.
    [[nodiscard]] bool mayStorm(const Heard& message, const Scene& scene) const
    {
        const std::uint32_t asker = index(message.sender);
        return (asker < m_failures.size() && m_failures[asker] != kNoTime &&
                message.time - m_failures[asker] < m_within) ||
               scene.agent(message.sender).waitsFor >= 3;
    }

    void forgetOld(std::int64_t now)
    {
        while (!m_order.empty() &&
               (m_order.front().time < now - m_within || m_order.size() >= kMostAsked)) {
            m_forgotten += m_order.front().time < now - m_within ? 0 : 1;
            const std::uint64_t content = m_order.front().content;
            Tries* const tries = m_asked.find(content);
            m_order.pop_front();
            if (!m_order.empty())
                m_asked.fetch(m_order.front().content); // the next to go
            if (tries == nullptr)
                continue;
            if (!tries->empty())
                tries->erase(tries->begin());
            if (tries->empty())
                m_asked.erase(content);
        }
    }

    static void tell(const Heard& message, const Tries& tries, std::size_t failed, AgentId by,
                     const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(message.sender), tries.front().time);
        finding.confidence = 0.9;
        finding.severity = Severity::Critical;
        finding.topic = message.topic;
        finding.involve(message.sender);
        finding.involve(by);
        const bool isFirst = finding.count == 0;
        if (isFirst) {
            for (const Try& attempt : tries)
                finding.add(attempt.seq, attempt.time);
        }
        finding.add(message.seq, message.time);
        finding.count = isFirst ? static_cast<std::int64_t>(tries.size()) : finding.count + 1;
        finding.fact("tries", finding.count);
        finding.fact("failed_of_recent", static_cast<std::int64_t>(failed));
        finding.fact("type", scene.names().typeName(message.type));
        if (index(by) != 0)
            finding.fact("first_failing", scene.name(by));
        finding.summary = scene.name(message.sender) + " asked the same " +
                          std::to_string(finding.count) + " times";
        if (index(by) != 0)
            finding.summary += ", because " + scene.name(by) + " fails";
        finding.summary += '.';
    }

    std::size_t m_times;
    std::int64_t m_within;
    double m_failed;
    KeyTable<Tries> m_asked; ///< by content
    std::deque<Asked> m_order;
    std::vector<std::int64_t> m_failures; ///< by agent: when an error came for it last
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry retryStorm()
{
    return {kId, "the same request again and again, because it fails", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<RetryStorm>(settings));
            }};
}

} // namespace murmur
