// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "base/result.h"
#include "findings/findings.h"
#include "findings/heard.h"
#include "findings/sequences.h"
#include "findings/settings.h"

#include <cstdint>
#include <memory>
#include <span>

namespace murmur {

class Scene;

/// Kinds of message, a bit each.
using KindSet = std::uint16_t;
inline constexpr KindSet kAllKinds = (1u << kKindCount) - 1;
template<typename... Kinds>
constexpr KindSet kindSet(Kinds... kinds)
{
    return static_cast<KindSet>((0u | ... | (1u << static_cast<unsigned>(kinds))));
}

/// What a message may have beside its kind. Most have little of it, and what concerns none of that
/// is not asked of them.
using Traits = std::uint8_t;
enum Trait : Traits {
    IsOfCall = 1,  ///< it asks, or it answers something
    HasState = 2,  ///< it tells of state
    HasMatter = 4, ///< it names a conversation or a trace
    IsOdd = 8,     ///< its number is not the one that was due
};
inline constexpr std::size_t kTraitSets = 16;

/// Finds one way in which things go wrong. A pure function of messages, gaps and ticks in Seq
/// order: it reads no clock and draws no dice, so that live, post-mortem and in a check the same is
/// found. O(1) or O(log n) a message, with bounded state; what it lets go it counts. One thread.
class Detector
{
public:
    virtual ~Detector() = default;
    /// Which kinds of message concern it; it is asked once. What concerns few costs the others
    /// nothing.
    [[nodiscard]] virtual KindSet kinds() const { return kAllKinds; }
    /// A message concerns it when it has one of these; 0: whatever it has.
    [[nodiscard]] virtual Traits traits() const { return 0; }
    /// A message will pass after a few others: the time to fetch from far memory what it will take,
    /// and nothing else, for nobody knows yet what it answers and to whom it goes. Of those whose
    /// caller looks ahead; for detectors that say so.
    virtual void expect(const Heard& /*message*/, const Scene& /*scene*/) {}
    [[nodiscard]] virtual bool expects() const { return false; }
    /// It is close now: to fetch what that leads to, for those that expect and say so.
    virtual void approach(const Heard& /*message*/, const Scene& /*scene*/) {}
    [[nodiscard]] virtual bool approaches() const { return false; }
    /// A message passes. `scene` knows of it already.
    virtual void hear(const Heard& message, const Scene& scene, Findings& findings) = 0;
    /// About once a second of the session's time, also in silence, as long as the recorder was
    /// there.
    virtual void pulse(std::int64_t /*now*/, Scene& /*scene*/, Findings& /*findings*/) {}
    /// Numbers are missing, and nobody waits for them any more.
    virtual void lost(const Sequences::Hole& /*hole*/, const Scene& /*scene*/,
                      Findings& /*findings*/)
    {
    }
    /// The session's time jumped from `from` to `to`, and nobody was there to hear: what was not
    /// heard in between says nothing of the swarm.
    virtual void missed(std::int64_t /*from*/, std::int64_t /*to*/) {}
    /// What it had to forget to keep within its bounds.
    [[nodiscard]] virtual std::int64_t forgotten() const { return 0; }
};

/// One row per detector: one file pair each.
struct DetectorEntry
{
    const char* id;
    const char* description; ///< "messages with a number are missing"
    bool isQuiet;            ///< a judgement that is often wrong: told only when asked for
    std::span<const Parameter> parameters;
    std::unique_ptr<Detector> (*create)(const Settings& settings);
};
/// In the order in which they are listed.
std::span<const DetectorEntry> detectors() noexcept;
/// Null when there is none of that id.
const DetectorEntry* findDetector(std::string_view id) noexcept;
/// WrongUse, naming the known ones.
Error noSuchDetector(std::string_view id);

} // namespace murmur
