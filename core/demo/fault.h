// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "demo/demorandom.h"
#include "demo/roster.h"
#include "demo/scenario.h"
#include "demo/talk.h"

#include <QString>

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// A fault that is asked for: which one, and when; ns since the start.
struct FaultPlan
{
    std::string id;
    std::int64_t start = 15'000'000'000;
    std::int64_t end = 35'000'000'000;
    friend bool operator==(const FaultPlan&, const FaultPlan&) = default;
};
/// "slow-agent", "slow-agent@20s-50s"; WrongUse names the known faults.
Result<FaultPlan> faultPlanFromText(const QString& text);
QString faultPlanText(const FaultPlan& plan);

/// A message on its way from the agent that says it to those who hear it.
struct Spoken
{
    std::int64_t time = 0;   ///< ns since the start
    std::uint32_t agent = 0; ///< index into the roster
    std::string_view topic;
    std::string_view type;
    std::string_view json;
    Kind kind = Kind::Event;
    std::uint64_t sequence = 0;
};

enum class Fate : std::uint8_t {
    Heard,  ///< as if nothing were wrong
    Lost,   ///< it was sent, and nobody hears it
    Held,   ///< heard later, as `delay` says
    Twice,  ///< heard now, and again as `delay` says
    Stuck,  ///< heard later, as `delay` says, and what follows from it as much later
    Unsaid, ///< it is never sent, and what would have followed from it neither
};

/// One thing that goes wrong in the swarm between two moments, and knows the truth about it. What
/// it rolls is its own dice, so that the rest of the swarm stays as it is without it.
class Fault
{
public:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

    Fault(const FaultPlan& plan, std::uint64_t seed);
    virtual ~Fault() = default;

    /// Who is in the swarm; called once.
    virtual void meet(const Roster& /*roster*/) {}
    /// How the swarm behaves while it lasts, and afterwards.
    virtual void shape(SwarmShape& /*shape*/) const {}
    /// Something is said between start and end.
    virtual Fate pass(const Spoken& /*message*/, std::int64_t& /*delay*/) { return Fate::Heard; }
    /// Puts what is said between start and end into other words; true when it did.
    virtual bool rewrite(const Spoken& /*message*/, std::string& /*json*/) { return false; }
    /// When it has something to say by itself, ns since the start.
    [[nodiscard]] virtual std::int64_t due() const { return kNever; }
    /// Says it: exactly one message.
    virtual void speak(Roster& /*roster*/, Talk& /*talk*/, std::int64_t /*now*/) {}

    [[nodiscard]] bool isOn(std::int64_t now) const
    {
        return now >= m_plan.start && now < m_plan.end;
    }
    [[nodiscard]] const FaultPlan& plan() const { return m_plan; }
    /// What it did so far; nothing when it has not begun.
    [[nodiscard]] std::vector<TruthEntry> truth() const;

protected:
    DemoRandom& random() { return m_random; }
    /// That agent is at fault.
    void blame(const DemoAgent& agent);
    /// This message shows it.
    void note(const DemoAgent& agent, std::uint64_t sequence, std::int64_t time);

private:
    FaultPlan m_plan;
    DemoRandom m_random;
    TruthEntry m_truth;
};

/// One row per fault.
struct FaultEntry
{
    const char* id; ///< that of the detector that should find it, where that has no other fault
    const char* description;
    std::unique_ptr<Fault> (*create)(const FaultPlan& plan, std::uint64_t seed);
    /// Detectors that rightly find its consequences.
    std::span<const std::string_view> also = {};
    std::int64_t lasts = 20'000'000'000; ///< ns, when nobody says how long
    const char* detector = nullptr;      ///< that should find it; null: that of its id
};
std::span<const FaultEntry> faults() noexcept;
/// Null when there is none of that name.
const FaultEntry* findFault(std::string_view id) noexcept;
/// The detector that should find that fault; its truth has this id.
std::string_view detectorOf(std::string_view fault) noexcept;
/// When it comes and goes if nobody says when; `id` must be that of a fault.
FaultPlan usualPlan(std::string_view id);

} // namespace murmur
