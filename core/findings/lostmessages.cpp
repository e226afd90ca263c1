// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/lostmessages.h"

#include "findings/scene.h"

#include <string>

namespace murmur {

namespace {

constexpr const char* kId = "lost-messages";
constexpr std::int64_t kNearGap = 1'000'000'000; // ns

class LostMessages final : public Detector
{
public:
    [[nodiscard]] KindSet kinds() const override { return 0; }
    void hear(const Heard& /*message*/, const Scene& /*scene*/, Findings& /*findings*/) override {}

    void lost(const Sequences::Hole& hole, const Scene& scene, Findings& findings) override
    {
        if (scene.hasGap(hole.connection, hole.before - kNearGap, hole.time + kNearGap))
            return;
        const bool isStream = hole.scope == SequenceScope::Stream;
        const std::uint64_t key = isStream ? std::uint64_t(index(hole.topic)) | 1ull << 63
                                           : std::uint64_t(index(hole.sender));
        Finding& finding = findings.grow(kId, key, hole.before);
        finding.isExact = true;
        finding.severity = Severity::Critical;
        if (!isStream)
            finding.involve(hole.sender);
        finding.topic = finding.count == 0 || finding.topic == hole.topic ? hole.topic : TopicId{};
        finding.count += hole.count();
        finding.add(hole.beforeSeq, hole.before);
        finding.add(hole.seq, hole.time);
        finding.fact("lost", finding.count);
        if (finding.count == hole.count())
            finding.fact("first_number", hole.from);
        finding.fact("last_number", hole.to);
        finding.fact("scope", scopeName(hole.scope));
        std::string of = isStream ? "topic " + scene.topic(hole.topic) : scene.name(hole.sender);
        finding.summary = std::to_string(finding.count) +
                          (finding.count == 1 ? " message of " : " messages of ") + of +
                          (finding.count == 1 ? " never came: its number is missing."
                                              : " never came: their numbers are missing.");
    }

private:
    static std::string_view scopeName(SequenceScope scope)
    {
        switch (scope) {
        case SequenceScope::Sender:
            return "sender";
        case SequenceScope::Topic:
            return "sender and topic";
        case SequenceScope::Conversation:
            return "sender and conversation";
        case SequenceScope::Stream:
            return "topic";
        }
        return "sender";
    }
};

} // namespace

DetectorEntry lostMessages()
{
    return {kId, "messages whose numbers never came", false, {}, [](const Settings&) {
                return std::unique_ptr<Detector>(std::make_unique<LostMessages>());
            }};
}

} // namespace murmur
