// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/outoforder.h"

#include "findings/scene.h"

#include <string>

namespace murmur {

namespace {

constexpr const char* kId = "out-of-order";

class OutOfOrder final : public Detector
{
public:
    [[nodiscard]] Traits traits() const override { return IsOdd; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.step.what != SequenceStep::What::Late ||
            (message.flags & Retained) != 0) // told again by design
            return;
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
};

} // namespace

DetectorEntry outOfOrder()
{
    return {kId, "messages that were overtaken by later ones", false, {}, [](const Settings&) {
                return std::unique_ptr<Detector>(std::make_unique<OutOfOrder>());
            }};
}

} // namespace murmur
