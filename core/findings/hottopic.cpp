// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/hottopic.h"

#include "findings/loadwatch.h"
#include "findings/scene.h"

#include <array>
#include <string>

namespace murmur {

namespace {

constexpr const char* kId = "hot-topic";
constexpr std::array kParameters{
    Parameter{"share", 0.5, Unit::Share, "of all messages, or of all bytes"},
    Parameter{"times", 3, Unit::Factor, "its usual share, and its usual rate"},
    Parameter{"for", 30, Unit::Seconds, "how long it must last"},
    Parameter{"active", 5, Unit::Count, "topics that are in use"},
    Parameter{"messages", 50, Unit::Count, "a second, at least"},
    Parameter{"bytes", 250'000, Unit::Count, "a second, at least"},
};

class HotTopic final : public Detector
{
public:
    explicit HotTopic(const Settings& settings)
        : m_watch(loadRules(settings, kId, kParameters))
    {
    }

    [[nodiscard]] KindSet kinds() const override { return LoadWatch::kinds(); }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        m_watch.fetch(index(message.topic));
    }
    void hear(const Heard& message, const Scene& /*scene*/, Findings& /*findings*/) override
    {
        m_watch.add(index(message.topic), message);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        const auto verdict = m_watch.look(now);
        if (!verdict)
            return;
        Finding& finding = findings.grow(kId, verdict->number, verdict->since);
        finding.topic = TopicId(verdict->number);
        const std::string load = tellLoad(*verdict, m_watch, now, scene, finding);
        finding.summary = "Topic " + scene.topic(finding.topic) + " carries " + load + ".";
        const auto senders = m_watch.senders();
        if (!senders.empty())
            finding.summary += senders.size() == 1
                                   ? " All of it is from " + scene.name(senders.front().first) + '.'
                                   : " Most of it is from " + scene.name(senders.front().first) +
                                         ", the first of " + std::to_string(senders.size()) +
                                         " senders.";
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override { m_watch.missed(); }

    [[nodiscard]] std::int64_t forgotten() const override { return m_watch.forgotten(); }

private:
    LoadWatch m_watch;
};

} // namespace

DetectorEntry hotTopic()
{
    return {kId, "one topic that carries most of the traffic of a sudden", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<HotTopic>(settings));
            }};
}

} // namespace murmur
