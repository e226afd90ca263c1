// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/slowrecovery.h"

#include "base/time.h"
#include "findings/callshift.h"
#include "findings/lastof.h"
#include "findings/scene.h"
#include "findings/servers.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "slow-recovery";
constexpr Parameter kBurst{"burst", 3, Unit::Factor, "the usual rate of requests that is a burst"};
constexpr Parameter kLeast{"least", 20, Unit::Count, "requests a second in it"};
constexpr Parameter kTimes{"times", 2, Unit::Factor,
                           "latency, or what waits, beside what it was before"};
constexpr Parameter kWithin{"within", 10, Unit::Seconds,
                            "time to recover, and as long as the burst was"};
constexpr std::array kParameters{kBurst, kLeast, kTimes, kWithin};

constexpr std::int64_t kOneSecond = 1'000'000'000;
constexpr std::size_t kRates = 60;        ///< seconds that make what is usual
constexpr std::size_t kFirstRates = 10;   ///< to be known before anything is judged
constexpr std::size_t kUsualAnswers = 60; ///< latencies that make what is usual
constexpr std::size_t kFewAnswers = 10;   ///< at least
constexpr std::size_t kMostRecent = 512;  ///< answers of the last seconds
constexpr std::int64_t kRecentFor = 5 * kOneSecond;
constexpr std::int64_t kLongestBurst = 120 * kOneSecond; ///< then it is what is usual
constexpr std::int64_t kLongestAfter = 600 * kOneSecond;
constexpr int kGoodSeconds = 3;
constexpr std::int64_t kMicrosecond = 1000; // ns

class SlowRecovery final : public Detector
{
public:
    explicit SlowRecovery(const Settings& settings)
        : m_burst(settings.of(kId, kBurst))
        , m_least(settings.of(kId, kLeast))
        , m_times(settings.of(kId, kTimes))
        , m_within(settings.time(kId, kWithin))
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kAllKinds & static_cast<KindSet>(~kindSet(Kind::Heartbeat, Kind::Chunk));
    }

    [[nodiscard]] Traits traits() const override { return IsOfCall; }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.closes != 0)
            m_servers.fetch(message.sender);
        else if (message.receivers.size() == 1)
            m_servers.fetch(message.receivers.front());
    }

    void hear(const Heard& message, const Scene& /*scene*/, Findings& /*findings*/) override
    {
        if (message.answered.request != 0) {
            if (message.answered.answersBefore > 0 || message.latency < 0)
                return;
            if (auto* server = m_servers.askedBy(message.answered)) {
                Work& work = server->work;
                work.open = std::max<std::int64_t>(0, work.open - 1);
                work.recent.add({message.time, message.latency, message.seq});
            }
        } else if (message.isAsking) {
            if (auto* server = m_servers.askedBy(message)) {
                ++server->work.asked;
                ++server->work.open;
            }
        }
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        const std::int64_t passed = m_lastPulse == kNoTime ? kOneSecond : now - m_lastPulse;
        m_lastPulse = now;
        for (const auto& server : m_servers.all()) {
            Work& work = server->work;
            if (work.asked == 0 && work.recent.empty() && work.phase == Phase::Calm &&
                work.open == work.lastOpen && work.rates.empty())
                continue;
            const double rate = static_cast<double>(work.asked) * 1e9 /
                                static_cast<double>(std::max<std::int64_t>(passed, 1));
            step(*server, rate, now, scene, findings);
            work.asked = 0;
            work.lastRate = rate;
            work.lastOpen = work.open;
        }
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        for (const auto& server : m_servers.all())
            server->work = Work();
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_servers.forgotten(); }

