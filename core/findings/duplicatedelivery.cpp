// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/duplicatedelivery.h"

#include "findings/recentset.h"
#include "findings/scene.h"

#include <bit>
#include <string>

namespace murmur {

namespace {

constexpr const char* kId = "duplicate-delivery";
constexpr Parameter kWithin{"within", 60, Unit::Seconds,
                            "how long a message counts as the same one"};
constexpr std::array kParameters{kWithin};
constexpr unsigned kBits = 19; // a few MiB

class DuplicateDelivery final : public Detector
{
public:
    explicit DuplicateDelivery(const Settings& settings)
        : m_within(settings.time(kId, kWithin))
    {
    }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.ownHash() != 0)
            m_ids.fetch(keyOf(message));
        if (message.closes != 0)
            m_answers.fetch(answerKeyOf(message));
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if ((message.flags & Retained) != 0)
            return; // a broker says it to each who comes
        Seq first = 0;
        if (message.ownHash() != 0) {
            first = m_ids.put(keyOf(message), message.time, message.seq, m_within);
        } else if (message.step.what == SequenceStep::What::Again) {
            first = message.seq;
        }
        if (first == 0 && message.answered.answersBefore > 0 &&
            (message.kind == Kind::Reply || message.kind == Kind::Error))
            first = sameAnswer(message);
        else if (message.closes != 0 && message.kind != Kind::Chunk)
            (void)sameAnswer(message);
        if (first != 0)
            tell(message, first, scene, findings);
    }

    [[nodiscard]] std::int64_t forgotten() const override
    {
        return m_ids.forgotten() + m_answers.forgotten();
    }

private:
    static std::uint64_t mixed(std::uint64_t key)
    {
        key ^= key >> 33;
        key *= 0xff51'afd7'ed55'8ccdull;
        return key ^ (key >> 33);
    }

    static std::uint64_t keyOf(const Heard& message)
    {
        // The same id on another topic is another use of it.
        return mixed(message.ownHash() ^ std::rotl(std::uint64_t(index(message.sender)), 40) ^
                     std::rotl(std::uint64_t(index(message.topic)), 20) ^
                     std::uint64_t(index(message.connection)));
    }

    /// An answer of the same bytes to the same request; 0: none. What is delivered again is the
    /// same to the last bit.
    Seq sameAnswer(const Heard& message)
    {
        return message.closes == 0
                   ? 0
                   : m_answers.put(answerKeyOf(message), message.time, message.seq, m_within);
    }
    static std::uint64_t answerKeyOf(const Heard& message)
    {
        return mixed(message.payloadHash() ^ (static_cast<std::uint64_t>(message.closes) << 20) ^
                     index(message.sender));
    }

    static void tell(const Heard& message, Seq first, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(message.sender), message.time);
        finding.isExact = true;
        finding.involve(message.sender);
        for (const AgentId receiver : message.receivers)
            finding.involve(receiver);
        finding.topic =
            finding.count == 0 || finding.topic == message.topic ? message.topic : TopicId{};
        ++finding.count;
        finding.add(first, message.time);
        finding.add(message.seq, message.time);
        finding.fact("copies", finding.count);
        if (const auto id = message.id(IdField::Message); !id.empty())
            finding.fact("last_id", id);
        finding.summary = std::to_string(finding.count) +
                          (finding.count == 1 ? " message of " : " messages of ") +
                          scene.name(message.sender) +
                          (finding.count == 1 ? " was delivered again." : " were delivered again.");
    }

    std::int64_t m_within;
    RecentSet m_ids{kBits};
    RecentSet m_answers{kBits - 3};
};

} // namespace

DetectorEntry duplicateDelivery()
{
    return {kId, "messages that came more than once", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<DuplicateDelivery>(settings));
            }};
}

} // namespace murmur
