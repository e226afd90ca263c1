// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/doubleownership.h"

#include "findings/keymeanings.h"
#include "findings/keytable.h"
#include "findings/scene.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "double-ownership";
constexpr Parameter kWithin{"within", 60, Unit::Seconds,
                            "how long a claim holds that is not repeated"};
constexpr std::array kParameters{kWithin};
constexpr std::size_t kMostThings = 65'536;

/// Who leads is the matter of leader-flapping.
constexpr std::array<std::string_view, 7> kHolderKeys{
    "owner", "holder", "assignee", "assigned_to", "claimed_by", "locked_by", "owned_by"};
/// Words by which a claim ends.
constexpr std::array<std::string_view, 12> kOverWords{
    "\"done\"",     "\"released\"", "\"completed\"", "\"complete\"", "\"failed\"", "\"cancelled\"",
    "\"finished\"", "\"closed\"",   "\"aborted\"",   "\"expired\"",  "\"idle\"",   "\"dropped\""};

/// One claims, another claims, and the first claims once more: a handing over looks different.
class DoubleOwnership final : public Detector
{
public:
    explicit DoubleOwnership(const Settings& settings)
        : m_within(settings.time(kId, kWithin))
    {
    }

    [[nodiscard]] Traits traits() const override { return HasState; }
    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        if (message.states.empty())
            return;
        const StateChange* holder = nullptr;
        bool isOver = false;
        for (const StateChange& change : message.states) {
            const What what = meaningOf(change.key, scene);
            if (what == What::Holder)
                holder = &change;
            else if (what == What::Status)
                isOver = isOver ||
                         std::ranges::find(kOverWords, message.valueOf(change)) != kOverWords.end();
        }
        if (holder == nullptr)
            return;
        const std::string_view name = message.valueOf(*holder);
        if (name.size() < 3 || name.front() != '"')
            return; // nobody, or no name
        const std::uint64_t key = keyOf(message);
        Thing& thing = thingOf(key);
        if (isOver) {
            thing.claims.clear();
            return;
        }
        claim(thing, key, message, idHash(name), scene, findings);
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    enum class What : std::uint8_t { Unknown, Other, Holder, Status };
    struct Claim
    {
        std::uint64_t holder = 0;
        Seq seq = 0;
        std::int64_t time = 0;
        AgentId sender{};
    };
    struct Thing
    {
        std::vector<Claim> claims; ///< the last three of changing holders
    };

    What meaningOf(StateKeyId key, const Scene& scene)
    {
        return m_meanings.of(key, scene, [](const std::string& name) {
            return std::ranges::find(kHolderKeys, name) != kHolderKeys.end() ? What::Holder
                   : name == "status" || name == "state"                     ? What::Status
                                                                             : What::Other;
        });
    }

    static std::uint64_t keyOf(const Heard& message)
    {
        return message.id(IdField::Conversation).empty()
                   ? std::uint64_t(index(message.topic)) | 1ull << 60
                   : message.matterHash();
    }
    Thing& thingOf(std::uint64_t key)
    {
        if (Thing* const known = m_things.find(key))
            return *known;
        if (m_order.size() >= kMostThings) {
            m_things.erase(m_order.front());
            m_order.pop_front();
            m_things.fetch(m_order.front()); // the next to give way
            ++m_forgotten;
        }
        m_order.push_back(key);
        return *m_things.add(key).first;
    }

    void claim(Thing& thing, std::uint64_t key, const Heard& message, std::uint64_t holder,
               const Scene& scene, Findings& findings) const
    {
        std::erase_if(thing.claims,
                      [&](const Claim& old) { return old.time < message.time - m_within; });
        const Claim now{holder, message.seq, message.time, message.sender};
        if (!thing.claims.empty() && thing.claims.back().holder == holder) {
            thing.claims.back() = now;
            return;
        }
        thing.claims.push_back(now);
        if (thing.claims.size() > 3)
            thing.claims.erase(thing.claims.begin());
        if (thing.claims.size() == 3 && thing.claims.front().holder == holder)
            tell(thing, key, message, scene, findings);
    }

    static void tell(const Thing& thing, std::uint64_t key, const Heard& message,
                     const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, key, thing.claims.front().time);
        finding.isExact = true;
        finding.severity = Severity::Critical;
        finding.topic = message.topic;
        for (const Claim& claim : thing.claims) {
            finding.involve(claim.sender);
            finding.add(claim.seq, claim.time);
        }
        finding.count = static_cast<std::int64_t>(finding.messages.size());
        const auto conversation = message.id(IdField::Conversation);
        const std::string what =
            conversation.empty() ? scene.topic(message.topic) : std::string(conversation);
        finding.fact("claims", finding.count);
        finding.fact("of", what);
        finding.summary = scene.name(thing.claims[1].sender) + " and " +
                          scene.name(thing.claims[2].sender) + " both hold " + what + ".";
    }

    std::int64_t m_within;
    KeyMeanings<What> m_meanings;
    KeyTable<Thing> m_things;
    std::deque<std::uint64_t> m_order;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry doubleOwnership()
{
    return {kId, "two agents that hold one thing at the same time", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<DoubleOwnership>(settings));
            }};
}

} // namespace murmur