private:
    struct Answer
    {
        std::int64_t time = 0;
        std::int64_t latency = 0;
        Seq seq = 0;
    };
    enum class Phase : std::uint8_t { Calm, Burst, After };
    struct Work
    {
        std::int64_t asked = 0; ///< since the last pulse
        std::int64_t open = 0;
        std::int64_t lastOpen = 0;
        double lastRate = 0;
        LastOf<Answer> recent{kMostRecent};
        // There are as many of these as agents: they are kept short.
        std::vector<std::uint32_t> usual; ///< latencies of calm times, us
        std::vector<float> rates;         ///< of calm times, one a second
        std::vector<std::uint16_t> opens; ///< the same
        Phase phase = Phase::Calm;
        double usualRate = 0;
        std::int64_t latencyBefore = 0;
        std::int64_t openBefore = 0;
        double highest = 0;
        std::int64_t burstStart = 0;
        std::int64_t burstEnd = 0;
        std::int64_t lastSeq = 0; ///< of the answers that were told
        int good = 0;             ///< seconds in a row
        bool isTold = false;
    };
    using Server = Servers<Work>::Server;

    template<typename Number>
    static Number middle(std::vector<Number> values)
    {
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::ranges::nth_element(values, at);
        return *at;
    }
    static std::uint32_t short32(std::int64_t value)
    {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 0xffff'ffff));
    }
    template<typename Number>
    static void keep(std::vector<Number>& in, Number value, std::size_t most)
    {
        if (in.empty())
            in.reserve(most); // nearly all get that far
        if (in.size() >= most)
            in.erase(in.begin());
        in.push_back(value);
    }

    void step(Server& server, double rate, std::int64_t now, const Scene& scene,
              Findings& findings) const
    {
        Work& work = server.work;
        const double two = (rate + work.lastRate) / 2; // of the last two seconds
        // Answers of the last seconds may be of a burst that begins.
        std::size_t old = 0;
        for (; old < work.recent.size() && work.recent[old].time < now - kRecentFor; ++old) {
            if (work.phase == Phase::Calm)
                keep(work.usual, short32(work.recent[old].latency / kMicrosecond), kUsualAnswers);
        }
        work.recent.dropFirst(old);
        switch (work.phase) {
        case Phase::Calm:
            if (two >= m_least && begins(work, two)) {
                work.phase = Phase::Burst;
                work.burstStart = now - 2 * kOneSecond;
                work.highest = two;
                work.isTold = false;
                return;
            }
            keep(work.rates, static_cast<float>(rate), kRates);
            keep(work.opens,
                 static_cast<std::uint16_t>(std::clamp<std::int64_t>(work.open, 0, 0xffff)),
                 kRates);
            return;
        case Phase::Burst:
            work.highest = std::max(work.highest, two);
            if (now - work.burstStart > kLongestBurst) {
                calm(work);
            } else if (two < 1.5 * work.usualRate + m_least / 4) {
                work.phase = Phase::After;
                work.burstEnd = now - kOneSecond;
                work.good = 0;
                work.lastSeq = 0;
            }
            return;
        case Phase::After:
            break;
        }
        if (two >= std::max(m_least, m_burst * work.usualRate)) {
            work.phase = Phase::Burst;
            return;
        }
        const std::int64_t latency = recentLatency(work);
        const bool isSlow = latency > 0 && static_cast<double>(latency) >
                                               m_times * static_cast<double>(work.latencyBefore);
        const bool isMuch = static_cast<double>(work.open) >
                            m_times * static_cast<double>(work.openBefore) + m_least;
        work.good = isSlow || isMuch ? 0 : work.good + 1;
        if (work.good >= kGoodSeconds || now - work.burstEnd > kLongestAfter) {
            recovered(server, now, findings);
            calm(work);
        } else if (work.good == 0 &&
                   now - work.burstEnd > std::max(m_within, work.burstEnd - work.burstStart)) {
            tell(server, latency, now, scene, findings);
        }
    }

    bool begins(Work& work, double rate) const
    {
        if (work.rates.size() < kFirstRates || work.usual.size() < kFewAnswers)
            return false;
        work.usualRate = middle(work.rates);
        if (rate < m_burst * work.usualRate)
            return false;
        work.latencyBefore = middle(work.usual) * kMicrosecond;
        work.openBefore = middle(work.opens);
        return true;
    }

    static void calm(Work& work)
    {
        work.phase = Phase::Calm;
        work.rates.clear();
        work.opens.clear();
        work.usual.clear();
    }

    /// Median of the answers of the last seconds; 0: too few.
    static std::int64_t recentLatency(const Work& work)
    {
        std::vector<std::int64_t> latencies;
        for (const Answer& answer : work.recent)
            latencies.push_back(answer.latency);
        return latencies.size() < kFewAnswers / 2 ? 0 : medianOf(std::move(latencies));
    }

    static void recovered(const Server& server, std::int64_t now, Findings& findings)
    {
        if (!server.work.isTold)
            return;
        if (Finding* finding = findings.growing(kId, server.key()))
            finding->fact("recovered_after_s", (now - server.work.burstEnd) / kOneSecond);
        findings.close(kId, server.key());
    }

    static void tell(Server& server, std::int64_t latency, std::int64_t now, const Scene& scene,
                     Findings& findings)
    {
        Work& work = server.work;
        work.isTold = true;
        Finding& finding = findings.grow(kId, server.key(), work.burstStart);
        finding.hasGap = finding.hasGap || scene.hasGap(ConnectionId{}, work.burstStart, now);
        finding.confidence = finding.hasGap ? 0.5 : 0.85;
        finding.severity = Severity::Warning;
        finding.topic = server.topic;
        finding.involve(server.agent);
        for (const Answer& answer : work.recent) {
            if (answer.seq <= work.lastSeq || answer.time < work.burstEnd)
                continue;
            finding.add(answer.seq, answer.time);
            work.lastSeq = answer.seq;
        }
        finding.end = std::max(finding.end, now);
        finding.count = (now - work.burstEnd) / kOneSecond;
        const auto text = [](std::int64_t ns) {
            return durationText(nanoseconds(ns)).toStdString();
        };
        finding.fact("burst_s", (work.burstEnd - work.burstStart) / kOneSecond);
        finding.fact("burst_per_second", work.highest);
        finding.fact("usual_per_second", work.usualRate);
        finding.fact("since_burst_s", finding.count);
        if (latency > 0)
            finding.fact("median_ms", static_cast<double>(latency) / 1e6);
        finding.fact("median_before_ms", static_cast<double>(work.latencyBefore) / 1e6);
        finding.fact("waiting", work.open);
        finding.fact("waiting_before", work.openBefore);
        const std::string who = index(server.agent) != 0 ? scene.name(server.agent)
                                                         : "topic " + scene.topic(server.topic);
        finding.summary = who + " does not recover from a burst of " +
                          text(work.burstEnd - work.burstStart) + ": " +
                          std::to_string(finding.count) + " s later ";
        finding.summary += latency > 2 * work.latencyBefore
                               ? "its answers take " + text(latency) + ", before it was " +
                                     text(work.latencyBefore) + '.'
                               : std::to_string(work.open) + " requests wait, before it were " +
                                     std::to_string(work.openBefore) + '.';
    }

    double m_burst;
    double m_least;
    double m_times;
    std::int64_t m_within;
    std::int64_t m_lastPulse = kNoTime;
    Servers<Work> m_servers;
};

} // namespace

DetectorEntry slowRecovery()
{
    return {kId, "an agent that stays slow after a burst of requests", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<SlowRecovery>(settings));
            }};
}

} // namespace murmur
